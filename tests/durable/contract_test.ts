/** The contract of the store port, held against each store that there is. */
import { type Clock, systemClock } from "../../src/core/clock.ts";
import { denoKvStore } from "../../src/stores/deno_kv.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import {
  type OpenedStore,
  storeContract,
  type StoreContractOptions,
  type StoreSetup,
} from "../../src/testing/store_contract.ts";

/** Runs the contract on one store. */
function prove(name: string, open: StoreContractOptions["open"]): void {
  storeContract({
    test: (test, run) => Deno.test(`${name}: ${test}`, run),
    open,
  });
}

function openMemory({ clock }: StoreSetup): Promise<OpenedStore> {
  const store = memoryStore({ clock });
  return Promise.resolve({
    store,
    read: (key) => Promise.resolve(store.get(key)),
    close: () => store.close(),
  });
}

/** Says the time of the test; but who is slower than others has to wait a
 * little, and no test would call that timer. */
function storeClock({ clock }: StoreSetup): Clock {
  return { ...systemClock, today: () => clock.today() };
}

function openOn(kv: Deno.Kv, setup: StoreSetup): OpenedStore {
  const clock = storeClock(setup);
  const store = denoKvStore(kv, { clock });
  return {
    store,
    again: () => Promise.resolve(denoKvStore(kv, { clock })),
    read: (key) => kv.get([...key]),
    close: async () => {
      await store.close();
      kv.close();
    },
  };
}

async function openKv(setup: StoreSetup): Promise<OpenedStore> {
  return openOn(await Deno.openKv(":memory:"), setup);
}

/** As `npm:@deno/kv` is, which cannot put versionstamps into keys. */
async function openCounted(setup: StoreSetup): Promise<OpenedStore> {
  const kv = await Deno.openKv(":memory:");
  Object.defineProperty(kv, "commitVersionstamp", { value: undefined });
  return openOn(kv, setup);
}

async function openFile(setup: StoreSetup): Promise<OpenedStore> {
  const folder = await Deno.makeTempDir();
  const opened = openOn(await Deno.openKv(`${folder}/store.kv`), setup);
  return {
    ...opened,
    close: async () => {
      await opened.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

prove("memory", openMemory);
prove("Deno KV", openKv);
prove("Deno KV without versionstamps in keys", openCounted);
prove("Deno KV file", openFile);
