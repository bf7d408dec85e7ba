/**
 * Suspensions by name: from afar an item is suspended or it is not, whoever
 * said so how often.
 *
 * @module
 */
import type { ItemName, Suspension } from "./calls.ts";

/** One for each item that was suspended from afar. */
export class Suspensions {
  readonly #held: Map<string, Suspension> = new Map();

  /** Takes the place of the one that there was; `undefined` for none. */
  set(name: ItemName<string>, suspension: Suspension | undefined): void {
    const place = JSON.stringify([name.kind, name.key]);
    const before = this.#held.get(place);
    if (suspension === undefined) this.#held.delete(place);
    else this.#held.set(place, suspension);
    before?.resume();
  }
}
