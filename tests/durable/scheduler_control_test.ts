import { assert, assertEquals, assertRejects } from "@std/assert";
import { CancelledError, DeletedError, type } from "../../mod.ts";
import { aborted, latch, Stage, told, turn } from "./scheduler_stage.ts";

Deno.test("cancel() takes back what waits", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "elsewhere" });
  const a = scheduler.define("a", { message: type<number>(), run(): void {} });
  await a.enqueue("k", 1);
  await a.enqueue("k");
  await a.enqueue("bare");

  assertEquals(await a.get("k").cancel(), [1]);
  assertEquals(await a.get("bare").cancel(), []);
  assertEquals(await a.get("none").cancel(), undefined);
  assertEquals(await a.inspect("k"), undefined);
});

Deno.test("cancel() leaves a run alone, unless it is told to abort it", async () => {
  await using stage = new Stage();
  const reasons: unknown[] = [];
  const told: unknown[] = [];
  const a = stage.scheduler().define("a", {
    message: type<number>(),
    retry: [10],
    run({ signal }): Promise<never> {
      signal.onabort = () => reasons.push(signal.reason);
      return aborted(signal);
    },
    undelivered: (messages, { error }) => told.push(messages, error),
  });
  await a.enqueue("k", 1);
  await stage.pass(1);
  await a.enqueue("k", 2);

  assertEquals(await a.get("k").cancel(), [2]);
  await stage.pass(300);
  assertEquals(reasons, []);
  assertEquals(await a.get("k").cancel({ running: true }), undefined);
  await stage.pass(300);

  assert(reasons[0] instanceof CancelledError);
  assertEquals(told, [[1], reasons[0]]);
  assertEquals((await a.inspect("k"))?.state, undefined);
});

Deno.test("cancel({ running }) reaches a run in another process", async () => {
  await using stage = new Stage();
  const run = ({ signal }: { signal: AbortSignal }): Promise<never> =>
    aborted(signal);
  const { scheduler, recorder } = stage.watched();
  scheduler.define("a", { run });
  const elsewhere = stage.scheduler({ handlers: "elsewhere" })
    .define("a", { run });
  await elsewhere.enqueue("k");
  await stage.pass(10);

  await elsewhere.get("k").cancel({ running: true });
  await stage.pass(30);

  assert(recorder.lines.includes("ended a/k #1 aborted"));
  assertEquals(stage.errors, []); // It only gave way.
});

Deno.test("a cancelled run that fails otherwise tells onError", async () => {
  await using stage = new Stage();
  const gate = latch();
  const a = stage.scheduler().define("a", { run: () => gate.promise });
  await a.enqueue("k");
  await stage.pass(1);

  await a.get("k").cancel({ running: true });
  await stage.pass(30);
  gate.reject(new Error("boom"));
  await turn();

  assertEquals(stage.errors.map(told), [
    'CancelledError: The run of "a/k" was cancelled',
  ]);
});

Deno.test("a cancelled run that fulfils has succeeded", async () => {
  await using stage = new Stage();
  const { scheduler, recorder } = stage.watched();
  const gate = latch();
  const a = scheduler.define("a", { run: () => gate.promise });
  await a.enqueue("k");
  await stage.pass(1);

  await a.get("k").cancel({ running: true });
  await stage.pass(30);
  gate.resolve();
  await turn();

  assert(recorder.lines.includes("ended a/k #1 ok"));
});

Deno.test("suspend() keeps an item from starting until resume()", async () => {
  await using stage = new Stage();
  let runs = 0;
  const a = stage.scheduler().define("a", { run: () => void runs++ });
  await a.get("k").suspend();
  await a.get("k").suspend();

  assertEquals(await a.enqueue("k"), "queued");
  await stage.pass(600);
  assertEquals([runs, (await a.inspect("k"))?.state], [0, "suspended"]);
  await a.get("k").resume();
  await a.get("k").flush();

  assertEquals(runs, 1);
});

