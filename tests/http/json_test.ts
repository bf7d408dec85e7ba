/** JSON from afar: what is accepted, and why the rest is not (H9, H10). */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseJson, parseLines } from "../../src/http/json.ts";
import { Problem } from "../../src/http/problem.ts";

const LIMITS = { maxDepth: 32, maxNodes: 10_000, maxKeys: 1_000 };

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function parse(text: string): unknown {
  return parseJson(bytesOf(text), LIMITS);
}

/** What is wrong, as `<what> at byte <n>`. */
function flawOf(bytes: Uint8Array | string, limits = LIMITS): string {
  const body = typeof bytes === "string" ? bytesOf(bytes) : bytes;
  const problem = assertThrows(() => parseJson(body, limits), Problem);
  assertEquals([problem.status, problem.code], [400, "WI-HTTP-JSON"]);
  return problem.message.replace(/^.*accepted: /, "").replace(",", "");
}

Deno.test("parseJson() is JSON.parse for what any library writes", () => {
  const texts = [
    '{"doc":7}',
    ' \t\r\n{ "a" : [ 1 , true , false , null , "x" ] } \n',
    "[]",
    "{}",
    '""',
    "0",
    "-0",
    "-1.5e-3",
    "1E+2",
    "9007199254740991",
    "-9007199254740991",
    "0.1000000000000000055511151231257827",
    "3.14159265358979323846264338327950288",
    "5e-324",
    "0e999",
    "0.000000000000000000000000000000",
    '"\\ud83d\\ude00\\u00e4\\"\\\\\\/\\b\\f\\n\\r\\t"',
    '"\u2028\u{1f600}\u00e4\ufffd\ufeff"',
    '{"\\u0061":1,"A":2,"":3,"b":4}',
    `"${"x".repeat(1_000)}"`,
    `{"long":"${"\u20ac".repeat(300)}"}`,
  ];

  for (const text of texts) assertEquals(parse(text), JSON.parse(text), text);
});

Deno.test("parseJson() says what is wrong, and at which byte", () => {
  const flaws: Record<string, string> = {
    "": "there is no value at byte 0",
    "  ": "there is no value at byte 2",
    '{"a":1} x': "there is something behind the value at byte 8",
    "1 2": "there is something behind the value at byte 2",
    "01": "there is something behind the value at byte 1",
    "nul": "there is no value at byte 0",
    "truE": "there is no value at byte 0",
    "NaN": "there is no value at byte 0",
    "'a'": "there is no value at byte 0",
    "// a": "there is no value at byte 0",
    "\u00a01": "there is no value at byte 0",
    "[1,]": "there is no value at byte 3",
    "[1 2]": "there is neither a comma nor a closing bracket at byte 3",
    "[1": "there is neither a comma nor a closing bracket at byte 2",
    '{"a":1,}': "there is no key at byte 7",
    "{a:1}": "there is no key at byte 1",
    '{"a"}': "there is no colon at byte 4",
    '{"a":}': "there is no value at byte 5",
    '{"\u00e4":}': "there is no value at byte 6",
    '"a': "a string has no end at byte 2",
    '"a\n"': "a string has a control character at byte 2",
    '"\\x"': "a string has an unknown escape at byte 1",
    '"\\u00g0"': "a string has an unknown escape at byte 1",
    '"\\u+123"': "a string has an unknown escape at byte 1",
    '"\\': "a string has an unknown escape at byte 1",
    "-": "a number lacks a digit at byte 1",
    "+1": "there is no value at byte 0",
    ".5": "there is no value at byte 0",
    "1.": "a number lacks a digit at byte 2",
    "1e": "a number lacks a digit at byte 2",
    "1e+": "a number lacks a digit at byte 3",
  };

  for (const [text, flaw] of Object.entries(flaws)) {
    assertThrows(() => JSON.parse(text), SyntaxError);
    assertEquals(flawOf(text), flaw, text);
  }
});

Deno.test("parseJson() refuses a key that is there twice, escapes or not", () => {
  const flaw = (at: number): string => `a key is there twice at byte ${at}`;

  assertEquals(flawOf('{"a":1,"a":1}'), flaw(7));
  assertEquals(flawOf('{"a":1,"\\u0061":2}'), flaw(7));
  assertEquals(flawOf('[{"\u00e4":1, "\\u00E4":2}]'), flaw(10));
  assertEquals(flawOf('{"":1,"":2}'), flaw(6));
  assertEquals(flawOf('{"__proto__":1,"__proto__":2}'), flaw(15));
  assertEquals(flawOf('{"a":{"b":1,"c":2,"b":3}}'), flaw(18));
  for (const count of [3, 8, 9, 10, 500]) {
    const keys = Array.from({ length: count }, (_, n) => `"k${n}":0`);
    parse(`{${keys}}`);
    for (const again of [0, count - 1]) {
      const twice = flawOf(`{${keys},"k${again}":0}`);
      assertEquals(twice, flaw(`{${keys},`.length), `${count} keys`);
    }
  }
  assertEquals(parse('{"a":{"a":1},"b":{"a":[{"a":2}]}}'), {
    a: { a: 1 },
    b: { a: [{ a: 2 }] },
  });
});

Deno.test("parseJson() refuses numbers that would not stay what they are", () => {
  const refused = [
    "9007199254740992",
    "-9007199254740992",
    "1e400",
    "-1e400",
    "1e16",
    "123456789012345678901234567890",
    "9007199254740993.5",
    "1e-400",
    "-0.00001e-330",
  ];

  for (const text of refused) {
    const flaw = "a number is beyond 2^53 - 1";
    assert(flawOf(`[${text}]`).startsWith(flaw), text);
    assert(flawOf(`[${text}]`).endsWith("at byte 1"), text);
  }
});

