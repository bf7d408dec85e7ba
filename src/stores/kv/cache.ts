/**
 * Items as this process last wrote them, so that the next step need not read.
 * A step that trusts it checks the version, so a stale one costs a try.
 *
 * @module
 */
import type { Found, ItemValue } from "./layout.ts";
import type { Left } from "./draft.ts";

const ITEMS_MAX = 10_000;
/** How many steps read again after the cache was found to be stale. */
const DOUBTS = 256;

/** An item as it was. */
export interface Cached {
  readonly item: ItemValue;
  readonly versionstamp: string;
  /** How many messages were stored for it when they were last counted. */
  readonly total: number;
  /** How many messages were added since, by this process. */
  added: number;
}

/** The items that are not idle, as far as this process knows. */
export class Cache {
  readonly #items: Map<string, Cached> = new Map();
  #doubts = 0;

  /** May a step do without reading? */
  trusts(): boolean {
    if (this.#doubts === 0) return true;
    this.#doubts--;
    return false;
  }

  /** Some of what is here was stale, or others write to the same items. */
  doubt(): void {
    this.#doubts = DOUBTS;
  }

  /** What is known of an item. */
  get(id: string): Cached | undefined {
    return this.#items.get(id);
  }

  /** A commit left these items. */
  learn(left: readonly Left[], versionstamp: string): void {
    for (const { id, item, wasIdle } of left) {
      this.#items.delete(id); // The oldest stand first.
      if (item === undefined) continue;
      // Its tail may count more: then it is read once before it is trusted.
      const total = wasIdle ? item.n : Infinity;
      this.#keep(id, { item, versionstamp, total, added: 0 });
    }
  }

  /** An item was read, with so many messages. */
  read(
    id: string,
    { value, versionstamp }: Found<ItemValue>,
    total: number,
  ): void {
    this.#items.delete(id);
    if (value === null || versionstamp === null) return;
    this.#keep(id, { item: value, versionstamp, total, added: 0 });
  }

  /** Nothing is known of an item any more. */
  forget(id: string): void {
    this.#items.delete(id);
  }

  #keep(id: string, cached: Cached): void {
    this.#items.set(id, cached);
    if (this.#items.size <= ITEMS_MAX) return;
    // Half at once: a map is slow to find its oldest after many have gone.
    let left = ITEMS_MAX / 2;
    for (const old of this.#items.keys()) {
      if (left-- === 0) return;
      this.#items.delete(old);
    }
  }
}
