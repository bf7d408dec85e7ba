/**
 * How many runs of a kind this process may start: its `concurrency` and `rate`.
 *
 * @module
 */
import type { Rate } from "../core/kind.ts";

/** What bounds the starts of a kind. */
export interface StartLimits {
  readonly concurrency: number | undefined;
  readonly rate: Rate | undefined;
}

/** Counts the starts of a kind. */
export class Starts {
  readonly #concurrency: number;
  readonly #rate: Rate | undefined;
  /** When runs began that still count, the oldest first. */
  readonly #begun: number[] = [];
  #claimed = 0;
  #running = 0;

  constructor({ concurrency = Infinity, rate }: StartLimits) {
    this.#concurrency = concurrency;
    this.#rate = rate;
  }

  /** How many more items may be claimed now. */
  room(nowMs: number): number {
    const free = this.#concurrency - this.#claimed - this.#running;
    if (this.#rate === undefined) return Math.max(0, free);
    const { limit, interval } = this.#rate;
    while ((this.#begun[0] ?? Infinity) + interval <= nowMs) {
      this.#begun.shift();
    }
    return Math.max(
      0,
      Math.min(free, limit - this.#claimed - this.#begun.length),
    );
  }

  /** When the rate lets one more through, if it is what hinders. */
  get opensAtMs(): number | undefined {
    const [oldest] = this.#begun;
    if (this.#rate === undefined || oldest === undefined) return undefined;
    return oldest + this.#rate.interval;
  }

  /** So many may be claimed: a claim has been sent. */
  reserve(count: number): void {
    this.#claimed += count;
  }

  /** So many will not start after all. */
  release(count: number): void {
    this.#claimed -= count;
  }

  /** One that was claimed starts. */
  begin(nowMs: number): void {
    this.#claimed--;
    this.#running++;
    if (this.#rate !== undefined) this.#begun.push(nowMs);
  }

  /** One that has started has ended. */
  end(): void {
    this.#running--;
  }
}
