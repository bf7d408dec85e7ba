/**
 * Folds stored messages when too many wait.
 *
 * @module
 */
import { LimitError } from "../../durable/errors.ts";
import type { Draft } from "./draft.ts";
import type { KvEntry } from "./kv_like.ts";
import type { MessagesValue, Name } from "./layout.ts";
import { wrapped } from "./layout.ts";
import {
  change,
  labelOf,
  type Parts,
  type ReadItem,
  readItem,
} from "./parts.ts";
import { sinceOf } from "./load.ts";
import { messagesIn } from "./slices.ts";

const PAGE = 64; // Each is checked, and a commit has 100 checks.

/** Makes one message of some of the oldest that no run holds. */
export async function foldMessages(
  parts: Parts,
  name: Name,
  fold: (bodies: readonly Uint8Array[]) => Uint8Array,
): Promise<number> {
  let fewer = 0;
  await change(parts, `Cannot fold the messages of ${labelOf(name)}`, {
    names: [name],
    draft: async (draft) => {
      const read = await readItem(parts, name);
      fewer = 0;
      const state = read.item.value?.state ?? "deleting";
      if (state === "deleting") return false; // Nothing stays of it.
      const entries = await foldable(parts, name, read);
      fewer = write(parts, draft, { name, read, entries, fold });
      return fewer !== 0;
    },
  });
  return fewer;
}

/** The first entries in a row that are worth it, for which nobody waits. */
async function foldable(
  { kv, layout, isCounted, checksMax }: Parts,
  name: Name,
  { item }: ReadItem,
): Promise<KvEntry[]> {
  const prefix = layout.messages(name);
  const fence = isCounted ? item.value?.at : item.versionstamp;
  const range = item.value?.state === "running"
    ? { prefix, start: layout.messages(name, `${fence}\0`) }
    : { prefix };
  const entries = await kv.list(range, Math.min(PAGE, checksMax - 2));
  const isFree = (entry: KvEntry): boolean =>
    messagesIn(entry).list.every(({ reply, body }) =>
      reply === undefined && body !== undefined
    );
  let row: KvEntry[] = [];
  for (const entry of entries) {
    if (isFree(entry)) row.push(entry);
    else if (bodiesIn(row).length > 1) return row;
    else row = [];
  }
  return row;
}

function bodiesIn(entries: readonly KvEntry[]): Uint8Array[] {
  return entries.flatMap((entry) =>
    messagesIn(entry).list.flatMap(({ body }) => body ?? [])
  );
}

/** What was folded stands where the oldest of it stood. */
function write(
  { layout, limits }: Parts,
  draft: Draft,
  { name, read, entries, fold }: {
    readonly name: Name;
    readonly read: ReadItem;
    readonly entries: readonly KvEntry[];
    readonly fold: (bodies: readonly Uint8Array[]) => Uint8Array;
  },
): number {
  const [place] = entries;
  const bodies = bodiesIn(entries);
  if (place === undefined || bodies.length < 2) return 0;
  const body = fold(bodies);
  const [bytes, limit] = [body.length, limits.messageBytes];
  if (bytes > limit) {
    const action = `Cannot fold the messages of ${labelOf(name)}`;
    throw new LimitError(action, "what they make", { bytes, limit });
  }
  const list = [{ id: undefined, body, reply: undefined }];
  const since = sinceOf(place);
  const { first } = messagesIn(place); // Dead letters are named by it.
  const value: MessagesValue = { first, since, list };
  draft.check(layout.item(name), read.item.versionstamp);
  for (const { key, versionstamp } of entries) {
    draft.check(key, versionstamp);
    if (key !== place.key) draft.delete(key);
  }
  draft.set(place.key, value, { bytes: body.length });
  draft.sum(layout.tail(name), wrapped(1 - bodies.length));
  return bodies.length - 1;
}
