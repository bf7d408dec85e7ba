/**
 * From the ready queue to the end of a run. An item without anything special
 * takes a short way, as long as nobody looks; all others the long one. Both
 * keep the same laws, which stand at the top of `engine.ts`.
 *
 * @module
 */
import { captureContext, type Enter } from "./async_context.ts";
import type { Clock } from "./clock.ts";
import {
  type CloseHooks,
  type Counts,
  endedEvent,
  type EndedRun,
  outcomeOf,
  tellFailure,
} from "./completion.ts";
import {
  type Executor,
  type ExecutorPort,
  Executors,
  isObject,
  type Watch,
} from "./executor.ts";
import type { List } from "./list.ts";
import type { Reporter, Snapshot } from "./observer.ts";
import {
  type Entry,
  type ItemRecord,
  nameOf,
  OneShot,
  type RunRecord,
} from "./record.ts";
import { ActiveRun } from "./run.ts";
import { Slice } from "./slice.ts";
import { type StopPort, Stops } from "./stops.ts";
import { Timers } from "./timers.ts";
import { createNobody, Standing } from "./transitions.ts";
import { merge, tell } from "./waiters.ts";

/** Starts what is ready and completes what has ended. */
export abstract class Dispatcher implements ExecutorPort, StopPort {
  readonly clock: Clock;
  readonly enter: Enter = captureContext();
  readonly executors: Executors;
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
  /** Will the dispatch loop look at the ready queue in any case? */
  #isDispatching = false;
  /** Has the event loop its turn? */
  #isYielding = false;
  #afterTurn: (() => void)[] = [];
  /** Stands for the item that one-shot work on the short way does not have. */
  #nobody: ItemRecord | undefined;

  constructor(clock: Clock, reporter: Reporter, concurrency: number) {
    this.clock = clock;
    this.reporter = reporter;
    this.executors = new Executors(concurrency, this);
    this.standing = new Standing(concurrency);
    this.timers = new Timers(clock);
    this.#slice = new Slice(clock);
  }

