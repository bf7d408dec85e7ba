/**
 * What few items ever need, kept apart so that all others stay small.
 *
 * @module
 */
import type { Timer } from "./timers.ts";
import type { Waiters } from "./waiters.ts";

/** A run that asks through its own handle. */
export interface Asker {
  /** Its facts, while it goes on. */
  readonly facts: object;
  /** Has it ended? */
  readonly ended: boolean;
}

/** The letters are those of `record.ts`. */
export class Rare {
  /** E: suspensions that have not been resumed. */
  suspensions = 0;
  /** E: restarts since a run last ended by itself. */
  restarts = 0;
  /** E: a wake-up that is to restart the run came while suspended. */
  restartOnResume = false;
  /** E: who waits until nothing is due and nothing runs. */
  idlers: Waiters;
  /** E: which messages of the inbox somebody waits for; none: nobody does. */
  asked: boolean[] | undefined;
  /** E: runs in a row that failed for the oldest message. */
  failures = 0;
  /** E: the last attempt failed, with this error. */
  hold: { readonly error: unknown } | undefined;
  /** E: what is owed has to wait for it. */
  timer: Timer | undefined;
  /** E: does it end a backoff? Else it ends a delay. */
  isBackoff = false;
  /** E: the run that alone asked for what is delayed, if one did. */
  delayedBy: Asker | undefined;
  /** E: when the first of the enqueues came that were delayed. */
  delayedMs = 0;
  /** E: when what is delayed is due whatever else is asked. */
  limitMs: number = Infinity;
  /** E: it is idle, and passivated when this ends. */
  idleTimer: Timer | undefined;
  /** E: does its predecessor of the same key still clean up? */
  isBlocked = false;
  /** K: it was put into memory only to be deleted: it has no context. */
  isVacant = false;
  /** D: how the deletion ends, once it has begun. */
  deletion: Deletion | undefined;
}

/** The deletion of one item. */
export interface Deletion {
  /** The one promise that all callers of `delete()` get. */
  readonly promise: Promise<readonly unknown[] | undefined>;
  /** Ends it: the item is gone. */
  readonly resolve: (dropped: readonly unknown[] | undefined) => void;
  /** Ends it: a run of the item never settled. */
  readonly reject: (error: unknown) => void;
  /** D: the owed messages that were dropped unrun, for whoever asked. */
  dropped: readonly unknown[] | undefined;
  /** D: those of them that nobody waited for. */
  unasked: readonly unknown[];
  /** D: has it begun, or is it only sure to? */
  isBegun: boolean;
  /** D: has the last run ended, and the cleanup begun? */
  isEnding: boolean;
  /** D: does anyone hold the promise? */
  isAwaited: boolean;
}
