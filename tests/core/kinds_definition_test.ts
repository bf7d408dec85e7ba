/** What a kind is defined by: its name, the schema of its messages, its keys
 * and its options; and what is said of a mistake in them. */
import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  exponential,
  InvalidMessageError,
  kind,
  Scheduler,
  type Schema,
  type Timing,
  type,
  type WorkItemOptions,
} from "../../mod.ts";
import { KindStage } from "./support/kinds_stage.ts";

type Validate<Message> = Schema<unknown, Message>["~standard"]["validate"];

/** A schema as libraries make them. */
function schema<Message>(validate: unknown): Schema<unknown, Message> {
  const props = {
    version: 1,
    vendor: "test",
    validate: validate as Validate<Message>, // Some tests want it otherwise.
  } as const;
  return { "~standard": props };
}

const TEXT = schema<string>((value: unknown) =>
  typeof value === "string"
    ? { value: value.toUpperCase() }
    : { issues: [{ message: "must be text", path: ["a", { key: 0 }] }] }
);

/** A stage, a kind with the schema, and what its runs were handed. */
function checked(schema: Schema<unknown, unknown>): {
  stage: KindStage;
  seen: unknown[];
  // deno-lint-ignore no-explicit-any -- these tests send what types refuse
  kind: any;
} {
  const stage = new KindStage();
  const seen: unknown[] = [];
  const kind = stage.scheduler.define("k", {
    message: schema,
    run: ({ messages }) => void seen.push(...messages),
  });
  return { stage, seen, kind };
}

Deno.test("A schema makes of a message what the run is handed", async () => {
  const { stage, seen, kind } = checked(TEXT);
  await using _ = stage;

  kind.enqueue("a", "x");
  await kind.request("a", "y");

  assertEquals(seen, ["X", "Y"]);
});

Deno.test("A message that the schema refuses throws its issues, and nothing was queued", async () => {
  const { stage, seen, kind } = checked(TEXT);
  await using _ = stage;

  const error = assertThrows(
    () => kind.enqueue("a", 5),
    InvalidMessageError,
    'Cannot enqueue "k/a" as its message has 1 issue',
  );
  await assertRejects(() => kind.request("a", 5), InvalidMessageError);
  await stage.settle();

  assertEquals(error.code, "WI-INVALID-MESSAGE");
  assertEquals(error.issues, [
    { message: "must be text", path: ["a", { key: 0 }] },
  ]);
  assertEquals([seen, kind.keys(), kind.inspect("a")], [[], [], undefined]);
  const { owed, starts } = stage.scheduler.snapshot();
  assertEquals([owed, starts], [0, 0]);
});

Deno.test("An asynchronous schema is refused, with a TypeError that says so", async () => {
  for (const answer of [{ value: 1 }, { issues: [{ message: "no" }] }]) {
    const { stage, seen, kind } = checked(
      schema(() => Promise.resolve(answer)),
    );
    await using _ = stage;

    assertThrows(() => kind.enqueue("a", 1), TypeError, "asynchronous");
    await assertRejects(() => kind.request("a", 1), TypeError, "asynchronous");
    await stage.settle();

    assertEquals([seen, kind.keys()], [[], []]);
  }
});

Deno.test("The late rejection of an asynchronous schema is nobody's error", async () => {
  const { stage, kind } = checked(
    schema(() => Promise.reject(new RangeError("late"))),
  );
  await using _ = stage;

  assertThrows(() => kind.enqueue("a", 1), TypeError, "asynchronous");
  await stage.settle(); // An unhandled rejection would fail the test.
});

Deno.test("What a schema throws refuses the message", async () => {
  const { stage, seen, kind } = checked(schema(() => {
    throw new RangeError("broken schema");
  }));
  await using _ = stage;

  assertThrows(() => kind.enqueue("a", 1), RangeError, "broken schema");
  await assertRejects(() => kind.request("a", 1), RangeError, "broken schema");
  await stage.settle();

  assertEquals([seen, kind.keys()], [[], []]);
});

