/**
 * What the handle of an item can ask for, besides the enqueue itself.
 *
 * @module
 */
import type {
  CancelOptions,
  Suspension,
  Timing,
  WaitOptions,
} from "./calls.ts";
import type { Clock } from "./clock.ts";
import type { Deletions } from "./deletion.ts";
import {
  CancelledError,
  ClosedError,
  DeletedError,
  SkippedError,
} from "./errors.ts";
import { isSuspended, labelOf, rareOf } from "./facts.ts";
import { BOOLEAN, check, type Rules } from "./options.ts";
import type {
  ItemPort,
  ItemRecord,
  Messages,
  RunRecord,
  RunView,
} from "./record.ts";
import { checkMessage } from "./inbox.ts";
import type { Stops } from "./stops.ts";
import { readTiming, type When } from "./timing.ts";
import type { Standing } from "./transitions.ts";
import type { Verifier } from "./verifier.ts";
import { Waiter } from "./waiters.ts";
import { flush, idle, WAIT_RULES } from "./waiting.ts";
import type { EnqueueOutcome } from "./words.ts";

/** What items ask of the engine. */
export interface ItemsPort {
  readonly clock: Clock;
  readonly deletions: Deletions;
  readonly isClosed: boolean;
  readonly standing: Standing;
  readonly stops: Stops;
  readonly verifier: Verifier | undefined;
  /** How many items are suspended. */
  suspended: number;
  /** Enqueues what has been checked; `waiter` is told of the result. */
  enqueueSpecial(
    record: ItemRecord,
    message: unknown,
    by: RunView | undefined,
    when: When | undefined,
    waiter: Waiter | undefined,
  ): EnqueueOutcome;
  /** Takes back the run that is owed; its waiters get `error`. */
  takeBack(record: ItemRecord, error: unknown): Messages;
  /** Ends a backoff or a hold. */
  reset(record: ItemRecord): void;
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

  find(record: ItemRecord): ItemRecord {
    return record;
  }

  contextOf({ context }: ItemRecord): unknown {
    return context;
  }

  request(
    record: ItemRecord,
    message: unknown,
    timing: Timing | undefined,
  ): Promise<unknown> {
    return this.promise(record, (waiter) => {
      const checked = checkMessage(record, message);
      const when = readTiming(timing, this.#engine.clock);
      const by = undefined;
      return this.#engine.enqueueSpecial(record, checked, by, when, waiter);
    });
  }

  /** The result that a waiter is told of once it has been sent. */
  promise(
    record: ItemRecord,
    send: (waiter: Waiter) => EnqueueOutcome,
  ): Promise<unknown> {
    const promise = new Promise((resolve, reject) => {
      const waiter = new Waiter({ resolve, reject }, true);
      if (send(waiter) !== "skipped") return;
      reject(new SkippedError(`Cannot enqueue ${labelOf(record)}`));
    });
    const { verifier } = this.#engine;
    if (verifier === undefined) return promise;
    return verifier.watch(promise, record.definition.port.find(record));
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
  ): Messages | undefined {
    const { running } = check("Cannot cancel", options, CANCEL_RULES);
    const label = labelOf(record);
    let taken: Messages | undefined;
    if (record.owed && record.life === "live") {
      const what = `The wake-up of ${label} was cancelled`;
      taken = this.#engine.takeBack(record, new CancelledError(what));
    }
    if (running && record.youngest !== undefined) {
      const what = `The run of ${label} was cancelled`;
      this.#engine.stops.stop(
        runsOf(record),
        "cancel",
        new CancelledError(what),
      );
    }
    return taken;
  }

  suspend(record: ItemRecord): Suspension {
    const action = `Cannot suspend ${labelOf(record)}`;
    if (this.#engine.isClosed) throw new ClosedError(action);
    if (record.life !== "live") throw new DeletedError(action);
    const rare = rareOf(record);
    if (rare.suspensions++ === 0) {
      this.#engine.suspended++;
      this.#engine.standing.move(record);
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

  reset(record: ItemRecord): void {
    this.#engine.reset(record);
  }

  delete(
    record: ItemRecord,
    isAwaited: boolean,
  ): Promise<Messages | undefined> {
    const promise = this.#engine.deletions.deleteItem(record, isAwaited);
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
    this.#engine.standing.move(record);
    if (record.owed && rare.restartOnResume) {
      this.#engine.stops.restart(record, undefined);
    }
    record.definition.keys?.rest(record);
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
