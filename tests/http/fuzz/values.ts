/**
 * Random names and messages, among them those that programs stumble over.
 *
 * @module
 */
import type { Random } from "../../core/sim/random.ts";

/** Stands in much of what is sent, and must not be in any error. */
export const MARK = "m4rk3r";

/** Keys that are fine, however odd they look. */
const KEYS: readonly string[] = [
  "acme",
  `${MARK}-1`,
  "a/b",
  "ä",
  "a\u0308",
  "%41",
  "%2e%2e",
  "..a",
  "...",
  "a%2Fb",
  "😀",
  "two words",
  "a+b",
  "a?b#c",
  "<b>'\"&",
  "back\\slash",
  "__proto__",
  "constructor",
  "toString",
  ":key",
  "*",
  "~",
  "x".repeat(512),
  "é".repeat(256),
  "\u2028",
  "\ufeff",
  "\u202egpj.exe",
  "messages",
  "cancel",
];

const TEXTS: readonly string[] = [
  "",
  MARK,
  "a",
  "line\nfeed",
  "\u0000",
  'quote " and \\ slash',
  "😀",
  "\ud7ff\ue000",
  "__proto__",
  "</script>",
  "2026-11-20T00:00:00Z",
  "9007199254740993",
];

const NUMBERS: readonly number[] = [
  0,
  -0,
  1,
  -1,
  0.1,
  1e-7,
  5e-324,
  1e15,
  9_007_199_254_740_991,
  -9_007_199_254_740_991,
  123_456.789,
];

const NAMES: readonly string[] = [
  "a",
  "b",
  "doc",
  "n",
  "",
  "__proto__",
  "constructor",
  "toJSON",
  "key",
  "message",
  MARK,
  "0",
  "é",
];

/** A key that every item may have. */
export function randomKey(random: Random): string {
  return random.oneIn(4)
    ? `${MARK}-${random.below(1_000_000)}`
    : random.pick(KEYS);
}

/** A message: any JSON. */
export function randomValue(random: Random, depth: number = 0): unknown {
  const kind = random.below(depth > 3 ? 6 : 10);
  if (kind === 0) return null;
  if (kind === 1) return random.oneIn(2);
  if (kind < 4) return random.pick(NUMBERS);
  if (kind < 6) return random.pick(TEXTS);
  const size = random.below(4);
  if (kind < 8) {
    return Array.from({ length: size }, () => randomValue(random, depth + 1));
  }
  return Object.fromEntries(
    Array.from(
      { length: size },
      () => [random.pick(NAMES), randomValue(random, depth + 1)],
    ),
  );
}

/** Its JSON, in one of the ways in which it may be written. */
export function written(random: Random, value: unknown): string {
  const way = random.below(5);
  if (way === 0) return JSON.stringify(value, null, 2);
  if (way === 1) return ` ${JSON.stringify(value)}\r\n\t`;
  const text = JSON.stringify(value);
  if (way > 2) return text;
  return text.replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const encoder = new TextEncoder();

/** The bytes of a text. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}
