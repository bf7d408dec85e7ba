/** What a store on Deno KV does besides keeping the contract. */
import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../src/core/clock.ts";
import type { Store } from "../../src/durable/store.ts";
import type { Claim, Receipt, Wake } from "../../src/durable/stored.ts";
import { denoKvStore, type KvLike } from "../../src/stores/deno_kv.ts";
import { Transaction } from "./sim/transaction.ts";

const KIND = "k";
const NAME = { kind: KIND, key: "a" };

function wake(options: Partial<Wake> = {}): Wake {
  return {
    ...NAME,
    id: undefined,
    body: undefined,
    reply: undefined,
    idWindowMs: 60_000,
    delayMs: 0,
    reschedule: "earliest",
    maxDelayMs: Infinity,
    whenRunning: "rerun",
    maxInbox: 10_000,
    ...options,
  };
}

async function send(store: Store, wakes: readonly Wake[]): Promise<Receipt[]> {
  return (await store.enqueue(wakes)).map((answer) => {
    if (answer instanceof Error) throw answer;
    return answer;
  });
}

/** Claims all that one call claims. */
async function claim(store: Store, limit: number): Promise<readonly Claim[]> {
  const session = await store.openSession();
  return await store.claim(session, [{ kind: KIND, limit }], limit);
}

/** Lets what was claimed fail for the last time. */
async function bury(
  store: Store,
  claimed: Claim,
  error: string,
): Promise<void> {
  const result = { outcome: "failed", body: undefined } as const;
  const told = new Set<string>();
  await store.settle(claimed, { type: "bury", error, result, told });
}

/** Runs all that is ready, with success. */
async function runAll(store: Store): Promise<void> {
  for (const claimed of await claim(store, 10)) {
    await store.load(claimed, 1_000);
    await store.settle(claimed, {
      type: "complete",
      context: undefined,
      result: undefined,
      writes: [],
      told: new Set(),
    });
  }
}

Deno.test("two stores with the same randomness do not take each other's commits for their own", async () => {
  using kv = await Deno.openKv(":memory:");
  const clock = { ...systemClock, today: () => 1e12 };
  const options = { clock, random: () => 0.5 };
  const first = denoKvStore(kv, options);
  const second = denoKvStore(kv, options);

  await send(first, [wake({ key: "a" })]);
  await send(second, [wake({ key: "b" })]);

  const claims = await claim(denoKvStore(kv), 10);
  assertEquals(claims.map(({ key }) => key), ["a", "b"]);
});

Deno.test("claim() takes keys as long as Deno KV has them", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = denoKvStore(kv);
  const keys = Array.from({ length: 48 }, (_, at) => `${at}`.padEnd(1_500));
  await send(store, keys.map((key) => wake({ key })));

  const claims = await claim(store, 100);

  assertEquals(
    claims.map(({ key }) => key.trim()),
    keys.map(Number).map(String),
  );
});

Deno.test("what a run is handed can be buried, however much waits", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = denoKvStore(kv);
  const ids = Array.from({ length: 128 * 40 }, (_, at) => `${at}`.padEnd(100));
  const body = new Uint8Array(20);
  for (let at = 0; at < ids.length; at += 40) {
    await send(store, ids.slice(at, at + 40).map((id) => wake({ id, body })));
  }

  let handed = 0;
  for (;;) {
    const [claimed] = await claim(store, 1);
    if (claimed === undefined) break;
    handed += (await store.load(claimed, Infinity)).messages.length;
    await bury(store, claimed, "e".repeat(2_048));
  }

  const { items } = await store.dead({ kind: KIND, limit: 1_000 });
  const dead = items.flatMap(({ messages }) => messages.map(({ id }) => id));
  assertEquals(handed, ids.length);
  assertEquals(dead, ids);
});

Deno.test("a dead letter says as much of its error as there is room for", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = denoKvStore(kv);
  const body = new Uint8Array(store.limits.messageBytes);
  const error = "😀".repeat(512);
  const lengths = [509, 510, 511, 512, 1_500]; // A character is cut differently.
  for (const length of lengths) {
    await send(store, [wake({ id: "i".repeat(length), body })]);
    const [claimed] = await claim(store, 1);
    assert(claimed !== undefined);
    await store.load(claimed, 1);

    await bury(store, claimed, error);
  }

  const { items } = await store.dead({ kind: KIND });
  assertEquals(
    items.map(({ messages }) => messages[0]?.id?.length),
    lengths,
  );
  for (const letter of items) assert(error.startsWith(letter.error));
  assert(items[0]?.error !== "");
});

/** A database whose transactions can be sent once more. */
function resending(
  kv: Deno.Kv,
): { readonly kv: KvLike; readonly sent: Transaction[] } {
  const sent: Transaction[] = [];
  const atomic = (): ReturnType<KvLike["atomic"]> => {
    const transaction = new Transaction();
    sent.push(transaction);
    return transaction.atomic(() => transaction.send(kv));
  };
  const client = new Proxy<KvLike>(kv, {
    get(_, name): unknown {
      if (name === "atomic") return atomic;
      const value: unknown = Reflect.get(kv, name);
      return typeof value === "function" ? value.bind(kv) : value;
    },
  });
  return { kv: client, sent };
}

Deno.test("watch: what was refused is not done when its client sends it once more", async () => {
  using kv = await Deno.openKv(":memory:");
  const other = denoKvStore(kv);
  const client = resending(kv);
  const store = denoKvStore(client.kv, { watch: true });
  await send(other, [wake()]);

  const [receipt] = await send(store, [wake()]); // It takes the item for idle.
  const [refused] = client.sent;
  await runAll(other);
  const again = await refused?.send(kv);

  assertEquals(receipt?.outcome, "coalesced");
  assertEquals(again?.ok, false);
  assertEquals(await other.inspect(NAME), undefined);
});
