/**
 * From the enqueue to the ready queue. An item without anything special takes a
 * short way, as long as nobody looks; all others the long one. The laws that both
 * keep stand at the top of `engine.ts`.
 *
 * @module
 */
import type { Timing } from "./calls.ts";
import { reportUnmerged } from "./completion.ts";
import { Dispatcher, type DispatcherParts } from "./dispatcher.ts";
import {
  ClosedError,
  DeletedError,
  HeldError,
  QueueFullError,
} from "./errors.ts";
import type { Watch } from "./executor.ts";
import { isDelayed, isIdle, labelOf, nameOf } from "./facts.ts";
import { checkMessage, type Fold, fold, keep, keepFolded } from "./inbox.ts";
import type { KeepAlive } from "./keep_alive.ts";
import type { Entry, ItemRecord, OneShot, RunView } from "./record.ts";
import { readTiming, type When } from "./timing.ts";
import { join, type Waiter } from "./waiters.ts";
import type { EnqueueOutcome } from "./words.ts";

/** What an intake is made of. */
export interface IntakeParts extends DispatcherParts {
  readonly keepAlive: KeepAlive | undefined;
  readonly maxOwed: number;
}

/** Who wants to know of enqueues. */
export interface EnqueueWatch extends Watch {
  /** An item was enqueued, by itself or not. */
  enqueued(record: ItemRecord, by: RunView | undefined): void;
}

/** Takes what is enqueued. */
export abstract class Intake extends Dispatcher {
  abstract override readonly verifier: EnqueueWatch | undefined;
  isClosed = false;
  /** Enqueues that were refused so far, as their items were busy. */
  skipped = 0;
  protected readonly keepAlive: KeepAlive | undefined;
  readonly #maxOwed: number;

  constructor(parts: IntakeParts) {
    super(parts);
    this.keepAlive = parts.keepAlive;
    this.#maxOwed = parts.maxOwed;
  }

  /** Asks for a run of `record` that begins after this call. */
  enqueue(
    record: ItemRecord,
    by: RunView | undefined,
    message: unknown,
    timing: Timing | undefined,
  ): EnqueueOutcome {
    if (record.isSpecial || this.isSpecial || timing !== undefined) {
      return this.#read(record, by, message, timing);
    }
    const { owed, running } = record;
    if (!owed && running === 0 && this.standing.owed >= this.#maxOwed) {
      this.checkRoom("Cannot enqueue", record);
    }
    if (message !== undefined) keep(record, message);
    record.enqueues++;
    record.version = ++this.version;
    if (owed) return "coalesced";
    this.standing.owePlain(record);
    if (running !== 0) return "rerun";
    this.wake();
    return "queued";
  }

  #read(
    record: ItemRecord,
    by: RunView | undefined,
    message: unknown,
    timing: Timing | undefined,
  ): EnqueueOutcome {
    const checked = checkMessage(record, message);
    const when = readTiming(timing, this.clock);
    return this.enqueueSpecial(record, checked, by, when, undefined);
  }

  /** The same, where there is more to it. What was said has been checked. */
  enqueueSpecial(
    record: ItemRecord,
    message: unknown,
    by: RunView | undefined,
    when: When | undefined,
    waiter: Waiter | undefined,
  ): EnqueueOutcome {
    record = known(record); // The schema may have had it forgotten.
    this.checkOpen(record);
    let outcome: EnqueueOutcome = "skipped";
    if (isIdle(record) || record.definition.whenRunning !== "skip") {
      const folded = message === undefined ? undefined : fold(record, message);
      const now = known(record);
      if (now !== record) { // `merge` made another: it is asked for that one.
        return this.enqueueSpecial(now, message, by, when, waiter);
      }
      const isKept = this.#keep(record, message, folded, waiter);
      outcome = this.#owe(record, when, by);
      if (!isKept) reportUnmerged(record, this.reporter);
    } else this.skipped++;
    this.verifier?.enqueued(record, by);
    if (this.reporter.observers !== undefined) {
      const { version } = record;
      this.reporter.tell("enqueued", { ...nameOf(record), outcome, version });
    }
    return outcome;
  }

  /** Keeps the message, and who waits for it. `merge` is the user's: what holds
   * is looked at again after it. `false`: something came between. */
  #keep(
    record: ItemRecord,
    message: unknown,
    folded: Fold | undefined,
    waiter: Waiter | undefined,
  ): boolean {
    this.checkOpen(record);
    if (isIdle(record)) this.checkRoom("Cannot enqueue", record);
    const hold = record.rare?.hold;
    const isAsked = waiter !== undefined && hold === undefined;
    const isKept = folded === undefined ||
      keepFolded(record, folded, message, isAsked);
    if (isAsked) {
      waiter.behind = message === undefined ? 0 : record.inbox?.length ?? 0;
      record.waiters = join(record.waiters, waiter);
    } else if (hold !== undefined) { // It could wait for ever.
      const what = `Cannot wait for ${labelOf(record)}`;
      waiter?.refuse(new HeldError(what, hold.error));
    }
    record.enqueues++;
    record.version = ++this.version;
    return isKept;
  }

  #owe(
    record: ItemRecord,
    when: When | undefined,
    by: RunView | undefined,
  ): EnqueueOutcome {
    let outcome: EnqueueOutcome = "coalesced";
    if (record.owed) this.delays.again(record, when, by);
    else {
      const mayBegin = this.standing.mayBegin(record);
      const isLater = this.delays.begin(record, when, by);
      outcome = !mayBegin ? "rerun" : isLater ? "delayed" : "queued";
      this.standing.owe(record);
      this.keepAlive?.begin();
      this.wake();
    }
    const { whenRunning } = record.definition;
    if (whenRunning === "restart" && record.running !== 0) {
      if (!isDelayed(record)) this.stops.restart(record, by);
    }
    return outcome;
  }

  /** Queues one-shot work. */
  add(oneShot: OneShot): void {
    if (this.isClosed) throw new ClosedError("Cannot run");
    this.checkRoom("Cannot run", oneShot);
    this.standing.add(oneShot);
    this.keepAlive?.begin();
    this.wake();
    if (this.reporter.observers !== undefined) {
      const version = ++this.version;
      const event = { ...nameOf(oneShot), outcome: "queued", version } as const;
      this.reporter.tell("enqueued", event);
    }
  }

  /** Throws unless `record` takes enqueues. */
  checkOpen(record: ItemRecord): void {
    if (record.life === "live" && !this.isClosed) return;
    const action = `Cannot enqueue ${labelOf(record)}`;
    throw this.isClosed ? new ClosedError(action) : new DeletedError(action);
  }

  /** Throws if as many items are owed a run as may be. */
  checkRoom(action: string, entry: Entry): void {
    if (this.standing.owed < this.#maxOwed) return;
    const label = `${action} ${labelOf(entry)}`;
    throw new QueueFullError(label, this.#maxOwed, "maxOwed");
  }
}

/** The item that has the key of `record` now, if it is one of a kind. */
function known(record: ItemRecord): ItemRecord {
  return record.definition.keys?.known(record) ?? record;
}
