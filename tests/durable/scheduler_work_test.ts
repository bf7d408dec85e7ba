import { assert, assertEquals, assertRejects } from "@std/assert";
import { ClosedError } from "../../mod.ts";
import { aborted, latch, lineTo, Stage, turn } from "./scheduler_stage.ts";

Deno.test("on-call: nothing runs but within work()", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "on-call" });
  let runs = 0;
  const a = scheduler.define("a", { run: () => void runs++ });
  await a.enqueue("1");
  await a.enqueue("2");
  await stage.pass(1_000);
  const before = [runs, (await stage.store.sessions()).length];

  const report = await scheduler.work();

  assertEquals([before, report, runs], [[0, 0], { runs: 2, more: false }, 2]);
  assertEquals(await stage.store.sessions(), []);
});

Deno.test("work() with nothing to do returns at once", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "on-call" });
  scheduler.define("a", { run(): void {} });

  assertEquals(await scheduler.work(), { runs: 0, more: false });
  assertEquals(stage.clock.timers, 0);
});

Deno.test("work() runs what its runs make ready, and what is due by now", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "on-call", concurrency: 1 });
  const started: string[] = [];
  const a = scheduler.define("a", {
    async run({ key }): Promise<void> {
      started.push(key);
      if (key < "3") await a.enqueue(`${Number(key) + 1}`);
    },
  });
  await a.enqueue("1");
  await a.enqueue("due", undefined, { delay: 100 });
  await a.enqueue("later", undefined, { delay: 60_000 });
  await stage.pass(200);

  const report = await scheduler.work();

  assertEquals(report, { runs: 4, more: false });
  assertEquals(started.includes("due"), true);
  assertEquals((await a.inspect("later"))?.state, "delayed");
});

Deno.test("work() stops before its deadline, and gives back what is left", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "on-call", concurrency: 1 });
  const a = scheduler.define("a", {
    run: ({ signal }): Promise<void> => aborted(signal),
  });
  await a.enqueue("1");
  await a.enqueue("2");
  const startMs = stage.clock.now();

  const working = scheduler.work({ deadline: 10_000 });
  await stage.pass(8_900);
  const before = (await a.inspect("1"))?.state;
  await stage.pass(1_100);

  assertEquals(await working, { runs: 0, more: true });
  assertEquals([before, (await a.inspect("1"))?.state], ["running", "queued"]);
  assertEquals(await stage.store.sessions(), []);
  assert(stage.clock.now() - startMs <= 10_010);
});

Deno.test("work() leaves a callback that never settles at its deadline", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "on-call" });
  const gate = latch();
  const a = scheduler.define("a", { run: () => gate.promise });
  await a.enqueue("k");

  const working = scheduler.work({ deadline: 1_000 });
  await stage.pass(1_010);

  assertEquals(await working, { runs: 0, more: true });
  assertEquals((await a.inspect("k"))?.state, "queued");
  gate.resolve();
});

Deno.test("work() ends with its signal", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "on-call" });
  const controller = new AbortController();
  const a = scheduler.define("a", { run: ({ signal }) => aborted(signal) });
  await a.enqueue("k");

  const working = scheduler.work({ signal: controller.signal });
  await turn();
  controller.abort();

  assertEquals(await working, { runs: 0, more: true });
  const { signal } = controller;
  assertEquals(await scheduler.work({ signal }), { runs: 0, more: true });
});

Deno.test("work() twice at once shares what is ready", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "on-call", concurrency: 2 });
  const a = scheduler.define("a", { run: () => turn() });
  for (let n = 0; n < 10; n++) await a.enqueue(`${n}`);

  const reports = await Promise.all([scheduler.work(), scheduler.work()]);

  assertEquals(reports.reduce((sum, { runs }) => sum + runs, 0), 10);
  assertEquals(await stage.store.sessions(), []);
});

Deno.test("work() that is paused runs nothing, and says so", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "on-call" });
  const a = scheduler.define("a", { run(): void {} });
  await a.enqueue("k");
  scheduler.pause();

  const working = scheduler.work({ deadline: 1_000 });
  await stage.pass(1_000);

  assertEquals(await working, { runs: 0, more: true });
});

Deno.test("work() ends at its deadline although the store is down", async () => {
  await using stage = new Stage();
  const line = lineTo(stage.store);
  const scheduler = stage.scheduler({ store: line.store, handlers: "on-call" });
  scheduler.define("a", { run(): void {} });
  line.state = "down";

  const working = scheduler.work({ deadline: 2_000 });
  await stage.pass(2_000);

  assertEquals(await working, { runs: 0, more: true });
  assertEquals(stage.errors.length, 1);
});

Deno.test("close() ends work() that goes on", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "on-call" });
  const a = scheduler.define("a", { run: ({ signal }) => aborted(signal) });
  await a.enqueue("k");
  const working = scheduler.work();
  await turn();

  const report = await scheduler.close({ grace: 0 });

  assertEquals(report.released, [{ kind: "a", key: "k" }]);
  assertEquals(await working, { runs: 0, more: true });
  await assertRejects(() => scheduler.work(), ClosedError);
});

for (const handlers of ["here", "elsewhere"] as const) {
  Deno.test(`work() is refused where handlers are ${handlers}`, async () => {
    await using stage = new Stage();
    const scheduler = stage.scheduler({ handlers });

    await assertRejects(() => scheduler.work(), TypeError, '"on-call"');
  });
}

Deno.test("work() rejects mistakes in its options", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "on-call" });

  await assertRejects(() => scheduler.work({ deadline: -1 }), RangeError);
});
