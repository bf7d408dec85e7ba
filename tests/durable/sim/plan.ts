/** What is done in one round, as data: a seed makes it, and a smaller one can be
 * made of it. */
import type { ItemName } from "../../../src/core/calls.ts";
import type { Reschedule } from "../../../src/core/words.ts";
import type { Wake } from "../../../src/durable/stored.ts";

/** Which item. */
export type Name = ItemName<string>;

/** One enqueue. */
export interface WakePlan {
  readonly name: Name;
  /** The number of its message; `undefined`: it has none. */
  readonly message: number | undefined;
  /** Has it an id, so that a second try is safe? */
  readonly hasId: boolean;
  /** Does somebody wait for its result? */
  readonly hasReply: boolean;
  readonly delayMs: number;
  readonly reschedule: Reschedule;
  readonly maxDelayMs: number;
  readonly whenRunning: Wake["whenRunning"];
  readonly maxInbox: number;
  /** Is it more than a store takes? */
  readonly isTooLarge: boolean;
}

/** How a run ends. */
export interface VerdictPlan {
  readonly type: "complete" | "retry" | "bury" | "hold" | "release";
  /** What becomes of the context. */
  readonly context: "fold" | "keep" | "clear";
  /** What else is written: nothing, what no database takes, a sum where there is
   * no counter, or a check that fails. */
  readonly extra: "none" | "hopeless" | "no counter" | "conflict";
  readonly delayMs: number;
  /** Have those who wait been told already? */
  readonly isTold: boolean;
}

/** How the database is away. */
export type Trouble = "locked" | "broken" | "silent";

/** One thing that is done. `process` is a place: who dies is followed by
 * another one there. */
export type Deed =
  | { readonly type: "enqueue"; readonly wakes: readonly WakePlan[] }
  | { readonly type: "enqueue again"; readonly nth: number }
  | {
    readonly type: "claim";
    readonly limit: number;
    readonly maxMessages: number;
  }
  | {
    readonly type: "settle";
    readonly verdict: VerdictPlan;
    readonly many: number;
  }
  | { readonly type: "tend" }
  | { readonly type: "look"; readonly name: Name }
  | {
    readonly type: "cancel";
    readonly name: Name;
    readonly running: boolean;
  }
  | { readonly type: "delete" | "reset" | "fold"; readonly name: Name }
  | {
    readonly type: "suspend";
    readonly name: Name;
    readonly isSuspended: boolean;
  }
  | { readonly type: "redrive" | "discard"; readonly name: Name }
  | { readonly type: "leave"; readonly isTidy: boolean }
  | { readonly type: "fence in haste" }
  | { readonly type: "die" | "freeze" | "thaw" }
  | {
    readonly type: "outage";
    readonly trouble: Trouble;
    readonly isForAll: boolean;
    /** How many calls fail. */
    readonly calls: number;
  }
  | { readonly type: "wait"; readonly ms: number };

/** A deed, who does it, and how many answers come before the next. */
export type Step = Deed & {
  readonly process: number;
  readonly answers: number;
};

/** One round. */
export interface Plan {
  readonly seed: number;
  readonly names: readonly Name[];
  readonly processes: number;
  /** Can the client put versionstamps into keys? */
  readonly isStamped: boolean;
  /** Do processes settle without a look at their lease? */
  readonly isCareless: boolean;
  /** Do commits meet with faults? */
  readonly hasFaults: boolean;
  /** Does each transaction arrive once more, some time later, those too that were
   * refused? A client that sends again when no answer comes may be told no by
   * the second, while the first is still on its way. */
  readonly hasTwins: boolean;
  /** Calls that meet with none, as `caller:number`. */
  readonly calm: ReadonlySet<string>;
  readonly steps: readonly Step[];
}

/** How long a session lives without a renewal. */
export const LEASE_MS = 1_000;
/** How long a store waits for the database. */
export const PATIENCE_MS = 2_000;
