/**
 * Requests that name themselves: a repeat gets the first one's answer, and does
 * nothing.
 *
 * @module
 */
import { respond } from "../answers.ts";
import type { Call } from "../call.ts";
import {
  fingerprintOf,
  idOf,
  placeOf,
  type StoredAnswer,
} from "../idempotency.ts";
import type { Parts } from "../parts.ts";
import { queryOf } from "../paths.ts";
import { Problem } from "../problem.ts";

/** What is known of a request that names itself. */
export interface Keyed {
  /** Names it for the target. */
  readonly id: string;
  /** What a repeat was answered the first time. */
  readonly first: StoredAnswer | undefined;
}

/** An answer, and whether a repeat is to get it too. */
export interface KeyedAnswer {
  readonly answer: StoredAnswer;
  /** `false`: a repeat shall ask again. */
  readonly isFinal: boolean;
  /** Did the target know its id already? */
  readonly isRepeat?: boolean;
}

/** The key of a request: that of a signed message, which nobody can change;
 * that of the header; or that of an event. */
export function keyOf(
  { principal, idempotencyKey }: Call,
  eventKey?: string,
): string | undefined {
  // Headers hold no control character: none of these is another's.
  if (principal.messageId !== undefined) return `\n${principal.messageId}`;
  return idempotencyKey ?? eventKey;
}

/** There is no key: throws a `Problem` if one is asked for. */
export function checkKeyed({ options }: Parts): void {
  if (!options.requireIdempotencyKey) return;
  throw new Problem({
    status: 400,
    code: "WI-HTTP-IDEMPOTENCY-KEY",
    detail: "Idempotency-Key is missing",
    hint: "Send a new key with each request, and the same with its repeats.",
  });
}

/** Does `act`, unless it was done before. */
export async function once(
  call: Call,
  parts: Parts,
  { key, act }: {
    readonly key: string;
    readonly act: (keyed: Keyed) => Promise<KeyedAnswer>;
  },
): Promise<Response> {
  const { principal, request, path, mediaType = "", body } = call;
  const fingerprint = await fingerprintOf({
    method: request.method,
    path,
    query: queryOf(request),
    contentType: mediaType,
    body,
  });
  const id = await idOf(principal.id, key);
  const turn = parts.idempotency.begin(placeOf(principal.id, key), fingerprint);
  if (turn.state === "done") return respond(call, turn.answer);
  if (turn.state === "busy") throw inProgress(call);
  if (turn.state === "other") throw reused(call);
  try {
    const { answer, isFinal, isRepeat } = await act({ id, first: turn.first });
    // Another process, or this one before it was started anew, took the key. What
    // it came with then, nobody knows: this request must not stand for it.
    if (isRepeat && turn.state === "new") turn.forget();
    else if (isFinal) turn.finish(answer);
    else turn.leave(answer);
    return respond(call, answer);
  } catch (error) {
    turn.forget();
    throw error;
  }
}

/** What a request is named by, in the words of refusals. */
const WORDS = {
  key: {
    busy: "A request with this Idempotency-Key is being served",
    other: "This Idempotency-Key was that of another request",
    hint: "Send a new key with each request, and the same with its repeats " +
      "only: same method, path, query, type and body.",
  },
  message: {
    busy: "A request with this webhook-id is being served",
    other: "The webhook-id of this message was that of another request",
    hint:
      "A signed message is good for one item: repeats have the same path, " +
      "query, type and body. Sign it with another id for another item.",
  },
  event: {
    busy: "This event is being served for this item",
    other: "This event was sent to this item in another request",
    hint: "Repeats have the same path, query, type and data. Another event " +
      "has another id or source.",
  },
} as const;

function wordsOf({ principal, idempotencyKey }: Call): typeof WORDS[
  keyof typeof WORDS
] {
  if (principal.messageId !== undefined) return WORDS.message;
  return idempotencyKey === undefined ? WORDS.event : WORDS.key;
}

function inProgress(call: Call): Problem {
  return new Problem({
    status: 409,
    code: "WI-HTTP-IN-PROGRESS",
    detail: wordsOf(call).busy,
    hint: "Send it again in a while, as it is.",
    headers: { "Retry-After": "1" },
  });
}

function reused(call: Call): Problem {
  const { other, hint } = wordsOf(call);
  return new Problem({
    status: 422,
    code: "WI-HTTP-KEY-REUSED",
    detail: other,
    hint,
  });
}
