/**
 * What can be counted in one process.
 *
 * @module
 */
import type { Snapshot } from "../core/observer.ts";
import type { Engine } from "./engine.ts";

/**
 * Counts of a durable scheduler, all of the same instant.
 *
 * They are those of this process: `owed` counts the items that it has claimed
 * and not begun to run, `ready` is the same. What waits in the store is not
 * counted: `delayed`, `backoff`, `held` and `suspended` are always 0; ask
 * `list()` of a kind for them. Runs whose lease was lost count as `aborted`.
 */
export interface DurableSnapshot extends Snapshot {
  /** Runs that have ended, and are being stored. They count as running. */
  readonly settling: number;
}

/** Counts now. */
export function snapshotOf(engine: Engine): DurableSnapshot {
  const { counts, executors, isClosed, isPaused } = engine;
  const { starts, ok, failed, aborted, stuck, skipped } = counts;
  return {
    owed: executors.reserved,
    ready: executors.reserved,
    running: starts - ok - failed - aborted - stuck,
    delayed: 0,
    backoff: 0,
    held: 0,
    suspended: 0,
    concurrency: executors.bound,
    starts,
    ok,
    failed,
    aborted,
    stuck,
    skipped,
    paused: isPaused,
    closed: isClosed,
    settling: engine.settling,
  };
}
