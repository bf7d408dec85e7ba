/** `snapshot()`: counts of one instant that always add up. */
import { assertEquals, assertNotEquals } from "@std/assert";
import type { Snapshot } from "../../mod.ts";
import {
  assertCounts,
  microtasks,
  ObservedStage,
  Puppet,
} from "./support/stage.ts";

const NOTHING: Snapshot = {
  owed: 0,
  ready: 0,
  running: 0,
  delayed: 0,
  backoff: 0,
  held: 0,
  suspended: 0,
  concurrency: 2,
  starts: 0,
  ok: 0,
  failed: 0,
  aborted: 0,
  skipped: 0,
  stuck: 0,
  paused: false,
  closed: false,
};

Deno.test("snapshot() of a new scheduler counts nothing", async () => {
  await using stage = new ObservedStage({ concurrency: 2 });

  assertEquals(stage.scheduler.snapshot(), NOTHING);
});

Deno.test("snapshot() is of its instant: it does not change later", async () => {
  await using stage = new ObservedStage();
  const before = stage.scheduler.snapshot();

  await stage.scheduler.run(() => {});

  assertEquals(before.starts, 0);
  assertNotEquals(stage.scheduler.snapshot(), before);
});

Deno.test("snapshot() follows an item through everything, and adds up at each step", async () => {
  await using stage = new ObservedStage({ concurrency: 2 });
  const { scheduler } = stage;
  const puppet = new Puppet();
  const item = scheduler.createWorkItem({ key: "a", run: puppet.run });
  const other = scheduler.createWorkItem({
    whenRunning: "skip",
    run: puppet.run,
  });
  const counts: Snapshot = { ...NOTHING };
  const expect = async (change: Partial<Snapshot>): Promise<void> => {
    Object.assign(counts, change);
    assertCounts(counts); // The expectation itself.
    assertEquals(scheduler.snapshot(), counts);
    await microtasks();
    assertCounts(scheduler.snapshot());
  };

  scheduler.pause();
  await expect({ paused: true });
  item.enqueue();
  await expect({ owed: 1, ready: 1 });
  item.enqueue();
  await expect({});
  const suspension = item.suspend();
  await expect({ ready: 0, suspended: 1 });
  item.suspend().resume();
  await expect({});
  suspension.resume();
  await expect({ ready: 1, suspended: 0 });
  item.cancel();
  await expect({ owed: 0, ready: 0 });

  item.enqueue();
  scheduler.resume();
  await microtasks();
  await expect({ paused: false, running: 1, starts: 1 });
  item.enqueue();
  await expect({ owed: 1 }); // Behind its own run: not ready.
  puppet.at(1).succeed();
  await microtasks();
  await expect({ owed: 0, starts: 2, ok: 1 });
  puppet.at(2).fail("failure");
  await microtasks();
  await expect({ running: 0, failed: 1 });
  assertEquals(stage.takeErrors(), ["failure"]);

  other.enqueue();
  other.enqueue();
  await microtasks();
  await expect({ running: 1, starts: 3, skipped: 1 });
  other.cancel({ running: true });
  await expect({});
  puppet.at(3).fail(puppet.at(3).signal.reason);
  await microtasks();
  await expect({ running: 0, aborted: 1 });

  scheduler.concurrency = 1;
  await expect({ concurrency: 1 });
  item.enqueue();
  other.enqueue();
  await microtasks();
  await expect({ owed: 1, ready: 1, running: 1, starts: 4 });
  const closing = scheduler.close({ grace: 0, abortGrace: 10 });
  await expect({ owed: 0, ready: 0, closed: true });
  stage.clock.advance(10);
  await expect({ running: 0, stuck: 1 });
  await closing;
  puppet.at(4).succeed();
  await microtasks();
  await expect({});
});

Deno.test("snapshot() adds up inside a callback, a cleanup and an abort listener", async () => {
  await using stage = new ObservedStage({ concurrency: 2 });
  const { scheduler } = stage;
  const seen: number[] = [];
  const check = (): void => {
    assertCounts(scheduler.snapshot());
    seen.push(scheduler.snapshot().running);
  };
  const item = scheduler.createWorkItem({
    run({ signal }): Promise<void> {
      check();
      signal.addEventListener("abort", check);
      return new Promise<void>((resolve) => signal.onabort = () => resolve());
    },
    cleanup: check,
  });
  item.enqueue();
  await microtasks();

  item.cancel({ running: true });
  await item.delete();

  assertEquals(seen, [1, 1, 0]);
});

Deno.test("snapshot() counts restarted runs as aborted", async () => {
  await using stage = new ObservedStage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({
    whenRunning: "restart",
    run: puppet.run,
  });
  item.enqueue();
  await microtasks();
  item.enqueue();

  puppet.at(1).fail("restarted");
  await microtasks();
  puppet.at(2).succeed();
  await microtasks();

  const { aborted, ok, starts } = stage.scheduler.snapshot();
  assertEquals({ aborted, ok, starts }, { aborted: 1, ok: 1, starts: 2 });
});

Deno.test("snapshot() counts a suspended item once, and no longer once it is deleted", async () => {
  await using stage = new ObservedStage();
  const item = stage.scheduler.createWorkItem({ run(): void {} });
  item.suspend();
  item.suspend();
  assertEquals(stage.scheduler.snapshot().suspended, 1);

  await item.delete();

  assertEquals(stage.scheduler.snapshot().suspended, 0);
});
