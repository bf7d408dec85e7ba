/** The second half of `kinds_sim_test.ts`: test files run in parallel. */
import { assert } from "@std/assert";
import { runMany } from "./run.ts";
import { report } from "./shrink.ts";

const COUNT = 25_000;

for (const block of [4, 5, 6, 7]) {
  const seed = 1 + block * COUNT;
  Deno.test(`kinds: ${COUNT} schedules from seed ${seed}`, async () => {
    const { failed, distinct } = await runMany(seed, COUNT);

    if (failed !== undefined) throw new Error(await report(failed));
    assert(distinct > 0.95 * COUNT, `Only ${distinct} are distinct`);
  });
}
