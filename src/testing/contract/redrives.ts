/**
 * What can be done with dead letters: to enqueue them again, or forget them.
 *
 * @module
 */
import type { DeadLetter } from "../../durable/stored.ts";
import { expectEqual, expectError, expectSome } from "./expect.ts";
import { named, type Tests, type Trial } from "./trial.ts";

/** Lets one run of these messages fail for the last time; answers the letter
 * that is left, which is one as they come alone. */
export async function bury(
  trial: Trial,
  text?: string,
  key: string = "a",
): Promise<DeadLetter> {
  await trial.send(key, text);
  await trial.end(await trial.start(key), "bury");
  return expectSome((await trial.letters(key)).at(-1), "a dead letter");
}

/** Tests of redrive() and discard(). */
export const redriveTests: Tests = {
  "redrive() enqueues the messages again": async (trial) => {
    const { id } = await bury(trial, "m");

    const count = await trial.store.redrive(named("a"), id);

    expectEqual(count, 1, "count");
    expectEqual(await trial.letters(), [], "dead letters");
    expectEqual(await trial.state(), "queued", "state");
    const run = await trial.start();
    expectEqual([run.texts, run.claim.failures], [["m"], 0], "its run");
  },

  "redrive() and discard() take a letter for the name of its item": async (
    trial,
  ) => {
    const texts = ["1", "2"];
    await trial.store.enqueue(texts.map((text) => trial.wake("a", text)));
    await trial.end(await trial.start(), "bury");
    const [letter] = await trial.letters();
    const dead = expectSome(letter, "a dead letter");
    const other = await bury(trial, "m", "b");

    const count = await trial.store.redrive(dead, dead.id);
    const isGone = await trial.store.discard(other, other.id);

    expectEqual([count, isGone], [2, true], "answers");
    const run = await trial.start();
    expectEqual(run.texts, texts, "what is handed");
    expectEqual(
      run.messages.map(({ id }) => id),
      [undefined, undefined],
      "ids",
    );
  },

  "redrive() a second time answers 0": async (trial) => {
    const { id } = await bury(trial, "m");
    await trial.store.redrive(named("a"), id);

    const count = await trial.store.redrive(named("a"), id);

    expectEqual(count, 0, "count");
    expectEqual(await trial.drain(), ["m"], "what ran");
  },

  "redrive() puts messages behind those that wait": async (trial) => {
    const { id } = await bury(trial, "dead");
    await trial.send("a", "waiting");

    await trial.store.redrive(named("a"), id);

    expectEqual(await trial.drain(), ["waiting", "dead"], "what ran");
  },

  "redrive() of a wake-up without message makes its item due": async (
    trial,
  ) => {
    const { id } = await bury(trial);

    const count = await trial.store.redrive(named("a"), id);

    expectEqual(count, 0, "count");
    expectEqual(await trial.letters(), [], "dead letters");
    expectEqual((await trial.start()).texts, [], "messages of its run");
  },

  "redrive() of what only had a reply makes its item due": async (trial) => {
    await trial.send("a", undefined, { reply: "r" });
    await trial.end(await trial.start(), "bury");
    const [letter] = await trial.letters();

    await trial.store.redrive(named("a"), expectSome(letter?.id, "an id"));

    expectEqual(await trial.state(), "queued", "state");
    await trial.complete(await trial.start(), { result: "too late" });
    expectEqual(await trial.result("r"), "failed: failed", "its result");
  },

  "redrive() answers to nobody a second time": async (trial) => {
    await trial.send("a", "m", { reply: "r" });
    await trial.end(await trial.start(), "bury");
    const [letter] = await trial.letters();
    await trial.store.redrive(named("a"), expectSome(letter?.id, "an id"));

    await trial.complete(await trial.start(), { result: "done" });

    expectEqual(await trial.result("r"), "failed: failed", "its result");
  },

  "redrive() to a delayed item makes it due at once": async (trial) => {
    const { id } = await bury(trial, "dead");
    await trial.send("a", "later", { delayMs: 1_000 });

    await trial.store.redrive(named("a"), id);

    expectEqual(await trial.drain(), ["later", "dead"], "what ran");
  },

  "redrive() to a running item causes one more run": async (trial) => {
    const { id } = await bury(trial, "dead");
    await trial.send("a", "1");
    const run = await trial.start();

    await trial.store.redrive(named("a"), id);

    expectEqual(run.texts, ["1"], "the run");
    expectEqual(await trial.complete(run), "queued", "state");
    expectEqual(await trial.drain(), ["dead"], "the next run");
  },

  "redrive() to a held item leaves it held": async (trial) => {
    const { id } = await bury(trial, "dead");
    await trial.send("a", "failed");
    await trial.end(await trial.start(), "hold");

    await trial.store.redrive(named("a"), id);

    expectEqual(await trial.state(), "held", "state");
    expectEqual(await trial.drainLater(), ["failed", "dead"], "after reset()");
  },

  "redrive() of a key that was deleted since": async (trial) => {
    const { id } = await bury(trial, "dead");
    await trial.send("a", "1");
    await trial.store.delete(named("a"));

    const count = await trial.store.redrive(named("a"), id);

    expectEqual(count, 1, "count");
    expectEqual(await trial.drain(), ["dead"], "what ran");
  },

  "redrive() to an item that is being deleted is refused": async (trial) => {
    const { id } = await bury(trial, "dead");
    await trial.send("a", "1");
    const run = await trial.start();
    await trial.store.delete(named("a"));

    const answer = trial.store.redrive(named("a"), id);

    await expectError(answer, "DeletedError", "redrive()");
    expectEqual(await trial.deadTexts(), ["dead"], "dead letters");
    expectEqual(await trial.complete(run), "idle", "the end of the run");
  },

  "redrive() and discard() know letters of their own key only": async (
    trial,
  ) => {
    const { id } = await bury(trial, "m");

    const counts = [
      await trial.store.redrive(named("b"), id),
      await trial.store.discard(named("b"), id),
    ];

    expectEqual(counts, [0, false], "answers");
    expectEqual(await trial.deadTexts(), ["m"], "dead letters");
  },

  "redrive() and discard() take any text as an id": async (trial) => {
    const { id } = await bury(trial, "m");
    const ids = ["", ".", "nothing", "__proto__", "9".repeat(300), `${id}0`];

    for (const other of ids) {
      const count = await trial.store.redrive(named("a"), other);
      const isGone = await trial.store.discard(named("a"), other);
      expectEqual([count, isGone], [0, false], `answers to "${other}"`);
    }

    expectEqual(await trial.deadTexts(), ["m"], "dead letters");
  },

  "discard() forgets a letter, once": async (trial) => {
    const { id } = await bury(trial, "m");

    const first = await trial.store.discard(named("a"), id);
    const second = await trial.store.discard(named("a"), id);

    expectEqual([first, second], [true, false], "answers");
    expectEqual(await trial.letters(), [], "dead letters");
    expectEqual(await trial.store.redrive(named("a"), id), 0, "redrive()");
    expectEqual(await trial.state(), "idle", "state");
  },

  "discard() leaves other letters": async (trial) => {
    await bury(trial, "1");
    const { id } = await bury(trial, "2");
    await bury(trial, "3");

    await trial.store.discard(named("a"), id);

    expectEqual(await trial.deadTexts(), ["1", "3"], "dead letters");
  },

  "discard() of a redriven letter answers false": async (trial) => {
    const { id } = await bury(trial, "m");
    await trial.store.redrive(named("a"), id);

    const isGone = await trial.store.discard(named("a"), id);

    expectEqual(isGone, false, "discard()");
    expectEqual(await trial.drain(), ["m"], "what ran");
  },

  "discard() and redrive() at once: one of them has it": async (trial) => {
    const { id } = await bury(trial, "m");

    const [isGone, count] = await Promise.all([
      trial.store.discard(named("a"), id),
      trial.store.redrive(named("a"), id),
    ]);

    expectEqual(count, isGone ? 0 : 1, "redrive()");
    expectEqual(await trial.drain(), isGone ? [] : ["m"], "what ran");
  },
};