const HOSTILE: Readonly<Record<string, unknown>> = {
  "null": null,
  "nothing": undefined,
  "a number": 5,
  "an object whose issues throw": {
    get issues(): never {
      throw new RangeError("looked at");
    },
  },
  "an object whose value throws": {
    get value(): never {
      throw new RangeError("looked at");
    },
  },
  "a proxy that throws": new Proxy({}, {
    get: () => {
      throw new RangeError("get");
    },
    has: () => {
      throw new RangeError("has");
    },
  }),
};
for (const [name, verdict] of Object.entries(HOSTILE)) {
  Deno.test(`A schema that answers ${name} refuses, and changes nothing`, async () => {
    const { stage, seen, kind } = checked(schema(() => verdict));
    await using _ = stage;

    assertThrows(() => kind.enqueue("a", 1));
    await assertRejects(() => kind.request("a", 1));
    await stage.settle();

    assertEquals([seen, kind.keys()], [[], []]);
    assertEquals(stage.scheduler.snapshot().owed, 0);
  });
}

Deno.test("undefined is asked of the schema, which may make a message of it", async () => {
  const { stage, seen, kind } = checked(
    schema((value: unknown) => ({ value: value ?? "default" })),
  );
  await using _ = stage;

  kind.enqueue("a");
  kind.enqueue("a", "x");
  await stage.settle();

  assertEquals(seen, ["default", "x"]);
});

Deno.test("undefined is asked of the schema, which may refuse it", async () => {
  const { stage, kind } = checked(TEXT);
  await using _ = stage;

  assertThrows(() => kind.enqueue("a"), InvalidMessageError);
  assertThrows(() => kind.get("a").enqueue(), InvalidMessageError);
  assertEquals(kind.keys(), []);
});

Deno.test("What a schema leaves undefined is a mere wake-up", async () => {
  const { stage, seen, kind } = checked(
    schema((value: unknown) => ({ value })),
  );
  await using _ = stage;

  assertEquals(kind.enqueue("a"), "queued");
  await stage.settle();

  assertEquals([seen, stage.scheduler.snapshot().ok], [[], 1]);
});

Deno.test("type<T>() checks nothing: any value passes as it is", async () => {
  const { stage, seen, kind } = checked(type<unknown>());
  await using _ = stage;

  for (const value of [5, null, "x", {}]) kind.enqueue("a", value);
  kind.enqueue("a"); // A mere wake-up.
  await stage.settle();

  assertEquals(seen, [5, null, "x", {}]);
});

Deno.test("A schema may be a function, as those of arktype are", async () => {
  const callable = Object.assign(() => {}, TEXT);
  const { stage, seen, kind } = checked(callable);
  await using _ = stage;

  await kind.request("a", "x");

  assertEquals(seen, ["X"]);
});

Deno.test("A schema is called as a method of its own properties", async () => {
  class Library {
    readonly version = 1;
    readonly vendor = "test";
    readonly #suffix = "!";
    validate(value: unknown): { value: string } {
      return { value: `${value}${this.#suffix}` };
    }
  }
  const { stage, seen, kind } = checked({ "~standard": new Library() });
  await using _ = stage;

  await kind.request("a", "x");

  assertEquals(seen, ["x!"]);
});

Deno.test("A schema that enqueues its own key loses neither message", async () => {
  const { stage, seen, kind } = checked(schema((value: unknown) => {
    if (value === "outer") kind.enqueue("a", "inner");
    return { value };
  }));
  await using _ = stage;

  assertEquals(kind.enqueue("a", "outer"), "coalesced");
  await stage.settle();

  assertEquals(seen, ["inner", "outer"]);
});

Deno.test("A schema that deletes its own item: the enqueue throws DeletedError", async () => {
  await using stage = new KindStage();
  const seen: unknown[] = [];
  const item = stage.scheduler.createWorkItem({
    message: schema<string>((value: unknown) => {
      item.delete();
      return { value };
    }),
    run: ({ messages }) => void seen.push(...messages),
  });

  const error = assertThrows(() => item.enqueue("x"));
  await stage.settle();

  assertEquals([(error as Error).name, seen], ["DeletedError", []]);
});

Deno.test("A schema that closes the scheduler: the enqueue throws ClosedError", async () => {
  const { stage, seen, kind } = checked(schema((value: unknown) => {
    stage.scheduler.close();
    return { value };
  }));
  await using _ = stage;

  const error = assertThrows(() => kind.enqueue("a", "x"));
  await stage.settle();

  assertEquals([(error as Error).name, seen], ["ClosedError", []]);
});

