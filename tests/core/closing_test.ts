/** `close()`: three bounded phases, a report, and nothing left behind. */
import {
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ClosedError, type LeftItem } from "../../mod.ts";
import { assertCounts, microtasks, obey, peek } from "./support/stage.ts";
import { Puppet, Stage } from "./support/stage.ts";

function name(key: string): LeftItem {
  return { kind: undefined, key, messages: [] };
}

const EMPTY = { finished: 0, aborted: [], left: [], stuck: [] };

Deno.test("close() of an idle scheduler reports nothing, without a timer", async () => {
  await using stage = new Stage();

  const report = await stage.scheduler.close();

  assertEquals(report, EMPTY);
  assertEquals(stage.clock.timers, 0);
  assertEquals(stage.scheduler.snapshot().closed, true);
});

Deno.test("close() refuses all that is new at once", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({ run(): void {} });
  const scope = stage.scheduler.createScope();

  stage.scheduler.close();

  assertThrows(() => item.enqueue(), ClosedError);
  assertThrows(() => item.suspend(), ClosedError);
  await assertRejects(() => item.request(), ClosedError);
  await assertRejects(() => stage.scheduler.run(() => 1), ClosedError);
  assertThrows(() => stage.scheduler.createScope(), ClosedError);
  assertThrows(() => scope.createWorkItem({ run(): void {} }), ClosedError);
});

Deno.test("close() lets what is due run, reruns and waiting ones included", async () => {
  await using stage = new Stage({ concurrency: 1 });
  const puppet = new Puppet();
  const running = stage.scheduler.createWorkItem({ run: puppet.run });
  running.enqueue();
  await microtasks();
  running.enqueue();
  const queued = stage.scheduler.createWorkItem({ run: () => "queued" });
  const answer = queued.request();
  const oneShot = stage.scheduler.run(() => "one-shot");

  const closing = stage.scheduler.close();
  puppet.at(1).succeed();
  await microtasks();
  puppet.at(2).succeed();

  assertEquals(await Promise.all([answer, oneShot]), ["queued", "one-shot"]);
  assertEquals(await closing, { ...EMPTY, finished: 4 });
});

Deno.test("close() counts failed runs as finished, and those before it not at all", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({
    run: () => Promise.reject(new RangeError("broken")),
  });
  item.enqueue();
  await item.flush();
  item.enqueue();

  const { finished } = await stage.scheduler.close();

  assertEquals(finished, 1);
  assertEquals(stage.takeErrors(), ["RangeError", "RangeError"]);
});

Deno.test("close() aborts when the grace ends, to the millisecond", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ key: "a", run: puppet.run });
  const answer = item.request();
  await microtasks();

  const closing = stage.scheduler.close(); // 30 s.
  stage.clock.advance(29_999);
  const { fail, signal } = puppet.at(1);
  assertEquals(signal.aborted, false);
  stage.clock.advance(1);
  assertEquals(signal.aborted, true);
  assertEquals(signal.reason.code, "WI-CLOSED");
  fail(signal.reason);

  assertEquals(await closing, { ...EMPTY, aborted: [name("a")] });
  await assertRejects(() => answer, ClosedError);
  assertEquals(stage.scheduler.snapshot().aborted, 1);
});

Deno.test("close() counts a run that fulfils after the abort as finished", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ run: puppet.run });
  const answer = item.request();
  await microtasks();

  const closing = stage.scheduler.close({ grace: 0 });
  puppet.at(1).succeed("done");

  assertEquals(await answer, "done");
  assertEquals(await closing, { ...EMPTY, finished: 1 });
});

Deno.test("close() reports an abort's other error to onError if nobody waits", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  stage.scheduler.createWorkItem({ run: puppet.run }).enqueue();
  stage.scheduler.createWorkItem({ run: obey }).enqueue();
  await microtasks();

  const closing = stage.scheduler.close({ grace: 0 });
  puppet.at(1).fail(new RangeError("news"));
  await closing;

  assertEquals(stage.takeErrors(), ["RangeError"]);
});

