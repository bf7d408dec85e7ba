import { assert, assertEquals, assertThrows } from "@std/assert";
import { type DurableScheduler, StoreError } from "../../src/durable/mod.ts";
import {
  aborted,
  deaf,
  hooked,
  type Latch,
  latch,
  lineTo,
  Stage,
  turn,
} from "./scheduler_stage.ts";

/** Keeps each run until it is let go, by key. */
class Cast {
  readonly started: string[] = [];
  readonly #gates: Map<string, Latch> = new Map();
  readonly run = ({ key }: { readonly key: string }): Promise<void> => {
    this.started.push(key);
    const gate = latch();
    this.#gates.set(key, gate);
    return gate.promise;
  };

  async end(...keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#gates.get(key)?.resolve();
    await turn();
  }
}

async function fill(
  kind: { enqueueMany(all: { key: string }[]): Promise<unknown> },
  ...keys: readonly string[]
): Promise<void> {
  await kind.enqueueMany(keys.map((key) => ({ key })));
  await turn();
}

Deno.test("runs in flight never exceed concurrency, and start in order", async () => {
  await using stage = new Stage();
  const cast = new Cast();
  const a = stage.scheduler({ concurrency: 2 }).define("a", { run: cast.run });

  await fill(a, "1", "2", "3", "4");
  assertEquals(cast.started, ["1", "2"]);
  await cast.end("2");
  assertEquals(cast.started, ["1", "2", "3"]);
  await cast.end("1", "3");

  assertEquals(cast.started, ["1", "2", "3", "4"]);
  await cast.end("4");
});

Deno.test("executors are numbered from 0, the lowest free first", async () => {
  await using stage = new Stage();
  const { scheduler, recorder } = stage.watched({ concurrency: 3 });
  const cast = new Cast();
  const a = scheduler.define("a", { run: cast.run });
  await fill(a, "1", "2", "3");
  await cast.end("2");

  await fill(a, "4");

  const starts = recorder.lines.filter((line) => line.startsWith("started"));
  assertEquals(starts.map((line) => /@(\d)/.exec(line)?.[1]), [
    "0",
    "1",
    "2",
    "1",
  ]);
  await cast.end("1", "3", "4");
});

Deno.test("concurrency can be set live; lowering it ends nothing", async () => {
  await using stage = new Stage();
  const cast = new Cast();
  const scheduler = stage.scheduler({ concurrency: 1 });
  const a = scheduler.define("a", { run: cast.run });
  await fill(a, "1", "2", "3", "4", "5");

  scheduler.concurrency = 3;
  await turn();
  assertEquals(cast.started, ["1", "2", "3"]);
  scheduler.concurrency = 1;
  await cast.end("1", "2");
  assertEquals(cast.started.length, 3);
  await cast.end("3");

  assertEquals([cast.started.length, scheduler.concurrency], [4, 1]);
  await cast.end("4");
  await cast.end("5");
  assertThrows(() => scheduler.concurrency = 0, RangeError);
});

Deno.test("kinds of a higher priority go first", async () => {
  await using stage = new Stage();
  const cast = new Cast();
  const scheduler = stage.scheduler({ concurrency: 1 });
  const low = scheduler.define("low", { run: cast.run });
  const high = scheduler.define("high", { priority: 9, run: cast.run });
  await fill(low, "first", "l1", "l2");
  await fill(high, "h1", "h2");

  for (const key of ["first", "h1", "h2", "l1", "l2"]) await cast.end(key);

  assertEquals(cast.started, ["first", "h1", "h2", "l1", "l2"]);
});

Deno.test("kinds of one priority take turns as their items became ready", async () => {
  await using stage = new Stage();
  const cast = new Cast();
  const scheduler = stage.scheduler({ concurrency: 9 });
  const [a, b] = [
    scheduler.define("a", { run: cast.run }),
    scheduler.define("b", { run: cast.run }),
  ];
  scheduler.pause();
  await fill(a, "1");
  await fill(b, "2");
  await fill(a, "3");
  await fill(b, "4");

  scheduler.resume();
  await turn();

  assertEquals(cast.started, ["1", "2", "3", "4"]);
  await cast.end("1", "2", "3", "4");
});