Deno.test("The schema is asked first, also where the enqueue would be skipped", async () => {
  await using stage = new KindStage();
  const kind = stage.scheduler.define<undefined, void, unknown, string>("k", {
    message: TEXT,
    whenRunning: "skip",
    run: () => {},
  });
  kind.enqueue("a", "x");

  assertThrows(() => kind.enqueue("a", 5), InvalidMessageError);
  assertEquals(kind.enqueue("a", "y"), "skipped");
});

Deno.test("A message is folded as the schema made it", async () => {
  await using stage = new KindStage();
  const seen: string[] = [];
  const kind = stage.scheduler.define<undefined, void, unknown, string>("k", {
    message: TEXT,
    merge: (older, newer) => older + newer,
    run: ({ messages }) => void seen.push(...messages),
  });

  kind.enqueue("a", "x");
  kind.enqueue("a", "y");
  await stage.settle();

  assertEquals(seen, ["XY"]);
});

const BAD_KEYS: readonly (readonly [string, unknown, typeof Error])[] = [
  ["empty", "", RangeError],
  ["a dot", ".", RangeError],
  ["two dots", "..", RangeError],
  ["a lone high surrogate", "a\ud800", RangeError],
  ["a lone low surrogate", "\udc00a", RangeError],
  ["surrogates in the wrong order", "\udc00\ud800", RangeError],
  ["513 bytes of ASCII", "a".repeat(513), RangeError],
  ["513 bytes of three each", "€".repeat(171), RangeError],
  ["514 bytes of two each", "é".repeat(257), RangeError],
  ["516 bytes of four each", "😀".repeat(129), RangeError],
  ["a number", 5, TypeError],
  ["undefined", undefined, TypeError],
  ["null", null, TypeError],
  ["a String object", new String("a"), TypeError],
];
for (const [name, bad, expected] of BAD_KEYS) {
  Deno.test(`A key that is ${name} is refused everywhere, and makes nothing`, async () => {
    await using stage = new KindStage();
    const { kind } = stage.cast();
    const key = bad as string;

    assertThrows(() => kind.enqueue(key, "x"), expected);
    assertThrows(() => kind.get(key), expected);
    await assertRejects(() => kind.request(key, "x"), expected);

    assertEquals(kind.keys(), []);
    if (bad === undefined) return; // A single item needs no key.
    assertThrows(
      () => stage.scheduler.createWorkItem({ key, run(): void {} }),
      expected,
    );
  });
}

const GOOD_KEYS = [
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"],
  ...["...", ". ", " ", "/", "a/b", "%2e", "\0", "\n", "0", "NaN"],
  ...["a".repeat(512), "é".repeat(256), "😀".repeat(128), "é", "e\u0301"],
];

Deno.test("Any other key is an ordinary one, and equals only itself", async () => {
  await using stage = new KindStage();
  const kind = stage.scheduler.define<string, void, string, string>("k", {
    context: (key) => `context of ${key}`,
    run({ key, context, messages }): void {
      assertEquals([context, messages], [`context of ${key}`, [key]]);
    },
  });

  for (const key of GOOD_KEYS) kind.enqueue(key, key);
  await stage.settle();

  const { ok, failed } = stage.scheduler.snapshot();
  assertEquals([ok, failed], [GOOD_KEYS.length, 0]);
  assertEquals(new Set(kind.keys()), new Set(GOOD_KEYS));
  assertEquals(kind.get("__proto__").context, "context of __proto__");
  assertEquals(kind.inspect("valueOf"), undefined);
});

Deno.test("A kind's name is taken, in whatever scope it was defined", async () => {
  await using stage = new KindStage();
  const { scheduler } = stage;
  const scope = scheduler.createScope();
  scope.define("k", { run(): void {} });

  for (const home of [scope, scheduler, scope.createScope()]) {
    assertThrows(() => home.define("k", { run(): void {} }), TypeError, "k");
  }
  scheduler.define("K", { run(): void {} });
  for (const name of ["__proto__", "constructor", "toString"]) {
    assertEquals(scheduler.define(name, { run(): void {} }).name, name);
  }
});

