/** A plan is all that is random about one simulation of kinds: their options,
 * what is done to their keys, and what their callbacks do. It is plain data, so
 * that it can be printed, repeated and made smaller. */
import type { Reschedule, WhenExhausted, WhenRunning } from "../../../mod.ts";
import { mix, Random } from "../sim/random.ts";

/** What a user's callback beside `run` does. */
export type Manner = "none" | "returns" | "throws" | "rejects";

/** When a run that failed is tried again. `odd` does what it should not: it
 * throws, or returns what is no time. */
export type RetryPlan =
  | { readonly is: "none" }
  | { readonly is: "list" | "function"; readonly delays: readonly number[] }
  | {
    readonly is: "exponential";
    readonly attempts: number;
    readonly min: number;
  }
  | { readonly is: "odd"; readonly throws: boolean };

/** The options of one kind. */
export interface KindPlan {
  /** Does `merge` concatenate all that waits into one message? */
  readonly merges: boolean;
  /** Does `merge` throw now and then? */
  readonly mergeThrows: boolean;
  readonly maxMessages: number | undefined;
  readonly maxInbox: number | undefined;
  readonly whenRunning: WhenRunning;
  readonly maxRestarts: number | undefined;
  readonly retry: RetryPlan;
  readonly whenExhausted: WhenExhausted;
  readonly undelivered: Manner;
  readonly delay: number | undefined;
  readonly reschedule: Reschedule | undefined;
  readonly maxDelay: number | undefined;
  readonly timeout: number | undefined;
  readonly priority: number | undefined;
  readonly concurrency: number | undefined;
  readonly rate:
    | { readonly limit: number; readonly interval: number }
    | undefined;
  readonly hasContext: boolean;
  readonly contextThrows: boolean;
  readonly passivateAfter: number | undefined;
  /** `"rejects"` and `"waits"` return a promise, which a step settles. */
  readonly cleanup: Manner | "waits";
  /** Does a schema check messages? */
  readonly checks: boolean;
  /** Does it live in the scope of the plan? */
  readonly isInScope: boolean;
}

/** When the run that an enqueue asks for may begin; `at` counts from today. */
export interface TimingPlan {
  readonly delay?: number;
  readonly at?: number;
  readonly reschedule?: Reschedule;
  readonly maxDelay?: number;
}

/** How a run ends. */
export interface Ending {
  readonly ok: boolean;
  readonly final?: true;
  readonly retryAfter?: number;
}

/** What an enqueue carries: a message, none, or one that the schema refuses. */
export type Load = "message" | "nothing" | "invalid";

/** One act, from outside or from inside a callback. `item` counts through the
 * keys of all kinds, `which` through what there is at that time. `own` acts
 * through the handle of the run that does it. */
export type Act =
  | {
    readonly act: "enqueue" | "request";
    readonly item: number;
    readonly load: Load;
    readonly timing: TimingPlan | undefined;
    readonly own: boolean;
  }
  | { readonly act: "cancel"; readonly item: number; readonly running: boolean }
  | { readonly act: "delete"; readonly item: number; readonly own: boolean }
  | { readonly act: ItemAct; readonly item: number }
  | { readonly act: "resume item"; readonly which: number }
  | { readonly act: "settle"; readonly which: number; readonly end: Ending }
  | {
    readonly act: "settle cleanup";
    readonly which: number;
    readonly ok: boolean;
  }
  | { readonly act: "concurrency"; readonly bound: number }
  | { readonly act: "advance" | "jump"; readonly ms: number }
  | { readonly act: "close"; readonly grace: number }
  | { readonly act: "pause" | "resume" | "delete scope" };

/** Acts on one item that need nothing else. */
export type ItemAct = "flush" | "idle" | "suspend" | "reset" | "read context";

/** An act from outside. */
export interface Step {
  readonly what: Act;
  /** Do microtasks run before the next one? */
  readonly drains: boolean;
}

/** What one call of a `run` callback does. */
export interface Script {
  /** What it does first, synchronously. */
  readonly acts: readonly Act[];
  /** When it ends; `"later"`: when a step says so. */
  readonly when: "at once" | "in a promise" | "later";
  readonly end: Ending;
  /** What it does when its signal aborts while it waits. */
  readonly onAbort: "nothing" | "rejects" | "fulfils";
}

/** One simulation. */
export interface Plan {
  readonly seed: number;
  readonly concurrency: number;
  readonly maxOwed: number;
  /** Does an observer look? The engine has shorter ways where none does. */
  readonly isObserved: boolean;
  readonly scope: "none" | "plain" | "serialized";
  readonly kinds: readonly KindPlan[];
  /** How many keys each kind has. */
  readonly keys: number;
  readonly steps: readonly Step[];
  readonly scripts: Scripts;
}

/** How long aborted runs and cleanups may take. */
export const ABORT_GRACE_MS = 1_000;
/** What the scheduler of a simulation draws, always. */
export const DRAWN = 0.5;
/** Of the delay that `exponential` computes, before what is drawn. */
export const JITTER = 0.5;
/** Callbacks do nothing more after so many runs, so that every plan ends. */
const BUSY_RUNS_MAX = 10;

/** What callbacks do: a function of the seed, the item and the run. */
export class Scripts {
  readonly #seed: number;
  readonly #made: Map<number, Script> = new Map();
  readonly #make: (random: Random) => Script;
  /** Runs that do nothing and succeed at once, while a plan is made smaller. */
  readonly muted: ReadonlySet<number>;

  constructor(
    seed: number,
    make: (random: Random) => Script,
    muted: ReadonlySet<number> = new Set(),
  ) {
    this.#seed = seed;
    this.#make = make;
    this.muted = muted;
  }

  /** The script of one run of one item. */
  of(item: number, number: number): Script {
    const key = item * 1_000 + number;
    let script = this.#made.get(key);
    if (script === undefined) {
      const made = this.#make(new Random(mix(this.#seed, item, number)));
      script = this.muted.has(key)
        ? QUIET
        : number > BUSY_RUNS_MAX
        ? { ...made, acts: [] }
        : made;
      this.#made.set(key, script);
    }
    return script;
  }

  /** Does the callback called `name` throw this time? */
  throws(name: number, count: number): boolean {
    return new Random(mix(this.#seed, 7, name, count)).oneIn(4);
  }

  /** All that were asked for so far. */
  made(): ReadonlyMap<number, Script> {
    return this.#made;
  }

  /** The same, but for some runs. */
  without(muted: ReadonlySet<number>): Scripts {
    return new Scripts(this.#seed, this.#make, muted);
  }
}

/** What callbacks do once the schedule is over. */
export const QUIET: Script = {
  acts: [],
  when: "at once",
  end: { ok: true },
  onAbort: "nothing",
};
