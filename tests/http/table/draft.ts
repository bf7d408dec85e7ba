/**
 * From drafts to the bytes of requests.
 *
 * @module
 */
import type { Draft, Headers, Mark } from "./case.ts";

/** Who may do what on the sites: names and their tokens. */
export const TOKENS = {
  alice: "alice-0123456789abcdef",
  bob: "bob-fedcba9876543210",
} as const;

/** The usual target. */
export const ENQUEUE = "/v1/items/record/%M/messages";
/** The usual message. */
export const MESSAGE = '{"doc":"%M"}';

const CRLF = "\r\n";
const encoder = new TextEncoder();

/** The mark of the case with this number. */
export function markOf(n: number): Mark {
  const digits = String(n).padStart(4, "0");
  return {
    n,
    text: `m4rk3r-${digits}x`,
    trace: n.toString(16).padStart(32, "a"),
  };
}

/** `text` with the mark in its places. */
export function marked(text: string, mark: Mark): string {
  return text.replaceAll("%M", mark.text);
}

/** The bytes of a request to the server on `port`. */
export function bytesOf(draft: Draft, mark: Mark, port: number): Uint8Array {
  if (draft.raw !== undefined) {
    return toBytes(draft.raw, mark, port);
  }
  const { method = "POST", target = ENQUEUE, headers = {} } = draft;
  const hasBody = method === "POST" ? draft.body !== null : !!draft.body;
  const body = hasBody
    ? toBytes(draft.body ?? MESSAGE, mark, port)
    : new Uint8Array();
  const usual: Record<string, string | readonly string[] | undefined> = {
    "Host": `127.0.0.1:${port}`,
    "Authorization": `Bearer ${TOKENS.alice}`,
    "Content-Type": hasBody ? "application/json" : undefined,
    "User-Agent": mark.text,
    "X-Marker": mark.text,
    "traceparent": `00-${mark.trace}-00000000000000aa-01`,
    "Connection": draft.keepAlive ? undefined : "close",
    ...framingOf(draft, hasBody, body.length),
  };
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...linesOf(merge(usual, headers)),
  ];
  const head = toBytes(lines.join(CRLF) + CRLF + CRLF, mark, port);
  return join(head, draft.framing === "chunked" ? chunksOf(body) : body);
}

/** Bytes of several parts. */
export function join(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Bytes of a text of which each character is one. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function framingOf(
  { framing }: Draft,
  hasBody: boolean,
  length: number,
): Headers {
  if (framing === "chunked") return { "Transfer-Encoding": "chunked" };
  if (framing === "none") return {};
  if (framing !== undefined) return { "Content-Length": framing };
  return hasBody ? { "Content-Length": String(length) } : {};
}

/** Names are compared as HTTP does. */
function merge(usual: Headers, own: Headers): Headers {
  const names = Object.keys(own).map((name) => name.toLowerCase());
  const kept = Object.entries(usual).filter(
    ([name]) => !names.includes(name.toLowerCase()),
  );
  return { ...Object.fromEntries(kept), ...own };
}

function linesOf(headers: Headers): string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const values = typeof value === "string" ? [value] : value;
    return values.map((each) => `${name}: ${each}`);
  });
}

function chunksOf(body: Uint8Array): Uint8Array {
  const half = Math.ceil(body.length / 2);
  const parts = [body.subarray(0, half), body.subarray(half)];
  return join(
    ...parts.filter(({ length }) => length > 0).flatMap((part) => [
      encoder.encode(part.length.toString(16) + CRLF),
      part,
      encoder.encode(CRLF),
    ]),
    encoder.encode(`0${CRLF}${CRLF}`),
  );
}

function toBytes(
  what: string | Uint8Array,
  mark: Mark,
  port: number,
): Uint8Array {
  if (typeof what !== "string") return what;
  return encoder.encode(marked(what, mark).replaceAll("%P", String(port)));
}
