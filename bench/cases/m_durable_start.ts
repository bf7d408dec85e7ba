/**
 * (m) How long it takes from the call of `enqueue` until the run begins, in the
 * same process, when nothing else goes on: the median of a sample.
 *
 * @module
 */
import { inLanes, type Place, PLACES, RIGHTS } from "../support/databases.ts";
import { type Handled, openOurs, openQueue } from "../support/durable.ts";
import { summarize } from "../support/statistics.ts";
import type { Contestant, Sample, Trial } from "../support/trial.ts";

const OURS = "workitem";
const LIMIT_NS = 5_000_000;
const NS_IN_MS = 1e6;

function side(name: string, open: () => Promise<Handled>): Contestant {
  return {
    name,
    prepare(amount: number): Sample {
      const opened = open();
      return async () => {
        const { pass } = await opened;
        const times: number[] = [];
        await inLanes(1, amount, async () => {
          const start = performance.now();
          await pass();
          times.push(performance.now() - start);
        });
        return summarize(times).median * NS_IN_MS;
      };
    },
  };
}

function trial(place: Place): Trial {
  return {
    id: `m/${place}`,
    title: `from enqueue to the start of the run, ${place}`,
    unit: "ns to start",
    amount: 20,
    whole: true,
    contestants: [
      side(OURS, () => openOurs(place, 16)),
      side("Deno KV queue", () => openQueue(place, true)),
    ],
    goals: [{ kind: "below", subject: OURS, limit: LIMIT_NS }],
    reference: OURS,
    rights: RIGHTS,
  };
}

/** The trials of this case. */
export const trials: readonly Trial[] = PLACES.map(trial);
