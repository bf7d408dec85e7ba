/**
 * How stored messages become those that a run is handed.
 *
 * @module
 */
import type { ItemName } from "../core/calls.ts";
import { decode } from "./codec.ts";
import { type Definition, labelOf } from "./definition.ts";
import type { StoredMessage } from "./stored.ts";

/** The messages, without wake-ups that have none. */
export function readMessages(
  name: ItemName<string>,
  messages: readonly StoredMessage[],
): readonly unknown[] {
  const action = `Cannot read a message of ${labelOf(name)}`;
  return messages.flatMap(({ body }) =>
    body === undefined ? [] : [decode(body, action)]
  );
}

/** What `merge` makes of all of them, in their order. Throws what it throws. */
export function mergeAll(
  { merge }: Definition,
  messages: readonly unknown[],
): unknown {
  if (merge === undefined) return messages[0];
  return messages.reduce((older, newer) => merge(older, newer));
}
