/**
 * (e) The heap: bytes for an idle item, for one that is owed, and for what
 * waits in a peer's queue.
 *
 * @module
 */
import { Scheduler } from "../../mod.ts";
import { weighed } from "../support/measure.ts";
import {
  asyncQueue,
  drained,
  fastq,
  ignore,
  pLimit,
  PQueue,
} from "../support/peers.ts";
import { count } from "../support/tally.ts";
import type { Contestant, Trial } from "../support/trial.ts";

const IDLE = "workitem, idle item";

/** A list that is there before the weighing, to hold what is weighed. */
function makeHolder(amount: number): unknown[] {
  return new Array<unknown>(amount).fill(undefined);
}

/** Later, so that a long queue of synchronous runs does not recurse. */
function countLater(_value: unknown, done: (error: null) => void): void {
  count();
  queueMicrotask(() => done(null));
}

const idle: Contestant = {
  name: IDLE,
  prepare: (amount) =>
    weighed(amount, () => {
      const scheduler = new Scheduler();
      const holder = makeHolder(amount);
      return {
        fill(): unknown {
          for (let i = 0; i < amount; i++) {
            holder[i] = scheduler.createWorkItem({ run: count });
          }
          return holder;
        },
      };
    }),
};

const owed: Contestant = {
  name: "workitem, owed item",
  prepare: (amount) =>
    weighed(amount, () => {
      const scheduler = new Scheduler();
      const holder = makeHolder(amount);
      scheduler.pause();
      return {
        fill(): unknown {
          for (let i = 0; i < amount; i++) {
            const item = scheduler.createWorkItem({ run: count });
            item.enqueue();
            holder[i] = item;
          }
          return holder;
        },
        drain(): Promise<void> {
          scheduler.resume();
          return scheduler.idle();
        },
      };
    }),
};

const oneShot: Contestant = {
  name: "workitem, owed run()",
  prepare: (amount) =>
    weighed(amount, () => {
      const scheduler = new Scheduler();
      scheduler.pause();
      return {
        fill(): unknown {
          for (let i = 0; i < amount; i++) scheduler.run(count);
          return scheduler;
        },
        drain(): Promise<void> {
          scheduler.resume();
          return scheduler.idle();
        },
      };
    }),
};

const fastqCallback: Contestant = {
  name: "fastq (callback), owed",
  prepare: (amount) =>
    weighed(amount, () => {
      const queue = fastq(countLater, 1);
      queue.pause();
      return {
        fill(): unknown {
          for (let i = 0; i < amount; i++) queue.push(i);
          return queue;
        },
        drain(): Promise<void> {
          queue.resume();
          return drained(queue);
        },
      };
    }),
};

const fastqPromise: Contestant = {
  name: "fastq (promise), owed",
  prepare: (amount) =>
    weighed(amount, () => {
      const queue = fastq.promise((): Promise<void> => {
        count();
        return Promise.resolve();
      }, 1);
      queue.pause();
      return {
        fill(): unknown {
          for (let i = 0; i < amount; i++) queue.push(i);
          return queue;
        },
        drain(): Promise<void> {
          queue.resume();
          return queue.drained();
        },
      };
    }),
};

const pQueue: Contestant = {
  name: "p-queue, owed",
  prepare: (amount) =>
    weighed(amount, () => {
      const queue = new PQueue({ autoStart: false });
      return {
        fill(): unknown {
          for (let i = 0; i < amount; i++) queue.add(count);
          return queue;
        },
        drain(): Promise<void> {
          queue.start();
          return queue.onIdle();
        },
      };
    }),
};

const pLimitEach: Contestant = {
  name: "p-limit, owed",
  prepare: (amount) =>
    weighed(amount, () => {
      const limit = pLimit(1);
      const { promise, resolve } = Promise.withResolvers<void>();
      limit(() => promise);
      return {
        fill(): unknown {
          for (let i = 0; i < amount; i++) limit(count);
          return limit;
        },
        async drain(): Promise<void> {
          resolve();
          await limit(ignore);
        },
      };
    }),
};

const asyncCallback: Contestant = {
  name: "async.queue, owed",
  prepare: (amount) =>
    weighed(amount, () => {
      const queue = asyncQueue<number>(countLater, 1);
      queue.pause();
      return {
        fill(): unknown {
          for (let i = 0; i < amount; i++) queue.push(i, ignore);
          return queue;
        },
        async drain(): Promise<void> {
          const all = queue.drain();
          queue.resume();
          await all;
        },
      };
    }),
};

/** The trials of this case. */
export const trials: readonly Trial[] = [{
  id: "e",
  title: "bytes of heap for each of 1,000,000",
  unit: "bytes",
  amount: 1_000_000,
  contestants: [
    idle,
    owed,
    oneShot,
    fastqCallback,
    fastqPromise,
    pQueue,
    pLimitEach,
    asyncCallback,
  ],
  goals: [],
  reference: IDLE,
  note: "An item without context; the list that holds the items is left out.",
}];
