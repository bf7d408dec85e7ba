/**
 * What one who waits for an item is told when no run answers: it is held, or
 * was cancelled or deleted.
 *
 * @module
 */
import type { Standing } from "../../durable/store.ts";
import { expectEqual, expectThat } from "./expect.ts";
import { named, type Tests, type Trial } from "./trial.ts";

/** How the item stands, as seen at a version or now. */
export async function standing(
  { store }: Trial,
  version?: string,
): Promise<Standing["state"]> {
  return (await store.standing(named("a"), version)).state;
}

/** Enqueues; answers the version to wait for. */
export async function send(
  trial: Trial,
  text?: string,
  delayMs = 0,
): Promise<string> {
  return (await trial.receipt("a", text, { delayMs })).version;
}

/** Cancels what waits. */
async function cancel({ store }: Trial): Promise<void> {
  await store.cancel(named("a"), { running: false });
}

/** Tests of how waiting ends otherwise. */
export const endTests: Tests = {
  "standing() tells of a hold": async (trial) => {
    const failed = await send(trial, "1");
    await trial.end(await trial.start(), "hold");
    const newer = await send(trial, "2");

    expectEqual(await standing(trial), "held", "now");
    expectEqual(await standing(trial, failed), "held", "the failed");
    expectEqual(await standing(trial, newer), "held", "the newer");
  },

  "standing() waits again after reset()": async (trial) => {
    const version = await send(trial, "1");
    await trial.end(await trial.start(), "hold");
    await trial.store.reset(named("a"));

    const before = await standing(trial, version);
    await trial.drain();

    expectEqual(before, "waiting", "before the next run");
    expectEqual(await standing(trial, version), "answered", "afterwards");
  },

  "standing() stays answered when a later run is held": async (trial) => {
    const version = await send(trial, "1");
    await trial.drain();

    await send(trial, "2");
    await trial.end(await trial.start(), "hold");

    expectEqual(await standing(trial, version), "answered", "the first");
  },

  "standing() tells of a cancel": async (trial) => {
    const version = await send(trial, "m");

    await cancel(trial);

    expectEqual(await standing(trial, version), "cancelled", "at its version");
    expectEqual(await standing(trial), "answered", "now");
  },

  "standing() tells of a cancel when another run is owed": async (trial) => {
    const first = await send(trial, "1");
    await cancel(trial);
    const second = await send(trial, "2");

    const before = [
      await standing(trial, first),
      await standing(trial, second),
    ];
    await trial.drain();

    expectEqual(before, ["cancelled", "waiting"], "before the next run");
    expectEqual(await standing(trial, first), "cancelled", "the first");
    expectEqual(await standing(trial, second), "answered", "the second");
  },

  "standing() tells of a cancelled rerun in the end": async (trial) => {
    const first = await send(trial, "1");
    const run = await trial.start();
    const second = await send(trial, "2");
    await cancel(trial);

    const during = await standing(trial, second);
    await trial.complete(run);

    expectThat(during !== "answered", "it was not answered during the run");
    expectEqual(await standing(trial, first), "answered", "the first");
    expectEqual(await standing(trial, second), "cancelled", "the second");
  },

  "standing() stays answered when a later run is cancelled": async (trial) => {
    const version = await send(trial, "1");
    await trial.drain();

    await send(trial, "2");
    await cancel(trial);

    expectEqual(await standing(trial, version), "answered", "the first");
  },

  "standing() of a delay is answered when that is cancelled": async (trial) => {
    const version = await send(trial, "later", 1_000);

    await cancel(trial);

    expectEqual(await standing(trial, version), "answered", "at its version");
  },

  "standing() tells of a deletion": async (trial) => {
    const version = await send(trial, "m");

    await trial.store.delete(named("a"));

    expectEqual(await standing(trial, version), "deleted", "at its version");
    expectEqual(await standing(trial), "answered", "now");
  },

  "standing() tells of the deletion of a rerun": async (trial) => {
    await send(trial, "1");
    const run = await trial.start();
    const version = await send(trial, "2");
    await trial.store.delete(named("a"));

    const during = await standing(trial, version);
    await trial.complete(run);

    expectEqual(during, "waiting", "during the run");
    expectEqual(await standing(trial, version), "deleted", "afterwards");
  },

  "standing() of a run that succeeds is answered, deleted or not": async (
    trial,
  ) => {
    const version = await send(trial, "1");
    const run = await trial.start();
    await trial.store.delete(named("a"));

    const during = await standing(trial, version);
    await trial.complete(run);

    expectEqual(during, "waiting", "during the run");
    expectEqual(await standing(trial, version), "answered", "afterwards");
  },

  "standing() stays answered when the item is deleted later": async (trial) => {
    const version = await send(trial, "1");
    await trial.drain();

    await send(trial, "2");
    await trial.store.delete(named("a"));

    expectEqual(await standing(trial, version), "answered", "the first");
  },

  "standing() is the same for another store": async (trial) => {
    const other = await trial.again();
    const version = await send(trial, "m");

    const before = (await other.store.standing(named("a"), version)).state;
    await trial.drain();
    const after = (await other.store.standing(named("a"), version)).state;

    expectEqual([before, after], ["waiting", "answered"], "before and after");
    await other.close();
  },
};
