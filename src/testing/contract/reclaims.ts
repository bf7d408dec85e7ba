/**
 * What becomes of the claims of a session that is fenced.
 *
 * @module
 */
import { expectEqual, expectThat } from "./expect.ts";
import { lostClaimTests } from "./lost_claims.ts";
import { claimFor, claimOne, fence } from "./session_acts.ts";
import { MANY, named, reclaimAll, type Tests } from "./trial.ts";

/** Tests of reclaim(). */
export const reclaimTests: Tests = {
  ...lostClaimTests,

  "reclaim() of a session that lives does nothing": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "m");
    const claim = await claimOne(trial, session);

    const left = await trial.store.reclaim(session);

    expectEqual(left, 0, "left");
    const run = await trial.load(claim);
    expectEqual(await trial.complete(run), "idle", "the end of the run");
  },

  "reclaim() of an unknown session does nothing": async (trial) => {
    expectEqual(await trial.store.reclaim("nobody"), 0, "left");
  },

  "reclaim() counts a crash and keeps the failures": async (trial) => {
    await trial.send("a", "m");
    await trial.end(await trial.start(), "retry");
    await trial.pass(1_000);
    const session = await trial.store.openSession();
    await claimOne(trial, session);

    await trial.bringBack(session);

    const run = await trial.start();
    const { failures, crashes } = run.claim;
    expectEqual([failures, crashes, run.texts], [1, 1, ["m"]], "the next run");
  },

  "reclaim() twice counts one crash": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "m");
    await claimOne(trial, session);
    await trial.bringBack(session);

    await reclaimAll(trial.store, session);

    expectEqual((await trial.start()).claim.crashes, 1, "crashes");
  },

  "reclaim() by two at once counts one crash": async (trial) => {
    const other = await trial.again();
    const session = await trial.store.openSession();
    await trial.send("a", "m");
    await claimOne(trial, session);
    await fence(trial, session);

    const stores = [trial.store, other.store];
    await Promise.all(stores.map((store) => reclaimAll(store, session)));

    const claims = await trial.claimAll();
    expectEqual(claims.map(({ crashes }) => crashes), [1], "crashes");
    await other.close();
  },

  "reclaim() puts items at the tail": async (trial) => {
    const session = await trial.store.openSession();
    for (const key of ["a", "b"]) await trial.send(key);
    await claimFor(trial, session);
    await trial.send("c");

    await trial.bringBack(session);

    const keys = (await trial.claimAll()).map(({ key }) => key);
    expectEqual(keys[0], "c", "the first claim");
    expectEqual(keys.sort(), ["a", "b", "c"], "claimed");
  },

  "reclaim() absorbs what came since": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "1");
    await claimOne(trial, session);
    await trial.send("a", "2");
    await trial.send("a", "3", { delayMs: 5_000 });

    await trial.bringBack(session);

    const run = await trial.start();
    expectEqual(run.texts, ["1", "2", "3"], "the next run");
    expectEqual(await trial.complete(run), "idle", "its end");
  },

  "reclaim() absorbs a delayed rerun": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "1");
    await claimOne(trial, session);
    await trial.send("a", "later", { delayMs: 5_000 });
    await trial.bringBack(session);

    const texts = await trial.drain();

    expectEqual(texts, ["1", "later"], "what ran");
    trial.clock.advance(5_000);
    expectEqual(await trial.promote(), 0, "promoted");
  },

  "reclaim() heeds a suspension": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "m");
    await claimOne(trial, session);
    await trial.store.suspend(named("a"), true);

    await trial.bringBack(session);

    expectEqual(await trial.state(), "suspended", "state");
    expectEqual((await trial.claimAll()).length, 0, "claims while suspended");
    expectEqual(await trial.drainLater(), ["m"], "what ran afterwards");
  },

  "reclaim() carries out a deletion": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "1");
    await trial.complete(await trial.start(), { context: "kept" });
    await trial.send("a", "2", { reply: "r" });
    await claimOne(trial, session);
    await trial.send("a", "3");
    await trial.store.delete(named("a"));

    await trial.bringBack(session);

    expectEqual(await trial.store.inspect(named("a")), undefined, "the item");
    expectEqual(await trial.deadTexts(), ["2", "3"], "dead letters");
    expectEqual(await trial.result("r"), "deleted", "its result");
    expectEqual((await trial.claimAll()).length, 0, "claims");
  },

  "reclaim() brings back 300 claims, each once": async (trial) => {
    const session = await trial.store.openSession();
    const keys = Array.from({ length: 300 }, (_, at) => `${at}`);
    await trial.store.enqueue(keys.map((key) => trial.wake(key, "m")));
    for (let some = MANY; some !== 0;) {
      some = (await claimFor(trial, session)).length;
    }

    await trial.bringBack(session);

    const claims = await trial.claimAll();
    const again = claims.map(({ key }) => key).sort();
    expectEqual(again, keys.sort(), "claimed again");
    expectThat(claims.every(({ crashes }) => crashes === 1), "1 crash each");
  },

  "reclaim() leaves claims of others": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "m");
    await claimOne(trial, session);
    await trial.send("b", "m");
    const run = await trial.start("b");

    await trial.bringBack(session);

    expectEqual(await trial.complete(run), "idle", "the run of another");
    expectEqual(await trial.drain(), ["m"], "what ran");
  },

  "reclaim() leaves what its session had settled": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "1");
    const first = await trial.load(await claimOne(trial, session));
    await trial.send("a", "2");
    await trial.complete(first);
    const run = await trial.start();

    await trial.bringBack(session);

    expectEqual(run.claim.crashes, 0, "crashes");
    expectEqual(await trial.complete(run), "idle", "the run of another");
    expectEqual((await trial.claimAll()).length, 0, "claims");
  },

  "crashes are forgotten when a run succeeds": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "1");
    await claimOne(trial, session);
    await trial.bringBack(session);
    const run = await trial.start();
    await trial.send("a", "2");

    await trial.complete(run);

    expectEqual((await trial.start()).claim.crashes, 0, "crashes");
  },

  "crashes outlast a release": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "1");
    await claimOne(trial, session);
    await trial.bringBack(session);
    await trial.end(await trial.start(), "release");

    const { crashes } = (await trial.start()).claim;

    expectEqual(crashes, 1, "crashes");
  },
};
