/**
 * A strict reader of HTTP/1.1 answers: what is not exactly as RFC 9112 has it
 * is a fault, not something to be lenient about.
 *
 * @module
 */

/** An answer, as it came over the socket. */
export interface Answer {
  readonly status: number;
  /** By lower-case name; those that came more than once are joined. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  /** The body as text. */
  readonly text: string;
  /** Status line and headers, as they came. */
  readonly head: string;
  /** Interim answers that came before, as `100`. */
  readonly interim: readonly number[];
}

/** What is not as RFC 9112 has it. */
export class MalformedError extends Error {
  override readonly name: string = "MalformedError";
}

/** What is needed to know where an answer ends. */
export interface Reading {
  /** The method that is answered. */
  readonly method: string;
  /** Has the other side said that no more comes? */
  readonly isEnded: boolean;
}

const HEADERS_BYTES_MAX = 65_536;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const FIELD = /^[\t\x20-\x7e\x80-\xff]*$/;
const ONCE = [
  "content-length",
  "content-type",
  "location",
  "etag",
  "x-request-id",
  "retry-after",
];

/** The first answer in `bytes` and how long it is; `undefined` as long as it is
 * not whole. */
export function parseAnswer(
  bytes: Uint8Array,
  reading: Reading,
): { readonly answer: Answer; readonly length: number } | undefined {
  const interim: number[] = [];
  let start = 0;
  for (;;) {
    const read = readHead(bytes, start);
    if (read === undefined) return undefined;
    if (read.status >= 200) {
      return readWhole({ bytes, reading, interim, ...read });
    }
    interim.push(read.status);
    start = read.end;
  }
}

interface Head {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly head: string;
  readonly end: number;
}

function readHead(bytes: Uint8Array, start: number): Head | undefined {
  const end = indexOfBlank(bytes, start);
  if (end === -1) {
    if (bytes.length - start > HEADERS_BYTES_MAX) fail("its head has no end");
    return undefined;
  }
  const head = latin1(bytes.subarray(start, end));
  const [line = "", ...fields] = head.split("\r\n");
  const match = /^HTTP\/1\.[01] ([1-5]\d\d) [\t\x20-\x7e]*$/.exec(line);
  if (match === null) fail(`its first line is ${JSON.stringify(line)}`);
  const headers = readFields(fields);
  return { status: Number(match[1]), headers, head, end: end + 4 };
}

function readFields(fields: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const field of fields) {
    const colon = field.indexOf(":");
    const name = field.slice(0, colon).toLowerCase();
    const value = field.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "");
    if (!TOKEN.test(name) || !FIELD.test(value)) {
      fail(`a header is ${JSON.stringify(field)}`);
    }
    const before = headers.get(name);
    if (before !== undefined && ONCE.includes(name)) {
      fail(`${name} is there twice`);
    }
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

function readWhole(
  { bytes, reading, interim, status, headers, head, end }: Head & {
    readonly bytes: Uint8Array;
    readonly reading: Reading;
    readonly interim: readonly number[];
  },
): { readonly answer: Answer; readonly length: number } | undefined {
  const hasNone = reading.method === "HEAD" || status === 204 || status === 304;
  const rest = bytes.subarray(end);
  const read = hasNone
    ? { body: new Uint8Array(), length: 0 }
    : readBody(rest, headers, reading.isEnded);
  if (read === undefined) return undefined;
  const { body, length } = read;
  const text = new TextDecoder().decode(body);
  const answer = { status, headers, head, interim, body, text };
  return { answer, length: end + length };
}

interface Body {
  readonly body: Uint8Array;
  readonly length: number;
}

function readBody(
  rest: Uint8Array,
  headers: ReadonlyMap<string, string>,
  isEnded: boolean,
): Body | undefined {
  const length = headers.get("content-length");
  const coding = headers.get("transfer-encoding");
  if (coding !== undefined) {
    if (length !== undefined) fail("it has a length and a transfer coding");
    if (coding.toLowerCase() !== "chunked") fail(`its coding is ${coding}`);
    return readChunks(rest, isEnded);
  }
  if (length === undefined) {
    return isEnded ? { body: rest.slice(), length: rest.length } : undefined;
  }
  if (!/^\d{1,9}$/.test(length)) fail(`its length is ${length}`);
  const size = Number(length);
  if (rest.length >= size) return { body: rest.slice(0, size), length: size };
  if (isEnded) fail(`it broke off: ${rest.length} of ${size} bytes`);
  return undefined;
}

function readChunks(rest: Uint8Array, isEnded: boolean): Body | undefined {
  const parts: number[] = [];
  let at = 0;
  for (;;) {
    const end = indexOfLine(rest, at);
    if (end === -1) break;
    const line = latin1(rest.subarray(at, end));
    if (!/^[0-9a-fA-F]{1,8}$/.test(line)) fail(`a chunk begins with ${line}`);
    const size = parseInt(line, 16);
    const next = end + 2 + size;
    if (rest.length < next + 2) break;
    if (rest[next] !== 13 || rest[next + 1] !== 10) fail("a chunk has no end");
    for (const byte of rest.subarray(end + 2, next)) parts.push(byte);
    at = next + 2;
    if (size === 0) return { body: Uint8Array.from(parts), length: at };
  }
  if (isEnded) fail("it broke off within its chunks");
  return undefined;
}

function indexOfBlank(bytes: Uint8Array, start: number): number {
  for (let at = start; at + 3 < bytes.length; at++) {
    if (
      bytes[at] === 13 && bytes[at + 1] === 10 && bytes[at + 2] === 13 &&
      bytes[at + 3] === 10
    ) return at;
  }
  return -1;
}

function indexOfLine(bytes: Uint8Array, start: number): number {
  for (let at = start; at + 1 < bytes.length; at++) {
    if (bytes[at] === 13 && bytes[at + 1] === 10) return at;
  }
  return -1;
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function fail(why: string): never {
  throw new MalformedError(`The answer is malformed: ${why}`);
}
