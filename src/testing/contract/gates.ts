/**
 * What keeps an item from starting: suspension; for hold see `holds.ts`.
 *
 * @module
 */
import { expectEqual, expectSome } from "./expect.ts";
import { hold, holdTests } from "./holds.ts";
import { KIND, named, type Tests, type Trial } from "./trial.ts";

/** Suspends or resumes the item that tests use. */
async function suspend({ store }: Trial, isSuspended = true): Promise<void> {
  await store.suspend(named("a"), isSuspended);
}

/** Tests of suspension, and of hold and reset. */
export const gateTests: Tests = {
  ...holdTests,

  "suspend() keeps a record of an idle item": async (trial) => {
    await suspend(trial);

    const item = expectSome(await trial.store.inspect(named("a")), "the item");

    expectEqual(item.state, "suspended", "state");
    expectEqual([item.suspended, item.owed], [true, false], "its facts");
  },

  "suspend() twice is ended by one resume": async (trial) => {
    await suspend(trial);
    await suspend(trial);

    await suspend(trial, false);

    expectEqual(await trial.store.inspect(named("a")), undefined, "the item");
  },

  "suspend() changes nothing when it is so already": async (trial) => {
    await trial.send("a", "m");
    await suspend(trial, false);
    await suspend(trial);
    const before = await trial.store.inspect(named("a"));

    await suspend(trial);

    expectEqual(await trial.store.inspect(named("a")), before, "the item");
  },

  "suspend(false) of an unknown item makes no record of it": async (trial) => {
    await suspend(trial, false);

    expectEqual(await trial.store.inspect(named("a")), undefined, "the item");
  },

  "suspend() changes no outcome of an enqueue": async (trial) => {
    await suspend(trial);

    const outcomes = [
      await trial.send("a", "1", { delayMs: 1_000 }),
      await trial.send("a", "2", { delayMs: 2_000 }),
      await trial.send("a", "3"),
      await trial.send("a", "4"),
    ];

    const expected = ["delayed", "coalesced", "coalesced", "coalesced"];
    expectEqual(outcomes, expected, "outcomes");
    expectEqual(await trial.state(), "suspended", "state");
  },

  "suspend() lets nothing start, and loses nothing": async (trial) => {
    await trial.send("a", "1");
    await suspend(trial);
    await trial.send("a", "2");

    const kept = await trial.drain();
    await suspend(trial, false);

    expectEqual(kept, [], "what ran while suspended");
    expectEqual(await trial.drain(), ["1", "2"], "what ran afterwards");
  },

  "suspend() hinders nobody else": async (trial) => {
    for (const key of ["a", "b", "c"]) await trial.send(key);
    await suspend(trial);

    const claims = await trial.claimAll();

    expectEqual(claims.map(({ key }) => key), ["b", "c"], "claimed");
  },

  "suspend(false) makes an item without wake-up idle": async (trial) => {
    await suspend(trial);
    await suspend(trial, false);

    const claims = await trial.claimAll();

    expectEqual(claims.length, 0, "claims");
  },

  "suspend() of a delayed item outlasts its delay": async (trial) => {
    await trial.send("a", "m", { delayMs: 1_000 });
    await suspend(trial);

    await trial.pass(1_000);
    const kept = await trial.drain();
    await suspend(trial, false);

    expectEqual(kept, [], "what ran while suspended");
    expectEqual(await trial.drain(), ["m"], "what ran afterwards");
  },

  "suspend(false) of a delayed item keeps its delay": async (trial) => {
    await trial.send("a", "m", { delayMs: 1_000 });
    await suspend(trial);
    await suspend(trial, false);

    const early = await trial.drain();
    await trial.pass(1_000);

    expectEqual(early, [], "what ran before its time");
    expectEqual(await trial.drain(), ["m"], "what ran at its time");
  },

  "promote() does not count a suspended item as ready": async (trial) => {
    await trial.send("a", "m", { delayMs: 1_000 });
    await trial.send("b", "m", { delayMs: 1_000 });
    await suspend(trial);
    trial.clock.advance(1_000);

    const { count } = await trial.store.promote([KIND]);

    expectEqual(count, 1, "count");
  },

  "suspend() of an item in backoff outlasts the backoff": async (trial) => {
    await trial.send("a", "m");
    await trial.end(await trial.start(), "retry");
    await suspend(trial);

    await trial.pass(1_000);
    const claims = await trial.claimAll();
    await suspend(trial, false);

    expectEqual(claims.length, 0, "claims while suspended");
    const run = await trial.start();
    expectEqual([run.texts, run.claim.failures], [["m"], 1], "the next run");
  },

  "suspend() of a running item lets its run succeed": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await suspend(trial);

    const running = await trial.state();
    const state = await trial.complete(run, { context: "kept" });

    expectEqual([running, state], ["running", "suspended"], "states");
    const item = expectSome(await trial.store.inspect(named("a")), "the item");
    expectEqual([item.owed, item.suspended], [false, true], "its facts");
  },

  "suspend() of a running item keeps its next run from starting": async (
    trial,
  ) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await suspend(trial);
    await trial.send("a", "2");
    await trial.complete(run);

    const claims = await trial.claimAll();
    await suspend(trial, false);

    expectEqual(claims.length, 0, "claims while suspended");
    expectEqual(await trial.drain(), ["2"], "what ran afterwards");
  },

  "suspend() shows in a running item before its run ends": async (trial) => {
    await trial.send("a", "1");
    await trial.start();

    await suspend(trial);

    const item = expectSome(await trial.store.inspect(named("a")), "the item");
    expectEqual([item.state, item.suspended], ["running", true], "its facts");
  },

  "suspend(false) before the run ends undoes suspend()": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await trial.send("a", "2");
    await suspend(trial);
    await suspend(trial, false);

    const state = await trial.complete(run);

    expectEqual(state, "queued", "state");
    expectEqual(await trial.drain(), ["2"], "the next run");
  },

  "suspend() of a running item keeps its retry from starting": async (
    trial,
  ) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await suspend(trial);

    const state = await trial.end(run, "retry");
    await trial.pass(1_000);

    expectEqual(state, "suspended", "state");
    expectEqual((await trial.claimAll()).length, 0, "claims while suspended");
    expectEqual(await trial.drainLater(), ["1"], "what ran afterwards");
  },

  "suspend() of a running item keeps what is released": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await suspend(trial);

    const state = await trial.end(run, "release");

    expectEqual(state, "suspended", "state");
    expectEqual((await trial.claimAll()).length, 0, "claims while suspended");
    expectEqual(await trial.drainLater(), ["1"], "what ran afterwards");
  },

  "suspend() stays through reset()": async (trial) => {
    await hold(trial);
    await suspend(trial);

    await trial.store.reset(named("a"));

    expectEqual(await trial.state(), "suspended", "state");
    expectEqual((await trial.claimAll()).length, 0, "claims while suspended");
    expectEqual(await trial.drainLater(), ["failed"], "what ran afterwards");
  },

  "suspend(false) leaves a held item held": async (trial) => {
    await hold(trial);
    await suspend(trial);

    await suspend(trial, false);

    expectEqual(await trial.state(), "held", "state");
    expectEqual((await trial.claimAll()).length, 0, "claims while held");
  },
};
