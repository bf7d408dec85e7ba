/**
 * The items that became idle last, in a ring. They are as good as forgotten, but
 * stay where they are until their place in the ring is needed: keys that come
 * back often need not be made anew.
 *
 * @module
 */
import type { ItemRecord } from "./record.ts";

/** About 200 KB for each kind. */
const PLACES = 1_024;

/** Remembers a few items, and gives back the others. */
export class Warm {
  #ring: ItemRecord[] = [];
  #next = 0;

  /** Keeps `record`; returns the one that has to make room. */
  keep(record: ItemRecord): ItemRecord | undefined {
    const oldest = this.#ring[this.#next];
    record.isWarm = true;
    this.#ring[this.#next] = record;
    this.#next = (this.#next + 1) % PLACES;
    if (oldest !== undefined) oldest.isWarm = false;
    return oldest;
  }

  /** Gives all of them back. */
  clear(): readonly ItemRecord[] {
    const all = this.#ring;
    for (const record of all) record.isWarm = false;
    this.#ring = [];
    this.#next = 0;
    return all;
  }
}
