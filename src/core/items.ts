/**
 * What the handle of an item can ask for, besides the enqueue itself.
 *
 * @module
 */
import type { Deletions } from "./deletion.ts";
import {
  CancelledError,
  ClosedError,
  DeletedError,
  SkippedError,
} from "./errors.ts";
import { BOOLEAN, check, type Rules } from "./options.ts";
import {
  isSuspended,
  type ItemPort,
  type ItemRecord,
  labelOf,
  rareOf,
  type RunRecord,
  type RunView,
  WAKE_UP,
} from "./record.ts";
import type { Stops } from "./stops.ts";
import type { Standing } from "./transitions.ts";
import type { Verifier } from "./verifier.ts";
import { join, Waiter } from "./waiters.ts";
import { flush, idle, WAIT_RULES } from "./waiting.ts";
import type { CancelOptions, Suspension, WaitOptions } from "./work_item.ts";
import type { EnqueueOutcome } from "./words.ts";

/** What items ask of the engine. */
export interface ItemsPort {
  readonly deletions: Deletions;
  readonly isClosed: boolean;
  readonly standing: Standing;
  readonly stops: Stops;
  readonly verifier: Verifier | undefined;
  /** How many items are suspended. */
  suspended: number;
  /** A run that begins after this call. */
  enqueue(record: ItemRecord, by: RunView | undefined): EnqueueOutcome;
  /** Takes back the run that is owed; its waiters get `error`. */
  takeBack(record: ItemRecord, error: unknown): void;
  /** The item has changed. */
  touch(record: ItemRecord): void;
  /** Something may have become ready, or nothing be left. */
  stir(): void;
}

const CANCEL_RULES: Rules<CancelOptions> = { running: BOOLEAN };

/** The acts behind the handles. */
export class Items implements ItemPort {
  readonly #engine: ItemsPort;

  constructor(engine: ItemsPort) {
    this.#engine = engine;
  }

  enqueue(record: ItemRecord, by: RunView | undefined): EnqueueOutcome {
    return this.#engine.enqueue(record, by);
  }

  request(record: ItemRecord): Promise<unknown> {
    const promise = new Promise((resolve, reject) => {
      const waiter = new Waiter({ resolve, reject }, true);
      // Before the enqueue: an observer may take it back at once.
      record.waiters = join(record.waiters, waiter);
      try {
        const outcome = this.#engine.enqueue(record, undefined);
        if (outcome !== "skipped") return;
        reject(new SkippedError(`Cannot enqueue ${labelOf(record)}`));
      } catch (error) {
        reject(error);
      }
      waiter.leave();
    });
    return this.#engine.verifier?.watch(promise, record) ?? promise;
  }

  flush(record: ItemRecord, options: WaitOptions = {}): Promise<void> {
    return this.#wait(flush, record, options);
  }

  idle(record: ItemRecord, options: WaitOptions = {}): Promise<void> {
    return this.#wait(idle, record, options);
  }

  cancel(
    record: ItemRecord,
    options: CancelOptions = {},
  ): readonly never[] | undefined {
    const { running } = check("Cannot cancel", options, CANCEL_RULES);
    const label = labelOf(record);
    const isTaken = record.owed && record.life === "live";
    if (isTaken) {
      const what = `The wake-up of ${label} was cancelled`;
      this.#engine.takeBack(record, new CancelledError(what));
    }
    if (running && record.youngest !== undefined) {
      const what = `The run of ${label} was cancelled`;
      this.#engine.stops.stop(
        runsOf(record),
        "cancel",
        new CancelledError(what),
      );
    }
    return isTaken ? WAKE_UP : undefined;
  }

  suspend(record: ItemRecord): Suspension {
    const action = `Cannot suspend ${labelOf(record)}`;
    if (this.#engine.isClosed) throw new ClosedError(action);
    if (record.life !== "live") throw new DeletedError(action);
    const rare = rareOf(record);
    if (rare.suspensions++ === 0) {
      this.#engine.suspended++;
      if (record.owed) this.#engine.standing.park(record);
      this.#engine.touch(record);
      this.#engine.stir();
    }
    let isUsed = false;
    const resume = (): void => {
      if (isUsed) return;
      isUsed = true;
      this.#resume(record);
    };
    return { resume, [Symbol.dispose]: resume };
  }

  delete(record: ItemRecord): Promise<readonly never[] | undefined> {
    const promise = this.#engine.deletions.deleteItem(record);
    return this.#engine.verifier?.watchDeletion(promise, record) ?? promise;
  }

  /** A promise is asked for, so a mistake in the options rejects it. */
  #wait(
    begin: typeof flush,
    record: ItemRecord,
    options: WaitOptions,
  ): Promise<void> {
    const promise = new Promise<void>((resolve) =>
      resolve(begin(record, check("Cannot wait", options, WAIT_RULES)))
    );
    return this.#engine.verifier?.watch(promise, record) ?? promise;
  }

  #resume(record: ItemRecord): void {
    const rare = rareOf(record);
    if (!isSuspended(record) || --rare.suspensions !== 0) return;
    this.#engine.suspended--;
    if (record.owed) {
      this.#engine.standing.unpark(record);
      if (rare.restartOnResume) this.#engine.stops.restart(record, undefined);
    }
    this.#engine.touch(record);
    this.#engine.stir();
  }
}

function runsOf(record: ItemRecord): readonly RunRecord[] {
  const runs: RunRecord[] = [];
  for (let run = record.youngest; run !== undefined; run = run.older) {
    runs.push(run);
  }
  return runs;
}
