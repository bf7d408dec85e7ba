/**
 * The command `stats`: counts of the scheduler behind the endpoint. They are
 * those of its process: what others run, or a store keeps, is not in them.
 *
 * @module
 */
import type { RemoteCall, RemoteCommand } from "./command.ts";
import { EXIT } from "./failure.ts";
import { listOf } from "./table.ts";

/** `stats` */
export const STATS: RemoteCommand = {
  name: "stats",
  words: "",
  help: "counts of the process that answers; others on its store have theirs",
  examples: ["stats --json"],
  flags: {},
  count: [0, 0],
  isLocal: false,
  run: stats,
};

async function stats({ client, paper }: RemoteCall): Promise<number> {
  const counts = await client.snapshot();
  const facts = Object.entries(counts)
    .map(([name, value]) => [name, String(value)] as const);
  const head = "of this process alone, whatever a store keeps besides:";
  await paper.tell(counts, () => [head, ...listOf(facts)]);
  return EXIT.done;
}
