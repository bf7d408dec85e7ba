/**
 * What goes into a store and comes out of it: plain values that any process
 * can read. A store knows no callback, no schema and no codec; bodies and
 * contexts are bytes to it.
 *
 * @module
 */
import type { ItemName } from "../core/calls.ts";
import type { EnqueueOutcome, ItemState, Reschedule } from "../core/words.ts";

/** What survives once an operation has resolved.
 *
 * - `"memory"`: nothing, if the process ends
 * - `"fsync"`: all of it, on this machine's disk
 * - `"replicated"`: all of it, on several machines
 */
export type Durability = "memory" | "fsync" | "replicated";

/** What a store refuses to keep. All sizes are in bytes. */
export interface StoreLimits {
  /** One message. */
  readonly messageBytes: number;
  /** The context of one item. */
  readonly contextBytes: number;
  /** The result of one run. */
  readonly resultBytes: number;
}

/** A message as it is kept. */
export interface StoredMessage {
  /** The id it was enqueued with, if any. */
  readonly id: string | undefined;
  /** `undefined`: a wake-up without message whose result somebody waits for. */
  readonly body: Uint8Array | undefined;
  /** Under which name its result is to be kept, if somebody waits for it. */
  readonly reply: string | undefined;
}

/** One enqueue. */
export interface Wake extends ItemName<string>, StoredMessage {
  /** For how many milliseconds `id` is remembered. */
  readonly idWindowMs: number;
  /** Not before so many milliseconds from now; 0 is at once. */
  readonly delayMs: number;
  /** What it does to a run that is delayed already. */
  readonly reschedule: Reschedule;
  /** Milliseconds from the first enqueue after which a delayed run is due. */
  readonly maxDelayMs: number;
  /** What it does to an item that is running. */
  readonly whenRunning: "rerun" | "restart" | "skip";
  /** How many messages may be stored for the item, those of a run included. */
  readonly maxInbox: number;
}

/** What an enqueue did. `"duplicate"`: its id was seen within its window. */
export type DurableOutcome = EnqueueOutcome | "duplicate";

/** The answer to one enqueue. */
export interface Receipt {
  /** What it did. */
  readonly outcome: DurableOutcome;
  /** The version of the item afterwards. */
  readonly version: string;
}

/** The right to run an item, until its session is lost. A store may keep more
 * in it: hand back the very object that it gave. */
export interface Claim extends ItemName<string> {
  /** The session that holds it. */
  readonly session: string;
  /** Grows with every claim of the same key; an older one can write nothing. */
  readonly fence: string;
  /** How many runs in a row have failed for the oldest message. */
  readonly failures: number;
  /** How many sessions in a row were lost while they ran it. */
  readonly crashes: number;
  /** How many runs in a row were restarted. */
  readonly restarts: number;
}

/** What a claimed item is to be run with. */
export interface Loaded {
  /** `undefined`: the item has none yet. */
  readonly context: Uint8Array | undefined;
  /** Those that were enqueued before the claim, the oldest first. */
  readonly messages: readonly StoredMessage[];
  /** Wait more of them than one run is handed? They stay owed. */
  readonly more: boolean;
}

/** How a run ended for one who waits for its result. */
export interface StoredResult {
  /** `"held"`: failed, and the item waits for `reset()`. */
  readonly outcome: "ok" | "failed" | "held" | "cancelled" | "deleted";
  /** What the run returned, or what describes its error. */
  readonly body: Uint8Array | undefined;
}

/** Where a write of the user's own goes, as in `["orders", 7]`. */
export interface WritePlace {
  /** A key of the store. */
  readonly key: readonly StoreKeyPart[];
}

/** A write of the user's own, in the transaction that completes a run. */
export type Write =
  & WritePlace
  & (
    | {
      /** Refuses the completion unless the entry has this version. */
      readonly type: "check";
      /** As the store gave it; `null`: there is none. */
      readonly versionstamp: string | null;
    }
    | {
      /** Writes an entry. */
      readonly type: "set";
      /** What; anything that the store can keep. */
      readonly value: unknown;
      /** Milliseconds after which it is gone; never, if `undefined`. */
      readonly expireIn?: number | undefined;
    }
    | {
      /** Adds to a counter of 64 bits. */
      readonly type: "sum";
      /** How much. */
      readonly value: bigint;
    }
    | {
      /** Takes an entry away. */
      readonly type: "delete";
    }
  );

/** A part of a key; a symbol, as its last, stands for the commit's version. */
export type StoreKeyPart =
  | Uint8Array
  | string
  | number
  | bigint
  | boolean
  | symbol;

/** How a run ended, for the store. Messages and replies are those that were
 * loaded; each verdict decides about all of them. */
