/** Looks at all states of the models, and at mutations of them that must be
 * caught: `deno task model`. With `--full` also at those that take minutes;
 * with `--only NAME` at what has that name, or is of that model. */
// deno-lint-ignore-file no-console -- It is a program: it prints what it found.
import { type Check, CHECKS } from "./catalogue.ts";
import { type Finding, missing, verify } from "./spin.ts";

/** So much of an assertion says which. */
const ERROR_LENGTH_MAX = 90;

const absent = await missing();
if (absent.length > 0) {
  console.error(
    `Not found: ${absent.join(" and ")}. Install SPIN and a C ` +
      "compiler, on Debian: apt-get install spin gcc",
  );
  Deno.exit(2);
}
let failed = 0;
for (const check of chosen(Deno.args)) {
  const finding = await verify(check);
  const isPassed = passes(check, finding);
  if (!isPassed) failed++;
  console.log(`${isPassed ? "PASS" : "FAIL"} ${lineOf(check, finding)}`);
}
Deno.exit(failed === 0 ? 0 : 1);

function chosen(args: readonly string[]): readonly Check[] {
  const isFull = args.includes("--full");
  const at = args.indexOf("--only");
  if (at === -1) return CHECKS.filter(({ isLong }) => isFull || !isLong);
  const only = args[at + 1];
  const found = CHECKS.filter(({ name, model }) =>
    name === only || model === only
  );
  if (found.length > 0) return found;
  const names = CHECKS.map(({ name }) => `"${name}"`).join(", ");
  throw new RangeError(`No check is "${only}": ${names}`);
}

/** A model has no error in any state; a mutation has one. */
function passes({ isMutation }: Check, finding: Finding): boolean {
  const { error, isComplete } = finding;
  if (isMutation) return /assertion violated|invalid end/.test(error ?? "");
  return error === undefined && isComplete;
}

function lineOf(check: Check, finding: Finding): string {
  const { model, name, flags, isMutation } = check;
  const { states, ms, megabytes, error, isComplete } = finding;
  if (isMutation) {
    const how = error === undefined ? "not caught" : `caught by ${error}`;
    return `${model}, mutation ${name}: ${how.slice(0, ERROR_LENGTH_MAX)}`;
  }
  const size = `${states.toLocaleString("en")} states, ${megabytes} MB`;
  const seconds = (ms / 1_000).toFixed(1);
  const end = error ?? (isComplete ? "no error" : "not all were looked at");
  return `${model} "${name}" (${flags}): ${size}, ${seconds} s: ${end}`;
}
