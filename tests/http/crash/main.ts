/** Kills real servers under load: `deno task torture:http --kills N --seed S`.
 * The store of one that has found something is kept. */
// deno-lint-ignore-file no-console -- It is a program: it prints what it found.
import { parseArgs } from "node:util";
import { crash } from "./crash.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    seed: { type: "string", default: `${Date.now() % 2 ** 31}` },
  },
});
const folder = await Deno.makeTempDir({ prefix: "crash-" });
const seed = Number(values.seed);
const { figures, wrong } = await crash(folder, {
  seed,
  kills: Number(values.kills),
});
console.log(figures);
if (wrong.length > 0) {
  console.log(`seed ${seed}, in ${folder}:`);
  console.log(wrong.slice(0, 20).join("\n"));
  Deno.exit(1);
}
await Deno.remove(folder, { recursive: true });
console.log(`nothing was lost or doubled, seed ${seed}`);
