/**
 * When a run that failed is tried again.
 *
 * @module
 */
import { check, integer, MS, type Rules } from "./options.ts";
import type { Retry } from "./policies.ts";

/** How delays grow. */
export interface ExponentialOptions {
  /** How many runs are tried at most, the first included; `Infinity` is no
   * limit.
   *
   * @default {5} */
  readonly attempts?: number | undefined;
  /** Milliseconds before the second attempt.
   *
   * @default {1_000} */
  readonly min?: number | undefined;
  /** Milliseconds that no delay exceeds.
   *
   * @default {60_000} */
  readonly max?: number | undefined;
  /** How much longer each delay is than the one before, from 1.
   *
   * @default {2} */
  readonly factor?: number | undefined;
  /** Which share of each delay is left to chance, 0 to 1: it is taken away, so
   * that what failed together does not come back together.
   *
   * @default {0.5} */
  readonly jitter?: number | undefined;
}

const RULES: Rules<ExponentialOptions> = {
  attempts: integer(1, Infinity),
  min: MS,
  max: MS,
  factor: {
    must: "a number from 1",
    type: "number",
    fits: (factor: number) => factor >= 1 && factor < Infinity,
  },
  jitter: {
    must: "a number from 0 to 1",
    type: "number",
    fits: (jitter: number) => jitter >= 0 && jitter <= 1,
  },
};

/**
 * Delays that grow, for `retry`.
 *
 * @throws {TypeError} An option is of the wrong type or unknown.
 * @throws {RangeError} An option is out of its range.
 *
 * @example Three attempts, one second and two seconds apart
 * ```ts
 * import { exponential } from "@workitem/scheduler";
 * import { assertEquals } from "@std/assert";
 *
 * const retry = exponential({ attempts: 3, jitter: 0 });
 * const delays = [1, 2, 3].map((attempt) => retry(attempt, "down", () => 0));
 * assertEquals(delays, [1_000, 2_000, undefined]);
 * ```
 */
export function exponential(
  options: ExponentialOptions = {},
): Exclude<Retry, readonly number[]> {
  const { attempts = 5, min = 1_000, max = 60_000, factor = 2, jitter = 0.5 } =
    check("Cannot retry", options, RULES);
  return (attempt, _error, random) => {
    if (attempt >= attempts) return undefined;
    const growth = Math.min(factor ** (attempt - 1), Number.MAX_VALUE);
    const delayMs = Math.min(max, min * growth);
    return delayMs * (1 - jitter * random());
  };
}

/** What an error may say of the next attempt. */
interface Advice {
  readonly final?: unknown;
  readonly retryAfter?: unknown;
}

/** Milliseconds until the next attempt, or `undefined` if there is none. Throws
 * what `retry` throws, and a `RangeError` if it returns no time. */
export function nextDelay(
  retry: Retry | undefined,
  attempt: number,
  error: unknown,
  random: () => number,
): number | undefined {
  if (retry === undefined) return undefined;
  const { final, retryAfter } = adviceOf(error);
  if (final === true) return undefined;
  const delayMs = typeof retry === "function"
    ? retry(attempt, error, random)
    : retry[attempt - 1];
  if (delayMs === undefined) return undefined;
  if (!isTime(delayMs)) {
    Promise.resolve(delayMs).catch(() => {}); // A promise is no time either.
    throw new RangeError(
      'Cannot retry as "retry" must return 0 or more milliseconds, ' +
        "or undefined",
    );
  }
  return isTime(retryAfter) ? retryAfter : delayMs;
}

/** The error may be anything, and its properties may throw: then it says
 * nothing. */
function adviceOf(error: unknown): Advice {
  try {
    const { final, retryAfter } = Object(error) as Advice;
    return { final, retryAfter };
  } catch {
    return {};
  }
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value < Infinity;
}
