/**
 * One enqueue.
 *
 * @module
 */
import { MEDIA } from "../../client/wire.ts";
import type { ItemName } from "../../core/calls.ts";
import type { TargetOptions, TargetRequest } from "../../core/target.ts";
import { accept, respond } from "../answers.ts";
import type { Call } from "../call.ts";
import { eventOf, isEvent } from "../cloud_events.ts";
import { parseJson } from "../json.ts";
import { traceparentOf } from "../media.ts";
import type { Parts } from "../parts.ts";
import { problemOf } from "../problems.ts";
import { badValue, ID_BYTES_MAX, isId, timingOf } from "../query.ts";
import { ownIdOf } from "../idempotency.ts";
import {
  checkKeyed,
  type Keyed,
  type KeyedAnswer,
  keyOf,
  once,
} from "./keyed.ts";
import { accepted, locationOf } from "./receipts.ts";
import { waitFor } from "./waiting.ts";

/** What is to be enqueued. */
export interface Said {
  readonly name: ItemName<string>;
  readonly message: unknown;
  /** Names the event that the message is of. */
  readonly eventKey?: string | undefined;
}

/** `POST /v1/items/:kind/:key/messages` */
export function postMessage(call: Call, parts: Parts): Promise<Response> {
  const { kind, key, body } = call;
  const name = { kind, key };
  if (call.mediaType === MEDIA.cloudEvent || isEvent(call)) {
    const { message, eventKey } = eventOf(call, parts.json);
    return enqueue(call, parts, { name, message, eventKey });
  }
  const message = body.length === 0 ? undefined : parseJson(body, parts.json);
  return isPlain(call, parts)
    ? enqueuePlain(call, parts, { name, message })
    : enqueue(call, parts, { name, message });
}

/** Is it a mere enqueue, as most are? */
function isPlain(call: Call, { observation, options }: Parts): boolean {
  return call.waitMs === undefined && call.query.id === undefined &&
    keyOf(call) === undefined && !options.requireIdempotencyKey &&
    !observation.isLogging;
}

/** The same as {@linkcode enqueue}, with one promise for all of it. */
function enqueuePlain(
  call: Call,
  { target, options }: Parts,
  { name, message }: Said,
): Promise<Response> {
  const receipt = target.enqueue(name, message, timingOf(call.query));
  return receipt.then(
    ({ outcome, version }) => {
      const location = locationOf(name, call.place.takes);
      return accept(call, JSON.stringify({ outcome, version }), location);
    },
    (error) => {
      throw problemOf(error, { ...options, message }) ?? error;
    },
  );
}

/** Enqueues what was said, waits for it if that is asked, and answers. */
export async function enqueue(
  call: Call,
  parts: Parts,
  said: Said,
): Promise<Response> {
  const { message } = said;
  const timing = call.query.id === undefined
    ? timingOf(call.query)
    : await namedOf(call, call.query.id);
  const key = keyOf(call, eventKeyOf(said));
  if (key === undefined) checkKeyed(parts);
  try {
    const act = (keyed?: Keyed): Promise<KeyedAnswer> =>
      actOn(call, parts, { said, timing, keyed });
    if (key !== undefined) return await once(call, parts, { key, act });
    const { answer } = await act();
    return respond(call, answer);
  } catch (error) { // Only here is it known what must not be sent back.
    throw problemOf(error, { ...parts.options, message }) ?? error;
  }
}

/** An event counts once for each item that it is sent to. */
function eventKeyOf({ name, eventKey }: Said): string | undefined {
  if (eventKey === undefined) return undefined;
  return eventKey + JSON.stringify([name.kind, name.key]);
}

/** What an enqueue says that has an id, which is its sender's own. That of a
 * signed message is the one that was signed: who repeats it cannot name it anew
 * by the query, which was not. Nor was the rest of it: it may say another time. */
async function namedOf(
  { principal, query }: Call,
  id: string,
): Promise<TargetOptions> {
  if (!isId(id)) throw badValue("id", `1 to ${ID_BYTES_MAX} bytes`);
  if (principal.messageId !== undefined) {
    throw badValue("id", "left out, as a signed message has one");
  }
  return { ...timingOf(query), id: await ownIdOf(principal.id, id) };
}

async function actOn(
  call: Call,
  parts: Parts,
  { said: { name, message }, timing, keyed }: {
    readonly said: Said;
    readonly timing: TargetOptions | undefined;
    readonly keyed: Keyed | undefined;
  },
): Promise<KeyedAnswer> {
  const { target } = parts;
  const { waitMs } = call;
  const first = keyed?.first;
  const id = timing?.id ?? keyed?.id; // What it says of itself comes first.
  const options = id === undefined ? timing : { ...timing, id };
  const location = locationOf(name, call.place.takes);
  if (waitMs !== undefined) {
    const ask = (signal: AbortSignal): Promise<TargetRequest> => {
      const all = { ...options, signal };
      return traced(call, parts, () => target.request(name, message, all));
    };
    return await waitFor(call, parts, { waitMs, location, first, ask });
  }
  // A repeat that waits is to ask again, and one that does not knows all.
  if (first !== undefined) return { answer: first, isFinal: false };
  const ask = () => target.enqueue(name, message, options);
  const receipt = await traced(call, parts, ask);
  const isRepeat = receipt.outcome === "duplicate";
  return { answer: accepted(receipt, location), isFinal: false, isRepeat };
}

/** Lets those who see the enqueue, if that is at once, see whose it is. */
export function traced<Result>(
  call: Call,
  { observation }: Parts,
  act: () => Result,
): Result {
  if (!observation.isLogging) return act();
  observation.traceparent = traceparentOf(call.header("traceparent"));
  try {
    return act();
  } finally {
    observation.traceparent = undefined;
  }
}
