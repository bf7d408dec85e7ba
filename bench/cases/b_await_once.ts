/**
 * (b) Callbacks that await once, items made before: all are enqueued, then all
 * are run.
 *
 * A fastq queue that is kept has its entries from the rounds before, as our
 * items are made before: that is its fastest way, and the goal is set against
 * it. "new queue" makes one for each round. The trial in short batches has no
 * goal: there a promise queue costs hardly more than the promises.
 *
 * @module
 */
import { Scheduler } from "../../mod.ts";
import { bareLoops } from "../support/bare.ts";
import { clocked } from "../support/measure.ts";
import {
  asyncQueue,
  fastq,
  ignore,
  makeValues,
  pLimit,
  PQueue,
  type Value,
} from "../support/peers.ts";
import { countAfterAwait } from "../support/tally.ts";
import {
  type Contestant,
  type Goal,
  OURS,
  type Sample,
  type Trial,
} from "../support/trial.ts";

const FASTQ = "fastq (promise)";
const PQUEUE = "p-queue";
const BATCH = 10_000;

/** At most `size` are enqueued before all that is owed is waited for. */
interface Load {
  readonly concurrency: number;
  readonly size: number;
}

function bare({ concurrency }: Load): Contestant {
  return {
    name: "bare loop",
    prepare: (runs) =>
      clocked(runs, () => bareLoops(countAfterAwait, { runs, concurrency })),
  };
}

function ours({ concurrency, size }: Load): Contestant {
  return {
    name: OURS,
    prepare(runs: number): Sample {
      const length = Math.min(size, runs);
      const scheduler = new Scheduler({ concurrency });
      const items = Array.from(
        { length },
        () => scheduler.createWorkItem({ run: countAfterAwait }),
      );
      return clocked(runs, async () => {
        for (let done = 0; done < runs; done += length) {
          for (const item of items) item.enqueue();
          await scheduler.idle();
        }
      });
    },
  };
}

function fastqPromise({ concurrency, size }: Load): Contestant {
  return {
    name: FASTQ,
    prepare(runs: number): Sample {
      const values = makeValues(Math.min(size, runs));
      const queue = fastq.promise(countAfterAwait, concurrency);
      return clocked(runs, async () => {
        for (let done = 0; done < runs; done += values.length) {
          for (const value of values) queue.push(value);
          await queue.drained();
        }
      });
    },
  };
}

function fastqPromiseAnew({ concurrency, size }: Load): Contestant {
  return {
    name: `${FASTQ}, new queue`,
    prepare(runs: number): Sample {
      const values = makeValues(Math.min(size, runs));
      return clocked(runs, async () => {
        for (let done = 0; done < runs; done += values.length) {
          const queue = fastq.promise(countAfterAwait, concurrency);
          for (const value of values) queue.push(value);
          await queue.drained();
        }
      });
    },
  };
}

function pQueue({ concurrency, size }: Load): Contestant {
  return {
    name: PQUEUE,
    prepare(runs: number): Sample {
      const length = Math.min(size, runs);
      const queue = new PQueue({ concurrency });
      return clocked(runs, async () => {
        for (let done = 0; done < runs; done += length) {
          for (let i = 0; i < length; i++) queue.add(countAfterAwait);
          await queue.onIdle();
        }
      });
    },
  };
}

function pLimitMap({ concurrency, size }: Load): Contestant {
  return {
    name: "p-limit",
    prepare(runs: number): Sample {
      const values = makeValues(Math.min(size, runs));
      const limit = pLimit(concurrency);
      return clocked(runs, async () => {
        for (let done = 0; done < runs; done += values.length) {
          await limit.map(values, countAfterAwait);
        }
      });
    },
  };
}

function asyncFunction({ concurrency, size }: Load): Contestant {
  return {
    name: "async.queue",
    prepare(runs: number): Sample {
      const values = makeValues(Math.min(size, runs));
      const queue = asyncQueue<Value>(countAfterAwait, concurrency);
      return clocked(runs, async () => {
        for (let done = 0; done < runs; done += values.length) {
          for (const value of values) queue.push(value, ignore);
          await queue.drain();
        }
      });
    },
  };
}

function trial(id: string, load: Load, goals: readonly Goal[]): Trial {
  const { concurrency, size } = load;
  const flood = size === Infinity ? "all owed at once" : `${size} at a time`;
  return {
    id,
    title: `callbacks that await once, concurrency ${concurrency}, ${flood}`,
    unit: "ns per run",
    amount: 1_000_000,
    contestants: [
      bare(load),
      ours(load),
      fastqPromise(load),
      fastqPromiseAnew(load),
      pQueue(load),
      pLimitMap(load),
      asyncFunction(load),
    ],
    goals,
    reference: OURS,
    note: `${FASTQ} keeps its queue, and with it the entries made before.`,
  };
}

function goals(pQueueFactor: number): readonly Goal[] {
  return [
    { kind: "faster", subject: OURS, rival: FASTQ, factor: 8 },
    { kind: "faster", subject: OURS, rival: PQUEUE, factor: pQueueFactor },
  ];
}

/** The trials of this case. */
export const trials: readonly Trial[] = [
  trial("b/1", { concurrency: 1, size: Infinity }, goals(15)),
  trial("b/64", { concurrency: 64, size: Infinity }, goals(8)),
  trial("b/1024", { concurrency: 1_024, size: Infinity }, goals(8)),
  trial("b/batches", { concurrency: 64, size: BATCH }, []),
];