Deno.test("close() leaves what is due when the grace ends", async () => {
  await using stage = new Stage({ concurrency: 1 });
  const scope = stage.scheduler.createScope({ serialize: true });
  const puppet = new Puppet();
  const keys = ["runs", "behind gate", "also behind"];
  const [runs, ...behind] = keys.map((key) =>
    scope.createWorkItem({ key, run: puppet.run })
  );
  runs?.enqueue();
  await microtasks();
  const waiting = [runs, ...behind].map((item) => item?.request());
  const queued = stage.scheduler.createWorkItem({
    key: "queued",
    run(): void {},
  });
  waiting.push(queued.request());
  const flush = queued.flush();
  const oneShot = stage.scheduler.run(() => "never");
  const idle = stage.scheduler.idle();

  const closing = stage.scheduler.close({ grace: 0 });

  for (const promise of [...waiting, flush, oneShot, idle]) {
    await assertRejects(() => promise ?? Promise.resolve(), ClosedError);
  }
  puppet.at(1).succeed();
  const { left, finished } = await closing;
  const names = left.map(({ key }) => key).sort();
  assertEquals(names, [...keys, "queued", undefined].sort());
  assertEquals(finished, 1);
});

Deno.test("close() leaves suspended work at once, and lets due work run", async () => {
  await using stage = new Stage();
  const suspended = stage.scheduler.createWorkItem({
    key: "a",
    run(): void {},
  });
  suspended.suspend();
  const answer = suspended.request();
  const due = stage.scheduler.createWorkItem({ run(): void {} });
  due.enqueue();

  const closing = stage.scheduler.close();

  await assertRejects(() => answer, ClosedError);
  assertEquals(await closing, { ...EMPTY, finished: 1, left: [name("a")] });
});

Deno.test("close() of a paused scheduler leaves due work at once, runs go on", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const running = stage.scheduler.createWorkItem({ key: "r", run: puppet.run });
  running.enqueue();
  await microtasks();
  stage.scheduler.pause();
  const due = stage.scheduler.createWorkItem({ key: "d", run(): void {} });
  const answer = due.request();
  running.enqueue();

  const closing = peek(stage.scheduler.close());

  await assertRejects(() => answer, ClosedError);
  assertEquals([closing.now, puppet.at(1).signal.aborted], ["pending", false]);
  puppet.at(1).succeed();
  await microtasks();
  const left = [name("d"), name("r")];
  assertEquals(closing.now, { ...EMPTY, finished: 1, left });
});

Deno.test("close() lists runs that never settle as stuck, after abortGrace", async () => {
  await using stage = new Stage();
  const log: string[] = [];
  const cleanup = (what: string) => (): unknown => log.push(what);
  const scope = stage.scheduler.createScope({ cleanup: cleanup("around") });
  const beside = stage.scheduler.createScope({ cleanup: cleanup("beside") });
  beside.createWorkItem({ run(): void {}, cleanup: cleanup("beside item") });
  const puppet = new Puppet();
  const stuck = scope.createWorkItem({
    key: "stuck",
    run: puppet.run,
    cleanup: cleanup("stuck item"),
  });
  scope.createWorkItem({ run(): void {}, cleanup: cleanup("sibling") });
  const waits = [stuck.request(), stuck.flush(), stuck.idle()];
  waits.push(stage.scheduler.idle());
  await microtasks();

  const closing = peek(stage.scheduler.close({ grace: 5 }));
  stage.clock.advance(5 + 999); // 1 s.
  await microtasks();
  assertEquals(closing.now, "pending");
  stage.clock.advance(1);
  await microtasks();

  assertEquals(closing.now, { ...EMPTY, stuck: [name("stuck")] });
  for (const wait of waits) await assertRejects(() => wait, ClosedError);
  assertEquals(log.sort(), ["beside", "beside item", "sibling"]);
  const before = stage.scheduler.snapshot();
  assertEquals([before.stuck, before.running], [1, 0]);
  puppet.at(1).succeed("late"); // Ignored.
  await microtasks();
  assertEquals(stage.scheduler.snapshot(), before);
  assertEquals(stage.clock.timers, 0);
});

Deno.test("close() stops the timer of a stuck run's timeout", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ timeout: 9, run: puppet.run });
  item.enqueue();
  await microtasks();

  const { stuck } = await stage.close({ grace: 100, abortGrace: 100 });

  assertEquals([stuck.length, stage.clock.timers], [1, 0]);
});

