/**
 * What is done to an item from outside besides enqueues: suspend and reset.
 *
 * @module
 */
import { DeletedError } from "../../core/errors.ts";
import type { Draft } from "./draft.ts";
import { FRESH, type Name, type NoteValue } from "./layout.ts";
import {
  BLANK,
  change,
  labelOf,
  type Parts,
  type ReadItem,
  readItem,
  unmention,
} from "./parts.ts";

/** Keeps an item from starting, or lets it start again. */
export async function suspendItem(
  parts: Parts,
  name: Name,
  suspended: boolean,
): Promise<void> {
  const { layout } = parts;
  const action = `Cannot suspend ${labelOf(name)}`;
  await change(parts, action, {
    names: [name],
    kinds: [name.kind],
    draft: async (draft) => {
      const read = await readItem(parts, name);
      const { item, note } = read;
      if (item.value?.state === "deleting" || note.value?.isDeleted) {
        throw new DeletedError(action);
      }
      if (item.value?.state === "running") {
        if ((note.value?.suspended ?? false) === suspended) return false;
        writeNote(parts, draft, name, read, { suspended });
        return true;
      }
      const value = item.value ?? { ...FRESH, state: "idle" as const };
      if (value.suspended === suspended) return false;
      draft.check(layout.item(name), item.versionstamp);
      if (value.state === "idle" && !suspended) {
        draft.deleteItem(layout.item(name), name);
        return true;
      }
      const isQueued = value.state === "queued";
      const from = isQueued ? value.from ?? item.versionstamp : value.from;
      const next = { ...value, suspended, from: from ?? undefined };
      if (isQueued && suspended) await unmention(parts, draft, name, item);
      draft.setItem(layout.item(name), name, next);
      if (isQueued && !suspended) draft.mention(name, next);
      return true;
    },
  });
}

/** Tells a running item something. */
export function writeNote(
  { layout }: Parts,
  draft: Draft,
  name: Name,
  { item, note }: ReadItem,
  told: Partial<NoteValue>,
): void {
  const value = note.value ?? BLANK;
  const isDue = value.due === 0;
  const from = isDue ? value.from ?? note.versionstamp : undefined;
  draft.check(layout.item(name), item.versionstamp);
  draft.check(layout.note(name), note.versionstamp);
  draft.set(layout.note(name), { ...value, from: from ?? undefined, ...told });
  draft.sum(layout.tail(name), 0n);
  draft.rings = true;
}

/** Ends a backoff or a hold. */
export async function resetItem(parts: Parts, name: Name): Promise<void> {
  const { layout } = parts;
  await change(parts, `Cannot reset ${labelOf(name)}`, {
    names: [name],
    draft: async (draft) => {
      const { item } = await readItem(parts, name);
      const { value } = item;
      if (value?.state !== "backoff" && value?.state !== "held") return false;
      const { n, suspended, from, due } = value;
      const next = { ...FRESH, n, suspended, from };
      draft.check(layout.item(name), item.versionstamp);
      if (due !== undefined) {
        draft.delete(layout.delayed(name.kind, due, name.key));
      }
      draft.setItem(layout.item(name), name, next);
      if (!suspended) draft.mention(name, next);
      return true;
    },
  });
}
