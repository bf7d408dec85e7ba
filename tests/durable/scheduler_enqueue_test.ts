import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  ClosedError,
  InvalidMessageError,
  latest,
  QueueFullError,
  type Schema,
  type,
} from "../../mod.ts";
import {
  LimitError,
  NotSerializableError,
  StoreError,
} from "../../src/durable/mod.ts";
import { latch, lineTo, Stage, told } from "./scheduler_stage.ts";

/** Takes texts of digits, and makes numbers of them. */
const DIGITS: Schema<string, number> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) =>
      /^\d+$/.test(String(value))
        ? { value: Number(value) }
        : { issues: [{ message: "no digits" }] },
  },
};

Deno.test("enqueue() says what it did, by what the item was doing", async () => {
  await using stage = new Stage();
  const gate = latch();
  const scheduler = stage.scheduler();
  const a = scheduler.define("a", { run: () => gate.promise });
  scheduler.pause();

  assertEquals(await a.enqueue("k"), "queued");
  assertEquals(await a.enqueue("k"), "coalesced");
  scheduler.resume();
  await stage.pass(1);
  assertEquals(await a.enqueue("k"), "rerun");
  assertEquals(await a.enqueue("k"), "coalesced");
  assertEquals(await a.enqueue("other", undefined, { delay: 5 }), "delayed");
  gate.resolve();
});

Deno.test("enqueue() resolves when it is stored, before it runs", async () => {
  await using stage = new Stage();
  const elsewhere = stage.scheduler({ handlers: "elsewhere" });
  const a = elsewhere.define("a", { message: type<string>(), run(): void {} });

  await a.enqueue("k", "m");

  const item = await a.inspect("k");
  assertEquals([item?.state, item?.messages], ["queued", 1]);
});

Deno.test("enqueue() asks the schema, and stores what that made", async () => {
  await using stage = new Stage();
  const seen: number[] = [];
  const a = stage.scheduler().define("a", {
    message: DIGITS,
    run: ({ messages }) => void seen.push(...messages),
  });

  await a.enqueue("k", "42");
  await a.get("k").flush();

  assertEquals(seen, [42]);
});

Deno.test("enqueue() rejects what the schema refuses, and stores nothing", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "elsewhere" });
  const a = scheduler.define("a", { message: DIGITS, run(): void {} });

  const error = await assertRejects(
    () => a.enqueue("k", "x"),
    InvalidMessageError,
    'Cannot enqueue "a/k"',
  );

  assertEquals(error.issues, [{ message: "no digits" }]);
  assertEquals(await a.inspect("k"), undefined);
});

Deno.test("enqueue() rejects what is no data, and says where", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", {
    message: type<unknown>(),
    run(): void {},
  });

  await assertRejects(
    () => a.enqueue("k", { onDone(): void {} }),
    NotSerializableError,
    'Cannot enqueue "a/k" as $.onDone is a function',
  );
});

Deno.test("enqueue() rejects a message that is too large", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", {
    message: type<string>(),
    run(): void {},
  });

  await assertRejects(() => a.enqueue("k", "x".repeat(70_000)), LimitError);
});

const MISTAKES: readonly (readonly [string, unknown[], string])[] = [
  ["a key that is none", [1], "RangeError"],
  ["an empty key", [""], "RangeError"],
  ["an id that is none", ["k", undefined, { id: 7 }], "TypeError"],
  ["an empty id", ["k", undefined, { id: "" }], "RangeError"],
  ["a negative delay", ["k", undefined, { delay: -1 }], "RangeError"],
  ["an unknown option", ["k", undefined, { dely: 1 }], "TypeError"],
];

for (const [name, args, type] of MISTAKES) {
  Deno.test(`enqueue() and request() reject ${name}`, async () => {
    await using stage = new Stage();
    const a = stage.scheduler().define("a", { run(): void {} });
    const [key, message, options] = args as [string, undefined, object]; // On purpose.

    const expected = type === "RangeError" ? Error : TypeError;
    await assertRejects(() => a.enqueue(key, message, options), expected);
    await assertRejects(() => a.request(key, message, options), Error);
  });
}

