/**
 * Actor-style work items: many wake-ups, one run, nothing lost.
 *
 * A {@linkcode WorkItem} is a callback with its own context. Anyone may enqueue
 * it, any number of times. A {@linkcode Scheduler} keeps the queue of items that
 * are owed a run and hands them to a bounded set of executors. What is enqueued
 * while an item waits is folded into the run it is owed; what is enqueued while
 * it runs causes exactly one more run.
 *
 * @example Usage
 * ```ts
 * import { Scheduler } from "@workitem/scheduler";
 * import { assertEquals } from "@std/assert";
 *
 * const scheduler = new Scheduler({ concurrency: 8 });
 * const printed: string[] = [];
 * const item = scheduler.createWorkItem({
 *   context: () => ({ lines: [] as string[] }),
 *   run({ context }) {
 *     printed.push(context.lines.splice(0).join(" "));
 *   },
 * });
 *
 * item.context.lines.push("a");
 * item.enqueue(); // "queued"
 * item.context.lines.push("b");
 * item.enqueue(); // "coalesced": the same run sees both
 * await item.flush();
 * assertEquals(printed, ["a b"]);
 * await scheduler.close();
 * ```
 *
 * @module
 */
export { type Clock, systemClock } from "./src/core/clock.ts";
export type { CloseOptions, CloseReport } from "./src/core/closing.ts";
export {
  CancelledError,
  ClosedError,
  DeletedError,
  QueueFullError,
  SelfWaitError,
  SkippedError,
  TimeoutError,
  WorkItemError,
  type WorkItemErrorOptions,
} from "./src/core/errors.ts";
export type { WaitUntil } from "./src/core/keep_alive.ts";
export type {
  EndedEvent,
  EnqueuedEvent,
  Observer,
  OnError,
  PausedEvent,
  Snapshot,
  StalledEvent,
  StartedEvent,
} from "./src/core/observer.ts";
export type { RunOptions } from "./src/core/one_shot.ts";
export { Scheduler } from "./src/core/scheduler.ts";
export type { SchedulerOptions } from "./src/core/scheduler_options.ts";
export type {
  CancelOptions,
  ItemName,
  OneShotRun,
  Parent,
  Run,
  Scope,
  ScopeOptions,
  Suspension,
  WaitOptions,
  WorkItem,
  WorkItemOptions,
} from "./src/core/work_item.ts";
export type {
  EnqueueOutcome,
  ItemState,
  WhenRunning,
} from "./src/core/words.ts";
