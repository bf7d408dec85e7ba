/**
 * The durable room: the scheduler on a store in memory, and the contract of
 * stores, on that store and, where it can be had, on `npm:@deno/kv`.
 *
 * @module
 */
import type { OpenedStore } from "../../../src/testing/store_contract.ts";
import { type Case, equal, type Host } from "./expect.ts";

/** Each case has a limit of time, and some hosts are slow. */
const PARTS = 6;

/** The cases of this file. */
export const cases: readonly Case[] = [
  ["a durable item keeps its context in the store", async (host) => {
    const { durable, memory, api } = host;
    const store = memory.memoryStore();
    const first = new durable.DurableScheduler({ store });
    const definition = api.kind("sum", {
      message: api.type<number>(),
      context: () => ({ sum: 0 }),
      run({ context, messages }): number {
        for (const n of messages) context.sum += n;
        return context.sum;
      },
    });
    const sums = first.define(definition);

    equal(await sums.enqueue("a", 1), "queued");
    equal(await sums.request("a", 2), 3);
    await first.close();
    const second = new durable.DurableScheduler({ store });

    equal(await second.define(definition).request("a", 4), 7);
    await second.close();
  }],

  [
    "the contract of stores holds in memory",
    (host) =>
      contract(host, ({ clock }) => {
        const store = host.memory.memoryStore({ clock });
        return Promise.resolve({
          store,
          read: (key) => Promise.resolve(store.get(key)),
          close: () => store.close(),
        });
      }),
  ],

  ...Array.from({ length: PARTS }, (_, part): Case => [
    `the contract of stores holds on npm:@deno/kv, ${part + 1} of ${PARTS}`,
    (host) => contractOnKv(host, part),
  ]),
];

type Setup = Parameters<
  Parameters<Host["testing"]["storeContract"]>[0]["open"]
>[0];

async function contractOnKv(
  host: Host,
  part: number,
): Promise<string | undefined> {
  const { openKv, denoKv } = host;
  if (openKv === undefined) return "it has no @deno/kv";
  await contract(host, async (setup) => {
    const today = (): number => setup.clock.today();
    const clock = { ...host.api.systemClock, today }; // Who loses waits.
    const kv = await openKv(":memory:");
    const store = denoKv.denoKvStore(kv, { clock });
    const others: { close(): Promise<void> }[] = [];
    return {
      store,
      again: () => {
        const other = denoKv.denoKvStore(kv, { clock });
        others.push(other);
        return Promise.resolve(other);
      },
      read: (key) => kv.get(key),
      close: async () => {
        await Promise.all(others.map((other) => other.close()));
        await store.close();
        kv.close();
      },
    };
  }, part);
}

/** Runs the tests of the contract, or one part of them; the first that fails
 * is named. */
async function contract(
  { testing }: Host,
  open: (setup: Setup) => Promise<OpenedStore>,
  part?: number,
): Promise<void> {
  const tests: [string, () => Promise<void>][] = [];
  testing.storeContract({
    test: (name, run) => void tests.push([name, run]),
    open,
  });
  equal(tests.length > 100, true);
  for (const [at, [name, run]] of tests.entries()) {
    if (part !== undefined && at % PARTS !== part) continue;
    await run().catch((cause: unknown) => {
      throw new Error(`${name}: ${String(cause)}`, { cause });
    });
  }
}
