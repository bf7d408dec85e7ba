/** Many rounds as one step of a test. */
import type { PlanSize } from "./generate.ts";
import { report } from "./report.ts";
import { type Database, runMany } from "./run.ts";
import type { Figures } from "./world.ts";

/** Plays the rounds; a failure is shown with the smallest schedule found. */
export async function show(
  t: Deno.TestContext,
  { seed, rounds, database, figures, size }: {
    readonly seed: number;
    readonly rounds: number;
    readonly database: Database;
    readonly figures: Figures;
    readonly size: PlanSize;
  },
): Promise<void> {
  await t.step(
    `${rounds} rounds from seed ${seed} on ${database}`,
    async () => {
      const how = { rounds, size, database, figures };
      const { failure } = await runMany(seed, how);

      if (failure !== undefined) {
        throw new Error(
          await report(failure, database),
        );
      }
    },
  );
}
