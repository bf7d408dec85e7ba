/**
 * What a user holds: the item, what it is made from, what its callback is
 * handed, and what it lives in. They name each other, so they stand together.
 *
 * @module
 */

import type { EnqueueOutcome, ItemState, WhenRunning } from "./words.ts";

/** How a callback, event or report names an item. */
export interface ItemName {
  /** The name of its kind, if it is of one. */
  readonly kind: string | undefined;
  /** Its key, if it was given one. */
  readonly key: string | undefined;
}

/** How to wait. */
export interface WaitOptions {
  /** Ends the waiting: the promise rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
}

/** What to cancel. */
export interface CancelOptions {
  /**
   * Abort the signals of the runs in flight as well?
   *
   * @default {false}
   */
  readonly running?: boolean | undefined;
}

/** Keeps an item from running until it is given back. */
export interface Suspension {
  /** Gives it back; the item may run when all suspensions are. Once is enough,
   * more does nothing. */
  resume(): void;
  /** The same as `resume()`, for `using`. */
  [Symbol.dispose](): void;
}

/**
 * One call of a work item's callback, as the callback sees it.
 *
 * @example What a run is told
 * ```ts
 * import { Scheduler } from "@workitem/scheduler";
 * import { assertEquals } from "@std/assert";
 *
 * const scheduler = new Scheduler();
 * const item = scheduler.createWorkItem({
 *   run: ({ number, coalesced }) => `run ${number} answers ${coalesced}`,
 * });
 *
 * item.enqueue();
 * assertEquals(await item.request(), "run 1 answers 2");
 * ```
 */
export interface Run<Context = undefined> {
  /** The key of the item, if it was given one. */
  readonly key: string | undefined;
  /** The item's own memory. */
  readonly context: Context;
  /** Aborts on timeout, on restart, by `cancel({ running: true })`, when the
   * grace of `close()` ends, and with the caller's signal in `Scheduler.run`. It
   * is made when first read. */
  readonly signal: AbortSignal;
  /** Counts the runs of this item, from 1. */
  readonly number: number;
  /** How many enqueues this run answers, 1 or more. */
  readonly coalesced: number;
  /** Which executor runs it: a number below `concurrency` as it was when the
   * run began. */
  readonly executor: number;
  /** Is the next run owed already, so that this one may cut its work short? */
  readonly stale: boolean;
  /** The item as this run sees it: `flush()` and `idle()` throw
   * `SelfWaitError`, `request()` rejects with it, `enqueue()` never restarts
   * this run, and `delete()` does not wait for its end. */
  readonly item: WorkItem<Context, unknown>;
}

/** What a callback of `Scheduler.run` is handed. */
export type OneShotRun = Pick<Run, "signal" | "executor">;

/** What a work item is made from. */
export interface WorkItemOptions<Context = undefined, Output = void> {
  /** Names the item in errors, events and reports: a well-formed string of 1
   * to 512 bytes, not `.` or `..`. Two items may have the same.
   *
   * @default {undefined} */
  readonly key?: string | undefined;
  /** Makes the item's own memory; called once, at creation. Write it before
   * `run`, so that its type reaches there.
   *
   * @default {undefined} */
  readonly context?: (() => Context) | undefined;
  /** Does the work: **all** of the work it finds in the context, because any
   * number of enqueues may have made this one run. */
  readonly run: (run: Run<Context>) => Output | PromiseLike<Output>;
  /** What an enqueue does while the item runs.
   *
   * @default {"rerun"} */
  readonly whenRunning?: WhenRunning | undefined;
  /** With `"overlap"`: how many runs of the item may be in flight at once.
   *
   * @default The scheduler's `concurrency`. */
  readonly maxOverlap?: number | undefined;
  /** With `"restart"`: how often in a row, after which the item is rerun
   * instead, so that it gets done.
   *
   * @default {8} */
  readonly maxRestarts?: number | undefined;
  /** Milliseconds after which the signal of a run aborts with a
   * `TimeoutError`.
   *
   * @default No limit. */
  readonly timeout?: number | undefined;
  /** 0 to 255: higher ones go first, whatever else waits.
   *
   * @default {0} */
  readonly priority?: number | undefined;
  /** Called once, after the last run, when the item has been deleted or the
   * scheduler closed. A promise it returns is awaited.
   *
   * @default {undefined} */
  readonly cleanup?:
    | ((context: Context, name: ItemName) => unknown)
    | undefined;
}

/**
 * One actor: a callback, its memory, and the right to wake it.
 *
 * @example Many wake-ups, one run, nothing lost
 * ```ts
 * import { Scheduler } from "@workitem/scheduler";
 * import { assertEquals } from "@std/assert";
 *
 * const scheduler = new Scheduler();
 * const printed: string[][] = [];
 * const item = scheduler.createWorkItem({
 *   context: () => ({ lines: [] as string[] }),
 *   run: ({ context }) => void printed.push(context.lines.splice(0)),
 * });
 *
 * item.context.lines.push("a");
 * assertEquals(item.enqueue(), "queued");
 * item.context.lines.push("b");
 * assertEquals(item.enqueue(), "coalesced");
 * await item.flush();
 * assertEquals(printed, [["a", "b"]]);
 * ```
 */
export interface WorkItem<Context = undefined, Output = void> {
  /** The key it was given, if any. */
  readonly key: string | undefined;
  /** The item's own memory: write here, then enqueue. */
  readonly context: Context;
  /** What it is doing now. */
  readonly state: ItemState;
  /** Grows with every change of the item that can be seen. */
  readonly version: number;
  /** What it lives in; `undefined` once it is deleted. */
  readonly parent: Parent | undefined;
  /**
   * Asks for a run that begins after this call. Calls none of your code but
   * the observers'.
   *
   * @throws {DeletedError} The item is deleted or being deleted.
   * @throws {ClosedError} The scheduler was closed.
   * @throws {QueueFullError} `maxOwed` items are owed a run, and this is not
   * one of them. Nothing was queued.
   */
  enqueue(): EnqueueOutcome;
  /**
   * Enqueues, and returns the result of the run that answers it.
   *
   * Never throws. Rejects with the run's error, with what `enqueue` would
   * throw, with `SkippedError` or `CancelledError`, and through `run.item` with
   * `SelfWaitError`.
   */
  request(): Promise<Output>;
  /**
   * Waits for the runs in flight and for the one that is owed; what is
   * enqueued later does not prolong it.
   *
   * Rejects with `CancelledError`, `DeletedError` or `ClosedError` if that was
   * taken back unrun, or was cancelled or closed while it ran and rejected;
   * with `signal.reason`; never with the error of a run.
   */
  flush(options?: WaitOptions): Promise<void>;
  /** Waits until nothing is owed and nothing runs. An item that goes on
   * enqueueing itself may never get there. Rejects if a wake-up is taken back
   * while it waits, and with `signal.reason`. */
  idle(options?: WaitOptions): Promise<void>;
  /**
   * Takes back the run that is owed.
   *
   * @returns `undefined` when none was owed.
   * @throws {TypeError} An option is of the wrong type or unknown.
   */
  cancel(options?: CancelOptions): readonly never[] | undefined;
  /**
   * Keeps the item from starting. It goes on collecting wake-ups.
   *
   * @throws {DeletedError} The item is deleted or being deleted.
   * @throws {ClosedError} The scheduler was closed.
   */
  suspend(): Suspension;
  /**
   * Refuses further enqueues at once, lets what is queued run once more, and
   * cleans up after the last run. What is suspended, or queued while the
   * scheduler is paused, is not run.
   *
   * @returns How it ended: `undefined`, or `[]` when a wake-up was dropped
   * unrun. It is the same promise each time, and rejects with `ClosedError` if
   * `close()` gave up a run of the item.
   */
  delete(): Promise<readonly never[] | undefined>;
}

/** What a scope is made from. */
export interface ScopeOptions {
  /** Shall the items of this scope, those of inner scopes included, never run
   * at the same time?
   *
   * @default {false} */
  readonly serialize?: boolean | undefined;
  /** Called once, after all its children were cleaned up. A promise it returns
   * is awaited.
   *
   * @default {undefined} */
  readonly cleanup?: (() => unknown) | undefined;
}

/** What items and scopes live in: a scope, or the scheduler itself. */
export interface Parent {
  /**
   * Makes an item; it is idle until its first enqueue.
   *
   * @throws {TypeError} An option is of the wrong type or unknown.
   * @throws {RangeError} A value is out of its range.
   * @throws {unknown} What `context` throws.
   * @throws {DeletedError} The scope is deleted or being deleted.
   * @throws {ClosedError} The scheduler was closed.
   */
  createWorkItem<Context = undefined, Output = void>(
    options: WorkItemOptions<Context, Output>,
  ): WorkItem<Context, Output>;
  /** Makes a scope inside this one. Throws as `createWorkItem` does. */
  createScope(options?: ScopeOptions): Scope;
}

/**
 * A lifetime that items share, and one gate if it is serialized.
 *
 * @example Children are deleted before their parent
 * ```ts
 * import { Scheduler } from "@workitem/scheduler";
 * import { assertEquals } from "@std/assert";
 *
 * const scheduler = new Scheduler();
 * const log: string[] = [];
 * const scope = scheduler.createScope({ cleanup: () => log.push("scope") });
 * const item = scope.createWorkItem({
 *   run: () => void log.push("run"),
 *   cleanup: () => log.push("item"),
 * });
 *
 * item.enqueue();
 * await scope.delete();
 * assertEquals(log, ["run", "item", "scope"]);
 * ```
 */
export interface Scope extends Parent {
  /** What it lives in; `undefined` once it is deleted. */
  readonly parent: Parent | undefined;
  /** Deletes all items and scopes inside, then cleans up. It is the same
   * promise each time, and rejects with `ClosedError` if `close()` gave up a run
   * of an item inside. */
  delete(): Promise<void>;
}