Deno.test("A name is free again once the kind's scope is deleted", async () => {
  await using stage = new KindStage();
  const { scheduler } = stage;
  const scope = scheduler.createScope();
  const { kind, actor } = stage.cast({}, { home: scope });
  kind.enqueue("a", "x");
  await stage.settle();

  const deletion = scope.delete();
  assertThrows(() => scheduler.define("k", { run(): void {} }), TypeError);
  actor.at(1).succeed();
  await deletion;

  assertEquals(scheduler.define("k", { run: () => 5 }).name, "k");
});

Deno.test("A name stays free where define() was refused for another reason", async () => {
  await using stage = new KindStage();
  const wrong = { run(): void {}, maxMessages: 0 };

  assertThrows(() => stage.scheduler.define("k", wrong), RangeError);

  assertEquals(stage.scheduler.define("k", { run(): void {} }).name, "k");
});

Deno.test("A definition made once serves any number of schedulers", async () => {
  await using first = new KindStage();
  await using second = new KindStage();
  const definition = kind("double", {
    message: type<number>(),
    run: ({ messages }) => messages.map((n) => n * 2),
  });

  const kinds = [first, second].map(({ scheduler }) =>
    scheduler.define(definition)
  );
  const scoped = new Scheduler().createScope().define(definition);

  assertEquals(await kinds[0]?.request("a", 1), [2]);
  assertEquals(await kinds[1]?.request("a", 2), [4]);
  assertEquals(await scoped.request("a", 3), [6]);
  assertEquals([kinds[0]?.name, definition.name], ["double", "double"]);
});

Deno.test("A definition does not change with the options it was made from", async () => {
  await using stage = new KindStage();
  const options = { whenRunning: "skip" as "skip" | "rerun", run: () => 1 };
  const definition = kind("k", options);

  options.whenRunning = "rerun";
  assertThrows(() => Object.assign(definition, { name: "other" }), TypeError);
  assertThrows(
    () => Object.assign(definition.options, { whenRunning: "rerun" }),
    TypeError,
  );

  const k = stage.scheduler.define(definition);
  k.enqueue("a");
  assertEquals(k.enqueue("a"), "skipped");
});

Deno.test("A kind knows where it lives", async () => {
  await using stage = new KindStage();
  const { scheduler } = stage;
  const scope = scheduler.createScope();
  const outside = scheduler.define("out", { run(): void {} });
  const inside = scope.define("in", { run(): void {} });

  assertStrictEquals(outside.parent, scheduler);
  assertStrictEquals(inside.parent, scope);
  assertStrictEquals(inside.get("a").parent, scope);
  await scope.delete();

  assertEquals([inside.parent, inside.name], [undefined, "in"]);
  assertStrictEquals(outside.get("a").parent, scheduler);
});

