/** Looks at all facts about memory and timers in full: `deno task heap`, or
 * `deno task heap streamed` for one of them. It takes a minute or
 * two. */
// deno-lint-ignore-file no-console -- It is a program: it prints what it found.
import { look } from "./child.ts";
import { breaches, FACTS } from "./facts.ts";

const names = Deno.args.length > 0 ? Deno.args : Object.keys(FACTS);
let failed = 0;
for (const name of names) {
  const fact = FACTS[name];
  if (fact === undefined) {
    throw new RangeError(`No fact is "${name}": ${Object.keys(FACTS)}`);
  }
  const { title, full, expected } = fact;
  const begunMs = performance.now();
  const figures = await look(name, full);
  const seconds = ((performance.now() - begunMs) / 1_000).toFixed(1);
  const wrong = breaches(figures, expected(full));
  if (wrong.length > 0) failed++;
  const word = wrong.length === 0 ? "PASS" : `FAIL (${wrong.join(", ")})`;
  console.log(`${word} ${name}: ${title} (${full}, ${seconds} s)`);
  console.log(figures);
}
Deno.exit(failed === 0 ? 0 : 1);
