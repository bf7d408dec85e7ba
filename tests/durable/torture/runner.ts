/**
 * A process that runs items, until it is killed or asked to end.
 *
 * @module
 */
import { openDenoKvStore } from "../../../src/stores/deno_kv.ts";
import { Random } from "../../core/sim/random.ts";
import { Journal, type RunnerEvent } from "./journal.ts";
import {
  asked,
  defineLedger,
  type LedgerRun,
  now,
  pause,
  readRole,
  type Role,
  sayReady,
  schedulerOf,
} from "./ledger.ts";
import { watchStore } from "./watched_store.ts";

const RUN_MS = 21;
/** One run in so many may outlive its lease. */
const LONG = 100;
const LONG_LEASES = 2;
/** One run in so many fails. */
const FAILS = 12;

async function main(role: Role): Promise<void> {
  const journal = new Journal<RunnerEvent>(role.journal);
  const random = new Random(role.seed);
  const kept = await openDenoKvStore(role.database);
  const { leaseMs } = role;
  const store = watchStore(kept, { journal, random, leaseMs });
  const scheduler = schedulerOf(store, role, {
    handlers: "here",
    onError: (error) => {
      const { name, message } = error as Error; // Nothing else is thrown here.
      journal.write(["trouble", name, message]);
    },
  });
  defineLedger(scheduler, async ({ key, fence }: LedgerRun) => {
    journal.write(["began", key, fence, now()]);
    const mostMs = random.oneIn(LONG) ? LONG_LEASES * leaseMs : RUN_MS;
    await pause(random.below(mostMs)); // It does not look at its signal.
    journal.write(["ended", key, fence, now()]);
    if (random.oneIn(FAILS)) throw new Error("This run fails on purpose");
  });
  await sayReady();
  await asked();
  await scheduler.close();
  await kept.close();
}

if (import.meta.main) {
  await main(readRole(Deno.args));
  Deno.exit(0);
}
