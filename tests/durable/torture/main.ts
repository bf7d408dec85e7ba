/** Kills real processes, and looks whether anything was lost:
 * `deno task torture --kills N --seed S --seconds T --lease MS --keys K --slack MS`.
 *
 * The files of a torture that has found something are kept. */
// deno-lint-ignore-file no-console -- It is a program: it prints what it found.
import { parseArgs } from "node:util";
import { describe } from "./report.ts";
import { torture } from "./torture.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    seed: { type: "string", default: `${Date.now() % 2 ** 31}` },
    seconds: { type: "string", default: "3600" },
    lease: { type: "string", default: "1000" },
    keys: { type: "string", default: "100" },
    slack: { type: "string", default: "3000" },
  },
});
const folder = await Deno.makeTempDir({ prefix: "torture-" });
const seed = Number(values.seed);
const { figures, violations, history } = await torture(folder, {
  seed,
  kills: Number(values.kills),
  mostMs: Number(values.seconds) * 1_000,
  leaseMs: Number(values.lease),
  keys: Number(values.keys),
  slackMs: Number(values.slack),
});
console.log(figures);
if (violations.length !== 0) {
  console.log(`${violations.length} violations, seed ${seed}, in ${folder}:`);
  console.log(describe(violations));
  console.log(history);
  Deno.exit(1);
}
await Deno.remove(folder, { recursive: true });
console.log(`nothing was lost, seed ${seed}`);
