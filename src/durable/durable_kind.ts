/**
 * What a user of a durable scheduler holds: kinds, their items, and what a
 * callback is handed. They name each other, so they stand together.
 *
 * @module
 */
import type { CancelOptions, Timing, WaitOptions } from "../core/calls.ts";
import type { KindOptions } from "../core/kind.ts";
import type { Run } from "../core/work_item.ts";
import type {
  DeadLetter,
  DeadQuery,
  DurableOutcome,
  ItemQuery,
  Page,
  StoredItem,
  Write,
} from "./stored.ts";

/** What an enqueue may say besides its message. */
export interface EnqueueOptions extends Timing {
  /** Names the enqueue: a second one of the same key with the same id, within
   * the scheduler's `idWindow`, does nothing and answers `"duplicate"`. A
   * well-formed string of 1 to 512 bytes, not `.` or `..`.
   *
   * @default Each enqueue counts. */
  readonly id?: string | undefined;
}

/** When a requested run may begin, and how long its caller waits. */
export interface RequestOptions extends Timing, WaitOptions {}

/** One of many enqueues. */
export interface EnqueueEntry<Input> extends EnqueueOptions {
  /** Which item. */
  readonly key: string;
  /** What its run is handed; `undefined` is a mere wake-up. */
  readonly message?: Input | undefined;
}

/** Which items of a kind are wanted. */
export type KindQuery = Omit<ItemQuery, "kind">;

/** Which dead letters of a kind are wanted. */
export type KindDeadQuery = Omit<DeadQuery, "kind">;

/** A dead letter, with its messages as the kind knows them. */
export interface ReadLetter<Message> extends Omit<DeadLetter, "messages"> {
  /** In the order in which they were enqueued; none, if a mere wake-up
   * failed. */
  readonly messages: readonly Message[];
}

/**
 * One call of a durable item's callback, as the callback sees it: what a `Run`
 * is, with these differences.
 */
export interface DurableRun<
  Context = undefined,
  Message = never,
  Input = [Message] extends [never] ? undefined : Message,
> extends Omit<Run<Context, Message, Input, string>, "item"> {
  /** The item's own memory, as it was stored. What the callback changes in it
   * is stored, in one step with the end of the run, if it succeeds. */
  readonly context: Context;
  /** Aborts also with a `LeaseLostError` when another process may take over. */
  readonly signal: AbortSignal;
  /** Counts the runs that this scheduler has begun, from 1. */
  readonly number: number;
  /** How many stored messages this run answers, or 1. */
  readonly coalesced: number;
  /** Is the next run owed already? It may be known late. */
  readonly stale: boolean;
  /** Grows from run to run of the item. Send it along to whatever else the run
   * writes to, which should refuse a smaller one. */
  readonly fence: string;
  /** The item as this run sees it: as `Run.item`, but that its methods return
   * promises. */
  readonly item: DurableItem<unknown, Input, Message>;
  /**
   * Adds writes to the transaction that stores the end of this run, if it
   * succeeds. If a `"check"` among them fails, none of it is stored and the run
   * has failed with a `ConflictError`.
   *
   * @throws {TypeError} It is no write, or the run has ended.
   */
  tx(...writes: readonly Write[]): void;
}

/**
 * What the items of a durable kind are made from: what `KindOptions` say, with
 * these differences.
 *
 * - `run` is handed a {@linkcode DurableRun}
 * - `message` is asked at the enqueue, by the process that enqueues; what it
 *   made is stored, and not checked again
 * - `context` is called for the first run of an item, and for each further one
 *   until a run has succeeded
 * - `merge` is called when messages are read for a run
 * - `concurrency` and `rate` bound the runs in this process
 * - `undelivered` is told of all messages that became a dead letter, those that
 *   somebody waits for too
 * - `passivateAfter` and `cleanup` do nothing: contexts are in the store
 * - `whenRunning: "overlap"` is refused
 */
export interface DurableKindOptions<
  Context = undefined,
  Output = void,
  Input = undefined,
  Message = [Input] extends [undefined] ? never : Input,
> extends Omit<KindOptions<Context, Output, Input, Message>, "run"> {
  /** Does the work: **all** of the work it finds in its messages and in the
   * context. It may be called again with the same, by another process, if this
   * one is lost. */
  readonly run: (
    run: DurableRun<Context, Message, Input>,
  ) => Output | PromiseLike<Output>;
}

/**
 * One item of a durable kind: an address, which may be held for ever.
 *
 * All methods return promises, which reject with a `StoreError` if the store
 * does not answer.
 */
export interface DurableItem<
  Output = void,
  Input = undefined,
  Message = [Input] extends [undefined] ? never : Input,
