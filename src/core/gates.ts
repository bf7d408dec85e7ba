/**
 * The gate of a serialized scope: one item at a time is let through, the others
 * wait in a queue of the gate's own. An item is inside from the moment it
 * enters the ready queue, so that the ready queue holds ready items only.
 *
 * @module
 */
import { Levels } from "./levels.ts";
import { type Gate, itemOf, type ItemRecord } from "./record.ts";

/** Lets one item through at a time. */
export class SerialGate implements Gate {
  holder: ItemRecord | undefined;
  readonly #waiting: Levels = new Levels();

  get next(): ItemRecord | undefined {
    return itemOf(this.#waiting.top().first);
  }

  enter(record: ItemRecord): boolean {
    const { holder } = this;
    if (holder === undefined || this.#givesWay(holder, record)) {
      this.holder = record;
      return true;
    }
    this.#waiting.of(record).push(record);
    return false;
  }

  leave(): ItemRecord | undefined {
    return this.holder = itemOf(this.#waiting.top().shift());
  }

  /** A holder that has not begun must not keep a more urgent one waiting. */
  #givesWay(holder: ItemRecord, record: ItemRecord): boolean {
    const { priority } = holder.definition;
    if (holder.running !== 0 || priority >= record.definition.priority) {
      return false;
    }
    holder.list?.remove(holder); // It is ready, as it does not run.
    this.#waiting.of(holder).unshift(holder);
    return true;
  }
}
