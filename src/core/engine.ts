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
 * 4. **Freed at start.** The owed mark is cleared and the messages are taken
 *    out before the callback is called, so that an enqueue from inside is one
 *    more run.
 * 5. **No self-overlap**, unless it was asked for.
 * 6. **Merge back.** When a run fails, its messages go back before newer ones.
 *    An enqueue never shortens a backoff.
 * 7. **Settlement.** Only its own settlement ends a run. Until then it keeps
 *    its executor and its item.
 * 8. **One addressee.** What no run will handle is told to somebody, once.
 *
 * All of it is synchronous, and every change of state is complete before any
 * of the user's code is called: a callback, observer, cleanup or listener may
 * throw, hang, or call any method of any handle.
 *
 * @module
 */
import { type DeletionPort, Deletions } from "./deletion.ts";
import { DeletedError } from "./errors.ts";
import { isAtRest, isIdle, isSuspended, labelOf, WAKE_UP } from "./facts.ts";
import { Intake, type IntakeParts } from "./intake.ts";
import { Items, type ItemsPort } from "./items.ts";
import type { AnyKind } from "./kind.ts";
import type { Snapshot } from "./observer.ts";
import type { Gate, ItemRecord, Messages, OneShot } from "./record.ts";
import type { Fate } from "./verdict.ts";
import { Verifier, type VerifierPort } from "./verifier.ts";
import { tell, type Waiters } from "./waiters.ts";

/** What a scheduler is made of. */
export interface EngineParts extends IntakeParts {
  readonly verify: boolean;
}

/** Everything that can happen to a scheduler. */
export class Engine extends Intake
  implements ItemsPort, DeletionPort, VerifierPort {
  readonly deletions: Deletions = new Deletions(this);
  readonly items: Items = new Items(this);
  readonly verifier: Verifier | undefined;
  /** Who waits until nothing is due and nothing runs. */
  idlers: Waiters;
  /** All kinds, by name, as their users hold them. */
  readonly kinds: Map<string, AnyKind> = new Map();
  suspended = 0;

  constructor(parts: EngineParts) {
    super(parts);
    this.verifier = parts.verify ? new Verifier(this) : undefined;
    this.look();
  }

  /** Is there somebody who looks? To be called when that may have changed. */
  look(): void {
    this.isSpecial = this.isClosed || this.verifier !== undefined ||
      this.keepAlive !== undefined || this.reporter.observers !== undefined;
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
  takeBack(record: ItemRecord, error: unknown): Messages {
    const { rare, waiters, inbox } = record;
    const idlers = rare?.idlers;
    this.standing.disown(record);
    this.delays.end(record);
    record.enqueues = 0;
    record.inbox = undefined;
    record.waiters = undefined;
    if (rare !== undefined) {
      rare.idlers = rare.asked = rare.hold = undefined;
      rare.restartOnResume = false;
      if (record.running === 0) rare.failures = 0;
    }
    this.touch(record);
    tell(waiters, (waiter) => waiter.refuse(error));
    tell(idlers, (waiter) => waiter.refuse(error));
    record.definition.keys?.rest(record);
    this.stir();
    return inbox ?? WAKE_UP;
  }

  /** A backoff or a hold has ended. */
  reset(record: ItemRecord): void {
    const { rare } = record;
    if (rare === undefined || (rare.hold === undefined && !rare.isBackoff)) {
      return;
    }
    rare.hold = undefined;
    rare.failures = 0;
    this.delays.end(record);
    this.standing.move(record);
    this.touch(record);
    this.stir();
  }

  /** Lets those through who may pass `gate` now. */
  open(gate: Gate): void {
    this.standing.open(gate);
    this.wake();
  }

  /** Something may have become ready, or nothing be left. */
  stir(): void {
    this.wake();
    if (this.isQuiet()) this.quiet();
  }

  /** Nothing keeps an edge request alive any longer. */
  letGo(): void {
    this.keepAlive?.end();
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
      delayed: this.standing.delayed.size,
      backoff: this.standing.backoff.size,
      held: this.standing.held.size,
      suspended: this.suspended,
      concurrency: this.executors.bound,
      starts: this.starts,
      ...this.counts,
      skipped: this.skipped,
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

  /** What few items need when a run of theirs has ended. */
  rest(record: ItemRecord, fate: Fate): void {
    const { rare } = record;
    if (rare !== undefined && fate !== "again") rare.restarts = 0;
    if (record.owed && fate !== "ok" && fate !== "spent") {
      this.#dropLate(record);
    }
    if (!isAtRest(record)) return;
    tell(rare?.idlers, (waiter) => waiter.succeed(undefined));
    if (!isIdle(record)) return;
    if (record.life === "deleting") this.deletions.finish(record);
    else record.definition.keys?.rest(record);
  }

  /** A wake-up came back that will not run: its item is being deleted, or the
   * scheduler closed, and it waits or nothing starts. */
  #dropLate(record: ItemRecord): void {
    const { rare } = record;
    const isKept = rare?.hold !== undefined || rare?.timer !== undefined ||
      isSuspended(record) || this.isPaused;
    if (!isKept) return;
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
}
