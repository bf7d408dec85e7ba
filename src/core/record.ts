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
 *
 * @module
 */
import type { Halt } from "./halt.ts";
import type { Linked, List } from "./list.ts";
import type { Settle, Waiters } from "./waiters.ts";
import type {
  CancelOptions,
  ItemName,
  Parent,
  Suspension,
  WaitOptions,
} from "./work_item.ts";
import type { EnqueueOutcome, WhenRunning } from "./words.ts";

/** What has to let an item through before it is ready. */
export interface Gate {
  /** Is `record` let through? Else it waits here. */
  enter(record: ItemRecord): boolean;
  /** One that was let through leaves. Returns who is let through next. */
  leave(): ItemRecord | undefined;
  /** The item that was let through; there is one while another waits. */
  readonly holder: ItemRecord | undefined;
  /** The item that waits longest, if one does. */
  readonly next: ItemRecord | undefined;
}

/** What an address can ask for. `by` is the run that asks through its own
 * handle, if one does. */
export interface ItemPort {
  /** A run that begins after this call. */
  enqueue(record: ItemRecord, by: RunView | undefined): EnqueueOutcome;
  /** The result of such a run. */
  request(record: ItemRecord): Promise<unknown>;
  /** The end of what is owed now. */
  flush(record: ItemRecord, options?: WaitOptions): Promise<void>;
  /** The end of everything. */
  idle(record: ItemRecord, options?: WaitOptions): Promise<void>;
  /** What was owed. */
  cancel(
    record: ItemRecord,
    options?: CancelOptions,
  ): readonly never[] | undefined;
  /** That nothing starts. */
  suspend(record: ItemRecord): Suspension;
  /** The end of the item. */
  delete(record: ItemRecord): Promise<readonly never[] | undefined>;
}

/** What items may share. `I`, all of it. */
export interface Definition {
  readonly kind: string | undefined;
  readonly whenRunning: WhenRunning;
  /** Runs of one item at a time; `undefined`: as many as executors. */
  readonly maxOverlap: number | undefined;
  readonly maxRestarts: number;
  readonly timeoutMs: number | undefined;
  readonly priority: number;
  readonly cleanup:
    | ((context: unknown, name: ItemName) => unknown)
    | undefined;
  /** Where its items live. */
  readonly scope: ScopeRecord;
  readonly gate: Gate | undefined;
  /** What handles can ask for. */
  readonly port: ItemPort;
  /** Has it a gate, a priority, a time limit, or its own way of running? */
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
  /** I */ readonly context: unknown;
  /** I */ readonly key: string | undefined;
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
    parts: { readonly context: unknown; readonly key: string | undefined },
  ) {
    super(definition, callback, definition.isSpecial);
    this.context = parts.context;
    this.key = parts.key;
  }
}

/** What few items ever need, kept apart so that all others stay small. */
export interface Rare {
  /** E: suspensions that have not been resumed. */
  suspensions: number;
  /** E: restarts since a run last ended by itself. */
  restarts: number;
  /** E: a wake-up that is to restart the run came while suspended. */
  restartOnResume: boolean;
  /** E: who waits until nothing is owed and nothing runs. */
  idlers: Waiters;
  /** D: how the deletion ends, once it has begun. */
  deletion: Deletion | undefined;
}

/** The deletion of one item. */
export interface Deletion {
  /** The one promise that all callers of `delete()` get. */
  readonly promise: Promise<readonly never[] | undefined>;
  /** Ends it: the item is gone. */
  readonly resolve: (dropped: readonly never[] | undefined) => void;
  /** Ends it: a run of the item never settled. */
  readonly reject: (error: unknown) => void;
  /** D: was an owed wake-up dropped unrun? */
  dropped: boolean;
  /** D: has it begun, or is it only sure to? */
  isBegun: boolean;
  /** D: has the last run ended, and the cleanup begun? */
  isEnding: boolean;
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
  readonly children: Set<ItemRecord | ScopeRecord> = new Set();
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

  /** Must `child` be deleted before it? The root knows only those that have
   * something to clean up, so that all others can be forgotten. */
  keeps(child: ItemRecord | ScopeRecord): boolean {
    return this.parent !== undefined || child instanceof ScopeRecord ||
      child.definition.cleanup !== undefined;
  }
}

/** What is given back for a wake-up without message. */
export const WAKE_UP: readonly never[] = Object.freeze([]);

/** The item that `entry` is; gates and parking hold nothing else. */
export function itemOf(entry: Entry | undefined): ItemRecord | undefined {
  return entry instanceof ItemRecord ? entry : undefined;
}

/** The rare facts of `record`, made when first asked for. */
export function rareOf(record: ItemRecord): Rare {
  record.isSpecial = true;
  return record.rare ??= {
    suspensions: 0,
    restarts: 0,
    restartOnResume: false,
    idlers: undefined,
    deletion: undefined,
  };
}

/** Has the item been suspended? */
export function isSuspended(record: ItemRecord): boolean {
  return record.rare !== undefined && record.rare.suspensions !== 0;
}

/** Is nothing owed, and does nothing run? */
export function isIdle(record: ItemRecord): boolean {
  return !record.owed && record.running === 0;
}

/** What events and reports call the item. */
export function nameOf(entry: Entry): ItemName {
  return { kind: entry.definition.kind, key: itemOf(entry)?.key };
}

/** What messages for people call the item. */
export function labelOf(entry: Entry): string {
  const { kind, key } = nameOf(entry);
  if (entry.definition.isOneShot) return "one-shot work";
  if (key === undefined) return kind ?? "a work item without key";
  return kind === undefined ? `"${key}"` : `"${kind}/${key}"`;
}
