/**
 * JSON (RFC 8259) as it is accepted from afar: what two parsers may read in two
 * ways is refused, and what costs more than it says. All of a text is looked at
 * once, before anything is made of it.
 *
 * Refused besides what is not JSON at all: bytes that are not UTF-8, a byte
 * order mark, two equal keys in an object, half a surrogate pair, and a number
 * that is beyond 2^53 - 1 either way, or so small that it would become 0. A
 * fraction with more digits than a number holds is rounded, as everywhere.
 *
 * @module
 */
import { isSpace, type JsonLimits, scanJson } from "./json_scan.ts";
import { Problem } from "./problem.ts";

export type { JsonLimits } from "./json_scan.ts";

/** Up to so many bytes are faster taken one by one than handed to the host. */
const SHORT_BYTES = 256;
const LINE_FEED = 0x0a;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The value of a text. Throws a `Problem` 400 that says what is wrong, and at
 * which byte, but nothing of the text. */
export function parseJson(bytes: Uint8Array, limits: JsonLimits): unknown {
  return parse(bytes, 0, limits);
}

/** The values of lines, and a problem for each that has none. Blank lines are
 * passed over. It stops when there is one more than `linesMax`. */
export function parseLines(
  bytes: Uint8Array,
  limits: JsonLimits,
  linesMax: number = Infinity,
): (unknown | Problem)[] {
  const values: (unknown | Problem)[] = [];
  let start = 0;
  while (start < bytes.length && values.length <= linesMax) {
    const feed = bytes.indexOf(LINE_FEED, start);
    const end = feed < 0 ? bytes.length : feed;
    if (!isBlank(bytes, start, end)) {
      values.push(parseLine(bytes.subarray(start, end), start, limits));
    }
    start = end + 1;
  }
  return values;
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (!isSpace(bytes[at] ?? 0)) return false;
  }
  return true;
}

function parseLine(
  line: Uint8Array,
  startByte: number,
  limits: JsonLimits,
): unknown | Problem {
  try {
    return parse(line, startByte, limits);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

function parse(
  bytes: Uint8Array,
  startByte: number,
  limits: JsonLimits,
): unknown {
  const text = decode(bytes, startByte);
  scanJson(text, limits, (what, at) => {
    const before = new TextEncoder().encode(text.slice(0, at));
    throw refusal(what, startByte + before.length);
  });
  return JSON.parse(text);
}

function decode(bytes: Uint8Array, startByte: number): string {
  if (isShortAscii(bytes)) {
    return Reflect.apply(String.fromCharCode, undefined, bytes);
  }
  try {
    return decoder.decode(bytes);
  } catch {
    throw refusal("it is not UTF-8", startByte + flawOf(bytes));
  }
}

function isShortAscii(bytes: Uint8Array): boolean {
  if (bytes.length > SHORT_BYTES) return false;
  for (let at = 0; at < bytes.length; at++) {
    if ((bytes[at] ?? 0) > 0x7f) return false;
  }
  return true;
}

/** The first byte that is not UTF-8: a lenient decoder makes U+FFFD of it, which
 * is there for certain only where its own three bytes are. */
function flawOf(bytes: Uint8Array): number {
  const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
  let at = 0;
  for (const char of lenient.decode(bytes)) {
    const isReal = char !== "\ufffd" ||
      bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd;
    if (!isReal) return at;
    const code = char.codePointAt(0) ?? 0;
    at += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return at;
}

function refusal(what: string, byte: number): Problem {
  return new Problem({
    status: 400,
    code: "WI-HTTP-JSON",
    detail: `The body is not JSON that is accepted: ${what}, at byte ${byte}`,
    hint: "Send what any JSON library writes: UTF-8, each key once, " +
      "numbers up to 2^53 - 1.",
  });
}
