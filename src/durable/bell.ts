/**
 * When to look at the store again: the store's own bell may be early, and polls
 * make up for what it misses. While nobody listens there is neither.
 *
 * @module
 */
import type { Timer, Timers } from "../core/timers.ts";
import type { Store } from "./store.ts";

/** Who looks. `isPoll`: it is time to, whether something happened or not. */
export type Listener = (isPoll: boolean) => void;

/** What a bell needs. */
export interface BellParts {
  readonly store: Store;
  readonly timers: Timers;
  readonly pollMs: number;
}

/** Those that are not in a hurry hear this many strokes in a poll's time. */
const CALM_STROKES = 10;

/** The one bell of a scheduler. */
export class Bell {
  readonly #parts: BellParts;
  readonly #prompt: Set<Listener> = new Set();
  readonly #calm: Set<Listener> = new Set();
  #stopWatching: (() => void) | undefined;
  #poll: Timer | undefined;
  /** While it runs those that are calm have just been told. */
  #rest: Timer | undefined;
  #isOwed = false;

  constructor(parts: BellParts) {
    this.#parts = parts;
  }

  /** Calls `listener` at each stroke. Returns what ends it. */
  listen(listener: Listener): () => void {
    return this.#add(this.#prompt, listener);
  }

  /** The same, but strokes that follow close upon another become one. */
  listenCalmly(listener: Listener): () => void {
    return this.#add(this.#calm, listener);
  }

  /** Something happened that may concern those who listen. */
  readonly ring = (): void => {
    for (const listener of [...this.#prompt]) listener(false);
    if (this.#calm.size === 0) return;
    if (this.#rest === undefined) this.#tellCalm();
    else this.#isOwed = true;
  };

  #tellCalm(): void {
    const { timers, pollMs } = this.#parts;
    this.#isOwed = false;
    this.#rest = timers.start(pollMs / CALM_STROKES, () => {
      this.#rest = undefined;
      if (this.#isOwed) this.#tellCalm();
    });
    for (const listener of [...this.#calm]) listener(false);
  }

  #add(listeners: Set<Listener>, listener: Listener): () => void {
    const own: Listener = (isPoll) => listener(isPoll); // Each for itself.
    listeners.add(own);
    this.#stopWatching ??= this.#parts.store.watch(this.ring);
    if (this.#poll === undefined) this.#startPoll();
    return () => {
      listeners.delete(own);
      if (this.#prompt.size + this.#calm.size === 0) this.#stop();
    };
  }

  #startPoll(): void {
    const { timers, pollMs } = this.#parts;
    this.#poll = timers.start(pollMs, () => {
      this.#startPoll();
      for (const listener of [...this.#prompt, ...this.#calm]) listener(true);
    });
  }

  #stop(): void {
    const { timers } = this.#parts;
    timers.stop(this.#poll);
    timers.stop(this.#rest);
    this.#poll = undefined;
    this.#rest = undefined;
    this.#isOwed = false;
    this.#stopWatching?.();
    this.#stopWatching = undefined;
  }
}
