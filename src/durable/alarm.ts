/**
 * When a pump looks again by itself: something becomes due, or a rate lets more
 * through.
 *
 * @module
 */
import type { Engine } from "./engine.ts";
import type { Timer } from "../core/timers.ts";

/** One timer, for the earliest of what is expected. */
export class Alarm {
  readonly #engine: Engine;
  readonly #rung: () => void;
  /** When something is to be made ready. */
  #dueAtMs = -Infinity;
  #timer: Timer | undefined;

  constructor(engine: Engine, rung: () => void) {
    this.#engine = engine;
    this.#rung = rung;
  }

  /** Is something to be made ready? */
  get isDue(): boolean {
    return this.#dueAtMs <= this.#engine.clock.now();
  }

  /** Something may be due now. */
  setOff(): void {
    this.#dueAtMs = -Infinity;
    this.#rung();
  }

  /** Something is due in so many milliseconds. */
  setIn(delayMs: number): void {
    if (delayMs <= 0) return this.setOff();
    const atMs = this.#engine.clock.now() + delayMs;
    if (atMs >= this.#dueAtMs) return;
    this.#dueAtMs = atMs;
    this.#wakeAt(atMs);
  }

  /** Nothing is to be made ready, but there is reason to look. */
  wakeIn(delayMs: number): void {
    this.#wakeAt(this.#engine.clock.now() + Math.max(0, delayMs));
  }

  /** Nothing is expected. */
  stop(): void {
    this.#dueAtMs = Infinity;
    this.#engine.timers.stop(this.#timer);
    this.#timer = undefined;
  }

  #wakeAt(atMs: number): void {
    const { timers } = this.#engine;
    if (this.#timer !== undefined && this.#timer.atMs <= atMs) return;
    timers.stop(this.#timer);
    this.#timer = timers.startAt(atMs, () => {
      this.#timer = undefined;
      if (!this.isDue && this.#dueAtMs < Infinity) this.#wakeAt(this.#dueAtMs);
      this.#rung();
    }, undefined);
  }
}
