/** The facts about memory and timers, each with what it must show. They are
 * looked at in a process of their own (child.ts), by kinds_heap_test.ts with
 * as much as the gate has time for, and by main.ts in full. */
import { weighAlive } from "./alive.ts";
import { watchDelayed } from "./delayed.ts";
import { watchFreed } from "./freed.ts";
import { stream, streamPassivated } from "./streamed.ts";

/** What was seen. */
export type Figures = Readonly<Record<string, number | boolean>>;

/** What each of the figures must be: a value, or below a limit. */
export type Expected = Readonly<
  Record<string, number | boolean | { readonly most: number }>
>;

/** One of the facts. */
export interface Fact {
  /** What it says. */
  readonly title: string;
  /** How many keys the gate takes. */
  readonly gate: number;
  /** How many it is about. */
  readonly full: number;
  /** Looks at so many keys. */
  readonly look: (amount: number) => Promise<Figures>;
  /** What must be seen of so many. */
  readonly expected: (amount: number) => Expected;
}

const MILLION = 1_000_000;
const MIB = 2 ** 20;
/** Of a bare Map of `{ key, list }`. */
const RATIO_MOST = 1.5;

const streamed = (amount: number): Expected => ({
  grown: { most: MIB },
  runs: amount,
  handled: amount,
  busiest: 16,
  left: 0,
});

/** All facts, by name. */
export const FACTS: Readonly<Record<string, Fact>> = {
  alive: {
    title: "keys alive at once cost little more than a Map of lists",
    gate: MILLION,
    full: MILLION,
    look: async (amount) => ({ ...await weighAlive(amount) }),
    expected: (amount) => ({ ratio: { most: RATIO_MOST }, handled: amount }),
  },
  freed: {
    title: "what a kind does not need any more is freed, handles or not",
    gate: 1,
    full: 1,
    look: async () => ({ ...await watchFreed() }),
    expected: () => ({
      keptContext: false,
      freshContext: false,
      passivatedContext: true,
      cleanedContext: true,
      deletedContext: true,
      cleanedUnderHandle: true,
      deletedUnderHandle: true,
      message: true,
      messageOfContext: true,
      result: true,
      error: true,
      handlesWork: true,
    }),
  },
  delayed: {
    title: "delayed items set one timer of the host, and run in order",
    gate: 0.25 * MILLION,
    full: MILLION,
    look: async (amount) => ({ ...await watchDelayed(amount) }),
    expected: (amount) => ({
      timers: 1,
      timersMost: 1,
      timersAtEnd: 0,
      delayed: amount,
      early: 0,
      runs: amount,
      outOfOrder: 0,
    }),
  },
  streamed: {
    title: "keys without context leave nothing behind",
    gate: 0.5 * MILLION,
    full: 10 * MILLION,
    look: async (amount) => ({ ...await stream(amount) }),
    expected: streamed,
  },
  passivated: {
    title: "keys whose contexts are passivated leave nothing behind",
    gate: 0.2 * MILLION,
    full: 10 * MILLION,
    look: async (amount) => ({ ...await streamPassivated(amount) }),
    expected: (amount) => ({
      ...streamed(amount),
      made: amount,
      cleaned: amount,
      watched: 1 + amount / 100_000,
      freed: 1 + amount / 100_000,
      timersMost: 1,
      timers: 0,
    }),
  },
};

/** The names of those figures that are not as they must be. */
export function breaches(figures: Figures, expected: Expected): string[] {
  return Object.entries(expected).filter(([name, limit]) => {
    const figure = figures[name];
    if (typeof limit !== "object") return figure !== limit;
    return typeof figure !== "number" || !(figure <= limit.most);
  }).map(([name]) => name);
}
