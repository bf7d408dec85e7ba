/** Plans from seeds. */
import type { Reschedule, WhenRunning } from "../../../mod.ts";
import { mix, Random } from "../sim/random.ts";
import {
  type Act,
  type Ending,
  type KindPlan,
  type Load,
  type Manner,
  type Plan,
  type RetryPlan,
  type Script,
  Scripts,
  type Step,
  type TimingPlan,
} from "./plan.ts";

const STEPS_MIN = 6;
const STEPS_MAX = 26;
/** Keys of all kinds are counted through; any number below this will do. */
const ITEMS = 60;
const DELAYS: readonly number[] = [1, 2, 3, 5, 5, 8, 10, 20];
const ADVANCES: readonly number[] = [1, 1, 2, 3, 5, 5, 7, 10, 20, 40];
const GRACES: readonly number[] = [0, 5, 20, 1_000];
const WHEN_RUNNING: readonly WhenRunning[] = [
  "rerun",
  "rerun",
  "rerun",
  "restart",
  "skip",
];
const RESCHEDULE: readonly Reschedule[] = ["earliest", "keep", "latest"];
const MANNERS: readonly Manner[] = [
  "none",
  "none",
  "returns",
  "returns",
  "returns",
  "returns",
  "throws",
  "rejects",
];
const CLEANUPS: readonly KindPlan["cleanup"][] = [
  "none",
  "returns",
  "returns",
  "throws",
  "rejects",
  "waits",
  "waits",
];

/** The plan of a seed. */
export function generate(seed: number): Plan {
  const random = new Random(mix(seed, 1));
  const drops = random.oneIn(8);
  const kinds = Array.from(
    { length: !drops && random.oneIn(3) ? 2 : 1 },
    () => drops ? { ...kindOf(random), ...DROPPING } : kindOf(random),
  );
  return {
    seed,
    concurrency: 1 + random.below(3),
    maxOwed: random.oneIn(12) ? 1 + random.below(3) : 1_000,
    isObserved: random.oneIn(4),
    scope: random.oneIn(4) ? random.pick(["plain", "serialized"]) : "none",
    kinds,
    keys: drops ? 1 : 1 + random.below(3),
    steps: stepsOf(random),
    scripts: new Scripts(mix(seed, 2), scriptOf),
  };
}

function maybe<Value>(
  random: Random,
  times: number,
  value: () => Value,
): Value | undefined {
  return random.oneIn(times) ? value() : undefined;
}

/** Contexts that go soon, and slowly: cleanups meet each other and new runs. */
const DROPPING: Partial<KindPlan> = {
  hasContext: true,
  passivateAfter: 2,
  cleanup: "waits",
};

function kindOf(random: Random): KindPlan {
  const whenRunning = random.pick(WHEN_RUNNING);
  const merges = random.oneIn(2);
  const hasContext = random.oneIn(3);
  const maxMessages = maybe(random, 4, () => 1 + random.below(3));
  return {
    merges,
    // Where runs do not take all, nobody could say what they are handed then.
    mergeThrows: merges && maxMessages === undefined && random.oneIn(8),
    maxMessages,
    maxInbox: maybe(random, 10, () => 2 + random.below(3)),
    whenRunning,
    maxRestarts: whenRunning === "restart"
      ? maybe(random, 2, () => 1 + random.below(2))
      : undefined,
    retry: retryOf(random),
    whenExhausted: random.oneIn(4) ? "hold" : "release",
    undelivered: random.pick(MANNERS),
    delay: maybe(random, 8, () => random.pick(DELAYS)),
    reschedule: maybe(random, 4, () => random.pick(RESCHEDULE)),
    maxDelay: maybe(random, 8, () => 2 + random.below(15)),
    timeout: maybe(random, 5, () => 3 + random.below(10)),
    priority: maybe(random, 6, () => random.below(3)),
    concurrency: maybe(random, 4, () => 1 + random.below(2)),
    rate: maybe(random, 4, () => ({
      limit: 1 + random.below(2),
      interval: 3 + random.below(15),
    })),
    hasContext,
    contextThrows: hasContext && random.oneIn(8),
    passivateAfter: hasContext
      ? random.oneIn(5) ? undefined : 2 + random.below(8)
      : undefined,
    cleanup: hasContext ? random.pick(CLEANUPS) : "none",
    checks: random.oneIn(6),
    isInScope: random.oneIn(2),
  };
}

function retryOf(random: Random): RetryPlan {
  const delays = Array.from(
    { length: 1 + random.below(3) },
    () => random.pick(DELAYS),
  );
  switch (random.below(8)) {
    case 0:
    case 1:
      return { is: "none" };
    case 2:
    case 3:
    case 4:
      return { is: "list", delays };
    case 5:
      return { is: "function", delays };
    case 6: {
      const attempts = 1 + random.below(4);
      return { is: "exponential", attempts, min: 2 + random.below(5) };
    }
  }
  return random.oneIn(3)
    ? { is: "odd", throws: random.oneIn(2) }
    : { is: "list", delays };
}