Deno.test("parseJson() refuses half a surrogate pair", () => {
  const flaw = "a string has half a surrogate pair at byte 2";
  const halves = [
    "\\ud800",
    "\\udc00",
    "\\ud800x",
    "\\ud800\\n",
    "\\ud800\\u0041",
    "\\ud800\\ud800",
    "\\udc00\\ud800",
    "\\uDBFF\\uE000",
  ];

  for (const half of halves) {
    assertEquals(flawOf(`"x${half}"`), flaw, half);
    assertEquals(flawOf(`{"${half}":1}`), flaw, half);
  }
  assertEquals(flawOf('"\\ud83d\u{1f600}"').replace(/\d$/, "2"), flaw);
});

Deno.test("parseJson() refuses what is not UTF-8, at its byte", () => {
  const bad: readonly (readonly number[])[] = [
    [0x80],
    [0xc0, 0x80],
    [0xc3],
    [0xc3, 0x28],
    [0xe2, 0x82],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xf0, 0x9f, 0x98],
    [0xff],
  ];

  for (const before of ["", "\u00e4\ufffd\u{1f600}", "x".repeat(300)]) {
    for (const bytes of bad) {
      const start = bytesOf(`"${before}`);
      const text = new Uint8Array([...start, ...bytes, 0x22]);
      assertEquals(flawOf(text), `it is not UTF-8 at byte ${start.length}`);
    }
  }
  assertEquals(flawOf("\ufeff{}"), "there is no value at byte 0");
  assertEquals(
    flawOf("{}\ufeff"),
    "there is something behind the value at byte 2",
  );
  const wide = new Uint8Array([0xff, 0xfe, 0x7b, 0, 0x7d, 0]);
  assertEquals(flawOf(wide), "it is not UTF-8 at byte 0");
});

Deno.test("parseJson() keeps its limits of depth, values and keys", () => {
  const limits = { maxDepth: 3, maxNodes: 6, maxKeys: 2 };
  const good = ["[[[1]]]", '{"a":{"b":{}}}', "[1,2,3,4,5]", '{"a":1,"b":2}'];

  for (const text of good) {
    assertEquals(parseJson(bytesOf(text), limits), JSON.parse(text));
  }
  assertEquals(flawOf("[[[[]]]]", limits), "it is more than 3 deep at byte 3");
  assertEquals(
    flawOf('{"a":[{"b":{}}]}', limits),
    "it is more than 3 deep at byte 11",
  );
  assertEquals(
    flawOf("[1,2,3,4,5,6]", limits),
    "there are more than 6 values at byte 11",
  );
  assertEquals(
    flawOf('{"a":1,"b":2,"c":3}', limits),
    "an object has more than 2 keys at byte 13",
  );
  assertEquals(
    flawOf("[".repeat(200_000)),
    "it is more than 32 deep at byte 32",
  );
});

Deno.test("parseJson() hands on keys that mean something elsewhere as data", () => {
  const text = '{"__proto__":{"admin":true},"constructor":{"prototype":{}}}';

  const value = parse(text) as object; // It is one.

  assertEquals(Object.keys(value), ["__proto__", "constructor"]);
  assertEquals(Object.getPrototypeOf(value), Object.prototype);
  assertEquals(Reflect.get({}, "admin"), undefined);
  assertEquals(JSON.stringify(value), text);
});

Deno.test("parseJson() says nothing of the text", () => {
  const secret = "hunter2";
  const texts = [
    `${secret}`,
    `{"${secret}":1,"${secret}":1}`,
    `["${secret}" "${secret}"]`,
    `"${secret}`,
  ];

  for (const text of texts) {
    const problem = assertThrows(() => parse(text), Problem);
    assert(!`${problem.message}${problem.hint}`.includes(secret));
  }
});

Deno.test("parseLines() refuses a bad line alone, and passes over blank ones", () => {
  const text = '{"a":1}\r\n\n[2\n \t\r\n"\u00e4"\n3';
  const bytes = bytesOf(text);

  const values = parseLines(bytes, LIMITS);

  assertEquals(values.length, 4);
  assertEquals([values[0], values[2], values[3]], [{ a: 1 }, "\u00e4", 3]);
  const [, problem] = values;
  assert(problem instanceof Problem);
  assert(problem.message.endsWith("at byte 12"), problem.message);
  assertEquals(parseLines(bytesOf("\n\n \n"), LIMITS), []);
  assertEquals(parseLines(bytesOf(""), LIMITS), []);
  assertEquals(parseLines(bytesOf("1\n"), LIMITS), [1]);
});

Deno.test("parseLines() refuses a line that is not UTF-8, and no other", () => {
  const bytes = new Uint8Array([0x31, 0x0a, 0x22, 0xff, 0x22, 0x0a, 0x32]);

  const [first, bad, last] = parseLines(bytes, LIMITS);

  assertEquals([first, last], [1, 2]);
  assert(bad instanceof Problem);
  assert(bad.message.endsWith("it is not UTF-8, at byte 3"), bad.message);
});

Deno.test("parseLines() stops one line after as many as it may have", () => {
  const bytes = bytesOf("1\n".repeat(1_000));

  assertEquals(parseLines(bytes, LIMITS, 10).length, 11);
  assertEquals(parseLines(bytes, LIMITS, 1_000).length, 1_000);
});
