/**
 * What can be said in an enqueue from afar, and how it is checked before it is
 * sent.
 *
 * @module
 */
import type { ItemName, WaitOptions } from "../core/calls.ts";
import {
  checkOne,
  integer,
  KEY,
  MS,
  type Rules,
  SIGNAL,
} from "../core/options.ts";
import type { TargetOptions } from "../core/target.ts";
import { RESCHEDULE } from "../core/timing.ts";

/** What an enqueue from afar may say besides its message. */
export interface RemoteOptions extends TargetOptions, WaitOptions {}

/** What a request from afar may say besides its message. */
export interface RemoteRequestOptions extends RemoteOptions {
  /** Milliseconds for which a result is waited for, from 1,000. Let it be less
   * than what the endpoint remembers ids for (its `idempotencyWindow`): after
   * that it would enqueue again.
   *
   * @default {540_000} */
  readonly patience?: number | undefined;
}

/** What an entry may say besides its key and message. */
export const ENTRY_RULES: Rules<TargetOptions> = {
  id: KEY,
  delay: MS,
  at: {
    must: "a valid Date",
    type: "object",
    fits: (at: object | null) => at instanceof Date && !isNaN(at.getTime()),
  },
  reschedule: RESCHEDULE,
  maxDelay: MS,
};

/** What the options of an enqueue must be. */
export const ENQUEUE_RULES: Rules<RemoteOptions> = {
  ...ENTRY_RULES,
  signal: SIGNAL,
};

/** What the options of a request must be. */
export const REQUEST_RULES: Rules<RemoteRequestOptions> = {
  ...ENQUEUE_RULES,
  patience: integer(1_000),
};

/** Endpoints take whole milliseconds; no run begins too early by that. */
export function whole(ms: number): string {
  return Math.ceil(ms).toFixed(0);
}

/** Throws if two options contradict each other. */
export function checkTimes(action: string, options: TargetOptions): void {
  const { delay, at } = options;
  if (delay === undefined || at === undefined) return;
  throw new TypeError(`${action} as "delay" and "at" were both given`);
}

/** How errors name what was tried. */
export function actionOf(verb: string, name: ItemName<string>): string {
  checkOne(`Cannot ${verb}`, "kind", KEY, name.kind);
  checkOne(`Cannot ${verb} an item of "${name.kind}"`, "key", KEY, name.key);
  return `Cannot ${verb} "${name.kind}/${name.key}"`;
}
