/**
 * The state of an item, where it is asked for.
 *
 * @module
 */
import { oneOf, type Rule } from "./options.ts";

/** One of the states that an item can be in. */
export const STATE: Rule = oneOf(
  "idle",
  "queued",
  "delayed",
  "backoff",
  "suspended",
  "held",
  "running",
  "deleting",
  "deleted",
);
