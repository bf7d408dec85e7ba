/**
 * From the ready queue to the end of a run. An item without anything special
 * takes a short way, as long as nobody looks; all others the long one. Both
 * keep the same laws, which stand at the top of `engine.ts`.
 *
 * @module
 */
import { captureContext, type Enter, wakerOf } from "./async_context.ts";
import type { Clock } from "./clock.ts";
import {
  type CloseHooks,
  type Counts,
  endedRun,
  outcomeOf,
  reportUnmerged,
  tellEnd,
  tellStart,
} from "./completion.ts";
import { Delays } from "./delays.ts";
import {
  type Executor,
  type ExecutorPort,
  Executors,
  isObject,
  type Watch,
} from "./executor.ts";
import { restPlain } from "./facts.ts";
import { split } from "./inbox.ts";
import type { List } from "./list.ts";
import type { Reporter, Snapshot } from "./observer.ts";
import { type Entry, type ItemRecord, OneShot } from "./record.ts";
import { ActiveRun, LoadedRun } from "./run.ts";
import { Slice } from "./slice.ts";
import { type StopPort, Stops } from "./stops.ts";
import { Timers } from "./timers.ts";
import { createNobody, Standing } from "./transitions.ts";
import { comeBack, type Fate, judge, leave, OK } from "./verdict.ts";

/** What a dispatcher is made of. */
export interface DispatcherParts {
  readonly clock: Clock;
  readonly concurrency: number;
  readonly random: () => number;
  readonly reporter: Reporter;
}

/** Starts what is ready and completes what has ended. */
export abstract class Dispatcher implements ExecutorPort, StopPort {
  readonly clock: Clock;
  readonly delays: Delays;
  readonly enter: Enter = captureContext();
  readonly executors: Executors;
  readonly random: () => number;
  readonly reporter: Reporter;
  readonly standing: Standing;
  readonly stops: Stops = new Stops(this);
  readonly timers: Timers;
  abstract readonly verifier: Watch | undefined;
  /** What `close()` wants to know, once it has been called. */
  closing: CloseHooks | undefined;
  isPaused = false;
  /** Does somebody look, or have to be told of each change? Then no item takes
   * the short way. */
  isSpecial = false;
  /** How the runs ended so far. */
  readonly counts: Counts = { ok: 0, failed: 0, aborted: 0, stuck: 0 };
  /** Runs begun so far. */
  starts = 0;
  /** Changes so far that can be seen. */
  version = 0;
  readonly #slice: Slice;
  /** Asks for the dispatch loop. */
  readonly #ring: () => void;
  /** Will the dispatch loop look at the ready queue in any case? */
  #isDispatching = false;
  /** Stands for the item that one-shot work on the short way does not have. */
  #nobody: ItemRecord | undefined;

  constructor({ clock, reporter, random, concurrency }: DispatcherParts) {
    this.clock = clock;
    this.reporter = reporter;
    this.random = random;
    this.executors = new Executors(concurrency, this);
    this.standing = new Standing(concurrency);
    this.timers = new Timers(clock);
    this.delays = new Delays(this);
    this.#slice = new Slice(clock);
    this.#ring = wakerOf(this.#dispatch, this.#begin);
  }

  /** What items with more to them need when a run of theirs has ended. */
  abstract rest(record: ItemRecord, fate: Fate): void;
  /** The item has changed in a way that can be seen. */
  abstract touch(record: ItemRecord): void;
  /** Something may have become ready, or nothing be left. */
  abstract stir(): void;
  /** Nothing is due and nothing runs. */
  abstract quiet(): void;
  /** Counts, all of the same instant. */
  abstract snapshot(): Snapshot;

  /** Is nothing due, and does nothing run? */
  isQuiet(): boolean {
    return this.executors.inFlight === 0 && this.standing.due === 0;
  }

  /** Resolves once no turn of the event loop is awaited. */
  turned(): Promise<void> {
    return this.#slice.turned();
  }

