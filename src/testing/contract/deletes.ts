/**
 * Forgetting an item: at once if it does not run, else when its run ends.
 *
 * @module
 */
import type { Taken } from "../../durable/store.ts";
import { expectEqual } from "./expect.ts";
import { expectForgotten, lateDeleteTests } from "./late_deletes.ts";
import { named, type Tests, textsOf, type Trial } from "./trial.ts";

/** Deletes the item that tests use; answers the texts that came back. */
async function remove({ store }: Trial): Promise<string[] | undefined> {
  const { messages, isRunning } = await store.delete(named("a"));
  expectEqual(isRunning, false, "isRunning");
  return textsOf(messages);
}

/** Tests of deletion. */
export const deleteTests: Tests = {
  ...lateDeleteTests,

  "delete() of an unknown item answers nothing": async (trial) => {
    const taken = await trial.store.delete(named("a"));

    const nothing: Taken = { messages: undefined, isRunning: false };
    expectEqual(taken, nothing, "taken");
  },

  "delete() of an idle item forgets its context": async (trial) => {
    await trial.send("a", "1");
    await trial.complete(await trial.start(), { context: "kept" });

    const taken = await remove(trial);

    expectEqual(taken, undefined, "taken");
    await expectForgotten(trial);
  },

  "delete() of a queued item hands its messages back": async (trial) => {
    await trial.send("b");
    for (const text of ["1", "2", "3"]) await trial.send("a", text);

    const taken = await remove(trial);

    expectEqual(taken, ["1", "2", "3"], "taken");
    const keys = (await trial.claimAll()).map(({ key }) => key);
    expectEqual(keys, ["b"], "claimed");
    await expectForgotten(trial);
  },

  "delete() of a wake-up without message hands back an empty list": async (
    trial,
  ) => {
    await trial.send("a");

    const taken = await remove(trial);

    expectEqual(taken, [], "taken");
  },

  "delete() of a delayed item leaves nothing to promote": async (trial) => {
    await trial.send("a", "later", { delayMs: 1_000 });

    const taken = await remove(trial);
    trial.clock.advance(1_000);

    expectEqual(taken, ["later"], "taken");
    expectEqual(await trial.promote(), 0, "promoted");
    await expectForgotten(trial);
  },

  "delete() of an item in backoff hands back the failed first": async (
    trial,
  ) => {
    await trial.send("a", "failed");
    await trial.end(await trial.start(), "retry");
    await trial.send("a", "newer");

    const taken = await remove(trial);
    trial.clock.advance(1_000);

    expectEqual(taken, ["failed", "newer"], "taken");
    expectEqual(await trial.promote(), 0, "promoted");
    await expectForgotten(trial);
  },

  "delete() of a held item hands its messages back": async (trial) => {
    await trial.send("a", "failed");
    await trial.end(await trial.start(), "hold");
    await trial.send("a", "newer");

    const taken = await remove(trial);

    expectEqual(taken, ["failed", "newer"], "taken");
    await expectForgotten(trial);
  },

  "delete() of a suspended item ends its suspension": async (trial) => {
    await trial.send("a", "1");
    await trial.store.suspend(named("a"), true);

    const taken = await remove(trial);

    expectEqual(taken, ["1"], "taken");
    await expectForgotten(trial);
  },

  "delete() of a suspended item that owes nothing": async (trial) => {
    await trial.store.suspend(named("a"), true);

    const taken = await remove(trial);

    expectEqual(taken, undefined, "taken");
    await expectForgotten(trial);
  },

  "delete() tells who waits, and hands back no empty message": async (
    trial,
  ) => {
    await trial.send("a", "1", { reply: "first" });
    await trial.send("a", undefined, { reply: "second" });

    const taken = await remove(trial);

    expectEqual(taken, ["1"], "taken");
    expectEqual(await trial.result("first"), "deleted", "first");
    expectEqual(await trial.result("second"), "deleted", "second");
  },

  "delete() leaves dead letters": async (trial) => {
    await trial.send("a", "dead");
    await trial.end(await trial.start(), "bury");
    await trial.send("a", "1");

    await remove(trial);

    expectEqual(await trial.deadTexts(), ["dead"], "dead letters");
    await expectForgotten(trial);
  },

  "delete() touches no other item": async (trial) => {
    for (const key of ["a", "b", "ab"]) await trial.send(key, key);

    await remove(trial);

    expectEqual(await trial.state("b"), "queued", "state of b");
    expectEqual(await trial.drain("ab"), ["ab"], "what ran of ab");
  },

  "delete() twice answers nothing the second time": async (trial) => {
    await trial.send("a", "1");
    await remove(trial);

    const taken = await remove(trial);

    expectEqual(taken, undefined, "taken");
  },

  "delete() hands back 1,500 messages in order": async (trial) => {
    const texts = Array.from({ length: 1_500 }, (_, at) => `${at}`);
    await trial.store.enqueue(texts.map((text) => trial.wake("a", text)));

    const taken = await remove(trial);

    expectEqual(taken, texts, "taken");
    await expectForgotten(trial);
  },
};
