/**
 * How many messages an item may have.
 *
 * @module
 */
import { expectEqual, expectError } from "./expect.ts";
import { named, type Tests, type Trial } from "./trial.ts";

/** How many messages the item "a" has. */
async function count(trial: Trial): Promise<number> {
  return (await trial.store.inspect(named("a")))?.messages ?? 0;
}

/** Full inboxes. */
export const inboxTests: Tests = {
  "maxInbox: so many messages, and no more": async (trial) => {
    const maxInbox = 3;
    for (const text of ["1", "2", "3"]) {
      await trial.send("a", text, { maxInbox });
    }

    const refused = await trial.ask("a", "4", { maxInbox });

    await expectError(refused, "QueueFullError", "the fourth");
    expectEqual(await trial.drain(), ["1", "2", "3"], "what runs are handed");
  },

  "maxInbox: many in one call": async (trial) => {
    const texts = ["1", "2", "3", "4", "5"];

    const answers = await trial.store.enqueue(
      texts.map((text) => trial.wake("a", text, { maxInbox: 3 })),
    );

    const refused = answers.map((answer) => answer instanceof Error);
    expectEqual(refused, [false, false, false, true, true], "refusals");
    expectEqual(await trial.drain(), ["1", "2", "3"], "what runs are handed");
  },

  "maxInbox: many at the same time": async (trial) => {
    const texts = Array.from({ length: 20 }, (_, at) => `${at}`);

    const answers = await Promise.all(
      texts.map((text) => trial.ask("a", text, { maxInbox: 7 })),
    );

    const refused = answers.filter((answer) => answer instanceof Error);
    expectEqual(refused.length, 13, "refusals");
    expectEqual(await count(trial), 7, "messages");
  },

  "maxInbox: messages of a run count until it has ended": async (trial) => {
    await trial.send("a", "1", { maxInbox: 2 });
    await trial.send("a", "2", { maxInbox: 2 });
    const run = await trial.start();

    const refused = await trial.ask("a", "3", { maxInbox: 2 });
    await trial.complete(run);
    const outcome = await trial.send("a", "3", { maxInbox: 2 });

    await expectError(refused, "QueueFullError", "an enqueue during the run");
    expectEqual(outcome, "queued", "the outcome afterwards");
  },

  "maxInbox: messages that failed and newer ones count": async (trial) => {
    await trial.send("a", "1", { maxInbox: 2 });
    const run = await trial.start();
    await trial.send("a", "2", { maxInbox: 2 });
    await trial.end(run, "retry");

    const refused = await trial.ask("a", "3", { maxInbox: 2 });

    await expectError(refused, "QueueFullError", "the enqueue");
    expectEqual(await count(trial), 2, "messages");
  },

  "maxInbox: messages of a run in parts count": async (trial) => {
    for (const text of ["1", "2", "3"]) await trial.send("a", text);
    await trial.complete(await trial.start("a", 2));

    const outcome = await trial.send("a", "4", { maxInbox: 2 });
    const refused = await trial.ask("a", "5", { maxInbox: 2 });

    expectEqual(outcome, "coalesced", "the first outcome");
    await expectError(refused, "QueueFullError", "the second enqueue");
  },

  "maxInbox: what was taken back counts no more": async (trial) => {
    await trial.send("a", "1", { maxInbox: 1 });
    await trial.store.cancel(named("a"), { running: false });

    const outcome = await trial.send("a", "2", { maxInbox: 1 });

    expectEqual(outcome, "queued", "the outcome");
  },

  "maxInbox: a wake-up without message needs no room": async (trial) => {
    await trial.send("a", "1", { maxInbox: 1 });

    const outcome = await trial.send("a", undefined, { maxInbox: 1 });

    expectEqual(outcome, "coalesced", "the outcome");
  },

  "maxInbox: a wake-up that waits for a result needs room": async (trial) => {
    await trial.send("a", "1", { maxInbox: 1 });

    const refused = await trial.ask("a", undefined, {
      reply: "r",
      maxInbox: 1,
    });

    await expectError(refused, "QueueFullError", "the enqueue");
  },

  "maxInbox: what it refuses causes no run": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();

    await trial.ask("a", "2", { maxInbox: 1 });

    expectEqual(await trial.complete(run), "idle", "the end of the run");
  },

  "maxInbox: it holds over many attempts": async (trial) => {
    const maxInbox = 100;
    const outcomes = [await trial.ask("a", "m", { maxInbox })];

    for (let attempt = 1; attempt <= 4; attempt++) {
      await trial.end(await trial.start(), "retry");
      await trial.pass(1_000);
      for (let sent = 0; sent < 40; sent++) {
        outcomes.push(await trial.ask("a", "m", { maxInbox }));
      }
    }

    const refused = outcomes.filter((outcome) => outcome instanceof Error);
    expectEqual(await count(trial), maxInbox, "messages");
    expectEqual(refused.length, outcomes.length - maxInbox, "refusals");
  },
};
