/**
 * Time that stands still until a test moves it.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";

/** Where a fake clock begins. */
export interface FakeClockOptions {
  /** What `now()` says at first.
   *
   * @default {0} */
  readonly now?: number;
  /** What `today()` says at first.
   *
   * @default {0} */
  readonly today?: number;
}

interface FakeTimer {
  readonly atMs: number;
  readonly callback: () => void;
}

/**
 * A clock for tests: nothing happens before {@linkcode FakeClock.advance} or
 * {@linkcode FakeClock.runTurns}, and then it happens at once, in order.
 *
 * @example A time limit without waiting for it
 * ```ts
 * import { Scheduler } from "@workitem/scheduler";
 * import { FakeClock } from "@workitem/scheduler/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const clock = new FakeClock();
 * const scheduler = new Scheduler({ clock });
 * const item = scheduler.createWorkItem({
 *   timeout: 1_000,
 *   run: ({ signal }) =>
 *     new Promise<string>((resolve) => {
 *       signal.onabort = () => resolve(`late: ${signal.reason.code}`);
 *     }),
 * });
 *
 * const result = item.request();
 * await Promise.resolve(); // The run begins.
 * clock.advance(1_000);
 * assertEquals(await result, "late: WI-TIMEOUT");
 * ```
 */
export class FakeClock implements Clock {
  /** As on hosts where a turn of the event loop is cheap. */
  readonly turnIsDear: boolean = false;
  #nowMs: number;
  #todayMs: number;
  /** In the order in which they were set. */
  readonly #timers: Set<FakeTimer> = new Set();
  #turns: (() => void)[] = [];

  /** Makes a clock that stands still. */
  constructor(options: FakeClockOptions = {}) {
    const { now = 0, today = 0 } = options;
    this.#nowMs = now;
    this.#todayMs = today;
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** How many callbacks wait for a turn of the event loop. */
  get turns(): number {
    return this.#turns.length;
  }

  /** Milliseconds on the monotonic clock. */
  now(): number {
    return this.#nowMs;
  }

  /** Milliseconds since 1970 on the wall's clock. */
  today(): number {
    return this.#todayMs;
  }

  /** Sets a timer; only `advance` calls it. */
  startTimer(callback: () => void, delayMs: number): unknown {
    const timer: FakeTimer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return timer;
  }

  /** Forgets a timer. */
  stopTimer(timer: unknown): void {
    this.#timers.delete(timer as FakeTimer); // Its type is ours alone.
  }

  /** Keeps `callback` for `runTurns`. */
  turn(callback: () => void): void {
    this.#turns.push(callback);
  }

  /** Moves both clocks on and calls the timers that are due, those included
   * that they set, each at its own time. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (
      let timer = this.#earliest(endMs);
      timer !== undefined;
      timer = this.#earliest(endMs)
    ) {
      this.#timers.delete(timer);
      this.#moveTo(Math.max(this.#nowMs, timer.atMs));
      timer.callback();
    }
    this.#moveTo(endMs);
  }

  /** Moves the wall's clock alone, forwards or backwards. */
  jumpToday(ms: number): void {
    this.#todayMs += ms;
  }

  /** Calls back all that wait for a turn now. Returns how many. */
  runTurns(): number {
    const turns = this.#turns;
    this.#turns = [];
    for (const callback of turns) callback();
    return turns.length;
  }

  #moveTo(nowMs: number): void {
    this.#todayMs += nowMs - this.#nowMs;
    this.#nowMs = nowMs;
  }

  #earliest(endMs: number): FakeTimer | undefined {
    let first: FakeTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs > endMs) continue;
      if (first === undefined || timer.atMs < first.atMs) first = timer;
    }
    return first;
  }
}
