/** Bad input: every option and argument of every public function, each with
 * every kind of wrong value. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { Scheduler, type Scope, type WorkItem } from "../../mod.ts";

/** Must never be seen in a message. */
const SECRET = "secret-7f3a";

type ErrorClass = typeof TypeError | typeof RangeError | typeof Error;

interface Stage {
  readonly scheduler: Scheduler;
  readonly scope: Scope;
  readonly item: WorkItem;
}

/** A public function with options. */
interface Call {
  readonly isAsync: boolean;
  readonly required: Readonly<Record<string, unknown>>;
  call(stage: Stage, options: unknown): unknown;
}

function stage(): Stage {
  const scheduler = new Scheduler();
  const scope = scheduler.createScope();
  const item = scope.createWorkItem({ run: () => {} });
  item.enqueue(); // Else there is nothing to wait for.
  return { scheduler, scope, item };
}

const run = (): void => {};

/** By name; `never` because wrong values have no other type in common. */
const CALLS: Readonly<Record<string, Call>> = {
  "new Scheduler": {
    isAsync: false,
    required: {},
    call: (_, options) => new Scheduler(options as never),
  },
  "scheduler.createWorkItem": {
    isAsync: false,
    required: { run },
    call: ({ scheduler }, options) =>
      scheduler.createWorkItem(options as never),
  },
  "scope.createWorkItem": {
    isAsync: false,
    required: { run },
    call: ({ scope }, options) => scope.createWorkItem(options as never),
  },
  "scheduler.createScope": {
    isAsync: false,
    required: {},
    call: ({ scheduler }, options) => scheduler.createScope(options as never),
  },
  "scope.createScope": {
    isAsync: false,
    required: {},
    call: ({ scope }, options) => scope.createScope(options as never),
  },
  "scheduler.run": {
    isAsync: true,
    required: {},
    call: ({ scheduler }, options) => scheduler.run(run, options as never),
  },
  "scheduler.idle": {
    isAsync: true,
    required: {},
    call: ({ scheduler }, options) => scheduler.idle(options as never),
  },
  "scheduler.close": {
    isAsync: false,
    required: {},
    call: ({ scheduler }, options) => scheduler.close(options as never),
  },
  "item.flush": {
    isAsync: true,
    required: {},
    call: ({ item }, options) => item.flush(options as never),
  },
  "item.idle": {
    isAsync: true,
    required: {},
    call: ({ item }, options) => item.idle(options as never),
  },
  "item.cancel": {
    isAsync: false,
    required: {},
    call: ({ item }, options) => item.cancel(options as never),
  },
};

/** Values of each type that fits nothing but what it is. */
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  number: [8],
  string: [SECRET, "8", ""],
  bigint: [8n],
  boolean: [true],
  symbol: [Symbol(SECRET)],
  function: [() => SECRET, class Secret {}],
  object: [null, {}, [], new Date(), Object.create(null), /secret/],
};

function except(...types: string[]): readonly unknown[] {
  return Object.entries(VALUES)
    .flatMap(([type, values]) => types.includes(type) ? [] : values);
}

interface Wrong {
  readonly type: readonly unknown[];
  readonly range?: readonly unknown[];
  readonly either?: readonly unknown[];
}

const WHOLE: Wrong = {
  type: except("number"),
  range: [0, -1, 1.5, NaN, Infinity, -Infinity, 2 ** 53, 1e-9],
};
const SPAN: Wrong = {
  type: except("number"),
  range: [-1, NaN, Infinity, -Infinity, -1e-9],
};
const FUNCTION: Wrong = { type: except("function") };
const BOOLEAN: Wrong = { type: except("boolean") };
const SIGNAL: Wrong = {
  type: [
    ...except(),
    { aborted: false },
    { aborted: 0, addEventListener: run },
    { addEventListener: run },
    new AbortController(),
  ],
};
const PRIORITY: Wrong = {
  type: except("number"),
  range: [-1, 256, 1.5, NaN, Infinity, -Infinity],
};
const KEY: Wrong = {
  type: except("string"),
  range: [
    "",
    ".",
    "..",
    `${SECRET}\ud800`,
    `\udc00${SECRET}`,
    `a\ud83d${SECRET}`,
    `${SECRET}\udca9\ud83d`,
    SECRET + "k".repeat(513 - SECRET.length),
    SECRET + "é".repeat(251),
    SECRET + "💩".repeat(126),
    SECRET.repeat(100_000),
  ],
};
const MODE: Wrong = {
  type: except("string"),
  either: ["", SECRET, "Rerun", "restart ", "__proto__", "constructor"],
};
const CLOCK: Wrong = {
  type: [
    ...except("object", "function"),
    null,
    {},
    { now: 5 },
    { now: () => 0 },
    { now: () => 0, today: () => 0, startTimer: run, stopTimer: run },
  ],
};

