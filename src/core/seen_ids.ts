/**
 * The ids of enqueues, as long as they are remembered in memory.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import type { ItemName } from "./calls.ts";

const WINDOW_MS = 600_000;
const IDS_MAX = 100_000;

/** An id that was seen. */
export interface Seen {
  readonly atMs: number;
  /** What its enqueue waits for, if it was a request. */
  readonly result: Promise<unknown> | undefined;
}

/** Remembers ids for ten minutes, and the newest 100,000 at most. */
export class SeenIds {
  readonly #clock: Clock;
  /** In the order in which they were seen. */
  readonly #seen: Map<string, Seen> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The first enqueue of this item with this id, if it is remembered. */
  find(name: ItemName<string>, id: string): Seen | undefined {
    this.#forget(this.#clock.now() - WINDOW_MS, IDS_MAX);
    return this.#seen.get(placeOf(name, id));
  }

  /** Remembers an id that was not seen. */
  add(name: ItemName<string>, id: string, result?: Promise<unknown>): void {
    this.#forget(-Infinity, IDS_MAX - 1);
    const atMs = this.#clock.now();
    this.#seen.set(placeOf(name, id), { atMs, result });
  }

  #forget(untilMs: number, leftMax: number): void {
    for (const [place, { atMs }] of this.#seen) {
      if (atMs > untilMs && this.#seen.size <= leftMax) return;
      this.#seen.delete(place);
    }
  }
}

function placeOf({ kind, key }: ItemName<string>, id: string): string {
  return JSON.stringify([kind, key, id]);
}
