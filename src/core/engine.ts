/**
 * The scheduler actor: wake → ready queue → dispatch → execute → complete.
 *
 * The laws it keeps:
 *
 * 1. **Wake.** Every accepted enqueue is followed by a run that begins after
 *    it, unless somebody is told otherwise.
 * 2. **FIFO.** The ready queue holds exactly the ready items, each once.
 *    Coalescing never moves an item; one that is due again when its run ends
 *    goes to the tail.
 * 3. **Bound.** Runs in flight never exceed `concurrency`. When the dispatch
 *    loop ends, a free executor and a ready item never coexist, unless the
 *    scheduler is paused or the event loop has its turn.
 * 4. **Freed at start.** The owed mark is cleared before the callback is
 *    called, so that an enqueue from inside is one more run.
 * 5. **No self-overlap**, unless it was asked for.
 * 6. **Settlement.** Only its own settlement ends a run. Until then it keeps
 *    its executor and its item.
 *
 * All of it is synchronous, and every change of state is complete before any
 * of the user's code is called: a callback, observer, cleanup or listener may
 * throw, hang, or call any method of any handle.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import { type DeletionPort, Deletions } from "./deletion.ts";
import { Dispatcher } from "./dispatcher.ts";
import { ClosedError, DeletedError, QueueFullError } from "./errors.ts";
import { Items, type ItemsPort } from "./items.ts";
import type { KeepAlive } from "./keep_alive.ts";
import type { Reporter, Snapshot } from "./observer.ts";
import {
  type Entry,
  isIdle,
  isSuspended,
  type ItemRecord,
  labelOf,
  nameOf,
  type OneShot,
  type RunView,
} from "./record.ts";
import { Verifier, type VerifierPort } from "./verifier.ts";
import { tell, type Waiters } from "./waiters.ts";
import type { EnqueueOutcome } from "./words.ts";

/** What a scheduler is made of. */
export interface EngineParts {
  readonly clock: Clock;
  readonly concurrency: number;
  readonly keepAlive: KeepAlive | undefined;
  readonly maxOwed: number;
  readonly reporter: Reporter;
  readonly verify: boolean;
}

