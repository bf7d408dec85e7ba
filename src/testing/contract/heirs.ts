/**
 * What the next run finds: the context, and runs that are owed.
 *
 * @module
 */
import { expectEqual } from "./expect.ts";
import {
  bytesOf,
  completed,
  KIND,
  named,
  type Tests,
  textOf,
  type Trial,
} from "./trial.ts";

/** Enqueues "a" and answers the context that its run finds; the run succeeds
 * and leaves it. */
async function contextOf(trial: Trial): Promise<string | undefined> {
  await trial.send("a");
  const run = await trial.start();
  await trial.complete(run);
  return textOf(run.context);
}

/** Completes a run of "a" with this context. */
async function write(trial: Trial, context: string | null): Promise<void> {
  await trial.send("a", "m");
  await trial.complete(await trial.start(), { context });
}

/** What a run leaves to the next. */
export const heirTests: Tests = {
  "complete writes the context": async (trial) => {
    const before = await contextOf(trial);

    await write(trial, "c");

    expectEqual([before, await contextOf(trial)], [undefined, "c"], "contexts");
  },

  "complete replaces the context, or leaves it": async (trial) => {
    await write(trial, "first");
    const first = await contextOf(trial);

    await write(trial, "second");
    await contextOf(trial);

    expectEqual(first, "first", "the first context");
    expectEqual(await contextOf(trial), "second", "the second context");
  },

  "complete with null forgets the context": async (trial) => {
    await write(trial, "c");

    await write(trial, null);

    expectEqual(await contextOf(trial), undefined, "the context");
  },

  "an empty context is one": async (trial) => {
    await write(trial, "");

    expectEqual(await contextOf(trial), "", "the context");
  },

  "only success writes the context": async (trial) => {
    await write(trial, "c");
    for (const how of ["retry", "bury", "hold", "release"] as const) {
      await trial.send("a", "m");
      await trial.end(await trial.start(), how);
      await trial.drainLater();

      expectEqual(await contextOf(trial), "c", `the context after ${how}`);
    }
  },

  "contexts belong to their keys and kinds": async (trial) => {
    await write(trial, "c");
    await trial.send("b");
    await trial.send("a", undefined, { kind: "other" });

    const b = await trial.start("b");
    const [claim] = await trial.claim(1, "other");
    const other = claim && await trial.load(claim);

    expectEqual(
      [b.context, other?.context],
      [undefined, undefined],
      "contexts",
    );
  },

  "a context is what it was when the run ended": async (trial) => {
    const context = bytesOf("c");
    await trial.send("a", "m");
    await trial.settle(await trial.start(), { ...completed(), context });

    context.fill(0);

    expectEqual(await contextOf(trial), "c", "the context");
  },

  "cancel() leaves the context": async (trial) => {
    await write(trial, "c");
    await trial.send("a", "m");

    await trial.store.cancel(named("a"), { running: false });

    expectEqual(await contextOf(trial), "c", "the context");
  },

  "an enqueue during a run causes one more, however many come": async (
    trial,
  ) => {
    await trial.send("a", "m");
    const run = await trial.start();
    const outcomes = [await trial.send("a", "1"), await trial.send("a", "2")];

    await trial.complete(run);
    const next = await trial.start();

    expectEqual(outcomes, ["rerun", "coalesced"], "outcomes");
    expectEqual(next.texts, ["1", "2"], "what the next run is handed");
    expectEqual(await trial.complete(next), "idle", "what follows");
  },

  "each run can cause one more": async (trial) => {
    await trial.send("a", "0");
    for (const text of ["1", "2", "3"]) {
      const run = await trial.start();
      const outcome = await trial.send("a", text);

      expectEqual(outcome, "rerun", "the outcome");
      expectEqual(await trial.complete(run), "queued", "what it is next");
    }

    expectEqual(await trial.drain(), ["3"], "what the last run is handed");
  },

  "a wake-up without message during a run causes one more": async (trial) => {
    await trial.send("a", "m");
    const run = await trial.start();
    const outcome = await trial.send("a");

    const state = await trial.complete(run);

    expectEqual([outcome, state], ["rerun", "queued"], "outcome and state");
    expectEqual((await trial.start()).texts, [], "what is handed");
  },

  "runs of different keys end in any order": async (trial) => {
    for (const key of ["a", "b", "c"]) await trial.send(key, key);
    const claims = await trial.claimAll();
    const runs = await Promise.all(claims.map((claim) => trial.load(claim)));

    const states = await Promise.all(
      runs.reverse().map((run) => trial.complete(run)),
    );

    expectEqual(states, ["idle", "idle", "idle"], "states");
    const { items } = await trial.store.list({ kind: KIND });
    expectEqual(items, [], "items that are left");
  },

  "settle() twice at the same time happens once": async (trial) => {
    await trial.send("a", "m");
    const run = await trial.start();

    const states = await Promise.all([
      trial.complete(run, { context: "1" }),
      trial.complete(run, { context: "2" }),
    ]);

    expectEqual(states.sort(), ["idle", "lost"], "states");
  },

  "an enqueue and the end of a run at the same time": async (trial) => {
    for (let round = 0; round < 20; round++) {
      await trial.send("a", "m");
      const run = await trial.start();

      const [outcome, state] = await Promise.all([
        trial.send("a", `${round}`),
        trial.complete(run),
      ]);

      const next = outcome === "rerun" ? "queued" : "idle";
      expectEqual(state, next, `what follows ${outcome}`);
      expectEqual(await trial.drain(), [`${round}`], "what is handed");
    }
  },
};
