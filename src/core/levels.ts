/**
 * The ready queue: first in, first out inside a priority level, higher levels
 * first. The items that wait behind a closed gate stand in one as well.
 *
 * @module
 */
import { List } from "./list.ts";
import type { Entry } from "./record.ts";

/** One list per priority in use. */
export class Levels {
  /** Priority 0, the lowest; most programs use no other. */
  readonly base: List<Entry> = new List();
  /** By priority; at most 256, and no holes: they slow every read down. */
  readonly #byPriority: (List<Entry> | undefined)[] = [this.base];
  /** The lists above priority 0, the highest first. */
  #above: readonly List<Entry>[] = [];

  /** How many entries stand here. */
  get size(): number {
    return this.#above.reduce((sum, level) => sum + level.size, this.base.size);
  }

  /** The list for entries as urgent as `entry`. */
  of({ definition: { priority } }: Entry): List<Entry> {
    return this.#byPriority[priority] ?? this.#open(priority);
  }

  /** The list whose first entry is next; empty when none waits. */
  top(): List<Entry> {
    const above = this.#above;
    for (let index = 0; index < above.length; index++) {
      const level = above[index];
      if (level !== undefined && level.size !== 0) return level;
    }
    return this.base;
  }

  #open(priority: number): List<Entry> {
    const level = new List<Entry>();
    while (this.#byPriority.length <= priority) {
      this.#byPriority.push(undefined);
    }
    this.#byPriority[priority] = level;
    this.#above = this.#byPriority.slice(1)
      .filter((list) => list !== undefined).reverse();
    return level;
  }
}
