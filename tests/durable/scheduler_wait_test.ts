import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  CancelledError,
  ClosedError,
  DeletedError,
  HeldError,
} from "../../mod.ts";
import { StoreError } from "../../src/durable/mod.ts";
import { latch, lineTo, Stage, turn } from "./scheduler_stage.ts";

/** Has it settled? */
function watched(promise: Promise<unknown>): { isSettled: boolean } {
  const state = { isSettled: false };
  promise.catch(() => {}).then(() => state.isSettled = true);
  return state;
}

Deno.test("flush() resolves at once when nothing is due", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", { run(): void {} });
  await a.enqueue("delayed", undefined, { delay: 1_000 });

  await a.get("new").flush();
  await a.get("delayed").flush();
});

Deno.test("flush() waits for the run and what it was due, not for later ones", async () => {
  await using stage = new Stage();
  const gates = [latch(), latch(), latch()];
  let runs = 0;
  const a = stage.scheduler().define("a", {
    run: () => gates[runs++]?.promise,
  });
  await a.enqueue("k");
  await stage.pass(1);
  await a.enqueue("k");

  const flush = watched(a.get("k").flush());
  gates[0]?.resolve();
  await stage.pass(50);
  await a.enqueue("k");
  assertEquals([runs, flush.isSettled], [2, false]);
  gates[1]?.resolve();
  await stage.pass(50);

  assertEquals([runs, flush.isSettled], [3, true]);
  gates[2]?.resolve();
});

Deno.test("flush() waits through retries", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", {
    retry: [100],
    run({ attempt }): void {
      if (attempt === 1) throw new Error("down");
    },
  });
  await a.enqueue("k");

  const flush = watched(a.get("k").flush());
  await stage.pass(50);
  const before = flush.isSettled;
  await stage.pass(100);

  assertEquals([before, flush.isSettled], [false, true]);
});

Deno.test("flush() resolves when the run failed: it tells nobody how", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", {
    run: () => Promise.reject(new Error("boom")),
    undelivered: () => {},
  });
  await a.enqueue("k");

  await a.get("k").flush();
});

Deno.test("flush() hears of what another process ran", async () => {
  await using stage = new Stage();
  const gate = latch();
  stage.scheduler().define("a", { run: () => gate.promise });
  const elsewhere = stage.scheduler({ handlers: "elsewhere" });
  const a = elsewhere.define("a", { run(): void {} });
  await a.enqueue("k");

  const flush = a.get("k").flush();
  await stage.pass(10);
  gate.resolve();
  await stage.pass(300);

  await flush;
});

Deno.test("flush() and idle() reject when the item is held", async () => {
  await using stage = new Stage();
  const gate = latch();
  const a = stage.scheduler().define("a", {
    whenExhausted: "hold",
    run: () => gate.promise,
  });
  await a.enqueue("k");
  await stage.pass(1);

  const flush = a.get("k").flush().catch((error) => error);
  const idle = a.get("k").idle().catch((error) => error);
  await turn();
  gate.reject(new Error("boom"));
  await stage.pass(300);

  assertInstanceOf(await flush, HeldError);
  assertInstanceOf(await idle, HeldError);
  await assertRejects(() => a.get("k").flush(), HeldError, '"a/k"');
});

Deno.test("flush() rejects when what it waits for is taken back", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", { run(): void {} });
  for (const key of ["cancelled", "deleted"]) {
    await a.get(key).suspend();
    await a.enqueue(key);
  }

  const cancelled = a.get("cancelled").flush().catch((error) => error);
  const deleted = a.get("deleted").flush().catch((error) => error);
  await turn();
  await a.get("cancelled").cancel();
  await a.get("deleted").delete();
  await stage.pass(300);

  assertInstanceOf(await cancelled, CancelledError);
  assertInstanceOf(await deleted, DeletedError);
});

for (const method of ["flush", "idle"] as const) {
  Deno.test(`${method}() rejects with its signal's reason`, async () => {
    await using stage = new Stage();
    const scheduler = stage.scheduler({ handlers: "elsewhere" });
    const a = scheduler.define("a", { run(): void {} });
    await a.enqueue("k");
    const controller = new AbortController();
    const reason = new Error("enough");
    const { signal } = controller;

    const wait = a.get("k")[method]({ signal }).catch((error) => error);
    await turn();
    controller.abort(reason);

    assertStrictEquals(await wait, reason);
    const late = a.get("k")[method]({ signal }).catch((error) => error);
    assertStrictEquals(await late, reason);
  });

  Deno.test(`${method}() rejects when its scheduler closes`, async () => {
    await using stage = new Stage();
    const scheduler = stage.scheduler({ handlers: "elsewhere" });
    const a = scheduler.define("a", { run(): void {} });
    await a.enqueue("k");

    const wait = a.get("k")[method]().catch((error) => error);
    await turn();
    await scheduler.close();

    assertInstanceOf(await wait, ClosedError);
  });

  Deno.test(`${method}() rejects if the store is down at the call`, async () => {
    await using stage = new Stage();
    const line = lineTo(stage.store);
    const scheduler = stage.scheduler({
      store: line.store,
      handlers: "elsewhere",
    });
    const a = scheduler.define("a", { run(): void {} });
    line.state = "down";

    await assertRejects(() => a.get("k")[method](), StoreError);
  });

  Deno.test(`${method}() outlasts an outage`, async () => {
    await using stage = new Stage();
    const line = lineTo(stage.store);
    const scheduler = stage.scheduler({
      store: line.store,
      handlers: "elsewhere",
    });
    const a = scheduler.define("a", { run(): void {} });
    await a.enqueue("k");

    const wait = watched(a.get("k")[method]());
    await turn();
    line.state = "down";
    await stage.pass(3_000);
    const tries = line.tries;
    line.state = "up";
    stage.scheduler().define("a", { run(): void {} });
    await stage.pass(3_000);

    assert(tries >= 1 && tries <= 7, `${tries} tries`);
    assertEquals([wait.isSettled, stage.errors.length], [true, 1]);
  });
}

Deno.test("idle() waits until nothing is left but a delay", async () => {
  await using stage = new Stage();
  let runs = 0;
  const a = stage.scheduler().define("a", {
    async run({ item }): Promise<void> {
      if (++runs < 4) await item.enqueue();
      else await item.enqueue(undefined, { delay: 10_000 });
    },
  });
  await a.enqueue("k");

  await a.get("k").idle();

  assertEquals([runs, (await a.inspect("k"))?.state], [4, "delayed"]);
});

Deno.test("who waits no longer costs no look at the store", async () => {
  await using stage = new Stage();
  const line = lineTo(stage.store);
  const scheduler = stage.scheduler({
    store: line.store,
    handlers: "elsewhere",
  });
  const a = scheduler.define("a", { run(): void {} });
  await a.enqueue("k");
  const controller = new AbortController();
  const { signal } = controller;
  const waits = [
    a.get("k").flush({ signal }),
    a.get("k").idle({ signal }),
    a.request("k", undefined, { signal }),
  ].map((wait) => wait.catch(() => "given up"));
  await stage.pass(300);

  controller.abort();
  await Promise.all(waits);
  line.state = "down";
  await stage.pass(1_000);

  assertEquals([line.tries, stage.clock.timers], [0, 0]);
});
