/**
 * Delays: an item that is not due before its time, and how its time changes.
 *
 * @module
 */
import { expectEqual } from "./expect.ts";
import { dueIn, rescheduleTests } from "./reschedules.ts";
import { delayed, named, type Tests } from "./trial.ts";

/** What becomes of delayed items. */
export const delayTests: Tests = {
  ...rescheduleTests,

  "promote() leaves a delayed item alone before its time": async (trial) => {
    await trial.send("a", "m", delayed(1_000));

    trial.clock.advance(999);
    const promoted = await trial.store.promote(["sync"]);

    expectEqual(promoted, { count: 0, nextMs: 1 }, "what was promoted");
    expectEqual(await trial.claim(), [], "claims");
  },

  "promote() makes a delayed item ready at its time": async (trial) => {
    await trial.send("a", "m", delayed(1_000));

    trial.clock.advance(1_000);
    const promoted = await trial.store.promote(["sync"]);

    expectEqual(promoted, { count: 1, nextMs: undefined }, "promoted");
    expectEqual((await trial.start()).texts, ["m"], "what the run is handed");
  },

  "promote() makes ready what is due first first": async (trial) => {
    await trial.send("late", "m", delayed(3_000));
    await trial.send("early", "m", delayed(1_000));
    await trial.send("between", "m", delayed(2_000));

    await trial.pass(3_000);

    const keys = (await trial.claimAll()).map(({ key }) => key);
    expectEqual(keys, ["early", "between", "late"], "claims");
  },

  "promote() puts what is due behind what is ready": async (trial) => {
    await trial.send("a", "m", delayed(1_000));
    await trial.send("b", "m");

    await trial.pass(1_000);

    const keys = (await trial.claimAll()).map(({ key }) => key);
    expectEqual(keys, ["b", "a"], "claims");
  },

  "promote() looks at no other kinds": async (trial) => {
    await trial.send("a", "m", delayed(1_000, { kind: "other" }));
    await trial.send("a", "m", delayed(9_000));
    trial.clock.advance(1_000);

    const own = await trial.store.promote(["sync"]);
    const both = await trial.store.promote(["sync", "other"]);

    expectEqual(own, { count: 0, nextMs: 8_000 }, "promoted of one kind");
    expectEqual(both, { count: 1, nextMs: 8_000 }, "promoted of both");
  },

  "promote() says when the next backoff ends": async (trial) => {
    await trial.send("a", "m");
    await trial.end(await trial.start(), "retry");

    trial.clock.advance(400);
    const promoted = await trial.store.promote(["sync"]);

    expectEqual(promoted, { count: 0, nextMs: 600 }, "what was promoted");
  },

  "promote() makes 300 items ready in the order of their times": async (
    trial,
  ) => {
    const keys = Array.from({ length: 300 }, (_, at) => `${at}`);
    await trial.store.enqueue(
      keys.map((key, at) =>
        trial.wake(key, "m", delayed(300_000 - at * 1_000))
      ),
    );

    await trial.pass(300_000);

    const claimed = (await trial.claimAll()).map(({ key }) => key);
    expectEqual(claimed, keys.reverse(), "claims");
  },

  "promote() keeps what is suspended from starting": async (trial) => {
    await trial.send("a", "m", delayed(1_000));
    await trial.store.suspend(named("a"), true);

    await trial.pass(1_000);
    const claims = await trial.claim();
    await trial.store.suspend(named("a"), false);
    await trial.promote();

    expectEqual(claims, [], "claims while it is suspended");
    expectEqual((await trial.start()).texts, ["m"], "what the run is handed");
  },

  "enqueue() with a delay never makes a queued item wait": async (trial) => {
    await trial.send("a", "m");

    await trial.send("a", "n", delayed(5_000, { reschedule: "latest" }));

    expectEqual(await dueIn(trial), undefined, "due in");
    expectEqual((await trial.start()).texts, ["m", "n"], "what is handed");
  },

  "a delayed rerun is due at its time, not at the run's end": async (trial) => {
    await trial.send("a", "m");
    const run = await trial.start();
    await trial.send("a", "n", delayed(3_000));
    trial.clock.advance(1_000);

    await trial.complete(run);

    expectEqual(await dueIn(trial), 2_000, "due in");
    await trial.pass(1_999);
    expectEqual(await trial.claim(), [], "claims before its time");
    await trial.pass(1);
    expectEqual((await trial.start()).texts, ["n"], "what is handed");
  },

  "a delayed rerun whose time came first is due after the run": async (
    trial,
  ) => {
    await trial.send("a", "m");
    const run = await trial.start();
    await trial.send("a", "n", delayed(3_000));
    await trial.pass(4_000);

    await trial.complete(run);
    await trial.promote();

    expectEqual((await trial.start()).texts, ["n"], "what is handed");
  },

  "a retry absorbs a delayed rerun": async (trial) => {
    await trial.send("a", "m");
    const run = await trial.start();
    await trial.send("a", "n", delayed(60_000));

    await trial.end(run, "retry");
    await trial.pass(1_000);
    const second = await trial.start();
    await trial.complete(second);

    expectEqual(second.texts, ["m", "n"], "what the second attempt is handed");
    await trial.pass(60_000);
    expectEqual(await trial.claim(), [], "claims when the delay is over");
  },

  "enqueue() never changes a backoff": async (trial) => {
    await trial.send("a", "m");
    await trial.end(await trial.start(), "retry");

    await trial.send("a", "n");
    await trial.send("a", "o", delayed(200));
    await trial.send("a", "p", delayed(9_000, { reschedule: "latest" }));

    expectEqual(await dueIn(trial), 1_000, "due in");
    await trial.pass(999);
    expectEqual(await trial.claim(), [], "claims before its time");
    await trial.pass(1);
    const { texts } = await trial.start();
    expectEqual(texts, ["m", "n", "o", "p"], "what is handed");
  },

  "delays longer than 2^31 ms hold": async (trial) => {
    const yearMs = 365 * 86_400_000;
    await trial.send("a", "m", delayed(yearMs));

    await trial.pass(yearMs - 1);
    const early = await trial.claim();
    await trial.pass(1);

    expectEqual(early, [], "claims before its time");
    expectEqual((await trial.start()).texts, ["m"], "what is handed");
  },

  "inspect() of a delayed item whose time has come": async (trial) => {
    await trial.send("a", "m", delayed(1_000));

    trial.clock.advance(5_000);

    expectEqual(await dueIn(trial), 0, "due in");
  },
};
