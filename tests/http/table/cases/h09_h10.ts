/**
 * H9: which JSON is taken. H10: names that objects inherit.
 *
 * @module
 */
import type { Case } from "../case.ts";
import { join, latin1 } from "../draft.ts";
import type { SiteName } from "../sites.ts";
import { accepts, plays, refused, refuses } from "./make.ts";

const BROKEN = refused(400, "WI-HTTP-JSON");

function bad(
  name: string,
  body: string | Uint8Array,
  site?: SiteName,
): Case {
  return refuses("H9", `refused: ${name}`, {
    send: { body },
    by: BROKEN,
    site,
  });
}

function good(name: string, body: string, message: unknown): Case {
  return accepts("H9", `taken: ${name}`, {
    send: { body },
    tells: [{ messages: [message] }],
  });
}

function nested(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

function list(count: number): string {
  return `[${Array.from({ length: count }, () => "0").join()}]`;
}

function keys(count: number): string {
  const all = Array.from({ length: count }, (_, n) => `"k${n}":${n}`);
  return `{${all.join()}}`;
}

function parsed(text: string): unknown {
  return JSON.parse(text);
}

export const H9: readonly Case[] = [
  good("a text", '"%M"', "%M"),
  good("a number", "7", 7),
  good("true", "true", true),
  good("null", "null", null),
  good("an empty object", "{}", {}),
  good("an empty list", "[]", []),
  good("an empty text", '""', ""),
  good("white space around it", ' \t\r\n{"a": 1 }\n', { a: 1 }),
  good("text beyond ASCII", '"ä€𝄞"', "ä€𝄞"),
  good("escapes", '"\\u00e4\\n\\ud834\\udd1e\\/"', "ä\n𝄞/"),
  good("NUL as an escape", '"\\u0000"', "\0"),
  good("the greatest whole number", "9007199254740991", 9007199254740991),
  good("the smallest whole number", "-9007199254740991", -9007199254740991),
  good("a fraction", "0.1", 0.1),
  good("a power", "1e3", 1000),
  good("minus zero", "-0", 0),
  good("as deep as it may be", nested(32), parsed(nested(32))),
  good("as many values as there may be", list(9_999), parsed(list(9_999))),
  good("as many names as there may be", keys(1_000), parsed(keys(1_000))),
  good("brackets within a text", `"${"[".repeat(100)}"`, "[".repeat(100)),
  good("the same name in two objects", '[{"a":1},{"a":2}]', [{ a: 1 }, {
    a: 2,
  }]),
  good("names that differ in normal form", '{"\\u00e4":1,"a\\u0308":2}', {
    "\u00e4": 1,
    "a\u0308": 2,
  }),
  bad("nothing but white space", "  "),
  bad("half an object", '{"doc":'),
  bad("a comma too many", '{"doc":"%M",}'),
  bad("a comma too many in a list", "[1,]"),
  bad("no comma", "[1 2]"),
  bad("two values", '{"a":1}{"b":2}'),
  bad("more behind it", '{"a":1} %M'),
  bad("a NUL behind it", '{"a":1}\0'),
  bad("single quotes", "{'doc':'%M'}"),
  bad("a name without quotes", '{doc:"%M"}'),
  bad("a comment", '{"doc":1/*%M*/}'),
  bad("NaN", "NaN"),
  bad("Infinity", "-Infinity"),
  bad("undefined", "undefined"),
  bad("a word that is none", "nul"),
  bad("True", "True"),
  bad("a hexadecimal number", "0x10"),
  bad("a number that begins with zero", "01"),
  bad("a number that begins with plus", "+1"),
  bad("a number that begins with a point", ".5"),
  bad("a number that ends with a point", "1."),
  bad("a power without digits", "1e"),
  bad("a line break in a text", '"a\nb"'),
  bad("a control character in a text", '"a\u0001b"'),
  bad("an unknown escape", '"\\x41"'),
  bad("half an escape", '"\\u00"'),
  bad("a high surrogate alone", '"\\ud834"'),
  bad("a low surrogate alone", '"\\udd1e"'),
  bad("surrogates the wrong way round", '"\\udd1e\\ud834"'),
  bad("a surrogate alone as a name", '{"\\ud834":1}'),
  bad("a byte order mark", "\ufeff{}"),
  bad(
    "a byte that is no UTF-8",
    join(latin1('"'), latin1("\xff"), latin1('"')),
  ),
  bad("an overlong slash", latin1('"\xc0\xaf"')),
  bad("a surrogate as UTF-8", latin1('"\xed\xa0\x80"')),
  bad("half a character", latin1('"\xe2\x82"')),
  bad("a character beyond the last", latin1('"\xf4\x90\x80\x80"')),
  bad("UTF-16", latin1("\xff\xfe{\0}\0")),
  bad("UTF-16 without a mark", latin1("{\0}\0")),
  bad("a name twice", '{"doc":1,"doc":2}'),
  bad("a name twice, once escaped", '{"doc":1,"d\\u006fc":2}'),
  bad("a name twice, deep within", '[{"a":{"b":1,"c":2,"b":3}}]'),
  bad("an empty name twice", '{"":1,"":2}'),
  bad("__proto__ twice", '{"__proto__":1,"__proto__":2}'),
  bad("a number beyond 2^53", "9007199254740993"),
  bad("a number far beyond 2^53", "123456789012345678901234567890"),
  bad("a number below -2^53", "-9007199254740993"),
  bad("a number that overflows", "1e400"),
  bad("a negative number that overflows", "-1e400"),
  bad("one level too deep", nested(33)),
  bad(
    "one level too deep, of objects",
    '{"a":'.repeat(33) + "1" + "}".repeat(33),
  ),
  bad("a hundred thousand levels", "[".repeat(100_000)),
  bad("one value too many", list(10_000)),
  bad("one name too many", keys(1_001)),
  bad("deeper than this site takes", "[[[[1]]]]", "shallow"),
  bad("more values than this site takes", "[1,2,3,4,5,6,7,8]", "shallow"),
  bad("more names than this site takes", keys(4), "shallow"),
  accepts("H9", "no body is a mere wake-up", {
    send: { body: null },
    tells: [{ messages: [] }],
  }),
  accepts("H9", "no body, said so, is a mere wake-up", {
    send: { body: null, headers: { "Content-Length": "0" } },
    tells: [{ messages: [] }],
  }),
  accepts("H9", "no body in chunks is a mere wake-up", {
    send: { body: "", framing: "chunked" },
    tells: [{ messages: [] }],
  }),
  refuses("H9", "what is wrong is told by its place", {
    send: { body: '{"doc": m4rk3r}' },
    by: refused(400, "WI-HTTP-JSON", { like: { detail: /\b8\b/ } }),
  }),
];

/** It reaches the run as it was sent, and nothing else has changed. */
function harmless(name: string, body: string): Case {
  return plays("H10", name, {
    tells: [{ messages: [parsed(body)] }],
    play: async (scene) => {
      const before = ownNames();
      const answer = await scene.exchange({ body });
      scene.expect(answer, { status: 202 });
      await scene.site.stage.idle("record", scene.mark.text);
      const seen = scene.site.stage.seen.get(`record\n${scene.mark.text}`);
      const [message] = seen?.messages ?? [];
      scene.ensure(ownNames() === before, "a prototype has changed");
      scene.ensure(
        Object.getPrototypeOf(Object(message)) !== null &&
          JSON.stringify(message) === JSON.stringify(parsed(body)),
        `it arrived as ${JSON.stringify(message)}`,
      );
      const names = ["polluted", "isAdmin", "toJSON"];
      const bare: object = {};
      const isClean = names.every((each) => !Reflect.has(bare, each));
      scene.ensure(isClean, "every object has it now");
    },
  });
}

function ownNames(): string {
  return [Object.prototype, Array.prototype, Function.prototype]
    .map((each) => Object.getOwnPropertyNames(each).join()).join(";");
}

export const H10: readonly Case[] = [
  harmless("__proto__ is a name like others", '{"__proto__":{"polluted":1}}'),
  harmless("__proto__ deep within", '{"a":[{"__proto__":{"polluted":1}}]}'),
  harmless("__proto__ escaped", '{"\\u005f_proto__":{"polluted":1}}'),
  harmless("__proto__ that is null", '{"__proto__":null}'),
  harmless(
    "constructor.prototype",
    '{"constructor":{"prototype":{"polluted":1}}}',
  ),
  harmless("prototype", '{"prototype":{"polluted":1}}'),
  harmless("toString and valueOf", '{"toString":1,"valueOf":2}'),
  harmless("toJSON and then", '{"toJSON":"x","then":"y"}'),
  harmless("hasOwnProperty and length", '{"hasOwnProperty":0,"length":-1}'),
  accepts("H10", "a key that is called __proto__", {
    send: { target: "/v1/items/record/__proto__/messages" },
    tells: [{ key: "__proto__", messages: [{ doc: "%M" }] }],
  }),
  accepts("H10", "an entry with __proto__ instead of a key", {
    send: {
      target: "/v1/items/record/messages",
      body: '[{"__proto__":{"key":"%M"},"message":1}]',
    },
    by: { status: 202, like: { accepted: 0, refused: 1 } },
    tells: [],
  }),
  accepts("H10", "the result of a run with such names", {
    send: {
      target: "/v1/items/echo/%M/messages",
      body: '{"__proto__":{"polluted":1}}',
      headers: { Prefer: "wait=5" },
    },
    by: { status: 200, headers: { "Preference-Applied": "wait=5" } },
    tells: [{ kind: "echo", messages: "any" }],
  }),
  refuses("H10", "a CloudEvent whose type is inherited", {
    send: {
      target: "/v1/cloudevents",
      headers: { "Content-Type": "application/cloudevents+json" },
      body:
        '{"specversion":"1.0","id":"1","source":"/t","__proto__":{"type":"record"},"subject":"%M"}',
    },
    by: refused([400, 422]),
  }),
];
