/**
 * What a user holds: the item, what it is made from, and what its callback is
 * handed. They name each other, so they stand together.
 *
 * @module
 */
import type {
  CancelOptions,
  ItemName,
  Parent,
  Suspension,
  Timing,
  WaitOptions,
} from "./calls.ts";
import type { FailureOptions, InboxOptions, TimeOptions } from "./policies.ts";
import type { EnqueueOutcome, ItemState, WhenRunning } from "./words.ts";

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
export interface Run<
  Context = undefined,
  Message = never,
  Input = [Message] extends [never] ? undefined : Message,
  Name extends string | undefined = string | undefined,
> {
  /** The key of the item, if it was given one. */
  readonly key: Name;
  /** All messages since the last run began, in order. */
  readonly messages: readonly Message[];
  /** The item's own memory. */
  readonly context: Context;
  /** Aborts on timeout, on restart, by `cancel({ running: true })`, when the
   * grace of `close()` ends, and with the caller's signal in `Scheduler.run`. It
   * is made when first read. */
  readonly signal: AbortSignal;
  /** Counts the runs of this item, from 1, since it was last made in memory. */
  readonly number: number;
  /** Which attempt this is for the oldest of its messages, from 1. */
  readonly attempt: number;
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
  readonly item: WorkItem<Context, unknown, Input, Message>;
}

/** What a callback of `Scheduler.run` is handed. */
export type OneShotRun = Pick<Run, "signal" | "executor">;

/** What single items and the items of a kind are made from alike. */
export interface ActorOptions<
  Context,
  Output,
  Input,
  Message,
  Name extends string | undefined = string | undefined,
> extends
  InboxOptions<Input, Message>,
  TimeOptions,
  FailureOptions<Message, Name> {
  /** Does the work: **all** of the work it finds in its messages and in the
   * context, because any number of enqueues may have made this one run. */
  readonly run: (
    run: Run<Context, Message, Input, Name>,
  ) => Output | PromiseLike<Output>;
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
  /** Called once for each context, after the last run, when the item has been
   * deleted or passivated, or the scheduler closed. A promise it returns is
   * awaited.
   *
   * @default {undefined} */
  readonly cleanup?:
    | ((context: Context, name: ItemName<Name>) => unknown)
    | undefined;
}

/** What a work item is made from. */
export interface WorkItemOptions<
  Context = undefined,
  Output = void,
  Input = undefined,
  Message = [Input] extends [undefined] ? never : Input,
> extends ActorOptions<Context, Output, Input, Message> {
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
export interface WorkItem<
  Context = undefined,
  Output = void,
  Input = undefined,
  Message = [Input] extends [undefined] ? never : Input,
> {
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
   * Asks for a run that begins after this call, and is handed `message`. Calls
   * none of your code but the schema, `merge`, `context` and observers; what
   * one of the first three throws refuses the enqueue and changes nothing.
   *
   * @param message What the run is handed; `undefined` is a mere wake-up.
   * @throws {InvalidMessageError} The schema refuses the message.
   * @throws {DeletedError} The item is deleted or being deleted.
   * @throws {ClosedError} The scheduler was closed.
   * @throws {QueueFullError} `maxOwed` items are owed a run, and this is not
   * one of them, or `maxInbox` messages wait. Nothing was queued.
   * @throws {TypeError} A timing is of the wrong type or unknown.
   * @throws {RangeError} A timing is out of its range.
   */
  enqueue(message?: Input, timing?: Timing): EnqueueOutcome;
  /**
   * Enqueues, and returns the result of the run that handles the message,
   * through all its attempts.
   *
   * Never throws. Rejects with the error of the last attempt, with what
   * `enqueue` would throw, with `HeldError` (then its message is kept, as all
   * others), `SkippedError` or `CancelledError`, and through `run.item` with `SelfWaitError`.
   */
  request(message?: Input, timing?: Timing): Promise<Output>;
  /**
   * Waits for the runs in flight and for the one that is owed, with their
   * further attempts. What is enqueued later does not prolong it, and a run
   * that is delayed is not waited for.
   *
   * Rejects with `HeldError`, `CancelledError`, `DeletedError` or `ClosedError` if that was
   * taken back unrun, or was cancelled or closed while it ran and rejected;
   * with `signal.reason`; never with the error of a run.
   */
  flush(options?: WaitOptions): Promise<void>;
  /** Waits until nothing is owed but what is delayed, and nothing runs. An item
   * that goes on enqueueing itself may never get there. Rejects with
   * `HeldError`, if a wake-up is taken back
   * while it waits, and with `signal.reason`. */
  idle(options?: WaitOptions): Promise<void>;
  /**
   * Takes back the run that is owed.
   *
   * @returns The messages that waited, none for mere wake-ups; `undefined` when
   * no run was owed.
   * @throws {TypeError} An option is of the wrong type or unknown.
   */
  cancel(options?: CancelOptions): readonly Message[] | undefined;
  /**
   * Keeps the item from starting. It goes on collecting wake-ups.
   *
   * @throws {DeletedError} The item is deleted or being deleted.
   * @throws {ClosedError} The scheduler was closed.
   */
  suspend(): Suspension;
  /** Ends a backoff or a hold: what is owed is due now, as a first attempt. */
  reset(): void;
  /**
   * Refuses further enqueues at once, lets what is queued or delayed run once
   * more, now and without further attempts, and cleans up after the last run.
   * What waits for a further attempt, is held or suspended, or queued while the
   * scheduler is paused, is not run.
   *
   * @returns How it ended: `undefined`, or the messages that were dropped unrun
   * if no `undelivered` was told of them. It is the same promise each time, and
   * rejects with `ClosedError` if `close()` gave up a run of the item. The key
   * of a kind is then as if never used; any other item stays deleted.
   */
  delete(): Promise<readonly Message[] | undefined>;
}
