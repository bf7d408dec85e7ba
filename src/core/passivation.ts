/**
 * The passivation of idle items: their contexts are dropped, with their
 * cleanups. Whoever has the key of such an item next has to wait until that has
 * ended, and loses nothing by it.
 *
 * @module
 */
import type { Engine } from "./engine.ts";
import { isIdle, isSuspended, nameOf, rareOf } from "./facts.ts";
import type { ItemRecord } from "./record.ts";

/** Where the items of a kind are found. */
export interface PassivationHome {
  /** By their keys. */
  readonly records: Map<string, ItemRecord>;
}

/** Passivates the items of one kind. */
export class Passivation {
  /** Those that still clean up, by their keys; of several the first. */
  readonly leaving: Map<string, ItemRecord> = new Map();
  readonly #engine: Engine;
  readonly #home: PassivationHome;

  /** `home` has the items of the kind that are in memory. */
  constructor(engine: Engine, home: PassivationHome) {
    this.#engine = engine;
    this.#home = home;
  }

  /** An item is idle: it has so long to be needed again. */
  start(record: ItemRecord, delayMs: number): void {
    const { clock, timers } = this.#engine;
    const rare = rareOf(record);
    timers.stop(rare.idleTimer);
    const dueMs = clock.now() + delayMs;
    rare.idleTimer = timers.startAt(dueMs, this.#passivate, record);
  }

  /** Has the time of an idle item begun to run? */
  awaits({ rare }: ItemRecord): boolean {
    return (rare?.idleTimer?.index ?? -1) >= 0;
  }

  readonly #passivate = (record: ItemRecord): void => {
    const { key = "", context, definition: { cleanup } } = record;
    const isNeeded = !isIdle(record) || isSuspended(record);
    if (isNeeded || record.life !== "live") return;
    this.#home.records.delete(key);
    record.context = undefined; // Handles may hold the rest.
    if (cleanup === undefined) return;
    const { reporter } = this.#engine;
    const first = this.leaving.get(key); // Idle again before that ended.
    const owner = first ?? record;
    this.leaving.set(key, owner);
    const name = nameOf(record);
    this.#engine.enter(() =>
      reporter.guard(owner, () => cleanup(context, name), name)
    );
    if (first !== undefined) return;
    const pending = reporter.pending(owner);
    if (pending === undefined) this.#left(key);
    else pending.then(() => this.#left(key));
  };

  /** The cleanup has ended: whoever has the key now may begin. */
  #left(key: string): void {
    this.leaving.delete(key);
    const successor = this.#home.records.get(key);
    if (successor?.rare === undefined) return;
    successor.rare.isBlocked = false;
    this.#engine.standing.move(successor);
    this.#engine.stir();
  }
}