Deno.test("the concurrency of a kind keeps no executor from others", async () => {
  await using stage = new Stage();
  const cast = new Cast();
  const scheduler = stage.scheduler({ concurrency: 3 });
  const few = scheduler.define("few", { concurrency: 1, run: cast.run });
  const many = scheduler.define("many", { run: cast.run });

  await fill(few, "f1", "f2", "f3");
  await fill(many, "m1", "m2", "m3");
  assertEquals(cast.started, ["f1", "m1", "m2"]);
  await cast.end("f1");
  await cast.end("f2");

  assertEquals(cast.started.filter((key) => key.startsWith("f")).length, 3);
  await cast.end("f3", "m1", "m2");
  await cast.end("m3");
});

Deno.test("the rate of a kind holds in any interval, retries included", async () => {
  await using stage = new Stage();
  const at: number[] = [];
  const scheduler = stage.scheduler({ pollInterval: 60_000 });
  const a = scheduler.define("a", {
    rate: { limit: 2, interval: 100 },
    retry: [0],
    run({ attempt }): void {
      at.push(stage.clock.now() - 1_000);
      if (attempt === 1) throw new Error("down");
    },
  });

  await fill(a, "1", "2", "3");
  await stage.pass(1_000);

  assertEquals(at, [0, 0, 100, 100, 200, 200]);
});

Deno.test("the rate of a kind lets others go on", async () => {
  await using stage = new Stage();
  const cast = new Cast();
  const scheduler = stage.scheduler({ concurrency: 1 });
  const rare = scheduler.define("rare", {
    rate: { limit: 1, interval: 5_000 },
    priority: 1,
    run: cast.run,
  });
  const often = scheduler.define("often", { run: cast.run });
  await fill(rare, "r1", "r2");
  await fill(often, "o1", "o2");

  for (const key of ["r1", "o1", "o2"]) await cast.end(key);
  assertEquals(cast.started, ["r1", "o1", "o2"]);
  await stage.pass(5_100);

  assertEquals(cast.started.at(-1), "r2");
  await cast.end("r2");
});

Deno.test("pause() claims nothing more; what runs goes on", async () => {
  await using stage = new Stage();
  const { scheduler, recorder } = stage.watched({ concurrency: 1 });
  const cast = new Cast();
  const a = scheduler.define("a", { run: cast.run });
  await fill(a, "1", "2");

  scheduler.pause();
  scheduler.pause();
  await cast.end("1");
  await stage.pass(1_000);
  const before = [...cast.started];
  assertEquals(scheduler.snapshot().paused, true);
  scheduler.resume();
  await turn();

  assertEquals([before, cast.started], [["1"], ["1", "2"]]);
  assertEquals(
    recorder.lines.filter((line) => /^(paused|resumed)/.test(line)),
    ["paused", "resumed"],
  );
  await cast.end("2");
});

Deno.test("what another scheduler enqueues starts at the bell", async () => {
  await using stage = new Stage();
  const cast = new Cast();
  stage.scheduler().define("a", { run: cast.run });
  const a = stage.scheduler({ handlers: "elsewhere" }).define("a", {
    run: cast.run,
  });
  await stage.pass(10);

  await fill(a, "1");

  assertEquals(cast.started, ["1"]);
  await cast.end("1");
});

