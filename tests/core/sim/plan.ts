/** A plan is all that is random about one simulation: how many items there
 * are, their options, what is done to them, and what their callbacks do. It is
 * plain data, so that it can be printed, repeated and made smaller. */
import type { WhenRunning } from "../../../mod.ts";
import { mix, Random } from "./random.ts";

/** What a cleanup does. */
export type CleanupMode =
  | "none"
  | "returns"
  | "throws"
  | "resolves"
  | "rejects"
  | "waits";

/** The options of one item. */
export interface ItemPlan {
  readonly scope: number;
  readonly whenRunning: WhenRunning;
  readonly maxOverlap: number | undefined;
  readonly maxRestarts: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly priority: number;
  readonly cleanup: CleanupMode;
}

/** The options of one scope; scope 0 is the scheduler. */
export interface ScopePlan {
  readonly parent: number;
  readonly serialize: boolean;
  readonly cleanup: CleanupMode;
}

/** All that can be done, from outside or from inside a callback. */
export const ACTS = [
  "enqueue",
  "request",
  "flush",
  "idle",
  "cancel",
  "cancel running",
  "suspend",
  "resume item",
  "delete",
  "delete scope",
  "create",
  "run",
  "abort run",
  "abort wait",
  "pause",
  "resume",
  "concurrency",
  "scheduler idle",
  "settle",
  "settle cleanup",
  "enqueue by run",
  "flush by run",
  "own enqueue",
  "own request",
  "own flush",
  "own idle",
  "own delete",
  "observe",
  "advance",
  "turns",
  "close",
] as const;

/** One act; what its numbers mean depends on its kind. */
export interface Act {
  readonly kind: typeof ACTS[number];
  readonly target: number;
  readonly detail: number;
}

/** An act from outside. */
export interface Step extends Act {
  /** Do microtasks run before the next one? */
  readonly drains: boolean;
}

/** What one call of a callback does. */
export interface Script {
  /** What it does first, synchronously. */
  readonly acts: readonly Act[];
  /** How it ends; `"waits"`: when a step says so. */
  readonly end: "value" | "throw" | "resolved" | "rejected" | "waits";
  /** What it does when its signal aborts while it waits. */
  readonly onAbort: "nothing" | "rejects" | "fails" | "fulfils";
}

/** One simulation. */
export interface Plan {
  readonly seed: number;
  readonly concurrency: number;
  readonly maxOwed: number;
  readonly scopes: readonly ScopePlan[];
  readonly items: readonly ItemPlan[];
  readonly steps: readonly Step[];
  readonly scripts: Scripts;
}

/** One-shots are numbered from here, items below. */
export const ONE_SHOTS_FROM = 32;
/** Where items and scopes share numbers, scopes are numbered from here. */
export const SCOPES_FROM = 100;
export const ITEMS_MAX = 7;
export const ONE_SHOTS_MAX = 25;
export const ABORT_GRACE_MS = 1_000;
/** Callbacks do nothing more after so many runs, so that every plan ends. */
const BUSY_RUNS_MAX = 12;

const NO_ACTS: readonly Act[] = [];

const INNER: readonly (readonly [number, Act["kind"]])[] = [
  [8, "own enqueue"],
  [8, "enqueue"],
  [2, "request"],
  [2, "own request"],
  [1, "own flush"],
  [1, "own idle"],
  [1, "own delete"],
  [2, "cancel"],
  [2, "cancel running"],
  [2, "suspend"],
  [3, "resume item"],
  [1, "delete"],
  [1, "delete scope"],
  [1, "create"],
  [2, "run"],
  [1, "abort run"],
  [1, "pause"],
  [1, "resume"],
  [1, "concurrency"],
  [3, "settle"],
  [2, "flush"],
];
const INNER_ACTS = spread(INNER);

/** What callbacks do: a function of the seed, the item and the run. */
export class Scripts {
  readonly #seed: number;
  readonly #isCalm: boolean;
  readonly #made: Map<number, Script> = new Map();
  /** Runs whose acts are left out, while a plan is made smaller. */
  readonly muted: ReadonlySet<number>;

  constructor(seed: number, muted: ReadonlySet<number> = new Set()) {
    this.#seed = seed;
    this.#isCalm = seed % 3 === 0;
    this.muted = muted;
  }

  /** The script of one run. */
  of(id: number, number: number): Script {
    const key = id * 1_000 + number;
    let script = this.#made.get(key);
    if (script === undefined) {
      script = this.#make(id, number);
      this.#made.set(key, script);
    }
    return script;
  }

  /** All that were asked for so far. */
  made(): ReadonlyMap<number, Script> {
    return this.#made;
  }

  /** The same, but for the acts of some runs. */
  without(muted: ReadonlySet<number>): Scripts {
    return new Scripts(this.#seed, muted);
  }

  #make(id: number, number: number): Script {
    const random = new Random(mix(this.#seed, id, number));
    const end = random.pick(ENDS);
    const onAbort = random.pick(ON_ABORT);
    const isMuted = this.#isCalm || number > BUSY_RUNS_MAX ||
      this.muted.has(id * 1_000 + number) || !random.oneIn(3);
    if (isMuted) return { acts: NO_ACTS, end, onAbort };
    const acts = Array.from({ length: 1 + random.below(2) }, () => ({
      kind: random.pick(INNER_ACTS),
      target: random.below(60),
      detail: random.below(60),
    }));
    return { acts, end, onAbort };
  }
}

const ENDS: readonly Script["end"][] = [
  ...Array<Script["end"]>(5).fill("waits"),
  "value",
  "value",
  "throw",
  "resolved",
  "rejected",
];
const ON_ABORT: readonly Script["onAbort"][] = [
  "nothing",
  "rejects",
  "rejects",
  "fails",
  "fulfils",
];

/** As many of each as its weight says. */
export function spread<Choice>(
  weights: readonly (readonly [number, Choice])[],
): readonly Choice[] {
  return weights.flatMap(([weight, choice]) =>
    Array<Choice>(weight).fill(choice)
  );
}
