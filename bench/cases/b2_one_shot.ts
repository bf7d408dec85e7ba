/**
 * (b2) One-shot work: `scheduler.run(callback)` makes a promise for each call,
 * as the peers do. Nothing is made before on either side, so all begin each
 * round with a new queue or scheduler; "kept queue" is fastq with the entries
 * of the rounds before. The last trial awaits every promise as well.
 *
 * @module
 */
import { Scheduler } from "../../mod.ts";
import { bareLoops } from "../support/bare.ts";
import { clocked } from "../support/measure.ts";
import { asyncQueue, fastq, pLimit, PQueue } from "../support/peers.ts";
import { countAfterAwait } from "../support/tally.ts";
import {
  type Contestant,
  type Goal,
  OURS,
  type Trial,
} from "../support/trial.ts";

const FASTQ = "fastq (promise)";
const PQUEUE = "p-queue";

const GOALS: readonly Goal[] = [
  { kind: "faster", subject: OURS, rival: FASTQ, factor: 4 },
  { kind: "faster", subject: OURS, rival: PQUEUE, factor: 6 },
];

/** A queue to which one-shot work is given. */
interface Intake {
  add(): Promise<unknown>;
  /** Resolves when all is done; absent where a peer has no such thing. */
  drained?(): Promise<unknown>;
}

/** Adds all, and waits for the queue or, if asked, for every promise. */
function contestant(
  name: string,
  awaitsEach: boolean,
  open: () => Intake,
): Contestant {
  return {
    name,
    prepare: (runs) =>
      clocked(runs, async () => {
        const { add, drained } = open();
        if (awaitsEach || drained === undefined) {
          await Promise.all(Array.from({ length: runs }, add));
        } else {
          for (let i = 0; i < runs; i++) add();
          await drained();
        }
      }),
  };
}

function bare(concurrency: number): Contestant {
  return {
    name: "bare loop",
    prepare: (runs) =>
      clocked(runs, () => bareLoops(countAfterAwait, { runs, concurrency })),
  };
}

function ours(concurrency: number): Intake {
  const scheduler = new Scheduler({ concurrency });
  return {
    add: () => scheduler.run(countAfterAwait),
    drained: () => scheduler.idle(),
  };
}

function fastqPromise(concurrency: number): Intake {
  const queue = fastq.promise(countAfterAwait, concurrency);
  return {
    add: () => queue.push(undefined),
    drained: () => queue.drained(),
  };
}

function pQueue(concurrency: number): Intake {
  const queue = new PQueue({ concurrency });
  return {
    add: () => queue.add(countAfterAwait),
    drained: () => queue.onIdle(),
  };
}

function pLimitEach(concurrency: number): Intake {
  const limit = pLimit(concurrency);
  return { add: () => limit(countAfterAwait) };
}

function asyncPromise(concurrency: number): Intake {
  const queue = asyncQueue<undefined>(countAfterAwait, concurrency);
  return {
    add: () => queue.pushAsync(undefined),
    drained: () => queue.drain(),
  };
}

/** The same queue in each round, once it is made. */
function kept(open: () => Intake): () => Intake {
  let intake: Intake | undefined;
  return () => intake ??= open();
}

function trial(
  concurrency: number,
  options: { awaitsEach?: boolean } = {},
): Trial {
  const { awaitsEach = false } = options;
  const each = awaitsEach ? ", every promise awaited" : "";
  const side = (name: string, open: () => Intake): Contestant =>
    contestant(name, awaitsEach, open);
  return {
    id: `b2/${concurrency}${awaitsEach ? "/each" : ""}`,
    title: `one-shot run(callback), concurrency ${concurrency}${each}`,
    unit: "ns per run",
    amount: 1_000_000,
    contestants: [
      bare(concurrency),
      side(OURS, () => ours(concurrency)),
      side(FASTQ, () => fastqPromise(concurrency)),
      side(`${FASTQ}, kept queue`, kept(() => fastqPromise(concurrency))),
      side(PQUEUE, () => pQueue(concurrency)),
      side("p-limit", () => pLimitEach(concurrency)),
      side("async.queue", () => asyncPromise(concurrency)),
    ],
    goals: awaitsEach ? [] : GOALS,
    reference: OURS,
    note: "Nothing is made before, on either side, but where it says so.",
  };
}

/** The trials of this case. */
export const trials: readonly Trial[] = [
  trial(1),
  trial(64),
  trial(1_024),
  trial(64, { awaitsEach: true }),
];
