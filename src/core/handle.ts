/**
 * The address of an item: it holds no state, and it is given functions, never
 * the scheduler. It stays valid for as long as it is held.
 *
 * @module
 */
import { SelfWaitError } from "./errors.ts";
import type {
  CancelOptions,
  Parent,
  Suspension,
  Timing,
  WaitOptions,
} from "./calls.ts";
import { labelOf, stateOf } from "./facts.ts";
import type { ItemRecord, Messages, RunView } from "./record.ts";
import type { WorkItem } from "./work_item.ts";
import type { EnqueueOutcome, ItemState } from "./words.ts";

/** A handle that anyone may hold. */
export class Item implements WorkItem<unknown, unknown, unknown, unknown> {
  readonly #record: ItemRecord;

  constructor(record: ItemRecord) {
    this.#record = record;
  }

  get key(): string | undefined {
    return this.#record.key;
  }

  get context(): unknown {
    return this.#record.definition.port.contextOf(this.#record);
  }

  get state(): ItemState {
    return stateOf(this.#record.definition.port.find(this.#record));
  }

  get version(): number {
    return this.#record.definition.port.find(this.#record).version;
  }

  get parent(): Parent | undefined {
    const { definition } = this.#record;
    const { life } = definition.port.find(this.#record);
    return life === "deleted" ? undefined : definition.scope.face;
  }

  enqueue(message?: unknown, timing?: Timing): EnqueueOutcome {
    const record = this.#record;
    const { entrance } = record.definition;
    return entrance.enqueue(record, undefined, message, timing);
  }

  request(message?: unknown, timing?: Timing): Promise<unknown> {
    const { port } = this.#record.definition;
    return port.request(this.#record, message, timing);
  }

  flush(options?: WaitOptions): Promise<void> {
    return this.#record.definition.port.flush(this.#record, options);
  }

  idle(options?: WaitOptions): Promise<void> {
    return this.#record.definition.port.idle(this.#record, options);
  }

  cancel(options?: CancelOptions): Messages | undefined {
    return this.#record.definition.port.cancel(this.#record, options);
  }

  suspend(): Suspension {
    return this.#record.definition.port.suspend(this.#record);
  }

  reset(): void {
    this.#record.definition.port.reset(this.#record);
  }

  delete(): Promise<Messages | undefined> {
    return this.#record.definition.port.delete(this.#record, true);
  }
}

/** The handle that a run is given of its own item. While the run goes on it
 * refuses to wait for it; afterwards it is a handle like any other. */
export class RunItem extends Item {
  readonly #record: ItemRecord;
  readonly #run: RunView;

  constructor(run: RunView) {
    super(run.record);
    this.#record = run.record;
    this.#run = run;
  }

  override enqueue(message?: unknown, timing?: Timing): EnqueueOutcome {
    const record = this.#record;
    const { entrance } = record.definition;
    return entrance.enqueue(record, this.#run, message, timing);
  }

  override request(message?: unknown, timing?: Timing): Promise<unknown> {
    if (this.#run.ended) return super.request(message, timing);
    return Promise.reject(this.#selfWait("Cannot request"));
  }

  override flush(options?: WaitOptions): Promise<void> {
    if (this.#run.ended) return super.flush(options);
    throw this.#selfWait("Cannot flush");
  }

  override idle(options?: WaitOptions): Promise<void> {
    if (this.#run.ended) return super.idle(options);
    throw this.#selfWait("Cannot wait for");
  }

  override delete(): Promise<Messages | undefined> {
    if (this.#run.ended) return super.delete();
    this.#record.definition.port.delete(this.#record, false);
    return Promise.resolve(undefined); // Its end is the run's, at best.
  }

  #selfWait(action: string): SelfWaitError {
    const label = labelOf(this.#record);
    return new SelfWaitError(
      `${action} ${label}`,
      "the run that asks has to end first",
    );
  }
}
