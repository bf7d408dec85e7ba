import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { exponential, SelfWaitError, TimeoutError, type } from "../../mod.ts";
import type { DurableRun } from "../../src/durable/mod.ts";
import { ConflictError, NotSerializableError } from "../../src/durable/mod.ts";
import {
  aborted,
  hooked,
  latch,
  Stage,
  told,
  turn,
} from "./scheduler_stage.ts";

Deno.test("a run is handed what it is told by DurableRun", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler();
  const seen: unknown[] = [];
  const a = scheduler.define("a", {
    message: type<string>(),
    run(run): void {
      const { key, messages, context, number, attempt } = run;
      const { coalesced, executor, stale, item, signal } = run;
      const facts = { coalesced, executor, stale, own: item.key };
      seen.push({ key, messages, context, number, attempt, ...facts });
      seen.push(signal.aborted);
    },
  });
  scheduler.pause();
  await a.enqueueMany([{ key: "k", message: "x" }, { key: "k", message: "y" }]);

  scheduler.resume();
  await a.get("k").flush();

  assertEquals(seen, [
    {
      key: "k",
      messages: ["x", "y"],
      context: undefined,
      number: 1,
      attempt: 1,
      coalesced: 2,
      executor: 0,
      stale: false,
      own: "k",
    },
    false,
  ]);
});

Deno.test("a bare wake-up hands no messages, and counts as one", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", {
    run: ({ messages, coalesced }) => [messages.length, coalesced],
  });

  assertEquals(await a.request("k"), [0, 1]);
});

Deno.test("a run's context is stored with its end, and not if it fails", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", {
    message: type<number>(),
    context: (key) => ({ key, seen: [] as number[] }),
    run({ context, messages }): unknown {
      context.seen.push(...messages);
      if (messages.includes(2)) throw new Error("no");
      return structuredClone(context);
    },
  });

  await a.request("k", 1);
  await assertRejects(() => a.request("k", 2));

  assertEquals(await a.request("k", 3), { key: "k", seen: [1, 3] });
});

Deno.test("a context that did not change is not stored again", async () => {
  await using stage = new Stage();
  const contexts: unknown[] = [];
  const store = hooked(stage.store, (method, call, args) => {
    const verdict = args[1] as { readonly context?: unknown };
    if (method === "settle") contexts.push(verdict.context !== undefined);
    return call();
  });
  const a = stage.scheduler({ store }).define("a", {
    message: type<number>(),
    context: () => ({ map: new Map([[1, 0]]) }),
    run: ({ context, messages: [n = 0] }) => void context.map.set(1, n),
  });
  const b = stage.scheduler({ store }).define("b", { run(): void {} });

  for (const n of [0, 0, 7, 7]) await a.request("k", n);
  await b.request("k");

  assertEquals(contexts, [true, false, true, false, false]);
});

Deno.test("a run's context is the same in another scheduler", async () => {
  await using stage = new Stage();
  const options = {
    context: () => new Map<string, Date>(),
    run({ context }: { readonly context: Map<string, Date> }): number {
      context.set(`${context.size}`, new Date(context.size));
      return context.size;
    },
  };
  const first = stage.scheduler();
  await first.define("a", options).request("k");
  await first.close();

  const second = stage.scheduler().define("a", options);

  assertEquals(await second.request("k"), 2);
});

Deno.test("a fence grows from run to run", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", { run: ({ fence }) => fence });

  const first = await a.request("k");
  const second = await a.request("k");

  assertGreater(second, first);
});

Deno.test("messages are folded when they are loaded", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler();
  const a = scheduler.define("a", {
    message: type<string>(),
    merge: (older, newer) => older + newer,
    run: ({ messages, coalesced }) => [messages, coalesced],
  });
  scheduler.pause();
  await a.enqueue("k", "x");
  await a.enqueue("k", "y");
  const result = a.request("k", "z");
  await stage.pass(1);

  scheduler.resume();

  assertEquals(await result, [["xyz"], 3]);
});

Deno.test("a merge that throws leaves messages apart, and is told", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler();
  const a = scheduler.define("a", {
    message: type<string[]>(),
    merge(older): string[] {
      older.push("torn");
      throw new Error("no");
    },
    run: ({ messages }) => messages,
  });
  scheduler.pause();
  await a.enqueue("k", ["x"]);
  const result = a.request("k", ["y"]);
  await stage.pass(1);

  scheduler.resume();

  assertEquals(await result, [["x"], ["y"]]);
  assertEquals(stage.errors.map(told), ["Error: no"]);
});

