/**
 * How a client enqueues one message.
 *
 * @module
 */
import type { ItemName } from "../core/calls.ts";
import { check } from "../core/options.ts";
import type { TargetOptions, TargetReceipt } from "../core/target.ts";
import { RECEIPT } from "./answers.ts";
import type { Caller } from "./caller.ts";
import { idempotencyKey } from "./idempotency_key.ts";
import { encode } from "./message.ts";
import {
  actionOf,
  checkTimes,
  ENQUEUE_RULES,
  type RemoteOptions,
  whole,
} from "./said.ts";
import { itemPath } from "./wire.ts";

/** Enqueues one message. */
export async function enqueue(
  caller: Caller,
  name: ItemName<string>,
  message: unknown,
  given: RemoteOptions,
): Promise<TargetReceipt> {
  const action = actionOf("enqueue", name);
  const options = check(action, given, ENQUEUE_RULES);
  checkTimes(action, options);
  const { value } = await caller.send({
    action,
    method: "POST",
    path: messagesPath(name, options),
    effect: "again",
    headers: { "idempotency-key": idempotencyKey(caller.settings) },
    body: encode(action, message),
    signal: options.signal,
    expects: { 202: RECEIPT },
  });
  return value;
}

/** The path of an item's messages, with what is said besides. */
export function messagesPath(
  name: ItemName<string>,
  options: TargetOptions,
): string {
  const { id, delay, at, reschedule, maxDelay } = options;
  const query = new URLSearchParams();
  if (id !== undefined) query.set("id", id);
  if (delay !== undefined) query.set("delay", whole(delay));
  if (at !== undefined) query.set("at", at.toISOString());
  if (reschedule !== undefined) query.set("reschedule", reschedule);
  if (maxDelay !== undefined) query.set("maxDelay", whole(maxDelay));
  const tail = query.size === 0 ? "" : `?${query}`;
  return `${itemPath(name)}/messages${tail}`;
}
