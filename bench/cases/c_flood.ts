/**
 * (c) A flood of enqueues over few and over many items, found by key: what
 * does folding cost, compared with a Map of lists and no queue at all?
 *
 * @module
 */
import { Scheduler, type WorkItem } from "../../mod.ts";
import { clocked } from "../support/measure.ts";
import { tally } from "../support/tally.ts";
import {
  type Contestant,
  type Goal,
  OURS,
  type Sample,
  type Trial,
} from "../support/trial.ts";

const BY_HAND = "Map of lists, drained";
/** Floods in one sample. */
const TIMES = 5;

/** Whom each message of the flood is for; the same order for both. */
function makeFlood(amount: number, keys: readonly string[]): string[] {
  let seed = 1;
  return Array.from({ length: amount }, () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return keys[Math.floor(seed / 2 ** 32 * keys.length)] ?? "";
  });
}

/** What is enqueued: made before, the same for both. */
interface Message {
  readonly weight: number;
}

type Make<Value> = (index: number) => Value;
type Drain<Value> = (list: Value[]) => void;

/** Processes all that is found in a list, and leaves it empty. */
function drainMessages(list: Message[]): void {
  for (const { weight } of list) tally.count += weight;
  list.length = 0;
}

/** The same for messages that are mere numbers. */
function drainNumbers(list: number[]): void {
  for (const weight of list) tally.count += weight;
  list.length = 0;
}

/** What is enqueued, and how it is processed. */
interface Load<Value> {
  readonly items: number;
  readonly make: Make<Value>;
  readonly drain: Drain<Value>;
}

/** The keys, and for each message whom it is for. */
function prepare<Value>(
  amount: number,
  { items, make }: Load<Value>,
): { keys: string[]; flood: string[]; messages: Value[] } {
  const keys = Array.from({ length: items }, (_, index) => `tenant-${index}`);
  const messages = Array.from({ length: amount }, (_, index) => make(index));
  return { keys, flood: makeFlood(amount, keys), messages };
}

function byHand<Value>(load: Load<Value>): Contestant {
  return {
    name: BY_HAND,
    prepare(amount: number): Sample {
      const { keys, flood, messages } = prepare(amount, load);
      const { drain } = load;
      const lists = new Map(keys.map((key): [string, Value[]] => [key, []]));
      return clocked(amount, async () => {
        let next = 0;
        for (const message of messages) {
          lists.get(flood[next++] ?? "")?.push(message);
        }
        await undefined;
        for (const list of lists.values()) drain(list);
      }, { times: TIMES });
    },
  };
}

function ours<Value>(load: Load<Value>): Contestant {
  return {
    name: OURS,
    prepare(amount: number): Sample {
      const { keys, flood, messages } = prepare(amount, load);
      const scheduler = new Scheduler();
      const found = new Map<string, WorkItem<Value[]>>();
      for (const key of keys) {
        const item = scheduler.createWorkItem({
          key,
          context: (): Value[] => [],
          run: ({ context }): void => load.drain(context),
        });
        found.set(key, item);
      }
      return clocked(amount, async () => {
        let next = 0;
        for (const message of messages) {
          const item = found.get(flood[next++] ?? "");
          if (item === undefined) continue;
          item.context.push(message);
          item.enqueue();
        }
        await scheduler.idle();
      }, { times: TIMES });
    },
  };
}

function trial<Value>(id: string, load: Load<Value>, goals: Goal[]): Trial {
  return {
    id,
    title: `flood of 1,000,000 enqueues over ${load.items} items, by key`,
    unit: "ns per enqueue",
    amount: 1_000_000,
    contestants: [byHand(load), ours(load)],
    goals,
    reference: BY_HAND,
    note: id.endsWith("numbers")
      ? "Messages are numbers: nothing but the queue touches memory."
      : "Messages are objects that the run looks at.",
  };
}

const GOALS: Goal[] = [
  { kind: "within", subject: OURS, rival: BY_HAND, factor: 1.5 },
];
const MESSAGES = {
  make: (): Message => ({ weight: 1 }),
  drain: drainMessages,
} as const;
const NUMBERS = { make: (): number => 1, drain: drainNumbers } as const;

/** The trials of this case. */
export const trials: readonly Trial[] = [
  trial("c/100", { items: 100, ...MESSAGES }, GOALS),
  trial("c/100000", { items: 100_000, ...MESSAGES }, GOALS),
  trial("c/100000/numbers", { items: 100_000, ...NUMBERS }, []),
];
