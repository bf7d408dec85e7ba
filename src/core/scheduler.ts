/**
 * The scheduler as its user holds it: options are checked here, everything
 * else is the engine's.
 *
 * @module
 */
import { type Clock, systemClock } from "./clock.ts";
import { type CloseOptions, type CloseReport, Closing } from "./closing.ts";
import { Engine } from "./engine.ts";
import { ClosedError } from "./errors.ts";
import { KeepAlive, type WaitUntil } from "./keep_alive.ts";
import {
  type Observer,
  OBSERVER_METHODS,
  type OnError,
  Reporter,
  type Snapshot,
} from "./observer.ts";
import { OneShots, type RunOptions } from "./one_shot.ts";
import {
  BOOLEAN,
  check,
  checkOne,
  FUNCTION,
  integer,
  MS,
  OBJECT,
  type Rules,
  SIGNAL,
} from "./options.ts";
import { ScopeRecord } from "./record.ts";
import { createItem, createScope } from "./scope.ts";
import { join, wait, Waiter } from "./waiters.ts";
import { WAIT_RULES } from "./waiting.ts";
import type {
  OneShotRun,
  Parent,
  Scope,
  ScopeOptions,
  WaitOptions,
  WorkItem,
  WorkItemOptions,
} from "./work_item.ts";

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

const CONCURRENCY = integer(1);
const RULES: Rules<SchedulerOptions> = {
  concurrency: CONCURRENCY,
  maxOwed: integer(1, Infinity),
  verify: BOOLEAN,
  clock: {
    must: "a Clock",
    type: "object",
    fits: (clock: Partial<Clock> | null) => typeof clock?.turn === "function",
  },
  waitUntil: FUNCTION,
  signal: SIGNAL,
  onError: FUNCTION,
};
const CLOSE_RULES: Rules<CloseOptions> = { grace: MS, abortGrace: MS };
const CONCURRENCY_DEFAULT = 16;
const MAX_OWED_DEFAULT = 1_000_000;
const GRACE_DEFAULT_MS = 30_000;
const ABORT_GRACE_DEFAULT_MS = 1_000;

/**
 * Keeps the queue of items that are owed a run, and hands them to a bounded
 * set of executors.
 *
 * @example One item, many wake-ups
 * ```ts
 * import { Scheduler } from "@workitem/scheduler";
 * import { assertEquals } from "@std/assert";
 *
 * const scheduler = new Scheduler({ concurrency: 8 });
 * let runs = 0;
 * const item = scheduler.createWorkItem({ run: () => void runs++ });
 *
 * for (let i = 0; i < 1_000; i++) item.enqueue();
 * await item.flush();
 * assertEquals(runs, 1);
 * await scheduler.close();
 * ```
 */
export class Scheduler implements Parent {
  readonly #engine: Engine;
  readonly #oneShots: OneShots;
  readonly #root: ScopeRecord;
  #closing: Closing | undefined;
  #stopListening: () => void = () => {};

