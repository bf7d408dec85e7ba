/**
 * (g) Bursts of messages for many keys: `kind.enqueue(key, message)` against
 * the code that a user writes in front of a queue, so that one run handles all
 * messages of a key. That is a Map of lists: a key that is new in it is pushed,
 * and its run takes the list out.
 *
 * Which fastq is fair? Given a synchronous function it runs inside `push()`
 * while it has a free slot: the list is taken before a second message can come,
 * so nothing is ever folded, and nothing is queued. Who writes a Map of lists
 * wants the opposite. So the goal is set against those that fold: fastq that is
 * paused for the length of a burst, as this library always queues first, and
 * its promise API. "inline" is shown for what it is: a function call, without
 * what was asked for. With callbacks that await, only the first runs of a burst
 * begin inside `push()`, and the goal is set against both APIs as they are.
 *
 * @module
 */
import { Scheduler, type } from "../../mod.ts";
import { bareLoops } from "../support/bare.ts";
import {
  type Enqueue,
  type Handle,
  handle,
  handleLater,
  Lists,
  makeBurst,
  type Message,
} from "../support/keyed.ts";
import { clocked } from "../support/measure.ts";
import { drained, fastq, PQueue } from "../support/peers.ts";
import {
  type Contestant,
  type Goal,
  OURS,
  type Sample,
  type Trial,
} from "../support/trial.ts";

const BARE = "Map of lists, drained";
const CALLBACK = "fastq (callback) + Map";
const INLINE = "fastq (callback) + Map, inline";
const PROMISE = "fastq (promise) + Map";
const PQUEUE = "p-queue + Map";
const CONCURRENCY = 16;
const AMOUNT = 1_000_000;
/** Longer queues of synchronous runs would exhaust the stack of fastq. */
const RECURSION_MAX = 1_000;

/** Enqueues all of a burst; resolves when it has been handled. */
type Flood = (burst: readonly Enqueue[]) => Promise<void>;

interface Load {
  readonly keys: number;
  /** Messages for each key in a burst. */
  readonly each: number;
  readonly handle: Handle;
}

function contestant(
  name: string,
  load: Load,
  open: (load: Load) => Flood,
): Contestant {
  return {
    name,
    prepare(amount: number): Sample {
      const { each } = load;
      const keys = Math.min(load.keys, amount / each);
      const burst = makeBurst(keys, each);
      const flood = open({ ...load, keys });
      return clocked(amount, async () => {
        for (let done = 0; done < amount; done += burst.length) {
          await flood(burst);
        }
      });
    },
  };
}

function bare({ handle }: Load): Flood {
  const isLater = handle === handleLater;
  return async (burst) => {
    const lists = new Lists();
    for (const { key, message } of burst) lists.add(key, message);
    await undefined;
    const keys = lists.keys();
    let next = 0;
    const takeNext = (): Message[] => lists.take(keys[next++] ?? "");
    if (isLater) {
      const body = (): Promise<void> => handleLater(takeNext());
      await bareLoops(body, { runs: keys.length, concurrency: CONCURRENCY });
    } else {
      while (next < keys.length) handle(takeNext());
    }
  };
}

function ours({ handle }: Load): Flood {
  const scheduler = new Scheduler({ concurrency: CONCURRENCY });
  const kind = scheduler.define("flood", {
    message: type<Message>(),
    run: ({ messages }) => handle(messages),
  });
  return async (burst) => {
    for (const { key, message } of burst) kind.enqueue(key, message);
    await scheduler.idle();
  };
}

/** A run that ends inside the call of fastq. */
function callAtOnce(lists: Lists): fastq.worker<unknown, string> {
  return (key, done) => {
    handle(lists.take(key));
    done(null);
  };
}

/** One that ends a moment later: a long queue would exhaust the stack. */
function callSoon(lists: Lists): fastq.worker<unknown, string> {
  return (key, done) => {
    handle(lists.take(key));
    queueMicrotask(() => done(null));
  };
}

