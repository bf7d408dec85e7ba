/**
 * Any number of timers on one timer of the host, delays beyond the host's
 * 2^31-1 ms included. Equal times keep the order in which they were set.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** The longest delay that all hosts keep; longer ones are chained. */
const HOST_DELAY_MAX_MS = 2 ** 31 - 1;

/** A timer that has been set. */
export interface Timer {
  /** When it is due, by the monotonic clock. */
  readonly atMs: number;
  /** Breaks ties: the timer set first is called first. */
  readonly order: number;
  /** What is called, with `subject`. */
  readonly callback: (subject: never) => void;
  /** What it is about; it saves a closure for each. */
  readonly subject: unknown;
  /** Where it stands in the heap; -1 once it has been called or stopped. */
  index: number;
}

/** A binary heap of timers, the earliest on top. */
export class Timers {
  readonly #clock: Clock;
  readonly #heap: Timer[] = [];
  #order = 0;
  #hostTimer: unknown;
  #hostAtMs = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `callback` once, `delayMs` from now. */
  start(delayMs: number, callback: () => void): Timer {
    return this.startAt(this.#clock.now() + delayMs, callback, undefined);
  }

  /** Calls `callback` once with `subject`, when the clock shows `atMs`. */
  startAt<Subject>(
    atMs: number,
    callback: (subject: Subject) => void,
    subject: Subject,
  ): Timer {
    const timer: Timer = {
      atMs,
      order: this.#order++,
      callback,
      subject,
      index: this.#heap.length,
    };
    this.#heap.push(timer);
    this.#rise(timer);
    this.#arm();
    return timer;
  }

  /** Forgets `timer`, if it has not been called. */
  stop(timer: Timer | undefined): void {
    if (timer === undefined || timer.index < 0) return;
    this.#take(timer);
    this.#arm();
  }

  /** Forgets all timers. */
  clear(): void {
    for (const timer of this.#heap.splice(0)) timer.index = -1;
    this.#arm();
  }

  /** Sets the one timer of the host to the earliest of ours. The clock may be
   * anyone's and call back from inside: what it did meanwhile prevails. */
  #arm(): void {
    const atMs = this.#heap[0]?.atMs ?? Infinity;
    if (atMs === this.#hostAtMs) return;
    const old = this.#hostTimer;
    this.#hostAtMs = atMs;
    this.#hostTimer = undefined;
    if (old !== undefined) this.#clock.stopTimer(old);
    if (atMs === Infinity || this.#hostAtMs !== atMs) return;
    const delayMs = Math.max(0, atMs - this.#clock.now());
    const timer = this.#clock.startTimer(
      this.#fire,
      Math.min(delayMs, HOST_DELAY_MAX_MS),
    );
    const isStale = this.#hostAtMs !== atMs || this.#hostTimer !== undefined;
    if (isStale) this.#clock.stopTimer(timer);
    else this.#hostTimer = timer;
  }

  readonly #fire = (): void => {
    this.#hostAtMs = Infinity;
    this.#hostTimer = undefined;
    const nowMs = this.#clock.now();
    for (
      let first = this.#heap[0];
      first !== undefined && first.atMs <= nowMs;
      first = this.#heap[0]
    ) {
      this.#take(first);
      first.callback(first.subject as never); // As startAt() was given them.
    }
    this.#arm();
  };

  #take(timer: Timer): void {
    const last = this.#heap.pop();
    const { index } = timer;
    timer.index = -1;
    if (last === undefined || last === timer) return;
    this.#put(last, index);
    this.#rise(last);
    this.#sink(last);
  }

  #put(timer: Timer, index: number): void {
    this.#heap[index] = timer;
    timer.index = index;
  }

  #rise(timer: Timer): void {
    while (timer.index > 0) {
      const parent = this.#heap[(timer.index - 1) >> 1];
      if (parent === undefined || !isBefore(timer, parent)) return;
      this.#swap(timer, parent);
    }
  }

  #sink(timer: Timer): void {
    for (;;) {
      const left = this.#heap[timer.index * 2 + 1];
      const right = this.#heap[timer.index * 2 + 2];
      if (left === undefined) return;
      const child = right !== undefined && isBefore(right, left) ? right : left;
      if (!isBefore(child, timer)) return;
      this.#swap(child, timer);
    }
  }

  #swap(a: Timer, b: Timer): void {
    const { index } = a;
    this.#put(a, b.index);
    this.#put(b, index);
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
