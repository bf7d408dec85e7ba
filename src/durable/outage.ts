/**
 * A store that does not answer is left alone for a while. All who would ask it
 * again stand in one queue, and one of them tries now and then; when that
 * succeeds the others go on. One outage is reported once.
 *
 * Some calls may fail while others succeed, as on a disk that is full: then
 * each that fails tries again at its own pace, and nobody else is held up.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import type { Reporter } from "../core/observer.ts";
import type { Timer, Timers } from "../core/timers.ts";
import { StoreError } from "./errors.ts";

/** What an outage needs. */
export interface OutageParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly reporter: Reporter;
  readonly random: () => number;
  /** Is somebody told of trouble that may pass by itself? */
  readonly isTold: boolean;
}

/** Two tries a second at most. */
const PAUSE_MIN_MS = 500;
/** What comes back is used within so long. */
const PAUSE_MAX_MS = 2_000;
const GROWTHS_MAX = 2;

/** Knows who fails, and whose turn it is. */
export class Outage {
  readonly #parts: OutageParts;
  /** Those whose last call failed. */
  readonly #failing: Set<Caller> = new Set();
  /** Those of them that wait for their turn, the longest waiting first. */
  readonly #queue: Set<Caller> = new Set();
  #tries = 0;
  #timer: Timer | undefined;

  constructor(parts: OutageParts) {
    this.#parts = parts;
  }

  /** Milliseconds on the monotonic clock. */
  get nowMs(): number {
    return this.#parts.clock.now();
  }

  /** One who calls the store, and may have to try again. */
  caller(): Caller {
    return new Caller(this);
  }

  /** A call has failed. */
  failed(caller: Caller, error: unknown): void {
    this.#tries++;
    const { reporter, isTold } = this.#parts;
    const mayPass = error instanceof StoreError && error.isRetryable;
    if (this.#failing.size === 0 && (isTold || !mayPass)) {
      reporter.report(error);
    }
    this.#failing.add(caller);
  }

  /** A call has succeeded that had failed before: the others may try. */
  worked(caller: Caller): void {
    if (!this.#failing.delete(caller)) return;
    this.#tries = 0;
    const { timers } = this.#parts;
    timers.stop(this.#timer);
    this.#timer = undefined;
    const waiting = [...this.#queue];
    this.#queue.clear();
    for (const each of waiting) {
      const dueMs = each.failedAtMs + PAUSE_MIN_MS;
      timers.startAt(Math.max(this.nowMs, dueMs), () => each.go(), undefined);
    }
  }

  /** It waits for its turn. */
  enqueue(caller: Caller): void {
    this.#queue.add(caller);
    if (this.#timer === undefined) this.#pause();
  }

  /** It will not call again. */
  leave(caller: Caller): void {
    this.#failing.delete(caller);
    this.#queue.delete(caller);
    if (this.#failing.size === 0) this.#tries = 0;
  }

  #pause(): void {
    const { timers, random } = this.#parts;
    const growth = 2 ** Math.min(Math.max(0, this.#tries - 1), GROWTHS_MAX);
    const spanMs = Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS * growth);
    const pauseMs = PAUSE_MIN_MS + random() * (spanMs - PAUSE_MIN_MS);
    this.#timer = timers.start(pauseMs, () => {
      this.#timer = undefined;
      const [first] = this.#queue;
      if (first === undefined) return;
      this.#queue.delete(first);
      if (this.#queue.size !== 0) this.#pause();
      first.go();
    });
  }
}

/** One who calls the store. */
export class Caller {
  /** When its last call failed. */
  failedAtMs: number = -Infinity;
  readonly #outage: Outage;
  #goOn: (() => void) | undefined;

  constructor(outage: Outage) {
    this.#outage = outage;
  }

  /** Its call has succeeded. */
  worked(): void {
    this.#outage.worked(this);
  }

  /** Its call has failed. */
  failed(error: unknown): void {
    this.failedAtMs = this.#outage.nowMs;
    this.#outage.failed(this, error);
  }

  /** Calls `goOn` once, when it may try again. */
  wait(goOn: () => void): void {
    this.#goOn = goOn;
    this.#outage.enqueue(this);
  }

  /** It may try again. */
  go(): void {
    const goOn = this.#goOn;
    this.#goOn = undefined;
    goOn?.();
  }

  /** It will not call again. */
  leave(): void {
    this.#goOn = undefined;
    this.#outage.leave(this);
  }
}
