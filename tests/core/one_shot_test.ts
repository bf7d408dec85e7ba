/** `scheduler.run()`: one-shot work, and the caller's signal in each of its
 * states. */
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { microtasks, obey, peek, Puppet, Stage } from "./support/stage.ts";

Deno.test("run() settles as its callback does", async () => {
  await using stage = new Stage();
  const error = new RangeError("broken");

  assertEquals(await stage.scheduler.run(() => 1), 1);
  assertEquals(await stage.scheduler.run(() => Promise.resolve(2)), 2);
  for (const how of [(): never => fail(error), () => Promise.reject(error)]) {
    const rejection = await assertRejects(() => stage.scheduler.run(how));
    assertStrictEquals(rejection, error);
  }

  const { failed, ok } = stage.scheduler.snapshot();
  assertEquals({ failed, ok }, { failed: 2, ok: 2 });
});

function fail(error: Error): never {
  throw error;
}

Deno.test("run() hands out the executor, and begins after it has returned", async () => {
  await using stage = new Stage({ concurrency: 2 });
  const begun: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const runs = [1, 2, 3].map(() =>
    stage.scheduler.run(({ executor }) => {
      begun.push(executor);
      return promise;
    })
  );

  assertEquals(begun, []);
  await microtasks();
  assertEquals(begun, [0, 1]);
  resolve();
  await Promise.all(runs);

  assertEquals(begun.length, 3);
});

Deno.test("run() never throws: mistakes reject", async () => {
  await using stage = new Stage();
  const run = stage.scheduler.run.bind(stage.scheduler) as (
    ...given: unknown[]
  ) => Promise<unknown>;

  await assertRejects(() => run("no function"), TypeError);
  await assertRejects(
    () => run(() => 1, { priorty: 1 }),
    TypeError,
    "priority",
  );
  await assertRejects(() => run(() => 1, { signal: {} }), TypeError, "signal");
  await assertRejects(() => run(() => 1, { priority: 256 }), RangeError);
  await assertRejects(() => run(() => 1, { timeout: -1 }), RangeError);

  assertEquals(stage.scheduler.snapshot().starts, 0);
});

Deno.test("run() with an aborted signal rejects with its reason, nothing queued", async () => {
  await using stage = new Stage();
  const signal = AbortSignal.abort("before");
  let runs = 0;

  const outcome = peek(stage.scheduler.run(() => runs++, { signal }));
  assertEquals(stage.scheduler.snapshot().owed, 0);
  await microtasks();

  assertEquals([outcome.now, runs], ["before", 0]);
});

Deno.test("run() aborted in the queue is removed and rejects with the reason", async () => {
  await using stage = new Stage({ concurrency: 1 });
  const puppet = new Puppet();
  stage.scheduler.createWorkItem({ run: puppet.run }).enqueue();
  const controller = new AbortController();
  const { signal } = controller;
  let runs = 0;
  const outcome = peek(stage.scheduler.run(() => runs++, { signal }));
  const next = stage.scheduler.run(() => "next");
  await microtasks();

  controller.abort("meanwhile");
  const { owed, ready } = stage.scheduler.snapshot();
  await microtasks();

  assertEquals([outcome.now, owed, ready], ["meanwhile", 1, 1]);
  puppet.at(1).succeed();
  assertEquals([await next, runs], ["next", 0]);
  assertEquals(stage.scheduler.snapshot().starts, 2);
});

Deno.test("run() aborted before the dispatch is removed, and idle() resolves", async () => {
  await using stage = new Stage();
  const controller = new AbortController();
  const { signal } = controller;
  const outcome = peek(stage.scheduler.run(() => "ran", { signal }));
  const idle = peek(stage.scheduler.idle());

  controller.abort("at once");
  await microtasks();

  assertEquals([outcome.now, idle.now], ["at once", undefined]);
});

Deno.test("run() aborted while it runs has its own signal aborted, with the reason", async () => {
  await using stage = new Stage();
  const controller = new AbortController();
  const { signal } = controller;
  const outcome = peek(stage.scheduler.run(obey, { signal }));
  await microtasks();

  controller.abort("meanwhile");
  await microtasks();

  assertEquals(outcome.now, "meanwhile");
  assertEquals(stage.scheduler.snapshot().aborted, 1);
});

Deno.test("run() aborted while it runs settles as its callback does", async () => {
  await using stage = new Stage();
  const puppet = new Puppet<unknown>();
  const controllers = [new AbortController(), new AbortController()];
  const outcomes = controllers.map(({ signal }) =>
    peek(stage.scheduler.run((run) => puppet.run(run as never), { signal }))
  );
  await microtasks();

  controllers.forEach((controller) => controller.abort("meanwhile"));
  await microtasks();
  assertEquals(outcomes.map(({ now }) => now), ["pending", "pending"]);
  puppet.at(1).succeed("done");
  puppet.at(2).fail(new RangeError("mine"));
  await microtasks();

  assertEquals(outcomes.map(({ now }) => now), ["done", "RangeError"]);
  const { aborted, ok } = stage.scheduler.snapshot();
  assertEquals({ aborted, ok }, { aborted: 1, ok: 1 });
});

for (const end of ["succeeds", "fails", "is removed", "is closed"] as const) {
  Deno.test(`run() that ${end} leaves no listener on the caller's signal`, async () => {
    await using stage = new Stage();
    const controller = new AbortController();
    const { signal } = controller;
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...given: unknown[]): void => {
      listeners++;
      Reflect.apply(addEventListener, signal, given);
    };
    signal.removeEventListener = (...given: unknown[]): void => {
      listeners--;
      Reflect.apply(removeEventListener, signal, given);
    };
    if (end === "is closed") stage.scheduler.pause();
    const outcome = peek(stage.scheduler.run(
      () => end === "fails" ? Promise.reject(new RangeError("no")) : "ok",
      { signal },
    ));
    assertEquals(listeners, 1);

    if (end === "is removed") controller.abort("gone");
    if (end === "is closed") await stage.scheduler.close();
    await microtasks();

    const expected = {
      "succeeds": "ok",
      "fails": "RangeError",
      "is removed": "gone",
      "is closed": "ClosedError",
    };
    assertEquals([outcome.now, listeners], [expected[end], 0]);
  });
}

Deno.test("run() whose timeout passes has its signal aborted", async () => {
  await using stage = new Stage();
  const outcome = peek(stage.scheduler.run(obey, { timeout: 100 }));
  await microtasks();

  stage.clock.advance(100);
  await microtasks();

  assertEquals([outcome.now, stage.clock.timers], ["TimeoutError", 0]);
});

Deno.test("run() that is stuck at close() rejects, and is reported without a key", async () => {
  await using stage = new Stage();
  const outcome = peek(stage.scheduler.run(() => new Promise(() => {})));
  await microtasks();

  const { stuck } = await stage.close({ grace: 0 });

  assertEquals(stuck, [{ kind: undefined, key: undefined, messages: [] }]);
  assertEquals(outcome.now, "ClosedError");
});

Deno.test("run() aborted by an observer of its enqueue is removed", async () => {
  await using stage = new Stage();
  const controller = new AbortController();
  const { signal } = controller;
  stage.scheduler.observe({ enqueued: () => controller.abort("observed") });
  let runs = 0;

  const outcome = peek(stage.scheduler.run(() => runs++, { signal }));
  await microtasks();

  assertEquals([outcome.now, runs], ["observed", 0]);
});
