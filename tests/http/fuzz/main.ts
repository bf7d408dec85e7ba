/** Fuzzes the endpoint: `deno task fuzz:http --seed S --requests N`, and
 * `--round S` for one round alone, as a failure names it. */
// deno-lint-ignore-file no-console -- It is a program: it prints what it found.
import { parseArgs } from "node:util";
import { mix } from "../../core/sim/random.ts";
import { Violation } from "./player.ts";
import { type Coverage, playRound } from "./round.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: `${Date.now() % 2 ** 31}` },
    requests: { type: "string", default: "1000000" },
    round: { type: "string" },
    size: { type: "string", default: "4000" },
  },
});
const size = Number(values.size);
const rounds = values.round === undefined
  ? Array.from(
    { length: Math.ceil(Number(values.requests) / size) },
    (_, index) => mix(Number(values.seed), index),
  )
  : [Number(values.round)];
const total: Coverage = new Map();
const begunMs = performance.now();
try {
  for (const seed of rounds) {
    for (const [name, count] of await playRound({ seed, requests: size })) {
      total.set(name, (total.get(name) ?? 0) + count);
    }
  }
} catch (error) {
  if (!(error instanceof Violation)) throw error;
  console.log(`seed ${values.seed} fails: ${error.message}`);
  Deno.exit(1);
}
const seconds = ((performance.now() - begunMs) / 1_000).toFixed(1);
for (const name of [...total.keys()].toSorted()) {
  console.log(`${name}: ${total.get(name)}`);
}
console.log(
  `${
    rounds.length * size
  } requests in ${seconds} s, nothing found, seed ${values.seed}`,
);