> {
  /** Its key. */
  readonly key: string;
  /**
   * Asks for a run that begins after this call, and is handed `message`. It
   * resolves when that is stored, as the store's `durability` says.
   *
   * Rejects with `InvalidMessageError`, `NotSerializableError`, `LimitError`,
   * `QueueFullError`, `DeletedError` or `ClosedError`, with a `TypeError` or
   * `RangeError` for a mistake in an argument; nothing was stored then. After a
   * `StoreError` whose `outcome` is `"unknown"` it may have been: with an `id`
   * a second try is safe.
   */
  enqueue(message?: Input, options?: EnqueueOptions): Promise<DurableOutcome>;
  /**
   * Enqueues, and resolves with the result of the run that handles the message,
   * whichever process runs it, through all its attempts.
   *
   * Rejects with the error of the last attempt (a `RemoteError` if that was in
   * another process), with what `enqueue` rejects with, with `HeldError`,
   * `SkippedError`, `CancelledError`, `DeletedError` or `ClosedError`, with
   * `signal.reason`, and through `run.item` with `SelfWaitError`.
   */
  request(message?: Input, options?: RequestOptions): Promise<Output>;
  /** Waits for what is due now, with its further attempts; delayed runs are not
   * waited for. Rejects with `HeldError`, `CancelledError`, `DeletedError`,
   * `ClosedError` or `signal.reason`; never with the error of a run. */
  flush(options?: WaitOptions): Promise<void>;
  /** Waits until nothing is owed but what is delayed, and nothing runs. Rejects
   * with `HeldError`, `ClosedError` or `signal.reason`. */
  idle(options?: WaitOptions): Promise<void>;
  /** Takes back what waits. Resolves with the messages, none for mere wake-ups;
   * `undefined` when nothing was owed. */
  cancel(options?: CancelOptions): Promise<readonly Message[] | undefined>;
  /** Keeps the item from starting, in all processes, until `resume()`. It goes
   * on collecting. Once is enough, more does nothing. */
  suspend(): Promise<void>;
  /** Undoes `suspend()`, whoever called it. */
  resume(): Promise<void>;
  /** Ends a backoff or a hold: what is owed is due now, as a first attempt. */
  reset(): Promise<void>;
  /** Forgets the item with its context. What waits is not run: it is what this
   * resolves with, as `cancel` does. If a run goes on, its signal aborts, and
   * this resolves when it has ended. */
  delete(): Promise<readonly Message[] | undefined>;
  /** All that is known of it; `undefined` if that is nothing. It wakes
   * nothing. */
  inspect(): Promise<StoredItem | undefined>;
}

/**
 * Any number of items in a store, each with a key.
 *
 * All methods return promises, which reject with a `StoreError` if the store
 * does not answer, and with a `TypeError` or `RangeError` for a mistake in an
 * argument.
 */
export interface DurableKind<
  Output = void,
  Input = undefined,
  Message = [Input] extends [undefined] ? never : Input,
> {
  /** What it is called. */
  readonly name: string;
  /** The same as `get(key).enqueue(…)`. */
  enqueue(
    key: string,
    message?: Input,
    options?: EnqueueOptions,
  ): Promise<DurableOutcome>;
  /** Enqueues many in as few steps as the store needs. Each is answered by
   * itself, in their order: an outcome, or the error that refused it. Those of
   * one key keep their order. Rejects only with `ClosedError`. */
  enqueueMany(
    entries: Iterable<EnqueueEntry<Input>>,
  ): Promise<(DurableOutcome | Error)[]>;
  /** The same as `get(key).request(…)`. */
  request(
    key: string,
    message?: Input,
    options?: RequestOptions,
  ): Promise<Output>;
  /**
   * The address of an item. It makes nothing.
   *
   * @throws {TypeError} The key is no string.
   * @throws {RangeError} The key is not as it must be.
   */
  get(key: string): DurableItem<Output, Input, Message>;
  /** The same as `get(key).inspect()`. */
  inspect(key: string): Promise<StoredItem | undefined>;
  /** Items that are not idle, or suspended, page by page. */
  list(query?: KindQuery): Promise<Page<StoredItem>>;
  /** Messages that no run will handle, page by page. */
  dead(query?: KindDeadQuery): Promise<Page<ReadLetter<Message>>>;
  /** Enqueues the messages of one dead letter of a key again, or of all it has
   * now. Resolves with how many there were. */
  redrive(key: string, id?: string): Promise<number>;
  /** Forgets a dead letter. `false`: there was none. */
  discard(key: string, id: string): Promise<boolean>;
}
