/** The stand-ins under tests/std behave as the real `@std` packages do, so that
 * these tests also pass, unchanged, where JSR can be reached. */
import {
  assert,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  AssertionError,
  assertLess,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { deadline, delay } from "@std/async";

/** Does it fail as an assertion does? Trusts nothing but `throw`. */
function fails(assertion: () => void): boolean {
  try {
    assertion();
    return false;
  } catch (error) {
    if (error instanceof AssertionError && error.name === "AssertionError") {
      return true;
    }
    throw error;
  }
}

function check(fact: boolean, name: string): void {
  if (!fact) throw new Error(`Not so: ${name}`);
}

function cycle(value: number): object {
  const head: { value: number; self?: object } = { value };
  head.self = head;
  return head;
}

class Point {
  constructor(readonly x: number) {}
}

const EQUAL: readonly (readonly [string, unknown, unknown])[] = [
  ["key order", { a: 1, b: 2 }, { b: 2, a: 1 }],
  ["NaN", NaN, NaN],
  ["nested NaN", [{ a: NaN }], [{ a: NaN }]],
  ["-0 and 0", -0, 0],
  ["nested -0 and 0", { a: [-0] }, { a: [0] }],
  ["no prototype and {}", Object.create(null), {}],
  ["map order", new Map([[1, 2], [3, 4]]), new Map([[3, 4], [1, 2]])],
  ["set order", new Set([1, 2]), new Set([2, 1])],
  ["sets of objects", new Set([{ a: 1 }]), new Set([{ a: 1 }])],
  ["dates", new Date(5), new Date(5)],
  ["class instances", new Point(1), new Point(1)],
  ["bytes", new Uint8Array([1, 2]), new Uint8Array([1, 2])],
  ["cycles", cycle(1), cycle(1)],
];

const DIFFERENT: readonly (readonly [string, unknown, unknown])[] = [
  ["undefined and absent", { a: undefined }, {}],
  ["undefined and null", undefined, null],
  ["1 and '1'", 1, "1"],
  ["array order", [1, 2], [2, 1]],
  ["array and object", [], {}],
  ["hole and undefined", [, 1], [undefined, 1]],
  ["lengths", [1], [1, undefined]],
  ["symbol keys", { [Symbol.iterator]: 1 }, { [Symbol.iterator]: 2 }],
  ["class and plain", new Point(1), { x: 1 }],
  ["map values", new Map([[1, 2]]), new Map([[1, 3]])],
  ["set members", new Set([{ a: 1 }]), new Set([{ a: 2 }])],
  ["dates", new Date(5), new Date(6)],
  ["regular expressions", /a/g, /a/i],
  ["functions", () => 1, () => 1],
  ["cycles", cycle(1), cycle(2)],
];

for (const [name, a, b] of EQUAL) {
  Deno.test(`assertEquals() overlooks: ${name}`, () => {
    check(!fails(() => assertEquals(a, b)), "equal");
    check(!fails(() => assertEquals(b, a)), "equal the other way round");
    check(fails(() => assertNotEquals(a, b)), "assertNotEquals fails");
  });
}

for (const [name, a, b] of DIFFERENT) {
  Deno.test(`assertEquals() sees the difference: ${name}`, () => {
    check(fails(() => assertEquals(a, b)), "different");
    check(fails(() => assertEquals(b, a)), "different the other way round");
    check(!fails(() => assertNotEquals(a, b)), "assertNotEquals passes");
  });
}

Deno.test("assertEquals() shows both values and the message", () => {
  const error = assertThrows(
    () => assertEquals({ a: 12 }, { a: 34 }, "after close"),
    AssertionError,
    "Values are not equal: after close",
  );
  assertMatch(error.message, /12[^]*34/);
});

Deno.test("assertStrictEquals() compares by Object.is", () => {
  const one = {};
  check(!fails(() => assertStrictEquals(one, one)), "same object");
  check(!fails(() => assertStrictEquals(NaN, NaN)), "NaN");
  check(fails(() => assertStrictEquals(0, -0)), "0 and -0");
  check(fails(() => assertStrictEquals({}, {})), "two objects");
});

Deno.test("the simple assertions pass and fail", () => {
  check(!fails(() => assert("x")), "assert truthy");
  check(fails(() => assert(0)), "assert falsy");
  check(!fails(() => assertInstanceOf(new Point(1), Point)), "instance");
  check(fails(() => assertInstanceOf({ x: 1 }, Point)), "no instance");
  check(fails(() => assertInstanceOf(null, Point)), "null is no instance");
  check(!fails(() => assertMatch("abc", /b/)), "match");
  check(fails(() => assertMatch("abc", /x/)), "no match");
  check(!fails(() => assertStringIncludes("abc", "bc")), "includes");
  check(fails(() => assertStringIncludes("abc", "cb")), "does not include");
});

Deno.test("assertMatch() does not move a sticky or global expression", () => {
  const global = /b/g;
  assertMatch("abc", global);
  assertMatch("abc", global);
  assertEquals(global.lastIndex, 0);
});

Deno.test("the comparisons mind the border", () => {
  check(!fails(() => assertGreater(2, 1)), "2 > 1");
  check(fails(() => assertGreater(1, 1)), "1 > 1");
  check(!fails(() => assertLess(0, 1)), "0 < 1");
  check(fails(() => assertLess(1, 1)), "1 < 1");
  check(fails(() => assertLess(NaN, 1)), "NaN < 1");
});

Deno.test("assertThrows() returns the error, checks class and message", () => {
  const error = new RangeError("too far");
  const thrower = (): never => {
    throw error;
  };
  assertStrictEquals(assertThrows(thrower), error);
  assertStrictEquals(assertThrows(thrower, RangeError, "far"), error);
  check(!fails(() => assertThrows(thrower, Error)), "a parent class will do");
  check(fails(() => assertThrows(thrower, TypeError)), "another class");
  check(fails(() => assertThrows(thrower, RangeError, "near")), "message");
  check(fails(() => assertThrows(() => {})), "nothing thrown");
});

Deno.test("assertThrows() takes a thrown non-Error only without a class", () => {
  const thrower = (): never => {
    // deno-lint-ignore no-throw-literal -- what the test is about
    throw "text";
  };
  assertEquals(assertThrows(thrower), "text");
  const withClass = (): unknown => assertThrows(thrower, Error);
  assertThrows(withClass, AssertionError, "A non-Error object was thrown");
});

Deno.test("assertRejects() resolves to the error, checks class and message", async () => {
  const error = new RangeError("too far");
  const rejecter = (): Promise<never> => Promise.reject(error);
  assertStrictEquals(await assertRejects(rejecter), error);
  assertStrictEquals(await assertRejects(rejecter, RangeError, "far"), error);
  for (
    const wrong of [
      () => assertRejects(rejecter, TypeError),
      () => assertRejects(rejecter, RangeError, "near"),
      () => assertRejects(() => Promise.resolve()),
    ]
  ) await assertRejects(wrong, AssertionError);
  const text = (): Promise<never> => Promise.reject("text");
  assertEquals(await assertRejects(text), "text");
  const withClass = (): Promise<unknown> => assertRejects(text, Error);
  const message = "A non-Error object was rejected";
  await assertRejects(withClass, AssertionError, message);
});

Deno.test("assertRejects() fails if the function throws or returns no promise", async () => {
  const thrower = (): Promise<never> => {
    throw new RangeError("at once");
  };
  for (
    const wrong of [
      () => assertRejects(thrower),
      () => assertRejects(thrower, RangeError),
      () => assertRejects((() => 1) as unknown as () => Promise<void>),
    ]
  ) {
    const message = "Function throws when expected to reject";
    await assertRejects(wrong, AssertionError, message);
  }
});

Deno.test("delay() resolves with nothing, after its time", async () => {
  const start = performance.now();
  assertEquals(await delay(20), undefined);
  check(performance.now() - start >= 19, "its time");
});

Deno.test("delay() rejects with the signal's reason and leaves no timer", async () => {
  const reason = new Error("enough");
  const controller = new AbortController();
  const late = delay(60_000, { signal: controller.signal });
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => late), reason);
  const born = delay(60_000, { signal: AbortSignal.abort(reason) });
  assertStrictEquals(await assertRejects(() => born), reason);
});

Deno.test("delay() that is not persistent does not keep the process alive", async () => {
  for (const [persistent, code] of [[false, 0], [true, 7]] as const) {
    const script = `import { delay } from "@std/async";
      delay(300, { persistent: ${persistent} }).then(() => Deno.exit(7));`;
    const root = new URL("../", import.meta.url);
    const { code: seen } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", script],
      cwd: root,
    }).output();
    assertEquals(seen, code, `persistent: ${persistent}`);
  }
});

Deno.test("deadline() settles as its promise and leaves no timer", async () => {
  const error = new Error("own");
  assertEquals(await deadline(Promise.resolve(5), 60_000), 5);
  const rejected = deadline(Promise.reject(error), 60_000);
  assertStrictEquals(await assertRejects(() => rejected), error);
});

Deno.test("deadline() rejects with a TimeoutError, or with the signal's reason", async () => {
  const never = new Promise<never>(() => {});
  const late = await assertRejects(() => deadline(never, 5), DOMException);
  assertEquals(late.name, "TimeoutError");
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  const stopped = deadline(never, 60_000, { signal });
  assertStrictEquals(await assertRejects(() => stopped), reason);
});
