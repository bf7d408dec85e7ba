/**
 * Where an owed item stands, and every way it comes and goes. An item that is
 * owed a run stands in exactly one of four places:
 *
 * - **parked**, while it is suspended
 * - **behind its own run**, if it may not overlap itself
 * - **at its gate**, while another item of its serialized scope is inside
 * - **ready**, when only an executor is missing
 *
 * @module
 */
import { Levels } from "./levels.ts";
import { List } from "./list.ts";
import {
  type Definition,
  type Entry,
  isSuspended,
  ItemRecord,
  type OneShot,
} from "./record.ts";
import { join, Waiter } from "./waiters.ts";

/** The ready queue and the places before it. */
export class Standing {
  /** The items that only miss an executor. */
  readonly ready: Levels = new Levels();
  /** The items that are owed a run and suspended. */
  readonly parked: List<Entry> = new List();
  /** How many items are owed a run. */
  owed = 0;
  /** How far an item may overlap itself, if it does not say. */
  maxOverlap: number;

  constructor(maxOverlap: number) {
    this.maxOverlap = maxOverlap;
  }

  /** How many items are owed a run that are not suspended. */
  get due(): number {
    return this.owed - this.parked.size;
  }

  /** A run is promised. */
  owe(record: ItemRecord): void {
    record.owed = true;
    this.owed++;
    this.place(record);
  }

  /** The promise is taken back. */
  disown(record: ItemRecord): void {
    this.#displace(record);
    record.owed = false;
    this.owed--;
  }

  /** A run is promised to an item without anything special. */
  owePlain(record: ItemRecord): void {
    record.owed = true;
    this.owed++;
    if (record.running === 0) this.ready.base.push(record);
  }

  /** The promise is kept: `entry`, the head of `level`, is about to run. */
  take(entry: Entry, level: List<Entry>): ItemRecord {
    if (entry instanceof ItemRecord) {
      this.takeReady(entry, level);
      return entry;
    }
    level.shift();
    this.owed--;
    return unfold(entry as OneShot);
  }

  /** The same, for an item. */
  takeReady(record: ItemRecord, level: List<Entry>): void {
    level.shift();
    record.owed = false; // Before the callback: it may enqueue itself.
    this.owed--;
  }

  /** One-shot work is promised. */
  add(oneShot: OneShot): void {
    this.owed++;
    this.ready.of(oneShot).push(oneShot);
  }

  /** One-shot work that has not begun is taken back. */
  withdraw(oneShot: OneShot): void {
    oneShot.list?.remove(oneShot);
    this.owed--;
  }

  /** Puts an owed item, which stands behind its own run, where it belongs. */
  place(record: ItemRecord): void {
    if (isSuspended(record)) return this.parked.push(record);
    if (!this.mayBegin(record)) return;
    const { gate } = record.definition;
    if (gate === undefined || gate.enter(record)) {
      this.ready.of(record).push(record);
    }
  }

  /** An owed item has been suspended. */
  park(record: ItemRecord): void {
    this.#displace(record);
    this.parked.push(record);
  }

  /** An owed item has been resumed. */
  unpark(record: ItemRecord): void {
    this.parked.remove(record);
    this.place(record);
  }

  /** A run of `record` has ended: whoever it kept waiting may stand forward,
   * behind those who are ready. */
  release(record: ItemRecord): void {
    if (record.owed && record.list === undefined) this.place(record);
    if (record.definition.gate?.holder === record) this.#open(record);
  }

  /** May a run of `record` begin, as far as its other runs are concerned? */
  mayBegin(record: ItemRecord): boolean {
    const { running, definition } = record;
    if (running === 0) return true;
    return definition.whenRunning === "overlap" &&
      running < (definition.maxOverlap ?? this.maxOverlap);
  }

  #displace(record: ItemRecord): void {
    const { list, running } = record;
    if (list === undefined) return;
    list.remove(record);
    const { gate } = record.definition;
    if (gate?.holder === record && running === 0) this.#open(record);
  }

  /** The holder of a gate has left it. */
  #open(record: ItemRecord): void {
    const next = record.definition.gate?.leave();
    if (next !== undefined) this.ready.of(next).push(next);
  }
}

/** One-shot work begins: an item that is deleted from the start, so that it
 * runs what it is owed and no more. */
export function unfold(oneShot: OneShot): ItemRecord {
  const { definition, callback } = oneShot;
  const record = new ItemRecord(definition, callback, NOTHING);
  record.isSpecial = true;
  record.life = "deleting";
  record.enqueues = 1;
  record.waiters = join(undefined, new Waiter(oneShot, true));
  return record;
}

/** Stands for the items of one-shot work that never needs them. */
export function createNobody(definition: Definition): ItemRecord {
  const record = new ItemRecord(definition, () => {}, NOTHING);
  record.isSpecial = true;
  record.life = "deleting";
  return record;
}

const NOTHING = { context: undefined, key: undefined };
