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
 * - `"delayed"`: a run is owed, not before its time
 * - `"skipped"`: refused, because `whenRunning` is `"skip"` and it was busy
 */
export type EnqueueOutcome =
  | "queued"
  | "coalesced"
  | "rerun"
  | "delayed"
  | "skipped";

/** What an item is doing: the last of these that holds.
 *
 * - `"idle"`: nothing is owed and nothing runs
 * - `"queued"`: a run is owed now
 * - `"delayed"`: a run is owed, not before its time
 * - `"backoff"`: a run failed, and is tried again in a while
 * - `"suspended"`: nothing starts before it is resumed
 * - `"held"`: its last attempt failed; nothing starts before `reset()`
 * - `"running"`: a run is in flight
 * - `"deleting"`, `"deleted"`: it takes no further enqueue
 */
export type ItemState =
  | "idle"
  | "queued"
  | "delayed"
  | "backoff"
  | "suspended"
  | "held"
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

/** What a delayed enqueue does to a run that is delayed already.
 *
 * - `"earliest"`: the sooner of both times
 * - `"keep"`: the time that it has, as a trailing throttle does
 * - `"latest"`: the later of both times, as a debounce does
 */
export type Reschedule = "earliest" | "keep" | "latest";

/** What becomes of an item whose last attempt failed.
 *
 * - `"release"`: its messages are told as undelivered; newer ones run next
 * - `"hold"`: it keeps all of them, and waits for `reset()`
 */
export type WhenExhausted = "release" | "hold";
