/**
 * (l) Messages from their enqueue to the end of their handler, each for an item
 * of its own, against Deno KV's own queue: 64 in flight, 32 in a call, and one by
 * one, the next enqueued when the one before it has been handled.
 *
 * @module
 */
import { inLanes, type Place, PLACES, RIGHTS } from "../support/databases.ts";
import { type Handled, openOurs, openQueue } from "../support/durable.ts";
import { clocked } from "../support/measure.ts";
import type { Contestant, Sample, Trial } from "../support/trial.ts";

const OURS = "workitem";
const QUEUE = "Deno KV queue";
const LANES = 64;
const BATCH = 32;
const EXECUTORS: readonly number[] = [1, 16, 64];

type Way = (amount: number, handled: Handled) => Promise<void>;

const oneByOne: Way = async (amount, { pass, handled }) => {
  await inLanes(1, amount, pass);
  await handled(amount);
};
const inFlight: Way = async (amount, { pass, handled }) => {
  await inLanes(LANES, amount, pass);
  await handled(amount);
};
const batched: Way = async (amount, { enqueueMany, handled }) => {
  await inLanes(1, amount / BATCH, () => enqueueMany(BATCH));
  await handled(amount);
};

function side(
  name: string,
  open: () => Promise<Handled>,
  way: Way,
): Contestant {
  return {
    name,
    prepare(amount: number): Sample {
      const opened = open();
      return clocked(amount, async () => way(amount, await opened));
    },
  };
}

function many(place: Place, executors: number): Trial {
  const ours = (): Promise<Handled> => openOurs(place, executors);
  const queue = (): Promise<Handled> => openQueue(place, true);
  const hasGoal = place === "file" && executors > 1;
  return {
    id: `l/${place}/${executors}`,
    title: `messages handled, ${place}, concurrency ${executors}`,
    unit: "ns per run",
    amount: 1_024,
    whole: true,
    contestants: [
      side(OURS, ours, inFlight),
      side("workitem, 32 in a call", ours, batched),
      side(QUEUE, queue, inFlight),
      side("Deno KV queue, 32 in a commit", queue, batched),
    ],
    goals: hasGoal
      ? [{ kind: "faster", subject: OURS, rival: QUEUE, factor: 3 }]
      : [],
    reference: OURS,
    rights: RIGHTS,
    note: `64 in flight; ${QUEUE} has no bound of its own.`,
  };
}

function one(place: Place): Trial {
  return {
    id: `l/${place}/one`,
    title: `messages handled one by one, ${place}`,
    unit: "ns per run",
    amount: 20,
    whole: true,
    contestants: [
      side(OURS, () => openOurs(place, 16), oneByOne),
      side(QUEUE, () => openQueue(place, true), oneByOne),
    ],
    goals: [{ kind: "within", subject: OURS, rival: QUEUE, factor: 1 }],
    reference: OURS,
    rights: RIGHTS,
  };
}

/** The trials of this case. */
export const trials: readonly Trial[] = PLACES.flatMap((place) => [
  one(place),
  ...EXECUTORS.map((executors) => many(place, executors)),
]);
