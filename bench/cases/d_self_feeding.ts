/**
 * (d) One item that enqueues itself, asynchronously, against the same closure
 * in a loop that awaits it.
 *
 * @module
 */
import { Scheduler, type WorkItem } from "../../mod.ts";
import { clocked } from "../support/measure.ts";
import { fastq } from "../support/peers.ts";
import { tally } from "../support/tally.ts";
import {
  type Contestant,
  OURS,
  type Sample,
  type Trial,
} from "../support/trial.ts";

const BARE = "bare await loop";

/** What asks for one more run. */
interface Asker {
  enqueue(): unknown;
}

/** The closure of all contestants: awaits once, and asks for the next run
 * until there have been `runs`. */
function makeBody(runs: number): (asker: Asker) => Promise<void> {
  return async (asker) => {
    await undefined;
    if (++tally.count < runs) asker.enqueue();
  };
}

const bare: Contestant = {
  name: BARE,
  prepare(runs: number): Sample {
    const body = makeBody(runs);
    let owed = false;
    const asker: Asker = {
      enqueue: (): void => {
        owed = true;
      },
    };
    return clocked(runs, async () => {
      owed = true;
      while (owed) {
        owed = false;
        await body(asker);
      }
    });
  },
};

const ours: Contestant = {
  name: OURS,
  prepare(runs: number): Sample {
    const body = makeBody(runs);
    const scheduler = new Scheduler();
    const item: WorkItem<undefined, void> = scheduler.createWorkItem({
      run: () => body(item),
    });
    return clocked(runs, async () => {
      item.enqueue();
      await scheduler.idle();
    });
  },
};

const fastqPromise: Contestant = {
  name: "fastq (promise)",
  prepare(runs: number): Sample {
    const body = makeBody(runs);
    const queue = fastq.promise<unknown, Asker>(body, 1);
    const asker: Asker = { enqueue: () => queue.push(asker) };
    return clocked(runs, async () => {
      queue.push(asker);
      await queue.drained();
    });
  },
};

/** The trials of this case. */
export const trials: readonly Trial[] = [{
  id: "d",
  title: "one item that enqueues itself 1,000,000 times",
  unit: "ns per run",
  amount: 1_000_000,
  contestants: [bare, ours, fastqPromise],
  goals: [{ kind: "within", subject: OURS, rival: BARE, factor: 1.3 }],
  reference: BARE,
}];
