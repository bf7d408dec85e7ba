/** Random interleavings of everything against the model of the laws.
 *
 * `deno task sim --seed S --runs N`; `--long` makes longer schedules, `--quick`
 * prints no schedule, `--trace` prints all that happens.
 */
// deno-lint-ignore-file no-console -- It is a program: it prints what it found.
import { generate, LONG, SHORT } from "./generate.ts";
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
const size = Deno.args.includes("--long") ? LONG : SHORT;
if (Deno.args.includes("--trace")) {
  await simulate(generate(seed, size), console.log);
}
const begunMs = performance.now();
const { schedules, distinct, steps, failed } = await runMany(seed, {
  count,
  size,
});
if (failed !== undefined) {
  const isQuick = Deno.args.includes("--quick");
  console.log(isQuick ? `seed ${failed.seed} fails` : await report(failed));
  Deno.exit(1);
}
const rate = Math.round(schedules / (performance.now() - begunMs) * 1_000);
console.log(
  `${schedules} schedules from seed ${seed}, ${distinct} distinct, ` +
    `${steps} steps, ${rate} a second: no difference`,
);
