/**
 * What a store refuses to keep, and that it keeps what is just within limits.
 *
 * @module
 */
import { expectEqual, expectError, expectThat } from "./expect.ts";
import { inboxTests } from "./inboxes.ts";
import { buried, bytesOf, completed, type Tests } from "./trial.ts";

/** Bytes of which each has its own value. */
function manyBytes(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, at) => at % 251);
}

/** Limits at their edge. */
export const limitTests: Tests = {
  ...inboxTests,

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

  "messageBytes: as many are kept in a dead letter": async (trial) => {
    const body = manyBytes(trial.store.limits.messageBytes);
    const id = "i".repeat(512);
    await trial.send("a", undefined, { body, id, reply: "r" });

    const { state } = await trial.settle(
      await trial.start(),
      buried("e".repeat(2_048)),
    );

    const [letter] = await trial.letters();
    const [message] = letter?.messages ?? [];
    expectEqual(state, "idle", "the end of the run");
    expectEqual(message?.body, body, "the message");
    expectEqual(message?.id, id, "its id");
    expectThat((letter?.error ?? "") !== "", "the error is told of");
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
