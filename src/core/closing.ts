/**
 * The end of a scheduler, in three phases, each bounded in time:
 *
 * 1. **draining**: nothing new is accepted; what is due still runs, until
 *    `grace` ends
 * 2. **aborting**: signals abort; runs may settle, until `abortGrace` ends
 * 3. **cleaning**: children first; what never settled is left alone
 *
 * @module
 */
import { ClosedError, TimeoutError } from "./errors.ts";
import type { Engine } from "./engine.ts";
import type { CloseHooks } from "./completion.ts";
import { labelOf, nameOf, WAKE_UP } from "./facts.ts";
import {
  type Entry,
  ItemRecord,
  type Messages,
  type OneShot,
  type ScopeRecord,
} from "./record.ts";
import type { Timer } from "./timers.ts";
import { tell } from "./waiters.ts";
import type { ItemName } from "./calls.ts";

/** How a scheduler is closed. */
export interface CloseOptions {
  /**
   * Milliseconds for what is due and what runs, before signals abort.
   *
   * @default {30_000}
   */
  readonly grace?: number | undefined;
  /**
   * Milliseconds for aborted runs to settle, before they count as stuck.
   * Cleanups have as long, or what is left of the grace if that is longer.
   *
   * @default {1_000}
   */
  readonly abortGrace?: number | undefined;
}

/** What became of the work that a scheduler still had when it was closed. */
export interface CloseReport {
  /** How many runs ended by themselves. */
  readonly finished: number;
  /** Items whose run was aborted, and rejected; one for each such run. */
  readonly aborted: readonly LeftItem[];
  /** Items that were owed a run which never began, now or later. */
  readonly left: readonly LeftItem[];
  /** Items whose run never settled, one for each such run. They were not
   * cleaned up. */
  readonly stuck: readonly LeftItem[];
}

/** An item whose work was not done. */
export interface LeftItem extends ItemName {
  /** The messages that no run has handled. Who waits for one is refused as
   * well; `undelivered` is not called. */
  readonly messages: readonly unknown[];
}

/** For cleanups, if their time is up before one has been called. */
const SECOND_LIMIT_MS = 1_000;

/** One closing, from the call to its report. */
export class Closing implements CloseHooks {
  /** Resolves with the report; never rejects. */
  readonly report: Promise<CloseReport>;
  readonly #engine: Engine;
  readonly #root: ScopeRecord;
  readonly #endedBefore: number;
  readonly #aborted: LeftItem[] = [];
  readonly #left: LeftItem[] = [];
  readonly #stuck: LeftItem[] = [];
  #phase: "draining" | "aborting" | "cleaning" | "closed" = "draining";
  #abortGraceMs = Infinity;
  #graceEndsMs = Infinity;
  #cleaningEndsMs = Infinity;
  #timer: Timer | undefined;
  #resolve: (report: CloseReport) => void = () => {};

  constructor(engine: Engine, root: ScopeRecord) {
    this.#engine = engine;
    this.#root = root;
    this.#endedBefore = this.#ended();
    this.report = new Promise((resolve) => this.#resolve = resolve);
  }

  /** Refuses enqueues, and drops what will not run. */
  begin(): void {
    const engine = this.#engine;
    engine.isClosed = true;
    engine.look();
    engine.closing = this;
    const { held, parked, backoff, delayed } = engine.standing;
    this.#dropAll(() =>
      held.first ?? parked.first ?? backoff.first ?? delayed.first
    );
    if (engine.isPaused) this.#dropDue();
  }

