/** Holds an item back until its burst of saves is over: a suspended item collects
 * wake-ups, and owes one run for all of them when it is resumed. */
import type { Suspension } from "@workitem/scheduler";

/** What can be held back. */
export interface Suspendable {
  suspend(): Suspension;
}

interface Held {
  readonly suspension: Suspension;
  readonly since: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** A burst is over after so long without a save. */
const QUIET_MS = 100;
/** A folder that never rests is looked at so often all the same. */
const LONGEST_MS = 1000;

export class Bursts {
  readonly #held = new Map<Suspendable, Held>();
  #over = false;

  /** Call it with each save, before the enqueue. */
  hold(item: Suspendable): void {
    if (this.#over) return;
    const now = performance.now();
    const held = this.#held.get(item) ??
      { suspension: item.suspend(), since: now, timer: undefined };
    const delayMs = Math.min(QUIET_MS, held.since + LONGEST_MS - now);
    clearTimeout(held.timer);
    held.timer = setTimeout(() => this.#release(item), Math.max(0, delayMs));
    this.#held.set(item, held);
  }

  /** Holds nothing any more: what has waited is due at once. */
  end(): void {
    this.#over = true;
    for (const item of [...this.#held.keys()]) this.#release(item);
  }

  #release(item: Suspendable): void {
    const held = this.#held.get(item);
    if (held === undefined) return;
    this.#held.delete(item);
    clearTimeout(held.timer);
    held.suspension.resume();
  }
}
