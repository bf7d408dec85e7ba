/**
 * Looking at items, which changes nothing.
 *
 * @module
 */
import type { ItemName } from "../../core/calls.ts";
import type { Standing } from "../../durable/store.ts";
import type { ItemQuery, Page, StoredItem } from "../../durable/stored.ts";
import { type Book, idOf, type Item, stateOf } from "./book.ts";

const LIMIT_DEFAULT = 100;

/** All that is known of an item. */
export function inspect(
  book: Book,
  name: ItemName<string>,
): StoredItem | undefined {
  const item = book.find(name);
  return item === undefined ? undefined : viewOf(book, item);
}

function viewOf(book: Book, item: Item): StoredItem {
  const { kind, key, version, owed, messages, run } = item;
  const { failures, crashes, isHeld, isSuspended } = item;
  const dueMs = owed?.dueMs;
  return {
    kind,
    key,
    state: stateOf(item),
    version,
    owed: owed !== undefined,
    messages: messages.length,
    dueIn: dueMs === undefined ? undefined : Math.max(0, dueMs - book.today()),
    running: run === undefined ? 0 : 1,
    failures,
    crashes,
    held: isHeld,
    suspended: isSuspended,
  };
}

/** A page of items that are not idle, or suspended. */
export function list(book: Book, query: ItemQuery): Page<StoredItem> {
  const { kind, prefix = "", state } = query;
  const items = [...book.items.values()].filter((item) => {
    const itsState = stateOf(item);
    return item.kind === kind && item.key.startsWith(prefix) &&
      itsState !== "idle" && (state === undefined || itsState === state);
  });
  const places = items.map((item) => ({ place: [item.key], item }));
  const page = pageOf(places, query);
  return { ...page, items: page.items.map((item) => viewOf(book, item)) };
}

/** Something, and where it stands among others. */
export interface Placed<Value> {
  readonly place: readonly string[];
  readonly item: Value;
}

/** A page of what is there, in its order. */
export function pageOf<Value>(
  all: readonly Placed<Value>[],
  { cursor, limit = LIMIT_DEFAULT }: Pick<ItemQuery, "cursor" | "limit">,
): Page<Value> {
  // It was made below.
  const last = cursor === undefined ? [] : JSON.parse(cursor) as string[];
  const left = all.filter(({ place }) => compareAll(place, last) > 0)
    .sort((a, b) => compareAll(a.place, b.place));
  const page = left.slice(0, limit);
  const end = left.length > page.length ? page.at(-1)?.place : undefined;
  return {
    items: page.map(({ item }) => item),
    cursor: end === undefined ? undefined : JSON.stringify(end),
  };
}

function compareAll(a: readonly string[], b: readonly string[]): number {
  for (const [at, text] of a.entries()) {
    const order = compare(text, b[at] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}

/** Orders texts by their characters, as their bytes in UTF-8 would be. */
function compare(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  const at = left.findIndex((character, index) => character !== right[index]);
  if (at === -1) return left.length - right.length;
  return (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? -1);
}

/** Has what was due at a version been answered? */
export function standing(
  book: Book,
  name: ItemName<string>,
  at: string | undefined,
): Standing {
  const item = book.find(name);
  const version = item?.version ?? book.version;
  const position = at ?? version;
  const end = book.ends.get(idOf(name))?.find((end) =>
    end.since <= position && position < end.version
  );
  if (end !== undefined) return { version, state: end.how };
  const isDue = [item?.run?.since, item?.owed?.since]
    .some((since) => since !== undefined && since <= position);
  if (!isDue) return { version, state: "answered" };
  return { version, state: item?.isHeld === true ? "held" : "waiting" };
}
