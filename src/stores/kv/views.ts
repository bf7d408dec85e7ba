/**
 * What can be read of items without changing them.
 *
 * @module
 */
import type { ItemState } from "../../core/words.ts";
import type { Standing } from "../../durable/store.ts";
import type {
  ItemQuery,
  Page,
  StoredItem,
  StoredResult,
} from "../../durable/stored.ts";
import type { KvKey, KvRange } from "./kv_like.ts";
import {
  countOf,
  type Found,
  found,
  type ItemValue,
  type Name,
  type PackedItem,
  type ResultValue,
} from "./layout.ts";
import { type End, endsOf } from "./ends.ts";
import {
  known,
  type Parts,
  type ReadItem,
  readItem,
  versionOf,
} from "./parts.ts";

const LIMIT_DEFAULT = 100;
/** So many items are looked at for one page. */
const SCAN_MAX = 1_000;

/** All that is known of an item. */
export async function inspectItem(
  parts: Parts,
  name: Name,
): Promise<StoredItem | undefined> {
  const { kv, layout } = parts;
  const [read, context] = await Promise.all([
    readItem(parts, name),
    kv.get(layout.context(name)),
  ]);
  const isUnknown = read.item.value === null && context.versionstamp === null;
  if (isUnknown) return undefined;
  const version = versionOf(read) || (context.versionstamp ?? "");
  return { ...viewOf(parts, name, read), version };
}

function viewOf(parts: Parts, name: Name, read: ReadItem): StoredItem {
  const { item, tail, note } = read;
  const { kind, key } = name;
  const value = item.value;
  const due = value?.state === "deleting" ? undefined : value?.due;
  const now = parts.clock.today();
  const isRunning = value?.state === "running";
  return {
    kind,
    key,
    state: note.value?.isDeleted ? "deleting" : stateOf(value),
    version: versionOf(read),
    owed: isRunning ? note.value?.due !== undefined : isOwed(value),
    messages: (value?.n ?? 0) + countOf(tail),
    dueIn: due === undefined ? undefined : Math.max(0, due - now),
    running: isRunning ? 1 : 0,
    failures: value?.failures ?? 0,
    crashes: value?.crashes ?? 0,
    held: value?.state === "held",
    suspended: (isRunning ? note.value?.suspended : value?.suspended) ?? false,
  };
}

function isOwed(value: ItemValue | null): boolean {
  return value !== null && value.state !== "idle" &&
    value.state !== "deleting";
}

function stateOf(value: ItemValue | null): ItemState {
  if (value === null) return "idle";
  const { state, suspended } = value;
  const isHidden = state === "running" || state === "held" ||
    state === "deleting";
  return suspended && !isHidden ? "suspended" : state;
}

/** A page of items. */
export async function listItems(
  parts: Parts,
  query: ItemQuery,
): Promise<Page<StoredItem>> {
  const { kv, layout } = parts;
  const { kind, prefix = "", state, cursor, limit = LIMIT_DEFAULT } = query;
  const range = rangeOf(layout.items(kind), prefix, cursor);
  const most = state === undefined ? limit : SCAN_MAX;
  const entries = (await kv.list(range, most + 1))
    .filter(({ key }) => String(key.at(-1)).startsWith(prefix));
  const chosen: { name: Name; item: Found<ItemValue> }[] = [];
  let last: string | undefined;
  for (const entry of entries.slice(0, most)) {
    if (chosen.length === limit) break;
    const key = String(entry.key.at(-1));
    const item = known(found<PackedItem>(entry));
    last = key;
    if (state !== undefined && !mayBe(item.value, state)) continue;
    chosen.push({ name: { kind, key }, item });
  }
  const isLast = last === undefined || entries.at(-1)?.key.at(-1) === last;
  const items = (await viewAll(parts, chosen))
    .filter((item) => state === undefined || item.state === state);
  return { items, cursor: isLast ? undefined : last };
}

/** One that runs may have been told that it is deleted. */
function mayBe(value: ItemValue | null, state: ItemState): boolean {
  const now = stateOf(value);
  return now === state || (state === "deleting" && now === "running");
}

async function viewAll(
  parts: Parts,
  chosen: readonly { readonly name: Name; readonly item: Found<ItemValue> }[],
): Promise<StoredItem[]> {
  const { kv, layout } = parts;
  const keys = chosen.flatMap(({ name }) => [
    layout.note(name),
    layout.tail(name),
  ]);
  const entries = await kv.getMany(keys);
  return chosen.map(({ name, item }, at) =>
    viewOf(parts, name, {
      item,
      note: found(entries[at * 2]),
      tail: found(entries[at * 2 + 1]),
    })
  );
}

/** Keys that begin with a string, after where the last page ended. */
export function rangeOf(
  all: KvKey,
  prefix: string,
  cursor: string | undefined,
): KvRange {
  if (cursor !== undefined) {
    return { prefix: all, start: [...all, `${cursor}\0`] };
  }
  return prefix === ""
    ? { prefix: all }
    : { prefix: all, start: [...all, prefix] };
}

/** Has what was due at a version been answered? */
export async function standingOf(
  parts: Parts,
  name: Name,
  since: string | undefined,
): Promise<Standing> {
  const { kv, layout } = parts;
  const [item, note, tail, ended, context] = await kv.getMany([
    layout.item(name),
    layout.note(name),
    layout.tail(name),
    layout.ended(name),
    layout.context(name),
  ]); // All of one instant.
  const read: ReadItem = {
    item: known(found(item)),
    note: found(note),
    tail: found(tail),
  };
  const entries = [context, ended].map((entry) => entry?.versionstamp);
  const version = versionOf(read) || (entries.find(Boolean) ?? "");
  const at = since ?? version;
  if (isDue(read, at)) {
    const isHeld = read.item.value?.state === "held";
    return { version, state: isHeld ? "held" : "waiting" };
  }
  const end = endsOf(found<readonly End[]>(ended)).find((end) =>
    end.from <= at && at < (end.at ?? "")
  );
  return { version, state: end?.how ?? "answered" };
}

/** Is something that was due then not answered yet? */
function isDue({ item, note }: ReadItem, at: string): boolean {
  const { value, versionstamp } = item;
  if (value === null || versionstamp === null) return false;
  switch (value.state) {
    case "idle":
    case "delayed":
      return false;
    case "deleting":
      return value.from !== undefined && value.from <= at;
    case "running":
      if (note.value?.due === 0) {
        const from = note.value.from ?? note.versionstamp;
        if (from !== null && from <= at) return true;
      }
  }
  return (value.from ?? versionstamp) <= at;
}

/** Results, in the order of their names. */
export async function resultsOf(
  { kv, layout }: Parts,
  replies: readonly string[],
): Promise<readonly (StoredResult | undefined)[]> {
  const read = async (names: readonly string[]): Promise<ResultValue[]> => {
    const entries = await kv.getMany(names.map((name) => layout.result(name)));
    return entries.map((entry) => found<ResultValue>(entry).value ?? UNKNOWN);
  };
  const values = await read(replies);
  const others = values.flatMap(({ as }) => as ?? []);
  const bodies = await read(others);
  return values.map((value) => {
    if (value === UNKNOWN) return undefined;
    const { outcome, body, as } = value;
    const other = as === undefined ? undefined : bodies[others.indexOf(as)];
    return { outcome, body: body ?? other?.body };
  });
}

const UNKNOWN: ResultValue = { outcome: "ok", body: undefined, as: undefined };
