/**
 * What a user of a client holds: kinds and their items, as far as they can be
 * reached from afar.
 *
 * @module
 */
import type { CancelOptions, WaitOptions } from "../core/calls.ts";
import type { KindDefinition } from "../core/kind.ts";
import type {
  TargetItem,
  TargetLetter,
  TargetOptions,
  TargetPage,
  TargetQuery,
  TargetReceipt,
} from "../core/target.ts";
import type { RemoteOptions, RemoteRequestOptions } from "./said.ts";

/** What an enqueue from afar did; `"duplicate"`: its id was seen before. */
export type RemoteOutcome = TargetReceipt["outcome"];

/** One of many enqueues. */
export interface RemoteEntry<Input> extends TargetOptions {
  /** Which item. */
  readonly key: string;
  /** What its run is handed; `undefined` is a mere wake-up. */
  readonly message?: Input | undefined;
}

/** Which items, or dead letters, of a kind are wanted. */
export interface RemoteQuery extends TargetQuery, WaitOptions {}

/** What to cancel. */
export interface RemoteCancelOptions extends CancelOptions, WaitOptions {}

/** Which dead letters are meant. */
export interface RemoteLetterOptions extends WaitOptions {
  /** One of them.
   *
   * @default All that the key has now. */
  readonly id?: string | undefined;
}

/**
 * One item of a kind, far away: an address, which may be held for ever.
 *
 * All methods return promises, which reject with a `ConnectionError`, with a
 * `TypeError` or `RangeError` for a mistake in an argument, or with
 * `signal.reason`.
 */
export interface RemoteItem<
  Output = void,
  Input = undefined,
  Message = [Input] extends [undefined] ? never : Input,
> {
  /** Its key. */
  readonly key: string;
  /** Asks for a run that begins after this call, and is handed `message`. */
  enqueue(message?: Input, options?: RemoteOptions): Promise<RemoteOutcome>;
  /** Enqueues, and resolves with the result of the run that handles the
   * message, as JSON has it. */
  request(message?: Input, options?: RemoteRequestOptions): Promise<Output>;
  /** All that is known of it; `undefined` if that is nothing. It wakes
   * nothing. */
  inspect(options?: WaitOptions): Promise<TargetItem | undefined>;
  /** Takes back what waits. Resolves with the messages, none for mere wake-ups;
   * `undefined` when nothing was owed. */
  cancel(
    options?: RemoteCancelOptions,
  ): Promise<readonly Message[] | undefined>;
  /** Keeps the item from starting until `resume()`; it goes on collecting. */
  suspend(options?: WaitOptions): Promise<void>;
  /** Undoes `suspend()`, whoever called it. */
  resume(options?: WaitOptions): Promise<void>;
  /** Ends a backoff or a hold. */
  reset(options?: WaitOptions): Promise<void>;
  /** Deletes the item. Resolves with what was dropped unrun, as `cancel`
   * does. */
  delete(options?: WaitOptions): Promise<readonly Message[] | undefined>;
}

/**
 * Any number of items far away, each with a key.
 *
 * All methods fail as those of a {@linkcode RemoteItem} do.
 */
export interface RemoteKind<
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
    options?: RemoteOptions,
  ): Promise<RemoteOutcome>;
  /** Enqueues many, a hundred at a time. Each is answered by itself, in their
   * order: an outcome, or the error that refused it. Those of one key keep their
   * order. Rejects if nothing could be sent. */
  enqueueMany(
    entries: Iterable<RemoteEntry<Input>>,
    options?: WaitOptions,
  ): Promise<readonly (RemoteOutcome | Error)[]>;
  /** The same as `get(key).request(…)`. */
  request(
    key: string,
    message?: Input,
    options?: RemoteRequestOptions,
  ): Promise<Output>;
  /**
   * The address of an item. It makes nothing.
   *
   * @throws {TypeError} The key is no string.
   * @throws {RangeError} The key is not as it must be.
   */
  get(key: string): RemoteItem<Output, Input, Message>;
  /** The same as `get(key).inspect(…)`. */
  inspect(key: string, options?: WaitOptions): Promise<TargetItem | undefined>;
  /** One page of the items that are known. */
  list(query?: RemoteQuery): Promise<TargetPage<TargetItem>>;
  /** All items that are known, page by page: `limit` is that of a page. */
  items(query?: RemoteQuery): AsyncGenerator<TargetItem, void, undefined>;
  /** One page of the messages that no run will handle. */
  dead(query?: RemoteQuery): Promise<TargetPage<TargetLetter>>;
  /** Enqueues the messages of dead letters of a key again. Resolves with how
   * many there were. */
  redrive(key: string, options?: RemoteLetterOptions): Promise<number>;
  /** Forgets a dead letter. `false`: there was none. */
  discard(key: string, id: string, options?: WaitOptions): Promise<boolean>;
}

/** The definition of a kind, whatever its types are. */
export interface AnyDefinition {
  /** What the kind is called. */
  readonly name: string;
  /** What its items are made from, where they run. */
  readonly options: object;
}

/** The kind far away that `Definition` defines there. */
export type RemoteKindOf<Definition> = Definition extends
  KindDefinition<infer _Context, infer Output, infer Input, infer Message>
  ? RemoteKind<Output, Input, Message>
  : RemoteKind<unknown, unknown, unknown>;
