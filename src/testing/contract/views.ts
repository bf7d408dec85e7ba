/**
 * What can be seen of items without changing them.
 *
 * @module
 */
import type { StoredItem } from "../../durable/stored.ts";
import { expectEqual, expectThat } from "./expect.ts";
import { listTests, look } from "./lists.ts";
import { newsTests } from "./news.ts";
import { KIND, named, reclaimAll, type Tests, type Trial } from "./trial.ts";

/** What is known of an item, but for its version. */
async function expectItem(
  trial: Trial,
  expected: Partial<StoredItem>,
): Promise<void> {
  const { version, ...item } = await look(trial);
  const plain: Omit<StoredItem, "version"> = {
    ...named("a"),
    state: "idle",
    owed: false,
    messages: 0,
    dueIn: undefined,
    running: 0,
    failures: 0,
    crashes: 0,
    held: false,
    suspended: false,
  };
  expectEqual(item, { ...plain, ...expected }, "the item");
  expectThat(version !== "", "it has a version");
}

/** Tests of inspect() and what else only looks. */
export const viewTests: Tests = {
  ...newsTests,
  ...listTests,

  "inspect() of an unknown item answers nothing": async (trial) => {
    expectEqual(await trial.store.inspect(named("a")), undefined, "the item");
    const { items } = await trial.store.list({ kind: KIND });
    expectEqual(items, [], "list()");
  },

  "inspect() of an item that is done for forgets it": async (trial) => {
    await trial.send("a", "m");
    await trial.drain();

    expectEqual(await trial.store.inspect(named("a")), undefined, "the item");
  },

  "inspect() of an idle item that has a context": async (trial) => {
    await trial.send("a", "m");
    await trial.complete(await trial.start(), { context: "kept" });

    await expectItem(trial, { state: "idle" });
  },

  "inspect() of a queued item": async (trial) => {
    for (const text of ["1", "2", undefined]) await trial.send("a", text);

    await expectItem(trial, { state: "queued", owed: true, messages: 2 });
  },

  "inspect() counts a request without message": async (trial) => {
    await trial.send("a", undefined, { reply: "r" });

    await expectItem(trial, { state: "queued", owed: true, messages: 1 });
  },

  "inspect() of a delayed item": async (trial) => {
    await trial.send("a", "m", { delayMs: 1_000 });
    trial.clock.advance(300);

    const facts = { owed: true, messages: 1, dueIn: 700 };
    await expectItem(trial, { state: "delayed", ...facts });
  },

  "inspect() of a promoted item": async (trial) => {
    await trial.send("a", "m", { delayMs: 1_000 });
    await trial.pass(1_000);

    await expectItem(trial, { state: "queued", owed: true, messages: 1 });
  },

  "inspect() of a running item": async (trial) => {
    await trial.send("a", "m");
    await trial.start();

    await expectItem(trial, { state: "running", running: 1, messages: 1 });
  },

  "inspect() of a running item that is due again": async (trial) => {
    await trial.send("a", "m");
    await trial.start();
    await trial.send("a", "newer");

    const facts = { running: 1, owed: true, messages: 2 };
    await expectItem(trial, { state: "running", ...facts });
  },

  "inspect() of an item in backoff": async (trial) => {
    await trial.send("a", "m");
    await trial.end(await trial.start(), "retry");
    trial.clock.advance(400);

    const facts = { owed: true, messages: 1, dueIn: 600, failures: 1 };
    await expectItem(trial, { state: "backoff", ...facts });
  },

  "inspect() of a held item": async (trial) => {
    await trial.send("a", "m");
    await trial.end(await trial.start(), "hold");

    const facts = { owed: true, messages: 1, failures: 1, held: true };
    await expectItem(trial, { state: "held", ...facts });
  },

  "inspect() of a suspended item that is due": async (trial) => {
    await trial.send("a", "m");
    await trial.store.suspend(named("a"), true);

    const facts = { owed: true, messages: 1, suspended: true };
    await expectItem(trial, { state: "suspended", ...facts });
  },

  "inspect() of an item that crashed": async (trial) => {
    await trial.send("a", "m");
    const session = await trial.store.openSession();
    await trial.store.claim(session, [{ kind: KIND, limit: 1 }], 1);
    await trial.store.closeSession(session);
    await reclaimAll(trial.store, session);

    const facts = { owed: true, messages: 1, crashes: 1 };
    await expectItem(trial, { state: "queued", ...facts });
  },

  "inspect() of an item that is being deleted": async (trial) => {
    await trial.send("a", "m");
    const run = await trial.start();
    await trial.store.delete(named("a"));

    expectEqual((await look(trial)).state, "deleting", "state");
    expectEqual(await trial.complete(run), "idle", "the end of the run");
  },

  "inspect() shows the version of the receipt": async (trial) => {
    for (const options of [{ delayMs: 1_000 }, {}, {}]) {
      const { version } = await trial.receipt("a", "m", options);
      expectEqual((await look(trial)).version, version, "version");
    }
    const run = await trial.start();

    const { version } = await trial.receipt("a", "m");

    expectEqual((await look(trial)).version, version, "version of a rerun");
    const settled = await trial.store.settle(run.claim, {
      type: "retry",
      delayMs: 1_000,
    });
    expectEqual((await look(trial)).version, settled.version, "of its end");
  },

  "inspect() shows a greater version after each change": async (trial) => {
    const { store } = trial;
    const steps: (() => Promise<unknown>)[] = [
      () => trial.send("a", "1", { delayMs: 1_000 }),
      () => trial.send("a", "2", { delayMs: 500 }),
      () => trial.send("a", "3", { delayMs: 5_000 }),
      () => trial.pass(500),
      () => trial.send("a", "4"),
      () => store.suspend(named("a"), true),
      () => store.suspend(named("a"), false),
      async () => await trial.end(await trial.start(), "hold"),
      () => trial.send("a", "5"),
      () => store.reset(named("a")),
      async () => await trial.end(await trial.start(), "retry"),
      () => trial.pass(1_000),
      () => trial.claim(1),
      () => trial.send("a", "6"),
      () => store.cancel(named("a"), { running: true }),
      () => store.delete(named("a")),
    ];

    let before = "";
    for (const [at, step] of steps.entries()) {
      await step();
      const { version } = await look(trial);
      expectThat(version > before, `version ${at} is greater`);
      before = version;
    }
  },

  "inspect() of an item that becomes idle shows a greater version": async (
    trial,
  ) => {
    await trial.send("a", "1");
    await trial.complete(await trial.start(), { context: "kept" });
    await trial.send("a", "2");
    const run = await trial.start();
    const { version: before } = await look(trial);

    await trial.complete(run);

    const { version } = await look(trial);
    expectThat(version > before, "its version is greater");
  },

  "inspect() shows the same version while nothing changes": async (trial) => {
    await trial.send("a");
    const { version } = await look(trial);

    await trial.send("a");
    await trial.store.reset(named("a"));
    await trial.send("b", "m");
    await trial.store.standing(named("a"));

    expectEqual((await look(trial)).version, version, "version");
  },
};