  /** Sets or shortens the times; never prolongs them. */
  limit(graceMs: number, abortGraceMs: number): void {
    const nowMs = this.#engine.clock.now();
    const isSooner = nowMs + graceMs < this.#graceEndsMs;
    const isShorter = abortGraceMs < this.#abortGraceMs;
    if (isSooner) this.#graceEndsMs = nowMs + graceMs;
    if (isShorter) this.#abortGraceMs = abortGraceMs;
    if (this.#phase === "draining" && isSooner) this.#drain(graceMs);
    if (this.#phase === "aborting" && isShorter) this.#startGivingUp();
    if (this.#phase === "cleaning" && (isSooner || isShorter)) {
      this.#limitCleaning();
    }
  }

  quiet(): void {
    const isAwaited = this.#phase === "draining" || this.#phase === "aborting";
    if (!isAwaited || this.#graceEndsMs === Infinity) return;
    this.#engine.timers.stop(this.#timer);
    this.#clean();
  }

  aborted(record: ItemRecord, messages: Messages): void {
    this.#aborted.push({ ...nameOf(record), messages });
  }

  #drain(graceMs: number): void {
    const { timers } = this.#engine;
    timers.stop(this.#timer);
    if (this.#engine.isQuiet()) return this.#clean();
    if (graceMs === 0) return this.#abort();
    this.#timer = timers.start(graceMs, () => this.#abort());
  }

  #abort(): void {
    const { executors, stops } = this.#engine;
    this.#phase = "aborting";
    this.#startGivingUp();
    this.#dropDue();
    const reason = new ClosedError("The run was aborted");
    stops.stop(executors.busy(), "close", reason);
  }

  #startGivingUp(): void {
    const { timers } = this.#engine;
    timers.stop(this.#timer);
    this.#timer = timers.start(this.#abortGraceMs, () => this.#giveUp());
  }

  /** Runs that have not settled are given up, and no longer listened to. */
  #giveUp(): void {
    for (const executor of this.#engine.executors.busy()) {
      const { record, waiters, halt, messages = WAKE_UP } = executor;
      if (record === undefined) continue;
      const what = `The run of ${labelOf(record)} was given up`;
      executor.record = undefined; // It listens no longer. The run goes on.
      executor.waiters = undefined;
      halt?.release?.();
      this.#engine.counts.stuck++;
      this.#stuck.push({ ...nameOf(record), messages });
      const dropped = record.rare?.deletion?.dropped;
      if (dropped?.length) { // Its deletion can no longer tell of them.
        this.#left.push({ ...nameOf(record), messages: dropped });
      }
      this.#engine.deletions.giveUp(record);
      const refuse = new ClosedError(what);
      tell(waiters, (waiter) => waiter.refuse(refuse));
      tell(record.rare?.idlers, (waiter) => waiter.refuse(refuse));
    }
    this.#refuseIdlers();
    this.#clean();
  }

  #clean(): void {
    this.#phase = "cleaning";
    const { deletions, reporter } = this.#engine;
    this.#limitCleaning();
    deletions.deleteScope(this.#root)
      .catch(() => {}) // Stuck runs stand in the report.
      .then(() => reporter.pending())
      .then(() => this.#end());
  }

  /** Cleanups have what is left of the grace, and `abortGrace` at least. */
  #limitCleaning(): void {
    const nowMs = this.#engine.clock.now();
    const endsMs = Math.max(nowMs + this.#abortGraceMs, this.#graceEndsMs);
    if (endsMs >= this.#cleaningEndsMs) return;
    this.#cleaningEndsMs = endsMs;
    this.#startCleaningTimer(endsMs - nowMs);
  }

  #startCleaningTimer(limitMs: number): void {
    const { reporter, timers } = this.#engine;
    timers.stop(this.#timer);
    this.#timer = timers.start(limitMs, () => {
      if (reporter.pending() === undefined) { // None has been called yet.
        return this.#startCleaningTimer(SECOND_LIMIT_MS);
      }
      const what = "The cleanup at close()";
      reporter.report(new TimeoutError(what, Math.round(limitMs)));
      this.#end();
    });
  }

  #end(): void {
    this.#phase = "closed";
    this.#engine.timers.clear();
    this.#engine.letGo();
    const report: CloseReport = {
      finished: this.#ended() - this.#endedBefore,
      aborted: this.#aborted,
      left: this.#left,
      stuck: this.#stuck,
    };
    this.#engine.turned().then(() => this.#resolve(report));
  }

  /** How many runs have ended by themselves. */
  #ended(): number {
    const { ok, failed } = this.#engine.counts;
    return ok + failed;
  }

  /** Takes back all that is due. What waits at a gate comes forward when those
   * before it leave, or else is taken from there. */
  #dropDue(): void {
    const { executors, standing } = this.#engine;
    if (standing.due !== 0) this.#refuseIdlers();
    const { blocked, gates, ready } = standing;
    this.#dropAll(() => {
      const [gate] = gates;
      return ready.top().first ?? gate?.first ?? blocked.first;
    });
    for (const { record } of executors.busy()) {
      this.#dropAll(() => record?.owed ? record : undefined);
    }
  }

  /** Who waits for the scheduler to be idle waits for work that is dropped. */
  #refuseIdlers(): void {
    const error = new ClosedError("Cannot wait until idle");
    tell(this.#engine.idlers, (waiter) => waiter.refuse(error));
  }

  #dropAll(next: () => Entry | undefined): void {
    for (let entry = next(); entry !== undefined; entry = next()) {
      if (entry instanceof ItemRecord) this.drop(entry);
      else {
        this.#left.push({ ...nameOf(entry), messages: WAKE_UP });
        this.#engine.withdraw(entry as OneShot, new ClosedError("Cannot run"));
      }
    }
  }

  drop(record: ItemRecord): void {
    const { deletions } = this.#engine;
    const error = new ClosedError(`Cannot run ${labelOf(record)}`);
    const deletion = record.rare?.deletion;
    if (deletion !== undefined) deletion.dropped = WAKE_UP; // Told here.
    const messages = this.#engine.takeBack(record, error);
    this.#left.push({ ...nameOf(record), messages });
    if (record.life === "deleting" && record.running === 0) {
      deletions.finish(record);
    }
  }
}
