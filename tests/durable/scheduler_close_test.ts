import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ClosedError, exponential, type } from "../../mod.ts";
import { fsck } from "../../src/durable/mod.ts";
import {
  aborted,
  hooked,
  latch,
  lineTo,
  Stage,
  turn,
} from "./scheduler_stage.ts";

Deno.test("close() of a scheduler that never did anything", async () => {
  await using stage = new Stage();

  const report = await stage.scheduler().close();

  assertEquals(report, { finished: 0, released: [], stuck: [] });
});

Deno.test("close() lets what runs end, and claims nothing more", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ concurrency: 1 });
  const gate = latch<string>();
  const started: string[] = [];
  const a = scheduler.define("a", {
    run({ key }): Promise<string> {
      started.push(key);
      return gate.promise;
    },
  });
  const result = a.request("1");
  await turn();
  await a.enqueue("2");

  const closing = scheduler.close();
  await stage.pass(500);
  gate.resolve("done");

  assertEquals(await closing, { finished: 1, released: [], stuck: [] });
  assertEquals([await result, started], ["done", ["1"]]);
  assertEquals((await stage.store.list({ kind: "a" })).items.length, 1);
  assertEquals(await stage.store.sessions(), []);
});

Deno.test("close() aborts after the grace, and gives back what rejects", async () => {
  await using stage = new Stage();
  const { scheduler, recorder } = stage.watched();
  let reason: unknown;
  const a = scheduler.define("a", {
    message: type<number>(),
    retry: exponential(),
    run({ signal }): Promise<never> {
      signal.onabort = () => reason = signal.reason;
      return aborted(signal);
    },
    undelivered: () => recorder.paused({ paused: true }),
  });
  await a.enqueue("k", 7);
  await turn();

  const closing = scheduler.close({ grace: 100 });
  await stage.pass(90);
  const before = reason;
  await stage.pass(20);

  const name = { kind: "a", key: "k" };
  assertEquals(await closing, { finished: 0, released: [name], stuck: [] });
  assertStrictEquals(before, undefined);
  assertInstanceOf(reason, ClosedError);
  const item = await stage.store.inspect(name);
  assertEquals([item?.state, item?.failures, item?.messages], ["queued", 0, 1]);
  assertEquals(recorder.lines.at(-1), "ended a/k #1 aborted");
});

Deno.test("close() reports what never settles, gives it back, and ends", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler();
  const gate = latch();
  const a = scheduler.define("a", {
    context: () => ({ n: 0 }),
    async run({ context }): Promise<void> {
      await gate.promise;
      context.n = 1;
    },
  });
  await a.enqueue("k");
  await turn();

  const closing = scheduler.close({ grace: 100, abortGrace: 50 });
  await stage.pass(200);

  const name = { kind: "a", key: "k" };
  const report = await closing;
  assertEquals(report, { finished: 0, released: [name], stuck: [name] });
  assertEquals(scheduler.snapshot().stuck, 1);
  assertEquals((await stage.store.inspect(name))?.state, "queued");
  gate.resolve();
  await stage.pass(50);
  assertEquals((await stage.store.inspect(name))?.state, "queued");
  assertEquals(scheduler.snapshot().running, 0);
});

Deno.test("close() keeps what fails within the grace as any failure", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler();
  const gate = latch();
  const a = scheduler.define("a", {
    retry: [60_000],
    run: () => gate.promise,
  });
  await a.enqueue("k");
  await turn();

  const closing = scheduler.close();
  await turn();
  gate.reject(new Error("boom"));

  assertEquals((await closing).finished, 1);
  const item = await stage.store.inspect({ kind: "a", key: "k" });
  assertEquals([item?.state, item?.failures], ["backoff", 1]);
});

Deno.test("close() can be shortened, and is the same promise", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler();
  const a = scheduler.define("a", { run: ({ signal }) => aborted(signal) });
  await a.enqueue("k");
  await turn();

  const first = scheduler.close({ grace: 60_000 });
  await stage.pass(100);
  const second = scheduler.close({ grace: 10 });
  scheduler.close();
  await stage.pass(20);

  assertEquals((await first).released.length, 1);
  assertStrictEquals(await second, await first);
});

