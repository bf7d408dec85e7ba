/**
 * The facts: what is remembered of an item, of a run and of a scope, and who
 * may write each. Everything else that is said of them (an item's state,
 * whether it is ready) follows from these.
 *
 * A letter at a field says who may write it:
 *
 * - `I`: nobody, once it is made
 * - `L`: the list that holds the record
 * - `T`: the transitions (where an owed item stands)
 * - `E`: the engine
 * - `D`: deletion
 * - `K`: the keys of a kind
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
import type { Halt } from "./halt.ts";
import type { Linked, List } from "./list.ts";
import type { Failure, Retry } from "./policies.ts";
import type { Rare } from "./rare.ts";
import type { Schema } from "./schema.ts";
import type { When } from "./timing.ts";
import type { Settle, Waiters } from "./waiters.ts";
import type { EnqueueOutcome, WhenRunning } from "./words.ts";

/** What has to let an item through before it is ready. */
export interface Gate {
  /** The item that waits here longest, if one does. */
  readonly first: ItemRecord | undefined;
  /** Is `record` let through? Else it waits here. */
  enter(record: ItemRecord): boolean;
  /** Lets the next one through, if there is one and it may. */
  admit(): ItemRecord | undefined;
  /** Does `record` stand here and wait? */
  holds(record: ItemRecord): boolean;
  /** One that was let through will not run after all. */
  leave(record: ItemRecord): void;
  /** A run of one that was let through begins. */
  began(record: ItemRecord): void;
  /** It has ended. */
  ended(record: ItemRecord): void;
  /** Nobody waits here any longer. */
  rest(): void;
}

/** Who takes enqueues: apart from all else, so that it is one call. `by` is the
 * run that asks through its own handle, if one does. */
export interface Entrance {
  /** A run that begins after this call. */
  enqueue(
    record: ItemRecord,
    by: RunView | undefined,
    message: unknown,
    timing: Timing | undefined,
  ): EnqueueOutcome;
}

/** What else an address can ask for. */
export interface ItemPort {
  /** The item that `record` is the address of. */
  find(record: ItemRecord): ItemRecord;
  /** Its context, which is made if it is not in memory. */
  contextOf(record: ItemRecord): unknown;
  /** The result of a run that begins after this call. */
  request(
    record: ItemRecord,
    message: unknown,
    timing: Timing | undefined,
  ): Promise<unknown>;
  /** The end of what is owed now. */
  flush(record: ItemRecord, options?: WaitOptions): Promise<void>;
  /** The end of everything. */
  idle(record: ItemRecord, options?: WaitOptions): Promise<void>;
  /** What was owed. */
  cancel(record: ItemRecord, options?: CancelOptions): Messages | undefined;
  /** That nothing starts. */
  suspend(record: ItemRecord): Suspension;
  /** The end of a backoff or hold. */
  reset(record: ItemRecord): void;
  /** The end of the item. Does anybody wait to hear what it left? */
  delete(
    record: ItemRecord,
    isAwaited: boolean,
  ): Promise<Messages | undefined>;
}

/** The items of a kind that are in memory. */
export interface KeyTable {
  /** What the kind is called. */
  readonly name: string;
  /** All of them, before they are deleted. */
  items(): readonly ItemRecord[];
  /** The item in memory that has the key of `record`: it is that again, if
   * it was forgotten while the user's code ran. */
  known(record: ItemRecord): ItemRecord;
  /** Those that were passivated and still clean up, by their keys. */
  readonly leaving: ReadonlyMap<string, ItemRecord>;
  /** An item may have nothing left to do. */
  rest(record: ItemRecord): void;
  /** The same, of the short way: the item is idle, and has nothing special. */
  restPlain(record: ItemRecord): void;
  /** An item has been deleted. */
  forget(record: ItemRecord): void;
}

/** What a run is handed; frozen where there are none. */
export type Messages = readonly unknown[];

/** What items may share. `I`, all of it. */
export interface Definition {
  readonly kind: string | undefined;
  /** Where the items of a kind are found. */
  readonly keys: KeyTable | undefined;
  readonly whenRunning: WhenRunning;
  /** Runs of one item at a time; `undefined`: as many as executors. */
  readonly maxOverlap: number | undefined;
  readonly maxRestarts: number;
  readonly timeoutMs: number | undefined;
  readonly priority: number;
  readonly schema: Schema<unknown> | undefined;
  readonly merge: ((older: unknown, newer: unknown) => unknown) | undefined;
  readonly maxMessages: number;
  readonly maxInbox: number;
  /** When a run begins, if the enqueue does not say. */
  readonly when: When | undefined;
  readonly retry: Retry | undefined;
  /** Is an item held when its last attempt has failed? */
  readonly isHolding: boolean;
  readonly undelivered:
    | ((messages: Messages, failure: Failure) => unknown)
    | undefined;
  readonly cleanup:
    | ((context: unknown, name: ItemName) => unknown)
    | undefined;
  /** Where its items live. */
  readonly scope: ScopeRecord;
  /** In the order in which an item has to pass them. */
  readonly gates: readonly Gate[];
  /** Who takes their enqueues. */
  readonly entrance: Entrance;
  /** What handles can ask for. */
  readonly port: ItemPort;
  /** Has it to do with anything but a queue, a callback and messages? */
  readonly isSpecial: boolean;
  /** Is it one-shot work, which no handle can reach? */
  readonly isOneShot: boolean;
}

