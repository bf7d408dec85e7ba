/**
 * What a store refuses to keep, and that it keeps what is just within limits.
 *
 * @module
 */
import { expectEqual, expectError, expectThat } from "./expect.ts";
import {
  buried,
  bytesOf,
  completed,
  named,
  type Tests,
  type Trial,
} from "./trial.ts";

/** Bytes of which each has its own value. */
function manyBytes(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, at) => at % 251);
}

/** How many messages the item "a" has. */
async function count(trial: Trial): Promise<number> {
  return (await trial.store.inspect(named("a")))?.messages ?? 0;
}

/** Limits at their edge. */
export const limitTests: Tests = {
  "messageBytes: as many are kept": async (trial) => {
    const body = manyBytes(trial.store.limits.messageBytes);

    await trial.send("a", undefined, { body });

    const { messages } = await trial.start();
    expectEqual(messages[0]?.body, body, "the message");
  },

  "messageBytes: one more is refused": async (trial) => {
    const body = manyBytes(trial.store.limits.messageBytes + 1);

    const refused = await trial.ask("a", undefined, { body });

    await expectError(refused, "LimitError", "the enqueue");
    expectEqual(await trial.state(), "idle", "the state");
  },

  "enqueue() refuses each by itself": async (trial) => {
    const body = manyBytes(trial.store.limits.messageBytes + 1);

    const answers = await trial.store.enqueue([
      trial.wake("a", "1"),
      trial.wake("a", undefined, { body }),
      trial.wake("a", "2"),
      trial.wake("b", undefined, { body }),
      trial.wake("a", "3", { maxInbox: 2 }),
      trial.wake("c", "4"),
    ]);

    const words = answers.map((answer) =>
      answer instanceof Error ? answer.name : answer.outcome
    );
    const small = ["queued", "LimitError", "coalesced", "LimitError"];
    expectEqual(words, [...small, "QueueFullError", "queued"], "answers");
    expectEqual(await trial.drain(), ["1", "2"], "what runs are handed");
  },

  "enqueue() of nothing": async (trial) => {
    expectEqual(await trial.store.enqueue([]), [], "answers");
  },

  "messages are any bytes, or none": async (trial) => {
    const all = manyBytes(256);
    await trial.send("a", undefined, { body: all });
    await trial.send("a", undefined, { body: new Uint8Array() });

    const { messages } = await trial.start();

    const bodies = messages.map(({ body }) => body);
    expectEqual(bodies, [all, new Uint8Array()], "bodies");
  },

  "a message is what it was at its enqueue": async (trial) => {
    const body = bytesOf("m");
    await trial.send("a", undefined, { body });

    body.fill(0);

    expectEqual((await trial.start()).texts, ["m"], "what is handed");
  },

  "contextBytes: as many are kept": async (trial) => {
    const context = manyBytes(trial.store.limits.contextBytes);
    await trial.send("a", "m");
    await trial.settle(await trial.start(), { ...completed(), context });

    await trial.send("a", "n");
    const run = await trial.start();

    expectEqual(run.context, context, "the context");
  },

  "contextBytes: one more is refused, and the run goes on": async (trial) => {
    const context = manyBytes(trial.store.limits.contextBytes + 1);
    await trial.send("a", "m");
    const run = await trial.start();

    const refused = trial.settle(run, { ...completed(), context });

    await expectError(refused, "LimitError", "settle()");
    expectEqual(await trial.state(), "running", "the state");
    expectEqual(await trial.complete(run), "idle", "the end of the run");
  },

  "resultBytes: as many are kept": async (trial) => {
    const result = manyBytes(trial.store.limits.resultBytes);
    await trial.send("a", "m", { reply: "r" });

    await trial.settle(await trial.start(), { ...completed(), result });

    const [kept] = await trial.store.results(["r"]);
    expectEqual(kept, { outcome: "ok", body: result }, "the result");
  },

  "resultBytes: one more is refused, and the run goes on": async (trial) => {
    const result = manyBytes(trial.store.limits.resultBytes + 1);
    await trial.send("a", "m", { reply: "r" });
    const run = await trial.start();

    const refused = trial.settle(run, { ...completed(), result });

    await expectError(refused, "LimitError", "settle()");
    expectEqual(await trial.state(), "running", "the state");
    expectEqual(await trial.complete(run), "idle", "the end of the run");
    expectEqual(await trial.result("r"), "ok", "the result");
  },

  "resultBytes: they bind the result of a failure too": async (trial) => {
    const body = manyBytes(trial.store.limits.resultBytes + 1);
    const result = { outcome: "failed", body } as const;
    await trial.send("a", "m", { reply: "r" });
    const run = await trial.start();

    const refused = trial.settle(run, { ...buried(), result });

    await expectError(refused, "LimitError", "settle()");
    expectEqual(await trial.end(run, "bury"), "idle", "the end of the run");
  },

  "all limits at once": async (trial) => {
    const { limits } = trial.store;
    const body = manyBytes(limits.messageBytes);
    await trial.send("a", undefined, { body, reply: "r" });
    const run = await trial.start();
    const context = manyBytes(limits.contextBytes);
    const result = manyBytes(limits.resultBytes);

    const { state } = await trial.settle(run, {
      ...completed(),
      context,
      result,
    });

    expectEqual(state, "idle", "the end of the run");
    const [kept] = await trial.store.results(["r"]);
    expectEqual(kept?.body?.length, result.length, "the size of the result");
  },

  "maxInbox: so many messages, and no more": async (trial) => {
    const maxInbox = 3;
    for (const text of ["1", "2", "3"]) {
      await trial.send("a", text, { maxInbox });
    }

    const refused = await trial.ask("a", "4", { maxInbox });

    await expectError(refused, "QueueFullError", "the fourth");
    expectEqual(await trial.drain(), ["1", "2", "3"], "what runs are handed");
  },

  "maxInbox: many in one call": async (trial) => {
    const texts = ["1", "2", "3", "4", "5"];

    const answers = await trial.store.enqueue(
      texts.map((text) => trial.wake("a", text, { maxInbox: 3 })),
    );

    const refused = answers.map((answer) => answer instanceof Error);
    expectEqual(refused, [false, false, false, true, true], "refusals");
    expectEqual(await trial.drain(), ["1", "2", "3"], "what runs are handed");
  },

  "maxInbox: many at the same time": async (trial) => {
    const texts = Array.from({ length: 20 }, (_, at) => `${at}`);

    const answers = await Promise.all(
      texts.map((text) => trial.ask("a", text, { maxInbox: 7 })),
    );

    const refused = answers.filter((answer) => answer instanceof Error);
    expectEqual(refused.length, 13, "refusals");
    expectEqual(await count(trial), 7, "messages");
  },

  "maxInbox: messages of a run count until it has ended": async (trial) => {
    await trial.send("a", "1", { maxInbox: 2 });
    await trial.send("a", "2", { maxInbox: 2 });
    const run = await trial.start();

    const refused = await trial.ask("a", "3", { maxInbox: 2 });
    await trial.complete(run);
    const outcome = await trial.send("a", "3", { maxInbox: 2 });

    await expectError(refused, "QueueFullError", "an enqueue during the run");
    expectEqual(outcome, "queued", "the outcome afterwards");
  },

  "maxInbox: messages that failed and newer ones count": async (trial) => {
    await trial.send("a", "1", { maxInbox: 2 });
    const run = await trial.start();
    await trial.send("a", "2", { maxInbox: 2 });
    await trial.end(run, "retry");

    const refused = await trial.ask("a", "3", { maxInbox: 2 });

    await expectError(refused, "QueueFullError", "the enqueue");
    expectEqual(await count(trial), 2, "messages");
  },

  "maxInbox: messages of a run in parts count": async (trial) => {
    for (const text of ["1", "2", "3"]) await trial.send("a", text);
    await trial.complete(await trial.start("a", 2));

    const outcome = await trial.send("a", "4", { maxInbox: 2 });
    const refused = await trial.ask("a", "5", { maxInbox: 2 });

    expectEqual(outcome, "coalesced", "the first outcome");
    await expectError(refused, "QueueFullError", "the second enqueue");
  },

  "maxInbox: what was taken back counts no more": async (trial) => {
    await trial.send("a", "1", { maxInbox: 1 });
    await trial.store.cancel(named("a"), { running: false });

    const outcome = await trial.send("a", "2", { maxInbox: 1 });

    expectEqual(outcome, "queued", "the outcome");
  },

  "maxInbox: a wake-up without message needs no room": async (trial) => {
    await trial.send("a", "1", { maxInbox: 1 });

    const outcome = await trial.send("a", undefined, { maxInbox: 1 });

    expectEqual(outcome, "coalesced", "the outcome");
  },

  "maxInbox: a wake-up that waits for a result needs room": async (trial) => {
    await trial.send("a", "1", { maxInbox: 1 });

    const refused = await trial.ask("a", undefined, {
      reply: "r",
      maxInbox: 1,
    });

    await expectError(refused, "QueueFullError", "the enqueue");
  },

  "maxInbox: what it refuses causes no run": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();

    await trial.ask("a", "2", { maxInbox: 1 });

    expectEqual(await trial.complete(run), "idle", "the end of the run");
  },

  "bury keeps 2,048 bytes of an error, and no half character": async (
    trial,
  ) => {
    const error = "x" + "😀".repeat(2_000);
    await trial.send("a", "m");

    await trial.settle(await trial.start(), buried(error));

    const [letter] = await trial.letters("a");
    const kept = letter?.error ?? "";
    expectThat(kept !== "" && error.startsWith(kept), "its beginning is kept");
    expectThat(bytesOf(kept).length <= 2_048, "not more than 2,048 bytes are");
    expectThat(
      [...kept].slice(1).every((one) => one === "😀"),
      "all are whole",
    );
  },
};
