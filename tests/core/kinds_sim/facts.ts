/** What the laws say of a scheduler with kinds, as far as a test can know it
 * from outside: not which of several due keys is next, but which may be, and
 * what must come of each message. */
import type { Flight, Item } from "./item.ts";
import type { KindWorld } from "./kinds.ts";
import { Ledger, type Part, type Waiter } from "./ledger.ts";
import type { Plan } from "./plan.ts";
import { type Telling, Tellings } from "./tellings.ts";

/** Any word will do. */
export const ANY: readonly string[] = ["*"];

/** All that is known of one scheduler. */
export class Facts {
  readonly ledger: Ledger = new Ledger();
  readonly tellings: Tellings = new Tellings();
  readonly items: Item[] = [];
  readonly kinds: KindWorld[] = [];
  readonly flights: Set<Flight> = new Set();
  /** Who is sure to be settled, and is not yet. */
  readonly answered: Set<Waiter> = new Set();
  /** What was broken. */
  readonly broken: string[] = [];
  readonly isSerialized: boolean;
  /** Does an observer look? */
  readonly isObserved: boolean;
  nowMs = 0;
  concurrency: number;
  isPaused = false;
  /** When the grace of `close()` ends, once it was called. */
  graceEndsMs: number = Infinity;
  /** Has `close()` been called, and has its grace ended? */
  closing: "draining" | "aborting" | undefined;
  /** Runs begun so far. */
  starts = 0;
  ok = 0;
  failed = 0;
  aborted = 0;
  skipped = 0;

  constructor({ concurrency, isObserved, scope }: Plan) {
    this.concurrency = concurrency;
    this.isObserved = isObserved;
    this.isSerialized = scope === "serialized";
  }

  /** A law was broken. */
  break(what: string): void {
    this.broken.push(what);
  }

  /** How many items are owed a run. */
  owed(): number {
    let owed = 0;
    for (const item of this.items) if (item.isOwed) owed++;
    return owed;
  }

  /** Must a run of `item` begin, as everything it needs is free? */
  mustBegin(item: Item): boolean {
    return item.mayBegin(this.nowMs) && this.mayStart(item);
  }

  /** May a run of `item` begin, as far as all others are concerned? */
  mayStart({ kind }: Item): boolean {
    if (this.isPaused || this.closing === "aborting") return false;
    if (this.flights.size >= this.concurrency) return false;
    if (!kind.hasRoom(this.nowMs)) return false;
    if (!this.isSerialized || !kind.plan.isInScope) return true;
    for (const flight of this.flights) {
      if (flight.item.kind.plan.isInScope) return false;
    }
    return true;
  }

  /** An observer, if there is one, must be told. */
  expectEvent(telling: Telling): void {
    if (this.isObserved) this.tellings.expect(telling);
  }

  /** Somebody who waits must be answered in one of these words. */
  answer(waiter: Waiter | undefined, words: readonly string[]): void {
    if (waiter === undefined || waiter.settled !== undefined) return;
    waiter.expected = words;
    if (words !== ANY) this.answered.add(waiter);
  }

  /** The same, for those who wait for `parts`; nobody does any longer. */
  answerParts(parts: readonly Part[], words: readonly string[]): void {
    for (const part of parts) {
      this.answer(part.waiter, words);
      part.waiter = undefined;
    }
  }
}
