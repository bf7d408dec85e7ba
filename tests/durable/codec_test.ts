import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { decode, encode } from "../../src/durable/codec.ts";
import { NotSerializableError, StoreError } from "../../src/durable/errors.ts";

function twice(value: unknown): unknown {
  return decode(encode(value, "Cannot store"), "Cannot read");
}

function textOf(value: unknown): string {
  return new TextDecoder().decode(encode(value, "Cannot store"));
}

const PLAIN: readonly unknown[] = [
  null,
  true,
  false,
  0,
  1.5,
  -7,
  1e300,
  "",
  "text",
  "\ud800 alone",
  "\udc00",
  "👍",
  "\u0000\u2028",
  [],
  [1, [2, [3]]],
  {},
  { a: { b: [null, "c"] } },
  { "": 1, constructor: 2, "\ud800": 3 },
  { $: ["date", 1] },
];

for (const value of PLAIN) {
  Deno.test(`encode() keeps plain ${JSON.stringify(value)} as JSON`, () => {
    assertEquals(textOf(value), `j${JSON.stringify(value)}`);
    assertEquals(twice(value), value);
  });
}

const SPECIAL: readonly (readonly [string, unknown])[] = [
  ["undefined", undefined],
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["-0", -0],
  ["a bigint", -(2n ** 80n)],
  ["a Date", new Date(1e12)],
  ["a Map", new Map<unknown, unknown>([["a", 1], [{ b: 2 }, new Map()]])],
  ["a Set", new Set([1, "a", new Set([undefined])])],
  ["bytes", new Uint8Array([0, 1, 127, 128, 255])],
  ["no bytes", new Uint8Array()],
  ["a property that is undefined", { a: undefined, b: 1 }],
  ["a list with undefined", [1, undefined, 2n]],
  ["the tag's own name beside special things", { $: 1n, b: 2 }],
  ["the tag's own name deep inside", [{ $: [{ $: 1n }] }]],
];

for (const [name, value] of SPECIAL) {
  Deno.test(`encode() keeps ${name}`, () => {
    const copy = twice(value);

    assert(isSame(copy, value), `${Deno.inspect(copy)} is another`);
  });
}

Deno.test("encode() keeps a Date that is none", () => {
  const copy = twice(new Date(NaN));

  assertInstanceOf(copy, Date);
  assertEquals(copy.getTime(), NaN);
});

Deno.test("encode() keeps many bytes", () => {
  const bytes = Uint8Array.from({ length: 50_000 }, (_, i) => i * 7);

  assertEquals(twice(bytes), bytes);
});

for (const odd of [1, undefined]) {
  Deno.test(`decode() touches no prototype: __proto__ beside ${odd}`, () => {
    const value = JSON.parse('{"__proto__": {"isAdmin": true}}');
    value.odd = odd;

    const copy = twice(value) as { isAdmin?: boolean };

    assertEquals(Object.keys(copy), ["__proto__", "odd"]);
    assertStrictEquals(copy.isAdmin, undefined);
    assertStrictEquals(Object.getPrototypeOf(copy), Object.prototype);
  });
}

Deno.test("encode() takes an object without prototype for a plain one", () => {
  const value = Object.assign(Object.create(null), { a: 1 });

  assertEquals(twice(value), { a: 1 });
});

Deno.test("encode() makes equal bytes of what decode() gave", () => {
  const value = { b: 1, a: [new Map([["x", -0]])], c: "d" };

  assertEquals(textOf(twice(value)), textOf(value));
});

class Money {
  readonly cents = 1;
}

class Bag extends Map {}

const REFUSED: readonly (readonly [string, unknown, string])[] = [
  ["a function", { onDone: () => {} }, "$.onDone is a function"],
  ["a symbol", [Symbol("a")], "$[0] is a symbol"],
  ["an instance", { a: [new Money()] }, "$.a[0] is an instance of Money"],
  ["a subclass", new Bag(), "$ is an instance of Bag"],
  ["an error", { error: new Error("x") }, "$.error is an instance of Error"],
  ["a promise", Promise.resolve(), "$ is an instance of Promise"],
  ["another array", new Float32Array(1), "$ is an instance of Float32Array"],
  ["a key of a Map", new Map([[() => {}, 1]]), "$.keys[0] is a function"],
  ["a value of a Map", new Map([[1, () => {}]]), "$.values[0] is a function"],
  ["a value of a Set", new Set([() => {}]), "$.values[0] is a function"],
];

for (const [name, value, words] of REFUSED) {
  Deno.test(`encode() refuses ${name}, and says where`, () => {
    assertThrows(
      () => encode(value, 'Cannot enqueue "a"'),
      NotSerializableError,
      `Cannot enqueue "a" as ${words}`,
    );
  });
}

