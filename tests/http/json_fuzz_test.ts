/** Random texts, through our eyes and through `JSON.parse`: what we accept it
 * parses to the same value, what it refuses we refuse, and what we refuse beyond
 * that is refused for a reason that a second, slower look confirms. */
import { assert, assertEquals } from "@std/assert";
import { parseJson } from "../../src/http/json.ts";
import { Problem } from "../../src/http/problem.ts";
import {
  type Draw,
  drawer,
  freshSeed,
} from "../core/support/hostile_random.ts";

const ROUNDS = 60_000;
const LIMITS = { maxDepth: 4, maxNodes: 20, maxKeys: 4 };

const PIECES = [
  ...'[]{}:,"\\ \n\t01-.eE+tfnu/a',
  '"a"',
  '"b":',
  '"\\u0061":',
  "\\ud800",
  "\\udc00",
  "true",
  "null",
  "9007199254740991",
  "9007199254740992",
  "1e400",
  "1e-400",
  "\u00e4",
  "\u{1f600}",
  "\ufeff",
  "\u0000",
];

function pick<T>(draw: Draw, all: readonly T[]): T {
  return all[draw(all.length)] as T; // None is empty.
}

function textOf(draw: Draw, depth: number): string {
  const space = draw(8) === 0 ? pick(draw, [" ", "\n", "\t\r"]) : "";
  const list = (each: () => string): string =>
    Array.from({ length: draw(5) }, each).join(",");
  const key = (): string =>
    pick(draw, ['"a"', '"b"', '"c"', '"\\u0061"', '"__proto__"', '""']);
  const kind = draw(depth > 5 ? 3 : 5);
  if (kind === 0) return space + pick(draw, ["true", "false", "null", '"\\n"']);
  if (kind === 1) return space + pick(draw, ["0", "-1.5", "1e3", "1e20", "7"]);
  if (kind === 2) return `"${pick(draw, ["", "\\ud83d\\ude00", "\\ud800"])}"`;
  if (kind === 3) return `[${list(() => textOf(draw, depth + 1))}${space}]`;
  return `{${list(() => `${space}${key()}:${textOf(draw, depth + 1)}`)}}`;
}

/** Takes out, puts in or doubles a piece. */
function mutate(draw: Draw, text: string): string {
  const at = draw(text.length + 1);
  const change = draw(4);
  if (change === 0) return text.slice(0, at) + text.slice(at + 1 + draw(3));
  if (change === 1) return text.slice(0, at);
  const piece = change === 2
    ? pick(draw, PIECES)
    : text.slice(at, at + 1 + draw(6));
  return text.slice(0, at) + piece + text.slice(at);
}

function randomBytes(draw: Draw): Uint8Array {
  let text = draw(4) === 0
    ? Array.from({ length: draw(12) }, () => pick(draw, PIECES)).join("")
    : textOf(draw, 0);
  for (let times = draw(3); times > 0; times--) text = mutate(draw, text);
  const bytes = new TextEncoder().encode(text);
  if (draw(10) === 0 && bytes.length > 0) bytes[draw(bytes.length)] = draw(256);
  return bytes;
}

function attempt(
  parse: () => unknown,
): { value: unknown } | { error: unknown } {
  try {
    return { value: parse() };
  } catch (error) {
    return { error };
  }
}

/** All that may be wrong with a text that `JSON.parse` takes. */
function excuseOf(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(bytes);
  if (new TextEncoder().encode(text).join() !== bytes.join()) return "UTF-8";
  const value: unknown = JSON.parse(text);
  const facts = { nodes: 0, keys: 0, depth: 0, excuse: "" };
  look(value, 0, facts);
  if (facts.excuse !== "") return facts.excuse;
  const strings = /"(?:[^"\\]|\\.)*"/g;
  const bare = text.replaceAll(strings, '""');
  if ((bare.match(/:/g) ?? []).length !== facts.keys) return "twice";
  for (const number of bare.match(/-?\d[\d.eE+-]*/g) ?? []) {
    const isTiny = Number(number) === 0 && /^[^eE]*[1-9]/.test(number);
    if (isTiny || Math.abs(Number(number)) > 2 ** 53 - 1) return "2^53";
  }
  return undefined;
}

function look(
  value: unknown,
  depth: number,
  facts: { nodes: number; keys: number; depth: number; excuse: string },
): void {
  if (++facts.nodes > LIMITS.maxNodes) facts.excuse = "values";
  if (typeof value === "string" && !value.isWellFormed()) facts.excuse = "half";
  if (typeof value !== "object" || value === null) return;
  if (depth >= LIMITS.maxDepth) facts.excuse = "deep";
  const entries = Object.entries(value);
  if (!Array.isArray(value)) {
    facts.keys += entries.length;
    if (entries.length > LIMITS.maxKeys) facts.excuse = "keys";
    if (entries.some(([key]) => !key.isWellFormed())) facts.excuse = "half";
  }
  for (const [, each] of entries) look(each, depth + 1, facts);
}

Deno.test("parseJson() accepts no more than JSON.parse, and no less without a reason", () => {
  const seed = freshSeed();
  const draw = drawer(seed);
  const seen = { accepted: 0, refused: 0, excused: 0 };

  for (let round = 0; round < ROUNDS; round++) {
    const bytes = randomBytes(draw);
    const what = `seed ${seed}, round ${round}: ${JSON.stringify([...bytes])}`;
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const theirs = attempt(() => JSON.parse(decoder.decode(bytes)));
    const ours = attempt(() => parseJson(bytes, LIMITS));

    if ("error" in ours) assert(ours.error instanceof Problem, what);
    if ("value" in ours) {
      assert("value" in theirs, what);
      assertEquals(ours.value, theirs.value, what);
      assertEquals(excuseOf(bytes), undefined, what);
      seen.accepted++;
    } else if ("value" in theirs) {
      assert(excuseOf(bytes) !== undefined, `${what}: ${ours.error}`);
      seen.excused++;
    } else seen.refused++;
  }

  const least = Math.min(seen.accepted, seen.refused, seen.excused);
  assert(least > ROUNDS / 50, JSON.stringify(seen));
});
