/** Plans from seeds. */
import type { WhenRunning } from "../../../mod.ts";
import {
  type Act,
  type CleanupMode,
  type ItemPlan,
  type Plan,
  type ScopePlan,
  Scripts,
  spread,
  type Step,
} from "./plan.ts";
import { mix, Random } from "./random.ts";

const OUTER_ACTS = spread<Act["kind"]>([
  [22, "enqueue"],
  [6, "request"],
  [4, "flush"],
  [2, "idle"],
  [4, "cancel"],
  [3, "cancel running"],
  [4, "suspend"],
  [6, "resume item"],
  [2, "delete"],
  [1, "delete scope"],
  [1, "create"],
  [4, "run"],
  [2, "abort run"],
  [2, "abort wait"],
  [2, "pause"],
  [4, "resume"],
  [3, "concurrency"],
  [2, "scheduler idle"],
  [20, "settle"],
  [2, "settle cleanup"],
  [3, "enqueue by run"],
  [1, "flush by run"],
  [1, "observe"],
  [4, "advance"],
  [1, "turns"],
]);
const CLEANUPS: readonly CleanupMode[] = [
  "none",
  "none",
  "none",
  "returns",
  "returns",
  "throws",
  "resolves",
  "rejects",
  "waits",
];
const WHEN_RUNNING: readonly WhenRunning[] = [
  "rerun",
  "rerun",
  "overlap",
  "restart",
  "skip",
];

const PLAIN: ItemPlan = {
  scope: 0,
  whenRunning: "rerun",
  maxOverlap: undefined,
  maxRestarts: undefined,
  timeoutMs: undefined,
  priority: 0,
  cleanup: "none",
};

/** Has it no options? The engine has a short way for such items. */
export function isPlain(plan: ItemPlan): boolean {
  return plan.whenRunning === "rerun" && plan.timeoutMs === undefined &&
    plan.priority === 0 && plan.cleanup === "none";
}

/** How long plans are. */
export interface PlanSize {
  /** The fewest steps. */
  readonly stepsMin: number;
  /** The most steps. */
  readonly stepsMax: number;
}

/** The sizes of most plans. */
export const SHORT: PlanSize = { stepsMin: 8, stepsMax: 30 };
/** Fewer and longer ones. */
export const LONG: PlanSize = { stepsMin: 120, stepsMax: 400 };

/** The plan of a seed. */
export function generate(seed: number, size: PlanSize = SHORT): Plan {
  const random = new Random(mix(seed, 1));
  const scopes = scopesOf(random);
  const items = Array.from(
    { length: 1 + random.below(5) },
    () => itemOf(random, scopes.length),
  );
  return {
    seed,
    concurrency: 1 + random.below(3),
    maxOwed: random.oneIn(8) ? 1 + random.below(3) : 1_000,
    scopes,
    items,
    steps: [
      ...stepsOf(random, size, items.length),
      ...endOf(random, items.length),
    ],
    scripts: new Scripts(mix(seed, 2)),
  };
}

function scopesOf(random: Random): readonly ScopePlan[] {
  const root: ScopePlan = { parent: 0, serialize: false, cleanup: "none" };
  const scopes = Array.from({ length: random.below(4) }, (_, index) => ({
    parent: random.below(index + 1),
    serialize: random.oneIn(2),
    cleanup: random.pick(CLEANUPS),
  }));
  return [root, ...scopes];
}

/** The options of one item, also of those that are made later. */
export function itemOf(random: Random, scopes: number): ItemPlan {
  if (random.oneIn(4)) return { ...PLAIN, scope: random.below(scopes) };
  const whenRunning = random.pick(WHEN_RUNNING);
  const limit = random.oneIn(2) ? 1 + random.below(2) : undefined;
  return {
    scope: random.below(scopes),
    whenRunning,
    maxOverlap: whenRunning === "overlap" ? limit : undefined,
    maxRestarts: whenRunning === "restart" ? limit : undefined,
    timeoutMs: random.oneIn(3) ? 5 * (1 + random.below(3)) : undefined,
    priority: random.oneIn(3) ? random.below(3) : 0,
    cleanup: random.pick(CLEANUPS),
  };
}

function stepsOf(
  random: Random,
  { stepsMin, stepsMax }: PlanSize,
  items: number,
): readonly Step[] {
  const length = stepsMin + random.below(stepsMax - stepsMin + 1);
  const favourite = random.below(items);
  const closesAt = random.oneIn(6) ? random.below(length) : -1;
  return Array.from({ length }, (_, index) => ({
    kind: index === closesAt ? "close" as const : random.pick(OUTER_ACTS),
    target: random.oneIn(3) ? favourite : random.below(60),
    detail: random.below(60),
    drains: !random.oneIn(4),
  }));
}

/** Closes, and settles most of what is left. */
function endOf(random: Random, items: number): readonly Step[] {
  const step = (kind: Act["kind"], detail = random.below(60)): Step => ({
    kind,
    target: random.below(60),
    detail,
    drains: true,
  });
  const steps: Step[] = [step("close")];
  for (let left = random.below(2 * items + 2); left > 0; left--) {
    steps.push(step(random.oneIn(4) ? "settle cleanup" : "settle"));
  }
  if (random.oneIn(2)) steps.push(step("close"));
  return steps;
}
