/**
 * How many runs may begin before the event loop gets its turn. The count spans
 * microtasks, because an item that enqueues itself would else keep the loop in
 * microtasks for ever, and timers and sockets would starve.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

const RUNS_MAX = 2_048;
const MS_MAX = 4;
/** Where a turn costs a millisecond or more it has to be worth it. */
const DEAR_RUNS_MAX = 65_536;
const DEAR_MS_MAX = 50;
/** Runs between two looks at the clock; a look costs as much as several. */
const STRIDE_MAX = 64;

/** Counts the runs since the event loop last had its turn. */
export class Slice {
  readonly #clock: Clock;
  readonly #runsMax: number;
  readonly #msMax: number;
  /** Has the event loop its turn? */
  isYielding = false;
  #afterTurn: (() => void)[] = [];
  #runs = 0;
  /** It stays so until the event loop has had its turn. */
  #isSpent = false;
  #stride = STRIDE_MAX;
  #untilLook = STRIDE_MAX;
  #beganMs: number;
  #lookedMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#runsMax = clock.turnIsDear ? DEAR_RUNS_MAX : RUNS_MAX;
    this.#msMax = clock.turnIsDear ? DEAR_MS_MAX : MS_MAX;
    this.#beganMs = this.#lookedMs = clock.now();
  }

  /** Has the event loop to get its turn before the next run? */
  isSpent(): boolean {
    return this.#isSpent || (this.#untilLook <= 0 && this.#look());
  }

  /** A run begins. */
  count(): void {
    this.#untilLook--;
  }

  /** Gives the event loop its turn, then calls `back`. */
  yield(back: () => void): void {
    this.isYielding = true;
    this.#clock.turn(() => {
      this.isYielding = false;
      this.#restart();
      for (const resolve of this.#afterTurn.splice(0)) resolve();
      back();
    });
  }

  /** Resolves once no turn is awaited. */
  turned(): Promise<void> {
    if (!this.isYielding) return Promise.resolve();
    return new Promise((resolve) => this.#afterTurn.push(resolve));
  }

  #restart(): void {
    this.#runs = 0;
    this.#isSpent = false;
    this.#untilLook = this.#stride;
    this.#beganMs = this.#lookedMs = this.#clock.now();
  }

  #look(): boolean {
    const nowMs = this.#clock.now();
    this.#runs += this.#stride;
    this.#isSpent = this.#runs >= this.#runsMax ||
      nowMs - this.#beganMs >= this.#msMax;
    if (!this.#clock.turnIsDear) this.#adapt(nowMs - this.#lookedMs);
    this.#lookedMs = nowMs;
    this.#untilLook = this.#stride;
    return this.#isSpent;
  }

  /** Slow callbacks are looked at more often, down to every one. Runs that
   * merely waited look slow too: that costs them one cheap turn. */
  #adapt(tookMs: number): void {
    this.#stride = tookMs > this.#msMax / 4
      ? Math.max(1, this.#stride >> 2)
      : Math.min(STRIDE_MAX, this.#stride * 2);
  }
}
