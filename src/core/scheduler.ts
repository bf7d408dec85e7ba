/**
 * The scheduler as its user holds it: options are checked here, everything
 * else is the engine's.
 *
 * @module
 */
import { type CloseOptions, type CloseReport, Closing } from "./closing.ts";
import { Engine } from "./engine.ts";
import { ClosedError } from "./errors.ts";
import { KeepAlive } from "./keep_alive.ts";
import { type Observer, Reporter, type Snapshot } from "./observer.ts";
import { checkObserver } from "./observing.ts";
import { OneShots, type RunOptions } from "./one_shot.ts";
import { check, checkOne, MS, type Rules } from "./options.ts";
import { ScopeRecord } from "./record.ts";
import {
  checkScheduler,
  CONCURRENCY,
  type SchedulerOptions,
} from "./scheduler_options.ts";
import { createItem, createKind, createScope } from "./create.ts";
import { join, wait, Waiter } from "./waiters.ts";
import { WAIT_RULES } from "./waiting.ts";
import type { WaitOptions } from "./calls.ts";
import type { AnyKind, Kind, KindDefinition, KindOptions } from "./kind.ts";
import type { Home, Scope, ScopeOptions } from "./scope.ts";
import type { OneShotRun, WorkItem, WorkItemOptions } from "./work_item.ts";

const CLOSE_RULES: Rules<CloseOptions> = { grace: MS, abortGrace: MS };
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
export class Scheduler implements Home {
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
    const { waitUntil, signal, onError, ...basis } = checkScheduler(options);
    const { clock } = basis;
    const reporter = new Reporter(clock, onError);
    const keepAlive = waitUntil &&
      new KeepAlive(waitUntil, (error) => reporter.report(error));
    const parts = { ...basis, keepAlive, reporter };
    this.#engine = new Engine(parts);
    const none = { gate: undefined, cleanup: undefined };
    this.#root = new ScopeRecord(undefined, none);
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
  createWorkItem<
    Context = undefined,
    Output = void,
    Input = undefined,
    Message = never,
  >(
    options: WorkItemOptions<Context, Output, Input, Message>,
  ): WorkItem<Context, Output, Input, Message> {
    return createItem(this.#engine, this.#root, options);
  }

  /**
   * Defines a kind: its items are found by their keys, and made when they are
   * first needed. Throws as `createWorkItem` does, and a `TypeError` if the
   * scheduler has a kind of this name already.
   *
   * @example A failing key backs off alone
   * ```ts
   * import { exponential, Scheduler, type } from "@workitem/scheduler";
   * import { assertEquals } from "@std/assert";
   *
   * const scheduler = new Scheduler();
   * const sync = scheduler.define("sync", {
   *   message: type<string>(),
   *   retry: exponential({ attempts: 3, min: 1 }),
   *   run({ messages, attempt }) {
   *     if (attempt === 1) throw new Error("down");
   *     return messages.join();
   *   },
   * });
   *
   * sync.enqueue("acme", "a");
   * assertEquals(await sync.request("acme", "b"), "a,b");
   * await scheduler.close();
   * ```
   */
  define<
    Context = undefined,
    Output = void,
    Input = undefined,
    Message = never,
  >(
    name: string,
    options: KindOptions<Context, Output, Input, Message>,
  ): Kind<Context, Output, Input, Message>;
  /** The same, of a definition made by `kind()`. */
  define<Context, Output, Input, Message>(
    definition: KindDefinition<Context, Output, Input, Message>,
  ): Kind<Context, Output, Input, Message>;
  define<Context, Output, Input, Message>(
    name: string | KindDefinition<Context, Output, Input, Message>,
    options?: KindOptions<Context, Output, Input, Message>,
  ): Kind<Context, Output, Input, Message> {
    return createKind(this.#engine, this.#root, name, options);
  }

  /** All kinds that there are, in the order of their definition. */
  kinds(): AnyKind[] {
    return [...this.#engine.kinds.values()];
  }

  /** Makes a scope. Throws as `createWorkItem` does. */
  createScope(options: ScopeOptions = {}): Scope {
    return createScope(this.#engine, this.#root, options);
  }

  /**
   * Runs `callback` once, when its turn comes; the promise settles as it does.
   *
   * Never throws. Rejects with the callback's error, with `signal.reason` if
   * it is aborted before it begins, with `QueueFullError` or `ClosedError`, and
   * with a `TypeError` or `RangeError` for a mistake in its arguments.
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

  /**
   * How many runs may be in flight at once. Lowering it ends none.
   *
   * @throws {TypeError} It is set to what is no number.
   * @throws {RangeError} It is set to no whole number from 1.
   */
  get concurrency(): number {
    return this.#engine.executors.bound;
  }

  set concurrency(value: number) {
    checkOne("Cannot set concurrency", "concurrency", CONCURRENCY, value);
    this.#engine.setConcurrency(value);
  }

  /** What the scheduler lives in: nothing. */
  get parent(): undefined {
    return undefined;
  }

  /** Waits until nothing is due and nothing runs; items that are delayed, held
   * or suspended do not count. Rejects with `ClosedError` if what is due is dropped. */
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
    const { grace, abortGrace } = check("Cannot close", options, CLOSE_RULES);
    if (this.#closing !== undefined) { // What is not said changes nothing.
      this.#closing.limit(grace ?? Infinity, abortGrace ?? Infinity);
      return this.#closing.report;
    }
    const closing = this.#closing = new Closing(this.#engine, this.#root);
    closing.report.then(this.#stopListening);
    closing.begin();
    closing.limit(
      grace ?? GRACE_DEFAULT_MS,
      abortGrace ?? ABORT_GRACE_DEFAULT_MS,
    );
    return closing.report;
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
    checkObserver(observer);
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
      if (this.#engine.counts.stuck !== 0 && !signal?.aborted) { // Never.
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