Deno.test("what no bell tells of starts at the next poll", async () => {
  await using stage = new Stage();
  const cast = new Cast();
  stage.scheduler({ store: deaf(stage.store), pollInterval: 400 }).define("a", {
    run: cast.run,
  });
  const a = stage.scheduler({ handlers: "elsewhere" }).define("a", {
    run: cast.run,
  });
  await stage.pass(10);

  await fill(a, "1");
  await stage.pass(380);
  const before = [...cast.started];
  await stage.pass(20);

  assertEquals([before, cast.started], [[], ["1"]]);
  await cast.end("1");
});

Deno.test("two schedulers share the items, and run none twice", async () => {
  await using stage = new Stage();
  const runs: string[] = [];
  const schedulers: DurableScheduler[] = [];
  for (const name of ["x", "y"]) {
    const scheduler = stage.scheduler({ concurrency: 2 });
    schedulers.push(scheduler);
    scheduler.define("a", {
      async run({ key }): Promise<void> {
        runs.push(`${name} ${key}`);
        await turn();
      },
    });
  }
  const a = stage.scheduler({ handlers: "elsewhere" })
    .define("a", { run(): void {} });

  await fill(a, ...Array.from({ length: 20 }, (_, i) => `${i}`));
  await stage.pass(200);

  const keys = runs.map((run) => run.split(" ")[1]);
  assertEquals([keys.length, new Set(keys).size], [20, 20]);
  assertEquals(new Set(runs.map((run) => run[0])), new Set(["x", "y"]));
});

Deno.test("one claim is under way at a time, and asks for no more than may start", async () => {
  await using stage = new Stage();
  const limits: number[] = [];
  let underWay = 0;
  let worst = 0;
  const store = hooked(stage.store, async (method, call, args) => {
    if (method !== "claim") return await call();
    limits.push(Number(args[2]));
    worst = Math.max(worst, ++underWay);
    await turn();
    const claims = await call();
    underWay--;
    return claims;
  });
  const cast = new Cast();
  const a = stage.scheduler({ store, concurrency: 3 }).define("a", {
    run: cast.run,
  });
  await fill(a, "1", "2", "3", "4");
  await stage.pass(20);
  limits.length = 0;

  await cast.end("1");
  await stage.pass(20);

  assertEquals([worst, Math.max(...limits)], [1, 1]);
  await cast.end("2", "3", "4");
});

Deno.test("a scheduler that is idle asks the store by polls alone", async () => {
  await using stage = new Stage();
  const calls: string[] = [];
  const store = hooked(stage.store, (method, call) => {
    calls.push(method);
    return call();
  });
  stage.scheduler({ store, lease: 60_000 }).define("a", { run(): void {} });
  await stage.pass(100);
  calls.length = 0;

  await stage.pass(1_000);

  assertEquals(calls.filter((name) => name === "claim").length, 4);
  assertEquals(calls.filter((name) => name === "promote").length, 4);
  assertEquals(calls.length, 8);
});

Deno.test("settlements that are under way bound what is claimed", async () => {
  await using stage = new Stage();
  let started = 0;
  const gate = latch();
  const store = hooked(stage.store, async (method, call) => {
    if (method === "settle") await gate.promise;
    return await call();
  });
  const scheduler = stage.scheduler({ store, concurrency: 2 });
  const a = scheduler.define("a", { run: () => void started++ });

  await fill(a, ...Array.from({ length: 30 }, (_, i) => `${i}`));
  await stage.pass(600);
  const before = started;
  assertEquals(scheduler.snapshot().settling, before);
  gate.resolve();
  await stage.pass(50);

  assertEquals([before, started], [8, 30]);
});

Deno.test("elsewhere: nothing is claimed and no session is opened", async () => {
  await using stage = new Stage();
  const calls = new Set<string>();
  const store = hooked(stage.store, (method, call) => {
    calls.add(method);
    return call();
  });
  const scheduler = stage.scheduler({ store, handlers: "elsewhere" });
  let runs = 0;
  const a = scheduler.define("a", { run: () => void runs++ });

  await a.enqueue("k");
  await stage.pass(5_000);
  await a.get("k").cancel();

  assertEquals([runs, [...calls]], [0, ["enqueue", "cancel"]]);
});

