/** The gate of a serialized scope: one item inside, the others in a FIFO of
 * their own, whose head goes to the tail of the ready queue. */
import { assertEquals } from "@std/assert";
import type { Scope, WorkItem, WorkItemOptions } from "../../mod.ts";
import { microtasks, Puppet, Stage } from "./support/stage.ts";

/** Items whose runs the test ends, and the order in which they begin. */
class Cast {
  readonly order: (string | undefined)[] = [];
  readonly puppet = new Puppet();

  add(
    scope: Pick<Scope, "createWorkItem">,
    key: string,
    options: Partial<WorkItemOptions<undefined, unknown>> = {},
  ): WorkItem<undefined, unknown> {
    return scope.createWorkItem<undefined, unknown>({
      ...options,
      key,
      run: (run) => {
        this.order.push(run.key);
        return this.puppet.run(run);
      },
    });
  }

  /** Ends runs as they begin, until none is left. */
  async play(): Promise<void> {
    for (let number = 1; number <= this.puppet.begun.length; number++) {
      this.puppet.at(number).succeed();
      await microtasks();
    }
  }
}

Deno.test("serialize: items take turns in the order of their enqueues", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope({ serialize: true });
  const cast = new Cast();
  const items = ["a", "b", "c"].map((key) => cast.add(scope, key));

  for (const item of items) item.enqueue();
  await microtasks();
  const { owed, ready, running } = stage.scheduler.snapshot();

  assertEquals({ owed, ready, running }, { owed: 2, ready: 0, running: 1 });
  await cast.play();
  assertEquals(cast.order, ["a", "b", "c"]);
});

Deno.test("serialize: the holder that is due again goes behind those who wait", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope({ serialize: true });
  const cast = new Cast();
  const [a, b] = ["a", "b"].map((key) => cast.add(scope, key));
  a?.enqueue();
  await microtasks();

  a?.enqueue();
  b?.enqueue();

  await cast.play();
  assertEquals(cast.order, ["a", "b", "a"]);
});

Deno.test("serialize: the next at the gate goes to the tail of the ready queue", async () => {
  await using stage = new Stage({ concurrency: 1 });
  const scope = stage.scheduler.createScope({ serialize: true });
  const cast = new Cast();
  const [a, b] = ["a", "b"].map((key) => cast.add(scope, key));
  const free = cast.add(stage.scheduler, "free");
  a?.enqueue();
  b?.enqueue();
  free.enqueue();

  await microtasks();
  await cast.play();

  assertEquals(cast.order, ["a", "free", "b"]);
});

Deno.test("serialize: an outer gate covers inner scopes, whatever they say", async () => {
  await using stage = new Stage();
  const outer = stage.scheduler.createScope({ serialize: true });
  const cast = new Cast();
  const items = [
    cast.add(outer, "outer"),
    cast.add(outer.createScope(), "inner"),
    cast.add(outer.createScope({ serialize: true }), "own gate"),
    cast.add(outer.createScope().createScope(), "deep"),
  ];

  for (const item of items) item.enqueue();
  await microtasks();

  assertEquals(stage.scheduler.snapshot().running, 1);
  await cast.play();
  assertEquals(cast.order, ["outer", "inner", "own gate", "deep"]);
});

Deno.test("serialize: gates of sibling scopes do not hinder each other", async () => {
  await using stage = new Stage();
  const cast = new Cast();
  for (const key of ["a", "b"]) {
    const scope = stage.scheduler.createScope({ serialize: true });
    cast.add(scope, key).enqueue();
  }

  await microtasks();

  assertEquals(stage.scheduler.snapshot().running, 2);
  await cast.play();
});

Deno.test("serialize: what an inner scope serializes does not bind the outer", async () => {
  await using stage = new Stage();
  const outer = stage.scheduler.createScope();
  const cast = new Cast();
  cast.add(outer, "outer").enqueue();
  cast.add(outer.createScope({ serialize: true }), "inner").enqueue();

  await microtasks();

  assertEquals(stage.scheduler.snapshot().running, 2);
  await cast.play();
});