Deno.test("reset() ends a backoff", async () => {
  await using stage = new Stage();
  const attempts: number[] = [];
  const a = stage.scheduler().define("a", {
    retry: [60_000],
    run({ attempt }): void {
      attempts.push(attempt);
      if (attempts.length === 1) throw new Error("down");
    },
  });
  await a.enqueue("k");
  await stage.pass(1);

  await a.get("k").reset();
  await a.get("k").flush();

  assertEquals(attempts, [1, 1]);
});

Deno.test("delete() returns what waits, and forgets the context", async () => {
  await using stage = new Stage();
  const { scheduler, recorder } = stage.watched();
  const a = scheduler.define("a", {
    message: type<number>(),
    context: () => ({ runs: 0 }),
    run: ({ context }) => ++context.runs,
  });
  await a.request("k", 0);
  await a.request("k", 0);
  await a.enqueue("k", 1, { delay: 100 });

  assertEquals(await a.get("k").delete(), [1]);
  assertEquals(await a.get("k").delete(), undefined);
  assertEquals(await a.inspect("k"), undefined);
  assertEquals(await a.request("k", 2), 1);
  assert(recorder.lines.includes("deleted a/k"));
});

Deno.test("delete() aborts a run, refuses enqueues, and waits for its end", async () => {
  await using stage = new Stage();
  const gate = latch();
  const reasons: unknown[] = [];
  const a = stage.scheduler().define("a", {
    run({ signal }): Promise<void> {
      signal.onabort = () => reasons.push(signal.reason);
      return gate.promise;
    },
  });
  await a.enqueue("k");
  await stage.pass(1);

  let isGone = false;
  const deletion = a.get("k").delete().then(() => isGone = true);
  await stage.pass(50);
  await assertRejects(() => a.enqueue("k"), DeletedError);
  assertEquals([reasons.length, isGone], [1, false]);
  gate.resolve();
  await stage.pass(50);

  assertEquals([await deletion, await a.inspect("k")], [true, undefined]);
});

Deno.test("delete() through run.item only marks", async () => {
  await using stage = new Stage();
  const answers: unknown[] = [];
  const a = stage.scheduler().define("a", {
    context: () => ({ n: 1 }),
    async run({ item }): Promise<void> {
      answers.push(await item.delete());
    },
  });
  await a.enqueue("k");
  await stage.pass(50);

  assertEquals(answers, [undefined]);
  assertEquals(await a.inspect("k"), undefined);
});

Deno.test("whenRunning: restart aborts the run, which is not an attempt", async () => {
  await using stage = new Stage();
  const { scheduler, recorder } = stage.watched();
  const seen: unknown[] = [];
  const a = scheduler.define("a", {
    message: type<number>(),
    whenRunning: "restart",
    run({ signal, messages, attempt }): unknown {
      seen.push([attempt, messages]);
      return messages.length === 2 ? "done" : aborted(signal);
    },
  });
  await a.enqueue("k", 1);
  await stage.pass(1);

  assertEquals(await a.enqueue("k", 2), "rerun");
  await stage.pass(50);

  assertEquals(seen, [[1, [1]], [1, [1, 2]]]);
  assertEquals(stage.errors, []);
  assert(recorder.lines.includes("ended a/k #1 aborted"));
});

Deno.test("whenRunning: restart reaches a run in another process", async () => {
  await using stage = new Stage();
  const options = {
    whenRunning: "restart" as const,
    run: ({ signal, coalesced }: { signal: AbortSignal; coalesced: number }) =>
      coalesced === 2 ? "done" : aborted(signal),
    message: type<number>(),
  };
  const { scheduler, recorder } = stage.watched();
  scheduler.define("a", options);
  const a = stage.scheduler({ handlers: "elsewhere" }).define("a", options);

  await a.enqueue("k", 1);
  await stage.pass(10);
  await a.enqueue("k", 2);
  await stage.pass(50);

  assertEquals(
    recorder.take().filter((line) => line.startsWith("ended")),
    ["ended a/k #1 aborted", "ended a/k #2 ok"],
  );
});

