/**
 * Answers that are no problem.
 *
 * @module
 */
import { MEDIA } from "../client/wire.ts";
import type { Call } from "./call.ts";
import type { StoredAnswer } from "./idempotency.ts";
import { Problem } from "./problem.ts";
import { COMMON } from "./problems.ts";

type Headers = Readonly<Record<string, string>>;

/** An answer with a body of JSON. */
export function json(
  call: Call,
  body: unknown,
  headers: Headers = NONE,
): Response {
  return respond(call, { status: 200, headers, body: JSON.stringify(body) });
}

/** An answer as it was stored, or is to be: JSON, if it does not say else. */
export function respond(
  call: Call,
  { status, headers, body }: StoredAnswer,
): Response {
  const own = ownOf(call, headers["Content-Type"] ?? MEDIA.json);
  return new Response(body, { status, headers: Object.assign(own, headers) });
}

/** 202, with where it is: the answer that most requests get. One literal, in
 * small letters, is what hosts take fastest; each header costs a third of a
 * microsecond. What forbids to store or to sniff is left out: an answer to POST
 * is not stored if it does not ask for it, and JSON is not sniffed. */
export function accept(call: Call, body: string, location: string): Response {
  if (call.headers !== undefined) {
    return respond(call, { status: 202, headers: { location }, body });
  }
  return new Response(body, {
    status: 202,
    headers: {
      "content-type": "application/json",
      "x-request-id": call.requestId,
      "location": location,
    },
  });
}

/** An answer without a body. */
export function empty(
  call: Call,
  status: 204 | 304,
  headers: Headers = NONE,
): Response {
  return new Response(null, {
    status,
    headers: {
      ...COMMON,
      "X-Request-Id": call.requestId,
      ...call.headers,
      ...headers,
    },
  });
}

/** An answer of another type than JSON, or whose JSON is there already. */
export function plain(
  call: Call,
  body: string | ReadableStream<Uint8Array>,
  headers: Headers & { readonly "Content-Type": string },
): Response {
  const own = ownOf(call, headers["Content-Type"]);
  return new Response(body, { headers: Object.assign(own, headers) });
}

/** What every answer with a body has. */
function ownOf(
  { requestId, headers }: Call,
  type: string,
): Record<string, string> {
  const own = {
    "Content-Type": type,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Request-Id": requestId,
  };
  return headers === undefined ? own : Object.assign(own, headers);
}

/** The JSON of something that a run, or its caller, may have made: it may be
 * anything. `undefined` if it has none. */
export function textOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** A run returned what cannot be told. */
export function untellable(): Problem {
  return new Problem({
    status: 502,
    code: "WI-RUN-RESULT",
    detail: "The run succeeded, but its result is nothing that JSON can tell",
    hint: "Let the run return plain data.",
  });
}

const NONE: Headers = Object.freeze({});
