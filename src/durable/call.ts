/**
 * One call of a callback: what it is handed, how it is stopped, and what it did.
 * It never throws.
 *
 * @module
 */
import { TimeoutError } from "../core/errors.ts";
import { type Cause, Halt } from "../core/halt.ts";
import type { Timer } from "../core/timers.ts";
import { ActiveRun, type RunState } from "./active_run.ts";
import { decode } from "./codec.ts";
import { labelOf, placeOf } from "./definition.ts";
import type { Engine, Occupant } from "./engine.ts";
import type { LeaseLostError } from "./errors.ts";
import type { HandleParts } from "./handle.ts";
import { mergeAll, readMessages } from "./merging.ts";
import { snapshotOf } from "./snapshot.ts";
import type { Claim, Loaded, Write } from "./stored.ts";

/** What a call is made of. */
export interface CallParts {
  readonly engine: Engine;
  readonly handles: HandleParts;
  readonly claim: Claim;
  readonly loaded: Loaded;
  /** Set if the lease is lost. */
  leaseLost(): LeaseLostError | undefined;
}

/** What a callback did. */
export interface Outcome {
  readonly isOk: boolean;
  /** What it returned or threw. */
  readonly value: unknown;
}

/** One call. */
export class Call implements Occupant, RunState {
  readonly halt: Halt = new Halt();
  readonly writes: Write[] = [];
  readonly number: number;
  readonly executor: number;
  /** As the callback was handed them. */
  messages: readonly unknown[] = [];
  context: unknown;
  isStale = false;
  isOver = false;
  readonly #parts: CallParts;
  readonly #place: string;
  readonly #vacated: (() => void)[] = [];
  #timer: Timer | undefined;

  constructor(parts: CallParts) {
    const { engine, handles, claim } = parts;
    this.#parts = parts;
    this.#place = placeOf(claim);
    this.number = ++engine.counts.starts;
    this.executor = engine.executors.take();
    handles.definition.starts.begin(engine.clock.now());
    engine.occupants.set(this.#place, this);
  }

  /** Calls the callback, and waits until it has settled. */
  async run(): Promise<Outcome> {
    this.#tellStarted();
    const outcome = await this.#call();
    this.isOver = true;
    this.#vacate();
    return outcome;
  }

  /** Aborts the signal of the callback. */
  stop(cause: Cause, reason: unknown): void {
    this.halt.decide(cause, reason);
    this.#parts.engine.enter(() => this.halt.deliver());
  }

  onVacated(listener: () => void): void {
    this.#vacated.push(listener);
  }

  checkLease(): void {
    const error = this.#parts.leaseLost();
    if (error !== undefined) throw error;
  }

  async #call(): Promise<Outcome> {
    const { engine, handles, claim, loaded } = this.#parts;
    const { definition } = handles;
    const { timeoutMs } = definition;
    try {
      this.messages = this.#readMessages();
      this.context = this.#readContext();
      const { number, executor, messages, context } = this;
      const facts = { claim, number, executor, messages, context };
      const coalesced = Math.max(1, loaded.messages.length);
      const run = new ActiveRun({ ...facts, coalesced }, this, handles);
      if (timeoutMs !== undefined) this.#limit(timeoutMs);
      const value = await engine.enter(() => definition.run(run));
      return { isOk: true, value };
    } catch (value) {
      return { isOk: false, value };
    }
  }

  /** Folded, unless `merge` throws. */
  #readMessages(): readonly unknown[] {
    const { engine, handles, claim, loaded } = this.#parts;
    const { definition } = handles;
    const messages = readMessages(claim, loaded.messages);
    if (definition.merge === undefined || messages.length < 2) return messages;
    try {
      return [engine.enter(() => mergeAll(definition, messages))];
    } catch (error) {
      const { kind, key } = claim;
      engine.reporter.report(error, { kind, key });
      return readMessages(claim, loaded.messages); // It may have changed them.
    }
  }

  #readContext(): unknown {
    const { engine, handles, claim, loaded } = this.#parts;
    if (loaded.context !== undefined) {
      const action = `Cannot read the context of ${labelOf(claim)}`;
      return decode(loaded.context, action);
    }
    return engine.enter(() => handles.definition.context?.(claim.key));
  }

  #limit(timeoutMs: number): void {
    const { engine, claim } = this.#parts;
    const dueMs = engine.clock.now() + timeoutMs;
    const watch = (): Timer =>
      engine.timers.start(Math.max(1, timeoutMs), () => {
        this.#timer = watch();
        this.#tellStalled(engine.clock.now() - dueMs);
      });
    this.#timer = engine.timers.start(timeoutMs, () => {
      this.#timer = watch();
      const what = `The run of ${labelOf(claim)}`;
      this.stop("timeout", new TimeoutError(what, timeoutMs));
    });
  }

  #vacate(): void {
    const { engine, handles } = this.#parts;
    engine.timers.stop(this.#timer);
    engine.executors.give(this.executor);
    handles.definition.starts.end();
    engine.occupants.delete(this.#place);
    for (const vacated of this.#vacated) vacated();
  }

  #tellStarted(): void {
    const { engine, claim, loaded } = this.#parts;
    if (engine.reporter.observers === undefined) return;
    const { kind, key } = claim;
    const { number, executor } = this;
    const coalesced = Math.max(1, loaded.messages.length);
    engine.reporter.tell("started", { kind, key, number, executor, coalesced });
  }

  #tellStalled(overdueMs: number): void {
    const { engine, claim } = this.#parts;
    if (engine.reporter.observers === undefined) return;
    const { kind, key } = claim;
    const { number, executor } = this;
    const snapshot = snapshotOf(engine);
    const event = { kind, key, number, executor, overdueMs, snapshot };
    engine.reporter.tell("stalled", event);
  }
}
