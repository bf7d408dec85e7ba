/**
 * Items as they are listed.
 *
 * @module
 */
import type { StoredItem } from "../../durable/stored.ts";
import { expectEqual, expectSome } from "./expect.ts";
import { KIND, named, type Tests, type Trial } from "./trial.ts";

/** What is known of the item that tests use. */
export async function look({ store }: Trial): Promise<StoredItem> {
  return expectSome(await store.inspect(named("a")), "the item");
}

/** Tests of list(). */
export const listTests: Tests = {
  "list() shows what inspect() shows": async (trial) => {
    await trial.send("a", "1");
    await trial.end(await trial.start(), "retry");
    await trial.send("a", "2");

    const { items } = await trial.store.list({ kind: KIND });

    expectEqual(items, [await look(trial)], "items");
  },

  "list() passes over idle items": async (trial) => {
    await trial.send("a", "m");
    await trial.complete(await trial.start(), { context: "kept" });

    const { items, cursor } = await trial.store.list({ kind: KIND });

    expectEqual([items, cursor], [[], undefined], "the page");
  },

  "list() shows a suspended item that owes nothing": async (trial) => {
    await trial.store.suspend(named("a"), true);

    const { items } = await trial.store.list({ kind: KIND });

    expectEqual(items.map(({ key }) => key), ["a"], "items");
  },

  "list() goes by kind, prefix and state": async (trial) => {
    for (const key of ["b", "a", "ab"]) await trial.send(key, "m");
    await trial.send("other", "m", { kind: "other" });
    await trial.send("ac", "m", { delayMs: 1_000 });
    const read = async (query: object): Promise<string[]> => {
      const { items } = await trial.store.list({ kind: KIND, ...query });
      return items.map(({ key }) => key);
    };

    expectEqual(await read({}), ["a", "ab", "ac", "b"], "all");
    expectEqual(await read({ prefix: "a" }), ["a", "ab", "ac"], "by prefix");
    expectEqual(await read({ state: "delayed" }), ["ac"], "by state");
    const both = await read({ prefix: "a", state: "queued" });
    expectEqual(both, ["a", "ab"], "by both");
    expectEqual(await read({ kind: "other" }), ["other"], "by kind");
    expectEqual(await read({ prefix: "c" }), [], "by another prefix");
    expectEqual(await read({ state: "held" }), [], "by another state");
  },

  "list() finds items in each state": async (trial) => {
    const { store } = trial;
    for (const key of ["backoff", "held", "running", "deleting"]) {
      await trial.send(key, "m");
    }
    await trial.end(await trial.start("backoff"), "retry");
    await trial.end(await trial.start("held"), "hold");
    await trial.claim(2);
    await store.delete(named("deleting"));
    await trial.send("queued", "m");
    await trial.send("delayed", "m", { delayMs: 1_000 });
    await store.suspend(named("suspended"), true);
    const states = ["backoff", "held", "running", "queued", "delayed"] as const;

    for (const state of [...states, "suspended" as const]) {
      const { items } = await store.list({ kind: KIND, state });
      expectEqual(items.map(({ key }) => key), [state], `items in ${state}`);
    }
  },
};