/** What may be done from outside: how often, and what. */
const OUTER: readonly (readonly [number, MakeAct])[] = [
  [13, (random, item) => enqueueOf(random, item, "enqueue")],
  [13, (random, item) => enqueueOf(random, item, "enqueue")],
  [8, (random, item) => enqueueOf(random, item, "request")],
  [20, (random) => ({
    act: "settle",
    which: random.below(60),
    end: endOf(random),
  })],
  [16, (random) => ({ act: "advance", ms: random.pick(ADVANCES) })],
  [3, (_, item) => ({ act: "cancel", item, running: false })],
  [3, (_, item) => ({ act: "cancel", item, running: true })],
  [4, (_, item) => ({ act: "suspend", item })],
  [5, (random) => ({ act: "resume item", which: random.below(60) })],
  [4, (_, item) => ({ act: "reset", item })],
  [2, (_, item) => ({ act: "delete", item, own: false })],
  [1, (_, item) => ({ act: "flush", item })],
  [1, (_, item) => ({ act: "idle", item })],
  [1, (_, item) => ({ act: "read context", item })],
  [4, (random) => ({
    act: "settle cleanup",
    which: random.below(60),
    ok: random.oneIn(2),
  })],
  [2, () => ({ act: "pause" })],
  [3, () => ({ act: "resume" })],
  [2, (random) => ({ act: "concurrency", bound: 1 + random.below(3) })],
  [1, (random) => ({ act: "jump", ms: random.below(2_000) - 1_000 })],
];
/** These are never left out: without them nothing happens. */
const NEEDED = 5;

type MakeAct = (random: Random, item: number) => Act;

/** Each plan leaves out some acts and does others often: so each gets to where
 * an even mixture hardly ever gets. */
function swarmOf(random: Random): readonly MakeAct[] {
  return OUTER.flatMap(([weight, make], index) => {
    const factor = random.pick([0, 1, 1, 1, 3]);
    const count = index < NEEDED ? Math.max(1, factor) : factor;
    return Array<MakeAct>(weight * count).fill(make);
  });
}

function stepsOf(random: Random): readonly Step[] {
  const length = STEPS_MIN + random.below(STEPS_MAX - STEPS_MIN + 1);
  const favourite = random.below(ITEMS);
  const swarm = swarmOf(random);
  const closesAt = random.oneIn(10) ? random.below(length) : -1;
  const deletesAt = random.oneIn(12) ? random.below(length) : -1;
  return Array.from({ length }, (_, index) => ({
    what: index === closesAt
      ? { act: "close", grace: random.pick(GRACES) }
      : index === deletesAt
      ? { act: "delete scope" }
      : random.pick(swarm)(
        random,
        random.oneIn(2) ? favourite : random.below(ITEMS),
      ),
    drains: !random.oneIn(4),
  }));
}

function enqueueOf(
  random: Random,
  item: number,
  act: "enqueue" | "request",
): Act {
  const timing = random.oneIn(3) ? timingOf(random) : undefined;
  return { act, item, load: loadOf(random), timing, own: false };
}

function loadOf(random: Random): Load {
  const dice = random.below(12);
  return dice === 0 ? "invalid" : dice < 3 ? "nothing" : "message";
}

function timingOf(random: Random): TimingPlan {
  const timing: {
    delay?: number;
    at?: number;
    reschedule?: Reschedule;
    maxDelay?: number;
  } = {};
  const dice = random.below(8);
  if (dice === 0) timing.delay = 0;
  else if (dice === 1) timing.at = random.pick(DELAYS) - 3;
  else if (dice < 7) timing.delay = random.pick(DELAYS);
  if (random.oneIn(3)) timing.reschedule = random.pick(RESCHEDULE);
  if (random.oneIn(5)) timing.maxDelay = 1 + random.below(12);
  return timing;
}

function endOf(random: Random): Ending {
  if (random.oneIn(2)) return { ok: true };
  const dice = random.below(8);
  if (dice === 0) return { ok: false, final: true };
  if (dice === 1) return { ok: false, retryAfter: random.pick(RETRY_AFTERS) };
  return { ok: false };
}

/** Some are no times, and count for nothing. */
const RETRY_AFTERS: readonly number[] = [1, 4, 12, -1, NaN, Infinity];

function scriptOf(random: Random): Script {
  const acts = random.oneIn(4)
    ? Array.from({ length: 1 + random.below(2) }, () => innerAct(random))
    : [];
  return {
    acts,
    when: random.pick(WHEN),
    end: endOf(random),
    onAbort: random.pick(ON_ABORT),
  };
}

const WHEN: readonly Script["when"][] = [
  "at once",
  "in a promise",
  "later",
  "later",
  "later",
];
const ON_ABORT: readonly Script["onAbort"][] = [
  "nothing",
  "rejects",
  "rejects",
  "fulfils",
];

function innerAct(random: Random): Act {
  const item = random.below(ITEMS);
  const act = random.oneIn(5) ? "request" as const : "enqueue" as const;
  const dice = random.below(20);
  if (dice < 6) {
    return { ...enqueueOf(random, item, act), own: true } as Act;
  }
  if (dice < 11) return enqueueOf(random, item, act);
  if (dice < 13) return { act: "cancel", item, running: random.oneIn(3) };
  if (dice < 14) return { act: "suspend", item };
  if (dice < 15) return { act: "resume item", which: random.below(60) };
  if (dice < 16) return { act: "reset", item };
  if (dice < 17) return { act: "delete", item, own: random.oneIn(2) };
  if (dice < 19) {
    return { act: "settle", which: random.below(60), end: endOf(random) };
  }
  return { act: random.pick(["pause", "resume"]) };
}
