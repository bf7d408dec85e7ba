/**
 * A map whose entries are gone after a while.
 *
 * @module
 */

interface Entry<Value> {
  readonly value: Value;
  readonly untilMs: number;
}

const SWEEP_MIN = 1_024;

/** What is over is not found; it is forgotten when the map has doubled. */
export class ExpiringMap<Value> {
  readonly #entries: Map<string, Entry<Value>> = new Map();
  readonly #today: () => number;
  #sweepAt = SWEEP_MIN;

  constructor(today: () => number) {
    this.#today = today;
  }

  /** The value, unless its time is over. */
  get(name: string): Value | undefined {
    const entry = this.#entries.get(name);
    return entry === undefined || entry.untilMs <= this.#today()
      ? undefined
      : entry.value;
  }

  /** Keeps a value for so many milliseconds. */
  set(name: string, value: Value, forMs: number): void {
    this.#entries.set(name, { value, untilMs: this.#today() + forMs });
    if (this.#entries.size >= this.#sweepAt) this.#sweep();
  }

  /** Forgets a value. */
  delete(name: string): void {
    this.#entries.delete(name);
  }

  #sweep(): void {
    const now = this.#today();
    for (const [name, { untilMs }] of this.#entries) {
      if (untilMs <= now) this.#entries.delete(name);
    }
    this.#sweepAt = Math.max(SWEEP_MIN, this.#entries.size * 2);
  }
}
