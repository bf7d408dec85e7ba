/**
 * Forgets an item: it refuses enqueues from then on, loses its messages a page
 * at a time, then everything. Whoever promotes ends what was interrupted.
 *
 * @module
 */
import type { Taken } from "../../durable/store.ts";
import type { StoredMessage } from "../../durable/stored.ts";
import { writeNote } from "./control.ts";
import type { Draft } from "./draft.ts";
import { dueSince, writeEnd } from "./ends.ts";
import { cut, setLetter } from "./handed.ts";
import { FRESH, type ItemValue, type Name } from "./layout.ts";
import {
  change,
  labelOf,
  type Parts,
  type ReadItem,
  readItem,
} from "./parts.ts";
import {
  handingBack,
  leaveIndex,
  messagesIn,
  remove,
  type Slice,
  sliceOf,
  withBodies,
} from "./slices.ts";

/** Who deletes has so long for it. */
const UNTIL_OTHERS_END_IT_MS = 30_000;

/** Forgets an item. */
export async function deleteItem(parts: Parts, name: Name): Promise<Taken> {
  const { layout, kv, clock } = parts;
  let isRunning = false;
  let isOwed = false;
  const commit = await change(parts, `Cannot delete ${labelOf(name)}`, {
    names: [name],
    kinds: [name.kind],
    draft: async (draft) => {
      const read = await readItem(parts, name);
      const { value, versionstamp } = read.item;
      isRunning = value?.state === "running";
      isOwed = value !== null && !isRunning && value.state !== "idle";
      if (isRunning) {
        if (read.note.value?.isDeleted) return false;
        writeNote(parts, draft, name, read, { isDeleted: true });
        return true;
      }
      const context = await kv.get(layout.context(name));
      if (value === null && context.versionstamp === null) return false;
      draft.check(layout.item(name), versionstamp);
      if (value !== null) await leaveIndex(parts, draft, name, read.item);
      const n = value?.n ?? 0;
      const due = clock.today() + UNTIL_OTHERS_END_IT_MS;
      const from = dueSince(read.item);
      const next = { ...FRESH, state: "deleting", n, due, from } as const;
      draft.setItem(layout.item(name), name, next);
      draft.set(layout.delayed(name.kind, due, name.key), 0);
      return true;
    },
  });
  if (isRunning) return { messages: undefined, isRunning };
  if (commit === undefined) return { messages: undefined, isRunning: false };
  const messages: StoredMessage[] = [];
  await handingBack(
    messages,
    () => finishDelete(parts, name, { bury: false, taken: messages }),
  );
  return { messages: isOwed ? withBodies(messages) : undefined, isRunning };
}

/** Takes away what is left of an item that is being deleted, a page at a time.
 * `bury`: who asked for it is gone, so its messages become dead letters. */
export async function finishDelete(
  parts: Parts,
  name: Name,
  { bury, taken = [] }: {
    readonly bury: boolean;
    /** Gets the messages. */
    readonly taken?: StoredMessage[];
  },
): Promise<void> {
  const { layout } = parts;
  for (let isLast = false; !isLast;) {
    let slice: Slice | undefined;
    await change(parts, `Cannot delete ${labelOf(name)}`, {
      names: [name],
      draft: async (draft) => {
        const read = await readItem(parts, name);
        const { item } = read;
        slice = undefined;
        if (item.value?.state !== "deleting") return false;
        const page = slice = await sliceOf(parts, name, undefined);
        if (bury) buryDeleted(parts, draft, { name, page, item: item.value });
        remove(parts, draft, page, "deleted");
        draft.check(layout.item(name), item.versionstamp);
        if (!page.isLast) {
          const n = item.value.n - page.messages.length;
          draft.setItem(layout.item(name), name, { ...item.value, n });
          return true;
        }
        await forget(parts, draft, name, read);
        return true;
      },
    });
    taken.push(...slice?.messages ?? []);
    isLast = slice?.isLast ?? true;
  }
}

/** Nothing is left of it but its dead letters. */
async function forget(
  parts: Parts,
  draft: Draft,
  name: Name,
  { item, tail, note }: ReadItem,
): Promise<void> {
  const { layout } = parts;
  const { due = 0, from } = item.value ?? FRESH;
  draft.deleteItem(layout.item(name), name);
  draft.delete(layout.delayed(name.kind, due, name.key));
  draft.delete(layout.context(name));
  if (tail.versionstamp !== null) draft.delete(layout.tail(name));
  if (note.versionstamp !== null) draft.delete(layout.note(name));
  if (from !== undefined) {
    await writeEnd(parts, draft, name, { how: "deleted", from });
  }
  draft.rings = true;
}

function buryDeleted(
  { layout, clock }: Parts,
  draft: Draft,
  { name, page, item }: {
    readonly name: Name;
    readonly page: Slice;
    readonly item: ItemValue;
  },
): void {
  const { failures, crashes } = item;
  for (const entry of page.entries) {
    const { first, list } = messagesIn(entry);
    const position = String(entry.key.at(-1));
    const place = layout.letters(name.kind, name.key, position, first);
    const about = {
      error: cut("deleted"),
      failures,
      crashes,
      at: clock.today(),
    };
    setLetter(draft, place, { ...about, messages: list });
  }
}