/** The user's code, bare of its types. */
export type Callback = (run: RunView) => unknown;

/** What a callback is handed, as far as the engine knows it. */
export interface RunView {
  /** The facts of the run, while it goes on. */
  readonly facts: RunRecord;
  /** Whose run it is. */
  readonly record: ItemRecord;
  /** Has it ended, or been given up by close()? */
  readonly ended: boolean;
}

/** How far an item or scope is from its end. */
export type Life = "live" | "deleting" | "deleted";

/** What can stand in the ready queue: an item, or one-shot work. */
export abstract class Entry implements Linked<Entry> {
  /** L */ next: Entry | undefined;
  /** L */ previous: Entry | undefined;
  /** L: ready queue, gate or parking; none while it waits for its own run. */
  list: List<Entry> | undefined;
  /** I */ readonly definition: Definition;
  /** I */ readonly callback: Callback;
  /** E, D, T: is there more to it than a queue and a callback? Once it is so it
   * stays so. All others take the short way through the engine. */
  isSpecial: boolean;

  constructor(definition: Definition, callback: Callback, isSpecial: boolean) {
    this.definition = definition;
    this.callback = callback;
    this.isSpecial = isSpecial;
  }
}

/**
 * One-shot work in the queue. It becomes an item when it begins, if at all:
 * there may be a million of them, and few are ever in flight. What each keeps alive is copied
 * by the garbage collector, so it keeps no function to reject with: to resolve
 * with a rejected promise does the same.
 */
export class OneShot extends Entry implements Settle {
  /** I */ readonly resolve: (value: unknown) => void;

  constructor(
    definition: Definition,
    callback: Callback,
    resolve: (value: unknown) => void,
  ) {
    super(definition, callback, true); // The items' short way is not for it.
    this.resolve = resolve;
  }

  reject(error: unknown): void {
    this.resolve(Promise.reject(error));
  }
}

/** The facts of one work item. */
export class ItemRecord extends Entry {
  /** K: nobody, once its item is in memory. */ context: unknown;
  /** I */ readonly key: string | undefined;
  /** E: messages that no run has taken. */ inbox: unknown[] | undefined;
  /** T: a run is promised that has not begun. */ owed = false;
  /** E: accepted enqueues that no run has begun to answer. */ enqueues = 0;
  /** E: runs that have begun and not ended. */ running = 0;
  /** E: runs begun so far. */ starts = 0;
  /** E: the scheduler's count of changes when this item last changed. */
  version = 0;
  /** D */ life: Life = "live";
  /** E: the run begun last of those that have not ended. */
  youngest: RunRecord | undefined;
  /** E: who waits for the run that is owed. */ waiters: Waiters;
  /** E, D: what few items ever need. */ rare: Rare | undefined;

  constructor(
    definition: Definition,
    callback: Callback,
    context: unknown,
    key: string | undefined,
  ) {
    super(definition, callback, definition.isSpecial);
    this.context = context;
    this.key = key;
  }
}

/**
 * The facts of one run. They stand with its executor, which keeps them for one
 * run after the other: an object made anew for each would have to be linked to
 * long-lived ones, and that costs the garbage collector more than the run.
 */
export interface RunRecord {
  /** I: the executor's number. */ readonly number: number;
  /** E: whose run it is; none before, after, or once close() gave it up. */
  record: ItemRecord | undefined;
  /** E: which run of its item it is, from 1. */ runNumber: number;
  /** E: how many enqueues it answers. */ coalesced: number;
  /** E: changes when the run ends. */ serial: number;
  /** E: what it was handed. */ messages: unknown[] | undefined;
  /** E: which of them somebody waits for. */ asked: boolean[] | undefined;
  /** E: who waits for it. */ waiters: Waiters;
  /** E: the run of the same item begun before it that has not ended. */
  older: RunRecord | undefined;
  /** E: its end before its time; made when first needed. */
  halt: Halt | undefined;
}

/** The facts of one scope; the scheduler has one of its own, the root. */
export class ScopeRecord {
  /** I: the scope around it. */ readonly parent: ScopeRecord | undefined;
  /** I: an outer gate covers inner scopes. */ readonly gate: Gate | undefined;
  /** I */ readonly cleanup: (() => unknown) | undefined;
  /** I: what users know it as. */ face: Parent | undefined;
  /** D: those to be deleted first, in the order they were made. */
  readonly children: Set<ItemRecord | KeyTable | ScopeRecord> = new Set();
  /** D */ life: Life = "live";
  /** D: the one promise that all callers of `delete()` get. */
  deletion: Promise<void> | undefined;
  /** What items without options share; made with the first of them. */
  plain: Definition | undefined;

  constructor(
    parent: ScopeRecord | undefined,
    parts: { gate: Gate | undefined; cleanup: (() => unknown) | undefined },
  ) {
    this.parent = parent;
    this.gate = parts.gate;
    this.cleanup = parts.cleanup;
  }

  /** Is there anything in `child` to clean up before it? The root knows only
   * such, so that all others can be forgotten. */
  keeps(child: ItemRecord): boolean {
    return this.parent !== undefined || child.definition.cleanup !== undefined;
  }
}
