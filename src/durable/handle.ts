/**
 * Kinds and items as their users hold them: addresses that hold no state, and
 * are given functions, never the scheduler.
 *
 * @module
 */
import type { CancelOptions, ItemName, WaitOptions } from "../core/calls.ts";
import { SelfWaitError } from "../core/errors.ts";
import { checkKey } from "../core/options.ts";
import { type Definition, labelOf } from "./definition.ts";
import type {
  DurableItem,
  DurableKind,
  EnqueueEntry,
  EnqueueOptions,
  KindDeadQuery,
  KindQuery,
  ReadLetter,
  RequestOptions,
} from "./durable_kind.ts";
import { Asking } from "./asking.ts";
import type { Engine } from "./engine.ts";
import { Intake } from "./intake.ts";
import { Operations } from "./operations.ts";
import type { DurableOutcome, Page, StoredItem } from "./stored.ts";

/** What asks on behalf of handles and targets. */
export interface Tools {
  readonly intake: Intake;
  readonly asking: Asking;
  readonly operations: Operations;
}

/** What handles are given. */
export interface HandleParts extends Tools {
  readonly definition: Definition;
}

/** The tools of one scheduler. */
export function toolsOf(engine: Engine): Tools {
  const intake = new Intake(engine);
  const asking = new Asking(engine, intake);
  return { intake, asking, operations: new Operations(engine) };
}

/** What a handle of a run is told of it. */
export interface RunView {
  /** Has its callback settled? */
  readonly isOver: boolean;
  /** Throws if its lease is lost. */
  checkLease(): void;
}

type Messages = readonly unknown[] | undefined;

/** A handle that anyone may hold. */
export class Item implements DurableItem<unknown, unknown, unknown> {
  readonly key: string;
  protected readonly name: ItemName<string>;
  readonly #parts: HandleParts;
  readonly #run: RunView | undefined;

  constructor(parts: HandleParts, key: string, run?: RunView) {
    this.key = key;
    this.name = { kind: parts.definition.name, key };
    this.#parts = parts;
    this.#run = run;
  }

  async enqueue(
    message?: unknown,
    options?: EnqueueOptions,
  ): Promise<DurableOutcome> {
    this.#checkLease();
    const { intake, definition } = this.#parts;
    const isOwn = this.#run?.isOver === false;
    const { outcome } = await intake.enqueue({
      definition,
      key: this.key,
      message,
      options,
      reply: undefined,
      isOwn,
    });
    return outcome;
  }

  request(message?: unknown, options?: RequestOptions): Promise<unknown> {
    const { asking, definition } = this.#parts;
    const question = { definition, key: this.key, message };
    return asking.request(question, options);
  }

  flush(options: WaitOptions = {}): Promise<void> {
    return this.#parts.operations.flush(this.name, options);
  }

  idle(options: WaitOptions = {}): Promise<void> {
    return this.#parts.operations.idle(this.name, options);
  }

  async cancel(options: CancelOptions = {}): Promise<Messages> {
    this.#checkLease();
    return await this.#parts.operations.cancel(this.name, options);
  }

  async suspend(): Promise<void> {
    this.#checkLease();
    await this.#parts.operations.suspend(this.name, true);
  }

  async resume(): Promise<void> {
    this.#checkLease();
    await this.#parts.operations.suspend(this.name, false);
  }

  async reset(): Promise<void> {
    this.#checkLease();
    await this.#parts.operations.reset(this.name);
  }

  async delete(): Promise<Messages> {
    this.#checkLease();
    const isAwaited = this.#run?.isOver !== false;
    return await this.#parts.operations.delete(this.name, isAwaited);
  }

  inspect(): Promise<StoredItem | undefined> {
    return this.#parts.operations.inspect(this.name);
  }

  /** Throws for a run that goes on without its lease. */
  #checkLease(): void {
    if (this.#run?.isOver === false) this.#run.checkLease();
  }
}

/** The handle that a run is given of its own item. While the run goes on it
 * refuses to wait for it; if the run has lost its lease, it changes nothing. */
export class RunItem extends Item {
  readonly #run: RunView;

  constructor(parts: HandleParts, key: string, run: RunView) {
    super(parts, key, run);
    this.#run = run;
  }

  override async request(
    message?: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    this.#refuse("Cannot request");
    return await super.request(message, options);
  }

  override flush(options?: WaitOptions): Promise<void> {
    this.#refuse("Cannot flush");
    return super.flush(options);
  }

  override idle(options?: WaitOptions): Promise<void> {
    this.#refuse("Cannot wait for");
    return super.idle(options);
  }

  #refuse(action: string): void {
    if (this.#run.isOver) return;
    throw new SelfWaitError(
      `${action} ${labelOf(this.name)}`,
      "the run that asks has to end first",
    );
  }
}

/** The one implementation of {@linkcode DurableKind}. */
export class KindHandle implements DurableKind<unknown, unknown, unknown> {
  readonly name: string;
  readonly #parts: HandleParts;

  constructor(parts: HandleParts) {
    this.name = parts.definition.name;
    this.#parts = parts;
  }

  async enqueue(
    key: string,
    message?: unknown,
    options?: EnqueueOptions,
  ): Promise<DurableOutcome> {
    return await this.get(key).enqueue(message, options);
  }

  async enqueueMany(
    entries: Iterable<EnqueueEntry<unknown>>,
  ): Promise<(DurableOutcome | Error)[]> {
    const { definition, intake } = this.#parts;
    const answers = await intake.enqueueMany(definition, entries);
    return answers.map((answer) =>
      answer instanceof Error ? answer : answer.outcome
    );
  }

  async request(
    key: string,
    message?: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    return await this.get(key).request(message, options);
  }

  get(key: string): Item {
    checkKey(this.name, key);
    return new Item(this.#parts, key);
  }

  async inspect(key: string): Promise<StoredItem | undefined> {
    return await this.get(key).inspect();
  }

  list(query: KindQuery = {}): Promise<Page<StoredItem>> {
    return this.#parts.operations.list(this.#parts.definition, query);
  }

  dead(query: KindDeadQuery = {}): Promise<Page<ReadLetter<unknown>>> {
    return this.#parts.operations.dead(this.#parts.definition, query);
  }

  async redrive(key: string, id?: string): Promise<number> {
    return await this.#parts.operations.redrive(this.#nameOf(key), id);
  }

  async discard(key: string, id: string): Promise<boolean> {
    return await this.#parts.operations.discard(this.#nameOf(key), id);
  }

  #nameOf(key: string): ItemName<string> {
    checkKey(this.name, key);
    return { kind: this.name, key };
  }
}
