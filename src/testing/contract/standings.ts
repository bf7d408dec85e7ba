/**
 * What one who waits for an item is told: whether all that was due at a version
 * has been answered.
 *
 * @module
 */
import { expectEqual } from "./expect.ts";
import { endTests, send, standing } from "./ends.ts";
import { KIND, named, type Tests } from "./trial.ts";

/** Tests of standing(). */
export const standingTests: Tests = {
  ...endTests,

  "standing() of an unknown item is answered": async (trial) => {
    expectEqual(await standing(trial), "answered", "now");
  },

  "standing() waits for a queued item until it has run": async (trial) => {
    const version = await send(trial, "m");

    const queued = [await standing(trial), await standing(trial, version)];
    const run = await trial.start();
    const running = [await standing(trial), await standing(trial, version)];
    await trial.complete(run);
    const idle = [await standing(trial), await standing(trial, version)];

    expectEqual(queued, ["waiting", "waiting"], "queued");
    expectEqual(running, ["waiting", "waiting"], "running");
    expectEqual(idle, ["answered", "answered"], "idle");
  },

  "standing() says the version that the item has": async (trial) => {
    const first = await send(trial, "1");
    await send(trial, "2");
    const item = await trial.store.inspect(named("a"));

    const now = await trial.store.standing(named("a"));
    const then = await trial.store.standing(named("a"), first);

    expectEqual(now.version, item?.version, "version");
    expectEqual(then.version, item?.version, "version, asked for another");
  },

  "standing() of the version it said goes on": async (trial) => {
    await send(trial, "m");
    const { version } = await trial.store.standing(named("a"));

    const before = await standing(trial, version);
    await trial.drain();

    expectEqual(before, "waiting", "before the run");
    expectEqual(await standing(trial, version), "answered", "afterwards");
  },

  "standing() waits for a wake-up without message": async (trial) => {
    const first = await send(trial);
    const second = await send(trial);

    const before = [
      await standing(trial, first),
      await standing(trial, second),
    ];
    await trial.drain();

    expectEqual(before, ["waiting", "waiting"], "before the run");
    expectEqual(await standing(trial, first), "answered", "the first");
    expectEqual(await standing(trial, second), "answered", "the second");
  },

  "standing() waits for a coalesced message": async (trial) => {
    await send(trial, "1");
    const version = await send(trial, "2");

    const before = await standing(trial, version);
    await trial.drain();

    expectEqual(before, "waiting", "before the run");
    expectEqual(await standing(trial, version), "answered", "afterwards");
  },

  "standing() is not prolonged by later enqueues": async (trial) => {
    const first = await send(trial, "1");
    const run = await trial.start();
    const second = await send(trial, "2");

    await trial.complete(run);

    expectEqual(await standing(trial, first), "answered", "the first");
    expectEqual(await standing(trial, second), "waiting", "the second");
    await trial.drain();
    expectEqual(await standing(trial, second), "answered", "the second");
  },

  "standing() waits for a rerun that is due": async (trial) => {
    await send(trial, "1");
    const run = await trial.start();
    const version = await send(trial);

    const during = await standing(trial, version);
    await trial.complete(run);
    const between = await standing(trial, version);
    await trial.drain();

    expectEqual([during, between], ["waiting", "waiting"], "before it ran");
    expectEqual(await standing(trial, version), "answered", "afterwards");
  },

  "standing() does not wait for a delay": async (trial) => {
    const version = await send(trial, "later", 1_000);

    expectEqual(await standing(trial), "answered", "now");
    expectEqual(await standing(trial, version), "answered", "at its version");
  },

  "standing() does not wait for a delayed rerun": async (trial) => {
    await send(trial, "1");
    const run = await trial.start();
    const version = await send(trial, "later", 1_000);

    const during = await standing(trial, version);
    await trial.complete(run);

    expectEqual(during, "waiting", "during the run");
    expectEqual(await standing(trial, version), "answered", "afterwards");
  },

  "standing() waits for a delayed item once it is due": async (trial) => {
    await send(trial, "later", 1_000);
    await trial.pass(1_000);
    const { version, state } = await trial.store.standing(named("a"));

    await trial.drain();

    expectEqual(state, "waiting", "before the run");
    expectEqual(await standing(trial, version), "answered", "afterwards");
  },

  "standing() at a version before a delay ended is answered": async (trial) => {
    const version = await send(trial, "later", 1_000);

    await trial.pass(1_000);

    expectEqual(await standing(trial, version), "answered", "when it is due");
  },

  "standing() waits for a wake-up that joins a rerun": async (trial) => {
    await send(trial, "1");
    const run = await trial.start();
    await send(trial, "2");
    const version = await send(trial);

    await trial.complete(run);

    expectEqual(await standing(trial, version), "waiting", "before the rerun");
    await trial.drain();
    expectEqual(await standing(trial, version), "answered", "afterwards");
  },

  "standing() waits when a delay was cut short": async (trial) => {
    await send(trial, "later", 1_000);
    const version = await send(trial, "now");

    const before = await standing(trial, version);
    await trial.drain();

    expectEqual(before, "waiting", "before the run");
    expectEqual(await standing(trial, version), "answered", "afterwards");
  },

  "standing() waits for all attempts of a run": async (trial) => {
    const version = await send(trial, "m");
    await trial.end(await trial.start(), "retry");

    const backoff = [await standing(trial), await standing(trial, version)];
    await trial.pass(1_000);
    const queued = await standing(trial, version);
    await trial.drain();

    expectEqual(backoff, ["waiting", "waiting"], "in backoff");
    expectEqual(queued, "waiting", "when due again");
    expectEqual(await standing(trial, version), "answered", "afterwards");
  },

  "standing() waits for what a retry has absorbed": async (trial) => {
    await send(trial, "1");
    const run = await trial.start();
    const version = await send(trial, "2");
    await trial.end(run, "retry");

    const backoff = await standing(trial, version);
    await trial.pass(1_000);
    await trial.drain();

    expectEqual(backoff, "waiting", "in backoff");
    expectEqual(await standing(trial, version), "answered", "afterwards");
  },

  "standing() is answered when a run has failed for good": async (trial) => {
    const version = await send(trial, "m");

    await trial.end(await trial.start(), "bury");

    expectEqual(await standing(trial, version), "answered", "afterwards");
  },

  "standing() waits for what was released": async (trial) => {
    const version = await send(trial, "m");
    await trial.end(await trial.start(), "release");

    const before = await standing(trial, version);
    await trial.drain();

    expectEqual(before, "waiting", "before the next run");
    expectEqual(await standing(trial, version), "answered", "afterwards");
  },

  "standing() waits for what was reclaimed": async (trial) => {
    const version = await send(trial, "m");
    const session = await trial.store.openSession();
    await trial.store.claim(session, [{ kind: KIND, limit: 1 }], 1);
    await trial.bringBack(session);

    const before = await standing(trial, version);
    await trial.drain();

    expectEqual(before, "waiting", "before the next run");
    expectEqual(await standing(trial, version), "answered", "afterwards");
  },

  "standing() waits for messages that a run was not handed": async (trial) => {
    const first = await send(trial, "1");
    const second = await send(trial, "2");

    await trial.complete(await trial.start("a", 1));

    expectEqual(await standing(trial, first), "answered", "the first");
    expectEqual(await standing(trial, second), "waiting", "the second");
    await trial.drain();
    expectEqual(await standing(trial, second), "answered", "the second");
  },

  "standing() waits for a folded message": async (trial) => {
    await send(trial, "1");
    const run = await trial.start();
    const version = await send(trial, "2");
    await send(trial, "3");
    await trial.store.fold(named("a"), ([first]) => first ?? new Uint8Array());
    await trial.complete(run);

    const before = await standing(trial, version);
    await trial.drain();

    expectEqual(before, "waiting", "before the next run");
    expectEqual(await standing(trial, version), "answered", "afterwards");
  },

  "standing() waits for a folded message that a run was not handed": async (
    trial,
  ) => {
    await trial.send("a", "asked", { reply: "r" });
    const version = await send(trial, "1");
    await send(trial, "2");
    await trial.store.fold(named("a"), ([first]) => first ?? new Uint8Array());
    await trial.complete(await trial.start("a", 1));

    const before = await standing(trial, version);
    await trial.drain();

    expectEqual(before, "waiting", "before the next run");
    expectEqual(await standing(trial, version), "answered", "afterwards");
  },

  "standing() waits for a suspended item that is due": async (trial) => {
    const version = await send(trial, "m");
    await trial.store.suspend(named("a"), true);

    const before = [await standing(trial), await standing(trial, version)];
    await trial.drainLater();

    expectEqual(before, ["waiting", "waiting"], "while suspended");
    expectEqual(await standing(trial, version), "answered", "afterwards");
  },

  "standing() of a suspended item that owes nothing": async (trial) => {
    await trial.store.suspend(named("a"), true);

    expectEqual(await standing(trial), "answered", "now");
  },
};
