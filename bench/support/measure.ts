/**
 * How one sample is taken: of time, or of the heap. The garbage of what came
 * before is collected first, and what was to be done is counted after.
 *
 * @module
 */
import { expectCount, tally } from "./tally.ts";
import type { Sample } from "./trial.ts";

/** What is done with things that lie in the heap. */
export interface Weighed {
  /** Makes `amount` things; what it returns is what keeps them alive. */
  fill(): unknown;
  /** Runs whatever they owe, so that it can be counted. */
  drain?(): Promise<void>;
}

function collectGarbage(): void {
  const { gc } = globalThis as { gc?: () => void }; // Only by --expose-gc.
  if (gc === undefined) throw new Error("Cannot measure without --expose-gc");
  gc();
}

/** How something is clocked. */
export interface ClockedOptions {
  /** What is over in a few milliseconds is done several times, or the noise
   * would be all we see.
   *
   * @default {1} */
  readonly times?: number;
  /** Takes back, beside the clock, what was done: then nothing must have run. */
  undo?(): void;
}

/** Nanoseconds per run of `act`, which completes `runs` runs. */
export function clocked(
  runs: number,
  act: () => Promise<void> | void,
  { times = 1, undo }: ClockedOptions = {},
): Sample {
  return async () => {
    collectGarbage();
    tally.count = 0;

    const start = performance.now();
    for (let time = 0; time < times; time++) await act();
    const elapsedMs = performance.now() - start;

    undo?.();
    expectCount(undo === undefined ? runs * times : 0);
    return elapsedMs * 1e6 / (runs * times);
  };
}

/** Bytes of heap for each of `amount` things. */
export function weighed(amount: number, start: () => Weighed): Sample {
  return async () => {
    const { fill, drain } = start();
    tally.count = 0;
    collectGarbage();

    const before = Deno.memoryUsage().heapUsed;
    const held = fill();
    collectGarbage();
    const bytes = Deno.memoryUsage().heapUsed - before;

    await drain?.();
    expectCount(drain === undefined ? 0 : amount);
    return held === undefined ? 0 : bytes / amount;
  };
}
