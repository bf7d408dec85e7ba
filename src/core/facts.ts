/**
 * What follows from the facts of an item.
 *
 * @module
 */
import type { ItemName } from "./calls.ts";
import { Rare } from "./rare.ts";
import { type Entry, ItemRecord, type Messages } from "./record.ts";
import type { ItemState } from "./words.ts";

/** What a wake-up without message comes with. */
export const WAKE_UP: Messages = Object.freeze([]);

/** The item that `entry` is; gates and parking hold nothing else. */
export function itemOf(entry: Entry | undefined): ItemRecord | undefined {
  return entry instanceof ItemRecord ? entry : undefined;
}

/** The rare facts of `record`, made when first asked for. */
export function rareOf(record: ItemRecord): Rare {
  record.isSpecial = true;
  return record.rare ??= new Rare();
}

/** Has the item been suspended? */
export function isSuspended(record: ItemRecord): boolean {
  return record.rare !== undefined && record.rare.suspensions !== 0;
}

/** Is nothing owed, and does nothing run? */
export function isIdle(record: ItemRecord): boolean {
  return !record.owed && record.running === 0;
}

/** Is a run owed that waits for its time, with nobody to wait for it? */
export function isDelayed({ owed, rare }: ItemRecord): boolean {
  return owed && rare?.timer !== undefined && !rare.isBackoff;
}

/** Is nothing due, and does nothing run? */
export function isAtRest(record: ItemRecord): boolean {
  return record.running === 0 && (!record.owed || isDelayed(record));
}

/** Which attempt a run of `record` is. */
export function attemptOf({ rare }: ItemRecord): number {
  return (rare?.failures ?? 0) + 1;
}

/** The first that holds; the facts behind it are independent. */
export function stateOf(record: ItemRecord): ItemState {
  const { life, rare } = record;
  if (life !== "live") return life;
  if (record.running !== 0) return "running";
  if (rare?.hold !== undefined) return "held";
  if (isSuspended(record)) return "suspended";
  if (rare?.timer !== undefined) return rare.isBackoff ? "backoff" : "delayed";
  return record.owed ? "queued" : "idle";
}

/** What events and reports call the item. */
export function nameOf(entry: Entry): ItemName {
  return { kind: entry.definition.kind, key: itemOf(entry)?.key };
}

/** What messages for people call the item. */
export function labelOf(entry: Entry): string {
  const { kind, key } = nameOf(entry);
  if (entry.definition.isOneShot) return "one-shot work";
  if (key === undefined) return kind ?? "a work item without key";
  return kind === undefined ? `"${key}"` : `"${kind}/${key}"`;
}

/** An item that has a key may be one of a kind, which forgets what is idle. */
export function restPlain(record: ItemRecord): void {
  record.definition.keys?.restPlain(record);
}