function callLater(lists: Lists): fastq.worker<unknown, string> {
  return (key, done) => {
    handleLater(lists.take(key)).then(() => done(null), done);
  };
}

function fastqAsItIs({ handle }: Load): Flood {
  const lists = new Lists();
  const call = handle === handleLater ? callLater : callAtOnce;
  const queue = fastq(call(lists), CONCURRENCY);
  return async (burst) => {
    for (const { key, message } of burst) {
      if (lists.add(key, message)) queue.push(key);
    }
    await drained(queue);
  };
}

/** For synchronous functions. */
function fastqPaused({ keys }: Load): Flood {
  const lists = new Lists();
  const call = keys <= RECURSION_MAX ? callAtOnce : callSoon;
  const queue = fastq(call(lists), CONCURRENCY);
  return async (burst) => {
    queue.pause();
    for (const { key, message } of burst) {
      if (lists.add(key, message)) queue.push(key);
    }
    queue.resume();
    await drained(queue);
  };
}

function fastqPromise({ handle }: Load): Flood {
  const lists = new Lists();
  const isLater = handle === handleLater;
  const call = isLater
    ? (key: string) => handleLater(lists.take(key))
    // deno-lint-ignore require-await -- fastq asks for a promise.
    : async (key: string) => handle(lists.take(key));
  const queue = fastq.promise(call, CONCURRENCY);
  return async (burst) => {
    for (const { key, message } of burst) {
      if (lists.add(key, message)) queue.push(key);
    }
    await queue.drained();
  };
}

function pQueue({ handle }: Load): Flood {
  const lists = new Lists();
  const queue = new PQueue({ concurrency: CONCURRENCY });
  return async (burst) => {
    for (const { key, message } of burst) {
      if (lists.add(key, message)) queue.add(() => handle(lists.take(key)));
    }
    await queue.onIdle();
  };
}

const GOALS: readonly Goal[] = [
  { kind: "faster", subject: OURS, rival: CALLBACK, factor: 1 },
  { kind: "faster", subject: OURS, rival: PROMISE, factor: 1 },
  { kind: "faster", subject: OURS, rival: PQUEUE, factor: 8 },
];

function noteOf({ keys, each, handle }: Load): string {
  const start = handle === handleLater
    ? "The peers begin the first runs of a burst at once, with one message each."
    : '"inline" runs inside push(): it queues nothing and folds nothing.';
  const limit = keys * each < AMOUNT
    ? ""
    : " Most of this is the memory of the Map: not even the bare loop is 8 × as fast as p-queue.";
  return `Concurrency ${CONCURRENCY}. ${start}${limit}`;
}

function trial(load: Load): Trial {
  const { keys, each } = load;
  const isLater = load.handle === handleLater;
  const side = (name: string, open: (load: Load) => Flood): Contestant =>
    contestant(name, load, open);
  const fastqs = isLater
    ? [side(CALLBACK, fastqAsItIs)]
    : [side(CALLBACK, fastqPaused), side(INLINE, fastqAsItIs)];
  const ending = isLater ? "await once" : "return at once";
  return {
    id: `g/${keys}x${each}/${isLater ? "await" : "sync"}`,
    title: `1,000,000 messages by key, bursts of ${each} for each of ${
      keys.toLocaleString("en")
    } keys, callbacks that ${ending}`,
    unit: "ns per enqueue",
    amount: AMOUNT,
    contestants: [
      side(BARE, bare),
      side(OURS, ours),
      ...fastqs,
      side(PROMISE, fastqPromise),
      side(PQUEUE, pQueue),
    ],
    goals: GOALS,
    reference: OURS,
    note: noteOf(load),
  };
}

/** The trials of this case. */
export const trials: readonly Trial[] = [handle, handleLater].flatMap((each) =>
  [100, 100_000].flatMap((keys) => [
    trial({ keys, each: 1, handle: each }),
    trial({ keys, each: 10, handle: each }),
  ])
);
