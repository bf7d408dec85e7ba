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
  SkippedError,
  type,
} from "../../mod.ts";
import {
  type DurableKind,
  type DurableKindOptions,
  NotSerializableError,
  RemoteError,
  StoreError,
} from "../../src/durable/mod.ts";
import { aborted, deaf, hooked, latch, Stage } from "./scheduler_stage.ts";

/** One kind, asked in one process and run in another. */
function apart<Context, Output, Input, Message>(
  stage: Stage,
  options: DurableKindOptions<Context, Output, Input, Message>,
): {
  readonly asker: DurableKind<Output, Input, Message>;
  readonly runner: DurableKind<Output, Input, Message>;
} {
  const asker = stage.scheduler({ handlers: "elsewhere" });
  const runner = stage.scheduler();
  return {
    asker: asker.define("a", options),
    runner: runner.define("a", options),
  };
}

Deno.test("request() resolves with what the run returned, as it is", async () => {
  await using stage = new Stage();
  const result = { done: () => {} };
  const a = stage.scheduler().define("a", { run: () => result });

  assertStrictEquals(await a.request("k"), result); // It never left.
});

Deno.test("request() gets its result from another process", async () => {
  await using stage = new Stage();
  const { asker } = apart(stage, {
    message: type<number>(),
    run: ({ messages }) => new Map([["sum", messages]]),
  });

  const result = asker.request("k", 21);
  await stage.pass(300);

  assertEquals(await result, new Map([["sum", [21]]]));
});

Deno.test("request() gets undefined from another process", async () => {
  await using stage = new Stage();
  const { asker } = apart(stage, { run: () => undefined });

  const result = asker.request("k");
  await stage.pass(300);

  assertEquals(await result, undefined);
});

Deno.test("request() is answered by polls where no bell rings", async () => {
  await using stage = new Stage();
  const store = deaf(stage.store);
  const options = { run: () => "done" };
  stage.scheduler({ store }).define("a", options);
  const elsewhere = stage.scheduler({ store, handlers: "elsewhere" });
  const asker = elsewhere.define("a", options);
  await stage.pass(10);

  let answer: string | undefined;
  asker.request("k").then((value) => answer = value);
  await stage.pass(200);
  assertEquals(answer, undefined);
  await stage.pass(400);

  assertEquals(answer, "done");
});

Deno.test("many requests of one key are answered by one run", async () => {
  await using stage = new Stage();
  const { asker } = apart(stage, {
    message: type<number>(),
    run: ({ messages }) => messages.length,
  });

  const results = [1, 2, 3].map((n) => asker.request("k", n));
  await stage.pass(300);

  assertEquals(await Promise.all(results), [3, 3, 3]);
});

Deno.test("request() rejects with the run's own error in its process", async () => {
  await using stage = new Stage();
  const boom = new RangeError("boom");
  const a = stage.scheduler().define("a", {
    retry: [5],
    run: () => Promise.reject(boom),
  });

  const result = a.request("k").catch((error) => error);
  await stage.pass(20);

  assertStrictEquals(await result, boom);
  assertEquals(stage.errors, []); // Its caller knows.
});

Deno.test("request() rejects with RemoteError from another process", async () => {
  await using stage = new Stage();
  const { asker } = apart(stage, {
    run: () =>
      Promise.reject(Object.assign(new RangeError("boom"), { code: "E7" })),
  });

  const result = asker.request("k").catch((error) => error);
  await stage.pass(300);

  const error = await result;
  assertInstanceOf(error, RemoteError);
  assertEquals(error.original, {
    name: "RangeError",
    message: "boom",
    code: "E7",
  });
  assertEquals(
    error.message,
    'The run of "a/k" failed in another process: RangeError: boom',
  );
});

for (const thrown of [undefined, null, 7, "text", Symbol("s"), hostile()]) {
  Deno.test(`request() tells elsewhere of a thrown ${typeof thrown}`, async () => {
    await using stage = new Stage();
    const { asker } = apart(stage, {
      run: () => {
        throw thrown;
      },
    });

    const result = asker.request("k").catch((error) => error);
    await stage.pass(300);

    assertInstanceOf(await result, RemoteError);
  });
}

function hostile(): unknown {
  return new Proxy(new Error("x"), {
    get(): never {
      throw new Error("hostile");
    },
  });
}

Deno.test("request() rejects if its result is no data and is asked elsewhere", async () => {
  await using stage = new Stage();
  const { asker } = apart(stage, { run: (): unknown => () => {} });

  const result = asker.request("k").catch((error) => error);
  await stage.pass(300);

  const error = await result;
  assertInstanceOf(error, RemoteError);
  assertEquals(error.original.name, "NotSerializableError");
});

Deno.test("a result that is no data fails nobody who is not elsewhere", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", { run: () => () => 7 });

  const seven = await a.request("k");
  await a.enqueue("k");
  await a.get("k").flush();

  assertEquals([seven(), stage.errors.length], [7, 0]);
});

Deno.test("request() rejects with the context's error, which failed the run", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", {
    context: () => [] as unknown[],
    run: ({ context }) => context.push(Symbol("s")),
  });

  await assertRejects(() => a.request("k"), NotSerializableError);
});

