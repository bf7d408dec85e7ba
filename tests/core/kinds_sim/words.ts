/** What errors are called in traces, and those that the simulator throws. */
import { WorkItemError } from "../../../mod.ts";

/** What a callback of the simulator throws; it is told by its word. */
export interface Thrown {
  readonly word: string;
  readonly final?: true | undefined;
  readonly retryAfter?: number | undefined;
}

export const CLEANUP_FAILURE: Thrown = { word: "error of cleanup" };
export const CONTEXT_FAILURE: Thrown = { word: "error of context" };
export const MERGE_FAILURE: Thrown = { word: "error of merge" };
export const UNDELIVERED_FAILURE: Thrown = { word: "error of undelivered" };

/** One word for whatever was thrown. */
export function wordOf(error: unknown): string {
  if (error instanceof WorkItemError) return error.code;
  if (error instanceof Error) return error.name;
  const { word } = Object(error) as Partial<Thrown>;
  return word ?? `${error}`;
}