/** Everything that can happen to a scheduler. */
export class Engine extends Dispatcher
  implements ItemsPort, DeletionPort, VerifierPort {
  readonly deletions: Deletions = new Deletions(this);
  readonly items: Items = new Items(this);
  readonly verifier: Verifier | undefined;
  /** Who waits until nothing is due and nothing runs. */
  idlers: Waiters;
  isClosed = false;
  suspended = 0;
  readonly #keepAlive: KeepAlive | undefined;
  readonly #maxOwed: number;
  #skipped = 0;

  constructor(parts: EngineParts) {
    super(parts.clock, parts.reporter, parts.concurrency);
    this.verifier = parts.verify ? new Verifier(this) : undefined;
    this.#keepAlive = parts.keepAlive;
    this.#maxOwed = parts.maxOwed;
    this.look();
  }

  /** Is there somebody who looks? To be called when that may have changed. */
  look(): void {
    this.isSpecial = this.isClosed || this.verifier !== undefined ||
      this.#keepAlive !== undefined || this.reporter.observers !== undefined;
  }

  /** Asks for a run of `record` that begins after this call. */
  enqueue(record: ItemRecord, by: RunView | undefined): EnqueueOutcome {
    if (record.isSpecial || this.isSpecial) {
      return this.#enqueueSpecial(record, by);
    }
    if (!record.owed && record.running === 0) {
      this.#checkRoom("Cannot enqueue", record);
    }
    record.enqueues++;
    record.version = ++this.version;
    if (record.owed) return "coalesced";
    this.standing.owePlain(record);
    if (record.running !== 0) return "rerun";
    this.wake();
    return "queued";
  }

  /** The same, where there is more to it. */
  #enqueueSpecial(
    record: ItemRecord,
    by: RunView | undefined,
  ): EnqueueOutcome {
    if (record.life !== "live" || this.isClosed) throw this.#refusal(record);
    let outcome: EnqueueOutcome = "queued";
    if (isIdle(record)) this.#admit(record);
    else outcome = this.#enqueueBusy(record, by);
    if (outcome !== "skipped") {
      record.enqueues++;
      record.version = ++this.version;
    }
    this.verifier?.enqueued(record, by);
    if (this.reporter.observers !== undefined) {
      const { version } = record;
      this.reporter.tell("enqueued", { ...nameOf(record), outcome, version });
    }
    return outcome;
  }

  /** Queues one-shot work. */
  add(oneShot: OneShot): void {
    if (this.isClosed) throw new ClosedError("Cannot run");
    this.#checkRoom("Cannot run", oneShot);
    this.standing.add(oneShot);
    this.#admitted();
    if (this.reporter.observers !== undefined) {
      const version = ++this.version;
      const event = { ...nameOf(oneShot), outcome: "queued", version } as const;
      this.reporter.tell("enqueued", event);
    }
  }

  /** Takes back one-shot work that has not begun. */
  withdraw(oneShot: OneShot, error: unknown): void {
    this.standing.withdraw(oneShot);
    oneShot.reject(error);
    this.stir();
  }

  /** The item has changed in a way that can be seen. */
  touch(record: ItemRecord): void {
    record.version = ++this.version;
  }

  /** Takes back the run that is owed; its waiters get `error`. */
  takeBack(record: ItemRecord, error: unknown): void {
    const { rare, waiters } = record;
    const idlers = rare?.idlers;
    this.standing.disown(record);
    record.enqueues = 0;
    record.waiters = undefined;
    if (rare !== undefined) {
      rare.idlers = undefined;
      rare.restartOnResume = false;
    }
    this.touch(record);
    tell(waiters, (waiter) => waiter.refuse(error));
    tell(idlers, (waiter) => waiter.refuse(error));
    this.stir();
  }

  /** Something may have become ready, or nothing be left. */
  stir(): void {
    this.wake();
    if (this.isQuiet()) this.quiet();
  }

  /** Nothing keeps an edge request alive any longer. */
  letGo(): void {
    this.#keepAlive?.end();
  }

  /** The item is gone; so are its suspensions. */
  forgetSuspensions({ rare }: ItemRecord): void {
    if (rare === undefined || rare.suspensions === 0) return;
    rare.suspensions = 0;
    this.suspended--;
  }

  /** Counts, all of the same instant. */
  snapshot(): Snapshot {
    return {
      owed: this.standing.owed,
      ready: this.standing.ready.size,
      running: this.executors.inFlight - this.counts.stuck,
      suspended: this.suspended,
      concurrency: this.executors.bound,
      starts: this.starts,
      ...this.counts,
      skipped: this.#skipped,
      paused: this.isPaused,
      closed: this.isClosed,
    };
  }

  /** Lowers or raises the bound; what runs goes on. */
  setConcurrency(bound: number): void {
    this.executors.bound = bound;
    this.standing.maxOverlap = bound;
    for (const { record } of this.executors.busy()) {
      // A higher bound may let an item overlap itself that was kept waiting.
      if (record?.owed && record.list === undefined) {
        this.standing.place(record);
      }
    }
    this.wake();
  }

  /** Stops or goes on to start runs. */
  setPaused(paused: boolean): void {
    if (paused === this.isPaused) return;
    this.isPaused = paused;
    if (!paused) this.wake();
    if (this.reporter.observers !== undefined) {
      this.reporter.tell("paused", { paused });
    }
  }

  /** The first wake-up of an item that was idle. */
  #admit(record: ItemRecord): void {
    this.#checkRoom("Cannot enqueue", record);
    this.standing.owe(record);
    this.#admitted();
  }

  #checkRoom(action: string, entry: Entry): void {
    if (this.standing.owed < this.#maxOwed) return;
    throw new QueueFullError(`${action} ${labelOf(entry)}`, this.#maxOwed);
  }

  #admitted(): void {
    this.#keepAlive?.begin();
    this.wake();
  }

  #enqueueBusy(
    record: ItemRecord,
    by: RunView | undefined,
  ): EnqueueOutcome {
    const { whenRunning } = record.definition;
    if (whenRunning === "skip") {
      this.#skipped++;
      return "skipped";
    }
    let outcome: EnqueueOutcome = "coalesced";
    if (!record.owed) {
      outcome = this.standing.mayBegin(record) ? "queued" : "rerun";
      this.standing.owe(record);
      if (outcome === "queued") this.wake();
    }
    if (whenRunning === "restart" && record.running !== 0) {
      this.stops.restart(record, by);
    }
    return outcome;
  }

  /** What few items need when a run of theirs has ended. */
  rest(record: ItemRecord, isRestarted: boolean): void {
    const { rare } = record;
    if (rare !== undefined && !isRestarted) rare.restarts = 0;
    if (isRestarted && record.owed) this.#dropLate(record);
    if (!isIdle(record)) return;
    tell(rare?.idlers, (waiter) => waiter.succeed(undefined));
    if (record.life === "deleting") this.deletions.finish(record);
  }

  /** A wake-up came back that will not run: its item is being deleted, or the
   * scheduler closed, while it is suspended or nothing starts. */
  #dropLate(record: ItemRecord): void {
    if (!isSuspended(record) && !this.isPaused) return;
    if (this.closing !== undefined) this.closing.drop(record);
    else if (record.life === "deleting") {
      const what = `Cannot run ${labelOf(record)}`;
      this.deletions.drop(record, new DeletedError(what));
    }
  }

  quiet(): void {
    tell(this.idlers, (waiter) => waiter.succeed(undefined));
    if (this.standing.owed === 0) this.letGo();
    this.closing?.quiet();
  }

  #refusal(record: ItemRecord): Error {
    const action = `Cannot enqueue ${labelOf(record)}`;
    return this.isClosed ? new ClosedError(action) : new DeletedError(action);
  }
}