Deno.test("enqueue() with an id that was seen does nothing", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "elsewhere", idWindow: 1_000 });
  const a = scheduler.define("a", { message: type<number>(), run(): void {} });

  assertEquals(await a.enqueue("k", 1, { id: "x" }), "queued");
  assertEquals(await a.enqueue("k", 2, { id: "x" }), "duplicate");
  assertEquals(await a.enqueue("other", 3, { id: "x" }), "queued");
  await stage.pass(1_001);
  assertEquals(await a.enqueue("k", 4, { id: "x" }), "coalesced");
  assertEquals(await a.get("k").cancel(), [1, 4]);
});

Deno.test("enqueue() takes delay, at and the kind's own delay", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "elsewhere" });
  const a = scheduler.define("a", { delay: 300, run(): void {} });
  const at = new Date(stage.clock.today() + 500);

  await a.enqueue("own");
  await a.enqueue("none", undefined, { delay: 0 });
  await a.enqueue("delay", undefined, { delay: 400 });
  await a.enqueue("at", undefined, { at });

  const { items } = await a.list();
  assertEquals(items.map(({ key, state, dueIn }) => [key, state, dueIn]), [
    ["at", "delayed", 500],
    ["delay", "delayed", 400],
    ["none", "queued", undefined],
    ["own", "delayed", 300],
  ]);
});

Deno.test("enqueue() reschedules as it or the kind says", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "elsewhere" });
  const a = scheduler.define("a", { reschedule: "latest", run(): void {} });
  const due = async (): Promise<number | undefined> =>
    (await a.inspect("k"))?.dueIn;

  await a.enqueue("k", undefined, { delay: 100 });
  await a.enqueue("k", undefined, { delay: 50 });
  assertEquals(await due(), 100);
  await a.enqueue("k", undefined, { delay: 80, reschedule: "earliest" });
  assertEquals(await due(), 80);
  await a.enqueue("k", undefined, { delay: 500, maxDelay: 90 });
  assertEquals(await due(), 90);
});

Deno.test("enqueue() rejects when the inbox is full and nothing merges", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "elsewhere" });
  const a = scheduler.define("a", {
    message: type<number>(),
    maxInbox: 2,
    run(): void {},
  });
  await a.enqueue("k", 1);
  await a.enqueue("k", 2);

  await assertRejects(() => a.enqueue("k", 3), QueueFullError);

  assertEquals(await a.get("k").cancel(), [1, 2]);
});

Deno.test("enqueue() folds a full inbox where the kind merges", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "elsewhere" });
  const a = scheduler.define("a", {
    message: type<number>(),
    merge: (older, newer) => older + newer,
    maxInbox: 3,
    run(): void {},
  });

  for (let n = 1; n <= 8; n++) await a.enqueue("k", n);

  const left = await a.get("k").cancel();
  assertEquals(left?.reduce((sum, n) => sum + n), 36);
});

Deno.test("enqueue() keeps messages apart, and tells, when merge throws", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "elsewhere" });
  const a = scheduler.define("a", {
    message: type<number>(),
    merge: (): number => {
      throw new Error("no");
    },
    maxInbox: 2,
    run(): void {},
  });
  await a.enqueue("k", 1);
  await a.enqueue("k", 2);

  await assertRejects(() => a.enqueue("k", 3), QueueFullError);

  assertEquals(stage.errors.map(told), ["Error: no"]);
  assertEquals(await a.get("k").cancel(), [1, 2]);
});

Deno.test("enqueue() refuses when merge is there and nothing can be folded", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "elsewhere" });
  const a = scheduler.define("a", {
    message: type<number>(),
    merge: latest,
    maxInbox: 1,
    run(): void {},
  });
  await a.enqueue("k", 1);

  await assertRejects(() => a.enqueue("k", 2), QueueFullError);
});

