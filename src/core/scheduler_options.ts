/**
 * What a scheduler can be told when it is made.
 *
 * @module
 */
import { type Clock, systemClock, systemRandom } from "./clock.ts";
import type { WaitUntil } from "./keep_alive.ts";
import type { OnError } from "./observer.ts";
import {
  BOOLEAN,
  check,
  FUNCTION,
  integer,
  type Rule,
  type Rules,
  SIGNAL,
} from "./options.ts";

/** How a scheduler works. */
export interface SchedulerOptions {
  /** How many runs may be in flight at once: a whole number from 1.
   *
   * @default {16} */
  readonly concurrency?: number | undefined;
  /** How many items may be owed a run at once, from 1 to `Infinity`. One more
   * throws `QueueFullError`; an item that runs is never refused its rerun.
   *
   * @default {1_000_000} */
  readonly maxOwed?: number | undefined;
  /** Look for mistakes in how the scheduler is used? It costs time: meant for
   * tests and development.
   *
   * @default {false} */
  readonly verify?: boolean | undefined;
  /** Where randomness comes from: a number from 0, below 1, for each call.
   *
   * @default {Math.random} */
  readonly random?: (() => number) | undefined;
  /** Where time comes from.
   *
   * @default {systemClock} */
  readonly clock?: Clock | undefined;
  /** Keeps an edge request alive while anything is owed or runs, as
   * `ctx.waitUntil.bind(ctx)`.
   *
   * @default {undefined} */
  readonly waitUntil?: WaitUntil | undefined;
  /** Closes the scheduler, without grace, when it aborts.
   *
   * @default {undefined} */
  readonly signal?: AbortSignal | undefined;
  /** Told of errors that nobody waits for: those of runs that were enqueued
   * and not requested, of cleanups and of observers.
   *
   * @default The host's `reportError`, else thrown from a timer. */
  readonly onError?: OnError | undefined;
}

/** How many runs may be in flight. */
export const CONCURRENCY: Rule = integer(1);
const RULES: Rules<SchedulerOptions> = {
  concurrency: CONCURRENCY,
  maxOwed: integer(1, Infinity),
  verify: BOOLEAN,
  clock: {
    must: "a Clock",
    type: "object",
    fits: (clock: Partial<Clock> | null) =>
      [
        clock?.now,
        clock?.today,
        clock?.startTimer,
        clock?.stopTimer,
        clock?.turn,
      ]
        .every((method) => typeof method === "function"),
  },
  random: FUNCTION,
  waitUntil: FUNCTION,
  signal: SIGNAL,
  onError: FUNCTION,
};
const CONCURRENCY_DEFAULT = 16;
const MAX_OWED_DEFAULT = 1_000_000;

/** The options, with the defaults of those that were not given. */
export interface CheckedOptions {
  readonly concurrency: number;
  readonly maxOwed: number;
  readonly verify: boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly waitUntil?: WaitUntil | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onError?: OnError | undefined;
}

/** Checks each option once. */
export function checkScheduler(options: SchedulerOptions): CheckedOptions {
  const {
    concurrency = CONCURRENCY_DEFAULT,
    maxOwed = MAX_OWED_DEFAULT,
    verify = false,
    clock = systemClock,
    random = systemRandom,
    ...others
  } = check("Cannot create scheduler", options, RULES);
  return { concurrency, maxOwed, verify, clock, random, ...others };
}
