/**
 * Checks among the user's own writes, and what becomes of a run that fails one.
 *
 * @module
 */
import type { StoreKeyPart, Write } from "../../durable/stored.ts";
import { expectEqual } from "./expect.ts";
import { type Started, type Tests, textOf, type Trial } from "./trial.ts";

/** Where tests write. */
export const KEY = ["orders", 7] as const;

/** Starts a run of "a". */
export async function begin(trial: Trial): Promise<Started> {
  await trial.send("a", "m");
  return await trial.start();
}

/** Writes a value as a run would. */
export async function put(trial: Trial, value: unknown): Promise<void> {
  const write = { type: "set", key: KEY, value } as const;
  await trial.complete(await begin(trial), { writes: [write] });
}

/** What stands at a key; `null` if nothing does. */
export async function valueAt(
  trial: Trial,
  key: readonly StoreKeyPart[] = KEY,
): Promise<unknown> {
  return (await trial.read(key)).value;
}

/** Ends two runs at the same time, each with writes of its own; answers what
 * became of them. */
async function race(
  trial: Trial,
  ...writes: readonly (readonly Write[])[]
): Promise<string[]> {
  for (const [key] of writes.entries()) await trial.send(`${key}`, "m");
  const claims = await trial.claimAll();
  const runs = await Promise.all(claims.map((claim) => trial.load(claim)));
  const states = await Promise.all(
    runs.map((run, at) => trial.complete(run, { writes: writes[at] })),
  );
  return states.sort();
}

/** A check that there is no entry. */
function absent(...key: StoreKeyPart[]): Write {
  return { type: "check", key, versionstamp: null };
}

/** An entry of 1. */
function one(...key: StoreKeyPart[]): Write {
  return { type: "set", key, value: 1 };
}

/** What checks do. */
export const conflictTests: Tests = {
  "writes: check of what has not changed lets the run end": async (trial) => {
    await put(trial, "first");
    const { versionstamp } = await trial.read(KEY);
    const run = await begin(trial);

    const state = await trial.complete(run, {
      writes: [
        { type: "check", key: KEY, versionstamp },
        { type: "set", key: KEY, value: "second" },
      ],
    });

    expectEqual(state, "idle", "the state");
    expectEqual(await valueAt(trial), "second", "the value");
  },

  "writes: check that there is no entry": async (trial) => {
    const check = { type: "check", key: KEY, versionstamp: null } as const;
    const set = { type: "set", key: KEY, value: "first" } as const;

    const first = await trial.complete(await begin(trial), {
      writes: [check, set],
    });
    const second = await trial.complete(await begin(trial), {
      writes: [check, set],
    });

    expectEqual([first, second], ["idle", "conflict"], "states");
  },

  "writes: a check that does not hold writes nothing": async (trial) => {
    await put(trial, "first");
    const { versionstamp } = await trial.read(KEY);
    await put(trial, "second");
    await trial.send("a", "m", { reply: "r" });
    const run = await trial.start();

    const settled = await trial.complete(run, {
      context: "c",
      result: "done",
      writes: [
        { type: "set", key: ["other"], value: 1 },
        { type: "check", key: KEY, versionstamp },
        { type: "set", key: KEY, value: "third" },
      ],
    });

    expectEqual(settled, "conflict", "the state");
    expectEqual(await valueAt(trial), "second", "the value");
    expectEqual(await valueAt(trial, ["other"]), null, "the other value");
    expectEqual(await trial.result("r"), undefined, "the result");
    expectEqual(await trial.state(), "running", "the state of the item");
    await trial.end(run, "release");
    const next = await trial.start();
    expectEqual(textOf(next.context), undefined, "the context");
    expectEqual(next.texts, ["m"], "messages");
  },

  "writes: after a conflict the claim is still held": async (trial) => {
    await put(trial, "first");
    const run = await begin(trial);
    await trial.complete(run, {
      writes: [{ type: "check", key: KEY, versionstamp: null }],
    });
    await trial.send("a", "n");
    const claims = await trial.claim();

    const { versionstamp } = await trial.read(KEY);
    const state = await trial.complete(run, {
      writes: [{ type: "check", key: KEY, versionstamp }],
    });

    expectEqual(claims, [], "claims of others");
    expectEqual(state, "queued", "the state");
    expectEqual(await trial.drain(), ["n"], "what is handed");
  },

  "writes: of two that check and write the same, one conflicts": async (
    trial,
  ) => {
    const claim = [absent("x"), one("x")];

    expectEqual(
      await race(trial, claim, claim),
      ["conflict", "idle"],
      "states",
    );
  },

  "writes: of two that check what the other writes, one conflicts": async (
    trial,
  ) => {
    const first = [absent("x"), one("y")];
    const second = [absent("y"), one("x")];

    const states = await race(trial, first, second);

    expectEqual(states, ["conflict", "idle"], "states");
  },

  "writes: of two that check the same and write others, none conflicts": async (
    trial,
  ) => {
    const first = [absent("x"), one("y")];
    const second = [absent("x"), one("z")];

    const states = await race(trial, first, second);

    expectEqual(states, ["idle", "idle"], "states");
  },
};
