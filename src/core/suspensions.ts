/**
 * Suspensions by name: from afar an item is suspended or it is not, whoever
 * said so how often.
 *
 * @module
 */
import type { ItemName, Suspension } from "./calls.ts";
import { WorkItemError } from "./errors.ts";

const HELD_MAX = 100_000;

/** One for each item that was suspended from afar. */
export class Suspensions {
  readonly #held: Map<string, Suspension> = new Map();

  /** Takes the place of the one that there was; `undefined` for none. */
  set(name: ItemName<string>, suspension: Suspension | undefined): void {
    const place = JSON.stringify([name.kind, name.key]);
    const before = this.#held.get(place);
    const isNew = suspension !== undefined && before === undefined;
    if (isNew && this.#held.size >= HELD_MAX) {
      suspension.resume();
      throw new WorkItemError(
        `Cannot suspend as ${HELD_MAX} items are suspended already`,
        { code: "WI-QUEUE-FULL", hint: "Resume some of them first." },
      );
    }
    if (suspension === undefined) this.#held.delete(place);
    else this.#held.set(place, suspension);
    before?.resume();
  }
}
