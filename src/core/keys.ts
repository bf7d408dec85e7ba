/**
 * The items of one kind: found by their keys, made when they are first needed,
 * and forgotten when nothing is left of them. A handle is an address: it finds
 * whatever item has its key at that moment.
 *
 * An item without a context is forgotten as soon as it is idle: it is hidden at
 * once, and let go later, many at a time. Some stay where they are, and nobody
 * can tell: keys that come back often need not be made anew.
 *
 * @module
 */
import type {
  CancelOptions,
  Suspension,
  Timing,
  WaitOptions,
} from "./calls.ts";
import type { Engine } from "./engine.ts";
import { isIdle, isSuspended, nameOf, rareOf } from "./facts.ts";
import { HIDDEN_MAX, isHidden, isSweepDue, sweep } from "./hidden.ts";
import { checkKey } from "./options.ts";
import {
  type Callback,
  type Definition,
  type Entrance,
  type ItemPort,
  ItemRecord,
  type KeyTable,
  type Messages,
  type RunView,
} from "./record.ts";
import { checkMessage } from "./inbox.ts";
import { Passivation } from "./passivation.ts";
import { readTiming } from "./timing.ts";
import type { Waiter } from "./waiters.ts";
import type { EnqueueOutcome } from "./words.ts";

/** What the items of a kind are made from. */
export interface KeysParts {
  readonly callback: Callback;
  readonly context: ((key: string) => unknown) | undefined;
  readonly passivateAfterMs: number | undefined;
}

/** What is asked for by key, and by any handle of the kind. */
export class Keys implements Entrance, ItemPort, KeyTable {
  readonly name: string;
  /** All in memory, those that are only kept for the next time included. */
  records: Map<string, ItemRecord> = new Map();
  readonly #engine: Engine;
  readonly #parts: KeysParts;
  readonly #definition: Definition;
  /** Is there nothing to keep of an idle item? */
  readonly #isBare: boolean;
  readonly #passivation: Passivation;
  /** How often an item became idle since it was last looked who is. */
  #rests = 0;

  /** `define` is given what the definition of the items is to refer to. */
  constructor(
    name: string,
    engine: Engine,
    parts: KeysParts,
    define: (keys: Keys) => Definition,
  ) {
    this.#engine = engine;
    this.#parts = parts;
    this.#passivation = new Passivation(engine, this);
    this.#definition = define(this);
    this.#isBare = parts.context === undefined &&
      this.#definition.cleanup === undefined;
    this.name = name;
  }

  get leaving(): ReadonlyMap<string, ItemRecord> {
    return this.#passivation.leaving;
  }

  /** The item with this key, or one like it that is not in memory. */
  at(key: string): ItemRecord {
    checkKey(this.name, key);
    return this.#look(key);
  }

  find({ key = "" }: ItemRecord): ItemRecord {
    return this.#look(key);
  }

