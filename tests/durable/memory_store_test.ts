/** What a store in memory does besides keeping the contract. */
import { assert, assertEquals } from "@std/assert";
import type { Store } from "../../src/durable/store.ts";
import type { Verdict, Wake, Write } from "../../src/durable/stored.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";

const NAME = { kind: "sync", key: "acme" };

function wake(options: Partial<Wake> = {}): Wake {
  return {
    ...NAME,
    id: undefined,
    body: undefined,
    reply: undefined,
    idWindowMs: 0,
    delayMs: 0,
    reschedule: "earliest",
    maxDelayMs: Infinity,
    whenRunning: "rerun",
    maxInbox: 10,
    ...options,
  };
}

/** Lets one run of the item write these entries. */
async function write(store: Store, writes: readonly Write[]): Promise<void> {
  await store.enqueue([wake()]);
  const session = await store.openSession();
  const wants = [{ kind: NAME.kind, limit: 1 }];
  const [claim] = await store.claim(session, wants, 1);
  assert(claim !== undefined);
  await store.load(claim, 1);
  const verdict: Verdict = {
    type: "complete",
    context: undefined,
    result: undefined,
    writes,
    told: new Set(),
  };
  assertEquals((await store.settle(claim, verdict)).state, "idle");
}

/** Bells are rung in a later microtask. */
async function settled(): Promise<void> {
  for (let hops = 0; hops < 8; hops++) await undefined;
}

Deno.test("memoryStore() needs no options", async () => {
  const store = memoryStore();

  const [receipt] = await store.enqueue([wake()]);

  assert(receipt !== undefined && !(receipt instanceof Error));
  assertEquals(receipt.outcome, "queued");
  assertEquals(store.durability, "memory");
});

Deno.test("memoryStore() shares nothing with another", async () => {
  const first = memoryStore();
  const second = memoryStore();
  await first.enqueue([wake()]);

  const item = await second.inspect(NAME);

  assertEquals(item, undefined);
});

Deno.test("versions have 20 digits and grow one by one", async () => {
  const store = memoryStore();

  const answers = await store.enqueue([wake(), wake({ key: "other" })]);

  const versions = answers.map((answer) =>
    answer instanceof Error ? answer.message : answer.version
  );
  assertEquals(versions, ["1".padStart(20, "0"), "2".padStart(20, "0")]);
});

Deno.test("openSession() names sessions by `random`", async () => {
  const first = memoryStore({ random: () => 0.25 });
  const second = memoryStore({ random: () => 0.75 });

  const names = [await first.openSession(), await second.openSession()];

  assert(names[0] !== names[1]);
  assert(await first.openSession() !== names[0], "even at the same chance");
});

Deno.test("get() shows what a run has written", async () => {
  const store = memoryStore();
  const key = ["orders", 7, true, 8n, Uint8Array.of(1)];
  await write(store, [{ type: "set", key, value: { sum: 9 } }]);

  const entry = store.get(key);

  assertEquals(entry.value, { sum: 9 });
  assert(entry.versionstamp !== null);
});

Deno.test("get() of nothing shows null", () => {
  const store = memoryStore();

  assertEquals(store.get(["none"]), { value: null, versionstamp: null });
});

Deno.test("get() tells keys of different types apart", async () => {
  const store = memoryStore();
  await write(store, [{ type: "set", key: ["7"], value: "text" }]);

  const others = [[7], [7n], ["7", ""], [], [Uint8Array.of(7)]];

  for (const key of others) assertEquals(store.get(key).value, null);
});

Deno.test("get() hands out copies", async () => {
  const store = memoryStore();
  const value = { list: [1] };
  await write(store, [{ type: "set", key: ["k"], value }]);
  value.list.push(2);

  const shown = store.get(["k"]);

  assertEquals(shown.value, { list: [1] });
});

Deno.test("get() shows a counter as a bigint", async () => {
  const store = memoryStore();
  const sum = { type: "sum", key: ["count"], value: 2n } as const;
  await write(store, [sum]);
  await write(store, [sum]);

  assertEquals(store.get(["count"]).value, 4n);
});

Deno.test("get() forgets an entry when its time is over", async () => {
  const clock = new FakeClock({ today: 1_000 });
  const store = memoryStore({ clock });
  await write(store, [{ type: "set", key: ["k"], value: 1, expireIn: 50 }]);

  clock.advance(49);
  const before = store.get(["k"]).value;
  clock.advance(1);

  assertEquals(before, 1);
  assertEquals(store.get(["k"]), { value: null, versionstamp: null });
});

Deno.test("watch() rings after what changes something", async () => {
  const store = memoryStore();
  let rings = 0;
  store.watch(() => rings++);

  await store.enqueue([wake()]);
  await settled();
  assertEquals(rings, 1, "an enqueue");

  await store.inspect(NAME);
  await store.enqueue([wake()]);
  await settled();
  assertEquals(rings, 1, "what changes nothing");
});

Deno.test("watch() rings once for one bell, and not after close()", async () => {
  const store = memoryStore();
  const rung: string[] = [];
  const bell = (): void => void rung.push("bell");
  const end = store.watch(bell);
  store.watch(bell);

  await store.enqueue([wake(), wake({ key: "other" })]);
  await settled();
  assertEquals(rung.length, 2, "the same bell twice");

  end();
  await store.cancel(NAME, { running: false });
  await settled();
  assertEquals(rung.length, 3, "one of them is ended");

  await store.close();
  await store.enqueue([wake()]);
  await settled();
  assertEquals(rung.length, 3, "closed");
});

Deno.test("a bell may use the store", async () => {
  const store = memoryStore();
  const states: string[] = [];
  const end = store.watch(() => {
    void store.inspect(NAME).then((item) => states.push(item?.state ?? "idle"));
  });

  await store.enqueue([wake()]);
  await settled();

  assertEquals(states, ["queued"]);
  end();
});
