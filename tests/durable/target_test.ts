import { targetOf } from "../../src/core/target_of.ts";
import { DurableScheduler } from "../../src/durable/mod.ts";
import { openDenoKvStore } from "../../src/stores/deno_kv.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import type { Store } from "../../src/durable/mod.ts";
import { type MakeTarget, targetContract } from "../support/target_contract.ts";

function over(open: () => Store | Promise<Store>): MakeTarget {
  return async (kinds) => {
    const store = await open();
    const scheduler = new DurableScheduler({ store, pollInterval: 5 });
    for (const each of kinds) scheduler.define(each);
    const closeScheduler = (): Promise<unknown> =>
      scheduler.close({ grace: 0 });
    const close = async (): Promise<void> => {
      await closeScheduler();
      await store.close();
    };
    return { target: targetOf(scheduler), closeScheduler, close };
  };
}

targetContract("over a store in memory", over(() => memoryStore()));
targetContract(
  "over Deno KV",
  over(() => openDenoKvStore(":memory:")),
);
