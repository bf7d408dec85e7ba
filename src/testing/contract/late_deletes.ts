/**
 * Forgetting an item that runs, which has to wait for the end of its run.
 *
 * @module
 */
import type { Verdict } from "../../durable/stored.ts";
import { expectEqual, expectError, expectThat } from "./expect.ts";
import { named, type Tests, textsOf, type Trial } from "./trial.ts";

/** The item is as if it had never been used. */
export async function expectForgotten(trial: Trial): Promise<void> {
  expectEqual(await trial.store.inspect(named("a")), undefined, "the item");
  expectEqual(await trial.send("a", "new"), "queued", "the next enqueue");
  const run = await trial.start();
  expectEqual([run.texts, run.context], [["new"], undefined], "its run");
  const { failures, crashes, restarts } = run.claim;
  expectEqual([failures, crashes, restarts], [0, 0, 0], "its counts");
  expectEqual(await trial.complete(run), "idle", "its end");
}

/** An item that is deleted while it runs with "1", and has got "2" since. */
async function endDeleted(
  trial: Trial,
  how: Verdict["type"],
): Promise<string> {
  await trial.send("a", "1", { reply: "first" });
  const run = await trial.start();
  await trial.send("a", "2", { reply: "second" });
  await trial.store.delete(named("a"));
  return await trial.end(run, how);
}