  /**
   * Makes a scheduler; nothing runs until something is enqueued.
   *
   * @throws {TypeError} An option is of the wrong type or unknown.
   * @throws {RangeError} A number is out of its range.
   */
  constructor(options: SchedulerOptions = {}) {
    const {
      concurrency = CONCURRENCY_DEFAULT,
      maxOwed = MAX_OWED_DEFAULT,
      verify = false,
      clock = systemClock,
      waitUntil,
      signal,
      onError,
    } = check("Cannot create scheduler", options, RULES);
    const reporter = new Reporter(clock, onError);
    const keepAlive = waitUntil &&
      new KeepAlive(waitUntil, (error) => reporter.report(error));
    const parts = { clock, concurrency, keepAlive, maxOwed, reporter, verify };
    this.#engine = new Engine(parts);
    this.#root = new ScopeRecord(undefined, {
      gate: undefined,
      cleanup: undefined,
    });
    this.#root.face = this;
    this.#oneShots = new OneShots(this.#engine, this.#root);
    if (signal !== undefined) this.#follow(signal);
  }

  /**
   * Makes an item; it is idle until its first enqueue.
   *
   * @throws {TypeError} An option is of the wrong type or unknown.
   * @throws {RangeError} A number is out of its range.
   * @throws {ClosedError} The scheduler was closed.
   */
  createWorkItem<Context = undefined, Output = void>(
    options: WorkItemOptions<Context, Output>,
  ): WorkItem<Context, Output> {
    return createItem(this.#engine, this.#root, options);
  }

  /** Makes a scope. Throws as `createWorkItem` does. */
  createScope(options: ScopeOptions = {}): Scope {
    return createScope(this.#engine, this.#root, options);
  }

  /**
   * Runs `callback` once, when its turn comes; the promise settles as it does.
   *
   * Never throws. Rejects with the callback's error, with `signal.reason` if
   * it is aborted before it begins, and with `QueueFullError` or `ClosedError`.
   *
   * @example As many at once as there are executors
   * ```ts
   * import { Scheduler } from "@workitem/scheduler";
   * import { assertEquals } from "@std/assert";
   *
   * const scheduler = new Scheduler({ concurrency: 2 });
   * const squares = await Promise.all(
   *   [1, 2, 3].map((n) => scheduler.run(() => Promise.resolve(n * n))),
   * );
   * assertEquals(squares, [1, 4, 9]);
   * ```
   */
  run<Output>(
    callback: (run: OneShotRun) => Output | PromiseLike<Output>,
    options?: RunOptions,
  ): Promise<Output> {
    const promise = this.#oneShots.run(callback, options);
    return promise as Promise<Output>; // It settles as the callback does.
  }

  /** Starts no more runs until `resume()`. What runs goes on. */
  pause(): void {
    this.#engine.setPaused(true);
  }

  /** Undoes `pause()`. */
  resume(): void {
    this.#engine.setPaused(false);
  }

  /** How many runs may be in flight at once. Lowering it ends none. */
  get concurrency(): number {
    return this.#engine.executors.bound;
  }

  set concurrency(value: number) {
    checkOne("Cannot set concurrency", "concurrency", CONCURRENCY, value);
    this.#engine.setConcurrency(value);
  }

  /** Waits until nothing is due and nothing runs; suspended items do not
   * count. Rejects with `ClosedError` if what is due is dropped. */
  idle(options: WaitOptions = {}): Promise<void> {
    const promise = this.#idle(options);
    return this.#engine.verifier?.watch(promise, "scheduler") ?? promise;
  }

  /**
   * Refuses enqueues at once, lets what is due run, then aborts what is left,
   * then cleans up, children first. Never rejects, and always ends.
   *
   * @returns What became of the work. It is the same promise each time;
   * another call can only shorten the grace.
   * @throws {TypeError} An option is of the wrong type or unknown.
   * @throws {RangeError} A number is out of its range.
   */
  close(options: CloseOptions = {}): Promise<CloseReport> {
    const { grace = GRACE_DEFAULT_MS, abortGrace = ABORT_GRACE_DEFAULT_MS } =
      check("Cannot close", options, CLOSE_RULES);
    this.#stopListening();
    this.#closing ??= new Closing(this.#engine, this.#root);
    this.#closing.limit(grace, abortGrace);
    return this.#closing.report;
  }

  /** Counts, all of the same instant. */
  snapshot(): Snapshot {
    return this.#engine.snapshot();
  }

  /**
   * Tells `observer` what happens from now on.
   *
   * @returns Stops it.
   * @throws {TypeError} One of its methods is no function.
   */
  observe(observer: Observer): () => void {
    const action = "Cannot observe";
    checkOne(action, "observer", OBJECT, observer);
    for (const name of OBSERVER_METHODS) {
      const method: unknown = observer[name];
      if (method !== undefined) checkOne(action, name, FUNCTION, method);
    }
    const stop = this.#engine.reporter.observe(observer);
    this.#engine.look();
    return () => {
      stop();
      this.#engine.look();
    };
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #idle(options: WaitOptions): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = check("Cannot wait", options, WAIT_RULES);
      if (this.#engine.counts.stuck !== 0) { // It will never be.
        throw new ClosedError("Cannot wait until idle");
      }
      if (this.#engine.isQuiet() && !signal?.aborted) return resolve();
      resolve(wait<void>(signal, (settle) => {
        const waiter = new Waiter(settle, false);
        this.#engine.idlers = join(this.#engine.idlers, waiter);
        return () => waiter.leave();
      }));
    });
  }

  #follow(signal: AbortSignal): void {
    const aborted = (): void => void this.close({ grace: 0 });
    if (signal.aborted) return aborted();
    signal.addEventListener("abort", aborted, { once: true });
    this.#stopListening = () => signal.removeEventListener("abort", aborted);
  }
}