  /** What items with more to them need when a run of theirs has ended. */
  abstract rest(record: ItemRecord, isRestarted: boolean): void;
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
    if (!this.#isYielding) return Promise.resolve();
    return new Promise((resolve) => this.#afterTurn.push(resolve));
  }

  /** A run has ended; the dispatch loop goes on. */
  ended(executor: Executor, isOk: boolean, value: unknown): void {
    if (isOk && this.#endOneShot(executor, value)) return;
    executor.unfold();
    const { record, runNumber, waiters, halt } = executor;
    if (record === undefined) return; // Given up by close().
    const isRestarted = !isOk && halt?.cause === "restart";
    if (isRestarted) this.#handBack(executor, record);
    leave(record, executor);
    this.executors.give(executor);
    record.version = ++this.version;
    if (isOk) this.counts.ok++;
    else this.counts[outcomeOf(halt)]++;
    this.standing.release(record);

    // All is in order: from here on the user's code may be called.
    halt?.release?.();
    if (
      !isOk || waiters !== undefined || this.reporter.observers !== undefined
    ) {
      const { number } = executor;
      const run = {
        record,
        number: runNumber,
        executor: number,
        waiters,
        halt,
      };
      this.#tell(run, isOk, value);
    }
    if (record.rare !== undefined || record.life !== "live") {
      this.rest(record, isRestarted);
    }
  }

  /** The same, some time after its callback returned: the loop begins. */
  settled(executor: Executor, isOk: boolean, value: unknown): void {
    this.#isDispatching = true;
    if (!isOk || !this.#endPlain(executor)) this.ended(executor, isOk, value);
    this.#dispatch();
  }

  /** The short way from success to the next run. `false`: there is more to it,
   * and nothing has been done. */
  #endPlain(executor: Executor): boolean {
    const { record, waiters } = executor;
    if (
      record === undefined || record.isSpecial || this.isSpecial ||
      waiters !== undefined || executor.halt !== undefined
    ) return false;
    record.running = 0;
    record.youngest = undefined;
    record.version = ++this.version;
    this.executors.givePlain(executor);
    this.counts.ok++;
    if (record.owed) this.standing.ready.base.push(record);
    return true;
  }

  /** Sees to it that the dispatch loop looks at the ready queue. */
  wake(): void {
    if (this.#isDispatching || this.#isYielding || this.isPaused) return;
    if (!this.executors.hasFree()) return;
    this.#isDispatching = true;
    queueMicrotask(this.#begin);
  }

  readonly #begin = (): void => this.enter(this.#dispatch);

  readonly #turned = (): void => {
    this.#isYielding = false;
    this.#slice.restart();
    for (const resolve of this.#afterTurn.splice(0)) resolve();
    this.enter(this.#dispatch);
  };

  readonly #dispatch = (): void => {
    this.#isDispatching = true;
    for (;;) {
      const isSpent = this.#slice.isSpent(); // First: it may call the clock.
      if (this.isPaused || this.#isYielding) break;
      if (!this.executors.hasFree()) break;
      const level = this.standing.ready.top();
      const entry = level.first;
      if (entry === undefined) break;
      if (isSpent) {
        this.#yield();
        break;
      }
      this.#slice.count();
      if (entry.isSpecial || this.isSpecial) this.#startAny(entry, level);
      else this.#runPlain(entry as ItemRecord, level);
    }
    this.#isDispatching = false;
    if (this.isQuiet()) this.quiet();
  };

  /** The short way from the ready queue to the end of a run: for items without
   * anything special, while nobody looks. It does what `#start` and `ended` do
   * for them, and hands over to `ended` where that has more to do. */
  #runPlain(record: ItemRecord, level: List<Entry>): void {
    const { callback } = record; // Called without a `this`.
    const executor = this.executors.take();
    this.standing.takeReady(record, level);
    executor.begin(record);
    record.version = ++this.version;
    this.starts++;
    let result: unknown;
    try {
      result = callback(new ActiveRun(record, executor));
    } catch (error) {
      return this.ended(executor, false, error);
    }
    if (isObject(result)) return executor.follow(result);
    if (!this.#endPlain(executor)) this.ended(executor, true, result);
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
    this.executors.givePlain(executor);
    this.counts.ok++;
    oneShot.resolve(value);
    return true;
  }

  #yield(): void {
    this.#isYielding = true;
    this.clock.turn(this.#turned);
  }

  #start(record: ItemRecord): void {
    const executor = this.executors.take();
    executor.begin(record);
    record.version = ++this.version;
    this.starts++;
    const { rare, definition: { timeoutMs } } = record;
    if (rare !== undefined) rare.restartOnResume = false;
    if (timeoutMs !== undefined) this.stops.limit(executor, record, timeoutMs);
    if (this.reporter.observers !== undefined) {
      const { runNumber, number, coalesced } = executor;
      this.reporter.tell("started", {
        ...nameOf(record),
        number: runNumber,
        executor: number,
        coalesced,
      });
    }
    executor.execute(record, record.callback);
  }

  /** Tells those who wait and those who look how a run ended. */
  #tell(run: EndedRun, isOk: boolean, value: unknown): void {
    const outcome = isOk ? "ok" : outcomeOf(run.halt);
    if (isOk) tell(run.waiters, (waiter) => waiter.succeed(value));
    else if (run.halt?.cause !== "restart") tellFailure(run, value, this);
    if (this.reporter.observers !== undefined) {
      this.reporter.tell("ended", endedEvent(run, outcome, value));
    }
  }

  /** A restarted run rejected: its wake-up goes back to the item, which is
   * placed when the run has been released. */
  #handBack(run: RunRecord, record: ItemRecord): void {
    record.enqueues += run.coalesced;
    record.waiters = merge(run.waiters, record.waiters);
    if (!record.owed) this.standing.owe(record);
  }
}

/** The run is no longer one of its item's. */
function leave(record: ItemRecord, run: RunRecord): void {
  record.running--;
  if (record.youngest === run) {
    record.youngest = run.older;
    return;
  }
  let younger = record.youngest;
  while (younger !== undefined && younger.older !== run) {
    younger = younger.older;
  }
  if (younger !== undefined) younger.older = run.older;
}
