/**
 * The ways in which a run is asked to end before its time. Each decides first
 * and aborts the run's signal last, because that calls the user's listeners;
 * the run itself ends when its callback settles.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import { CancelledError, TimeoutError } from "./errors.ts";
import { type Cause, Halt } from "./halt.ts";
import type { Reporter, Snapshot } from "./observer.ts";
import { isSuspended, labelOf, nameOf, rareOf } from "./facts.ts";
import type { Asker } from "./rare.ts";
import type { ItemRecord, RunRecord } from "./record.ts";
import type { Timer, Timers } from "./timers.ts";

/** What stopping asks of the engine. */
export interface StopPort {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly reporter: Reporter;
  /** Calls back in the scheduler's own async context. */
  enter<Result>(callback: () => Result): Result;
  /** Counts, for those who look into a stall. */
  snapshot(): Snapshot;
}

/** Asks runs to end. */
export class Stops {
  readonly #port: StopPort;

  constructor(port: StopPort) {
    this.#port = port;
  }

  /** Aborts the signals of `runs`, all for the same reason. */
  stop(runs: readonly RunRecord[], cause: Cause, reason: unknown): void {
    const halts = runs.map((run) => run.halt ??= new Halt());
    for (const halt of halts) halt.decide(cause, reason);
    this.#port.enter(() => halts.forEach((halt) => halt.deliver()));
  }

  /** An enqueue of a running item asks for a restart; `by` is the run that
   * asked, if it was one. */
  restart(record: ItemRecord, by: Asker | undefined): void {
    const run = record.youngest;
    if (run === undefined || (by?.facts === run && !by.ended)) return;
    const rare = rareOf(record);
    if (isSuspended(record)) { // It is not due before it is resumed.
      rare.restartOnResume = true;
      return;
    }
    const { maxRestarts } = record.definition;
    if (run.halt?.cause !== undefined || rare.restarts >= maxRestarts) return;
    rare.restarts++;
    const halt = run.halt ??= new Halt();
    halt.decide(
      "restart",
      new CancelledError(`The run of ${labelOf(record)} is to start again`),
    );
    queueMicrotask(() => { // An enqueue calls none of the user's code.
      if (run.halt === halt) this.#port.enter(() => halt.deliver());
    });
  }

  /** Sets the time limit of a run that begins. */
  limit(run: RunRecord, record: ItemRecord, timeoutMs: number): void {
    const { timers } = this.#port;
    const halt = run.halt ??= new Halt();
    const dueMs = this.#port.clock.now() + timeoutMs;
    const watch = (): Timer =>
      timers.start(Math.max(1, timeoutMs), () => {
        timer = watch();
        this.#tellStalled(run, record, this.#port.clock.now() - dueMs);
      });
    let timer: Timer = timers.start(timeoutMs, () => {
      timer = watch();
      this.stop(
        [run],
        "timeout",
        new TimeoutError(`The run of ${labelOf(record)}`, timeoutMs),
      );
    });
    halt.release = () => timers.stop(timer);
  }

  #tellStalled(run: RunRecord, record: ItemRecord, overdueMs: number): void {
    const { reporter } = this.#port;
    if (reporter.observers === undefined) return;
    reporter.tell("stalled", {
      ...nameOf(record),
      number: run.runNumber,
      executor: run.number,
      overdueMs,
      snapshot: this.#port.snapshot(),
    });
  }
}
