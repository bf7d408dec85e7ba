/**
 * How the time of a delayed item changes.
 *
 * @module
 */
import { expectEqual } from "./expect.ts";
import { delayed, named, type Tests, type Trial } from "./trial.ts";

/** Milliseconds until the item "a" is due. */
export async function dueIn(trial: Trial): Promise<number | undefined> {
  return (await trial.store.inspect(named("a")))?.dueIn;
}

/** What `reschedule` and `maxDelayMs` do. */
export const rescheduleTests: Tests = {
  "reschedule: earliest brings a delayed item forward": async (trial) => {
    await trial.send("a", "m", delayed(5_000));

    await trial.send("a", "n", delayed(2_000));

    expectEqual(await dueIn(trial), 2_000, "due in");
    await trial.pass(2_000);
    expectEqual((await trial.start()).texts, ["m", "n"], "what is handed");
  },

  "reschedule: earliest never puts a delayed item off": async (trial) => {
    await trial.send("a", "m", delayed(2_000));

    await trial.send("a", "n", delayed(5_000));

    expectEqual(await dueIn(trial), 2_000, "due in");
  },

  "reschedule: latest puts a delayed item off": async (trial) => {
    await trial.send("a", "m", delayed(2_000));
    trial.clock.advance(1_500);

    await trial.send("a", "n", delayed(2_000, { reschedule: "latest" }));

    await trial.pass(1_999);
    expectEqual(await trial.state(), "delayed", "the state before its time");
    await trial.pass(1);
    expectEqual((await trial.start()).texts, ["m", "n"], "what is handed");
  },

  "reschedule: latest never brings a delayed item forward": async (trial) => {
    await trial.send("a", "m", delayed(5_000));

    await trial.send("a", "n", delayed(2_000, { reschedule: "latest" }));

    expectEqual(await dueIn(trial), 5_000, "due in");
  },

  "reschedule: keep leaves the time as it is": async (trial) => {
    const keep = { reschedule: "keep" } as const;
    await trial.send("a", "m", delayed(3_000, keep));

    await trial.send("a", "n", delayed(1_000, keep));
    await trial.send("a", "o", delayed(9_000, keep));

    expectEqual(await dueIn(trial), 3_000, "due in");
  },

  "enqueue() without delay makes a delayed item due once only": async (
    trial,
  ) => {
    await trial.send("a", "m", delayed(1_000, { reschedule: "keep" }));

    await trial.send("a", "n", { reschedule: "keep" });
    const run = await trial.start();
    await trial.complete(run);
    await trial.pass(1_000);

    expectEqual(run.texts, ["m", "n"], "what the run was handed");
    expectEqual(await trial.claim(), [], "claims when the delay is over");
  },

  "maxDelayMs counts from the first enqueue": async (trial) => {
    const debounce = { reschedule: "latest", maxDelayMs: 2_500 } as const;
    await trial.send("a", "1", delayed(1_000, debounce));
    trial.clock.advance(900);
    await trial.send("a", "2", delayed(1_000, debounce));
    trial.clock.advance(900);

    await trial.send("a", "3", delayed(1_000, debounce));

    expectEqual(await dueIn(trial), 700, "due in");
    await trial.pass(700);
    expectEqual((await trial.start()).texts, ["1", "2", "3"], "handed");
  },

  "maxDelayMs shortens the first delay as well": async (trial) => {
    await trial.send("a", "m", delayed(5_000, { maxDelayMs: 2_000 }));

    expectEqual(await dueIn(trial), 2_000, "due in");
  },

  "maxDelayMs: the shortest of the enqueues holds": async (trial) => {
    const latest = { reschedule: "latest" } as const;
    await trial.send(
      "a",
      "1",
      delayed(1_000, { ...latest, maxDelayMs: 3_000 }),
    );

    await trial.send(
      "a",
      "2",
      delayed(9_000, { ...latest, maxDelayMs: 2_000 }),
    );
    const short = await dueIn(trial);
    await trial.send("a", "3", delayed(9_000, latest));

    expectEqual(short, 2_000, "due in");
    expectEqual(await dueIn(trial), 2_000, "due in after one without bound");
  },

  "maxDelayMs begins anew with the next run": async (trial) => {
    const debounce = { reschedule: "latest", maxDelayMs: 2_000 } as const;
    await trial.send("a", "m", delayed(2_000, debounce));
    await trial.pass(2_000);
    await trial.complete(await trial.start());

    await trial.send("a", "n", delayed(1_500, debounce));

    expectEqual(await dueIn(trial), 1_500, "due in");
  },

  "a delayed rerun follows reschedule and maxDelayMs": async (trial) => {
    const latest = { reschedule: "latest", maxDelayMs: 4_000 } as const;
    await trial.send("a", "m");
    const run = await trial.start();
    await trial.send("a", "1", delayed(2_000, latest));
    await trial.send("a", "2", delayed(3_000, latest));
    trial.clock.advance(500);

    await trial.complete(run);
    const later = await dueIn(trial);
    await trial.send("a", "3", delayed(9_000, latest));

    expectEqual(later, 2_500, "due in");
    expectEqual(await dueIn(trial), 3_500, "due in at last");
  },
};