Deno.test("close() rejects mistakes in its options at once", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler();

  assertThrows(() => scheduler.close({ grace: -1 }), RangeError, '"grace"');
  assertEquals(scheduler.snapshot().closed, false);
});

Deno.test("the abort of the scheduler's signal closes it without grace", async () => {
  await using stage = new Stage();
  const controller = new AbortController();
  const { scheduler, recorder } = stage.watched({ signal: controller.signal });
  const a = scheduler.define("a", { run: ({ signal }) => aborted(signal) });
  await a.enqueue("k");
  await turn();

  controller.abort();
  await stage.pass(10);

  assertEquals(recorder.lines.at(-1), "ended a/k #1 aborted");
  assertEquals(scheduler.snapshot().closed, true);
  assertEquals(await stage.store.sessions(), []);
});

Deno.test("a signal that has aborted closes the scheduler at once", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ signal: AbortSignal.abort() });

  assertThrows(() => scheduler.define("a", { run(): void {} }), ClosedError);
});

Deno.test("close() while the session is being opened", async () => {
  await using stage = new Stage();
  const gate = latch();
  const store = hooked(stage.store, async (method, call) => {
    if (method === "openSession") await gate.promise;
    return await call();
  });
  const scheduler = stage.scheduler({ store });
  const a = scheduler.define("a", { run(): void {} });
  await a.enqueue("k");

  const closing = scheduler.close();
  await stage.pass(10);
  gate.resolve();

  assertEquals((await closing).released, []);
  assertEquals(await stage.store.sessions(), []);
});

Deno.test("close() while a claim is under way gives back what it brings", async () => {
  await using stage = new Stage();
  const gate = latch();
  let runs = 0;
  const store = hooked(stage.store, async (method, call) => {
    const answer = await call();
    if (method === "claim") await gate.promise;
    return answer;
  });
  const scheduler = stage.scheduler({ store });
  const a = scheduler.define("a", { run: () => void runs++ });
  await a.enqueue("k");
  await turn();

  const closing = scheduler.close();
  await stage.pass(10);
  gate.resolve();

  const name = { kind: "a", key: "k" };
  assertEquals([(await closing).released, runs], [[name], 0]);
  assertEquals((await stage.store.inspect(name))?.state, "queued");
});

Deno.test("close() while an item is read gives it back unrun", async () => {
  await using stage = new Stage();
  const gate = latch();
  let runs = 0;
  const store = hooked(stage.store, async (method, call) => {
    if (method === "load") await gate.promise;
    return await call();
  });
  const scheduler = stage.scheduler({ store });
  const a = scheduler.define("a", { run: () => void runs++ });
  await a.enqueue("k");
  await turn();

  const closing = scheduler.close();
  await stage.pass(10);
  gate.resolve();

  assertEquals([(await closing).released.length, runs], [1, 0]);
});

Deno.test("close() waits for the end of a run to be stored", async () => {
  await using stage = new Stage();
  const gate = latch();
  const store = hooked(stage.store, async (method, call) => {
    if (method === "settle") await gate.promise;
    return await call();
  });
  const scheduler = stage.scheduler({ store });
  const a = scheduler.define("a", { run(): void {} });
  await a.enqueue("k");
  await turn();
  let isClosed = false;

  const closing = scheduler.close({ grace: 100, abortGrace: 100 });
  closing.then(() => isClosed = true);
  await stage.pass(5_000);
  const before = isClosed;
  gate.resolve();

  assertEquals([before, (await closing).finished], [false, 1]);
  assertEquals(await a.inspect("k"), undefined);
});

