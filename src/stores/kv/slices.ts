/**
 * The stored messages of an item, a page at a time, and its way out of what it
 * stands in.
 *
 * @module
 */
import { StoreError } from "../../durable/errors.ts";
import type { StoredMessage } from "../../durable/stored.ts";
import type { Draft } from "./draft.ts";
import { bytesOf, tell } from "./handed.ts";
import type { KvEntry } from "./kv_like.ts";
import {
  type Found,
  found,
  FRESH,
  type ItemValue,
  type MessagesValue,
  type Name,
} from "./layout.ts";
import { type Parts, unmention } from "./parts.ts";

/** Messages are taken away so many commits of them at a time. */
const PAGE = 40;
/** Somebody may wait for each of them, and be told in the same commit. */
const MESSAGES_MAX = 400;
/** They may all be written anew, as dead letters. */
const BYTES_MAX = 500_000;

/** Some of the messages of an item. */
export interface Slice {
  readonly entries: readonly KvEntry[];
  readonly messages: readonly StoredMessage[];
  readonly isLast: boolean;
}

/** The oldest messages; only those after `since`, if it is given. */
export async function sliceOf(
  { kv, layout }: Parts,
  name: Name,
  since: string | undefined,
): Promise<Slice> {
  const prefix = layout.messages(name);
  const range = since === undefined
    ? { prefix }
    : { prefix, start: layout.messages(name, `${since}\0`) };
  const entries = await kv.list(range, PAGE);
  const messages: StoredMessage[] = [];
  let bytes = 0;
  const end = entries.findIndex((entry, at) => {
    const { list } = messagesIn(entry);
    bytes += bytesOf(list);
    const isFull = bytes > BYTES_MAX ||
      messages.length + list.length > MESSAGES_MAX;
    if (at !== 0 && isFull) return true;
    messages.push(...list);
    return false;
  });
  const isAll = end === -1;
  return {
    entries: isAll ? entries : entries.slice(0, end),
    messages,
    isLast: isAll && entries.length < PAGE,
  };
}

/** The messages of one commit. */
export function messagesIn(entry: KvEntry): MessagesValue {
  const { value }: Found<MessagesValue> = found(entry);
  return value ?? { first: 0, list: [] };
}

/** Takes them away, and tells who waits for one. */
export function remove(
  parts: Parts,
  draft: Draft,
  { entries, messages }: Slice,
  outcome: "cancelled" | "deleted",
): void {
  for (const { key } of entries) draft.delete(key);
  const result = { outcome, body: undefined };
  tell(parts, draft, { messages }, { result, told: new Set() });
}

/** Takes pages until it fails: what was taken before is handed back, and the
 * rest is left as it was; unless nobody can say what became of the last. */
export async function handingBack(
  taken: readonly StoredMessage[],
  take: () => Promise<void>,
): Promise<void> {
  try {
    await take();
  } catch (error) {
    const isKnown = error instanceof StoreError && error.outcome === "none";
    if (taken.length === 0 || !isKnown) throw error;
  }
}

/** Those that have a body, as they are handed back. */
export function withBodies(
  messages: readonly StoredMessage[],
): StoredMessage[] {
  return messages.filter(({ body }) => body !== undefined);
}

/** Takes an item out of the list or the delays that it stands in. */
export async function leaveIndex(
  parts: Parts,
  draft: Draft,
  name: Name,
  item: Found<ItemValue>,
): Promise<void> {
  const { state, suspended, due } = item.value ?? FRESH;
  if (state === "queued" && !suspended) {
    await unmention(parts, draft, name, item);
  }
  if (due !== undefined) {
    draft.delete(parts.layout.delayed(name.kind, due, name.key));
  }
}
