/**
 * (k) Messages stored, each for an item of its own: one at a time, 64 at a time
 * and 32 in a call, by this library, by Deno KV's own queue, and by commits of
 * the same writes without anything around them.
 *
 * Nothing handles them here.
 *
 * @module
 */
import {
  inLanes,
  openAt,
  type Place,
  PLACES,
  RIGHTS,
} from "../support/databases.ts";
import { type Handled, openOurs, openQueue } from "../support/durable.ts";
import { clocked } from "../support/measure.ts";
import type { Contestant, Sample, Trial } from "../support/trial.ts";

const OURS = "workitem, 64 in flight";
const QUEUE = "Deno KV queue, 64 in flight";
const LANES = 64;
const BATCH = 32;

type Way = (amount: number, handled: Handled) => Promise<void>;

const oneByOne: Way = (amount, { enqueue }) => inLanes(1, amount, enqueue);
const inFlight: Way = (amount, { enqueue }) => inLanes(LANES, amount, enqueue);
const batched: Way = (amount, { enqueueMany }) =>
  inLanes(1, amount / BATCH, () => enqueueMany(BATCH));

function side(
  name: string,
  open: () => Promise<Handled>,
  way: Way,
): Contestant {
  return {
    name,
    prepare(amount: number): Sample {
      const opened = open();
      return clocked(amount, async () => way(amount, await opened), {
        undo: () => {}, // Nothing has run.
      });
    },
  };
}

/** The writes of an enqueue, and no more than that. */
async function openRaw(place: Place): Promise<Handled> {
  const kv = await openAt(place);
  const body = new TextEncoder().encode("x".repeat(130));
  let last = 0;
  const write = (amount: number): Promise<unknown> => {
    const atomic = kv.atomic();
    const stamp = kv.commitVersionstamp();
    atomic.set(["w", "lane"], { seq: last });
    for (let n = 0; n < amount; n++) {
      const key = `order-${++last}`;
      atomic.check({ key: ["w", "i", "order", key], versionstamp: null })
        .set(["w", "i", "order", key], { state: "queued", n: 1 })
        .set(["w", "k", "order", key, "m", stamp], { list: [{ body }] });
    }
    return atomic.set(["w", "r", "order", stamp], [{ key: last }]).commit();
  };
  return {
    enqueue: () => write(1),
    enqueueMany: write,
    pass: () => Promise.reject(new Error("Nothing handles it")),
    handled: () => Promise.reject(new Error("Nothing handles it")),
  };
}

function trial(place: Place): Trial {
  const ours = (): Promise<Handled> => openOurs(place);
  const queue = (): Promise<Handled> => openQueue(place, false);
  const raw = (): Promise<Handled> => openRaw(place);
  return {
    id: `k/${place}`,
    title: `messages stored, ${place}`,
    unit: "ns per enqueue",
    amount: 2_048,
    whole: true,
    contestants: [
      side("raw commits, one by one", raw, oneByOne),
      side("raw commits, 64 in flight", raw, inFlight),
      side("raw commits of 32", raw, batched),
      side("workitem, one by one", ours, oneByOne),
      side(OURS, ours, inFlight),
      side("workitem, 32 in a call", ours, batched),
      side("Deno KV queue, one by one", queue, oneByOne),
      side(QUEUE, queue, inFlight),
      side("Deno KV queue, 32 in a commit", queue, batched),
    ],
    goals: place === "file"
      ? [{ kind: "faster", subject: OURS, rival: QUEUE, factor: 4 }]
      : [],
    reference: OURS,
    rights: RIGHTS,
  };
}

/** The trials of this case. */
export const trials: readonly Trial[] = PLACES.map(trial);
