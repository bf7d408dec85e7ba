/**
 * The user's own writes in the transaction that completes a run.
 *
 * @module
 */
import type { Write } from "../../durable/stored.ts";
import { begin, conflictTests, KEY, put, valueAt } from "./conflicts.ts";
import { expectEqual, expectThat } from "./expect.ts";
import type { Tests, Trial } from "./trial.ts";

/** Entries that the user sets, adds to and deletes. */
export const writeTests: Tests = {
  ...conflictTests,

  "writes: set is there once the run is complete": async (trial) => {
    const run = await begin(trial);
    const before = await trial.read(KEY);

    const state = await trial.complete(run, {
      writes: [{ type: "set", key: KEY, value: { paid: true, lines: [1, 2] } }],
    });

    expectEqual(before, { value: null, versionstamp: null }, "before");
    expectEqual(await valueAt(trial), { paid: true, lines: [1, 2] }, "after");
    expectEqual(state, "idle", "the state");
  },

  "writes: set replaces, and gives a greater version": async (trial) => {
    await put(trial, "first");
    const first = await trial.read(KEY);

    await put(trial, "second");
    const second = await trial.read(KEY);

    expectEqual([first.value, second.value], ["first", "second"], "values");
    const [older, newer] = [
      first.versionstamp ?? "",
      second.versionstamp ?? "",
    ];
    expectThat(older !== "" && newer > older, "the version grows");
  },

  "writes: delete takes an entry away": async (trial) => {
    await put(trial, "first");

    await trial.complete(await begin(trial), {
      writes: [{ type: "delete", key: KEY }],
    });

    const entry = await trial.read(KEY);
    expectEqual(entry, { value: null, versionstamp: null }, "the entry");
  },

  "writes: sum counts from nothing, and on": async (trial) => {
    const add = { type: "sum", key: ["n"] } as const;
    await trial.complete(await begin(trial), {
      writes: [{ ...add, value: 3n }],
    });
    const first = await valueAt(trial, ["n"]);

    await trial.complete(await begin(trial), {
      writes: [{ ...add, value: 4n }],
    });

    expectEqual([first, await valueAt(trial, ["n"])], [3n, 7n], "counts");
  },

  "writes: sums at the same time are all counted": async (trial) => {
    const keys = Array.from({ length: 30 }, (_, at) => `${at}`);
    await trial.store.enqueue(keys.map((key) => trial.wake(key, "m")));
    const claims = await trial.claimAll();
    const runs = await Promise.all(claims.map((claim) => trial.load(claim)));

    await Promise.all(runs.map((run) =>
      trial.complete(run, {
        writes: [{ type: "sum", key: ["n"], value: 2n }],
      })
    ));

    expectEqual(await valueAt(trial, ["n"]), 60n, "the count");
  },

  "writes: many of them are one": async (trial) => {
    const run = await begin(trial);
    const keys = Array.from({ length: 40 }, (_, at) => ["many", at]);

    await trial.complete(run, {
      context: "c",
      writes: keys.map((key) => ({ type: "set", key, value: key[1] })),
    });

    const entries = await Promise.all(keys.map((key) => trial.read(key)));
    const versions = new Set(entries.map(({ versionstamp }) => versionstamp));
    expectEqual(entries.map(({ value }) => value), [...keys.keys()], "values");
    expectEqual(versions.size, 1, "how many versions they have");
  },

  "writes: keys are of any parts": async (trial) => {
    const parts = ["a", "1", "", "__proto__", 1, -0.5, 1n, true, false];
    const bytes = new Uint8Array([1, 0, 255]);
    const keys = [...parts, bytes].map((part) => ["part", part]);
    const run = await begin(trial);

    await trial.complete(run, {
      writes: keys.map((key, value) => ({ type: "set", key, value })),
    });

    const values = await Promise.all(keys.map((key) => valueAt(trial, key)));
    expectEqual(values, [...keys.keys()], "values");
  },

  "writes: a claim that was lost writes nothing": async (trial) => {
    const run = await begin(trial);
    await trial.end(run, "release");

    const state = await trial.complete(run, {
      writes: [{ type: "set", key: KEY, value: "late" }],
    });

    expectEqual(state, "lost", "the state");
    expectEqual(await valueAt(trial), null, "the value");
  },

  "writes: they come with a rerun that is owed": async (trial) => {
    const run = await begin(trial);
    await trial.send("a", "n");

    const state = await trial.complete(run, {
      writes: [{ type: "set", key: KEY, value: "first" }],
    });

    expectEqual(state, "queued", "the state");
    expectEqual(await valueAt(trial), "first", "the value");
  },

  "writes: an entry that lasts a while is there": async (trial) => {
    const run = await begin(trial);

    await trial.complete(run, {
      writes: [{ type: "set", key: KEY, value: 1, expireIn: 60_000 }],
    });

    expectEqual(await valueAt(trial), 1, "the value");
  },

  "writes: a value is what it was when the run ended": async (trial) => {
    const run = await begin(trial);
    const value = { lines: [1] };
    await trial.complete(run, { writes: [{ type: "set", key: KEY, value }] });

    value.lines.push(2);

    expectEqual(await valueAt(trial), { lines: [1] }, "the value");
  },

  "writes: a sum of what is no counter fails its own run only": async (
    trial,
  ) => {
    await put(trial, "no counter");

    const ends = await endTwo(trial, { type: "sum", key: KEY, value: 1n });

    expectEqual(ends, ["rejected", "idle"], "how the runs end");
    expectEqual(await valueAt(trial, ["bad"]), null, "what the first wrote");
    expectEqual(await valueAt(trial, ["good"]), 1, "what the second wrote");
  },

  "writes: a sum of what looks like a counter fails its own run only": async (
    trial,
  ) => {
    await put(trial, { value: 1n });

    const ends = await endTwo(trial, { type: "sum", key: KEY, value: 1n });

    expectEqual(ends, ["rejected", "idle"], "how the runs end");
    expectEqual(await valueAt(trial), 1n, "the value");
    expectEqual(await valueAt(trial, ["bad"]), null, "what the first wrote");
  },

  "writes: a value that cannot be kept fails its own run only": async (
    trial,
  ) => {
    const value = (): number => 7;

    const ends = await endTwo(trial, { type: "set", key: KEY, value });

    expectEqual(ends, ["rejected", "idle"], "how the runs end");
    expectEqual(await valueAt(trial, ["bad"]), null, "what the first wrote");
    expectEqual(await valueAt(trial, ["good"]), 1, "what the second wrote");
  },

  "writes: no mistake hurts others, or waits for better times": async (
    trial,
  ) => {
    const mistakes: readonly Write[] = [
      { type: "set", key: [], value: 1 },
      { type: "set", key: ["x".repeat(5_000)], value: 1 },
      { type: "set", key: KEY, value: "x".repeat(100_000) },
      { type: "set", key: KEY, value: 1, expireIn: -1 },
      { type: "sum", key: ["n"], value: -1n },
      { type: "sum", key: ["n"], value: 2n ** 64n },
    ];
    for (const mistake of mistakes) {
      const [, end] = await endTwo(trial, mistake); // A store may take it.

      expectEqual(end, "idle", "how the other ends");
      expectEqual(await trial.claim(), [], "what is left");
    }
  },
};

/** Ends two runs at the same time, of which the first may write what it cannot;
 * then it is ended again, without that. Answers how they ended at first. */
async function endTwo(trial: Trial, write: Write): Promise<string[]> {
  await trial.send("a", "m");
  await trial.send("b", "m");
  const claims = await trial.claimAll();
  const runs = await Promise.all(claims.map((claim) => trial.load(claim)));
  const keys = ["bad", "good"];

  const ends = await Promise.all(runs.map((run, at) => {
    const set = { type: "set", key: [keys[at] ?? ""], value: 1 } as const;
    const writes = at === 0 ? [set, write] : [set];
    return trial.complete(run, { writes }).catch(() => "rejected");
  }));

  for (const [at, run] of runs.entries()) {
    if (ends[at] === "rejected") await trial.complete(run);
  }
  return ends;
}
