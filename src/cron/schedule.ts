/**
 * What all schedules have in common: they sleep until a time comes, wake, and
 * end. When the times are, {@linkcode Times} knows.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import { ClosedError } from "../core/errors.ts";
import { Reporter } from "../core/observer.ts";
import { FUNCTION, type Rule, type Rules, SIGNAL } from "../core/options.ts";
import { type Timer, Timers } from "../core/timers.ts";

/**
 * Calls back at certain times, until it is stopped. Until then it keeps the
 * process alive, as any timer does.
 *
 * @example Until the end of a block
 * ```ts
 * import { every } from "@workitem/scheduler/cron";
 * import { assertEquals } from "@std/assert";
 *
 * const schedule = every(1_000, () => {});
 * try {
 *   assertEquals(schedule.next instanceof Date, true);
 * } finally {
 *   schedule.stop(); // Or `using schedule = …`, where the host knows it.
 * }
 * assertEquals(schedule.next, undefined);
 * ```
 */
export interface Schedule {
  /** When it wakes next, by the wall's clock; `undefined` if it never does. */
  readonly next: Date | undefined;
  /** Ends it: it wakes no more, and holds no timer and no listener. */
  stop(): void;
  /** The same as `stop()`, for `using`. */
  [Symbol.dispose](): void;
}

/** How any schedule works. */
export interface ScheduleOptions {
  /** Where time comes from: a test's `FakeClock`, for example.
   *
   * @default {systemClock} */
  readonly clock?: Clock | undefined;
  /** Stops the schedule when it aborts.
   *
   * @default {undefined} */
  readonly signal?: AbortSignal | undefined;
  /** Told what `wake` throws or rejects with; the schedule goes on.
   *
   * @default The host's `reportError`, else thrown from a timer. */
  readonly onError?: ((error: unknown) => unknown) | undefined;
}

/** How all errors of wrong options and arguments begin. */
export const ACTION = "Cannot schedule wake-ups";

/** One for each option that all schedules have. */
export const RULES: Rules<ScheduleOptions> = {
  clock: {
    must: "a Clock",
    type: "object",
    fits: (clock: Partial<Clock> | null) =>
      [clock?.now, clock?.today, clock?.startTimer, clock?.stopTimer]
        .every((method) => typeof method === "function"),
  },
  signal: SIGNAL,
  onError: FUNCTION,
};

/** What a schedule calls. */
export const WAKE: Rule = FUNCTION;

/** The times of a schedule, one after the other. */
export interface Times {
  /** The next, in milliseconds by the wall's clock; `undefined`: no more. */
  next(): number | undefined;
  /** Milliseconds until it is worth looking again; `undefined`: never. */
  wait(): number | undefined;
  /** Has the next time come? Then it and all that passed with it are taken. */
  take(): boolean;
}

/** The options, with the default of the clock. */
export interface CheckedOptions extends ScheduleOptions {
  readonly clock: Clock;
}

/** Begins a schedule. */
export function begin(
  times: Times,
  wake: () => unknown,
  options: CheckedOptions,
): Schedule {
  return new Sleeper(times, wake, options);
}

/** Sleeps and wakes in turn. */
class Sleeper implements Schedule {
  readonly #times: Times;
  readonly #wake: () => unknown;
  readonly #timers: Timers;
  readonly #reporter: Reporter;
  readonly #signal: AbortSignal | undefined;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(
    times: Times,
    wake: () => unknown,
    { clock, signal, onError }: CheckedOptions,
  ) {
    this.#times = times;
    this.#wake = wake;
    this.#timers = new Timers(clock);
    this.#reporter = new Reporter(clock, onError);
    this.#signal = signal;
    if (signal?.aborted) this.stop();
    else signal?.addEventListener("abort", this.#abort, { once: true });
    this.#sleep();
  }

  get next(): Date | undefined {
    const nextMs = this.#isStopped ? undefined : this.#times.next();
    if (nextMs === undefined) return undefined;
    const next = new Date(nextMs);
    return Number.isNaN(next.getTime()) ? undefined : next; // Beyond all dates.
  }

  stop(): void {
    this.#isStopped = true;
    this.#timers.stop(this.#timer);
    this.#signal?.removeEventListener("abort", this.#abort);
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  readonly #abort = (): void => this.stop();

  #sleep(): void {
    if (this.#isStopped) return; // The clock is anyone's, and may have done it.
    const waitMs = this.#times.wait();
    if (waitMs === undefined) return this.stop();
    this.#timer = this.#timers.start(waitMs, this.#look);
  }

  readonly #look = (): void => {
    const isDue = this.#times.take();
    this.#sleep(); // Before the callback: it may throw, or stop the schedule.
    if (isDue) this.#call();
  };

  #call(): void {
    const wake = this.#wake;
    try {
      const result = wake();
      if (typeof result !== "object") return;
      new Promise((resolve) => resolve(result)).catch(this.#failed);
    } catch (error) {
      this.#failed(error);
    }
  }

  readonly #failed = (error: unknown): void => {
    if (isClosed(error)) this.stop(); // There is nothing left to wake.
    else this.#reporter.report(error);
  };
}

function isClosed(error: unknown): boolean {
  try {
    return error instanceof ClosedError;
  } catch {
    return false; // What was thrown cannot be looked at.
  }
}