const ITEM: Readonly<Record<string, Wrong>> = {
  key: KEY,
  context: FUNCTION,
  run: FUNCTION,
  whenRunning: MODE,
  timeout: SPAN,
  priority: PRIORITY,
  cleanup: FUNCTION,
};
const SCOPE: Readonly<Record<string, Wrong>> = {
  serialize: BOOLEAN,
  cleanup: FUNCTION,
};

/** What is wrong for each option of each call. */
const WRONG: Readonly<Record<string, Readonly<Record<string, Wrong>>>> = {
  "new Scheduler": {
    concurrency: WHOLE,
    maxOwed: {
      ...WHOLE,
      range: WHOLE.range?.filter((value) => value !== Infinity) ?? [],
    },
    verify: BOOLEAN,
    clock: CLOCK,
    waitUntil: FUNCTION,
    signal: SIGNAL,
    onError: FUNCTION,
  },
  "scheduler.createWorkItem": ITEM,
  "scope.createWorkItem": ITEM,
  "scheduler.createScope": SCOPE,
  "scope.createScope": SCOPE,
  "scheduler.run": { signal: SIGNAL, priority: PRIORITY, timeout: SPAN },
  "scheduler.idle": { signal: SIGNAL },
  "scheduler.close": { grace: SPAN, abortGrace: SPAN },
  "item.flush": { signal: SIGNAL },
  "item.idle": { signal: SIGNAL },
  "item.cancel": { running: BOOLEAN },
};

/** With these beside it an option is right. */
const BESIDE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  maxOverlap: { whenRunning: "overlap" },
  maxRestarts: { whenRunning: "restart" },
};

