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
export type {
  CancelOptions,
  ItemName,
  Parent,
  Suspension,
  Timing,
  WaitOptions,
} from "./src/core/calls.ts";
export { type Clock, systemClock } from "./src/core/clock.ts";
export type {
  CloseOptions,
  CloseReport,
  LeftItem,
} from "./src/core/closing.ts";
export {
  CancelledError,
  ClosedError,
  DeletedError,
  HeldError,
  InvalidMessageError,
  type Issue,
  QueueFullError,
  SelfWaitError,
  SkippedError,
  TimeoutError,
  WorkItemError,
  type WorkItemErrorOptions,
} from "./src/core/errors.ts";
export type { WaitUntil } from "./src/core/keep_alive.ts";
export {
  type AnyKind,
  type Inspection,
  type Kind,
  kind,
  type KindDefinition,
  type KindOptions,
  type Rate,
} from "./src/core/kind.ts";
export { latest } from "./src/core/merge.ts";
export type {
  EndedEvent,
  EnqueuedEvent,
  ErrorSource,
  HeldEvent,
  Observer,
  OnError,
  PausedEvent,
  RetriedEvent,
  Snapshot,
  StalledEvent,
  StartedEvent,
} from "./src/core/observer.ts";
export type { RunOptions } from "./src/core/one_shot.ts";
export type {
  Failure,
  FailureOptions,
  InboxOptions,
  Retry,
  TimeOptions,
} from "./src/core/policies.ts";
export { exponential, type ExponentialOptions } from "./src/core/retry.ts";
export { Scheduler } from "./src/core/scheduler.ts";
export type { SchedulerOptions } from "./src/core/scheduler_options.ts";
export { type Schema, type, type Verdict } from "./src/core/schema.ts";
export type { Home, Scope, ScopeOptions } from "./src/core/scope.ts";
export type {
  Target,
  Targeted,
  TargetEntry,
  TargetItem,
  TargetKind,
  TargetLetter,
  TargetLetters,
  TargetOptions,
  TargetPage,
  TargetQuery,
  TargetReceipt,
  TargetRequest,
} from "./src/core/target.ts";
export type { TargetSource } from "./src/core/target_of.ts";
export type {
  ActorOptions,
  OneShotRun,
  Run,
  WorkItem,
  WorkItemOptions,
} from "./src/core/work_item.ts";
export type {
  EnqueueOutcome,
  ItemState,
  Reschedule,
  WhenExhausted,
  WhenRunning,
} from "./src/core/words.ts";
