/**
 * What a run can still do, whose claim was taken back: nothing.
 *
 * @module
 */
import { expectEqual, expectThat } from "./expect.ts";
import { claimOne } from "./session_acts.ts";
import { completed, named, type Tests } from "./trial.ts";

/** Tests of claims that were taken back. */
export const lostClaimTests: Tests = {
  "reclaim() makes a late settlement lose": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "m", { reply: "r" });
    const run = await trial.load(await claimOne(trial, session));
    await trial.bringBack(session);
    const key = ["own", "entry"];
    const writes = [{ type: "set", key, value: "late" }] as const;

    const verdict = completed({ context: "late", result: "late", writes });
    const settled = await trial.settle(run, verdict);

    expectEqual(settled, { state: "lost", version: undefined }, "settled");
    expectEqual((await trial.read(key)).value, null, "its entry");
    expectEqual(await trial.result("r"), undefined, "its result");
    const next = await trial.start();
    expectEqual([next.texts, next.context], [["m"], undefined], "next run");
  },

  "reclaim() makes every verdict lose": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "m");
    const run = await trial.load(await claimOne(trial, session));
    await trial.bringBack(session);

    for (const how of ["retry", "bury", "hold", "release"] as const) {
      expectEqual(await trial.end(run, how), "lost", how);
    }

    expectEqual(await trial.letters(), [], "dead letters");
    expectEqual(await trial.state(), "queued", "state");
  },

  "reclaim() makes a late settlement lose while others run": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "m");
    const late = await trial.load(await claimOne(trial, session));
    await trial.bringBack(session);
    const run = await trial.start();

    const state = await trial.complete(late, { context: "late" });

    expectEqual(state, "lost", "the late one");
    expectEqual(await trial.complete(run, { context: "own" }), "idle", "other");
    await trial.send("a", "next");
    const { context } = await trial.start();
    expectEqual(context, new TextEncoder().encode("own"), "context");
  },

  "reclaim() shows in the news": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "m");
    const claim = await claimOne(trial, session);

    await trial.bringBack(session);

    const [news] = await trial.store.news([claim]);
    expectEqual(news?.isLost, true, "isLost");
  },

  "reclaim() gives a later claim a greater fence": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "m");
    const lost = await claimOne(trial, session);
    await trial.bringBack(session);

    const { claim } = await trial.start();

    expectThat(claim.fence > lost.fence, "its fence is greater");
  },

  "reclaim() forgets that the lost run was cancelled": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "m");
    await claimOne(trial, session);
    await trial.store.cancel(named("a"), { running: true });
    await trial.bringBack(session);

    const { claim } = await trial.start();

    const [news] = await trial.store.news([claim]);
    expectEqual([news?.isLost, news?.isCancelled], [false, false], "news");
  },
};