Deno.test("close() cleans up children first, then their scopes", async () => {
  await using stage = new Stage();
  const log: string[] = [];
  const cleanup = (what: string) => (): unknown => log.push(what);
  const outer = stage.scheduler.createScope({ cleanup: cleanup("outer") });
  const inner = outer.createScope({ cleanup: cleanup("inner") });
  inner.createWorkItem({ run(): void {}, cleanup: cleanup("item") });
  stage.scheduler.createWorkItem({
    run(): void {},
    cleanup: cleanup("root item"),
  });

  await stage.scheduler.close();

  assertEquals(log.filter((line) => line !== "root item"), [
    "item",
    "inner",
    "outer",
  ]);
  assertEquals(log.length, 4);
});

Deno.test("close() twice is one promise; the second may shorten the grace", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  stage.scheduler.createWorkItem({ run: puppet.run }).enqueue();
  await microtasks();
  const { signal } = puppet.at(1);

  const first = stage.scheduler.close({ grace: 1_000 });
  assertStrictEquals(stage.scheduler.close({ grace: 5_000 }), first);
  stage.clock.advance(500);
  assertStrictEquals(stage.scheduler.close({ grace: 100 }), first);
  stage.clock.advance(99);
  assertEquals(signal.aborted, false);
  stage.clock.advance(1);

  assertEquals(signal.aborted, true);
  puppet.at(1).fail(signal.reason);
  await first;
});

Deno.test("close() is not prolonged by a second call", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  stage.scheduler.createWorkItem({ run: puppet.run }).enqueue();
  await microtasks();

  const closing = peek(stage.scheduler.close({ grace: 10, abortGrace: 10 }));
  stage.scheduler.close({ grace: 1_000, abortGrace: 1_000 });
  stage.clock.advance(20);
  await microtasks();

  assertEquals(closing.now === "pending", false);
});

Deno.test("close() is bounded by its times though a cleanup never settles", async () => {
  await using stage = new Stage();
  stage.scheduler.createWorkItem({
    run(): void {},
    cleanup: () => new Promise(() => {}),
  });

  const closing = peek(stage.scheduler.close({ grace: 0, abortGrace: 50 }));
  await microtasks();
  assertEquals(closing.now, "pending");
  stage.clock.advance(50);
  await microtasks();

  assertEquals(closing.now, EMPTY);
  assertEquals(stage.takeErrors(), ["TimeoutError"]);
});

Deno.test("The scheduler's signal closes without grace, and is let go of", async () => {
  const controller = new AbortController();
  await using stage = new Stage({ signal: controller.signal });
  const item = stage.scheduler.createWorkItem({ key: "a", run: obey });
  item.enqueue();
  await microtasks();

  controller.abort();

  assertThrows(() => item.enqueue(), ClosedError);
  assertEquals((await stage.scheduler.close()).aborted, [name("a")]);
});

Deno.test("A scheduler whose signal has aborted is born closed", async () => {
  await using stage = new Stage({ signal: AbortSignal.abort() });

  assertEquals(stage.scheduler.snapshot().closed, true);
  assertThrows(
    () => stage.scheduler.createWorkItem({ run(): void {} }),
    ClosedError,
  );
  assertEquals(await stage.scheduler.close(), EMPTY);
});

Deno.test("Symbol.asyncDispose closes and waits for what is due", async () => {
  const stage = new Stage();
  let runs = 0;
  {
    await using scheduler = stage.scheduler;
    scheduler.createWorkItem({ run: () => void runs++ }).enqueue();
  }

  assertEquals([runs, stage.scheduler.snapshot().closed], [1, true]);
  assertCounts(stage.scheduler.snapshot());
});

Deno.test("close() called inside an observer of the start aborts that run", async () => {
  await using stage = new Stage();
  let isAborted: boolean | undefined;
  const item = stage.scheduler.createWorkItem({
    run: ({ signal }) => void (isAborted = signal.aborted),
  });
  stage.scheduler.observe({
    started: () => void stage.scheduler.close({ grace: 0 }),
  });

  item.enqueue();
  await microtasks();

  assertEquals(isAborted, true);
});
