/**
 * The verdicts that tests end runs by.
 *
 * @module
 */
import type { StoredResult, Verdict, Write } from "../../durable/stored.ts";
import { ContractError } from "./expect.ts";
import { bytesOf } from "./texts.ts";

/** The result of a run that failed. */
export const FAILED: StoredResult = {
  outcome: "failed",
  body: bytesOf("failed"),
};

const NOBODY: ReadonlySet<string> = new Set();

/** How a run of the contract succeeds. */
export interface Success {
  readonly context?: string | null | undefined;
  readonly result?: string | undefined;
  readonly writes?: readonly Write[] | undefined;
  readonly told?: readonly string[] | undefined;
}

/** A run that succeeded. */
export type Completed = Extract<Verdict, { readonly type: "complete" }>;

/** A run that failed for the last time. */
export type Buried = Extract<Verdict, { readonly type: "bury" }>;

/** The verdict on a run that succeeded. */
export function completed(
  { context, result, writes = [], told = [] }: Success = {},
): Completed {
  return {
    type: "complete",
    context: typeof context === "string" ? bytesOf(context) : context,
    result: result === undefined ? undefined : bytesOf(result),
    writes,
    told: new Set(told),
  };
}

/** The verdict on a run that failed for the last time. */
export function buried(error: string = "broken"): Buried {
  return { type: "bury", error, result: FAILED, told: NOBODY };
}

/** A verdict of each type; a retry comes after a second. */
export function verdictOf(how: Verdict["type"]): Verdict {
  switch (how) {
    case "complete":
      return completed();
    case "retry":
      return { type: how, delayMs: 1_000 };
    case "bury":
      return buried();
    case "hold": {
      const result = { outcome: "held", body: bytesOf("held") } as const;
      return { type: how, result, told: NOBODY };
    }
    case "release":
      return { type: how, isRestart: false };
    default:
      throw new ContractError(`No verdict is called "${String(how)}"`);
  }
}