Deno.test("an outage is reported once, and costs two tries a second", async () => {
  await using stage = new Stage();
  const line = lineTo(stage.store);
  const cast = new Cast();
  stage.scheduler({ store: line.store }).define("a", { run: cast.run });
  const a = stage.scheduler({ handlers: "elsewhere" }).define("a", {
    run: cast.run,
  });
  await stage.pass(100);

  line.state = "down";
  await stage.pass(10_000);
  const tries = line.tries;
  await fill(a, "1");
  line.state = "up";
  await stage.pass(2_000);

  assertEquals(stage.errors.length, 1);
  assertEquals([tries <= 20, cast.started], [true, ["1"]]);
  await cast.end("1");
});

Deno.test("a second outage is reported again", async () => {
  await using stage = new Stage();
  const line = lineTo(stage.store);
  stage.scheduler({ store: line.store }).define("a", { run(): void {} });
  for (let i = 0; i < 2; i++) {
    line.state = "up";
    await stage.pass(3_000);
    line.state = "down";
    await stage.pass(3_000);
  }

  assertEquals(stage.errors.length, 2);
  line.state = "up";
});

Deno.test("the host gets its turn between many rounds", async () => {
  await using stage = new Stage();
  let runs = 0;
  const a = stage.scheduler({ concurrency: 1 }).define("a", {
    async run({ item }): Promise<void> {
      runs++;
      await item.enqueue();
    },
  });
  await a.enqueue("k");

  await turn();
  const before = runs;
  while (stage.clock.turns === 0) await turn();
  stage.clock.runTurns();
  await turn();

  assertEquals([before > 0, before < 6_000, runs > before], [true, true, true]);
  await a.get("k").suspend();
  stage.clock.runTurns();
  await turn();
});

Deno.test("snapshot() counts what goes on here", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ concurrency: 2 });
  const cast = new Cast();
  const a = scheduler.define("a", { run: cast.run });
  await fill(a, "1", "2", "3");

  assertEquals(scheduler.snapshot(), {
    owed: 0,
    ready: 0,
    running: 2,
    delayed: 0,
    backoff: 0,
    held: 0,
    suspended: 0,
    concurrency: 2,
    starts: 2,
    ok: 0,
    failed: 0,
    aborted: 0,
    stuck: 0,
    skipped: 0,
    paused: false,
    closed: false,
    settling: 0,
  });
  await cast.end("1", "2");
  await cast.end("3");
});

Deno.test("runs see the async context in which the scheduler was made", async () => {
  await using stage = new Stage();
  const { AsyncLocalStorage } = await import("node:async_hooks");
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const a = storage.run("maker", () => {
    return stage.scheduler().define("a", {
      retry: () => void seen.push(storage.getStore()),
      run({ signal }): void {
        seen.push(storage.getStore(), signal.aborted);
      },
    });
  });

  await storage.run("caller", () => a.request("k"));

  assertEquals(seen, ["maker", false]);
});

Deno.test("waitUntil holds the host while anything is enqueued or runs here", async () => {
  await using stage = new Stage();
  const promises: Promise<unknown>[] = [];
  const cast = new Cast();
  const scheduler = stage.scheduler({
    waitUntil: (promise) => void promises.push(promise),
  });
  const a = scheduler.define("a", { run: cast.run });
  await stage.pass(1_000);
  const before = promises.length;
  let isOver = false;

  await fill(a, "1");
  promises.at(-1)?.then(() => isOver = true);
  await stage.pass(1_000);
  const during = isOver;
  await cast.end("1");
  await turn();

  assertEquals([promises.length > before, during, isOver], [true, false, true]);
});

/** Bells and polls are out of the way: only what a scheduler knows by itself
 * makes it go on. */
