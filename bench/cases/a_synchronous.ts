/**
 * (a) Synchronous runs of items made before.
 *
 * fastq runs a synchronous function inside `push()` while it has a free slot:
 * its fastest way, though nothing is queued. "queued" makes it queue first, as
 * this library always does; a synchronous function recurses there, so in a
 * long queue it calls back from a microtask. The goal is set against both.
 *
 * @module
 */
import { Scheduler } from "../../mod.ts";
import { clocked } from "../support/measure.ts";
import {
  asyncQueue,
  drained,
  fastq,
  ignore,
  makeValues,
  type Value,
} from "../support/peers.ts";
import { count } from "../support/tally.ts";
import {
  type Contestant,
  OURS,
  type Sample,
  type Trial,
} from "../support/trial.ts";

const FASTQ = "fastq (callback)";
const QUEUED = `${FASTQ}, queued`;
const BATCH = 1_000;
/** Floods in one sample. */
const TIMES = 5;

type Shape = (runs: number) => { size: number; rounds: number };
type Done = (error: null) => void;

const inBatches: Shape = (runs) => ({ size: BATCH, rounds: runs / BATCH });
const atOnce: Shape = (runs) => ({ size: runs, rounds: 1 });

function countThen(_value: Value, done: Done): void {
  count();
  done(null);
}

function bare(shape: Shape): Contestant {
  return {
    name: "bare loop",
    prepare(runs: number): Sample {
      const { size, rounds } = shape(runs);
      const bodies = Array.from({ length: size }, () => count);
      return clocked(runs, async () => {
        for (let round = 0; round < rounds; round++) {
          for (const body of bodies) body();
          await undefined;
        }
      }, { times: TIMES });
    },
  };
}

function ours(shape: Shape): Contestant {
  return {
    name: OURS,
    prepare(runs: number): Sample {
      const { size, rounds } = shape(runs);
      const scheduler = new Scheduler({ concurrency: 1 });
      const items = Array.from(
        { length: size },
        () => scheduler.createWorkItem({ run: count }),
      );
      return clocked(runs, async () => {
        for (let round = 0; round < rounds; round++) {
          for (const item of items) item.enqueue();
          await scheduler.idle();
        }
      }, { times: TIMES });
    },
  };
}

function fastqInline(shape: Shape): Contestant {
  return {
    name: FASTQ,
    prepare(runs: number): Sample {
      const { size, rounds } = shape(runs);
      const queue = fastq(countThen, 1);
      const values = makeValues(size);
      return clocked(runs, async () => {
        for (let round = 0; round < rounds; round++) {
          for (const value of values) queue.push(value);
          await drained(queue);
        }
      }, { times: TIMES });
    },
  };
}

/** Called later, so that a long queue does not recurse. */
function countThenLater(_value: Value, done: Done): void {
  count();
  queueMicrotask(() => done(null));
}

function fastqQueued(shape: Shape): Contestant {
  return {
    name: QUEUED,
    prepare(runs: number): Sample {
      const { size, rounds } = shape(runs);
      const queue = fastq(size > BATCH ? countThenLater : countThen, 1);
      const values = makeValues(size);
      return clocked(runs, async () => {
        for (let round = 0; round < rounds; round++) {
          queue.pause();
          for (const value of values) queue.push(value);
          queue.resume();
          await drained(queue);
        }
      }, { times: TIMES });
    },
  };
}

function asyncCallback(shape: Shape): Contestant {
  return {
    name: "async.queue",
    prepare(runs: number): Sample {
      const { size, rounds } = shape(runs);
      const queue = asyncQueue<Value>(countThen, 1);
      const values = makeValues(size);
      return clocked(runs, async () => {
        for (let round = 0; round < rounds; round++) {
          for (const value of values) queue.push(value, ignore);
          await queue.drain();
        }
      }, { times: TIMES });
    },
  };
}

function trial(
  id: string,
  title: string,
  contestants: readonly Contestant[],
): Trial {
  return {
    id,
    title,
    unit: "ns per run",
    amount: 1_000_000,
    contestants,
    goals: [
      { kind: "faster", subject: OURS, rival: FASTQ, factor: 1.5 },
      { kind: "faster", subject: OURS, rival: QUEUED, factor: 1.5 },
    ],
    reference: OURS,
    note: `${FASTQ} runs inside push() and queues nothing.`,
  };
}

/** The trials of this case. */
export const trials: readonly Trial[] = [
  trial("a/batches", "synchronous runs: 1,000 items × 1,000 rounds", [
    bare(inBatches),
    ours(inBatches),
    fastqInline(inBatches),
    fastqQueued(inBatches),
    asyncCallback(inBatches),
  ]),
  trial("a/distinct", "synchronous runs: 1,000,000 distinct items", [
    bare(atOnce),
    ours(atOnce),
    fastqInline(atOnce),
    fastqQueued(atOnce),
    asyncCallback(atOnce),
  ]),
];
