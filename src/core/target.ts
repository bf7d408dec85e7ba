/**
 * The port through which work items are reached from afar: by name and key,
 * with plain values, whatever scheduler is behind it. The endpoint, its client
 * and the command line know nothing else of a scheduler.
 *
 * What a target promises:
 *
 * 1. What `enqueue` answered is kept as its scheduler keeps it; what it refused
 *    by rejecting changed nothing, unless the error says that it may have.
 * 2. A second enqueue of the same key with the same `id` does nothing and answers
 *    `"duplicate"`; a second request waits for the same result.
 * 3. To look at an item neither makes nor wakes it.
 *
 * @module
 */
import type { CancelOptions, ItemName, Timing, WaitOptions } from "./calls.ts";
import type { Observer, Snapshot } from "./observer.ts";
import type { EnqueueOutcome, ItemState } from "./words.ts";

/** A kind that a target has. */
export interface TargetKind {
  /** What it is called. */
  readonly name: string;
  /** The JSON Schema of its messages, if its schema can tell it. */
  readonly messageSchema: Readonly<Record<string, unknown>> | undefined;
}

/** What an enqueue may say besides its message. */
export interface TargetOptions extends Timing {
  /** Names the enqueue: a second one of the same key with the same id, within a
   * window, does nothing. A well-formed string of 1 to 512 bytes.
   *
   * @default Each enqueue counts. */
  readonly id?: string | undefined;
}

/** One of many enqueues. */
export interface TargetEntry extends TargetOptions {
  /** Which item. */
  readonly key: string;
  /** What its run is handed; `undefined` is a mere wake-up. */
  readonly message?: unknown;
}

/** The answer to an enqueue. */
export interface TargetReceipt {
  /** What it did; `"duplicate"`: its id was seen before. */
  readonly outcome: EnqueueOutcome | "duplicate";
  /** The version of the item afterwards. */
  readonly version: string;
}

/** The answer to a request. */
export interface TargetRequest extends TargetReceipt {
  /** Settles as the run does that handles the message. */
  readonly result: Promise<unknown>;
}

/** All that is known of one item. */
export interface TargetItem extends ItemName<string> {
  /** What it is doing. */
  readonly state: ItemState;
  /** Changes whenever the item does. */
  readonly version: string;
  /** Is a run owed, now or later? */
  readonly owed: boolean;
  /** How many messages it has. */
  readonly messages: number;
  /** Milliseconds until its delay or backoff ends, if it has one. */
  readonly dueIn: number | undefined;
  /** How many runs are in flight. */
  readonly running: number;
  /** How many runs in a row have failed for the oldest message. */
  readonly failures: number;
  /** Did its last attempt fail, and does it wait for a reset? */
  readonly held: boolean;
  /** Has it been suspended? */
  readonly suspended: boolean;
}

/** Which items, or dead letters, of a kind are wanted. */
export interface TargetQuery {
  /** Only those whose key begins so.
   *
   * @default All. */
  readonly prefix?: string | undefined;
  /** Only those in this state; dead letters have none.
   *
   * @default All. */
  readonly state?: ItemState | undefined;
  /** Where the last page ended.
   *
   * @default From the beginning. */
  readonly cursor?: string | undefined;
  /** How many at most: 1 to 1,000. A page may hold fewer, even none, and not be
   * the last.
   *
   * @default {100} */
  readonly limit?: number | undefined;
}

/** Some of many. */
export interface TargetPage<Each> {
  /** In the order of their keys, as strings of UTF-16 or of bytes: as the
   * target's scheduler keeps them. */
  readonly items: readonly Each[];
  /** For the next page; `undefined` on the last. */
  readonly cursor: string | undefined;
}

/** Messages that no run will handle. */
export interface TargetLetter extends ItemName<string> {
  /** Names it among those of its key. */
  readonly id: string;
  /** How many messages it has. */
  readonly messages: number;
  /** Why, for people. */
  readonly error: string;
  /** How many runs failed. */
  readonly failures: number;
  /** When, in milliseconds since 1970. */
  readonly at: number;
}

/** What a scheduler with a store keeps of what failed. */
export interface TargetLetters {
  /** Dead letters, page by page. */
  list(kind: string, query?: TargetQuery): Promise<TargetPage<TargetLetter>>;
  /** Enqueues the messages of one letter of a key again, or of all it has now.
   * Resolves with how many there were. */
  redrive(name: ItemName<string>, id?: string): Promise<number>;
  /** Forgets a letter. `false`: there was none. */
  discard(name: ItemName<string>, id: string): Promise<boolean>;
}

/** See the promises above. A name of a kind that it has not is refused with the
 * code `WI-UNKNOWN-KIND`; all methods may reject with what their scheduler does. */
export interface Target {
  /** The kinds that there are. */
  kinds(): Promise<readonly TargetKind[]>;
  /** Enqueues an item. */
  enqueue(
    name: ItemName<string>,
    message?: unknown,
    options?: TargetOptions,
  ): Promise<TargetReceipt>;
  /** Enqueues many of a kind. Each is answered by itself, in their order; those
   * of one key keep their order. */
  enqueueMany(
    kind: string,
    entries: readonly TargetEntry[],
  ): Promise<readonly (TargetReceipt | Error)[]>;
  /** Enqueues an item, and tells its result when there is one. It resolves when
   * the enqueue is answered. `signal` ends the waiting, which else may never end:
   * an enqueue that was seen before has no result if nobody waited for it. */
  request(
    name: ItemName<string>,
    message?: unknown,
    options?: TargetOptions & WaitOptions,
  ): Promise<TargetRequest>;
  /** All that is known of an item; `undefined` if that is nothing. */
  inspect(name: ItemName<string>): Promise<TargetItem | undefined>;
  /** Items of a kind, page by page: those that are known. */
  list(kind: string, query?: TargetQuery): Promise<TargetPage<TargetItem>>;
  /** Takes back what waits: the messages, none for mere wake-ups; `undefined`
   * when nothing was owed. */
  cancel(
    name: ItemName<string>,
    options?: CancelOptions,
  ): Promise<readonly unknown[] | undefined>;
  /** Keeps an item from starting, or lets it start again. */
  suspend(name: ItemName<string>, isSuspended: boolean): Promise<void>;
  /** Ends a backoff or a hold. */
  reset(name: ItemName<string>): Promise<void>;
  /** Deletes an item. Resolves with what it dropped unrun. */
  delete(name: ItemName<string>): Promise<readonly unknown[] | undefined>;
  /** Dead letters; `undefined` where none are kept. */
  readonly letters: TargetLetters | undefined;
  /** Starts no more runs, or starts them again. */
  pause(isPaused: boolean): Promise<void>;
  /** Counts of the scheduler. */
  snapshot(): Promise<Snapshot>;
  /** Tells `observer` what happens from now on. Returns what stops it. */
  observe(observer: Observer): () => void;
  /** Where that takes a while: resolves when whoever observes is told of all
   * that happens from then on. */
  observing?(): Promise<void>;
  /** Is there a reason, known without asking anybody, to refuse an enqueue
   * before its message is read? */
  readonly refusal: "closed" | undefined;
}

/** What a target can be had from: a scheduler. */
export interface Targeted {
  /** The scheduler, as others reach it by name and key. */
  target(): Target;
}
