/**
 * Items by key: messages, time and failure, with the host's own timers.
 *
 * @module
 */
import type { Schema } from "../../../mod.ts";
import { type Case, defer, equal, isError, rejected, turn } from "./expect.ts";

/** The cases of this file. */
export const cases: readonly Case[] = [
  ["a kind hands each key all its messages, in order", async ({ api }) => {
    const scheduler = new api.Scheduler();
    const seen: string[] = [];
    const kind = scheduler.define("k", {
      message: api.type<number>(),
      run: ({ key, messages }) => seen.push(`${key}: ${messages}`),
    });

    equal(kind.enqueue("a", 1), "queued");
    equal(kind.enqueue("a", 2), "coalesced");
    kind.enqueue("__proto__", 3);
    equal(await kind.request("a", 4), 1);
    await scheduler.idle();
    equal(seen, ["a: 1,2,4", "__proto__: 3"]);
    equal(kind.keys(), []);
  }],

  ["what failed comes back before what is newer", async ({ api }) => {
    const scheduler = new api.Scheduler();
    const handed: string[] = [];
    const kind = scheduler.define("k", {
      message: api.type<string>(),
      retry: [1, 1],
      run({ messages, attempt }): number {
        handed.push(`${attempt}: ${messages}`);
        if (attempt === 1) kind.enqueue("a", "newer");
        if (attempt < 3) throw new Error("down");
        return messages.length;
      },
    });

    equal(await kind.request("a", "first"), 2);
    equal(handed, ["1: first", "2: first,newer", "3: first,newer"]);
  }],

  ["a debounced run comes once, after the last enqueue", async ({ api }) => {
    const scheduler = new api.Scheduler();
    const done = defer<readonly string[]>();
    const kind = scheduler.define("k", {
      message: api.type<string>(),
      delay: 5,
      reschedule: "latest",
      run: ({ messages }) => done.resolve(messages),
    });

    equal(kind.enqueue("a", "1"), "delayed");
    await turn();
    equal(kind.enqueue("a", "2"), "coalesced");
    equal(kind.inspect("a")?.state, "delayed");
    equal(await done.promise, ["1", "2"]);
  }],

  ["merge folds; what nobody waits for is undelivered", async ({ api }) => {
    const scheduler = new api.Scheduler();
    const lost: unknown[] = [];
    const kind = scheduler.define("k", {
      message: api.type<number>(),
      merge: api.latest,
      run(): never {
        throw new Error("down");
      },
      undelivered: (messages, { key, attempts }) => {
        lost.push([...messages, key, attempts]);
      },
    });

    kind.enqueue("a", 1);
    kind.enqueue("a", 2);
    await scheduler.idle();
    equal(lost, [[2, "a", 1]]);
  }],

  ["a held key keeps its messages until reset()", async ({ api }) => {
    const scheduler = new api.Scheduler();
    let isUp = false;
    const kind = scheduler.define("k", {
      message: api.type<number>(),
      whenExhausted: "hold",
      run({ messages }): string {
        if (!isUp) throw new Error("down");
        return messages.join();
      },
    });
    const expected = { type: api.HeldError, code: "WI-HELD" };

    isError(await rejected(kind.request("a", 1)), expected);
    isError(await rejected(kind.get("a").flush()), expected);
    equal(kind.keys({ state: "held" }), ["a"]);
    isUp = true;
    kind.get("a").reset();
    equal(await kind.request("a", 2), "1,2");
  }],

  ["an idle context is dropped, with its cleanup", async ({ api }) => {
    const scheduler = new api.Scheduler();
    const cleaned = defer<string>();
    let made = 0;
    const kind = scheduler.define("k", {
      context: (key) => `${key}${++made}`,
      passivateAfter: 1,
      run: ({ context }) => context,
      cleanup: (context) => cleaned.resolve(context),
    });

    equal(await kind.request("a"), "a1");
    equal(await cleaned.promise, "a1");
    equal(kind.keys(), []);
    equal(await kind.request("a"), "a2");
    await scheduler.close();
  }],

  ["a message that its schema refuses is not queued", async ({ api }) => {
    const scheduler = new api.Scheduler();
    const issues = [{ message: "must be a string" }];
    const message: Schema<string> = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: (value) => typeof value === "string" ? { value } : { issues },
      },
    };
    const kind = scheduler.define("k", {
      message,
      run: ({ messages }) => messages.join(),
    });
    const expected = {
      type: api.InvalidMessageError,
      code: "WI-INVALID-MESSAGE",
    };

    isError(await rejected(kind.request("a", 5 as never)), expected);
    equal(kind.keys(), []);
    equal(await kind.request("a", "x"), "x");
  }],

  ["rate and concurrency let all through in the end", async ({ api }) => {
    const scheduler = new api.Scheduler();
    let inFlight = 0;
    let most = 0;
    const kind = scheduler.define("k", {
      concurrency: 2,
      rate: { limit: 3, interval: 2 },
      async run({ key }): Promise<string> {
        most = Math.max(most, ++inFlight);
        await turn();
        inFlight--;
        return key;
      },
    });
    const keys = ["a", "b", "c", "d", "e", "f", "g"];

    equal(await Promise.all(keys.map((key) => kind.request(key))), keys);
    equal(most, 2);
  }],

  ["close() names delayed messages", async ({ api }) => {
    const scheduler = new api.Scheduler();
    const kind = scheduler.define("k", {
      message: api.type<number>(),
      run(): void {},
    });

    kind.enqueue("a", 7, { delay: 60_000 });
    const { left } = await scheduler.close();
    equal(left, [{ kind: "k", key: "a", messages: [7] }]);
  }],
];
