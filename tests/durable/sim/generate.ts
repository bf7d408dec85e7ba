/** Makes the plan of a round from a seed. */
import { mix, Random } from "../../core/sim/random.ts";
import type { Deed, Name, Plan, Step, VerdictPlan, WakePlan } from "./plan.ts";

/** How much is done in a round. */
export interface PlanSize {
  /** How many steps, at least. */
  readonly steps: number;
  /** How many messages are enqueued at once, at most. */
  readonly batch: number;
  /** Do the clients send again what may have been refused?
   *
   * @default {false} */
  readonly hasTwins?: boolean;
}

/** Few messages, many ways. */
export const SHORT: PlanSize = { steps: 60, batch: 4 };
/** Over a hundred messages. */
export const LONG: PlanSize = { steps: 110, batch: 14 };

type Draw = (random: Random, context: Context) => Deed;

interface Context {
  readonly names: readonly Name[];
  readonly size: PlanSize;
  /** How often each deed is done in this round. */
  readonly weights: readonly number[];
  messages: number;
}

const EXTRAS = ["hopeless", "no counter", "conflict"] as const;

/** What is done, and how often. */
const DEEDS: readonly (readonly [number, Draw])[] = [
  [26, enqueue],
  [22, claim],
  [20, settle],
  [12, () => ({ type: "tend" })],
  [6, (random) => ({ type: "wait", ms: waitOf(random) })],
  [3, (random) => ({ type: "enqueue again", nth: random.below(1_000) })],
  [2, (random, { names }) => ({ type: "look", name: random.pick(names) })],
  [2, cancel],
  [1, (random, { names }) => ({ type: "delete", name: random.pick(names) })],
  [2, (random, { names }) => ({ type: "reset", name: random.pick(names) })],
  [2, (random, { names }) => ({ type: "fold", name: random.pick(names) })],
  [3, suspend],
  [2, (random, { names }) => ({ type: "redrive", name: random.pick(names) })],
  [1, (random, { names }) => ({ type: "discard", name: random.pick(names) })],
  [1, (random) => ({ type: "leave", isTidy: random.oneIn(2) })],
  [1, () => ({ type: "fence in haste" })],
  [1, () => ({ type: "die" })],
  [1, () => ({ type: "freeze" })],
  [2, () => ({ type: "thaw" })],
  [1, outage],
];
/** Without the first ones nothing happens. */
const STAPLES = 5;

/** The plan that belongs to a seed. */
export function generate(seed: number, size: PlanSize): Plan {
  const random = new Random(mix(seed, 1));
  const kinds = random.oneIn(2) ? ["mail"] : ["mail", "sync"];
  const keys = ["a", "b", "c"].slice(0, 1 + random.below(3));
  const names = kinds.flatMap((kind) => keys.map((key) => ({ kind, key })));
  const processes = 2 + random.below(3);
  const context = { names, size, weights: weightsOf(random), messages: 0 };
  const most = random.oneIn(4) ? 2 : 8;
  const count = size.steps + random.below(size.steps >> 1);
  const step = (deed: Deed): Step => ({
    ...deed,
    process: random.below(processes),
    answers: random.below(most),
  });
  const hoard = random.oneIn(HOARDS) ? hoardOf(random, context) : [];
  const deeds = Array.from({ length: count }, () => deed(random, context));
  const steps = [...hoard, ...deeds].map(step);
  return {
    seed,
    names,
    processes,
    isStamped: !random.oneIn(4),
    isCareless: random.oneIn(2),
    hasFaults: !random.oneIn(6),
    hasTwins: size.hasTwins ?? false,
    calm: new Set(),
    steps,
  };
}

/** One round in so many begins with an item that has much to do. */
const HOARDS = 12;
const HOARD_MIN = 45;
const HOARD_MORE = 30;

/** Many commits that bring messages to one item: more than go in one page. */
function hoardOf(random: Random, context: Context): readonly Deed[] {
  const name = random.pick(context.names);
  const length = HOARD_MIN + random.below(HOARD_MORE);
  return Array.from({ length }, (): Deed => ({
    type: "enqueue",
    wakes: [{ ...wake(random, context), name, whenRunning: "rerun" }],
  }));
}

/** Each round has its own taste: some deeds it does often, some never. */
function weightsOf(random: Random): number[] {
  return DEEDS.map(([weight], at) => {
    if (at < STAPLES) return weight;
    const taste = random.below(12);
    return taste < 2 ? 0 : taste < 5 ? weight * 5 : weight;
  });
}

function deed(random: Random, context: Context): Deed {
  const { weights } = context;
  let left = random.below(weights.reduce((sum, weight) => sum + weight, 0));
  for (const [at, weight] of weights.entries()) {
    if (left < weight) return DEEDS[at]?.[1](random, context) ?? NOTHING;
    left -= weight;
  }
  return NOTHING;
}

const NOTHING: Deed = { type: "tend" };

function enqueue(random: Random, context: Context): Deed {
  const length = 1 + random.below(context.size.batch);
  const wakes = Array.from({ length }, () => wake(random, context));
  return { type: "enqueue", wakes };
}

function wake(random: Random, context: Context): WakePlan {
  const hasMessage = !random.oneIn(12);
  return {
    name: random.pick(context.names),
    message: hasMessage ? context.messages++ : undefined,
    hasId: random.oneIn(2),
    hasReply: random.oneIn(6),
    delayMs: random.oneIn(5) ? 1 + random.below(1_500) : 0,
    reschedule: random.pick(["earliest", "keep", "latest"]),
    maxDelayMs: random.oneIn(2) ? Infinity : 500 + random.below(2_000),
    whenRunning: random.pick(["rerun", "rerun", "rerun", "restart", "skip"]),
    maxInbox: random.oneIn(8) ? 1 + random.below(6) : 10_000,
    isTooLarge: hasMessage && random.oneIn(150),
  };
}

function claim(random: Random): Deed {
  return {
    type: "claim",
    limit: 1 + random.below(4),
    maxMessages: random.oneIn(3) ? 1 + random.below(3) : 1_000,
  };
}

function settle(random: Random): Deed {
  return {
    type: "settle",
    verdict: verdict(random),
    many: 1 + random.below(3),
  };
}

function verdict(random: Random): VerdictPlan {
  return {
    type: random.pick([
      "complete",
      "complete",
      "complete",
      "complete",
      "complete",
      "retry",
      "bury",
      "hold",
      "release",
    ]),
    context: random.pick(["fold", "fold", "fold", "fold", "keep", "clear"]),
    extra: random.oneIn(15) ? random.pick(EXTRAS) : "none",
    delayMs: random.below(800),
    isTold: random.oneIn(4),
  };
}

function cancel(random: Random, { names }: Context): Deed {
  const name = random.pick(names);
  return { type: "cancel", name, running: random.oneIn(2) };
}

function suspend(random: Random, { names }: Context): Deed {
  const name = random.pick(names);
  return { type: "suspend", name, isSuspended: random.oneIn(3) };
}

function outage(random: Random): Deed {
  return {
    type: "outage",
    trouble: random.pick(["locked", "broken", "silent"]),
    isForAll: random.oneIn(2),
    calls: 1 + random.below(25),
  };
}

/** Mostly a little; sometimes more than a lease, or than the patience. */
function waitOf(random: Random): number {
  return random.oneIn(6) ? 1_000 + random.below(3_000) : 1 + random.below(400);
}
