/**
 * The end of a durable scheduler.
 *
 * @module
 */
import type { ItemName } from "../core/calls.ts";
import type { Engine } from "./engine.ts";
import type { Shift } from "./shift.ts";

/** What became of what a scheduler had claimed when it was closed. All else
 * stays in the store, for others. */
export interface DurableCloseReport {
  /** How many runs ended by themselves since. */
  readonly finished: number;
  /** Items whose run never began, was aborted and rejected, or never settled:
   * they are due again, and no attempt is counted. */
  readonly released: readonly ItemName<string>[];
  /** Items whose callback never settled. What it goes on to do is not stored. */
  readonly stuck: readonly ItemName<string>[];
}

/** Waits for the shifts, which have been told to end, then refuses all who
 * wait, and lets go of everything. Never rejects. */
export async function closeAll(
  engine: Engine,
  shifts: readonly Shift[],
  limitMs: number,
): Promise<DurableCloseReport> {
  const endedBefore = endedOf(engine);
  await Promise.all(shifts.map(({ ended }) => ended));
  engine.waits.close();
  const rest = [
    engine.requests.close(),
    engine.recovery.stop(),
    engine.reporter.pending(),
  ];
  await within(engine, Promise.all(rest), limitMs);
  engine.timers.clear();
  return {
    finished: endedOf(engine) - endedBefore,
    released: shifts.flatMap(({ pump }) => pump.released),
    stuck: shifts.flatMap(({ pump }) => pump.stuck),
  };
}

/** Resolves with the promise, or when the time is over. */
function within(
  { timers }: Engine,
  promise: Promise<unknown>,
  limitMs: number,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = timers.start(limitMs, resolve);
    promise.then(() => {
      timers.stop(timer);
      resolve();
    });
  });
}

function endedOf({ counts }: Engine): number {
  return counts.ok + counts.failed;
}
