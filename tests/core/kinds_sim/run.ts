/** Many simulations in a row, for tests and for the program. */
import { generate } from "./generate.ts";
import type { Plan } from "./plan.ts";
import { simulate } from "./simulate.ts";

/** What many simulations came to. */
export interface Sum {
  /** How many were run. */
  readonly schedules: number;
  /** How many of them differed from each other in what could be seen. */
  readonly distinct: number;
  /** Acts from outside, all together. */
  readonly steps: number;
  /** The first that failed; none was run after it. */
  readonly failed: Plan | undefined;
}

/** Runs the plans of `count` seeds. */
export async function runMany(seed: number, count: number): Promise<Sum> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // The engine makes many errors here, unread.
  const hashes = new Set<number>();
  let steps = 0;
  let failed: Plan | undefined;
  let schedules = 0;
  for (; schedules < count && failed === undefined; schedules++) {
    const plan = generate(seed + schedules);
    const result = await simulate(plan);
    hashes.add(result.hash);
    steps += result.steps;
    if (result.failure !== undefined) failed = plan;
  }
  Error.stackTraceLimit = stackTraceLimit;
  return { schedules, distinct: hashes.size, steps, failed };
}
