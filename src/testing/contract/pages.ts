/**
 * Lists that do not fit on one page.
 *
 * @module
 */
import type { Page } from "../../durable/stored.ts";
import { expectEqual, expectThat } from "./expect.ts";
import { KIND, named, type Tests, type Trial } from "./trial.ts";

const COUNT = 600;
const LETTERS = 120;

/** Keys that are in their own order. */
function keysOf(count: number, prefix: string = "k"): string[] {
  return Array.from(
    { length: count },
    (_, at) => `${prefix}${String(at).padStart(4, "0")}`,
  );
}

/** Enqueues one message for each of the keys. */
async function sendAll(trial: Trial, keys: readonly string[]): Promise<void> {
  const wakes = keys.map((key) => trial.wake(key, "m"));
  const answers = await trial.store.enqueue(wakes);
  const isDone = answers.every((answer) => !(answer instanceof Error));
  expectThat(isDone, "all were accepted");
}

/** Makes one dead letter for each of the keys. */
async function buryAll(trial: Trial, keys: readonly string[]): Promise<void> {
  await sendAll(trial, keys);
  const claims = await trial.claimAll();
  await Promise.all(claims.map(async (claim) => {
    await trial.end(await trial.load(claim), "bury");
  }));
}

/** Reads page after page; none may hold more than its limit. */
async function readAll<Item>(
  read: (cursor: string | undefined) => Promise<Page<Item>>,
  limit: number = 100,
): Promise<Item[]> {
  const all: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    expectThat(page.items.length <= limit, `a page holds ${limit} at most`);
    expectThat(page.cursor !== cursor || cursor === undefined, "it goes on");
    all.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return all;
}

/** The keys of all items of a query. */
async function listAll(
  { store }: Trial,
  query: { readonly limit?: number; readonly [part: string]: unknown } = {},
): Promise<string[]> {
  const items = await readAll(
    (cursor) => store.list({ kind: KIND, ...query, cursor }),
    query.limit,
  );
  return items.map(({ key }) => key);
}

/** The keys of all dead letters of a query. */
async function deadAll(
  { store }: Trial,
  query: { readonly limit?: number; readonly [part: string]: unknown } = {},
): Promise<string[]> {
  const items = await readAll(
    (cursor) => store.dead({ kind: KIND, ...query, cursor }),
    query.limit,
  );
  return items.map(({ key }) => key);
}

/** Tests of paging. */
export const pageTests: Tests = {
  "list() goes through 600 items in the order of their keys": async (trial) => {
    const keys = keysOf(COUNT);
    await sendAll(trial, [...keys].reverse());

    expectEqual(await listAll(trial), keys, "pages of 100");
    expectEqual(await listAll(trial, { limit: 7 }), keys, "pages of 7");
    expectEqual(await listAll(trial, { limit: 1_000 }), keys, "large pages");
  },

  "list() goes on one by one": async (trial) => {
    const keys = keysOf(5);
    await sendAll(trial, keys);

    expectEqual(await listAll(trial, { limit: 1 }), keys, "pages of 1");
  },

  "list() says that a page is the last": async (trial) => {
    await sendAll(trial, keysOf(3));

    const { items, cursor } = await trial.store.list({ kind: KIND, limit: 3 });

    expectEqual([items.length, cursor], [3, undefined], "the page");
  },

  "list() by prefix goes through all pages": async (trial) => {
    const keys = keysOf(150, "b");
    await sendAll(trial, [...keysOf(150, "a"), ...keys, ...keysOf(150, "c")]);

    expectEqual(await listAll(trial, { prefix: "b" }), keys, "pages of 100");
    const small = await listAll(trial, { prefix: "b", limit: 7 });
    expectEqual(small, keys, "pages of 7");
    const one = await listAll(trial, { prefix: "b0149", limit: 7 });
    expectEqual(one, ["b0149"], "a whole key");
    expectEqual(await listAll(trial, { prefix: "d" }), [], "none");
  },

  "list() by state finds the few among many": async (trial) => {
    const keys = keysOf(COUNT);
    await sendAll(trial, keys);
    const few = keys.filter((_, at) => at % 97 === 0);
    for (const key of few) await trial.store.suspend(named(key), true);

    const state = "suspended";
    expectEqual(await listAll(trial, { state }), few, "pages of 100");
    expectEqual(await listAll(trial, { state, limit: 2 }), few, "pages of 2");
    const both = { state, prefix: "k00", limit: 1 };
    expectEqual(await listAll(trial, both), ["k0000", "k0097"], "by prefix");
  },

  "list() shows each item that stays once, whatever else changes": async (
    trial,
  ) => {
    const keys = keysOf(30);
    await sendAll(trial, keys);
    const seen: string[] = [];

    await readAll(async (cursor) => {
      const page = await trial.store.list({ kind: KIND, limit: 10, cursor });
      seen.push(...page.items.map(({ key }) => key));
      const last = page.items.at(-1);
      if (last !== undefined) await trial.store.delete(named(last.key));
      await trial.send(`a${seen.length}`); // Before all that is still to come.
      return page;
    }, 10);

    expectEqual(seen, keys, "seen");
  },

  "list() orders keys by their characters": async (trial) => {
    const keys = ["", "A", "Z", "a", "é", "東", "\uff5e", "🚉"].slice(1);
    await sendAll(trial, [...keys].reverse());

    expectEqual(await listAll(trial), keys, "one page");
    expectEqual(await listAll(trial, { limit: 1 }), keys, "pages of 1");
  },

  "dead() goes through all letters in the order of their keys": async (
    trial,
  ) => {
    const keys = keysOf(LETTERS);
    await buryAll(trial, keys);

    expectEqual(await deadAll(trial), keys, "pages of 100");
    expectEqual(await deadAll(trial, { limit: 7 }), keys, "pages of 7");
    expectEqual(await deadAll(trial, { limit: 1 }), keys, "pages of 1");
  },

  "dead() by prefix goes through all pages": async (trial) => {
    const keys = keysOf(20, "b");
    await buryAll(trial, [...keysOf(20, "a"), ...keys, ...keysOf(20, "c")]);

    expectEqual(await deadAll(trial, { prefix: "b" }), keys, "one page");
    const small = await deadAll(trial, { prefix: "b", limit: 3 });
    expectEqual(small, keys, "pages of 3");
  },

  "dead() of one key goes through all pages": async (trial) => {
    for (let at = 0; at < 12; at++) {
      await trial.send("a", `${at}`);
      await trial.end(await trial.start(), "bury");
    }
    await buryAll(trial, ["", "ab", "b"].slice(1));

    const letters = await readAll(
      (cursor) => trial.store.dead({ kind: KIND, key: "a", limit: 5, cursor }),
      5,
    );

    expectEqual(letters.map(({ key }) => key), Array(12).fill("a"), "keys");
    const ids = letters.map(({ id }) => id);
    expectEqual(ids, [...new Set(ids)].sort(), "ids");
  },

  "dead() goes on behind a letter that is gone": async (trial) => {
    const keys = keysOf(20);
    await buryAll(trial, keys);
    const seen: string[] = [];

    await readAll(async (cursor) => {
      const page = await trial.store.dead({ kind: KIND, limit: 6, cursor });
      seen.push(...page.items.map(({ key }) => key));
      for (const { key, id } of page.items) {
        await trial.store.discard(named(key), id);
      }
      return page;
    }, 6);

    expectEqual(seen, keys, "seen");
    expectEqual(await deadAll(trial), [], "left");
  },
};
