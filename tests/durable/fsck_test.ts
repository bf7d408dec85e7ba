/** Faults planted in a database on which nothing else works, found and mended. */
import { assertEquals } from "@std/assert";
import { denoKvStore } from "../../src/stores/deno_kv.ts";
import type { Store } from "../../src/durable/store.ts";
import type { Wake } from "../../src/durable/stored.ts";

const PREFIX = "workitem";

function wake(key: string, delayMs = 0): Wake {
  return {
    kind: "k",
    key,
    id: undefined,
    body: new Uint8Array([1]),
    reply: undefined,
    idWindowMs: 1_000,
    delayMs,
    reschedule: "earliest",
    maxDelayMs: Infinity,
    whenRunning: "rerun",
    maxInbox: 100,
  };
}

async function first(kv: Deno.Kv, letter: string): Promise<Deno.KvKey> {
  for await (const { key } of kv.list({ prefix: [PREFIX, letter] })) return key;
  throw new Error(`nothing stands below "${letter}"`);
}

/** What breaks each rule, in a store with one item that is ready, one that is
 * delayed and one that runs. */
const FAULTS: Readonly<Record<string, (kv: Deno.Kv) => Promise<unknown>>> = {
  "ready-without-entry": async (kv) => await kv.delete(await first(kv, "r")),
  "due-without-entry": async (kv) => await kv.delete(await first(kv, "y")),
  "running-without-session": async (kv) =>
    await kv.delete(await first(kv, "h")),
  "running-without-claim": async (kv) => await kv.delete(await first(kv, "l")),
  "messages-miscounted": async (kv) =>
    await kv.atomic().sum([PREFIX, "k", "k", "ready", "d"], 3n).commit(),
  "entry-without-due": async (kv) =>
    await kv.set([PREFIX, "y", "k", 7, "ready"], 0),
  "idle-with-messages": async (kv) =>
    await kv.delete([PREFIX, "i", "k", "ready"])
      .then(async () => await kv.delete(await first(kv, "r"))),
};

async function drained(store: Store): Promise<string[]> {
  const session = await store.openSession();
  const keys: string[] = [];
  for (;;) {
    const claims = await store.claim(session, [{ kind: "k", limit: 9 }], 9);
    if (claims.length === 0) break;
    for (const claim of claims) {
      const { messages } = await store.load(claim, 100);
      keys.push(`${claim.key} ${messages.length}`);
      await store.settle(claim, {
        type: "complete",
        context: undefined,
        result: undefined,
        writes: [],
        told: new Set(),
      });
    }
  }
  await store.closeSession(session);
  return keys.sort();
}

for (const [rule, plant] of Object.entries(FAULTS)) {
  Deno.test(`fsck() finds and mends ${rule}`, async () => {
    using kv = await Deno.openKv(":memory:");
    const store = denoKvStore(kv);
    await store.enqueue([wake("running")]);
    const session = await store.openSession();
    await store.claim(session, [{ kind: "k", limit: 1 }], 1);
    await store.enqueue([wake("ready"), wake("later", 1e9)]);
    assertEquals((await store.fsck({ repair: false })).faults, []);

    await plant(kv);
    const found = await store.fsck({ repair: false });
    const mended = await store.fsck({ repair: true });
    const after = await store.fsck({ repair: false });

    assertEquals(found.faults.map((fault) => fault.rule), [rule]);
    assertEquals(mended.faults.every(({ isRepaired }) => isRepaired), true);
    assertEquals(after.faults, []);
    assertEquals((await drained(store)).includes("ready 1"), true);
    await store.close();
  });
}
