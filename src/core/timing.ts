/**
 * When a run may begin, as an enqueue or the options of an item say it.
 *
 * @module
 */
import type { Timing } from "./calls.ts";
import type { Clock } from "./clock.ts";
import { check, MS, oneOf, type Rule, type Rules } from "./options.ts";
import type { Reschedule } from "./words.ts";

/** A timing that has been read; what it does not say is `undefined`. */
export interface When {
  readonly delayMs: number | undefined;
  readonly reschedule: Reschedule | undefined;
  readonly maxDelayMs: number | undefined;
}

/** Every way to reschedule. */
export const RESCHEDULE: Rule = oneOf("earliest", "keep", "latest");

const RULES: Rules<Timing> = {
  delay: MS,
  at: {
    must: "a valid Date",
    type: "object",
    fits: (at: object | null) => at instanceof Date && !isNaN(at.getTime()),
  },
  reschedule: RESCHEDULE,
  maxDelay: MS,
};

/** Reads what an enqueue says of time, if it does. A date becomes a delay. */
export function readTiming(
  timing: Timing | undefined,
  clock: Clock,
): When | undefined {
  if (timing === undefined) return undefined;
  const action = "Cannot enqueue";
  const { delay, at, reschedule, maxDelay } = check(
    `${action} at this timing`,
    timing,
    RULES,
  );
  if (delay !== undefined && at !== undefined) {
    throw new TypeError(`${action} as "delay" and "at" were both given`);
  }
  const others = { reschedule, maxDelayMs: maxDelay };
  const delayMs = at === undefined ? delay : at.getTime() - clock.today();
  if (delayMs === undefined) return { delayMs, ...others };
  if (!Number.isFinite(delayMs)) {
    throw new RangeError(`${action} as "at" tells no time`);
  }
  return { delayMs: Math.max(0, delayMs), ...others };
}
