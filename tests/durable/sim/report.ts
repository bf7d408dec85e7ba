/** A smaller round that fails as well, and what happened in numbers. */
import { HOOKS } from "./faults.ts";
import type { Plan } from "./plan.ts";
import { type Database, type Failure, playOn } from "./run.ts";
import type { Figures } from "./world.ts";

/** Then it is small enough, or will not get smaller. */
const TRIES_MAX = 1_500;

/** The smallest failure that can be found, in words. */
export async function report(
  failure: Failure,
  database: Database,
): Promise<string> {
  const smallest = await shrink(failure, database);
  const { plan, violations, faults } = smallest;
  const lines: string[] = [];
  const trace = (line: string): void => void lines.push(line);
  await playOn(plan, { database, trace });
  return [
    `seed ${plan.seed}, ${plan.steps.length} steps, ${faults.length} faults:`,
    ...lines.map((line) => `  ${line}`),
    ...violations.map((violation) => `! ${violation}`),
  ].join("\n");
}

/** Leaves out steps and faults as long as it still fails. */
export async function shrink(
  failure: Failure,
  database: Database,
): Promise<Failure> {
  let best = failure;
  let tries = 0;
  const attempt = async (plan: Plan): Promise<boolean> => {
    if (tries++ > TRIES_MAX) return false;
    const result = await playOn(plan, { database });
    if (result.violations.length === 0) return false;
    best = { plan, ...result };
    return true;
  };
  for (let before = 0; before !== sizeOf(best);) {
    before = sizeOf(best);
    await withoutSteps(() => best.plan, attempt);
    await withoutFaults(() => best, attempt);
  }
  return best;
}

function sizeOf({ plan, faults }: Failure): number {
  return plan.steps.length + faults.length;
}

async function withoutSteps(
  plan: () => Plan,
  attempt: (plan: Plan) => Promise<boolean>,
): Promise<void> {
  let length = plan().steps.length >> 1;
  for (; length >= 1; length >>= 1) {
    for (let at = 0; at < plan().steps.length;) {
      const steps = plan().steps.toSpliced(at, length);
      if (!await attempt({ ...plan(), steps })) at += length;
    }
  }
}

async function withoutFaults(
  best: () => Failure,
  attempt: (plan: Plan) => Promise<boolean>,
): Promise<void> {
  for (const fault of best().faults) {
    const { plan } = best();
    await attempt({ ...plan, calm: new Set([...plan.calm, fault]) });
  }
}

/** The figures of many rounds. */
export function figuresIn(figures: Figures): string {
  const { rounds, messages, runs, crashes, freezes, hooks, met } = figures;
  const of = HOOKS.map((hook) => `${hooks[hook]} ${hook}`).join(", ");
  return [
    `${rounds} rounds, ${messages} messages, ${runs} runs, ` +
    `${figures.calls} calls`,
    `${crashes} crashes, ${freezes} frozen, ${figures.outages} outages, ` +
    `${figures.fencings} fencings, ${figures.stale} late settlements refused`,
    `${figures.unknown} outcomes unknown, ${figures.duplicates} duplicates`,
    `faults: ${of}`,
    `${met.size} different meetings of an operation with a fault`,
  ].join("\n");
}
