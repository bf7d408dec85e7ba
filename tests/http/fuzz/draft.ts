/**
 * A request before it is one: all that a client may send, also what no library
 * would let it send.
 *
 * @module
 */

/** How a body comes. */
export type Way =
  /** At once. */
  | "whole"
  /** In pieces, of a length that nobody knows. */
  | "chunks"
  /** In part, and then no more. */
  | "stalled"
  /** In part, and then the connection breaks. */
  | "broken";

/** A request, as data. */
export interface Draft {
  readonly method: string;
  /** As it stands in the first line: encoded, without the query. */
  readonly path: string;
  /** Without the `?`; `undefined`: there is none. */
  readonly query: string | undefined;
  /** In small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
  readonly way: Way;
  /** Does the host hand the URL over as it came, as Deno does, or as the rules
   * of URLs have it, as Node's adapter does? */
  readonly isRaw: boolean;
}

const ORIGIN = "http://fuzz.test";
/** What a host can hand over as it came. */
const PLAIN = /^\/[!"$-~]*$/;
const PIECE_BYTES_MAX = 700;

/** The URL of a request; `undefined` if nobody could send it. */
export function urlOf({ path, query }: Draft): URL | undefined {
  try {
    return new URL(ORIGIN + path + (query === undefined ? "" : `?${query}`));
  } catch {
    return undefined;
  }
}

/** The request that a host would hand over; `undefined` if there is none. */
export function requestOf(draft: Draft): Request | undefined {
  const url = urlOf(draft);
  if (url === undefined || url.origin !== ORIGIN) return undefined;
  const { method, headers, body, path, query = "", isRaw } = draft;
  if (body !== undefined && (method === "GET" || method === "HEAD")) {
    return undefined;
  }
  try {
    const request = new Request(url, {
      method,
      headers,
      body: body === undefined ? null : streamed(draft, body),
    });
    if (request.method !== method) { // Hosts do not change what came.
      Object.defineProperty(request, "method", { value: method });
    }
    if (isRaw && PLAIN.test(path) && PLAIN.test(`/${query}`)) {
      const value = ORIGIN + path + (query === "" ? "" : `?${query}`);
      Object.defineProperty(request, "url", { value });
    }
    return request;
  } catch {
    return undefined; // No header may have such a value.
  }
}

function streamed(
  { way }: Draft,
  body: Uint8Array<ArrayBuffer>,
): BodyInit {
  if (way === "whole") return body;
  let at = 0;
  const end = way === "chunks" ? body.length : body.length >> 1;
  return new ReadableStream({
    pull(controller): Promise<never> | undefined {
      if (at < end) {
        const next = Math.min(end, at + PIECE_BYTES_MAX);
        controller.enqueue(body.slice(at, next));
        at = next;
      } else if (way === "chunks") controller.close();
      else if (way === "broken") controller.error(new Error("It broke off"));
      else return new Promise(() => {}); // It is late.
      return undefined;
    },
  });
}

/** The request as it would go over the wire, with all that cannot be printed
 * escaped. */
export function shown(draft: Draft): string {
  const { method, path, query, headers, body, way, isRaw } = draft;
  const target = escaped(path + (query === undefined ? "" : `?${query}`));
  const lines = Object.entries(headers).map(([name, value]) =>
    `${name}: ${escaped(value)}`
  );
  const text = body === undefined ? "(no body)" : shownBytes(body);
  const notes = `(body: ${way}; url as ${isRaw ? "it came" : "a URL"})`;
  return [`${escaped(method)} ${target} HTTP/1.1`, ...lines, "", text, notes]
    .join("\n");
}

const SHOWN_BYTES_MAX = 20_000;

function shownBytes(body: Uint8Array): string {
  const bytes = body.subarray(0, SHOWN_BYTES_MAX);
  let text = "";
  for (const byte of bytes) {
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x5c;
    text += isPlain
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  const left = body.length - bytes.length;
  return left === 0 ? text : `${text} … and ${left} bytes more`;
}

function escaped(text: string): string {
  return text.replaceAll(
    /[^ -~]/g,
    (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`,
  );
}
