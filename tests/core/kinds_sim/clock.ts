/** The fake clock, which also says when its next timer is due. */
import { FakeClock } from "../../../src/testing/mod.ts";

/** Time of a simulation. */
export class SimClock extends FakeClock {
  readonly #timers: Map<unknown, number> = new Map();

  /** When the next timer is due, if one is set. */
  get nextAtMs(): number {
    let nextAtMs = Infinity;
    for (const atMs of this.#timers.values()) {
      nextAtMs = Math.min(nextAtMs, atMs);
    }
    return nextAtMs;
  }

  override startTimer(callback: () => void, delayMs: number): unknown {
    const timer = super.startTimer(() => {
      this.#timers.delete(timer);
      callback();
    }, delayMs);
    this.#timers.set(timer, this.now() + delayMs);
    return timer;
  }

  override stopTimer(timer: unknown): void {
    this.#timers.delete(timer);
    super.stopTimer(timer);
  }
}