for (const state of ["down", "silent"] as const) {
  Deno.test(`close() ends although the store is ${state}`, async () => {
    await using stage = new Stage();
    const line = lineTo(stage.store);
    const scheduler = stage.scheduler({ store: line.store, lease: 1_000 });
    const a = scheduler.define("a", { run(): void {} });
    await a.enqueue("k");
    await stage.pass(10);
    await a.enqueue("k");
    line.state = state;
    const result = a.request("k").catch((error) => error);
    const wait = a.get("k").flush().catch((error) => error);

    let timers: number | undefined;
    const closing = scheduler.close({ grace: 100, abortGrace: 100 });
    closing.then(() => timers = stage.clock.timers);
    await stage.pass(2_500);

    assertEquals((await closing).stuck, []);
    assertInstanceOf(await result, Error);
    assertInstanceOf(await wait, Error);
    assertEquals(timers, 0);
  });

  Deno.test(`close() of an idle scheduler ends although the store is ${state}`, async () => {
    await using stage = new Stage();
    const line = lineTo(stage.store);
    const scheduler = stage.scheduler({ store: line.store, lease: 1_000 });
    scheduler.define("a", { run(): void {} });
    await stage.pass(10);
    line.state = state;

    const closing = scheduler.close();
    await stage.pass(1_100);

    assertEquals((await closing).released, []);
    assertEquals(stage.clock.timers, 0);
  });
}

Deno.test("close() during an outage of its runs' ends", async () => {
  await using stage = new Stage();
  const line = lineTo(stage.store);
  const scheduler = stage.scheduler({ store: line.store, lease: 1_000 });
  const gate = latch();
  const a = scheduler.define("a", { run: () => gate.promise });
  await a.enqueue("k");
  await stage.pass(10);
  line.state = "down";
  gate.resolve();
  await stage.pass(10);

  const closing = scheduler.close({ grace: 100 });
  await stage.pass(3_000);

  assertEquals((await closing).finished, 0);
  assertEquals(stage.clock.timers, 0);
  const other = stage.scheduler({ lease: 1_000 });
  other.define("a", { run(): void {} });
  await stage.pass(3_000);
  assertEquals((await fsck(stage.store)).faults, []);
  assertEquals(await stage.store.inspect({ kind: "a", key: "k" }), undefined);
});

Deno.test("close() awaits what undelivered returned", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler();
  const gate = latch();
  let isTold = false;
  const a = scheduler.define("a", {
    run: () => Promise.reject(new Error("boom")),
    undelivered: () => gate.promise.then(() => isTold = true),
  });
  await a.enqueue("k");
  await turn();

  const closing = scheduler.close().then(() => isTold);
  await stage.pass(100);
  gate.resolve();

  assert(await closing);
});

Deno.test("after close() no timer is left, and nothing is asked", async () => {
  await using stage = new Stage();
  let calls = 0;
  const store = hooked(stage.store, (_method, call) => {
    calls++;
    return call();
  });
  const scheduler = stage.scheduler({ store });
  const a = scheduler.define("a", {
    rate: { limit: 1, interval: 9 },
    run(): void {},
  });
  await a.enqueue("1");
  await a.enqueue("2");
  await a.enqueue("3", undefined, { delay: 10_000 });
  await turn();

  await scheduler.close();
  const before = calls;
  await stage.pass(60_000);

  assertEquals([stage.clock.timers, calls - before], [0, 0]);
});

Deno.test("a scheduler is closed at the end of its scope", async () => {
  await using stage = new Stage();
  {
    await using scheduler = stage.scheduler();
    scheduler.define("a", { run(): void {} });
    await turn();
  }

  assertEquals(await stage.store.sessions(), []);
});

Deno.test("close() gives back a run that met with the closing itself", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler();
  const gate = Promise.withResolvers<void>();
  const others = scheduler.define("b", { run(): void {} });
  const kind = scheduler.define("a", {
    message: type<number>(),
    async run(): Promise<void> {
      await gate.promise;
      await others.enqueue("x");
    },
  });
  await kind.enqueue("k", 7);
  await stage.pass(10);

  const closing = scheduler.close({ grace: 1_000 });
  gate.resolve();
  await stage.pass(10);
  const { released } = await closing;

  assertEquals(released, [{ kind: "a", key: "k" }]);
  assertEquals(stage.errors, []);
  const left = await stage.store.inspect({ kind: "a", key: "k" });
  assertEquals([left?.state, left?.messages, left?.failures], ["queued", 1, 0]);
});
