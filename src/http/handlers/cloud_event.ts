/**
 * One enqueue, by an event that names its item.
 *
 * @module
 */
import type { Call } from "../call.ts";
import { badEvent, eventOf } from "../cloud_events.ts";
import { ask } from "../gate.ts";
import type { Parts } from "../parts.ts";
import { checkName } from "../paths.ts";
import { enqueue } from "./enqueue.ts";

/** `POST /v1/cloudevents` */
export async function postEvent(call: Call, parts: Parts): Promise<Response> {
  const event = eventOf(call, parts.json);
  const { type: kind, subject: key, message, eventKey } = event;
  if (key === undefined) throw badEvent('needs "subject": it is the key');
  checkName(kind);
  checkName(key);
  call.kind = kind;
  const { principal } = call;
  await ask(parts, { principal: principal.id, action: "enqueue", kind, key });
  return await enqueue(call, parts, { name: { kind, key }, message, eventKey });
}
