/**
 * Tells who wants to know that something may have changed.
 *
 * @module
 */
import type { KvKey, KvLike } from "./kv_like.ts";

/** Any number of bells, rung together. */
export class Bells {
  readonly #bells: Set<() => void> = new Set();
  readonly #listen: (() => ReadableStream<unknown>) | undefined;
  #reader: ReadableStreamDefaultReader<unknown> | undefined;

  /** Rings for what other processes write as well, if the database can tell. */
  constructor(kv: KvLike, key: KvKey, isWatching: boolean) {
    const { watch } = kv;
    if (isWatching && watch !== undefined) {
      this.#listen = () => watch.call(kv, [key]);
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
    this.#open();
    return () => {
      this.#bells.delete(own);
      if (this.#bells.size === 0) this.close();
    };
  }

  /** Listens no more. */
  close(): void {
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.cancel().catch(() => {}); // It is over, however it ends.
  }

  #open(): void {
    if (this.#reader !== undefined || this.#listen === undefined) return;
    const reader = this.#reader = this.#listen().getReader();
    this.#follow(reader).catch(() => {
      // Who relies on a bell looks now and then as well.
      if (this.#reader === reader) this.#reader = undefined;
    });
  }

  async #follow(reader: ReadableStreamDefaultReader<unknown>): Promise<void> {
    for (;;) {
      const { done } = await reader.read();
      if (done) break;
      this.ring();
    }
    if (this.#reader === reader) this.#reader = undefined;
  }
}
