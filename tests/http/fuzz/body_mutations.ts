/**
 * What can go wrong with a body.
 *
 * @module
 */
import type { Random } from "../../core/sim/random.ts";
import type { Draft } from "./draft.ts";
import { LIMITS } from "./limits.ts";
import { bytesOf, MARK } from "./values.ts";

/** Texts that are no JSON, or none that is accepted, wherever they stand. */
const PIECES: readonly string[] = [
  "00",
  "01",
  "1.",
  ".5",
  "+1",
  "0x10",
  "NaN",
  "Infinity",
  "-",
  "1e",
  "1e400",
  "-1e400",
  "1e-400",
  "9007199254740992",
  "-9007199254740993",
  "9007199254740991",
  "1e15",
  "1E+2",
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\ud83d\\ude00"',
  '"\\x41"',
  '"\\u12"',
  '"\t"',
  "'a'",
  '{"a":1,"a":2}',
  '{"a":1,"\\u0061":2}',
  '{"__proto__":{"x":1}}',
  '{"a":1,}',
  "[1,]",
  "[,1]",
  "{a:1}",
  "/* */1",
  "//x",
  "undefined",
  "nul",
  "True",
  "[",
  "]",
  "{}{}",
  "\ufeff1",
  "",
  " ",
  "\u00a01",
  `"${MARK}`,
];

/** Changes the body. */
export function body(draft: Draft, random: Random): Draft {
  const old = draft.body ?? bytesOf("null");
  const next = bodyOf(old, random);
  const headers: Record<string, string> = {
    "content-type": "application/json",
    ...draft.headers,
  };
  if (headers["content-length"] !== undefined) {
    headers["content-length"] = `${next.length}`;
  }
  return { ...draft, headers, body: next };
}

function bodyOf(
  old: Uint8Array<ArrayBuffer>,
  random: Random,
): Uint8Array<ArrayBuffer> {
  const at = random.below(old.length + 1);
  const spliced = (
    drop: number,
    put: Uint8Array | readonly number[],
  ): Uint8Array<ArrayBuffer> =>
    new Uint8Array([
      ...old.subarray(0, at),
      ...put,
      ...old.subarray(at + drop),
    ]);
  switch (random.below(9)) {
    case 0:
      return old.slice(0, at);
    case 1:
      return spliced(1, []);
    case 2:
      return spliced(0, [random.below(256)]);
    case 3:
      return spliced(1, [random.pick([0x22, 0x5c, 0x2c, 0x5d, 0x7d, 0x30])]);
    case 4:
      return spliced(0, old.subarray(at, at + 1 + random.below(20)));
    case 5:
      return spliced(0, bytesOf(random.pick(PIECES)));
    case 6:
      return bytesOf(random.pick(PIECES));
    case 7:
      return bytesOf(atLimit(random));
    default:
      return wrapped(old, random);
  }
}

/** The message is one of several, or has something around it. */
function wrapped(
  old: Uint8Array,
  random: Random,
): Uint8Array<ArrayBuffer> {
  const piece = random.pick(PIECES);
  const [before, after] = random.pick([
    ["[", "]"],
    ['{"a":', "}"],
    [`[${piece},`, "]"],
    ["", `,${piece}`],
    [piece, ""],
    ["\ufeff", ""],
  ]);
  return new Uint8Array([
    ...bytesOf(before ?? ""),
    ...old,
    ...bytesOf(after ?? ""),
  ]);
}

/** One more, or one less, than may be. */
function atLimit(random: Random): string {
  const by = random.below(3) - 1;
  const { maxDepth, maxNodes, maxKeys, maxBytes } = LIMITS;
  switch (random.below(4)) {
    case 0:
      return "[".repeat(maxDepth + by) + "]".repeat(maxDepth + by);
    case 1:
      return `[${Array(maxNodes - 1 + by).fill("0")}]`;
    case 2:
      return JSON.stringify(
        Object.fromEntries(
          Array.from({ length: maxKeys + by }, (_, n) => [`k${n}`, n]),
        ),
      );
    default:
      return `"${"x".repeat(maxBytes - 2 + by)}"`;
  }
}
