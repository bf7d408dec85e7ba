/**
 * The address of an item: it holds no state, and it is given functions, never
 * the scheduler. It stays valid for as long as it is held.
 *
 * @module
 */
import { SelfWaitError } from "./errors.ts";
import {
  isSuspended,
  type ItemRecord,
  labelOf,
  type RunView,
} from "./record.ts";
import type {
  CancelOptions,
  Parent,
  Suspension,
  WaitOptions,
  WorkItem,
} from "./work_item.ts";
import type { EnqueueOutcome, ItemState } from "./words.ts";

/** A handle that anyone may hold. */
export class Item implements WorkItem<unknown, unknown> {
  readonly #record: ItemRecord;

  constructor(record: ItemRecord) {
    this.#record = record;
  }

  get key(): string | undefined {
    return this.#record.key;
  }

  get context(): unknown {
    return this.#record.context;
  }

  get state(): ItemState {
    return stateOf(this.#record);
  }

  get version(): number {
    return this.#record.version;
  }

  get parent(): Parent | undefined {
    const { life, definition } = this.#record;
    return life === "deleted" ? undefined : definition.scope.face;
  }

  enqueue(): EnqueueOutcome {
    return this.#record.definition.port.enqueue(this.#record, undefined);
  }

  request(): Promise<unknown> {
    return this.#record.definition.port.request(this.#record);
  }

  flush(options?: WaitOptions): Promise<void> {
    return this.#record.definition.port.flush(this.#record, options);
  }

  idle(options?: WaitOptions): Promise<void> {
    return this.#record.definition.port.idle(this.#record, options);
  }

  cancel(options?: CancelOptions): readonly never[] | undefined {
    return this.#record.definition.port.cancel(this.#record, options);
  }

  suspend(): Suspension {
    return this.#record.definition.port.suspend(this.#record);
  }

  delete(): Promise<readonly never[] | undefined> {
    return this.#record.definition.port.delete(this.#record);
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

  override enqueue(): EnqueueOutcome {
    return this.#record.definition.port.enqueue(this.#record, this.#run);
  }

  override request(): Promise<unknown> {
    if (this.#run.ended) return super.request();
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

  override delete(): Promise<readonly never[] | undefined> {
    const deletion = super.delete();
    return this.#run.ended ? deletion : Promise.resolve(undefined);
  }

  #selfWait(action: string): SelfWaitError {
    const label = labelOf(this.#record);
    return new SelfWaitError(
      `${action} ${label}`,
      "the run that asks has to end first",
    );
  }
}

/** The first that holds; the facts behind it are independent. */
function stateOf(record: ItemRecord): ItemState {
  if (record.life !== "live") return record.life;
  if (record.running !== 0) return "running";
  if (isSuspended(record)) return "suspended";
  return record.owed ? "queued" : "idle";
}
