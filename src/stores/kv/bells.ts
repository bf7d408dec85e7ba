/**
 * Tells who wants to know that something may have changed.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";
import { Ear } from "./ear.ts";
import type { KvKey, KvLike } from "./kv_like.ts";

/** What bells are rung by. */
export interface BellsParts {
  readonly kv: KvLike;
  readonly clock: Clock;
  readonly random: () => number;
  /** The entry that others write when something may have changed. */
  readonly key: KvKey;
  /** Ring for what other processes write as well, if the database can tell? */
  readonly isWatching: boolean;
}

/** Any number of bells, rung together. */
export class Bells {
  readonly #bells: Set<() => void> = new Set();
  readonly #ear: Ear | undefined;

  constructor({ kv, clock, random, key, isWatching }: BellsParts) {
    const { watch } = kv;
    if (isWatching && watch !== undefined) {
      const listen = (): ReadableStream<unknown> => watch.call(kv, [key]);
      this.#ear = new Ear({ clock, random, listen, heard: this.ring });
    }
  }

  /** Rings all. */
  readonly ring = (): void => {
    for (const bell of this.#bells) {
      queueMicrotask(() => { // What it throws is not the commit's.
        if (this.#bells.has(bell)) bell();
      });
    }
  };

  /** Adds a bell; the function returned takes it away. */
  add(bell: () => void): () => void {
    const own = (): void => bell(); // The same bell may be added twice.
    this.#bells.add(own);
    this.#ear?.open();
    return () => {
      this.#bells.delete(own);
      if (this.#bells.size === 0) this.close();
    };
  }

  /** Listens no more. */
  close(): void {
    this.#ear?.close();
  }
}
