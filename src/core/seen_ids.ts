/**
 * The ids of enqueues, as long as they are remembered in memory.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import type { ItemName } from "./calls.ts";

const WINDOW_MS = 600_000;
const IDS_MAX = 100_000;
/** What keeping one takes besides. */
const ENTRY_LENGTH = 100;
/** Of all results that have come, in characters of JSON: they may be large, and
 * nobody but one who asks again wants them. */
const RESULTS_LENGTH_MAX = 16_777_216;

/** An id that was seen. */
export interface Seen {
  atMs: number;
  /** What its enqueue waits for, if it was a request. */
  result: Promise<unknown> | undefined;
}

/** Remembers ids for ten minutes, and the newest 100,000 at most; of results that
 * have come, the newest that make 16 MB as JSON. */
export class SeenIds {
  readonly #clock: Clock;
  /** In the order in which they were seen. */
  readonly #seen: Map<string, Seen> = new Map();
  /** Whose results have come, with how much they take, the oldest first. */
  readonly #settled: Map<Seen, number> = new Map();
  #settledLength = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The first enqueue of this item with this id, if it is remembered. Whoever
   * asks for it again and again finds it, however long that takes. */
  find(name: ItemName<string>, id: string): Seen | undefined {
    const nowMs = this.#clock.now();
    this.#forget(nowMs - WINDOW_MS, IDS_MAX);
    const place = placeOf(name, id);
    const seen = this.#seen.get(place);
    if (seen === undefined) return undefined;
    this.#seen.delete(place);
    seen.atMs = nowMs;
    this.#seen.set(place, seen);
    return seen;
  }

  /** Remembers an id that was not seen. */
  add(name: ItemName<string>, id: string, result?: Promise<unknown>): void {
    this.#forget(-Infinity, IDS_MAX - 1);
    const seen: Seen = { atMs: this.#clock.now(), result };
    this.#seen.set(placeOf(name, id), seen);
    result?.then(
      (value) => this.#settle(seen, lengthOf(value)),
      () => this.#settle(seen, ENTRY_LENGTH),
    );
  }

  #settle(seen: Seen, length: number): void {
    this.#settled.set(seen, length);
    this.#settledLength += length;
    for (const oldest of this.#settled.keys()) {
      if (this.#settledLength <= RESULTS_LENGTH_MAX) return;
      this.#drop(oldest);
    }
  }

  #drop(seen: Seen): void {
    this.#settledLength -= this.#settled.get(seen) ?? 0;
    this.#settled.delete(seen);
    seen.result = undefined;
  }

  #forget(untilMs: number, leftMax: number): void {
    for (const [place, seen] of this.#seen) {
      if (seen.atMs > untilMs && this.#seen.size <= leftMax) return;
      this.#seen.delete(place);
      this.#drop(seen);
    }
  }
}

/** About what a result takes; what has no words in JSON is not worth keeping. */
function lengthOf(value: unknown): number {
  try {
    return ENTRY_LENGTH + (JSON.stringify(value)?.length ?? 0);
  } catch {
    return RESULTS_LENGTH_MAX + 1;
  }
}

function placeOf({ kind, key }: ItemName<string>, id: string): string {
  return JSON.stringify([kind, key, id]);
}
