/**
 * Items that are as good as forgotten, and still where they were: idle items of
 * a kind that has neither context nor cleanup. Nobody can tell, but a key that
 * comes back need not be made anew.
 *
 * @module
 */
import { isIdle } from "./facts.ts";
import type { ItemRecord } from "./record.ts";

/** How many stay when the others are let go: about 200 KB. */
export const HIDDEN_MAX = 1_024;

/** Is the item of such a kind only kept for the next time? */
export function isHidden(record: ItemRecord): boolean {
  return !record.isSpecial && isIdle(record);
}

/** Is it worth while to look who is hidden, after so many became idle? So most
 * of a burst goes at once, and there are never more of them than 4,096 and three
 * for each item that is not hidden. */
export function isSweepDue(size: number, rests: number): boolean {
  return size > HIDDEN_MAX && rests * 4 >= size * 3;
}

/** The items without those that are hidden, but for the newest `keptMax`. To
 * make the map anew costs a fraction of what it costs to take them out. */
export function sweep(
  records: ReadonlyMap<string, ItemRecord>,
  keptMax: number,
): Map<string, ItemRecord> {
  let spare = records.size - keptMax;
  const kept: [string, ItemRecord][] = [];
  for (const entry of records) {
    if (spare > 0 && isHidden(entry[1])) spare--;
    else kept.push(entry);
  }
  return new Map(kept);
}