for (const where of ["here", "elsewhere"] as const) {
  Deno.test(`request() rejects with HeldError: run ${where}`, async () => {
    await using stage = new Stage();
    const { asker, runner } = apart(stage, {
      whenExhausted: "hold",
      run: () => Promise.reject(new Error("boom")),
    });
    const a = where === "here" ? runner : asker;

    const first = a.request("k").catch((error) => error);
    await stage.pass(300);
    const second = a.request("k").catch((error) => error);
    await stage.pass(300);

    const [error, later] = [await first, await second];
    assertInstanceOf(error, HeldError);
    assertInstanceOf(error.cause, Error);
    assertInstanceOf(later, HeldError);
  });

  Deno.test(`request() rejects with CancelledError: waits ${where}`, async () => {
    await using stage = new Stage();
    const { asker, runner } = apart(stage, {
      message: type<number>(),
      run: () => "done",
    });
    const a = where === "here" ? runner : asker;
    await a.get("k").suspend();

    const result = a.request("k", 1).catch((error) => error);
    await stage.pass(10);
    const back = await a.get("k").cancel();
    await stage.pass(300);

    assertInstanceOf(await result, CancelledError);
    assertEquals(back, [1]);
  });

  Deno.test(`request() rejects with DeletedError: waits ${where}`, async () => {
    await using stage = new Stage();
    const { asker, runner } = apart(stage, { run: () => "done" });
    const a = where === "here" ? runner : asker;
    await a.get("k").suspend();

    const result = a.request("k").catch((error) => error);
    await stage.pass(10);
    await a.get("k").delete();
    await stage.pass(300);

    assertInstanceOf(await result, DeletedError);
  });

  Deno.test(`request() rejects if its run is cancelled: waits ${where}`, async () => {
    await using stage = new Stage();
    const { asker, runner } = apart(stage, {
      run: ({ signal }) => aborted(signal),
    });
    const a = where === "here" ? runner : asker;

    const result = a.request("k").catch((error) => error);
    await stage.pass(10);
    await a.get("k").cancel({ running: true });
    await stage.pass(600);

    assertInstanceOf(await result, CancelledError);
    assertEquals(stage.errors, []);
  });
}

Deno.test("request() rejects with SkippedError when it is refused", async () => {
  await using stage = new Stage();
  const gate = latch();
  const scheduler = stage.scheduler();
  const a = scheduler.define("a", {
    whenRunning: "skip",
    run: () => gate.promise,
  });
  await a.enqueue("k");
  await stage.pass(1);

  assertEquals(await a.enqueue("k"), "skipped");
  await assertRejects(() => a.request("k"), SkippedError, '"a/k"');
  assertEquals(scheduler.snapshot().skipped, 2);
  gate.resolve();
});

Deno.test("request() rejects with its signal's reason; the message stays", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "elsewhere" });
  const a = scheduler.define("a", { message: type<number>(), run(): void {} });
  const controller = new AbortController();
  const reason = new Error("enough");

  const result = a.request("k", 1, { signal: controller.signal });
  await stage.pass(1);
  controller.abort(reason);

  assertStrictEquals(await result.catch((error) => error), reason);
  assertEquals((await a.inspect("k"))?.messages, 1);
  const late = a.request("k", 2, { signal: controller.signal });
  assertStrictEquals(await late.catch((error) => error), reason);
  assertEquals((await a.inspect("k"))?.messages, 1);
});

Deno.test("request() that was given up costs the run no result", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler();
  const a = scheduler.define("a", { run: (): unknown => () => {} });
  const controller = new AbortController();
  scheduler.pause();
  const result = a.request("k", undefined, { signal: controller.signal })
    .catch(() => "given up");
  await stage.pass(1);
  controller.abort();

  scheduler.resume();
  await a.get("k").flush();

  assertEquals([await result, stage.errors.length], ["given up", 0]);
});

Deno.test("request() rejects with ClosedError when its scheduler closes", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "elsewhere" });
  const a = scheduler.define("a", { run(): void {} });

  const result = a.request("k").catch((error) => error);
  await stage.pass(1);
  await scheduler.close();

  assertInstanceOf(await result, ClosedError);
});

Deno.test("request() rejects when nobody knows whether its run was stored", async () => {
  await using stage = new Stage();
  const store = hooked(stage.store, async (method, call) => {
    const answer = await call();
    if (method !== "settle" || isTold) return answer;
    isTold = true;
    throw new StoreError("Cannot settle", "no answer came", {
      trouble: "unavailable",
      outcome: "unknown",
    });
  });
  let isTold = false;
  const a = stage.scheduler({ store }).define("a", { run: () => "done" });

  const result = a.request("k").catch((error) => error);
  await stage.pass(3_000);

  const error = await result;
  assertInstanceOf(error, StoreError);
  assertEquals(error.outcome, "unknown");
  assert(isTold);
});

Deno.test("request() is retried through the attempts of several processes", async () => {
  await using stage = new Stage();
  const options = {
    retry: [50],
    run: ({ attempt }: { readonly attempt: number }) => {
      if (attempt === 1) throw new Error("down");
      return "done";
    },
  };
  const first = stage.scheduler();
  first.define("a", options);
  const asker = stage.scheduler({ handlers: "elsewhere" }).define("a", options);

  const result = asker.request("k");
  await stage.pass(10);
  await first.close();
  stage.scheduler().define("a", options);
  await stage.pass(600);

  assertEquals(await result, "done");
});
