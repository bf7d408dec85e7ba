/** Processes that crash, lose answers, fall asleep and wake up again, on one
 * Deno KV: nothing is lost, nothing is applied twice, nothing out of order. A
 * failure prints its seed and the smallest schedule. */
import { assert, assertEquals } from "@std/assert";
import { generate, LONG, SHORT } from "./sim/generate.ts";
import { figuresIn } from "./sim/report.ts";
import { noFigures, playOn } from "./sim/run.ts";
import { show } from "./sim/show.ts";

Deno.test("DenoKvStore loses nothing, on Deno KV in memory", async (t) => {
  const figures = noFigures();

  for (const seed of [1, 1_001, 2_001, 3_001]) {
    const how = { rounds: 150, size: LONG, database: "memory" } as const;
    await show(t, { seed, figures, ...how });
  }

  await t.step(figuresIn(figures).replaceAll("\n", "; "), () => {
    assert(figures.rounds >= 500);
    assert(figures.messages >= 50_000);
  });
});

Deno.test("DenoKvStore loses nothing, on files", async (t) => {
  const how = { rounds: 10, size: SHORT, database: "file" } as const;
  await show(t, { seed: 20_001, figures: noFigures(), ...how });
});

Deno.test("DenoKvStore loses nothing, whatever its client sends once more", async (t) => {
  const size = { ...SHORT, hasTwins: true };
  const how = { rounds: 150, size, database: "mini" } as const;

  // Without seals the store fails at 529 and 531.
  await show(t, { seed: 421, figures: noFigures(), ...how });
});

Deno.test("the same seed gives the same round, byte for byte", async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const traces = ["", ""];

    for (const index of traces.keys()) {
      const trace = (line: string): void => {
        traces[index] += `${line}\n`;
      };
      await playOn(generate(seed, SHORT), { database: "mini", trace });
    }

    assertEquals(traces[0], traces[1]);
  }
});
