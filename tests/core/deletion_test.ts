/** `delete()`: what is queued runs once more, then the cleanup, exactly once. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ClosedError, DeletedError } from "../../mod.ts";
import {
  microtasks,
  ObservedStage,
  peek,
  Puppet,
  Stage,
} from "./support/stage.ts";

Deno.test("delete() of an idle item cleans up and resolves with undefined", async () => {
  await using stage = new ObservedStage();
  let cleanups = 0;
  const item = stage.scheduler.createWorkItem({
    key: "a",
    run(): void {},
    cleanup: () => cleanups++,
  });

  assertEquals(await item.delete(), undefined);

  assertEquals([item.state, cleanups], ["deleted", 1]);
  assertEquals(stage.recorder.take(), ["deleted a"]);
});

Deno.test("delete() lets what is queued run once more", async () => {
  await using stage = new Stage();
  const log: string[] = [];
  const item = stage.scheduler.createWorkItem({
    run: () => void log.push("run"),
    cleanup: () => log.push("cleanup"),
  });
  const answer = item.request();
  const flush = item.flush();

  const deletion = item.delete();

  assertEquals(item.state, "deleting");
  await Promise.all([answer, flush]);
  assertEquals(await deletion, undefined);
  assertEquals(log, ["run", "cleanup"]);
});

Deno.test("delete() waits for the run and for the one that is owed", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  let cleanups = 0;
  const item = stage.scheduler.createWorkItem({
    run: puppet.run,
    cleanup: () => cleanups++,
  });
  item.enqueue();
  await microtasks();
  const second = item.request();

  const deletion = peek(item.delete());
  puppet.at(1).succeed();
  await microtasks();
  assertEquals([cleanups, deletion.now], [0, "pending"]);
  assertEquals(item.state, "deleting");
  puppet.at(2).succeed("second");

  assertEquals(await second, "second");
  await microtasks();
  assertEquals([cleanups, deletion.now], [1, undefined]);
});

Deno.test("delete() does not clean up before all overlapping runs have settled", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  let cleanups = 0;
  const item = stage.scheduler.createWorkItem({
    whenRunning: "overlap",
    run: puppet.run,
    cleanup: () => cleanups++,
  });
  for (let run = 0; run < 3; run++) {
    item.enqueue();
    await microtasks();
  }

  item.delete();
  for (const number of [2, 1, 3]) {
    assertEquals(cleanups, 0);
    puppet.at(number).succeed();
    await microtasks();
  }

  assertEquals([cleanups, item.state], [1, "deleted"]);
});

Deno.test("delete() cleans up after a last run that fails", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({
    run: () => Promise.reject(new RangeError("broken")),
  });
  item.enqueue();

  assertEquals(await item.delete(), undefined);

  assertEquals(stage.takeErrors(), ["RangeError"]);
});

for (const behind of ["suspended", "paused"] as const) {
  Deno.test(`delete() of what is owed and ${behind} drops it unrun`, async () => {
    await using stage = new Stage();
    const item = stage.scheduler.createWorkItem({ run(): void {} });
    const answer = item.request();
    const flush = item.flush();
    const idle = item.idle();
    if (behind === "suspended") item.suspend();
    else stage.scheduler.pause();

    const dropped = item.delete();

    assertEquals(await dropped, []);
    for (const promise of [answer, flush, idle]) {
      await assertRejects(() => promise, DeletedError);
    }
    stage.scheduler.resume();
    await microtasks();
    const { owed, starts, suspended } = stage.scheduler.snapshot();
    assertEquals({ owed, starts, suspended }, {
      owed: 0,
      starts: 0,
      suspended: 0,
    });
  });

  Deno.test(`delete() while running, owed and ${behind} waits for the run alone`, async () => {
    await using stage = new Stage();
    const puppet = new Puppet();
    const item = stage.scheduler.createWorkItem({ run: puppet.run });
    const first = item.request();
    await microtasks();
    const second = item.request();
    if (behind === "suspended") item.suspend();
    else stage.scheduler.pause();

    const deletion = peek(item.delete());
    await assertRejects(() => second, DeletedError);
    assertEquals(deletion.now, "pending");
    puppet.at(1).succeed("first");

    assertEquals(await first, "first");
    await microtasks();
    assertEquals(deletion.now, []);
  });
}

Deno.test("pause() after delete() holds the last run back, not for good", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({ run(): void {} });
  item.enqueue();
  const deletion = peek(item.delete());

  stage.scheduler.pause();
  await microtasks();
  assertEquals(deletion.now, "pending");
  stage.scheduler.resume();
  await microtasks();

  assertEquals(deletion.now, undefined);
  assertEquals(stage.scheduler.snapshot().ok, 1);
});

Deno.test("A suspension outlives its item without harm", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ run: puppet.run });
  item.enqueue();
  await microtasks();
  const [first, second] = [item.suspend(), item.suspend()];

  item.delete();
  first.resume();
  puppet.at(1).succeed();
  await microtasks();
  second.resume();

  assertEquals(item.state, "deleted");
  assertEquals(stage.scheduler.snapshot().suspended, 0);
});

Deno.test("run.item.delete() only marks: it resolves at once, the end comes later", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ run: puppet.run });
  item.enqueue();
  await microtasks();
  const { run, succeed } = puppet.at(1);

  assertEquals(await run.item.delete(), undefined);

  assertEquals(item.state, "deleting");
  assertThrows(() => run.item.enqueue(), DeletedError);
  const deletion = peek(item.delete());
  await microtasks();
  assertEquals(deletion.now, "pending");
  succeed();
  await microtasks();
  assertEquals([item.state, deletion.now], ["deleted", undefined]);
});

Deno.test("delete() twice is the same promise, from every state", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ run: puppet.run });
  item.enqueue();
  await microtasks();

  const promises = new Set([item.delete(), item.delete()]);
  puppet.at(1).succeed();
  await microtasks();
  promises.add(item.delete());

  assertEquals(promises.size, 1);
});

Deno.test("delete(), flush() and close() await the promise of cleanup", async () => {
  await using stage = new Stage();
  const { promise, resolve } = Promise.withResolvers<void>();
  const item = stage.scheduler.createWorkItem({
    run(): void {},
    cleanup: () => promise,
  });

  const waits = [item.delete(), item.flush(), item.idle()].map(peek);
  const closing = peek(stage.scheduler.close());
  await microtasks();
  assertEquals(waits.map(({ now }) => now), Array(3).fill("pending"));
  assertEquals([item.state, closing.now], ["deleting", "pending"]);
  resolve();
  await microtasks();

  assertEquals(waits.map(({ now }) => now), Array(3).fill(undefined));
  assertEquals(closing.now === "pending", false);
});

for (const how of ["throws", "rejects"] as const) {
  Deno.test(`A cleanup that ${how} goes to onError, and delete() resolves`, async () => {
    const told: unknown[] = [];
    await using stage = new Stage({
      onError: (error, source) => void told.push(error, source),
    });
    const error = new RangeError("broken");
    const item = stage.scheduler.createWorkItem({
      key: "a",
      run(): void {},
      cleanup(): Promise<never> {
        if (how === "rejects") return Promise.reject(error);
        throw error;
      },
    });

    await item.delete();

    assertEquals(told, [error, { kind: undefined, key: "a" }]);
    assertEquals(item.state, "deleted");
  });
}

Deno.test("delete() awaits the promise of onError", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using stage = new Stage({ onError: () => promise });
  const item = stage.scheduler.createWorkItem({
    run: () => Promise.reject(new RangeError("broken")),
  });
  item.enqueue();

  const deletion = peek(item.delete());
  await microtasks();
  assertEquals(deletion.now, "pending");
  resolve();
  await microtasks();

  assertEquals(deletion.now, undefined);
});

Deno.test("A pending flush resolves though its item is deleted meanwhile", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ run: puppet.run });
  item.enqueue();
  const flush = peek(item.flush());
  await microtasks();

  item.delete();
  puppet.at(1).succeed();
  await microtasks();

  assertEquals(flush.now, undefined);
});

Deno.test("delete() pending at close() ends with it: what is due runs in the grace", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ key: "a", run: puppet.run });
  item.enqueue();
  await microtasks();
  item.enqueue();
  const deletion = item.delete();

  const closing = stage.scheduler.close();
  puppet.at(1).succeed();
  await microtasks();
  puppet.at(2).succeed();

  assertEquals(await deletion, undefined);
  const { finished, left } = await closing;
  assertEquals({ finished, left }, { finished: 2, left: [] });
});

Deno.test("delete() pending when the grace of close() ends drops what is owed", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ key: "a", run: puppet.run });
  item.enqueue();
  await microtasks();
  const owed = item.request();
  const deletion = item.delete();

  const closing = stage.scheduler.close({ grace: 0 });
  await assertRejects(() => owed, ClosedError);
  puppet.at(1).succeed();

  assertEquals(await deletion, []);
  const { finished, left } = await closing;
  const a = { kind: undefined, key: "a", messages: [] };
  assertEquals([finished, left], [1, [a]]);
});

Deno.test("delete() of an item whose run is stuck at close() rejects with ClosedError", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  let cleanups = 0;
  const item = stage.scheduler.createWorkItem({
    run: puppet.run,
    cleanup: () => cleanups++,
  });
  item.enqueue();
  await microtasks();
  const deletion = item.delete();
  const flush = item.flush();

  await stage.close();

  await assertRejects(() => deletion, ClosedError);
  await assertRejects(() => flush, ClosedError);
  puppet.at(1).succeed(); // Too late: nobody listens.
  await microtasks();
  assertEquals(cleanups, 0);
});
