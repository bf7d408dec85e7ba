/**
 * Cancel: what waits is taken back, and what runs goes on.
 *
 * @module
 */
import type { News } from "../../durable/stored.ts";
import { expectEqual, expectSome } from "./expect.ts";
import { textsTo } from "./texts.ts";
import {
  delayed,
  named,
  type Started,
  type Tests,
  textsOf,
  type Trial,
} from "./trial.ts";

/** Cancels "a"; answers the texts that came back. */
async function cancel(
  { store }: Trial,
  options: { readonly running: boolean } = { running: false },
): Promise<string[] | undefined> {
  return textsOf((await store.cancel(named("a"), options)).messages);
}

/** What happened to an item since this run's claim. */
async function newsOf({ store }: Trial, { claim }: Started): Promise<News> {
  return expectSome((await store.news([claim]))[0], "news");
}

/** What is taken back. */
export const cancelTests: Tests = {
  "cancel() of an item that was never used": async (trial) => {
    const taken = await trial.store.cancel(named("a"), { running: true });

    const none = { messages: undefined, isRunning: false };
    expectEqual(taken, none, "what was taken back");
    expectEqual(await trial.store.inspect(named("a")), undefined, "the item");
  },

  "cancel() of a wake-up without message takes back none": async (trial) => {
    await trial.send("a");

    expectEqual(await cancel(trial), [], "messages");
    expectEqual(await trial.state(), "idle", "the state");
    expectEqual(await trial.claim(), [], "claims");
  },

  "cancel() takes back messages in their order": async (trial) => {
    await trial.send("a", "1", { id: "7" });
    await trial.send("a", undefined, { reply: "r" });
    await trial.send("a", "2");

    const taken = await trial.store.cancel(named("a"), { running: false });

    expectEqual(textsOf(taken.messages), ["1", "2"], "messages");
    expectEqual(taken.messages?.[0]?.id, "7", "the id of the first");
  },

  "cancel() takes back what failed and what is newer": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await trial.send("a", "2");
    await trial.end(run, "retry");

    expectEqual(await cancel(trial), ["1", "2"], "messages");
    await trial.pass(1_000);
    expectEqual(await trial.claim(), [], "claims");
  },

  "cancel() takes back what a run was not handed": async (trial) => {
    for (const text of ["1", "2", "3"]) await trial.send("a", text);
    await trial.complete(await trial.start("a", 1));

    expectEqual(await cancel(trial), ["2", "3"], "messages");
  },

  "cancel() by two at the same time takes back once": async (trial) => {
    await trial.send("a", "m");

    const both = await Promise.all([cancel(trial), cancel(trial)]);

    const messages = both.filter((texts) => texts !== undefined);
    expectEqual(messages, [["m"]], "messages");
  },

  "cancel() forgets failures": async (trial) => {
    await trial.send("a", "m");
    await trial.end(await trial.start(), "retry");
    await cancel(trial);

    await trial.send("a", "n");

    const { claim } = await trial.start();
    expectEqual([claim.failures, claim.crashes], [0, 0], "counts");
  },

  "cancel() ends a hold": async (trial) => {
    await trial.send("a", "m");
    await trial.end(await trial.start(), "hold");
    await cancel(trial);

    const outcome = await trial.send("a", "n");

    expectEqual(outcome, "queued", "the outcome");
    expectEqual(await trial.drain(), ["n"], "what is handed");
  },

  "cancel() of a delayed item ends its delay": async (trial) => {
    await trial.send("a", "m", delayed(1_000, { maxDelayMs: 1_000 }));
    await cancel(trial);

    await trial.send("a", "n", delayed(5_000));
    await trial.pass(1_000);

    expectEqual(await trial.state(), "delayed", "the state");
    await trial.pass(4_000);
    expectEqual(await trial.drain(), ["n"], "what is handed");
  },

  "cancel() leaves others alone": async (trial) => {
    await trial.send("b", "1");
    await trial.send("a", "2");
    await trial.send("c", "3");

    await cancel(trial);

    const keys = (await trial.claimAll()).map(({ key }) => key);
    expectEqual(keys, ["b", "c"], "claims");
  },

  "cancel() takes back 1,500 messages": async (trial) => {
    const texts = textsTo(1_500);
    await trial.store.enqueue(texts.map((text) => trial.wake("a", text)));

    expectEqual(await cancel(trial), texts, "messages");
    expectEqual(await trial.state(), "idle", "the state");
    await trial.send("a", "next");
    expectEqual(await trial.drain(), ["next"], "what is handed");
  },

  "cancel() takes back 300 messages that came one by one": async (trial) => {
    const texts = textsTo(300);
    for (const text of texts) await trial.send("a", text, { reply: text });

    expectEqual(await cancel(trial), texts, "messages");
    expectEqual(await trial.state(), "idle", "the state");
    const results = await trial.store.results(texts);
    const outcomes = new Set(results.map((result) => result?.outcome));
    expectEqual([...outcomes], ["cancelled"], "outcomes");
  },

  "cancel() during a run takes back what is newer": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await trial.send("a", "2");
    await trial.send("a", "3");

    const taken = await trial.store.cancel(named("a"), { running: false });

    expectEqual(textsOf(taken.messages), ["2", "3"], "messages");
    expectEqual(taken.isRunning, true, "does it run?");
    expectEqual(await trial.complete(run), "idle", "the end of the run");
  },

  "cancel() during a run leaves what it was claimed with": async (trial) => {
    for (const text of ["1", "2"]) await trial.send("a", text);
    const run = await trial.start("a", 1);
    await trial.send("a", "3");

    expectEqual(await cancel(trial), ["3"], "messages");
    expectEqual(await trial.complete(run), "queued", "the end of the run");
    expectEqual(await trial.drain(), ["2"], "what is handed");
  },

  "cancel() during a run takes back 300 messages": async (trial) => {
    await trial.send("a", "m");
    const run = await trial.start();
    const texts = textsTo(300);
    for (const text of texts) await trial.send("a", text);

    expectEqual(await cancel(trial), texts, "messages");
    expectEqual(await trial.complete(run), "idle", "the end of the run");
  },

  "cancel() during a run takes back a wake-up": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await trial.send("a");

    expectEqual(await cancel(trial), [], "messages");
    expectEqual(await trial.complete(run), "idle", "the end of the run");
  },

  "cancel() during a run, then an enqueue": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await trial.send("a", "2");
    await cancel(trial);

    const outcome = await trial.send("a", "3");

    expectEqual(outcome, "rerun", "the outcome");
    expectEqual(await trial.complete(run), "queued", "the end of the run");
    expectEqual(await trial.drain(), ["3"], "what is handed");
  },

  "cancel() during a run that fails leaves what failed": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await trial.send("a", "2");
    await cancel(trial);

    await trial.end(run, "retry");
    await trial.pass(1_000);

    expectEqual(await trial.drain(), ["1"], "what is handed");
  },

  "cancel() tells a run only if asked": async (trial) => {
    await trial.send("a", "m");
    const run = await trial.start();

    await cancel(trial);
    const silent = await newsOf(trial, run);
    await cancel(trial, { running: true });
    const told = await newsOf(trial, run);

    expectEqual(silent.isCancelled, false, "news at first");
    expectEqual(told.isCancelled, true, "news at last");
    expectEqual([told.isLost, told.isStale], [false, false], "other news");
  },

  "cancel() that tells a run takes back the rest too": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await trial.send("a", "2");

    const texts = await cancel(trial, { running: true });

    expectEqual(texts, ["2"], "messages");
    expectEqual((await newsOf(trial, run)).isStale, false, "is more owed?");
    expectEqual(await trial.complete(run), "idle", "the end of the run");
  },

  "cancel() of a run is not told to the next": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await cancel(trial, { running: true });
    await trial.send("a", "2");
    await trial.complete(run);

    const next = await trial.start();

    expectEqual((await newsOf(trial, next)).isCancelled, false, "news");
  },

  "cancel() takes back the wish for a restart": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await trial.send("a", "2", { whenRunning: "restart" });
    const before = await newsOf(trial, run);

    await cancel(trial);
    const after = await newsOf(trial, run);
    await trial.send("a", "3");
    const later = await newsOf(trial, run);

    const facts = [before, after, later].map(({ isRestart }) => isRestart);
    expectEqual(facts, [true, false, false], "is it to be restarted?");
  },

  "cancel() leaves a suspended item suspended": async (trial) => {
    await trial.send("a", "m");
    await trial.store.suspend(named("a"), true);

    await cancel(trial);
    const outcome = await trial.send("a", "n");

    expectEqual(outcome, "queued", "the outcome");
    expectEqual(await trial.claim(), [], "claims");
    await trial.store.suspend(named("a"), false);
    expectEqual(await trial.drain(), ["n"], "what is handed");
  },

  "cancel() and an enqueue at the same time lose nothing": async (trial) => {
    for (let round = 0; round < 20; round++) {
      await trial.send("a", "1");

      const [texts] = await Promise.all([cancel(trial), trial.send("a", "2")]);

      const handed = await trial.drain();
      expectEqual([...texts ?? [], ...handed], ["1", "2"], "all messages");
    }
  },
};
