/**
 * What a durable scheduler can be told when it is made.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import type { WaitUntil } from "../core/keep_alive.ts";
import type { OnError } from "../core/observer.ts";
import {
  check,
  checkOne,
  FUNCTION,
  integer,
  MS,
  OBJECT,
  oneOf,
  type Rule,
  type Rules,
  SIGNAL,
} from "../core/options.ts";
import { checkScheduler, CONCURRENCY } from "../core/scheduler_options.ts";
import type { Store } from "./store.ts";

/** How a durable scheduler works. */
export interface DurableSchedulerOptions {
  /** Where everything is kept that several processes share. It is not closed
   * with the scheduler. */
  readonly store: Store;
  /** How many runs may be in flight at once in this process: a whole number
   * from 1.
   *
   * @default {16} */
  readonly concurrency?: number | undefined;
  /** Milliseconds, from 10, after which a process that does not show that it
   * lives is taken for lost. Its own runs abort after 80 % of that. All
   * schedulers of a store should have the same.
   *
   * @default {30_000} */
  readonly lease?: number | undefined;
  /** Milliseconds, from 1, between two looks at the store; where it has a bell
   * that rings for all processes, only what that misses waits so long.
   *
   * @default {250} */
  readonly pollInterval?: number | undefined;
  /** Where the callbacks of its kinds are called.
   *
   * - `"here"`: in this process, from the first `define` until `close`
   * - `"on-call"`: in this process, but only within `work()`, as edge and cron
   *   invocations need it
   * - `"elsewhere"`: in other processes; this one only enqueues and asks
   *
   * @default {"here"} */
  readonly handlers?: "here" | "on-call" | "elsewhere" | undefined;
  /** How many processes in a row may be lost while they run an item, before it
   * is given up: a whole number from 1.
   *
   * @default {5} */
  readonly crashes?: number | undefined;
  /** For how many milliseconds the `id` of an enqueue is remembered.
   *
   * @default {86_400_000} A day. */
  readonly idWindow?: number | undefined;
  /** Where time comes from.
   *
   * @default {systemClock} */
  readonly clock?: Clock | undefined;
  /** Where randomness comes from: a number from 0, below 1, for each call.
   *
   * @default {Math.random} */
  readonly random?: (() => number) | undefined;
  /** Told of errors that nobody waits for: those of runs that failed for the
   * last time and have no `undelivered`, of observers, and of the store (once
   * for each outage).
   *
   * @default The host's `reportError`, else thrown from a timer; but not for
   * what loses nothing: trouble of the store that may pass by itself, and
   * messages that are dead letters now. */
  readonly onError?: OnError | undefined;
  /** Closes the scheduler, without grace, when it aborts.
   *
   * @default {undefined} */
  readonly signal?: AbortSignal | undefined;
  /** Keeps an edge request alive while anything is enqueued or runs here, as
   * `ctx.waitUntil.bind(ctx)`.
   *
   * @default {undefined} */
  readonly waitUntil?: WaitUntil | undefined;
}

const RULES: Rules<DurableSchedulerOptions> = {
  store: {
    must: "a Store",
    type: "object",
    fits: (store: Partial<Store> | null) =>
      typeof store?.enqueue === "function" &&
      typeof store.settle === "function",
  },
  concurrency: CONCURRENCY,
  lease: atLeast(10),
  pollInterval: atLeast(1),
  handlers: oneOf("here", "on-call", "elsewhere"),
  crashes: integer(1),
  idWindow: MS,
  clock: OBJECT,
  random: FUNCTION,
  onError: FUNCTION,
  signal: SIGNAL,
  waitUntil: FUNCTION,
};
const LEASE_DEFAULT_MS = 30_000;
const POLL_DEFAULT_MS = 250;
const CRASHES_DEFAULT = 5;
const DAY_MS = 86_400_000;

/** The options, with the defaults of those that were not given. */
export interface CheckedOptions {
  readonly store: Store;
  readonly concurrency: number;
  readonly lease: number;
  readonly pollInterval: number;
  readonly handlers: "here" | "on-call" | "elsewhere";
  readonly crashes: number;
  readonly idWindow: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly waitUntil?: WaitUntil | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onError?: OnError | undefined;
}

/** Checks each option once. */
export function checkDurable(
  options: DurableSchedulerOptions,
): CheckedOptions {
  const {
    store,
    lease = LEASE_DEFAULT_MS,
    pollInterval = POLL_DEFAULT_MS,
    handlers = "here",
    crashes = CRASHES_DEFAULT,
    idWindow = DAY_MS,
    ...shared
  } = check("Cannot create scheduler", options, RULES);
  checkOne("Cannot create scheduler", "store", RULES.store, store);
  const own = { store, lease, pollInterval, handlers, crashes, idWindow };
  return { ...checkScheduler(shared), ...own };
}

function atLeast(min: number): Rule {
  return {
    must: `${min} or more milliseconds`,
    type: "number",
    fits: (value: number) => value >= min && value < Infinity,
  };
}
