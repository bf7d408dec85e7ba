/**
 * Durable work items: the same kinds, kept in a store that survives the process
 * and that several processes share.
 *
 * A {@linkcode DurableScheduler} stores what is enqueued before it says so, and
 * runs what is ready here or in any other process that defines the kind. The end
 * of a run, the context that it leaves and the messages that it is done with are
 * stored in one step. A process that is lost loses nothing: others run again
 * what it had begun.
 *
 * @example Usage
 * ```ts
 * import { exponential, type } from "@workitem/scheduler";
 * import { DurableScheduler } from "@workitem/scheduler/durable";
 * import { memoryStore } from "@workitem/scheduler/stores/memory";
 * import { assertEquals } from "@std/assert";
 *
 * const scheduler = new DurableScheduler({ store: memoryStore() });
 * const reindex = scheduler.define("reindex", {
 *   message: type<{ doc: number }>(),
 *   context: () => ({ docs: [] as number[] }),
 *   retry: exponential(),
 *   run({ context, messages }) {
 *     context.docs.push(...messages.map(({ doc }) => doc));
 *     return context.docs.length;
 *   },
 * });
 *
 * await reindex.enqueue("acme", { doc: 7 });
 * assertEquals(await reindex.request("acme", { doc: 8 }), 2);
 * await scheduler.close();
 * ```
 *
 * @module
 */
export { UnknownKindError } from "../core/unknown_kind.ts";
export type { DurableCloseReport } from "./closing.ts";
export type {
  DurableItem,
  DurableKind,
  DurableKindOptions,
  DurableRun,
  EnqueueEntry,
  EnqueueOptions,
  KindDeadQuery,
  KindQuery,
  ReadLetter,
  RequestOptions,
} from "./durable_kind.ts";
export type { DurableSchedulerOptions } from "./durable_options.ts";
export { DurableScheduler } from "./durable_scheduler.ts";
export {
  ConflictError,
  CrashedError,
  LeaseLostError,
  LimitError,
  NotSerializableError,
  type RemoteCause,
  RemoteError,
  StoreError,
  type StoreTrouble,
} from "./errors.ts";
export { fsck, type FsckOptions } from "./fsck.ts";
export type { DurableSnapshot } from "./snapshot.ts";
export type {
  Fault,
  FsckReport,
  Promoted,
  Standing,
  Store,
  Taken,
  Want,
} from "./store.ts";
export type {
  Claim,
  DeadLetter,
  DeadQuery,
  Durability,
  DurableOutcome,
  ItemQuery,
  Loaded,
  News,
  Page,
  Receipt,
  SessionView,
  Settled,
  StoredItem,
  StoredMessage,
  StoredResult,
  StoreKeyPart,
  StoreLimits,
  Verdict,
  Wake,
  Write,
  WritePlace,
} from "./stored.ts";
export type { WorkOptions, WorkReport } from "./work.ts";