Deno.test("maxMessages leaves the rest owed, in order", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler();
  const seen: (readonly number[])[] = [];
  const a = scheduler.define("a", {
    message: type<number>(),
    maxMessages: 2,
    run: ({ messages }) => void seen.push(messages),
  });
  scheduler.pause();
  for (let n = 0; n < 5; n++) await a.enqueue("k", n);

  scheduler.resume();
  await a.get("k").idle();

  assertEquals(seen, [[0, 1], [2, 3], [4]]);
});

Deno.test("what fails is tried again with its messages before newer ones", async () => {
  await using stage = new Stage();
  const { scheduler, recorder } = stage.watched();
  const seen: unknown[] = [];
  const a = scheduler.define("a", {
    message: type<number>(),
    retry: exponential({ attempts: 3, min: 100, jitter: 0 }),
    run({ attempt, messages }): void {
      seen.push([attempt, messages]);
      if (attempt < 3) throw new Error("down");
    },
  });

  await a.enqueue("k", 1);
  await stage.pass(1);
  await a.enqueue("k", 2);
  assertEquals((await a.inspect("k"))?.state, "backoff");
  await stage.pass(110);
  await stage.pass(210);

  assertEquals(seen, [[1, [1]], [2, [1, 2]], [3, [1, 2]]]);
  assertEquals(recorder.take().filter((line) => line.startsWith("retried")), [
    "retried a/k #1 attempt 1 in 100",
    "retried a/k #2 attempt 2 in 200",
  ]);
});

Deno.test("a retry starts when its time has come, not at the next poll", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ pollInterval: 60_000 });
  const at: number[] = [];
  const a = scheduler.define("a", {
    retry: [100],
    run(): void {
      at.push(stage.clock.now());
      if (at.length === 1) throw new Error("down");
    },
  });

  await a.enqueue("k");
  await stage.pass(200);

  assertEquals(at.map((ms) => ms - 1_000), [0, 100]);
});

Deno.test("a delayed run starts when its time has come", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ pollInterval: 60_000 });
  const at: number[] = [];
  const a = scheduler.define("a", {
    run: () => void at.push(stage.clock.now() - 1_000),
  });

  await a.enqueue("k", undefined, { delay: 300 });
  await stage.pass(10);
  await a.enqueue("other", undefined, { delay: 100 });
  await stage.pass(500);

  assertEquals(at, [110, 300]);
});

Deno.test("a delay that another process asked for is seen by the next poll", async () => {
  await using stage = new Stage();
  const at: number[] = [];
  const run = (): void => void at.push(stage.clock.now() - 1_000);
  stage.scheduler().define("a", { run });
  const elsewhere = stage.scheduler({ handlers: "elsewhere" });
  const a = elsewhere.define("a", { run });

  await a.enqueue("k", undefined, { delay: 300 });
  await stage.pass(600);

  assertEquals(at, [300]);
});

Deno.test("the last failure makes a dead letter and tells undelivered", async () => {
  await using stage = new Stage();
  const seen: unknown[] = [];
  const boom = new TypeError("boom");
  const a = stage.scheduler().define("a", {
    message: type<number>(),
    retry: [10],
    run(): void {
      throw boom;
    },
    undelivered: (...told) => void seen.push(told),
  });

  await a.enqueue("k", 7);
  await stage.pass(50);

  const failure = { kind: "a", key: "k", error: boom, attempts: 2 };
  assertEquals(seen, [[[7], failure]]);
  const { items: [letter] } = await a.dead();
  assertEquals([letter?.messages, letter?.error, letter?.failures], [
    [7],
    "TypeError: boom",
    2,
  ]);
  assertEquals(stage.errors, []);
});

Deno.test("without undelivered onError is told of the last failure", async () => {
  await using stage = new Stage();
  const sources: unknown[] = [];
  const scheduler = stage.scheduler({
    onError: (error, source) => sources.push([told(error), source]),
  });
  const a = scheduler.define("a", {
    message: type<number>(),
    run(): void {
      throw new Error("boom");
    },
  });

  await a.enqueue("k", 7);
  await stage.pass(1);

  assertEquals(sources, [[
    "Error: boom",
    { kind: "a", key: "k", messages: [7] },
  ]]);
});

Deno.test("what undelivered throws goes to onError, with the messages", async () => {
  await using stage = new Stage();
  const sources: unknown[] = [];
  const scheduler = stage.scheduler({
    onError: (error, source) => sources.push([told(error), source.messages]),
  });
  const a = scheduler.define("a", {
    message: type<number>(),
    run: () => Promise.reject(new Error("boom")),
    undelivered: () => Promise.reject(new Error("twice")),
  });

  await a.enqueue("k", 7);
  await stage.pass(1);

  assertEquals(sources, [["Error: twice", [7]]]);
});