Deno.test("whenRunning: restart acts as rerun after maxRestarts", async () => {
  await using stage = new Stage();
  const aborts: number[] = [];
  const gates = [latch(), latch(), latch(), latch()];
  let runs = 0;
  const a = stage.scheduler().define("a", {
    whenRunning: "restart",
    maxRestarts: 2,
    run({ signal, number }): Promise<void> {
      signal.onabort = () => {
        aborts.push(number);
        gates[number - 1]?.reject(signal.reason);
      };
      return gates[runs++]?.promise ?? Promise.resolve();
    },
  });
  await a.enqueue("k");
  for (let i = 0; i < 3; i++) {
    await stage.pass(30);
    await a.enqueue("k");
  }
  await stage.pass(50);

  assertEquals([aborts, runs], [[1, 2], 3]);
  gates.forEach((gate) => gate.resolve());
  await stage.pass(50);
  assertEquals(runs, 4);
});

Deno.test("whenRunning: restart never by the run's own item", async () => {
  await using stage = new Stage();
  const aborts: unknown[] = [];
  const gate = latch();
  let runs = 0;
  const a = stage.scheduler().define("a", {
    whenRunning: "restart",
    async run({ item, signal }): Promise<void> {
      signal.onabort = () => aborts.push(signal.reason);
      if (runs++ !== 0) return;
      await item.enqueue();
      await gate.promise;
    },
  });

  await a.enqueue("k");
  await stage.pass(400);
  gate.resolve();
  await stage.pass(100);

  assertEquals([runs, aborts], [2, []]);
});

Deno.test("list() pages through items, by prefix and state", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "elsewhere" });
  const a = scheduler.define("a", { run(): void {} });
  for (const key of ["a1", "a2", "a3", "b1"]) await a.enqueue(key);
  await a.enqueue("a4", undefined, { delay: 5 });

  const first = await a.list({ prefix: "a", state: "queued", limit: 2 });
  const second = await a.list({
    prefix: "a",
    state: "queued",
    limit: 2,
    cursor: first.cursor,
  });

  assertEquals(
    [...first.items, ...second.items].map(({ key }) => key),
    ["a1", "a2", "a3"],
  );
  assertEquals(second.cursor, undefined);
});

for (
  const query of [{ limit: 0 }, { limit: 1_001 }, { state: "gone" }, {
    key: 1,
  }]
) {
  const text = JSON.stringify(query);
  Deno.test(`list() and dead() reject ${text}`, async () => {
    await using stage = new Stage();
    const a = stage.scheduler().define("a", { run(): void {} });
    const wrong: unknown = query;

    await assertRejects(() => a.list(wrong as { limit: number })); // On purpose.
    await assertRejects(() => a.dead(wrong as { limit: number })); // On purpose.
  });
}

Deno.test("redrive() enqueues dead letters again, one or all", async () => {
  await using stage = new Stage();
  let isDown = true;
  const seen: number[] = [];
  const a = stage.scheduler().define("a", {
    message: type<number>(),
    run({ messages }): void {
      if (isDown) throw new Error("down");
      seen.push(...messages);
    },
    undelivered: () => {},
  });
  for (const n of [1, 2, 3]) {
    await a.enqueue("k", n);
    await stage.pass(1);
  }
  const { items: letters } = await a.dead({ key: "k" });
  isDown = false;

  assertEquals(letters.map(({ messages }) => messages), [[1], [2], [3]]);
  assertEquals(await a.redrive("k", letters[1]?.id ?? ""), 1);
  await a.get("k").flush();
  assertEquals(await a.redrive("k"), 2);
  await a.get("k").flush();
  assertEquals(await a.redrive("k"), 0);

  assertEquals(seen, [2, 1, 3]);
});

Deno.test("discard() forgets a dead letter", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", {
    run: () => Promise.reject(new Error("boom")),
    undelivered: () => {},
  });
  await a.enqueue("k");
  await stage.pass(1);
  const { items: [letter] } = await a.dead();

  assertEquals(await a.discard("k", letter?.id ?? ""), true);
  assertEquals(await a.discard("k", letter?.id ?? ""), false);
  assertEquals((await a.dead()).items, []);
});
