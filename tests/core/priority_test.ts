/** Which item starts next, and how many may: priority levels, the bound, the
 * limit of what is owed, and pause(). */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { QueueFullError } from "../../mod.ts";
import { microtasks, Puppet, Stage } from "./support/stage.ts";

Deno.test("priority: higher levels go first, FIFO inside one", async () => {
  await using stage = new Stage({ concurrency: 1 });
  const order: unknown[] = [];
  const add = (key: string, priority?: number): void => {
    const run = (): unknown => order.push(key);
    stage.scheduler.createWorkItem({ key, priority, run }).enqueue();
  };

  add("0 a");
  add("7 a", 7);
  add("255", 255);
  add("0 b", 0);
  add("7 b", 7);
  stage.scheduler.run(() => order.push("one-shot 7"), { priority: 7 });
  await stage.scheduler.idle();

  assertEquals(order, ["255", "7 a", "7 b", "one-shot 7", "0 a", "0 b"]);
});

Deno.test("priority: a rerun goes to the tail of its own level", async () => {
  await using stage = new Stage({ concurrency: 1 });
  const order: unknown[] = [];
  const [a, b] = ["a", "b"].map((key) =>
    stage.scheduler.createWorkItem({
      key,
      priority: 1,
      run({ number, item }): void {
        order.push(`${key}${number}`);
        if (number < 3) item.enqueue();
      },
    })
  );
  stage.scheduler.createWorkItem({ run: () => order.push("low") }).enqueue();

  a?.enqueue();
  b?.enqueue();
  await stage.scheduler.idle();

  assertEquals(order, ["a1", "b1", "a2", "b2", "a3", "b3", "low"]);
});

Deno.test("A coalesced enqueue never moves the item", async () => {
  await using stage = new Stage({ concurrency: 1 });
  const order: unknown[] = [];
  const [a, b] = ["a", "b"].map((key) =>
    stage.scheduler.createWorkItem({ key, run: () => order.push(key) })
  );

  a?.enqueue();
  b?.enqueue();
  a?.enqueue();
  await stage.scheduler.idle();

  assertEquals(order, ["a", "b"]);
});

Deno.test("concurrency: never more runs in flight, never fewer than could be", async () => {
  await using stage = new Stage({ concurrency: 3 });
  const puppet = new Puppet();
  for (let item = 0; item < 10; item++) {
    stage.scheduler.createWorkItem({ run: puppet.run }).enqueue();
  }

  for (let ended = 0; ended < 10; ended++) {
    await microtasks();
    const { ready, running } = stage.scheduler.snapshot();
    assertEquals([running, ready], [
      Math.min(3, 10 - ended),
      Math.max(0, 7 - ended),
    ]);
    puppet.at(ended + 1).succeed();
  }
  await stage.scheduler.idle();
});

Deno.test("concurrency: a callback that throws or ends at once frees its executor", async () => {
  await using stage = new Stage({ concurrency: 1 });
  const order: number[] = [];
  for (let number = 0; number < 4; number++) {
    stage.scheduler.createWorkItem({
      run(): void {
        order.push(number);
        if (number % 2 === 0) throw new RangeError("broken");
      },
    }).enqueue();
  }

  await stage.scheduler.idle();

  assertEquals(order, [0, 1, 2, 3]);
  assertEquals(stage.takeErrors(), ["RangeError", "RangeError"]);
});

Deno.test("concurrency raised: what waits starts at once", async () => {
  await using stage = new Stage({ concurrency: 1 });
  const puppet = new Puppet();
  for (let item = 0; item < 4; item++) {
    stage.scheduler.createWorkItem({ run: puppet.run }).enqueue();
  }
  await microtasks();

  stage.scheduler.concurrency = 3;
  await microtasks();

  assertEquals(stage.scheduler.concurrency, 3);
  assertEquals(puppet.begun.map(({ run }) => run.executor), [0, 1, 2]);
  puppet.begun.forEach(({ succeed }) => succeed());
  await microtasks();
  puppet.at(4).succeed();
});

Deno.test("concurrency raised: an item that overlaps itself may go further", async () => {
  await using stage = new Stage({ concurrency: 1 });
  const puppet = new Puppet();
  const whenRunning = "overlap";
  const item = stage.scheduler.createWorkItem({ whenRunning, run: puppet.run });
  item.enqueue();
  await microtasks();
  assertEquals(item.enqueue(), "rerun");

  stage.scheduler.concurrency = 2;
  await microtasks();

  assertEquals(puppet.begun.length, 2);
  puppet.begun.forEach(({ succeed }) => succeed());
});

for (const looks of [false, true]) {
  Deno.test(`concurrency lowered: kills nothing, starts nothing until below (signals read: ${looks})`, async () => {
    await using stage = new Stage({ concurrency: 4 });
    const puppet = new Puppet({ looks });
    for (let item = 0; item < 6; item++) {
      stage.scheduler.createWorkItem({ run: puppet.run }).enqueue();
    }
    await microtasks();

    stage.scheduler.concurrency = 2;
    const executors = new Set<number>();
    for (const [ended, begun] of [[1, 4], [2, 4], [3, 5], [4, 6]] as const) {
      if (looks) assertEquals(puppet.at(ended).signal.aborted, false);
      puppet.at(ended).succeed();
      await microtasks();
      assertEquals(puppet.begun.length, begun);
    }

    puppet.begun.slice(4).forEach(({ run }) => executors.add(run.executor));
    assertEquals(executors, new Set([0, 1])); // Always below the bound.
    puppet.begun.slice(4).forEach(({ succeed }) => succeed());
  });
}

