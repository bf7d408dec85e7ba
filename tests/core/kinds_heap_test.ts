/** What many keys cost: bytes, timers of the host, and what is left of them.
 * These are facts, not timings. `deno task heap` shows the same of as many keys
 * as the issue asks for; here it is as many as there is time for. */
import { assertEquals } from "@std/assert";
import { look } from "./heap/child.ts";
import { breaches, FACTS } from "./heap/facts.ts";

for (const [name, { title, gate, expected }] of Object.entries(FACTS)) {
  Deno.test(`${title}: ${gate.toLocaleString("en")}`, async () => {
    const figures = await look(name, gate);

    const wrong = breaches(figures, expected(gate));
    assertEquals(wrong, [], JSON.stringify(figures));
  });
}

Deno.test("a figure that is missing, wrong or beyond its limit is a breach", () => {
  const expected = { runs: 3, freed: true, grown: { most: 10 } };

  assertEquals(breaches({ runs: 3, freed: true, grown: 10 }, expected), []);
  assertEquals(breaches({}, expected), ["runs", "freed", "grown"]);
  assertEquals(
    breaches({ runs: 2, freed: false, grown: 10.5 }, expected),
    ["runs", "freed", "grown"],
  );
  assertEquals(breaches({ runs: 3, freed: true, grown: NaN }, expected), [
    "grown",
  ]);
});
