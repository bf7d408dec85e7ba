/**
 * What becomes of a run that failed. `retry` is the user's: what it throws ends
 * the attempts.
 *
 * @module
 */
import type { Cause } from "../core/halt.ts";
import { nextDelay } from "../core/retry.ts";
import type { Definition } from "./definition.ts";
import { describe, wordsOf } from "./requests.ts";
import type { Verdict } from "./stored.ts";

/** Any but that on a run that succeeded. */
export type Failed = Exclude<Verdict, { readonly type: "complete" }>;

/** What is to be known of a failure. */
export interface FailureFacts {
  readonly definition: Definition;
  readonly error: unknown;
  /** Which attempt failed, from 1. */
  readonly attempt: number;
  /** Why its signal was aborted, if it was. */
  readonly cause: Cause | undefined;
  /** Replies that are told here. */
  readonly told: ReadonlySet<string>;
}

/** Judges a run that rejected with an error. */
export function judge(
  facts: FailureFacts,
  random: () => number,
  report: (error: unknown) => void,
): Failed {
  const { definition, error, attempt, cause } = facts;
  if (cause === "restart" || cause === "close") {
    return { type: "release", isRestart: cause === "restart" };
  }
  if (cause === "cancel") return bury(facts, "cancelled");
  try {
    const delayMs = nextDelay(definition.retry, attempt, error, random);
    if (delayMs !== undefined) return { type: "retry", delayMs };
  } catch (second) {
    report(second);
  }
  return giveUp(facts);
}

/** Ends the attempts. */
export function giveUp(facts: FailureFacts): Failed {
  const { definition, error, told } = facts;
  if (!definition.isHolding) return bury(facts, "failed");
  const result = { outcome: "held", body: describe(error) } as const;
  return { type: "hold", result, told };
}

function bury(
  { error, told }: FailureFacts,
  outcome: "failed" | "cancelled",
): Failed {
  const result = { outcome, body: describe(error) } as const;
  return { type: "bury", error: wordsOf(error), result, told };
}
