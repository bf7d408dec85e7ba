/** Rounds of everything that can go wrong, against the laws of a store.
 *
 * `deno task sim:durable --seed S --rounds N --kv mini|memory|file`; `--short`
 * makes smaller rounds, `--twins` lets all that was sent arrive once more,
 * `--quick` looks for no smaller failure, `--trace` prints all that happens in
 * the first round.
 */
// deno-lint-ignore-file no-console -- It is a program: it prints what it found.
import { generate, LONG, SHORT } from "./generate.ts";
import { figuresIn, report } from "./report.ts";
import { type Database, playOn, runMany } from "./run.ts";

function textAfter(name: string): string | undefined {
  const at = Deno.args.indexOf(name);
  return at === -1 ? undefined : Deno.args[at + 1];
}

function numberAfter(name: string, otherwise: number): number {
  const value = Number(textAfter(name) ?? otherwise);
  return Number.isSafeInteger(value) ? value : otherwise;
}

function databaseNamed(name: string): Database {
  if (name === "mini" || name === "memory" || name === "file") return name;
  throw new RangeError(`There is no --kv ${name}: take mini, memory or file`);
}

const seed = numberAfter("--seed", 1);
const rounds = numberAfter("--rounds", 500);
const database = databaseNamed(textAfter("--kv") ?? "memory");
const hasTwins = Deno.args.includes("--twins");
const size = { ...(Deno.args.includes("--short") ? SHORT : LONG), hasTwins };
if (Deno.args.includes("--trace")) {
  const trace = console.log;
  console.log(await playOn(generate(seed, size), { database, trace }));
}
const begunMs = performance.now();
const { figures, failure } = await runMany(seed, { rounds, size, database });
if (failure !== undefined) {
  const isQuick = Deno.args.includes("--quick");
  console.log(`seed ${failure.plan.seed} fails: ${failure.violations[0]}`);
  if (!isQuick) console.log(await report(failure, database));
  Deno.exit(1);
}
const seconds = Math.round((performance.now() - begunMs) / 100) / 10;
console.log(`from seed ${seed} on ${database}, in ${seconds} s:`);
console.log(figuresIn(figures));
console.log("nothing lost, nothing twice, nothing out of order");
