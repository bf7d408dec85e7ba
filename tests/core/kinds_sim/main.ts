/** Random interleavings of all that can be done to kinds, against the laws.
 *
 * `deno task sim:kinds --seed S --runs N`; `--quick` prints no schedule,
 * `--trace` prints all that happens.
 */
// deno-lint-ignore-file no-console -- It is a program: it prints what it found.
import { generate } from "./generate.ts";
import { runMany } from "./run.ts";
import { report } from "./shrink.ts";
import { simulate } from "./simulate.ts";

function numberAfter(name: string, otherwise: number): number {
  const index = Deno.args.indexOf(name);
  const value = Number(Deno.args[index + 1]);
  return index >= 0 && Number.isSafeInteger(value) ? value : otherwise;
}

const seed = numberAfter("--seed", 1);
const count = numberAfter("--runs", 1_000);
if (Deno.args.includes("--trace")) {
  await simulate(generate(seed), console.log);
}
const begunMs = performance.now();
const { schedules, distinct, steps, failed } = await runMany(seed, count);
if (failed !== undefined) {
  const isQuick = Deno.args.includes("--quick");
  console.log(isQuick ? `seed ${failed.seed} fails` : await report(failed));
  Deno.exit(1);
}
const rate = Math.round(schedules / (performance.now() - begunMs) * 1_000);
console.log(
  `${schedules} schedules from seed ${seed}, ${distinct} distinct, ` +
    `${steps} steps, ${rate} a second: all as the laws say`,
);
