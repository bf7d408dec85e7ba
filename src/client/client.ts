/**
 * A scheduler far away, as its users hold it.
 *
 * @module
 */
import type { CancelOptions, ItemName, WaitOptions } from "../core/calls.ts";
import type { Observer, Snapshot } from "../core/observer.ts";
import type {
  Target,
  TargetEntry,
  TargetItem,
  TargetKind,
  TargetLetter,
  TargetLetters,
  TargetPage,
  TargetReceipt,
  TargetRequest,
} from "../core/target.ts";
import type { RemoteEvent } from "./event_shapes.ts";
import type { EventOptions } from "./events.ts";
import type { ObserveOptions } from "./observe.ts";
import type { RemoteOptions, RemoteRequestOptions } from "./said.ts";
import type {
  AnyDefinition,
  RemoteKindOf,
  RemoteQuery,
} from "./remote_kind.ts";

/** Dead letters far away. */
export interface RemoteLetters extends TargetLetters {
  /** One page of dead letters. */
  list(kind: string, query?: RemoteQuery): Promise<TargetPage<TargetLetter>>;
  /** Enqueues the messages of one letter of a key again, or of all it has now.
   * Resolves with how many there were. */
  redrive(
    name: ItemName<string>,
    id?: string,
    options?: WaitOptions,
  ): Promise<number>;
  /** Forgets a letter. `false`: there was none. */
  discard(
    name: ItemName<string>,
    id: string,
    options?: WaitOptions,
  ): Promise<boolean>;
}

/**
 * A scheduler far away, as its endpoint shows it. It is a `Target`, so whatever
 * takes one takes this.
 *
 * All methods return promises, which reject with a `ConnectionError`
 * (`ProblemError`: the endpoint refused, or the run failed; `UnreachableError`;
 * `AnswerError`; `NoResultError`), with a `TypeError` or `RangeError` for a
 * mistake in an argument, or with `signal.reason`.
 *
 * Enqueues and requests are tried again with the same `Idempotency-Key`, so that
 * no message is doubled. What takes something away (`cancel`, `delete`, `reset`,
 * dead letters) is not tried again if it may have happened.
 */
export interface Client<Kinds extends object = Record<string, AnyDefinition>>
  extends Target {
  /** A kind far away, typed by its definition. */
  kind<Definition extends AnyDefinition>(
    definition: Definition,
  ): RemoteKindOf<Definition>;
  /** The same by its name. Nothing is asked: whether there is one shows in its
   * first call. */
  kind<
    Name extends { // Not a type of its own: then errors list the names.
      [Each in keyof Kinds & string]: Kinds[Each] extends AnyDefinition ? Each
        : never;
    }[keyof Kinds & string],
  >(name: Name): RemoteKindOf<Kinds[Name]>;
  /** The kinds that there are. */
  kinds(options?: WaitOptions): Promise<readonly TargetKind[]>;
  /** Enqueues an item. */
  enqueue(
    name: ItemName<string>,
    message?: unknown,
    options?: RemoteOptions,
  ): Promise<TargetReceipt>;
  /** Enqueues many of a kind, a hundred at a time. */
  enqueueMany(
    kind: string,
    entries: readonly TargetEntry[],
    options?: WaitOptions,
  ): Promise<readonly (TargetReceipt | Error)[]>;
  /** Enqueues an item, and tells its result when there is one. It resolves when
   * the enqueue is answered. */
  request(
    name: ItemName<string>,
    message?: unknown,
    options?: RemoteRequestOptions,
  ): Promise<TargetRequest>;
  /** All that is known of an item; `undefined` if that is nothing. */
  inspect(
    name: ItemName<string>,
    options?: WaitOptions,
  ): Promise<TargetItem | undefined>;
  /** One page of the items of a kind. */
  list(kind: string, query?: RemoteQuery): Promise<TargetPage<TargetItem>>;
  /** Takes back what waits. */
  cancel(
    name: ItemName<string>,
    options?: CancelOptions & WaitOptions,
  ): Promise<readonly unknown[] | undefined>;
  /** Keeps an item from starting, or lets it start again. */
  suspend(
    name: ItemName<string>,
    isSuspended: boolean,
    options?: WaitOptions,
  ): Promise<void>;
  /** Ends a backoff or a hold. */
  reset(name: ItemName<string>, options?: WaitOptions): Promise<void>;
  /** Deletes an item. Resolves with what it dropped unrun. */
  delete(
    name: ItemName<string>,
    options?: WaitOptions,
  ): Promise<readonly unknown[] | undefined>;
  /** Dead letters. Where none are kept, each of its methods rejects with a
   * `ProblemError` of the code `WI-NOT-DURABLE`. */
  readonly letters: RemoteLetters;
  /** Starts no more runs, or starts them again. */
  pause(isPaused: boolean, options?: WaitOptions): Promise<void>;
  /** Counts of the scheduler. */
  snapshot(options?: WaitOptions): Promise<Snapshot>;
  /**
   * What happens from the first `next()` on, one after the other. A connection
   * that breaks is made again, and what was missed is told; if the endpoint no
   * longer knows that, a `"reset"` stands in its place. It ends only by `break`,
   * by the signal (it throws `signal.reason`), if the first connection fails as
   * often as `retry` allows, or by an error that no further try would mend.
   */
  events(options?: EventOptions): AsyncGenerator<RemoteEvent, void, undefined>;
  /** Tells `observer` what happens from now on, as `events()` does, but that the
   * first connection is tried for ever too. What it throws, and an end for good,
   * go to `onError`. */
  observe(observer: Observer, options?: ObserveOptions): () => void;
  /** Resolves when all that `observe()` was called with are told what happens
   * from then on. */
  observing(): Promise<void>;
  /** Never known without asking. */
  readonly refusal: undefined;
}
