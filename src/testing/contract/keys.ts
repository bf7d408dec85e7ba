/**
 * Names and bodies that a careless store would trip over.
 *
 * @module
 */
import { expectEqual, expectThat } from "./expect.ts";
import {
  bytesOf,
  completed,
  KIND,
  named,
  type Tests,
  textsOf,
  type Trial,
} from "./trial.ts";

/** Keys, by what is special about them. */
const KEYS: Readonly<Record<string, string>> = {
  "of __proto__": "__proto__",
  "of constructor": "constructor",
  "of toString": "toString",
  "of one space": " ",
  "of a slash": "/",
  "with slashes": "a/b/../c",
  "with three dots": "...",
  "with quotes": `"'\``,
  "with a backslash": "\\",
  "like JSON": `["sync","a"]`,
  "like a URL": "%2Fa?b=c&d#e",
  "with control characters": "\u0000\u0001\n\r\t\u007f",
  "of a nul alone": "\u0000",
  "with digits": "0000123",
  "with an emoji": "👩‍👩‍👧 🚉",
  "of the greatest character": "\u{10ffff}",
  "with the last of one unit": "\uffff",
  "of letters that combine": "e\u0301",
  "of 512 bytes": "k".repeat(512),
  "of 512 bytes in 128 characters": "🚉".repeat(128),
};

/** Takes an item of this key through all that can be done to it. */
async function live(trial: Trial, key: string): Promise<void> {
  const name = named(key);
  const { store } = trial;
  await trial.send(key, "1", { id: key, reply: key });
  expectEqual(await trial.send(key, "1", { id: key }), "duplicate", "again");
  expectEqual((await store.inspect(name))?.key, key, "inspect()");
  const { items } = await store.list({ kind: KIND, prefix: key });
  expectEqual(items.map((item) => item.key), [key], "list()");
  expectEqual((await store.standing(name)).state, "waiting", "standing()");

  const run = await trial.start(key);
  expectEqual(run.texts, ["1"], "its messages");
  await trial.send(key, "2", { delayMs: 1_000 });
  const state = await trial.complete(run, { context: key, result: key });
  expectEqual(state, "delayed", "the end of its run");
  expectEqual(await trial.result(key), `ok: ${key}`, "its result");

  await trial.pass(1_000);
  const next = await trial.start(key);
  expectEqual(next.context, bytesOf(key), "its context");
  await trial.end(next, "bury");
  const [letter] = await trial.letters(key);
  expectEqual([letter?.key, textsOf(letter?.messages)], [key, ["2"]], "letter");
  expectEqual(await store.redrive(name, letter?.id ?? ""), 1, "redrive()");
  const { messages } = await store.delete(name);
  expectEqual(textsOf(messages), ["2"], "delete()");
  expectEqual(await store.inspect(name), undefined, "the item");
}

const lives: Tests = Object.fromEntries(
  Object.entries(KEYS).map(([what, key]) => [
    `key ${what}: a whole life`,
    (trial: Trial) => live(trial, key),
  ]),
);

/** Each byte that there is. */
function everyByte(): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, at) => at);
}

/** Tests of names and bodies. */
export const keyTests: Tests = {
  ...lives,

  "keys side by side are never mixed up": async (trial) => {
    const keys = [...Object.values(KEYS), "a", "ab", "a\u0000", "é", "e"];
    for (const key of keys) await trial.send(key, key);

    const claims = await trial.claimAll();

    expectEqual(claims.map(({ key }) => key), keys, "claimed");
    for (const claim of claims) {
      const run = await trial.load(claim);
      expectEqual(run.texts, [claim.key], "its messages");
      await trial.complete(run, { context: claim.key });
    }
    await trial.send("a\u0000");
    const { context } = await trial.start("a\u0000");
    expectEqual(context, bytesOf("a\u0000"), "its own context");
  },

  "kind and key are never mixed up": async (trial) => {
    const names = [["a", "b/c"], ["a/b", "c"], ["ab", "c"], ["a", "bc"]];
    for (const [kind = "", key = ""] of names) {
      await trial.send(key, kind, { kind });
    }

    for (const [kind = "", key = ""] of names) {
      const item = await trial.store.inspect({ kind, key });
      expectEqual(item?.messages, 1, `messages of ${kind} ${key}`);
    }

    const [claim] = await trial.claim(1, "a/b");
    expectThat(claim !== undefined, "there is a claim");
    const { texts } = await trial.load(claim);
    expectEqual([claim.key, texts], ["c", ["a/b"]], "what was claimed");
  },

  "kinds may be called anything": async (trial) => {
    const kinds = ["__proto__", "constructor", "a b", "/", "東京 🚉"];
    for (const kind of kinds) await trial.send("a", kind, { kind });

    for (const kind of kinds) {
      const { items } = await trial.store.list({ kind });
      expectEqual(items.map((item) => item.kind), [kind], "list()");
      const [claim, ...others] = await trial.claimAll(kind);
      expectEqual(others, [], "more claims");
      expectThat(claim !== undefined, "there is a claim");
      expectEqual((await trial.load(claim)).texts, [kind], "its messages");
    }
  },

  "ids and replies may be called anything": async (trial) => {
    const names = ["__proto__", "constructor", "/", " ", "🚉", "i".repeat(256)];
    for (const id of names) {
      const outcome = await trial.send("a", id, { id, reply: id });
      expectThat(outcome !== "duplicate", `"${id}" was not seen before`);
    }

    const before = await trial.store.results(names);
    await trial.complete(await trial.start(), { result: "done" });

    expectEqual(before, names.map(() => undefined), "results before");
    for (const reply of names) {
      expectEqual(await trial.result(reply), "ok: done", reply);
      expectEqual(await trial.send("a", "m", { id: reply }), "duplicate", "id");
    }
  },

  "what is done to a key leaves those that begin with it": async (trial) => {
    const keys = ["a", "ab", "a\u0000", "a/"];
    for (const key of keys) await trial.send(key, key);

    await trial.store.cancel(named("a"), { running: false });
    await trial.send("a", "a");
    await trial.store.delete(named("a"));

    const left = (await trial.claimAll()).map(({ key }) => key);
    expectEqual(left, keys.slice(1), "claimed");
  },

  "contexts and results come back byte for byte": async (trial) => {
    const bytes = everyByte();
    await trial.send("a", "m", { reply: "r" });
    const verdict = { ...completed(), context: bytes, result: bytes };
    await trial.settle(await trial.start(), verdict);
    await trial.send("a", "m");

    const { context } = await trial.start();
    const [result] = await trial.store.results(["r"]);

    expectEqual(context, bytes, "context");
    expectEqual(result?.body, bytes, "result");
  },

  "a part of a buffer is kept without the rest": async (trial) => {
    const part = everyByte().subarray(10, 13);
    await trial.send("a", undefined, { body: part });
    const verdict = { ...completed(), context: part };
    const run = await trial.start();
    await trial.settle(run, verdict);
    await trial.send("a");

    const next = await trial.start();

    expectEqual(run.messages[0]?.body, Uint8Array.of(10, 11, 12), "body");
    expectEqual(next.context, Uint8Array.of(10, 11, 12), "context");
  },

  "what a run does to its bytes changes nothing": async (trial) => {
    await trial.send("a", "1");
    await trial.complete(await trial.start(), { context: "before" });
    await trial.send("a", "2");
    const run = await trial.start();

    run.messages[0]?.body?.fill(0);
    run.context?.fill(0);
    await trial.end(run, "release");

    const again = await trial.start();
    expectEqual(again.texts, ["2"], "its messages");
    expectEqual(again.context, bytesOf("before"), "its context");
  },
};