  /** A run has ended; the dispatch loop goes on. */
  ended(executor: Executor, isOk: boolean, value: unknown): void {
    if (isOk && this.#endOneShot(executor, value)) return;
    executor.unfold();
    const verdict = isOk ? OK : judge(executor, value, this);
    const { record, waiters, halt } = executor;
    if (record === undefined) return; // Given up by close().
    const isSeen = !isOk || waiters !== undefined ||
      this.reporter.observers !== undefined;
    const run = isSeen ? endedRun(executor, record) : undefined;
    const isKept = comeBack(executor, record, verdict, this);
    leave(record, executor);
    this.executors.give(executor);
    record.version = ++this.version;
    if (isOk) this.counts.ok++;
    else this.counts[outcomeOf(halt)]++;
    this.standing.release(record);

    // All is in order: from here on the user's code may be called.
    halt?.release?.();
    if (run !== undefined) tellEnd(run, verdict, value, this);
    if (!isKept) reportUnmerged(record, this.reporter);
    const { rare, life, definition: { keys } } = record;
    if (rare !== undefined || life !== "live" || keys !== undefined) {
      this.rest(record, verdict.fate);
    }
  }

  /** The same, some time after its callback returned: the loop begins. */
  settled(executor: Executor, isOk: boolean, value: unknown): void {
    this.#isDispatching = true;
    const isSpent = this.#slice.isSpent(); // First: it may call the clock.
    if (!isOk || !this.#endPlain(executor)) this.ended(executor, isOk, value);
    else if (this.#goOn(executor, isSpent)) {
      this.#isDispatching = false; // Nothing else can begin.
      return;
    }
    this.#dispatch();
  }

  /** The short way from success to the next run; the executor is not given
   * back. `false`: there is more to it, and nothing has been done. */
  #endPlain(executor: Executor): boolean {
    const { record, waiters } = executor;
    if (
      record === undefined || record.isSpecial || this.isSpecial ||
      waiters !== undefined || executor.halt !== undefined
    ) return false;
    record.running = 0;
    record.youngest = undefined;
    record.version = ++this.version;
    executor.messages = undefined;
    executor.serial++;
    this.counts.ok++;
    if (!record.owed && record.key !== undefined) restPlain(record);
    return true;
  }

  /** Runs what is next on an executor that has just ended a run the short way,
   * or gives it back. Is a run in flight, and can nothing else begin? */
  #goOn(executor: Executor, isSpent: boolean): boolean {
    const { executors, standing: { ready } } = this;
    const own = executor.record?.owed ? executor.record : undefined;
    const level = ready.top();
    const first = level.first as ItemRecord | undefined; // If not special.
    const mayGoOn = !isSpent && !this.isPaused && !this.#slice.isYielding &&
      executors.mayKeep(executor);
    const isNext = first === undefined && mayGoOn; // Then it need not queue.
    if (own !== undefined && !isNext) ready.base.push(own);
    const next = first ?? own;
    if (next === undefined || next.isSpecial || !mayGoOn) {
      executors.givePlain(executor);
      return false;
    }
    this.#slice.count();
    this.#runPlain(executor, next, isNext ? undefined : level);
    return executors.inFlight !== 0 &&
      (ready.top().first === undefined || !executors.hasFree());
  }

  /** Sees to it that the dispatch loop looks at the ready queue. */
  wake(): void {
    if (this.#isDispatching || this.#slice.isYielding || this.isPaused) return;
    if (!this.executors.hasFree()) return;
    this.#isDispatching = true;
    this.#ring();
  }

  readonly #begin = (): void => this.enter(this.#dispatch);

  readonly #dispatch = (): void => {
    this.#isDispatching = true;
    for (;;) {
      const isSpent = this.#slice.isSpent(); // First: it may call the clock.
      if (this.isPaused || this.#slice.isYielding) break;
      if (!this.executors.hasFree()) break;
      const level = this.standing.ready.top();
      const entry = level.first;
      if (entry === undefined) break;
      if (isSpent) {
        this.#slice.yield(this.#begin);
        break;
      }
      this.#slice.count();
      if (entry.isSpecial || this.isSpecial) this.#startAny(entry, level);
      else this.#runPlain(this.executors.take(), entry as ItemRecord, level);
    }
    this.#isDispatching = false;
    if (this.isQuiet()) this.quiet();
  };

  /** The short way from the ready queue to the end of a run: for items without
   * anything special, while nobody looks. It does what `#start` and `ended` do
   * for them, and hands over to `ended` where that has more to do. */
  #runPlain(
    executor: Executor,
    record: ItemRecord,
    level: List<Entry> | undefined,
  ): void {
    const { callback } = record; // Called without a `this`.
    this.standing.takeReady(record, level);
    executor.beginPlain(record);
    record.version = ++this.version;
    this.starts++;
    const run = executor.messages === undefined
      ? new ActiveRun(record, executor)
      : new LoadedRun(record, executor);
    let result: unknown;
    try {
      result = callback(run);
    } catch (error) {
      return this.ended(executor, false, error);
    }
    if (isObject(result)) return executor.follow(result);
    if (!this.#endPlain(executor)) return this.ended(executor, true, result);
    if (record.owed) this.standing.ready.base.push(record);
    this.executors.givePlain(executor);
  }

  /** One-shot work without options has a short way too, others have not. */
  #startAny(entry: Entry, level: List<Entry>): void {
    if (
      this.isSpecial || !(entry instanceof OneShot) ||
      entry.definition.isSpecial
    ) return this.#start(this.standing.take(entry, level));
    const executor = this.executors.take();
    this.standing.withdraw(entry);
    this.#nobody ??= createNobody(entry.definition);
    executor.beginOneShot(entry, this.#nobody);
    this.starts++;
    executor.execute(this.#nobody, entry.callback);
  }

  /** The short way from the success of one-shot work to the next run. `false`:
   * there is more to it, and nothing has been done. */
  #endOneShot(executor: Executor, value: unknown): boolean {
    const { oneShot, halt } = executor;
    if (oneShot === undefined || halt !== undefined || this.isSpecial) {
      return false;
    }
    executor.serial++;
    this.executors.givePlain(executor);
    this.counts.ok++;
    oneShot.resolve(value);
    return true;
  }

  #start(record: ItemRecord): void {
    const executor = this.executors.take();
    executor.begin(record);
    record.version = ++this.version;
    this.starts++;
    const { rare, definition: { gates, timeoutMs } } = record;
    if (rare !== undefined) rare.restartOnResume = false;
    if (split(record, executor)) this.standing.owe(record);
    for (const gate of gates) gate.began(record);
    if (timeoutMs !== undefined) this.stops.limit(executor, record, timeoutMs);
    if (this.reporter.observers !== undefined) {
      tellStart(executor, record, this.reporter);
    }
    executor.execute(record, record.callback);
  }
}
