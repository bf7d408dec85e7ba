/** A fake clock that knows how many of its timers were ever set at once. */
import type { Clock } from "../../../mod.ts";
import { FakeClock } from "../../../src/testing/mod.ts";
import { macroturn } from "./weigh.ts";

/** Wraps a fake clock, and counts. */
export class CountingClock implements Clock {
  readonly turnIsDear: boolean = false;
  /** The most host timers that were set at once. */
  most = 0;
  readonly #fake: FakeClock = new FakeClock();

  /** How many are set. */
  get timers(): number {
    return this.#fake.timers;
  }

  now(): number {
    return this.#fake.now();
  }

  today(): number {
    return this.#fake.today();
  }

  startTimer(callback: () => void, delayMs: number): unknown {
    const timer = this.#fake.startTimer(callback, delayMs);
    this.most = Math.max(this.most, this.#fake.timers);
    return timer;
  }

  stopTimer(timer: unknown): void {
    this.#fake.stopTimer(timer);
  }

  turn(callback: () => void): void {
    this.#fake.turn(callback);
  }

  /** Moves the time. */
  advance(ms: number): void {
    this.#fake.advance(ms);
  }

  /** Lets all happen that is due now. */
  async settle(): Promise<void> {
    do await macroturn(); while (this.#fake.runTurns() > 0);
  }
}
