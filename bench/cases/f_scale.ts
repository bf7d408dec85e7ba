/**
 * (f) From a thousand owed items to ten million: does a run cost the same?
 * Each sample has at least a million runs; a smaller flood is repeated.
 *
 * @module
 */
import { Scheduler } from "../../mod.ts";
import { clocked } from "../support/measure.ts";
import { count } from "../support/tally.ts";
import type { Contestant, Sample, Trial } from "../support/trial.ts";

const RUNS_MIN = 1_000_000;
const LARGEST = 10_000_000;

function nameOf(size: number): string {
  return `${size.toLocaleString("en")} owed`;
}

function flood(size: number): Contestant {
  return {
    name: nameOf(size),
    prepare(): Sample {
      const runs = Math.max(size, RUNS_MIN);
      const scheduler = new Scheduler({ maxOwed: size });
      const options = { run: count };
      const items = Array.from(
        { length: size },
        () => scheduler.createWorkItem(options),
      );
      return clocked(runs, async () => {
        for (let done = 0; done < runs; done += size) {
          for (const item of items) item.enqueue();
          await scheduler.idle();
        }
      });
    },
  };
}

/** The trials of this case. */
export const trials: readonly Trial[] = [{
  id: "f",
  title: "cost of a run while many are owed",
  unit: "ns per run",
  amount: LARGEST,
  whole: true,
  contestants: [1e3, 1e4, 1e5, 1e6, LARGEST].map(flood),
  goals: [{
    kind: "within",
    subject: nameOf(LARGEST),
    rival: nameOf(LARGEST / 100),
    factor: 2,
  }],
  reference: nameOf(LARGEST / 100),
  heapMb: 8_192,
}];
