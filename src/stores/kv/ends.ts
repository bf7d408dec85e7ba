/**
 * What was cancelled or deleted before it was answered, for who waits.
 *
 * @module
 */
import type { Draft } from "./draft.ts";
import {
  type Found,
  found,
  type ItemValue,
  type Name,
  RESULT_MS,
} from "./layout.ts";
import type { Parts } from "./parts.ts";

/** What was due from one version on, and ended at another. */
export interface End {
  readonly how: "cancelled" | "deleted";
  readonly from: string;
  /** `undefined` for the last: the version of the entry. */
  readonly at: string | undefined;
}

/** So many are remembered for an item. */
const ENDS_MAX = 16;

/** Since when an item that does not run has been due; `undefined`: it is not. */
export function dueSince(
  { value, versionstamp }: Found<ItemValue>,
): string | undefined {
  if (value?.state === "deleting") return value.from;
  const isDue = value !== null &&
    ["queued", "backoff", "held"].includes(value.state);
  return isDue ? value.from ?? versionstamp ?? undefined : undefined;
}

/** Remembers one more. */
export async function writeEnd(
  { kv, layout }: Parts,
  draft: Draft,
  name: Name,
  { how, from }: Pick<End, "how" | "from">,
): Promise<void> {
  const key = layout.ended(name);
  const entry: Found<readonly End[]> = found(await kv.get(key));
  const ends = endsOf(entry).slice(1 - ENDS_MAX);
  const all = [...ends, { how, from, at: undefined }];
  draft.set(key, all, { expireIn: RESULT_MS, bytes: all.length * 120 });
}

/** Those remembered, each with its end. */
export function endsOf(
  { value, versionstamp }: Found<readonly End[]>,
): readonly End[] {
  const at = versionstamp ?? undefined;
  return (value ?? []).map((end) => ({ ...end, at: end.at ?? at }));
}
