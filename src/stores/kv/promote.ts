/**
 * Makes ready what has waited for its time.
 *
 * @module
 */
import type { Promoted } from "../../durable/store.ts";
import { finishDelete } from "./delete.ts";
import type { KvEntry } from "./kv_like.ts";
import { change, labelOf, type Parts, readItem } from "./parts.ts";

const PROMOTE_MAX = 64;

/** Makes ready what is due. */
export async function promoteDue(
  parts: Parts,
  kinds: readonly string[],
): Promise<Promoted> {
  const { kv, layout, clock } = parts;
  const now = clock.today();
  let count = 0;
  let nextMs: number | undefined;
  await Promise.all(kinds.map(async (kind) => {
    const range = { prefix: layout.delays(kind) };
    const entries = await kv.list(range, PROMOTE_MAX);
    const isDue = (entry: KvEntry): boolean => Number(entry.key.at(-2)) <= now;
    const due = entries.filter(isDue);
    const done = await Promise.all(due.map((entry) => promote(parts, entry)));
    count += done.filter(Boolean).length;
    const next = entries.find((entry) => !isDue(entry));
    const waitMs = next !== undefined
      ? Number(next.key.at(-2)) - now
      : due.length === PROMOTE_MAX
      ? 0
      : Infinity;
    nextMs = Math.min(nextMs ?? Infinity, waitMs);
  }));
  return { count, nextMs: nextMs === Infinity ? undefined : nextMs };
}

async function promote(parts: Parts, entry: KvEntry): Promise<boolean> {
  const { layout } = parts;
  const [kind, due, key] = entry.key.slice(-3);
  const name = { kind: String(kind), key: String(key) };
  let isDeleting = false;
  let isReady = false;
  const commit = await change(parts, `Cannot promote ${labelOf(name)}`, {
    names: [name],
    draft: async (draft) => {
      const { item } = await readItem(parts, name);
      const { value } = item;
      isDeleting = value?.state === "deleting";
      if (value === null || value.due !== due || isDeleting) return false;
      const next = {
        ...value,
        state: "queued" as const,
        due: undefined,
        first: undefined,
        bound: undefined,
      };
      draft.check(layout.item(name), item.versionstamp);
      draft.delete(entry.key);
      draft.setItem(layout.item(name), name, next);
      isReady = !next.suspended;
      if (isReady) draft.mention(name, next);
      return true;
    },
  });
  if (isDeleting) await finishDelete(parts, name, { bury: true });
  return commit !== undefined && isReady;
}
