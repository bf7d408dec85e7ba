/**
 * What becomes of messages that a run was handed, and of who waits for them.
 *
 * @module
 */
import type { StoredMessage, StoredResult } from "../../durable/stored.ts";
import type { Basis, KvClaim } from "./load.ts";
import type { Draft } from "./draft.ts";
import {
  type LetterValue,
  type Name,
  RESULT_MS,
  type ResultValue,
} from "./layout.ts";
import type { Parts } from "./parts.ts";

const ERROR_BYTES_MAX = 2_048;
const MESSAGE_EXTRA_BYTES = 120;
/** Deno KV takes 65,536 for a value. */
const LETTER_BYTES_MAX = 65_000;

/** Takes away what was handed out. */
export function acknowledge(draft: Draft, { handed }: Basis): void {
  for (const { key, since, value: { first, list }, count } of handed) {
    if (count === list.length) draft.delete(key);
    else {
      const rest = list.slice(count);
      const value = { first: first + count, since, list: rest };
      draft.set(key, value, { bytes: bytesOf(rest) });
    }
  }
}

/** Makes dead letters of what was handed out: one for each commit that brought
 * some, and one for a wake-up without message. */
export function bury(
  { layout, clock }: Parts,
  draft: Draft,
  { claim, basis, error }: {
    readonly claim: KvClaim;
    readonly basis: Basis;
    readonly error: string;
  },
): void {
  const { kind, key, failures, crashes, position } = claim;
  const letter = {
    error: cut(error),
    failures: failures + 1,
    crashes,
    at: clock.today(),
  };
  const none = { position, value: { first: 0, list: [] }, count: 0 };
  const all = basis.handed.length === 0 ? [none] : basis.handed;
  for (const { position, value: { first, list }, count } of all) {
    const messages = list.slice(0, count);
    const place = layout.letters(kind, key, position, first);
    setLetter(draft, place, { ...letter, messages });
  }
}

/** Writes a dead letter. */
export function setLetter(
  draft: Draft,
  place: Parameters<Draft["set"]>[0],
  letter: LetterValue,
): void {
  const own = bytesOf(letter.messages);
  const room = Math.max(0, LETTER_BYTES_MAX - own);
  const error = beginningOf(letter.error, room);
  draft.set(place, { ...letter, error }, { bytes: own + error.length });
}

/** As much of a text as is kept, in whole characters. */
export function cut(text: string): Uint8Array {
  const bytes = new Uint8Array(ERROR_BYTES_MAX);
  return bytes.slice(0, new TextEncoder().encodeInto(text, bytes).written);
}

/** As much of a text in UTF-8 as there is room for, in whole characters. */
function beginningOf(text: Uint8Array, room: number): Uint8Array {
  let end = room;
  // What goes on with a character begins with the bits 10.
  while (end > 0 && ((text[end] ?? 0) & 0xc0) === 0x80) end--;
  return text.slice(0, end);
}

/** Keeps the result for all who wait and have not been told, its body once. */
export function tell(
  { layout }: Parts,
  draft: Draft,
  { messages }: Pick<Basis, "messages">,
  { result, told }: {
    readonly result: StoredResult;
    readonly told: ReadonlySet<string>;
  },
): void {
  let first: string | undefined;
  for (const { reply } of messages) {
    if (reply === undefined || told.has(reply)) continue;
    const { outcome, body } = result;
    const value: ResultValue = first === undefined
      ? { outcome, body, as: undefined }
      : { outcome, body: undefined, as: first };
    const bytes = 200 + (value.body?.length ?? 0);
    draft.set(layout.result(reply), value, { bytes, expireIn: RESULT_MS });
    draft.rings = true;
    first ??= reply;
  }
}

/** Nobody waits any more for the messages that were handed out. */
export function forgetReplies(draft: Draft, { handed }: Basis): void {
  for (const { key, since, value: { first, list }, count } of handed) {
    const isAwaited = list.slice(0, count).some((message) =>
      message.reply !== undefined
    );
    if (!isAwaited) continue;
    const forgotten = list.map((message, at) =>
      at < count ? { ...message, reply: undefined } : message
    );
    const value = { first, since, list: forgotten };
    draft.set(key, value, { bytes: bytesOf(forgotten) });
  }
}

/** The context from now on: `null` for none, `undefined` for no change. */
export function writeContext(
  { layout }: Parts,
  draft: Draft,
  { claim, context }: {
    readonly claim: Name;
    readonly context: Uint8Array | null | undefined;
  },
): void {
  if (context === undefined) return;
  const key = layout.context(claim);
  if (context === null) draft.delete(key);
  else draft.set(key, context, { bytes: context.length });
}

/** Roughly what messages take. */
export function bytesOf(messages: readonly StoredMessage[]): number {
  let bytes = 50;
  for (const { body, id } of messages) {
    bytes += MESSAGE_EXTRA_BYTES + (body?.length ?? 0) + (id?.length ?? 0) * 3;
  }
  return bytes;
}