/** Options that no item takes, and what is thrown. */
const BAD_OPTIONS: readonly (readonly [
  object,
  typeof TypeError | typeof RangeError,
])[] = [
  [{ message: 5 }, TypeError],
  [{ message: {} }, TypeError],
  [{ message: { "~standard": {} } }, TypeError],
  [{ merge: "latest" }, TypeError],
  [{ maxMessages: 0 }, RangeError],
  [{ maxMessages: 1.5 }, RangeError],
  [{ maxMessages: NaN }, RangeError],
  [{ maxMessages: "5" }, TypeError],
  [{ maxInbox: 0 }, RangeError],
  [{ maxInbox: -1 }, RangeError],
  [{ maxInbox: 5n }, TypeError],
  [{ retry: 5 }, TypeError],
  [{ retry: "10" }, TypeError],
  [{ retry: ["10"] }, TypeError],
  [{ retry: [NaN] }, TypeError],
  [{ retry: [10, -1] }, TypeError],
  [{ retry: [Infinity] }, TypeError],
  [{ whenExhausted: "drop" }, RangeError],
  [{ undelivered: [] }, TypeError],
  [{ delay: "5" }, TypeError],
  [{ delay: -1 }, RangeError],
  [{ delay: NaN }, RangeError],
  [{ delay: Infinity }, RangeError],
  [{ delay: 5n }, TypeError],
  [{ reschedule: "newest" }, RangeError],
  [{ maxDelay: -1 }, RangeError],
  [{ maxDelay: NaN }, RangeError],
  [{ maxDelay: "5" }, TypeError],
  [{ context: {} }, TypeError],
  [{ mesage: type() }, TypeError],
];
/** Those that only kinds know. */
const BAD_KIND_OPTIONS: typeof BAD_OPTIONS = [
  [{ key: "a" }, TypeError],
  [{ concurrency: 0 }, RangeError],
  [{ concurrency: 1.5 }, RangeError],
  [{ concurrency: "2" }, TypeError],
  [{ rate: 5 }, TypeError],
  [{ rate: null }, TypeError],
  [{ rate: {} }, TypeError],
  [{ rate: { limit: 1 } }, TypeError],
  [{ rate: { limit: 0, interval: 10 } }, RangeError],
  [{ rate: { limit: 1.5, interval: 10 } }, RangeError],
  [{ rate: { limit: 1, interval: NaN } }, RangeError],
  [{ rate: { limit: 1, interval: Infinity } }, RangeError],
  [{ rate: { limit: "1", interval: 10 } }, TypeError],
  [{ rate: { limit: 1, interval: 10, per: 5 } }, TypeError],
  [{ passivateAfter: -1 }, RangeError],
  [{ passivateAfter: NaN }, RangeError],
  [{ passivateAfter: "5" }, TypeError],
];

/** As a test's name shows them. */
function shown(options: object): string {
  return Object.entries(options).map(([name, value]) =>
    `${name}: ${
      value !== null && typeof value === "object"
        ? Object.entries(value).map((entry) => entry.join(" ")).join(", ") ||
          "{}"
        : `${typeof value} ${String(value)}`
    }`
  ).join();
}

for (const [options, expected] of BAD_OPTIONS) {
  Deno.test(`${shown(options)} is refused with a ${expected.name}`, async () => {
    await using stage = new KindStage();
    const all = { run(): void {}, ...options };
    const { scheduler } = stage;

    assertThrows(() => scheduler.define("k", all), expected, "Cannot");
    assertThrows(
      () => scheduler.createWorkItem(all as WorkItemOptions),
      expected,
      "Cannot",
    );
    assertThrows(() => scheduler.define(kind("k", all)), expected);
  });
}

for (const [options, expected] of BAD_KIND_OPTIONS) {
  Deno.test(`${shown(options)} of a kind is refused with a ${expected.name}`, async () => {
    await using stage = new KindStage();
    const all = { run(): void {}, ...options };

    assertThrows(() => stage.scheduler.define("k", all), expected, "Cannot");
    if ("key" in options) return;
    assertThrows( // A single item has no such option.
      () => stage.scheduler.createWorkItem(all as WorkItemOptions),
      TypeError,
    );
  });
}

Deno.test("define() refuses what is no name and no definition", async () => {
  await using stage = new KindStage();
  const define = stage.scheduler.define.bind(stage.scheduler) as (
    ...args: unknown[]
  ) => unknown;

  for (const name of [5, null, undefined, Symbol.iterator, [], {}]) {
    assertThrows(() => define(name, { run(): void {} }), TypeError);
  }
  assertThrows(() => define("k"), TypeError);
  assertThrows(() => define("k", {}), TypeError);
  assertThrows(() => define("k", { run: 5 }), TypeError);
});

Deno.test("A misspelt option of a kind is told those there are", async () => {
  await using stage = new KindStage();
  const options = { run(): void {}, passivateafter: 5 };

  const error = assertThrows(() => stage.scheduler.define("k", options));

  assertInstanceOf(error, TypeError);
  assertEquals(error.message.includes("passivateAfter"), true);
});

const OVERLAP_REFUSES: readonly object[] = [
  { retry: [10] },
  { retry: () => undefined },
  { retry: exponential() },
  { merge: (older: unknown) => older },
  { maxMessages: 5 },
  { whenExhausted: "hold" },
];
for (const options of OVERLAP_REFUSES) {
  Deno.test(`"overlap" with ${Object.keys(options)} is a TypeError`, async () => {
    await using stage = new KindStage();
    const all = { run(): void {}, whenRunning: "overlap", ...options } as const;

    const make = (): unknown => stage.scheduler.createWorkItem(all);
    assertThrows(() => stage.scheduler.define("k", all), TypeError, "overlap");
    assertThrows(make, TypeError, "overlap");
    const scope = stage.scheduler.createScope({ serialize: true });
    assertThrows(() => scope.define("k", all), TypeError, "overlap");
  });
}