Deno.test("enqueueMany() answers each by itself, in order", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler({ handlers: "elsewhere" });
  const a = scheduler.define("a", {
    message: DIGITS,
    maxInbox: 2,
    run(): void {},
  });

  const answers = await a.enqueueMany([
    { key: "k", message: "1" },
    { key: "k", message: "no" },
    { key: "", message: "1" },
    { key: "k", message: "2", id: "x" },
    { key: "k", message: "3" },
    { key: "other", message: "4", delay: 10 },
  ]);

  assertEquals(
    answers.map((answer) => answer instanceof Error ? answer.name : answer),
    [
      "queued",
      "InvalidMessageError",
      "RangeError",
      "coalesced",
      "QueueFullError",
      "delayed",
    ],
  );
  assertEquals(await a.get("k").cancel(), [1, 2]);
});

Deno.test("enqueue() and request() name the options that there are", async () => {
  await using stage = new Stage();
  const a = stage.scheduler().define("a", { run(): void {} });
  const odd = { urgent: true, delay: 0 };
  const none = 'as it has no option "urgent": known are delay, at, reschedule';

  const [many] = await a.enqueueMany([{ key: "k", ...odd }]);

  const enqueueing = `Cannot enqueue "a/k" ${none}, maxDelay, id`;
  assertEquals(told(many), `TypeError: ${enqueueing}`);
  const enqueued = (): Promise<unknown> => a.enqueue("k", undefined, odd);
  await assertRejects(enqueued, TypeError, enqueueing);
  await assertRejects(
    () => a.request("k", undefined, odd),
    TypeError,
    `Cannot request "a/k" ${none}, maxDelay, signal`,
  );
});

for (const at of ["today", new Date(NaN), 7]) {
  Deno.test(`enqueue() refuses ${at} as a date`, async () => {
    await using stage = new Stage();
    const a = stage.scheduler().define("a", { run(): void {} });

    const error = await a.enqueue("k", undefined, { at: at as Date }) // It is none.
      .catch((reason) => reason);

    assert(error instanceof Error, "it is refused");
    assertStringIncludes(error.message, '"at" must be a valid Date');
  });
}

Deno.test("enqueueMany() of none asks the store nothing", async () => {
  await using stage = new Stage();
  const line = lineTo(stage.store);
  const scheduler = stage.scheduler({
    store: line.store,
    handlers: "elsewhere",
  });
  const a = scheduler.define("a", { run(): void {} });
  line.state = "down";

  assertEquals(await a.enqueueMany([]), []);
});

Deno.test("enqueue() rejects with StoreError while the store is down", async () => {
  await using stage = new Stage();
  const line = lineTo(stage.store);
  const scheduler = stage.scheduler({
    store: line.store,
    handlers: "elsewhere",
  });
  const a = scheduler.define("a", { run(): void {} });
  line.state = "down";

  const error = await assertRejects(() => a.enqueue("k"), StoreError);

  assertEquals([error.outcome, error.isRetryable], ["none", true]);
  assertEquals(stage.errors, []); // Its caller knows.
});

Deno.test("enqueue() is refused after close()", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler();
  const a = scheduler.define("a", { run(): void {} });
  await scheduler.close();

  await assertRejects(() => a.enqueue("k"), ClosedError, '"a/k"');
  await assertRejects(() => a.request("k"), ClosedError, '"a/k"');
  await assertRejects(() => a.enqueueMany([{ key: "k" }]), ClosedError);
  await assertRejects(() => a.get("k").flush(), ClosedError);
});

Deno.test("observers see what enqueues did, but for duplicates", async () => {
  await using stage = new Stage();
  const { scheduler, recorder } = stage.watched({ handlers: "elsewhere" });
  const a = scheduler.define("a", { run(): void {} });

  await a.enqueue("k", undefined, { id: "x" });
  await a.enqueue("k", undefined, { id: "x" });
  await a.enqueue("k");

  assertEquals(recorder.take(), [
    "enqueued a/k queued",
    "enqueued a/k coalesced",
  ]);
});
