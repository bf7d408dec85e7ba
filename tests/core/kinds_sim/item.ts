/** What the laws say of one key of a kind: its facts, and what follows from
 * them. How they change stands in `rules.ts`. */
import type { ItemState, Suspension } from "../../../mod.ts";
import type { Part, Waiter } from "./ledger.ts";
import type { KindWorld } from "./kinds.ts";

/** Why the signal of a run was aborted. */
export type Cause = "timeout" | "restart" | "cancel" | "close";

/** A message as runs see it: what was merged into it. */
export type Parcel = readonly Part[];

/** A run that goes on. */
export interface Flight {
  readonly item: Item;
  /** Its place among all runs of the simulation, which is its output too. */
  readonly serial: number;
  readonly parcels: readonly Parcel[];
  /** Who asked for it without a message. */
  readonly wakers: readonly Waiter[];
  readonly coalesced: number;
  readonly attempt: number;
  readonly executor: number;
  readonly timeoutAtMs: number;
  cause: Cause | undefined;
  isOver: boolean;
}

/** The deletion of a key, until its promise has resolved. */
export interface Deletion {
  /** Is it that of its scope? */
  readonly isScope: boolean;
  /** Does anybody wait to hear what was dropped? */
  isAwaited: boolean;
  promise: Promise<unknown> | undefined;
  /** What was dropped unrun and not told, if anything was dropped. */
  dropped: readonly Part[] | undefined;
}

/** One key of a kind. */
export class Item {
  readonly id: number;
  readonly kind: KindWorld;
  readonly key: string;
  /** Messages that no run has taken. */
  inbox: Parcel[] = [];
  /** Who asked for the next run without a message. */
  wakers: Waiter[] = [];
  /** Enqueues that no run has answered. */
  enqueues = 0;
  isOwed = false;
  /** If it is owed: not before. */
  dueAtMs = 0;
  /** If it is delayed: since when, and for how long at most. */
  delayedAtMs = 0;
  maxDelayMs: number = Infinity;
  /** A run failed, and is tried again then. */
  backoffAtMs = 0;
  /** Runs in a row that failed for the oldest message. */
  failures = 0;
  isHeld = false;
  suspensions = 0;
  flight: Flight | undefined;
  /** Restarts since a run last ended by itself. */
  restarts = 0;
  /** Has anybody but its own run asked for the run that is delayed? */
  isAskedByOthers = false;
  /** A due wake-up came while it was suspended. */
  restartsOnResume = false;
  deletion: Deletion | undefined;
  /** Its context, by number. */
  context: number | undefined;
  /** Since when it has been idle, if it is. */
  idleAtMs: number | undefined;
  /** Cleanups of former contexts that go on. */
  cleaning = 0;
  /** Has folding messages back failed? Then nobody knows how many there are. */
  isUnmerged = false;
  /** Has `close()` taken some of its work? Then the laws leave open what becomes
   * of the rest, but that it runs or is told. */
  isLoose = false;
  /** Has `close()` given up a run of it? Then it is not cleaned up. */
  isStuck = false;
  /** Counts its deletions, so that suspensions of old are known. */
  life = 0;
  /** How many runs it has begun. */
  starts = 0;
  /** The same, since it was last made in memory. */
  number = 0;

  constructor(id: number, kind: KindWorld, key: string) {
    this.id = id;
    this.kind = kind;
    this.key = key;
  }

  /** Does it wait for a further attempt? */
  isInBackoff(nowMs: number): boolean {
    return this.isOwed && this.backoffAtMs > nowMs;
  }

  /** Is it owed a run that waits for its time? */
  isDelayed(nowMs: number): boolean {
    return this.isOwed && this.dueAtMs > nowMs;
  }

  /** May a run begin, as far as time and failure are concerned? */
  isDue(nowMs: number): boolean {
    return this.isOwed && !this.isHeld && !this.isInBackoff(nowMs) &&
      !this.isDelayed(nowMs);
  }

  /** May a run begin, as far as this item is concerned? */
  mayBegin(nowMs: number): boolean {
    return this.isDue(nowMs) && this.suspensions === 0 &&
      this.flight === undefined && this.cleaning === 0;
  }

  /** Does nothing keep it in memory but its context? */
  isIdle(): boolean {
    return !this.isOwed && this.flight === undefined &&
      this.suspensions === 0 && this.deletion === undefined;
  }

  /** May its deletion have ended? */
  mayBeGone(): boolean {
    return this.deletion !== undefined && !this.isOwed &&
      this.flight === undefined && this.cleaning === 0;
  }

  /** The first that holds. */
  state(nowMs: number): ItemState {
    if (this.deletion !== undefined) return "deleting";
    if (this.flight !== undefined) return "running";
    if (this.isHeld) return "held";
    if (this.suspensions > 0) return "suspended";
    if (this.isInBackoff(nowMs)) return "backoff";
    if (this.isDelayed(nowMs)) return "delayed";
    return this.isOwed ? "queued" : "idle";
  }

  /** Is anything kept of it? Without a context nothing is, unless there is
   * something left to do. */
  isInMemory(): boolean {
    return this.context !== undefined || this.deletion !== undefined ||
      !this.isIdle();
  }

  /** It is about to be needed: made in memory, if it is not there. */
  remember(): void {
    if (!this.isInMemory()) this.number = this.restarts = 0;
  }

  /** All parts that no run has taken. */
  waiting(): Part[] {
    return this.inbox.flat();
  }
}

/** A suspension, and what it was made for. */
export interface Held {
  readonly handle: Suspension;
  readonly item: Item;
  readonly life: number;
  isUsed: boolean;
}