/** `levels` lists in each other, the first of which stands in the last. */
function ring(levels: number): unknown {
  const first: unknown[] = [];
  let last = first;
  for (let level = 1; level < levels; level++) {
    const inner: unknown[] = [];
    last.push(inner);
    last = inner;
  }
  last.push(first);
  return first;
}

const folder: Record<string, unknown> = { name: "b" };
folder.parent = new Map([["a", folder]]);

const CYCLES: readonly (readonly [string, unknown, string])[] = [
  ["of one object", ring(1), "$[0] is the same object as $"],
  ["of 100", ring(100), `$${"[0]".repeat(100)} is the same object as $`],
  [
    "deep inside",
    { all: [folder] },
    "$.all[0].parent.values[0] is the same object as $.all[0]",
  ],
];

for (const [what, value, words] of CYCLES) {
  Deno.test(`encode() refuses a cycle ${what}, and says where`, () => {
    const error = assertThrows(() => twice(value), NotSerializableError);

    assertEquals(error.message, `Cannot store as ${words}`);
  });
}

Deno.test("encode() refuses what is too deep, and takes what is not", () => {
  const nest = (levels: number): unknown =>
    levels === 0 ? 1 : [nest(levels - 1)];

  assertEquals(twice(nest(100)), nest(100));
  assertThrows(
    () => twice(nest(101)),
    NotSerializableError,
    "is 100 levels deep",
  );
});

Deno.test("encode() takes what stands in two places", () => {
  const shared = { a: 1 };

  assertEquals(twice([shared, shared]), [shared, shared]);
});

Deno.test("encode() takes the value of a getter", () => {
  assertEquals(
    twice({
      get a(): number {
        return 1;
      },
    }),
    { a: 1 },
  );
});

const UNREADABLE: readonly (readonly [string, Uint8Array])[] = [
  ["nothing", new Uint8Array()],
  ["another version", new TextEncoder().encode("k{}")],
  ["no JSON", new TextEncoder().encode("j{")],
  ["no UTF-8", new Uint8Array([106, 255])],
  ["an unknown tag", new TextEncoder().encode('t{"$":["url","a"]}')],
];

for (const [name, bytes] of UNREADABLE) {
  Deno.test(`decode() does not guess: ${name}`, () => {
    const error = assertThrows(
      () => decode(bytes, "Cannot read it"),
      StoreError,
      "Cannot read it as",
    );

    assertEquals(error.trouble, "format");
  });
}

Deno.test("decode(encode()) is the same, for 2,000 random values", () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const random = mulberry(seed);
  for (let round = 0; round < 2_000; round++) {
    const value = anything(random, 4);

    const copy = twice(value);

    const message = `seed ${seed}, round ${round}: ${Deno.inspect(value)}`;
    assert(isSame(copy, value), message);
  }
});

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const KEYS = ["a", "b", "$", "__proto__", "constructor", "", "\ud800", "1"];

function anything(random: () => number, depth: number): unknown {
  const pick = <Value>(all: readonly Value[]): Value =>
    all[Math.floor(random() * all.length)] as Value; // It is not empty.
  const some = <Value>(make: () => Value): Value[] =>
    Array.from({ length: Math.floor(random() * 4) }, make);
  const inner = (): unknown => anything(random, depth - 1);
  const leaf = (): unknown =>
    pick<() => unknown>([
      () => pick([undefined, null, true, NaN, -0, Infinity, "", "\udfff"]),
      () => random() * 1e9,
      () => BigInt(Math.floor(random() * 1e9)) ** 3n,
      () => new Date(Math.floor(random() * 1e12)),
      () => String.fromCharCode(Math.floor(random() * 65_536)),
      () => Uint8Array.from(some(() => random() * 256)),
    ])();
  if (depth === 0) return leaf();
  return pick<() => unknown>([
    leaf,
    () => some(inner),
    () => new Map(some(() => [inner(), inner()])),
    () => new Set(some(inner)),
    () => record(some(() => [pick(KEYS), inner()])),
  ])();
}

function record(entries: readonly (readonly [string, unknown])[]): object {
  const made = {};
  for (const [key, value] of entries) {
    const enumerable = true;
    Object.defineProperty(made, key, {
      value,
      enumerable,
      writable: true,
      configurable: true,
    });
  }
  return made;
}

/** To the letter, unlike `assertEquals`. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object") return Object.is(a, b);
  if (a === null || b === null) return a === b;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date) return Object.is(+a, +(b as Date)); // As above.
  const [left, right] = [partsOf(a), partsOf(b)];
  return left.length === right.length &&
    left.every((part, index) => isSame(part, right[index]));
}

function partsOf(value: object): readonly unknown[] {
  if (value instanceof Map) return [...value].flat();
  if (value instanceof Set || value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value;
  return Object.keys(value).flatMap((key) => [
    key,
    Object.getOwnPropertyDescriptor(value, key)?.value,
  ]);
}
