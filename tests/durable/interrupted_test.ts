/** What a store on Deno KV says of what it could not end, and how that ends. */
import { assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../../src/core/clock.ts";
import { denoKvStore, type KvLike } from "../../src/stores/deno_kv.ts";
import { StoreError } from "../../src/durable/errors.ts";
import type { Store } from "../../src/durable/store.ts";

const NAME = { kind: "k", key: "a" };

/** A database whose commits fail from the one on that is named. */
class Failing {
  readonly kv: KvLike;
  commitsLeft = Infinity;
  /** Does it do what it is told, and no answer arrives? */
  isDeaf = false;

  constructor(kv: Deno.Kv) {
    const atomic = kv.atomic.bind(kv);
    const get = kv.get.bind(kv);
    this.kv = Object.assign(kv, {
      atomic: (): Deno.AtomicOperation => {
        const operation = atomic();
        const commit = operation.commit.bind(operation);
        operation.commit = async () => {
          const error = new Error("connection reset");
          if (this.commitsLeft-- <= 0) throw error;
          const result = await commit();
          if (this.isDeaf) throw error;
          return result;
        };
        return operation;
      },
      get: (key: Deno.KvKey) =>
        this.isDeaf ? Promise.reject(new Error("connection reset")) : get(key),
    });
  }
}

/** Enqueues so many messages; answers the version after the last. */
async function fill(store: Store, count: number): Promise<string> {
  let version = "";
  for (let n = 0; n < count; n++) {
    const [answer] = await store.enqueue([{
      ...NAME,
      id: undefined,
      body: new Uint8Array([n]),
      reply: undefined,
      idWindowMs: 1_000,
      delayMs: 0,
      reschedule: "earliest",
      maxDelayMs: Infinity,
      whenRunning: "rerun",
      maxInbox: 1_000,
    }]);
    if (answer instanceof Error) throw answer;
    version = answer?.version ?? version;
  }
  return version;
}

Deno.test("a deletion that fails midway refuses enqueues, and promote ends it", async () => {
  using kv = await Deno.openKv(":memory:");
  const failing = new Failing(kv);
  let todayMs = 1e12;
  const clock = { ...systemClock, today: () => todayMs };
  const store = denoKvStore(failing.kv, { clock, patience: 20 });
  await fill(store, 100);

  failing.commitsLeft = 2; // It is marked, and loses its first page.
  await assertRejects(() => store.delete(NAME));
  failing.commitsLeft = Infinity;
  const during = await store.inspect(NAME);
  const folded = await store.fold(NAME, ([first = new Uint8Array()]) => first);
  const early = await store.promote([NAME.kind]);
  todayMs += 30_000;
  await store.promote([NAME.kind]);

  assertEquals(during?.state, "deleting");
  assertEquals([folded, early.count], [0, 0]);
  assertEquals(await store.inspect(NAME), undefined);
  const { items } = await store.dead({ kind: NAME.kind });
  const dead = items.flatMap(({ messages }) => messages);
  assertEquals(dead.length, 60);
  assertEquals(items[0]?.error, "deleted");
  assertEquals((await store.fsck({ repair: false })).faults, []);
  await store.close();
});

Deno.test("a deletion that fails midway and is asked for again is one", async () => {
  using kv = await Deno.openKv(":memory:");
  const failing = new Failing(kv);
  const store = denoKvStore(failing.kv, { patience: 20 });
  const version = await fill(store, 100);
  failing.commitsLeft = 2; // It is marked, and loses its first page.
  await assertRejects(() => store.delete(NAME));
  failing.commitsLeft = Infinity;

  const { messages } = await store.delete(NAME);

  assertEquals(messages?.length, 60);
  assertEquals((await store.standing(NAME, version)).state, "deleted");
  assertEquals(await store.inspect(NAME), undefined);
  await store.close();
});

Deno.test("enqueue() of which no answer comes says that it may have happened", async () => {
  using kv = await Deno.openKv(":memory:");
  const failing = new Failing(kv);
  const store = denoKvStore(failing.kv, { patience: 20 });

  failing.isDeaf = true;
  const error = await assertRejects(() => fill(store, 1), StoreError);
  failing.isDeaf = false;

  assertEquals([error.outcome, error.isRetryable], ["unknown", true]);
  assertEquals((await store.inspect(NAME))?.messages, 1);
  await fill(store, 1); // The store goes on.
  assertEquals((await store.inspect(NAME))?.messages, 2);
  await store.close();
});
