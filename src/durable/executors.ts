/**
 * The executors of a durable scheduler: numbers, taken while a callback runs,
 * and spoken for while an item is claimed and read.
 *
 * @module
 */

/** A bounded set of numbers from 0. */
export class Executors {
  /** How many callbacks may run at once. */
  bound: number;
  /** How many run. */
  inFlight = 0;
  /** How many are spoken for. */
  reserved = 0;
  readonly #taken: boolean[] = [];

  constructor(bound: number) {
    this.bound = bound;
  }

  /** How many more may be spoken for. */
  get free(): number {
    return Math.max(0, this.bound - this.inFlight - this.reserved);
  }

  /** Takes the lowest number; it was spoken for. */
  take(): number {
    const found = this.#taken.indexOf(false);
    const number = found === -1 ? this.#taken.length : found;
    this.#taken[number] = true;
    this.reserved--;
    this.inFlight++;
    return number;
  }

  /** Gives a number back. */
  give(number: number): void {
    this.#taken[number] = false;
    this.inFlight--;
  }
}
