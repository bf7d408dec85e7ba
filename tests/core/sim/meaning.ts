/** What the numbers of an act mean, to engine and model alike. */
import type { ItemPlan } from "./plan.ts";

const ADVANCES_MS = [1, 2, 5, 5, 10, 20, 100, 1_000];
const GRACES_MS = [0, 10, 1_000, 30_000];

/** How far `advance` moves the clock. */
export function advanceOf(detail: number): number {
  return ADVANCES_MS[detail % ADVANCES_MS.length] ?? 1;
}

/** How long `close` lets runs go on. */
export function graceOf(detail: number): number {
  return GRACES_MS[detail % GRACES_MS.length] ?? 0;
}

/** One of the latest runs: those that go on, and some that have ended. */
export function latest<Run>(
  runs: readonly Run[],
  target: number,
): Run | undefined {
  return runs.at(-1 - target % Math.max(1, Math.min(runs.length, 6)));
}

/** How one-shot work is run. */
export interface OneShotPlan {
  readonly plan: ItemPlan;
  readonly hasSignal: boolean;
  readonly isAborted: boolean;
}

/** The options of one-shot work. */
export function oneShotOf(detail: number): OneShotPlan {
  const hasSignal = detail % 2 === 1;
  return {
    plan: {
      scope: 0,
      whenRunning: "rerun",
      maxOverlap: undefined,
      maxRestarts: undefined,
      timeoutMs: detail % 5 === 0 ? 10 : undefined,
      priority: detail % 4 === 0 ? 1 : 0,
      cleanup: "none",
    },
    hasSignal,
    isAborted: hasSignal && detail % 7 === 0,
  };
}