Deno.test('"overlap" takes all other options, and those that say nothing', async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({
    ...{ retry: undefined, merge: undefined, maxMessages: undefined },
    whenExhausted: "release",
    whenRunning: "overlap",
    maxOverlap: 2,
    undelivered: stage.undelivered,
    ...{ delay: 5, reschedule: "latest", maxDelay: 10, maxInbox: 5 },
    ...{ timeout: 50, priority: 3, concurrency: 4, passivateAfter: 5 },
    rate: { limit: 5, interval: 10 },
  });
  kind.enqueue("a", "x", { delay: 0 });
  await stage.settle();

  assertEquals(kind.enqueue("a", "y", { delay: 0 }), "queued");
  await stage.settle();

  assertEquals(actor.log, ["a#1@0 x", "a#2@0 y"]);
  actor.acts.forEach(({ succeed }) => succeed());
});

/** Timings that no enqueue takes, and what is thrown. */
const BAD_TIMINGS: typeof BAD_OPTIONS = [
  [{ delay: "5" }, TypeError],
  [{ delay: 5n }, TypeError],
  [{ delay: null }, TypeError],
  [{ delay: -1 }, RangeError],
  [{ delay: NaN }, RangeError],
  [{ delay: Infinity }, RangeError],
  [{ at: 5 }, TypeError],
  [{ at: "2026-01-01" }, TypeError],
  [{ at: new Date(NaN) }, TypeError],
  [{ delay: 5, at: new Date(0) }, TypeError],
  [{ reschedule: "newest" }, RangeError],
  [{ maxDelay: "5" }, TypeError],
  [{ maxDelay: NaN }, RangeError],
  [{ maxDelay: -1 }, RangeError],
  [{ dely: 5 }, TypeError],
];
for (const [timing, expected] of BAD_TIMINGS) {
  Deno.test(`A timing with ${shown(timing)} is a ${expected.name}, and queues nothing`, async () => {
    await using stage = new KindStage();
    const { kind, a, actor } = stage.cast();
    const bad = timing as Timing;

    assertThrows(() => kind.enqueue("a", "x", bad), expected);
    assertThrows(() => a.enqueue("x", bad), expected);
    await assertRejects(() => a.request("x", bad), expected);
    await stage.settle();

    assertEquals([kind.keys(), actor.acts.length], [[], 0]);
  });
}

Deno.test("A timing that is no object is a TypeError", async () => {
  await using stage = new KindStage();
  const { kind } = stage.cast();

  for (const timing of [5, "5", null, () => {}]) {
    assertThrows(() => kind.enqueue("a", "x", timing as Timing), TypeError);
  }
  assertEquals(kind.keys(), []);
});

Deno.test("Options of undefined are as if they were not said", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ delay: 5 }, { plan: () => {} });
  const nothing = { delay: undefined, at: undefined, maxDelay: undefined };

  assertEquals(kind.enqueue("a", "x", nothing), "delayed");
  await stage.pass(5);

  assertEquals(actor.log, ["a#1@5 x"]);
});

const BAD_EXPONENTIALS: typeof BAD_OPTIONS = [
  [{ attempts: 0 }, RangeError],
  [{ attempts: 1.5 }, RangeError],
  [{ attempts: "5" }, TypeError],
  [{ min: -1 }, RangeError],
  [{ min: NaN }, RangeError],
  [{ max: -1 }, RangeError],
  [{ factor: NaN }, RangeError],
  [{ factor: "2" }, TypeError],
  [{ jitter: -0.1 }, RangeError],
  [{ jitter: 1.1 }, RangeError],
  [{ jiter: 0 }, TypeError],
];
for (const [options, expected] of BAD_EXPONENTIALS) {
  Deno.test(`exponential({ ${shown(options)} }) is a ${expected.name}`, () => {
    assertThrows(() => exponential(options), expected);
  });
}