export type Verdict =
  | {
    /** It succeeded: its messages are done with. */
    readonly type: "complete";
    /** The context from now on; `null` for none, `undefined` for no change. */
    readonly context: Uint8Array | null | undefined;
    /** What the run returned; kept for each reply that was loaded. */
    readonly result: Uint8Array | undefined;
    /** The user's own. */
    readonly writes: readonly Write[];
    /** Replies that need no result: who waits has been told. */
    readonly told: ReadonlySet<string>;
  }
  | {
    /** It failed and is tried again; its messages stay, before newer ones. */
    readonly type: "retry";
    /** Milliseconds until it is due. */
    readonly delayMs: number;
  }
  | {
    /** It failed for the last time: its messages become dead letters. */
    readonly type: "bury";
    /** Describes the error, for people. At most 2,048 bytes are kept. */
    readonly error: string;
    /** For who waits. */
    readonly result: StoredResult;
    /** As for `"complete"`. */
    readonly told: ReadonlySet<string>;
  }
  | {
    /** It failed for the last time: the item keeps its messages until reset. */
    readonly type: "hold";
    /** For who waits: those of the loaded messages are forgotten. */
    readonly result: StoredResult;
    /** As for `"complete"`. */
    readonly told: ReadonlySet<string>;
  }
  | {
    /** It did not end by itself: it is due again, and no attempt is counted. */
    readonly type: "release";
    /** Does it count as a restart? */
    readonly isRestart: boolean;
  };

/** What became of an item when its run ended.
 *
 * - `"lost"`: the claim was not valid any more; nothing was written
 * - `"conflict"`: a `"check"` of the user's failed; nothing was written, and
 *   the claim is still held
 */
export type Settled =
  | { readonly state: ItemState; readonly version: string }
  | { readonly state: "lost" | "conflict"; readonly version: undefined };

/** What happened to an item while it runs. */
export interface News {
  /** Is the claim valid no more? */
  readonly isLost: boolean;
  /** Is the next run owed already? */
  readonly isStale: boolean;
  /** Did an enqueue ask for a restart? */
  readonly isRestart: boolean;
  /** Was the run cancelled, or the item deleted? */
  readonly isCancelled: boolean;
}

/** A session as others see it. */
export interface SessionView {
  /** Its name. */
  readonly session: string;
  /** Changes with each renewal; `undefined` once the session is fenced. */
  readonly beat: string | undefined;
  /** When it was last renewed, in milliseconds since 1970 by the clock of who
   * did it; `undefined` once the session is fenced. */
  readonly beatAt: number | undefined;
}

/** All that a store knows of an item. */
export interface StoredItem extends ItemName<string> {
  /** What it is doing. */
  readonly state: ItemState;
  /** Changes whenever the item does; a later one is greater as a string. */
  readonly version: string;
  /** Is a run owed, now or later? */
  readonly owed: boolean;
  /** How many messages are stored, those of a run included. */
  readonly messages: number;
  /** Milliseconds until its delay or backoff ends, if it has one. */
  readonly dueIn: number | undefined;
  /** How many runs are in flight: 0 or 1. */
  readonly running: number;
  /** How many runs in a row have failed for the oldest message. */
  readonly failures: number;
  /** How many sessions in a row were lost while they ran it. */
  readonly crashes: number;
  /** Did its last attempt fail, and does it wait for `reset()`? */
  readonly held: boolean;
  /** Has it been suspended? */
  readonly suspended: boolean;
}

/** Which items are wanted. */
export interface ItemQuery {
  /** Of which kind. */
  readonly kind: string;
  /** Only those whose key begins so.
   *
   * @default All. */
  readonly prefix?: string | undefined;
  /** Only those in this state.
   *
   * @default All. */
  readonly state?: ItemState | undefined;
  /** Where the last page ended.
   *
   * @default From the beginning. */
  readonly cursor?: string | undefined;
  /** How many at most: 1 to 1,000. A page may hold fewer, even none, and not
   * be the last.
   *
   * @default {100} */
  readonly limit?: number | undefined;
}

/** Some of many. */
export interface Page<Item> {
  /** In the order of their keys. */
  readonly items: readonly Item[];
  /** For the next page; `undefined` on the last. */
  readonly cursor: string | undefined;
}

/** Messages that no run will handle, kept for people to look at. */
export interface DeadLetter extends ItemName<string> {
  /** Names it among those of its key; later ones are greater. */
  readonly id: string;
  /** In the order in which they were enqueued. */
  readonly messages: readonly StoredMessage[];
  /** Why. */
  readonly error: string;
  /** How many runs failed. */
  readonly failures: number;
  /** How many sessions were lost while they ran it. */
  readonly crashes: number;
  /** When, in milliseconds since 1970. */
  readonly at: number;
}

/** Which dead letters are wanted. */
export interface DeadQuery extends Omit<ItemQuery, "state"> {
  /** Only those of this key.
   *
   * @default All. */
  readonly key?: string | undefined;
}
