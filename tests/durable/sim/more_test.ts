/** The second half of `sim_test.ts`: test files run in parallel. */
import { assertEquals } from "@std/assert";
import { HOOKS } from "./faults.ts";
import { SHORT } from "./generate.ts";
import { noFigures } from "./run.ts";
import { show } from "./show.ts";

/** All that a store is asked to do, by the names of the simulation. */
const OPERATIONS: readonly string[] = [
  "enqueue",
  "claim",
  "complete",
  "retry",
  "bury",
  "hold",
  "release",
  "open",
  "renew",
  "close",
  "fence",
  "reclaim",
  "promote",
  "cancel",
  "delete",
  "suspend",
  "reset",
  "fold",
  "redrive",
  "discard",
];

Deno.test("DenoKvStore loses nothing, whatever meets with what", async (t) => {
  const figures = noFigures();

  for (const seed of [10_001, 11_001, 12_001]) {
    const how = { rounds: 1_000, size: SHORT, database: "mini" } as const;
    await show(t, { seed, figures, ...how });
  }

  await t.step("every operation met every fault", () => {
    const missed = OPERATIONS.flatMap((operation) =>
      HOOKS.map((hook) => `${operation}: ${hook}`)
    ).filter((meeting) => !figures.met.has(meeting));
    assertEquals(missed, []);
  });
});