Deno.test("a retry that throws ends the attempts, and is told", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", {
    retry: () => {
      throw new Error("bad retry");
    },
    run: () => Promise.reject(new Error("boom")),
  });

  await a.enqueue("k");
  await stage.pass(1);

  assertEquals(stage.errors.map(told), ["Error: bad retry", "Error: boom"]);
});

Deno.test("error.final and error.retryAfter are heeded", async () => {
  await using stage = new Stage();
  const { scheduler, recorder } = stage.watched();
  const a = scheduler.define("a", {
    retry: [10, 10],
    run: ({ attempt }) => {
      const advice = attempt === 1 ? { retryAfter: 70 } : { final: true };
      throw Object.assign(new Error("boom"), advice);
    },
  });

  await a.enqueue("k");
  await stage.pass(200);

  assertEquals(
    recorder.take().filter((line) => /retried|ended/.test(line)),
    [
      "ended a/k #1 failed",
      "retried a/k #1 attempt 1 in 70",
      "ended a/k #2 failed",
    ],
  );
});

Deno.test("whenExhausted: hold keeps the messages until reset()", async () => {
  await using stage = new Stage();
  const { scheduler, recorder } = stage.watched();
  let isDown = true;
  const seen: unknown[] = [];
  const a = scheduler.define("a", {
    message: type<number>(),
    whenExhausted: "hold",
    undelivered: () => seen.push("undelivered"),
    run({ attempt, messages }): void {
      if (isDown) throw new Error("down");
      seen.push([attempt, messages]);
    },
  });

  await a.enqueue("k", 1);
  await stage.pass(1);
  await a.enqueue("k", 2);
  await stage.pass(300);
  assertEquals((await a.inspect("k"))?.state, "held");
  isDown = false;
  await a.get("k").reset();
  await a.get("k").flush();

  assertEquals(seen, [[1, [1, 2]]]);
  assert(recorder.lines.includes("held a/k"));
});

Deno.test("timeout aborts the signal; what fulfils then has succeeded", async () => {
  await using stage = new Stage();
  const { scheduler, recorder } = stage.watched();
  const gate = latch<string>();
  let reason: unknown;
  const a = scheduler.define("a", {
    timeout: 100,
    run({ signal }): Promise<string> {
      signal.onabort = () => reason = signal.reason;
      return gate.promise;
    },
  });

  const result = a.request("k");
  await stage.pass(250);
  gate.resolve("late");

  assertEquals(await result, "late");
  assert(reason instanceof TimeoutError);
  assertEquals(
    recorder.lines.filter((line) => line.startsWith("stalled")),
    ["stalled a/k #1 +100"],
  );
});

Deno.test("timeout is forgotten with its run", async () => {
  await using stage = new Stage();
  const { scheduler, recorder } = stage.watched();
  let signal: AbortSignal | undefined;
  const a = scheduler.define("a", {
    timeout: 100,
    run: (run) => void (signal = run.signal),
  });

  await a.request("k");
  await stage.pass(500);

  assertEquals(signal?.aborted, false);
  assertEquals(recorder.lines.at(-1), "ended a/k #1 ok");
});

Deno.test("timeout counts as a failure if the run rejects", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", {
    timeout: 100,
    retry: [10],
    run: ({ signal, attempt }) => attempt === 2 ? "done" : aborted(signal),
  });

  const result = a.request("k");
  await stage.pass(150);

  assertEquals(await result, "done");
});

Deno.test("tx() writes with the end of the run, once", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", {
    retry: [10],
    run({ attempt, tx }): void {
      tx({ type: "set", key: ["orders", 7], value: { attempt } });
      tx({ type: "sum", key: ["count"], value: 1n });
      if (attempt === 1) throw new Error("down");
    },
  });

  await a.enqueue("k");
  await stage.pass(50);

  assertEquals(stage.store.get(["orders", 7]).value, { attempt: 2 });
  assertEquals(stage.store.get(["count"]).value, 1n);
});

Deno.test("tx() fails the run when a check does not hold", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", {
    context: () => ({ n: 0 }),
    run({ context, tx }): number {
      context.n++;
      tx({ type: "check", key: ["a"], versionstamp: "never" });
      tx({ type: "set", key: ["a"], value: 1 });
      return context.n;
    },
  });

  const error = await assertRejects(() => a.request("k"), ConflictError);

  assertEquals(error.code, "WI-TX-CONFLICT");
  assertEquals(stage.store.get(["a"]).value, null);
  assertEquals((await a.dead()).items.length, 1);
});

Deno.test("a conflict is tried again with retry", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", {
    retry: [10],
    run({ attempt, tx }): string {
      const versionstamp = attempt === 1 ? "never" : null;
      tx({ type: "check", key: ["a"], versionstamp });
      return "done";
    },
  });

  const result = a.request("k");
  await stage.pass(50);

  assertEquals(await result, "done");
});

