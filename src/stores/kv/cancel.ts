/**
 * Takes back what an item is owed.
 *
 * @module
 */
import type { Taken } from "../../durable/store.ts";
import type { StoredMessage } from "../../durable/stored.ts";
import type { Draft } from "./draft.ts";
import {
  FRESH,
  type ItemValue,
  type Name,
  type NoteValue,
  wrapped,
} from "./layout.ts";
import {
  BLANK,
  change,
  labelOf,
  type Parts,
  type ReadItem,
  readItem,
} from "./parts.ts";
import { dueSince, writeEnd } from "./ends.ts";
import {
  handingBack,
  leaveIndex,
  remove,
  type Slice,
  sliceOf,
  withBodies,
} from "./slices.ts";

/** Takes back what waits. */
export async function cancelItem(
  parts: Parts,
  name: Name,
  options: { readonly running: boolean },
): Promise<Taken> {
  const all: StoredMessage[] = [];
  let isOwed = false;
  let isRunning = false;
  await handingBack(all, async () => {
    for (let isLast = false; !isLast;) {
      let slice: Slice | undefined;
      await change(parts, `Cannot cancel ${labelOf(name)}`, {
        names: [name],
        kinds: [name.kind],
        draft: async (draft) => {
          const read = await readItem(parts, name);
          const { value } = read.item;
          slice = undefined;
          isRunning = value?.state === "running";
          if (isRunning) {
            const later = (isOwed ||= read.note.value?.due !== undefined);
            slice = await cancelLater(parts, draft, { name, read, options });
            return later || options.running;
          }
          if (value === null || !isCancellable(value)) return false;
          isOwed = true;
          slice = await cancelOwed(parts, draft, { name, read });
          return true;
        },
      });
      all.push(...slice?.messages ?? []);
      isLast = slice?.isLast ?? true;
    }
  });
  return { messages: isOwed ? withBodies(all) : undefined, isRunning };
}

function isCancellable({ state }: ItemValue): boolean {
  return state !== "idle" && state !== "deleting";
}

/** An item that does not run becomes idle; with very many messages, it is
 * queued again with the rest until they are all gone. */
async function cancelOwed(
  parts: Parts,
  draft: Draft,
  { name, read }: { readonly name: Name; readonly read: ReadItem },
): Promise<Slice> {
  const { layout, kv } = parts;
  const { item, tail } = read;
  const slice = await sliceOf(parts, name, undefined);
  const value = item.value ?? FRESH;
  await leaveIndex(parts, draft, name, item);
  remove(parts, draft, slice, "cancelled");
  draft.check(layout.item(name), item.versionstamp);
  draft.check(layout.tail(name), tail.versionstamp);
  const from = dueSince(item);
  if (from !== undefined) {
    await writeEnd(parts, draft, name, { how: "cancelled", from });
  }
  if (!slice.isLast) {
    const { suspended } = value;
    const n = value.n - slice.messages.length;
    const next = { ...FRESH, n, suspended, from };
    draft.setItem(layout.item(name), name, next);
    if (!suspended) draft.mention(name, next);
    return slice;
  }
  if (tail.versionstamp !== null) draft.delete(layout.tail(name));
  const context = await kv.get(layout.context(name));
  if (context.value instanceof Uint8Array && !value.suspended) {
    const { value } = context; // All that is left: its version is the last.
    draft.set(layout.context(name), value, { bytes: value.length });
  }
  if (value.suspended) {
    const idle = { ...FRESH, state: "idle", suspended: true } as const;
    draft.setItem(layout.item(name), name, idle);
  } else draft.deleteItem(layout.item(name), name);
  draft.rings = true;
  return slice;
}

/** A running item loses what came since its claim. */
async function cancelLater(
  parts: Parts,
  draft: Draft,
  { name, read, options }: {
    readonly name: Name;
    readonly read: ReadItem;
    readonly options: { readonly running: boolean };
  },
): Promise<Slice> {
  const { layout, isCounted } = parts;
  const { item, note, tail } = read;
  const since = (isCounted ? item.value?.at : item.versionstamp) ?? "";
  const slice = await sliceOf(parts, name, since);
  const told: NoteValue = note.value ?? BLANK;
  const isCancelled = told.isCancelled || options.running;
  const none = { due: undefined, first: undefined, bound: undefined };
  const rest = slice.isLast
    ? { ...none, from: undefined, isRestart: false }
    : {};
  draft.check(layout.item(name), item.versionstamp);
  draft.check(layout.note(name), note.versionstamp);
  // One more message may have come, which the note says nothing of.
  draft.check(layout.tail(name), tail.versionstamp);
  draft.set(layout.note(name), { ...told, ...rest, isCancelled });
  draft.sum(layout.tail(name), wrapped(-slice.messages.length));
  if (told.due === 0) {
    const from = told.from ?? note.versionstamp ?? "";
    await writeEnd(parts, draft, name, { how: "cancelled", from });
  }
  remove(parts, draft, slice, "cancelled");
  draft.rings = true;
  return slice;
}
