/**
 * Where an owed item stands, and every way it comes and goes. An item that is
 * owed a run stands in exactly one of these places:
 *
 * - **held**, while its last failure has not been reset
 * - **parked**, while it is suspended
 * - **backing off** or **delayed**, until its time has come
 * - **blocked**, while its predecessor of the same key cleans up
 * - **behind its own run**, if it may not overlap itself
 * - **at a gate** of its kind or scope
 * - **ready**, when only an executor is missing
 *
 * @module
 */
import { isSuspended } from "./facts.ts";
import { Levels } from "./levels.ts";
import { List } from "./list.ts";
import {
  type Definition,
  type Entry,
  type Gate,
  ItemRecord,
  type OneShot,
} from "./record.ts";
import { join, Waiter } from "./waiters.ts";

/** The ready queue and the places before it. */
export class Standing {
  /** The items that only miss an executor. */
  readonly ready: Levels = new Levels();
  readonly held: List<Entry> = new List();
  readonly parked: List<Entry> = new List();
  readonly backoff: List<Entry> = new List();
  readonly delayed: List<Entry> = new List();
  readonly blocked: List<Entry> = new List();
  /** The gates at which somebody waits. */
  readonly gates: Set<Gate> = new Set();
  /** How many items are owed a run. */
  owed = 0;
  /** How far an item may overlap itself, if it does not say. */
  maxOverlap: number;

  constructor(maxOverlap: number) {
    this.maxOverlap = maxOverlap;
  }

  /** How many items are owed a run for which somebody may wait. */
  get due(): number {
    return this.owed - this.parked.size - this.held.size - this.delayed.size;
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

  /** The same, for an item; in no level if it stands behind its own run. */
  takeReady(record: ItemRecord, level: List<Entry> | undefined): void {
    level?.shift();
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
    const place = this.#apart(record);
    if (place !== undefined) place.push(record);
    else if (this.mayBegin(record)) this.#pass(record, 0);
  }

  /** What keeps an item has changed: it stands elsewhere, if it is owed. */
  move(record: ItemRecord): void {
    if (!record.owed) return;
    this.#displace(record);
    this.place(record);
  }

  /** A run of `record` has ended: whoever it kept waiting may stand forward,
   * behind those who are ready. */
  release(record: ItemRecord): void {
    if (record.owed && record.list === undefined) this.place(record);
    for (const gate of record.definition.gates) {
      gate.ended(record);
      this.open(gate);
    }
  }

  /** Lets those through who may pass `gate` now. */
  open(gate: Gate): void {
    for (let next = gate.admit(); next !== undefined; next = gate.admit()) {
      this.#pass(next, next.definition.gates.indexOf(gate) + 1);
    }
    if (gate.first !== undefined) return;
    this.gates.delete(gate);
    gate.rest();
  }

  /** May a run of `record` begin, as far as its other runs are concerned? */
  mayBegin(record: ItemRecord): boolean {
    const { running, definition } = record;
    if (running === 0) return true;
    return definition.whenRunning === "overlap" &&
      running < (definition.maxOverlap ?? this.maxOverlap);
  }

  /** Where an item stands that is not to begin, for its own reasons. */
  #apart(record: ItemRecord): List<Entry> | undefined {
    const { rare } = record;
    if (rare === undefined) return undefined;
    if (rare.hold !== undefined) return this.held;
    if (isSuspended(record)) return this.parked;
    if (rare.timer !== undefined) {
      return rare.isBackoff ? this.backoff : this.delayed;
    }
    return rare.isBlocked ? this.blocked : undefined;
  }

  /** Lets an item through its gates, from the one at `index`. */
  #pass(record: ItemRecord, index: number): void {
    const { gates } = record.definition;
    for (; index < gates.length; index++) {
      const gate = gates[index];
      const isThrough = gate === undefined || gate.enter(record);
      if (gate?.first !== undefined) this.gates.add(gate); // Or one gave way.
      if (!isThrough) return;
    }
    this.ready.of(record).push(record);
  }

  /** Takes an item away from where it stands; so it gives back the permits of
   * the gates that it has passed. */
  #displace(record: ItemRecord): void {
    const { list, definition: { gates } } = record;
    if (list === undefined) return;
    const at = gates.findIndex((gate) => gate.holds(record));
    const isReady = this.ready.of(record) === list;
    list.remove(record);
    for (const gate of gates.slice(0, isReady ? gates.length : at + 1)) {
      if (gate !== gates[at]) gate.leave(record);
      this.open(gate);
    }
  }
}

/** One-shot work begins: an item that is deleted from the start, so that it
 * runs what it is owed and no more. */
export function unfold(oneShot: OneShot): ItemRecord {
  const { definition, callback } = oneShot;
  const record = new ItemRecord(definition, callback, undefined, undefined);
  record.isSpecial = true;
  record.life = "deleting";
  record.enqueues = 1;
  record.waiters = join(undefined, new Waiter(oneShot, true));
  return record;
}

/** Stands for the items of one-shot work that never needs them. */
export function createNobody(definition: Definition): ItemRecord {
  const record = new ItemRecord(definition, () => {}, undefined, undefined);
  record.isSpecial = true;
  record.life = "deleting";
  return record;
}