const WRITES: readonly (readonly [string, unknown])[] = [
  ["no write", 1],
  ["an unknown type", { type: "append", key: ["a"] }],
  ["no key", { type: "delete", key: [] }],
  ["a part that is none", { type: "delete", key: [{}] }],
  ["no versionstamp", { type: "check", key: ["a"] }],
  ["a sum of a number", { type: "sum", key: ["a"], value: 1 }],
];

for (const [name, write] of WRITES) {
  Deno.test(`tx() throws at the call for ${name}`, async () => {
    await using stage = new Stage();
    const a = stage.scheduler().define("a", {
      run({ tx }): void {
        assertThrows(() => tx(write as never), TypeError, 'run of "a/k"'); // On purpose.
      },
    });

    await a.request("k");
  });
}

Deno.test("tx() throws when the run has ended", async () => {
  await using stage = new Stage();
  let kept: DurableRun | undefined;
  const a = stage.scheduler().define("a", { run: (run) => void (kept = run) });

  await a.request("k");

  assertThrows(
    () => kept?.tx({ type: "delete", key: ["a"] }),
    TypeError,
    "it has ended",
  );
});

Deno.test("a context that is no data fails the run", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", {
    context: () => ({ done: undefined as unknown }),
    run: ({ context }) => void (context.done = () => {}),
  });

  await assertRejects(
    () => a.request("k"),
    NotSerializableError,
    'Cannot store the context of "a/k" as $.done is a function',
  );
});

Deno.test("a context that is too large fails the run", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", {
    context: () => ({ text: "" }),
    run: ({ context }) => void (context.text = "x".repeat(70_000)),
  });

  await assertRejects(() => a.request("k"), Error, "takes 700");
});

Deno.test("a context that cannot be made fails the run", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", {
    context: (key): string => {
      throw new Error(`no ${key}`);
    },
    run: ({ context }) => context,
  });

  await assertRejects(() => a.request("k"), Error, "no k");
});

Deno.test("run.item refuses to wait for its own run", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", {
    async run({ item }): Promise<void> {
      assertThrows(() => item.flush(), SelfWaitError, '"a/k"');
      assertThrows(() => item.idle(), SelfWaitError);
      await assertRejects(() => item.request(), SelfWaitError);
    },
  });

  await a.request("k");
});

Deno.test("run.item enqueues one more run", async () => {
  await using stage = new Stage();
  const outcomes: unknown[] = [];
  let runs = 0;
  const a = stage.scheduler().define("a", {
    async run({ item }): Promise<void> {
      if (runs++ === 0) outcomes.push(await item.enqueue());
    },
  });

  await a.enqueue("k");
  await a.get("k").idle();

  assertEquals([outcomes, runs], [["rerun"], 2]);
});

Deno.test("run.item is an item like any other when the run has ended", async () => {
  await using stage = new Stage();
  let kept: DurableRun | undefined;
  const a = stage.scheduler().define("a", { run: (run) => void (kept = run) });

  await a.request("k");
  await kept?.item.flush();
  await kept?.item.request();

  assertEquals(await kept?.item.inspect(), undefined);
});

Deno.test("run.stale is told of what was enqueued here and elsewhere", async () => {
  await using stage = new Stage();
  const gate = latch();
  const seen: boolean[] = [];
  let own: { readonly stale: boolean } | undefined;
  const run = async (run: { stale: boolean }): Promise<void> => {
    own ??= run;
    await gate.promise;
    seen.push(run.stale);
  };
  const here = stage.scheduler().define("a", { run });
  const elsewhere = stage.scheduler({ handlers: "elsewhere" })
    .define("a", { run });

  await here.enqueueMany([{ key: "own" }, { key: "other" }, { key: "none" }]);
  await stage.pass(1);
  await here.enqueue("own");
  assertEquals(own?.stale, true); // It is known at once.
  await elsewhere.enqueue("other");
  await stage.pass(300);
  gate.resolve();
  await turn();

  assertEquals(seen.slice(0, 3), [true, true, false]);
});

Deno.test("observers see a run from its start to its stored end", async () => {
  await using stage = new Stage();
  const { scheduler, recorder } = stage.watched();
  const a = scheduler.define("a", {
    retry: [10],
    run({ attempt }): void {
      if (attempt === 1) throw new Error("down");
    },
  });

  await a.enqueue("k");
  await recorder.next("retried a/k #1 attempt 1 in 10");
  await stage.pass(20);

  assertEquals(recorder.take(), [
    "enqueued a/k queued",
    "started a/k #1 @0 x1",
    "ended a/k #1 failed",
    "retried a/k #1 attempt 1 in 10",
    "started a/k #2 @0 x1",
    "ended a/k #2 ok",
  ]);
});
