/**
 * One invocation's worth of work.
 *
 * @module
 */
import { MS, type Rules, SIGNAL } from "../core/options.ts";
import type { Engine } from "./engine.ts";
import type { Shift } from "./shift.ts";

/** How long `work()` may take. */
export interface WorkOptions {
  /** Milliseconds within which it ends. What still runs shortly before (a fifth
   * of it, at most a second) is aborted. What rejects then, or has not settled
   * at the end, is given back, and begins anew in the next call: a run has to
   * take clearly less than this.
   *
   * @default No limit. */
  readonly deadline?: number | undefined;
  /** Ends it early, in the same way.
   *
   * @default {undefined} */
  readonly signal?: AbortSignal | undefined;
}

/** What `work()` has done. */
export interface WorkReport {
  /** How many runs have ended; what was given back does not count. */
  readonly runs: number;
  /** May something be ready still, as it had to end before all was done? */
  readonly more: boolean;
}

/** What the options of `work()` must be. */
export const WORK_RULES: Rules<WorkOptions> = { deadline: MS, signal: SIGNAL };
/** The part of a deadline that is left for ending in good order. */
const MARGIN_SHARE = 0.2;
const MARGIN_MAX_MS = 1_000;

/** Works a shift that ends when nothing is ready, or its time is over. */
export async function work(
  { timers }: Engine,
  { deadline, signal }: WorkOptions,
  begin: (quiet: () => void) => Shift,
): Promise<WorkReport> {
  const marginMs = Math.min(
    (deadline ?? Infinity) * MARGIN_SHARE,
    MARGIN_MAX_MS,
  );
  const stop = (): void => void shift.end(0, marginMs);
  const shift = begin(stop);
  const timer = deadline === undefined
    ? undefined
    : timers.start(deadline - marginMs, stop);
  signal?.addEventListener("abort", stop, { once: true });
  shift.start();
  if (signal?.aborted) stop();
  await shift.ended;
  timers.stop(timer);
  signal?.removeEventListener("abort", stop);
  const { runs, mayHaveMore: more } = shift.pump;
  return { runs, more };
}
