/** Makes a failing plan smaller, for people to read. */
import type { KindPlan, Plan } from "./plan.ts";
import { simulate } from "./simulate.ts";

/** What the smallest failing plan like `plan` does, as lines. */
export async function report(plan: Plan): Promise<string> {
  const small = await shrink(plan);
  const lines: string[] = [];
  const result = await simulate(small, (line) => lines.push(line));
  return [
    `seed ${plan.seed} fails: deno task sim:kinds --seed ${plan.seed} --runs 1`,
    ...describe(small),
    ...lines,
    `after step ${result.steps}: ${result.failure}`,
  ].join("\n");
}

/** Leaves out steps, options and what callbacks do, while it still fails in
 * the same way. */
export async function shrink(plan: Plan): Promise<Plan> {
  const { failure, steps: failedAt } = await simulate(plan);
  if (failure === undefined) return plan;
  const kind = likeness(failure);
  const fails = async (smaller: Plan): Promise<boolean> => {
    const failure = await simulate(smaller).then(
      (result) => result.failure,
      () => undefined, // Options that do not go together.
    );
    return failure !== undefined && likeness(failure) === kind;
  };
  const cut = { ...plan, steps: plan.steps.slice(0, failedAt) };
  let best = await fails(cut) ? cut : plan;
  for (let size = best.steps.length; size >= 1; size >>= 1) {
    best = await without(best, size, fails);
  }
  best = await quieten(best, fails);
  best = await plain(best, fails);
  best = await without(best, 1, fails);
  return await drained(best, fails);
}

type Fails = (smaller: Plan) => Promise<boolean>;

/** Failures are alike that say the same of other numbers. */
function likeness(failure: string): string {
  return failure.replaceAll(/\d+|\[[^\]]*\]/g, "").slice(0, 24);
}

/** Leaves out `size` steps at a time. */
async function without(plan: Plan, size: number, fails: Fails): Promise<Plan> {
  let best = plan;
  for (let at = best.steps.length - size; at >= 0; at--) {
    const smaller = { ...best, steps: best.steps.toSpliced(at, size) };
    if (await fails(smaller)) best = smaller;
  }
  return best;
}

/** Mutes callbacks one by one. */
async function quieten(plan: Plan, fails: Fails): Promise<Plan> {
  let best = plan;
  for (const key of plan.scripts.made().keys()) {
    const muted = new Set([...best.scripts.muted, key]);
    const smaller = { ...best, scripts: best.scripts.without(muted) };
    if (await fails(smaller)) best = smaller;
  }
  return best;
}

const PLAIN: Partial<KindPlan> = {
  merges: false,
  mergeThrows: false,
  maxMessages: undefined,
  maxInbox: undefined,
  maxRestarts: undefined,
  whenRunning: "rerun",
  retry: { is: "none" },
  whenExhausted: "release",
  undelivered: "returns",
  delay: undefined,
  reschedule: undefined,
  maxDelay: undefined,
  timeout: undefined,
  priority: undefined,
  concurrency: undefined,
  rate: undefined,
  contextThrows: false,
  passivateAfter: undefined,
  cleanup: "none",
  hasContext: false,
  checks: false,
  isInScope: false,
};

/** Takes away options one by one. */
async function plain(plan: Plan, fails: Fails): Promise<Plan> {
  let best = plan;
  const attempt = async (change: Partial<Plan>): Promise<void> => {
    const smaller = { ...best, ...change };
    if (await fails(smaller)) best = smaller;
  };
  await attempt({ isObserved: false });
  await attempt({ scope: "none" });
  await attempt({ maxOwed: 1_000 });
  if (plan.kinds.length > 1) await attempt({ kinds: plan.kinds.slice(0, 1) });
  await attempt({ keys: 1 });
  for (const index of best.kinds.keys()) {
    for (const name of Object.keys(PLAIN) as (keyof KindPlan)[]) {
      const kind = { ...best.kinds[index], [name]: PLAIN[name] } as KindPlan;
      await attempt({ kinds: best.kinds.with(index, kind) });
    }
  }
  return best;
}

/** Lets microtasks run after each step. */
async function drained(plan: Plan, fails: Fails): Promise<Plan> {
  let best = plan;
  for (const [at, step] of plan.steps.entries()) {
    const steps = best.steps.with(at, { ...step, drains: true });
    if (await fails({ ...best, steps })) best = { ...best, steps };
  }
  return best;
}

function describe(plan: Plan): readonly string[] {
  const { concurrency, maxOwed, isObserved, scope, kinds, keys } = plan;
  const { steps, scripts } = plan;
  return [
    `concurrency ${concurrency}, maxOwed ${maxOwed}, ${keys} keys a kind, ` +
    `scope: ${scope}${isObserved ? ", observed" : ""}`,
    ...kinds.map((kind, id) => `kind ${id}: ${JSON.stringify(told(kind))}`),
    ...steps.map(({ what, drains }, index) =>
      `${index + 1}. ${JSON.stringify(what)}${drains ? "" : " (no drain)"}`
    ),
    ...[...scripts.made()].map(([key, script]) => {
      const run = `run ${key % 1_000} of item ${Math.floor(key / 1_000)}`;
      return `${run}: ${JSON.stringify(script)}`;
    }),
  ];
}

/** The options that are not as usual. */
function told(kind: KindPlan): Partial<KindPlan> {
  const usual = new Map(Object.entries(PLAIN));
  const unusual = Object.entries(kind).filter(([name, value]) =>
    JSON.stringify(value) !== JSON.stringify(usual.get(name))
  );
  return Object.fromEntries(unusual);
}