/** Tests of the deletion of items that run. */
export const lateDeleteTests: Tests = {
  "delete() of a running item waits for its run": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();

    const taken = await trial.store.delete(named("a"));

    expectEqual(taken, { messages: undefined, isRunning: true }, "taken");
    expectEqual(await trial.state(), "deleting", "state");
    expectEqual(await trial.complete(run, { context: "c" }), "idle", "its end");
    await expectForgotten(trial);
  },

  "delete() of a running item tells its run": async (trial) => {
    await trial.send("a", "1");
    const { claim } = await trial.start();

    await trial.store.delete(named("a"));

    const [news] = await trial.store.news([claim]);
    expectEqual([news?.isCancelled, news?.isLost], [true, false], "news");
  },

  "delete() of a running item refuses enqueues": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await trial.store.delete(named("a"));

    for (const delayMs of [0, 1_000]) {
      const answer = await trial.ask("a", "2", { delayMs });
      await expectError(answer, "DeletedError", "enqueue()");
    }

    expectEqual(await trial.complete(run), "idle", "its end");
    expectEqual(await trial.letters(), [], "dead letters");
  },

  "delete() of a running item refuses its suspension": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await trial.store.delete(named("a"));

    const answer = trial.store.suspend(named("a"), true);

    await expectError(answer, "DeletedError", "suspend()");
    expectEqual(await trial.complete(run), "idle", "its end");
    await expectForgotten(trial);
  },

  "delete() of a running item still loads its messages": async (trial) => {
    await trial.send("a", "1");
    const [claim] = await trial.claim(1);
    await trial.store.delete(named("a"));
    expectThat(claim !== undefined, "the item was claimed");

    const run = await trial.load(claim);

    expectEqual(run.texts, ["1"], "loaded");
    expectEqual(await trial.complete(run), "idle", "its end");
  },

  "delete() of a running item twice is as once": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await trial.store.delete(named("a"));

    const taken = await trial.store.delete(named("a"));

    expectEqual(taken, { messages: undefined, isRunning: true }, "taken");
    expectEqual(await trial.complete(run), "idle", "its end");
    await expectForgotten(trial);
  },

  "delete() lets a run succeed, and buries what came since": async (trial) => {
    const state = await endDeleted(trial, "complete");

    const [letter, ...others] = await trial.letters();
    expectEqual(state, "idle", "its end");
    expectEqual(others, [], "more letters");
    expectEqual(textsOf(letter?.messages), ["2"], "the dead letter");
    expectEqual(letter?.error, "deleted", "its error");
    expectEqual(await trial.result("first"), "ok", "first");
    expectEqual(await trial.result("second"), "deleted", "second");
    await expectForgotten(trial);
  },

  "delete() keeps what a run that succeeds has written": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await trial.store.delete(named("a"));
    const key = ["own", "entry"];
    const writes = [{ type: "set", key, value: "written" }] as const;

    await trial.complete(run, { writes, result: "done" });

    expectEqual((await trial.read(key)).value, "written", "its entry");
    await expectForgotten(trial);
  },

  "delete() buries all when the run is to be retried": async (trial) => {
    const state = await endDeleted(trial, "retry");

    expectEqual(state, "idle", "its end");
    expectEqual(await trial.deadTexts(), ["1", "2"], "dead letters");
    expectEqual(await trial.result("first"), "deleted", "first");
    expectEqual(await trial.result("second"), "deleted", "second");
    trial.clock.advance(1_000);
    expectEqual(await trial.promote(), 0, "promoted");
    await expectForgotten(trial);
  },

  "delete() buries all when the run is released": async (trial) => {
    const state = await endDeleted(trial, "release");

    expectEqual(state, "idle", "its end");
    expectEqual(await trial.deadTexts(), ["1", "2"], "dead letters");
    expectEqual(await trial.result("first"), "deleted", "first");
    await expectForgotten(trial);
  },

  "delete() buries all when the run is to be held": async (trial) => {
    const state = await endDeleted(trial, "hold");

    expectEqual(state, "idle", "its end");
    expectEqual(await trial.deadTexts(), ["1", "2"], "dead letters");
    expectEqual(await trial.result("first"), "deleted", "first");
    await expectForgotten(trial);
  },

  "delete() leaves a run that fails its own error": async (trial) => {
    const state = await endDeleted(trial, "bury");

    const errors = (await trial.letters()).map(({ messages, error }) => [
      ...textsOf(messages) ?? [],
      error,
    ]);
    expectEqual(state, "idle", "its end");
    expectEqual(errors, [["1", "broken"], ["2", "deleted"]], "dead letters");
    expectEqual(await trial.result("first"), "failed: failed", "first");
    expectEqual(await trial.result("second"), "deleted", "second");
    await expectForgotten(trial);
  },

  "delete() buries what a run was not handed": async (trial) => {
    for (const text of ["1", "2", "3"]) await trial.send("a", text);
    const run = await trial.start("a", 1);
    await trial.store.delete(named("a"));

    await trial.complete(run);

    expectEqual(await trial.deadTexts(), ["2", "3"], "dead letters");
    await expectForgotten(trial);
  },

  "delete() buries a message whose run was not yet due": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await trial.send("a", "later", { delayMs: 1_000 });
    await trial.store.delete(named("a"));

    await trial.complete(run);

    expectEqual(await trial.deadTexts(), ["later"], "dead letters");
    trial.clock.advance(1_000);
    expectEqual(await trial.promote(), 0, "promoted");
    await expectForgotten(trial);
  },

  "delete() buries many large messages": async (trial) => {
    const body = new Uint8Array(trial.store.limits.messageBytes);
    await trial.send("a", "1");
    const run = await trial.start();
    for (let sent = 0; sent < 14; sent++) {
      await trial.send("a", undefined, { body });
    }
    await trial.store.delete(named("a"));

    const state = await trial.complete(run);

    expectEqual(state, "idle", "its end");
    expectEqual((await trial.deadTexts()).length, 14, "dead messages");
    await expectForgotten(trial);
  },

  "delete() leaves no dead letter of a bare wake-up": async (trial) => {
    await trial.send("a");
    const run = await trial.start();
    await trial.send("a");
    await trial.store.delete(named("a"));

    await trial.complete(run);

    expectEqual(await trial.letters(), [], "dead letters");
    await expectForgotten(trial);
  },

  "delete() of a running item ends its suspension": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await trial.store.suspend(named("a"), true);
    await trial.store.delete(named("a"));

    expectEqual(await trial.complete(run), "idle", "its end");

    await expectForgotten(trial);
  },

  "delete() goes by a write that is refused as a conflict": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await trial.store.delete(named("a"));
    const check = { type: "check", key: ["own"], versionstamp: "0".repeat(20) };
    const writes = [{ ...check, type: "check" }] as const;

    const state = await trial.complete(run, { writes });

    expectEqual(state, "conflict", "its first end");
    expectEqual(await trial.state(), "deleting", "state");
    expectEqual(await trial.complete(run), "idle", "its second end");
    await expectForgotten(trial);
  },
};
