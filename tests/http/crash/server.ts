/**
 * A process that serves the ledgers of a store over HTTP, until it is killed.
 *
 * @module
 */
import { bearer, workItems } from "../../../src/http/mod.ts";
import { openDenoKvStore } from "../../../src/stores/deno_kv.ts";
import { Random } from "../../core/sim/random.ts";
import {
  defineLedger,
  pause,
  readRole,
  type Role,
  schedulerOf,
} from "../../durable/torture/ledger.ts";

/** What the clients show. */
export const TOKEN = "ledger-5f0c1b7e9a2d";
const RUN_MS = 15;

async function main(role: Role): Promise<void> {
  const random = new Random(role.seed);
  const store = await openDenoKvStore(role.database);
  const scheduler = schedulerOf(store, role, {
    handlers: "here",
    onError: tell,
  });
  defineLedger(scheduler, () => pause(random.below(RUN_MS)));
  const endpoint = workItems(scheduler, {
    auth: bearer(TOKEN),
    onError: tell,
  });
  Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port }) => {
      Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`));
    },
  }, (request) => endpoint.fetch(request));
}

/** The parent holds that against it. */
function tell(error: unknown): void {
  const why = error instanceof Error ? error.stack : String(error);
  Deno.stderr.writeSync(new TextEncoder().encode(`error: ${why}\n`));
}

if (import.meta.main) await main(readRole(Deno.args));