  contextOf(record: ItemRecord): unknown {
    if (this.#parts.context === undefined) return undefined;
    const made = this.#make(record);
    this.rest(made);
    return made.context;
  }

  /** Enqueues by key: what most callers do, and nothing but a look-up. */
  enqueueAt(
    key: string,
    message: unknown,
    timing: Timing | undefined,
  ): EnqueueOutcome {
    let record = this.records.get(key);
    const isNew = record === undefined;
    record ??= this.at(key);
    const isSpecial = record.isSpecial || timing !== undefined ||
      (isNew && !this.#isBare);
    if (isSpecial) return this.send(record, undefined, message, timing);
    if (isNew) record = this.#admit(record);
    return this.#engine.enqueue(record, undefined, message, timing);
  }

  enqueue(
    record: ItemRecord,
    by: RunView | undefined,
    message: unknown,
    timing: Timing | undefined,
  ): EnqueueOutcome {
    return this.send(this.find(record), by, message, timing);
  }

  request(
    record: ItemRecord,
    message: unknown,
    timing: Timing | undefined,
  ): Promise<unknown> {
    const found = this.find(record);
    return this.#engine.items.promise(
      found,
      (waiter) => this.send(found, undefined, message, timing, waiter),
    );
  }

  flush(record: ItemRecord, options?: WaitOptions): Promise<void> {
    return this.#engine.items.flush(this.find(record), options);
  }

  idle(record: ItemRecord, options?: WaitOptions): Promise<void> {
    return this.#engine.items.idle(this.find(record), options);
  }

  cancel(record: ItemRecord, options?: CancelOptions): Messages | undefined {
    return this.#engine.items.cancel(this.find(record), options);
  }

  suspend(record: ItemRecord): Suspension {
    return this.#engine.items.suspend(this.#make(record));
  }

  reset(record: ItemRecord): void {
    this.#engine.items.reset(this.find(record));
  }

  delete(
    record: ItemRecord,
    isAwaited: boolean,
  ): Promise<Messages | undefined> {
    const found = this.find(record);
    if (this.#isKnown(found)) {
      return this.#engine.items.delete(found, isAwaited);
    }
    const { key = "" } = found;
    if (!this.leaving.has(key)) return Promise.resolve(undefined);
    const rare = rareOf(found); // It takes no enqueue until that has ended.
    rare.isBlocked = rare.isVacant = true;
    this.records.set(key, found);
    return this.#engine.items.delete(found, isAwaited);
  }

  rest(record: ItemRecord): void {
    const { passivateAfterMs } = this.#parts;
    if (!isIdle(record) || record.life !== "live") return;
    if (isSuspended(record) || !this.#isKnown(record)) return;
    const { reporter } = this.#engine;
    if (this.#isBare && reporter.isPending(record)) {
      record.isSpecial = true; // It comes here each time.
      reporter.pending(record)?.then(() => this.rest(record));
    } else if (this.#isBare) this.records.delete(record.key ?? "");
    else if (passivateAfterMs !== undefined && !this.#engine.isClosed) {
      this.#passivation.start(record, passivateAfterMs);
    }
  }

  restPlain(record: ItemRecord): void {
    if (!this.#isBare) return this.rest(record);
    record.starts = 0; // As if it was made anew.
    const isDue = isSweepDue(this.records.size, ++this.#rests);
    if (isDue) this.#sweep(HIDDEN_MAX);
  }

  known(record: ItemRecord): ItemRecord {
    const { key = "" } = record;
    const known = this.records.get(key);
    if (known === undefined && record.life === "live") {
      this.records.set(key, record);
    }
    return known ?? record;
  }

  forget(record: ItemRecord): void {
    this.#engine.timers.stop(record.rare?.idleTimer);
    if (this.#isKnown(record)) this.records.delete(record.key ?? "");
    record.context = undefined; // Handles may hold the rest.
  }

  items(): readonly ItemRecord[] {
    this.#sweep(0);
    return [...this.records.values()];
  }

  #look(key: string): ItemRecord {
    const record = this.records.get(key);
    const isGone = record === undefined || (this.#isBare && isHidden(record));
    return isGone ? this.#create(key) : record;
  }

  #isKnown(record: ItemRecord): boolean {
    return this.records.get(record.key ?? "") === record;
  }

  /** Forgets all that are hidden but the newest so many. */
  #sweep(keptMax: number): void {
    this.#rests = 0;
    if (this.#isBare) this.records = sweep(this.records, keptMax);
  }

  /** Enqueues an item that was found; `waiter` is told of its run. */
  send(
    address: ItemRecord,
    by: RunView | undefined,
    message: unknown,
    timing: Timing | undefined,
    waiter?: Waiter,
  ): EnqueueOutcome {
    const checked = checkMessage(address, message);
    const when = readTiming(timing, this.#engine.clock);
    const record = this.records.get(address.key ?? "") ??
      this.#admit(address);
    try {
      return this.#engine.enqueueSpecial(record, checked, by, when, waiter);
    } catch (error) {
      // It may have been made for this, or put back; else nothing changes.
      if (!this.#passivation.awaits(record)) this.rest(record);
      throw error;
    }
  }

  /** The item, which is put into memory unless it is too late for that. */
  #make(record: ItemRecord): ItemRecord {
    const found = this.find(record);
    if (this.#isKnown(found)) return found;
    if (this.#engine.isClosed || found.life !== "live") return found;
    return this.#add(found);
  }

  /** Puts an item into memory that is about to be owed a run. */
  #admit(record: ItemRecord): ItemRecord {
    record.life = this.#definition.scope.life; // It may just have changed.
    this.#engine.checkOpen(record);
    this.#engine.checkRoom("Cannot enqueue", record);
    return this.#add(record);
  }

  /** Puts an item into memory. Its context is the user's to make: what holds is
   * looked at again after it. */
  #add(record: ItemRecord): ItemRecord {
    const { key = "" } = record;
    const { context } = this.#parts;
    if (context !== undefined) {
      record.context = this.#engine.enter(() => context(key));
      record.life = this.#definition.scope.life;
      const other = this.records.get(key); // Made by `context` itself?
      const isTooLate = this.#engine.isClosed || record.life !== "live";
      if (isTooLate || other !== undefined) this.#discard(record);
      if (other !== undefined) return other;
      this.#engine.checkOpen(record);
    }
    if (this.leaving.size !== 0 && this.leaving.has(key)) {
      rareOf(record).isBlocked = true;
    }
    this.records.set(key, record);
    return record;
  }

  /** A context that will not be needed after all. */
  #discard(record: ItemRecord): void {
    const { context, definition: { cleanup } } = record;
    const name = nameOf(record);
    const { enter, reporter } = this.#engine;
    enter(() => reporter.guard(record, () => cleanup?.(context, name), name));
  }

  /** An item that is not in memory. */
  #create(key: string): ItemRecord {
    const { callback } = this.#parts;
    const record = new ItemRecord(this.#definition, callback, undefined, key);
    record.life = this.#definition.scope.life;
    record.version = this.#engine.version; // It may have had others.
    return record;
  }
}
