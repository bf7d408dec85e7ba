/** Makes a failing plan smaller, for people to read. */
import type { Plan } from "./plan.ts";
import { simulate } from "./simulate.ts";

/** What the smallest failing plan like `plan` does, as lines. */
export async function report(plan: Plan): Promise<string> {
  const small = await shrink(plan);
  const lines: string[] = [];
  const result = await simulate(small, (line) => lines.push(line));
  return [
    `seed ${plan.seed} fails: deno task sim --seed ${plan.seed} --runs 1`,
    ...describe(small),
    ...lines,
    `at step ${result.failedAt}: ${result.failure}`,
  ].join("\n");
}

/** Leaves out steps, and what callbacks do, while it still fails. */
export async function shrink(plan: Plan): Promise<Plan> {
  const { failure, failedAt } = await simulate(plan);
  if (failure === undefined) return plan;
  const kind = failure.slice(0, 12);
  const fails = async (smaller: Plan): Promise<boolean> => {
    const result = await simulate(smaller);
    return result.failure?.startsWith(kind) === true;
  };
  const cut = { ...plan, steps: plan.steps.slice(0, failedAt + 1) };
  let best = await fails(cut) ? cut : plan;
  for (let size = best.steps.length >> 1; size >= 1; size >>= 1) {
    for (let at = best.steps.length - size; at >= 0; at -= size) {
      const steps = best.steps.toSpliced(at, size);
      const smaller = { ...best, steps };
      if (await fails(smaller)) best = smaller;
    }
  }
  return await quieten(best, fails);
}

/** Mutes callbacks one by one. */
async function quieten(
  plan: Plan,
  fails: (smaller: Plan) => Promise<boolean>,
): Promise<Plan> {
  let best = plan;
  for (const key of plan.scripts.made().keys()) {
    const muted = new Set([...best.scripts.muted, key]);
    const smaller = { ...best, scripts: best.scripts.without(muted) };
    if (await fails(smaller)) best = smaller;
  }
  for (let at = best.steps.length - 1; at >= 0; at--) {
    const smaller = { ...best, steps: best.steps.toSpliced(at, 1) };
    if (await fails(smaller)) best = smaller;
  }
  return best;
}

function describe(plan: Plan): readonly string[] {
  const { concurrency, maxOwed, scopes, items, steps, scripts } = plan;
  return [
    `concurrency ${concurrency}, maxOwed ${maxOwed}`,
    ...scopes.map((scope, id) => `scope ${id}: ${JSON.stringify(scope)}`),
    ...items.map((item, id) => `item ${id}: ${JSON.stringify(item)}`),
    ...steps.map(({ kind, target, detail, drains }, index) =>
      `${index}. ${kind} ${target} ${detail}${drains ? "" : " (no drain)"}`
    ),
    ...[...scripts.made()].map(([key, { acts, end, onAbort }]) => {
      const run = `${Math.floor(key / 1_000)} #${key % 1_000}`;
      const deeds = acts.map(({ kind, target, detail }) =>
        `${kind} ${target} ${detail}`
      ).join(", ");
      return `run of ${run}: ${deeds}; ${end}; on abort ${onAbort}`;
    }),
  ];
}
