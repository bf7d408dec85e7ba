/** Only the callback's own settlement ends a run, and somebody is told how. */
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { CancelledError } from "../../mod.ts";
import {
  microtasks,
  obey,
  ObservedStage,
  peek,
  Puppet,
  Stage,
} from "./support/stage.ts";

Deno.test("request() resolves with what the callback returns, promise or not", async () => {
  await using stage = new Stage();
  const direct = stage.scheduler.createWorkItem({ run: () => 1 });
  const later = stage.scheduler.createWorkItem({
    run: () => Promise.resolve(2),
  });

  assertEquals([await direct.request(), await later.request()], [1, 2]);
});

Deno.test("request() rejects with the run's error, and onError is not told", async () => {
  await using stage = new Stage();
  const error = new RangeError("broken");
  const item = stage.scheduler.createWorkItem({
    run: () => Promise.reject(error),
  });

  assertStrictEquals(await assertRejects(() => item.request()), error);
});

Deno.test("A run that fails unasked goes to onError, with the item's name", async () => {
  const told: unknown[] = [];
  await using stage = new Stage({
    onError: (error, source) => void told.push(error, source),
  });
  const item = stage.scheduler.createWorkItem({
    key: "a",
    run: () => Promise.reject("broken"),
  });

  item.enqueue();
  await item.flush(); // Waits for the end, however it ended.

  assertEquals(told, ["broken", { kind: undefined, key: "a" }]);
});

Deno.test("All requests that one run answers get its result", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({
    run: ({ coalesced }) => coalesced,
  });

  const results = await Promise.all([item.request(), item.request()]);

  assertEquals(results, [2, 2]);
});

Deno.test("A run that fails frees its executor and its item", async () => {
  await using stage = new Stage({ concurrency: 1 });
  const item = stage.scheduler.createWorkItem({
    run({ number }): void {
      if (number === 1) throw new Error("first");
    },
  });
  item.enqueue();
  await item.flush();

  item.enqueue();
  await item.flush();

  assertEquals(stage.takeErrors(), ["Error"]);
  const { ok, failed, running } = stage.scheduler.snapshot();
  assertEquals({ ok, failed, running }, { ok: 1, failed: 1, running: 0 });
});

Deno.test("A run keeps its executor and its item after its signal aborted", async () => {
  await using stage = new Stage({ concurrency: 1 });
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ run: puppet.run });
  const other = stage.scheduler.createWorkItem({ run(): void {} });
  item.enqueue();
  await microtasks();

  item.cancel({ running: true });
  item.enqueue();
  other.enqueue();
  await microtasks();

  assertEquals(puppet.at(1).signal.aborted, true);
  assertEquals([item.state, other.state], ["running", "queued"]);
  puppet.at(1).succeed();
  await microtasks();
  puppet.at(2).succeed();
});

Deno.test("A run that fulfils after its signal aborted has succeeded", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ run: puppet.run });
  const answer = item.request();
  const flush = item.flush();
  await microtasks();

  item.cancel({ running: true });
  puppet.at(1).succeed("done");

  assertEquals(await answer, "done");
  await flush;
  const { ok, aborted } = stage.scheduler.snapshot();
  assertEquals({ ok, aborted }, { ok: 1, aborted: 0 });
});

Deno.test("cancel({ running: true }) makes a run that rejects an aborted one", async () => {
  await using stage = new ObservedStage();
  const item = stage.scheduler.createWorkItem({ key: "a", run: obey });
  const answer = item.request();
  const flush = item.flush();
  const idle = peek(item.idle());
  await microtasks();

  item.cancel({ running: true });

  const error = await assertRejects(() => answer, CancelledError, '"a"');
  assertEquals(error.cause instanceof CancelledError, true); // The abort.
  await assertRejects(() => flush, CancelledError);
  await microtasks();
  assertEquals(idle.now, undefined);
  assertEquals(stage.recorder.lines.at(-1), "ended a #1 aborted");
  assertEquals(stage.scheduler.snapshot().aborted, 1);
});

Deno.test("cancel({ running: true }) gives no error of the abort to onError", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ run: puppet.run });
  const endings = [
    (signal: AbortSignal): unknown => signal.reason,
    (): unknown => new DOMException("gone", "AbortError"),
    (): unknown => new RangeError("news"),
  ];

  for (const [index, ending] of endings.entries()) {
    item.enqueue();
    await microtasks();
    item.cancel({ running: true });
    const { fail, signal } = puppet.at(index + 1);
    fail(ending(signal));
    await microtasks();
  }

  assertEquals(stage.takeErrors(), ["RangeError"]);
  assertEquals(stage.scheduler.snapshot().aborted, 3);
});

Deno.test("cancel() refuses those who wait for the wake-up, not those of the run", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ run: puppet.run });
  const first = peek(item.request());
  await microtasks();
  const second = item.request();
  const flush = item.flush();
  const idle = item.idle();

  assertEquals(item.cancel(), []);

  for (const promise of [second, flush, idle]) {
    await assertRejects(() => promise, CancelledError);
  }
  assertEquals([first.now, item.state], ["pending", "running"]);
  puppet.at(1).succeed("first");
  await microtasks();
  assertEquals([first.now, item.state], ["first", "idle"]);
  assertEquals(stage.scheduler.snapshot().starts, 1);
});

Deno.test("cancel() leaves no trace in the queue", async () => {
  await using stage = new Stage({ concurrency: 1 });
  const order: unknown[] = [];
  const [a, b, c] = ["a", "b", "c"].map((key) =>
    stage.scheduler.createWorkItem({ key, run: (run) => order.push(run.key) })
  );
  for (const item of [a, b, c]) item?.enqueue();

  b?.cancel();
  const { owed, ready } = stage.scheduler.snapshot();
  b?.enqueue(); // At the tail, not in its old place.
  await stage.scheduler.idle();

  assertEquals([owed, ready], [2, 2]);
  assertEquals(order, ["a", "c", "b"]);
});

Deno.test("cancel() refuses options it does not know", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({ run(): void {} });
  const cancel = item.cancel as (options: object) => unknown;

  await assertRejects(
    () => new Promise(() => cancel.call(item, { runing: true })),
    TypeError,
    'did you mean "running"',
  );
});

Deno.test("run.stale tells whether the next run is owed already", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ run: puppet.run });
  item.enqueue();
  await microtasks();
  const { run, succeed } = puppet.at(1);

  const before = run.stale;
  item.enqueue();
  const owed = run.stale;
  item.cancel();

  assertEquals([before, owed, run.stale], [false, true, false]);
  succeed();
});
