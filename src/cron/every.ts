/**
 * Wake-ups at an interval, by the monotonic clock.
 *
 * @module
 */
import { type Clock, systemClock } from "../core/clock.ts";
import {
  BOOLEAN,
  check,
  checkOne,
  type Rule,
  type Rules,
} from "../core/options.ts";
import {
  ACTION,
  begin,
  RULES,
  type Schedule,
  type ScheduleOptions,
  type Times,
  WAKE,
} from "./schedule.ts";

/** How {@linkcode every} works. */
export interface EveryOptions extends ScheduleOptions {
  /** Wake also at the start? It is still after `every` has returned.
   *
   * @default {false} */
  readonly immediate?: boolean | undefined;
}

const EVERY_RULES: Rules<EveryOptions> = { ...RULES, immediate: BOOLEAN };
const INTERVAL: Rule = {
  must: "1 or more milliseconds",
  type: "number",
  fits: (value: number) => value >= 1 && value < Infinity,
};

/**
 * Calls `wake` every `intervalMs` milliseconds: 1 or more, also beyond the
 * 2^31-1 of `setInterval`. What it returns is not awaited.
 *
 * - It does not drift: its times are whole multiples of the interval, counted
 *   from the call. Of times that have been missed, as the event loop was busy,
 *   only the last wakes.
 * - It goes by the monotonic clock: a wall clock that jumps changes nothing.
 *   Whether time goes on while the machine sleeps is up to the host.
 * - `wake` may throw or reject: `onError` is told, and the schedule goes on. A
 *   `ClosedError` stops it without a word: its scheduler has been closed.
 *   Until that wake-up it keeps the process alive: stop it when you close.
 *
 * @example Every minute
 * ```ts
 * import { Scheduler } from "@workitem/scheduler";
 * import { every } from "@workitem/scheduler/cron";
 * import { FakeClock } from "@workitem/scheduler/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const clock = new FakeClock();
 * const scheduler = new Scheduler({ clock });
 * let polls = 0;
 * const poll = scheduler.createWorkItem({ run: () => void polls++ });
 *
 * const schedule = every(60_000, () => poll.enqueue(), { clock });
 * clock.advance(60_000);
 * await poll.idle();
 * assertEquals(polls, 1);
 *
 * await scheduler.close();
 * clock.advance(60_000);
 * assertEquals(schedule.next, undefined); // It has stopped by itself.
 * ```
 *
 * @throws {TypeError} An argument or option is of the wrong type or unknown.
 * @throws {RangeError} `intervalMs` is less than 1 or not finite.
 */
export function every(
  intervalMs: number,
  wake: () => unknown,
  options: EveryOptions = {},
): Schedule {
  checkOne(ACTION, "intervalMs", INTERVAL, intervalMs);
  checkOne(ACTION, "wake", WAKE, wake);
  const { immediate = false, clock = systemClock, ...others } = check(
    ACTION,
    options,
    EVERY_RULES,
  );
  const taken = immediate ? -1 : 0;
  const ticks = new Ticks(clock, { intervalMs, taken });
  return begin(ticks, wake, { clock, ...others });
}

/** Multiples of an interval, from the start. */
class Ticks implements Times {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #intervalMs: number;
  /** The number of the last tick that was taken; that of the start is 0. */
  #taken: number;

  constructor(
    clock: Clock,
    { intervalMs, taken }: { intervalMs: number; taken: number },
  ) {
    this.#clock = clock;
    this.#startMs = clock.now();
    this.#intervalMs = intervalMs;
    this.#taken = taken;
  }

  next(): number {
    return this.#clock.today() + this.wait();
  }

  wait(): number {
    const nextMs = this.#startMs + (this.#taken + 1) * this.#intervalMs;
    return Math.max(0, nextMs - this.#clock.now());
  }

  take(): boolean {
    const passedMs = this.#clock.now() - this.#startMs;
    // By the count, not by the clock: their roundings may differ.
    this.#taken = Math.max(
      this.#taken + 1,
      Math.floor(passedMs / this.#intervalMs),
    );
    return true;
  }
}
