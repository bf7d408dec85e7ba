/**
 * (j) The heap of keys that are alive at once, each with one message: ours,
 * a Map that does no more than to keep them, and such a Map with a queue.
 *
 * @module
 */
import { Scheduler, type } from "../../mod.ts";
import { handle, Lists, type Message } from "../support/keyed.ts";
import { type Weighed, weighed } from "../support/measure.ts";
import { drained, fastq, PQueue } from "../support/peers.ts";
import {
  type Contestant,
  OURS,
  type Sample,
  type Trial,
} from "../support/trial.ts";

const BARE = "Map of { key, list }";

/** What is the same for all, and made before. */
interface Load {
  readonly keys: readonly string[];
  readonly messages: readonly Message[];
}

interface Entry {
  readonly key: string;
  readonly list: Message[];
}

function contestant(name: string, start: (load: Load) => Weighed): Contestant {
  return {
    name,
    prepare(amount: number): Sample {
      const keys = Array.from({ length: amount }, (_, index) => `key-${index}`);
      const messages = keys.map(() => ({ weight: 1 }));
      return weighed(amount, () => start({ keys, messages }));
    },
  };
}

/** Calls `add` with each key and its message. */
function addAll(
  { keys, messages }: Load,
  add: (key: string, message: Message) => void,
): void {
  let next = 0;
  for (const message of messages) add(keys[next++] ?? "", message);
}

function bare(load: Load): Weighed {
  return {
    fill(): unknown {
      const entries = new Map<string, Entry>();
      addAll(load, (key, message) => {
        const entry: Entry = { key, list: [] };
        entry.list.push(message);
        entries.set(key, entry);
      });
      return entries;
    },
  };
}

function ours(load: Load): Weighed {
  const scheduler = new Scheduler();
  const kind = scheduler.define("kept", {
    message: type<Message>(),
    run: ({ messages }) => handle(messages),
  });
  scheduler.pause();
  return {
    fill(): unknown {
      addAll(load, (key, message) => void kind.enqueue(key, message));
      return kind;
    },
    drain(): Promise<void> {
      scheduler.resume();
      return scheduler.idle();
    },
  };
}

function fastqCallback(load: Load): Weighed {
  const lists = new Lists();
  const call: fastq.worker<unknown, string> = (key, done) => {
    handle(lists.take(key));
    queueMicrotask(() => done(null)); // Or a long queue would recurse.
  };
  const queue = fastq(call, 1);
  queue.pause();
  return {
    fill(): unknown {
      addAll(load, (key, message) => {
        if (lists.add(key, message)) queue.push(key);
      });
      return queue;
    },
    drain(): Promise<void> {
      queue.resume();
      return drained(queue);
    },
  };
}

function pQueue(load: Load): Weighed {
  const lists = new Lists();
  const queue = new PQueue({ autoStart: false });
  return {
    fill(): unknown {
      addAll(load, (key, message) => {
        if (lists.add(key, message)) queue.add(() => handle(lists.take(key)));
      });
      return queue;
    },
    drain(): Promise<void> {
      queue.start();
      return queue.onIdle();
    },
  };
}

/** The trials of this case. */
export const trials: readonly Trial[] = [{
  id: "j",
  title: "bytes of heap for each of 1,000,000 keys with one message",
  unit: "bytes",
  amount: 1_000_000,
  contestants: [
    contestant(BARE, bare),
    contestant(OURS, ours),
    contestant("fastq (callback) + Map", fastqCallback),
    contestant("p-queue + Map", pQueue),
  ],
  goals: [{ kind: "within", subject: OURS, rival: BARE, factor: 1.5 }],
  reference: BARE,
  note: "The keys and the messages themselves are left out: both exist before.",
}];