Deno.test("executor numbers stay below the bound and are never shared, up and down", async () => {
  await using stage = new Stage({ concurrency: 2 });
  const puppet = new Puppet();
  const busy = new Set<number>();
  stage.scheduler.observe({
    started({ executor }): void {
      assertEquals([busy.has(executor), executor < bound], [false, true]);
      busy.add(executor);
    },
    ended: ({ executor }) => void busy.delete(executor),
  });
  let bound = 2;
  let ended = 0;

  for (const next of [5, 1, 3, 2, 7, 1, 4]) {
    for (let item = 0; item < 5; item++) {
      stage.scheduler.createWorkItem({ run: puppet.run }).enqueue();
    }
    await microtasks();
    bound = stage.scheduler.concurrency = next;
    await microtasks();
    for (let run = 0; run < 4; run++) {
      puppet.at(++ended).succeed();
      await microtasks();
    }
  }

  assertEquals(stage.takeErrors(), []);
  while (ended < puppet.begun.length) {
    puppet.at(++ended).succeed();
    await microtasks();
  }
  assertEquals([ended, busy.size], [35, 0]);
});

Deno.test("concurrency refuses what is no whole number from 1, and stays", async () => {
  await using stage = new Stage({ concurrency: 3 });

  for (const wrong of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => stage.scheduler.concurrency = wrong, RangeError);
  }

  assertEquals(stage.scheduler.concurrency, 3);
});

Deno.test("maxOwed refuses a new owed item, queues nothing, and has room again", async () => {
  await using stage = new Stage({ maxOwed: 2 });
  const [a, b, c] = [1, 2, 3].map(() =>
    stage.scheduler.createWorkItem({ run(): void {} })
  );
  stage.scheduler.pause();
  a?.enqueue();
  b?.enqueue();

  assertThrows(() => c?.enqueue(), QueueFullError);
  await assertRejects(() => c?.request() ?? Promise.resolve(), QueueFullError);
  await assertRejects(() => stage.scheduler.run(() => 1), QueueFullError);
  assertEquals([c?.state, a?.enqueue()], ["idle", "coalesced"]);
  stage.scheduler.resume();
  await stage.scheduler.idle();

  assertEquals(c?.enqueue(), "queued");
  assertEquals(stage.scheduler.snapshot().starts, 2);
});

Deno.test("maxOwed never refuses a rerun", async () => {
  await using stage = new Stage({ maxOwed: 1, concurrency: 2 });
  const puppet = new Puppet();
  const runs = stage.scheduler.createWorkItem({ run: puppet.run });
  runs.enqueue();
  await microtasks();
  stage.scheduler.pause();
  stage.scheduler.createWorkItem({ run(): void {} }).enqueue();

  assertEquals(runs.enqueue(), "rerun");

  assertEquals(stage.scheduler.snapshot().owed, 2);
  stage.scheduler.resume();
  puppet.at(1).succeed();
  await microtasks();
  puppet.at(2).succeed();
});

Deno.test("pause() starts nothing, ends nothing, loses nothing", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const running = stage.scheduler.createWorkItem({ run: puppet.run });
  running.enqueue();
  await microtasks();

  stage.scheduler.pause();
  stage.scheduler.pause();
  running.enqueue();
  const answer = stage.scheduler.createWorkItem({ run: () => "ran" }).request();
  puppet.at(1).succeed();
  await microtasks();
  const { owed, paused, ready, running: inFlight } = stage.scheduler.snapshot();

  assertEquals({ owed, paused, ready, inFlight }, {
    owed: 2,
    paused: true,
    ready: 2,
    inFlight: 0,
  });
  stage.scheduler.resume();
  assertEquals(await answer, "ran");
  puppet.at(2).succeed();
});

Deno.test("pause() before the dispatch holds back what was enqueued", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({ run(): void {} });
  item.enqueue();

  stage.scheduler.pause();
  await microtasks();
  assertEquals(item.state, "queued");
  stage.scheduler.resume();
  await microtasks();

  assertEquals(item.state, "idle");
});

Deno.test("pause() inside a run stops the dispatch after it", async () => {
  await using stage = new Stage();
  const order: number[] = [];
  for (let number = 0; number < 3; number++) {
    stage.scheduler.createWorkItem({
      run(): void {
        order.push(number);
        stage.scheduler.pause();
      },
    }).enqueue();
  }

  await microtasks();
  assertEquals(order, [0]);
  stage.scheduler.resume();
  await microtasks();

  assertEquals(order, [0, 1]);
  stage.scheduler.resume();
});

for (const hook of ["started", "ended"] as const) {
  Deno.test(`concurrency set inside an observer of ${hook} shares no executor`, async () => {
    await using stage = new Stage({ concurrency: 2 });
    const puppet = new Puppet();
    stage.scheduler.observe({ [hook]: () => stage.scheduler.concurrency = 3 });
    const items = [1, 2, 3, 4].map(() =>
      stage.scheduler.createWorkItem({ run: puppet.run })
    );

    for (const item of items) item.enqueue();
    await microtasks();
    const inFlight = puppet.begun.map(({ run }) => run.executor);
    assertEquals(new Set(inFlight).size, inFlight.length);
    for (let number = 1; number <= puppet.begun.length; number++) {
      puppet.at(number).succeed();
      await microtasks();
    }

    assertEquals(stage.scheduler.snapshot().ok, 4);
  });
}
