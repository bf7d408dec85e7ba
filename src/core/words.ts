/**
 * The words in which an item answers, and is told what to do.
 *
 * @module
 */

/** What an enqueue did.
 *
 * - `"queued"`: a run is now owed that was not owed before
 * - `"coalesced"`: a run was owed already, and answers this enqueue too
 * - `"rerun"`: the item is running; it will run once more
 * - `"skipped"`: refused, because `whenRunning` is `"skip"` and it was busy
 */
export type EnqueueOutcome = "queued" | "coalesced" | "rerun" | "skipped";

/** What an item is doing: the first of these that holds, from the end. */
export type ItemState =
  | "idle"
  | "queued"
  | "suspended"
  | "running"
  | "deleting"
  | "deleted";

/** What an enqueue does to an item that is running.
 *
 * - `"rerun"`: one more run after this one
 * - `"overlap"`: the next run may start beside this one
 * - `"restart"`: one more run, and the signal of this one aborts
 * - `"skip"`: nothing; the enqueue is refused unless the item is idle
 */
export type WhenRunning = "rerun" | "overlap" | "restart" | "skip";