function alone(stage: Stage, concurrency: number): DurableScheduler {
  const store = deaf(stage.store);
  return stage.scheduler({ store, concurrency, pollInterval: 1e6, lease: 1e6 });
}

Deno.test("without bell and polls: an item runs again at once", async () => {
  await using stage = new Stage();
  let runs = 0;
  const a = alone(stage, 1).define("a", {
    async run({ item }): Promise<void> {
      if (++runs < 3) await item.enqueue();
    },
  });

  await a.enqueue("k");
  await turn();

  assertEquals(runs, 3);
});

Deno.test("without bell and polls: a level that was full is asked again", async () => {
  await using stage = new Stage();
  const cast = new Cast();
  const scheduler = alone(stage, 2);
  const a = scheduler.define("a", { run: cast.run });
  const b = scheduler.define("b", { run: cast.run });
  scheduler.pause();
  await fill(a, "a1");
  await fill(b, "b1");
  await fill(a, "a2");
  await fill(b, "b2");
  scheduler.resume();
  await turn();

  await cast.end("a1");
  await cast.end("b1");

  assertEquals(cast.started, ["a1", "b1", "a2", "b2"]);
  await cast.end("a2", "b2");
});

Deno.test("without bell and polls: a kind that was full is asked again", async () => {
  await using stage = new Stage();
  const cast = new Cast();
  const scheduler = alone(stage, 3);
  const few = scheduler.define("few", { concurrency: 1, run: cast.run });
  const many = scheduler.define("many", { run: cast.run });
  await fill(few, "f1", "f2");
  await fill(many, "m1");
  await cast.end("m1");

  await cast.end("f1");

  assertEquals(cast.started, ["f1", "m1", "f2"]);
  await cast.end("f2");
});

Deno.test("without bell and polls: what is delayed starts in its time", async () => {
  await using stage = new Stage();
  const at: number[] = [];
  const a = alone(stage, 1).define("a", {
    run: () => void at.push(stage.clock.now() - 1_000),
  });

  await a.enqueue("first", undefined, { delay: 100 });
  await a.enqueue("second", undefined, { delay: 300 });
  await stage.pass(400);

  assertEquals(at, [100, 300]);
});

Deno.test("without bell and polls: a restart by this process is heard", async () => {
  await using stage = new Stage();
  let runs = 0;
  const a = alone(stage, 1).define("a", {
    whenRunning: "restart",
    run: ({ signal }) => ++runs === 1 ? aborted(signal) : undefined,
  });
  await a.enqueue("k");
  await turn();

  await a.enqueue("k");
  await turn();

  assertEquals(runs, 2);
});

Deno.test("without bell and polls: flush() sees what ended while it looked", async () => {
  await using stage = new Stage();
  const gate = latch();
  const looked = latch();
  const store = hooked(deaf(stage.store), async (method, call) => {
    const answer = await call();
    if (method === "standing") {
      looked.resolve();
      await gate.promise;
    }
    return answer;
  });
  const cast = new Cast();
  const a = stage.scheduler({ store, pollInterval: 1e6 })
    .define("a", { run: cast.run });
  await fill(a, "k");

  const flush = a.get("k").flush();
  await looked.promise;
  await cast.end("k");
  gate.resolve();

  await flush;
});

Deno.test("what fails alone is tried again at its own pace", async () => {
  await using stage = new Stage();
  let tries = 0;
  const store = hooked(stage.store, (method, call) => {
    if (method !== "settle" || stage.clock.now() > 20_000) return call();
    tries++;
    return Promise.reject(
      new StoreError("Cannot settle", "the disk is full", { trouble: "full" }),
    );
  });
  const a = stage.scheduler({ store }).define("a", { run: () => "done" });

  const result = a.request("k");
  await stage.pass(19_000);
  const before = tries;
  await stage.pass(3_000);

  assertEquals(await result, "done");
  assert(before >= 5 && before <= 38, `${before} tries`);
  assertEquals(stage.errors.length, 1);
});