/** What a call comes to, and whether it threw although it returns a promise. */
async function outcome(
  { isAsync, call }: Call,
  stage: Stage,
  options: unknown,
): Promise<unknown> {
  let result: unknown;
  try {
    result = call(stage, options);
  } catch (error) {
    assert(!isAsync, `threw ${error} although it returns a promise`);
    return error;
  }
  if (!isAsync) return undefined;
  try {
    await result;
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Calls with wrong options: nothing else may change. */
async function refused(name: string, options: unknown): Promise<Error> {
  const call = CALLS[name];
  assert(call !== undefined);
  const at = stage();
  const { scheduler, item } = at;
  const before = JSON.stringify([scheduler.snapshot(), item.version]);
  const pending = outcome(call, at, options);
  assertEquals(
    JSON.stringify([scheduler.snapshot(), item.version]),
    before,
    "something has changed",
  );
  const error = await pending;
  assertInstanceOf(error, Error);
  assert(!error.message.includes(SECRET), error.message);
  assert(error.message.startsWith("Cannot "), error.message);
  assert(error.message.length < 300, `${error.message.length} characters`);
  await item.flush();
  await scheduler.close();
  return error;
}

async function refusedOne(
  name: string,
  option: string,
  { value, classes }: { value: unknown; classes: readonly ErrorClass[] },
): Promise<void> {
  const required = CALLS[name]?.required ?? {};
  const options = { ...required, ...BESIDE[option], [option]: value };
  const error = await refused(name, options).catch((error) => {
    const shown = typeof value === "object"
      ? JSON.stringify(value)
      : String(value);
    throw new Error(`${name}, ${option}: ${shown.slice(0, 80)}`, {
      cause: error,
    });
  });
  assert(
    classes.some((each) => error.constructor === each),
    `${option}: ${error}`,
  );
  assertStringIncludes(error.message, `"${option}`);
}

for (const [name, options] of Object.entries(WRONG)) {
  for (const [option, { type, range, either }] of Object.entries(options)) {
    Deno.test(`${name}() refuses wrong values of ${option}`, async () => {
      for (const value of type) {
        if (value === undefined) continue;
        await refusedOne(name, option, { value, classes: [TypeError] });
      }
      for (const value of range ?? []) {
        await refusedOne(name, option, { value, classes: [RangeError] });
      }
      for (const value of either ?? []) {
        const classes = [TypeError, RangeError];
        await refusedOne(name, option, { value, classes });
      }
    });
  }

  Deno.test(`${name}() refuses options that are no object`, async () => {
    for (const value of [...except("object"), null]) {
      const error = await refused(name, value);
      assertEquals(error.constructor, TypeError);
      assertStringIncludes(error.message, "options");
    }
  });

  Deno.test(`${name}() names what an unknown option was meant to be`, async () => {
    const required = CALLS[name]?.required ?? {};
    for (const option of Object.keys(options)) {
      for (
        const typo of [option.slice(1), `${option}s`, option.toUpperCase()]
      ) {
        const error = await refused(name, { ...required, [typo]: undefined });
        assertEquals(error.constructor, TypeError);
        assertStringIncludes(error.message, `"${typo}"`);
        assertStringIncludes(error.message, "did you mean", typo);
      }
      const error = await refused(name, { ...required, [option + "s"]: 1 });
      assertStringIncludes(error.message, `did you mean "${option}"?`);
    }
    for (const odd of ["__proto__x", "", "x".repeat(10), "toString"]) {
      await refused(name, { ...required, [odd]: undefined });
    }
  });

  Deno.test(`${name}() hands on what a getter throws`, async () => {
    const required = CALLS[name]?.required ?? {};
    const call = CALLS[name];
    assert(call !== undefined);
    for (const option of Object.keys(options)) {
      const thrown = { of: option };
      const at = stage();
      const before = JSON.stringify(at.scheduler.snapshot());
      const error = await outcome(
        call,
        at,
        Object.defineProperty({ ...required }, option, {
          enumerable: true,
          get: (): never => {
            throw thrown;
          },
        }),
      );
      assertStrictEquals(error, thrown);
      assertEquals(at.scheduler.snapshot().closed, false);
      assert(before.length > 0);
      await at.scheduler.close();
    }
  });

  Deno.test(`${name}() reads each option once`, async () => {
    const required = CALLS[name]?.required ?? {};
    const call = CALLS[name];
    assert(call !== undefined);
    const all = {
      ...required,
      ...Object.fromEntries(
        Object.keys(options).filter((option) => !(option in required))
          .map((option) => [option, undefined]),
      ),
    };
    const reads: string[] = [];
    const counting = {};
    for (const [option, value] of Object.entries(all)) {
      Object.defineProperty(counting, option, {
        enumerable: true,
        get: () => {
          reads.push(option);
          return value;
        },
      });
    }
    const at = stage();
    assertEquals(await outcome(call, at, counting), undefined);
    assertEquals(reads.toSorted(), Object.keys(all).toSorted());
    await at.scheduler.close();
  });
}

for (const mode of ["maxOverlap", "maxRestarts"]) {
  Deno.test(`createWorkItem() refuses wrong values of ${mode}`, async () => {
    for (const name of ["scheduler.createWorkItem", "scope.createWorkItem"]) {
      for (const value of except("number")) {
        await refusedOne(name, mode, { value, classes: [TypeError] });
      }
      for (const value of WHOLE.range ?? []) {
        await refusedOne(name, mode, { value, classes: [RangeError] });
      }
      for (const whenRunning of ["rerun", "skip", undefined]) {
        const error = await refused(name, { run, whenRunning, [mode]: 2 });
        assertEquals(error.constructor, TypeError);
        assertStringIncludes(error.message, mode);
      }
    }
  });
}

Deno.test("createWorkItem() refuses options without run", async () => {
  for (const options of [{}, { run: undefined }, Object.create({ run: 5 })]) {
    const error = await refused("scheduler.createWorkItem", options);
    assertEquals(error.constructor, TypeError);
    assertStringIncludes(error.message, `"run"`);
  }
  const error = await refused("scheduler.createWorkItem", undefined);
  assertEquals(error.constructor, TypeError);
});

Deno.test("createWorkItem() takes every key that is well formed", async () => {
  const { scheduler } = stage();
  const keys = [
    "k",
    " ",
    "...",
    "./a",
    "__proto__",
    "constructor",
    "toString",
    "\0",
    "k".repeat(512),
    "é".repeat(256),
    "€".repeat(170) + "ab",
    "💩".repeat(128),
    "\ud83d\udca9",
  ];
  for (const key of keys) {
    const item = scheduler.createWorkItem({ key, run: (run) => run.key });
    assertStrictEquals(item.key, key);
    assertStrictEquals(await item.request(), key);
  }
  await scheduler.close();
});

Deno.test("options at the edge of their range are taken", async () => {
  const scheduler = new Scheduler({
    concurrency: Number.MAX_SAFE_INTEGER,
    maxOwed: Infinity,
    verify: false,
    waitUntil: undefined,
    signal: undefined,
    onError: undefined,
    clock: undefined,
  });
  for (const priority of [0, 255, -0]) {
    for (const timeout of [0, 0.5, 2 ** 40, Number.MAX_VALUE]) {
      const item = scheduler.createWorkItem({
        priority,
        timeout,
        run: () => 1,
      });
      assertEquals(await item.request(), 1);
      assertEquals(await scheduler.run(() => 2, { priority, timeout }), 2);
    }
  }
  await scheduler.close({ grace: 0, abortGrace: 0 });
});

Deno.test("run() rejects unless its callback is a function", async () => {
  const { scheduler } = stage();
  for (const value of except("function")) {
    const promise = scheduler.run(value as never); // It must not throw.
    const error = await promise.catch((error: unknown) => error);
    assertInstanceOf(error, TypeError);
    assertStringIncludes(error.message, "callback");
    assert(!error.message.includes(SECRET));
  }
  await scheduler.close();
});

Deno.test("the concurrency setter refuses wrong values", async () => {
  const { scheduler } = stage();
  const set = (value: unknown): unknown => {
    try {
      scheduler.concurrency = value as never;
    } catch (error) {
      return (error as Error).constructor;
    }
    return undefined;
  };
  for (const value of except("number")) assertEquals(set(value), TypeError);
  assertEquals(set(undefined), TypeError);
  for (const value of WHOLE.range ?? []) assertEquals(set(value), RangeError);
  assertEquals(scheduler.concurrency, 16);
  await scheduler.close();
});

Deno.test("observe() refuses observers that are none", async () => {
  const { scheduler } = stage();
  const refuse = (observer: unknown): Error => {
    try {
      scheduler.observe(observer as never);
    } catch (error) {
      assertInstanceOf(error, TypeError);
      assert(!error.message.includes(SECRET));
      return error;
    }
    throw new Error("It was not refused");
  };
  for (const value of [...except("object"), null, undefined]) refuse(value);
  const names = [
    "enqueued",
    "started",
    "ended",
    "stalled",
    "deleted",
    "paused",
  ];
  for (const name of names) {
    for (const value of except("function")) {
      assertStringIncludes(refuse({ [name]: value }).message, `"${name}"`);
    }
  }
  await scheduler.close();
});

Deno.test("no arguments at all are as good as empty options", async () => {
  for (const options of [undefined, {}, Object.create(null)]) {
    const { scheduler, scope, item } = stage();
    new Scheduler(options);
    scheduler.createScope(options);
    scope.createScope(options);
    await item.flush(options);
    await item.idle(options);
    item.cancel(options);
    await scheduler.run(run, options);
    await scheduler.idle(options);
    await scheduler.close(options);
  }
});

Deno.test("a signal that was aborted before rejects with its reason", async () => {
  for (const reason of [new Error("stop"), "stop", 0, null]) {
    const { scheduler, item } = stage();
    const signal = AbortSignal.abort(reason);
    let runs = 0;
    const promises = [
      item.flush({ signal }),
      item.idle({ signal }),
      scheduler.idle({ signal }),
      scheduler.run(() => void runs++, { signal }),
    ];
    for (const promise of promises) {
      const error = await promise.then(
        () => "fulfilled",
        (error: unknown) => error,
      );
      assertStrictEquals(error, reason);
    }
    assertEquals(runs, 0);
    await scheduler.close();
    const born = new Scheduler({ signal });
    assertEquals(born.snapshot().closed, true);
    await born.close();
  }
});

Deno.test("an option that is like no other is answered with those there are", () => {
  const error = assertThrows(
    () => new Scheduler({ foo: 1 } as never),
    TypeError,
  );

  assertStringIncludes(error.message, 'no option "foo": known are concurrency');
});
