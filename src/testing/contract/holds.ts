/**
 * Items whose last attempt has failed: what keeps them, and what ends that.
 *
 * @module
 */
import { expectEqual } from "./expect.ts";
import { MANY, named, type Tests, type Trial } from "./trial.ts";

/** Fails a run for the last time, so that the item is held. */
export async function hold(trial: Trial, text = "failed"): Promise<void> {
  await trial.send("a", text);
  await trial.end(await trial.start(), "hold");
}

/** Tests of hold and reset. */
export const holdTests: Tests = {
  "hold keeps all messages until reset()": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await trial.send("a", "2");
    await trial.end(run, "hold");

    const outcome = await trial.send("a", "3");
    await trial.pass(3_600_000);
    const early = await trial.drain();
    await trial.store.reset(named("a"));

    expectEqual([outcome, early], ["coalesced", []], "while held");
    expectEqual(await trial.drain(), ["1", "2", "3"], "what ran afterwards");
  },

  "hold absorbs a delayed enqueue": async (trial) => {
    await hold(trial);
    const outcome = await trial.send("a", "later", { delayMs: 5_000 });

    const state = await trial.state();
    await trial.store.reset(named("a"));

    expectEqual([outcome, state], ["coalesced", "held"], "while held");
    expectEqual(await trial.drain(), ["failed", "later"], "what ran at once");
  },

  "reset() of a held item begins with a first attempt": async (trial) => {
    await hold(trial);

    await trial.store.reset(named("a"));

    const { failures, crashes, restarts } = (await trial.start()).claim;
    expectEqual([failures, crashes, restarts], [0, 0, 0], "its counts");
  },

  "reset() of an item in backoff makes it due at once": async (trial) => {
    await trial.send("a", "m");
    await trial.end(await trial.start(), "retry");
    await trial.send("b");

    await trial.store.reset(named("a"));

    const claims = await trial.claimAll();
    expectEqual(claims.map(({ key }) => key), ["b", "a"], "claimed");
    expectEqual(claims[1]?.failures, 0, "failures");
  },

  "reset() leaves no trace of the backoff": async (trial) => {
    await trial.send("a", "m");
    await trial.end(await trial.start(), "retry");
    await trial.store.reset(named("a"));
    const run = await trial.start();

    await trial.pass(1_000);

    expectEqual((await trial.claim(MANY)).length, 0, "claims");
    expectEqual(await trial.complete(run), "idle", "state");
  },

  "reset() of a queued item changes nothing": async (trial) => {
    for (const key of ["a", "b"]) await trial.send(key);
    const before = await trial.store.inspect(named("a"));

    await trial.store.reset(named("a"));

    expectEqual(await trial.store.inspect(named("a")), before, "the item");
    expectEqual((await trial.claim(1))[0]?.key, "a", "the first claim");
  },

  "reset() of a delayed item keeps its delay": async (trial) => {
    await trial.send("a", "m", { delayMs: 1_000 });

    await trial.store.reset(named("a"));

    expectEqual(await trial.state(), "delayed", "state");
    expectEqual(await trial.drain(), [], "what ran before its time");
  },

  "reset() of a running item changes nothing": async (trial) => {
    await trial.send("a", "m");
    const run = await trial.start();

    await trial.store.reset(named("a"));

    expectEqual(await trial.state(), "running", "state");
    expectEqual(await trial.complete(run), "idle", "state afterwards");
  },

  "reset() of an idle item changes nothing": async (trial) => {
    await trial.store.reset(named("a"));

    expectEqual(await trial.store.inspect(named("a")), undefined, "the item");
    expectEqual((await trial.claimAll()).length, 0, "claims");
  },
};
