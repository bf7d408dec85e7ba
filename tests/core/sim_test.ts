/** Random interleavings of all operations, compared step by step with a plain
 * model of the laws. A failure prints its seed and the smallest schedule. */
import { assert, assertEquals } from "@std/assert";
import { generate, LONG, SHORT } from "./sim/generate.ts";
import { runMany } from "./sim/run.ts";
import { report } from "./sim/shrink.ts";
import { simulate } from "./sim/simulate.ts";

/** `sim/more_test.ts` runs as many, beside this file. */
const COUNT = 25_000;

for (const block of [0, 1, 2, 3]) {
  const seed = 1 + block * COUNT;
  Deno.test(`A1-A11, A19-A23 ${COUNT} schedules from seed ${seed}`, async () => {
    const { failed, distinct } = await runMany(seed, {
      count: COUNT,
      size: SHORT,
    });

    if (failed !== undefined) throw new Error(await report(failed));
    assert(distinct > 0.95 * COUNT, `Only ${distinct} are distinct`);
  });
}

Deno.test("A1-A11 800 long schedules", async () => {
  const { failed } = await runMany(1, { count: 800, size: LONG });

  if (failed !== undefined) throw new Error(await report(failed));
});

Deno.test("A28 the same seed gives the same trace, byte for byte", async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const traces = ["", ""];
    const hashes: number[] = [];

    for (const index of traces.keys()) {
      const { hash } = await simulate(generate(seed), (line) => {
        traces[index] += `${line}\n`;
      });
      hashes.push(hash);
    }

    assertEquals(traces[0], traces[1]);
    assertEquals(hashes[0], hashes[1]);
  }
});