for (const how of ["suspend", "cancel", "delete"] as const) {
  Deno.test(`serialize: ${how}() of a holder that waits lets the next through`, async () => {
    await using stage = new Stage({ concurrency: 1 });
    const scope = stage.scheduler.createScope({ serialize: true });
    const cast = new Cast();
    const before = cast.add(stage.scheduler, "before");
    const [holder, next] = ["holder", "next"].map((key) =>
      cast.add(scope, key)
    );
    for (const item of [before, holder, next]) item?.enqueue();
    if (how === "delete") stage.scheduler.pause(); // Else it would run.

    holder?.[how]();

    stage.scheduler.resume();
    await microtasks();
    await cast.play();
    assertEquals(cast.order, ["before", "next"]);
  });

  Deno.test(`serialize: ${how}() in the middle of the gate's queue keeps its order`, async () => {
    await using stage = new Stage();
    const scope = stage.scheduler.createScope({ serialize: true });
    const cast = new Cast();
    const items = ["a", "b", "c", "d"].map((key) => cast.add(scope, key));
    for (const item of items) item.enqueue();
    await microtasks();
    if (how === "delete") stage.scheduler.pause();

    items[2]?.[how]();

    stage.scheduler.resume();
    await cast.play();
    assertEquals(cast.order, ["a", "b", "d"]);
  });
}

Deno.test("serialize: a suspended item rejoins the gate at its end", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope({ serialize: true });
  const cast = new Cast();
  const [a, b, c] = ["a", "b", "c"].map((key) => cast.add(scope, key));
  for (const item of [a, b, c]) item?.enqueue();
  await microtasks();

  const suspension = b?.suspend();
  suspension?.resume();

  await cast.play();
  assertEquals(cast.order, ["a", "c", "b"]);
});

Deno.test("serialize: suspend() of a running holder keeps the gate until it ends", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope({ serialize: true });
  const cast = new Cast();
  const [a, b] = ["a", "b"].map((key) => cast.add(scope, key));
  a?.enqueue();
  await microtasks();
  b?.enqueue();
  a?.enqueue();

  const suspension = a?.suspend();
  await microtasks();
  assertEquals(cast.order, ["a"]);
  await cast.play();
  assertEquals(cast.order, ["a", "b"]);
  suspension?.resume();
  await microtasks();

  assertEquals(cast.order, ["a", "b", "a"]);
  cast.puppet.at(3).succeed();
});

Deno.test("serialize: a failed holder lets the next through", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope({ serialize: true });
  const cast = new Cast();
  for (const key of ["a", "b"]) cast.add(scope, key).enqueue();
  await microtasks();

  cast.puppet.at(1).fail(new RangeError("broken"));
  await microtasks();

  assertEquals(cast.order, ["a", "b"]);
  assertEquals(stage.takeErrors(), ["RangeError"]);
  cast.puppet.at(2).succeed();
});

Deno.test("serialize: priority orders those who wait at the gate", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope({ serialize: true });
  const cast = new Cast();
  cast.add(scope, "holder").enqueue();
  await microtasks();

  cast.add(scope, "low").enqueue();
  cast.add(scope, "high 1", { priority: 9 }).enqueue();
  cast.add(scope, "high 2", { priority: 9 }).enqueue();

  await cast.play();
  assertEquals(cast.order, ["holder", "high 1", "high 2", "low"]);
});

Deno.test("serialize: a holder that has not begun gives way, and keeps its place", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope({ serialize: true });
  const cast = new Cast();
  cast.add(scope, "first").enqueue();
  cast.add(scope, "second").enqueue();

  cast.add(scope, "urgent", { priority: 1 }).enqueue();
  await microtasks();

  await cast.play();
  assertEquals(cast.order, ["urgent", "first", "second"]);
});

Deno.test('serialize: "overlap" acts as rerun inside, maxOverlap or not', async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope({ serialize: true });
  const cast = new Cast();
  const whenRunning = "overlap";
  const item = cast.add(scope, "a", { whenRunning, maxOverlap: 3 });
  item.enqueue();
  await microtasks();

  assertEquals(item.enqueue(), "rerun");
  await microtasks();

  assertEquals(stage.scheduler.snapshot().running, 1);
  await cast.play();
  assertEquals(cast.order, ["a", "a"]);
});

Deno.test("serialize: raising concurrency lets nobody slip past the gate", async () => {
  await using stage = new Stage({ concurrency: 1 });
  const scope = stage.scheduler.createScope({ serialize: true });
  const cast = new Cast();
  const item = cast.add(scope, "a", { whenRunning: "overlap" });
  item.enqueue();
  await microtasks();
  item.enqueue();
  cast.add(scope, "b").enqueue();

  stage.scheduler.concurrency = 8;
  await microtasks();

  assertEquals(stage.scheduler.snapshot().running, 1);
  await cast.play();
  assertEquals(cast.order, ["a", "b", "a"]);
});
