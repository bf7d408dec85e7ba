/**
 * Waiting for a while, and waiting for something else for a while; a signal may
 * cut both short.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";

/** The longest delay that all hosts keep. */
const DELAY_MAX_MS = 2 ** 31 - 1;

/** Resolves in `ms` milliseconds, or rejects with the signal's reason. */
export function pause(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = clock.startTimer(() => {
      signal?.removeEventListener("abort", aborted);
      resolve();
    }, Math.min(ms, DELAY_MAX_MS));
    const aborted = (): void => {
      clock.stopTimer(timer);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", aborted, { once: true });
  });
}

/** The time of one attempt. It is over when the caller's signal aborts, or so
 * long after the last `renew()` as that said. */
export class Limit {
  /** Is the time over? */
  isOver = false;
  readonly #clock: Clock;
  readonly #outer: AbortSignal | undefined;
  readonly #controller: AbortController = new AbortController();
  #timer: unknown;

  constructor(clock: Clock, outer: AbortSignal | undefined) {
    this.#clock = clock;
    this.#outer = outer;
    outer?.addEventListener("abort", this.#abort, { once: true });
    if (outer?.aborted) this.#abort();
  }

  /** Aborts when the time is over, or the caller says so. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Begins the time anew: so many milliseconds. */
  renew(ms: number): void {
    this.#stopTimer();
    if (this.signal.aborted) return;
    this.#timer = this.#clock.startTimer(() => {
      this.isOver = true;
      this.#abort();
    }, Math.min(ms, DELAY_MAX_MS));
  }

  /** Settles as `work` does, or rejects when the time is over, whether or not
   * `work` looks at the signal. */
  bound<Value>(work: Promise<Value>): Promise<Value> {
    const { signal } = this;
    return new Promise((resolve, reject) => {
      const aborted = (): void => reject(signal.reason);
      if (signal.aborted) aborted();
      signal.addEventListener("abort", aborted, { once: true });
      const leave = (): void => signal.removeEventListener("abort", aborted);
      work.then(resolve, reject).finally(leave);
    });
  }

  /** Stops the timer, and no longer listens. */
  end(): void {
    this.#stopTimer();
    this.#outer?.removeEventListener("abort", this.#abort);
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) this.#clock.stopTimer(this.#timer);
    this.#timer = undefined;
  }

  readonly #abort = (): void => {
    this.end();
    this.#controller.abort();
  };
}
