/**
 * What a callback is handed. It is the one object that a run costs; all that
 * few callbacks ask for is made when they do.
 *
 * @module
 */
import { attemptOf, WAKE_UP } from "./facts.ts";
import { Halt } from "./halt.ts";
import { RunItem } from "./handle.ts";
import type { ItemRecord, Messages, RunRecord, RunView } from "./record.ts";
import type { Run, WorkItem } from "./work_item.ts";

/** The one implementation of {@linkcode Run}. */
export class ActiveRun implements Run<unknown, unknown>, RunView {
  readonly record: ItemRecord;
  readonly facts: RunRecord;
  readonly number: number;
  readonly coalesced: number;
  readonly #serial: number;
  #signal: AbortSignal | undefined;

  constructor(record: ItemRecord, facts: RunRecord) {
    this.record = record;
    this.facts = facts;
    this.number = facts.runNumber;
    this.coalesced = facts.coalesced;
    this.#serial = facts.serial;
  }

  get messages(): Messages {
    return WAKE_UP;
  }

  get attempt(): number {
    return 1;
  }

  get key(): string | undefined {
    return this.record.key;
  }

  get context(): unknown {
    return this.record.context;
  }

  get executor(): number {
    return this.facts.number;
  }

  get ended(): boolean {
    return this.#isOver() || this.facts.record === undefined;
  }

  get signal(): AbortSignal {
    if (this.#signal !== undefined) return this.#signal;
    const halt = this.#isOver() ? new Halt() : this.facts.halt ??= new Halt();
    return this.#signal = halt.signal;
  }

  get stale(): boolean {
    return this.record.owed;
  }

  /** One-shot work has none: its callback is not told of one. */
  get item(): WorkItem<unknown, unknown, unknown, unknown> {
    if (this.record.definition.isOneShot) return undefined as never;
    return new RunItem(this);
  }

  /** Are the facts those of another run? */
  #isOver(): boolean {
    return this.facts.serial !== this.#serial;
  }
}

/** A run with messages, or one after a failure. Other runs are spared what it
 * remembers. */
export class LoadedRun extends ActiveRun {
  readonly #messages: Messages;
  readonly #attempt: number;

  constructor(record: ItemRecord, facts: RunRecord) {
    super(record, facts);
    this.#messages = copyOf(facts.messages ?? WAKE_UP);
    this.#attempt = attemptOf(record);
  }

  override get messages(): Messages {
    return this.#messages;
  }

  override get attempt(): number {
    return this.#attempt;
  }
}

/** What the callback of a run that begins is handed. */
export function createRun(record: ItemRecord, facts: RunRecord): ActiveRun {
  return facts.messages === undefined && record.rare === undefined
    ? new ActiveRun(record, facts)
    : new LoadedRun(record, facts);
}

/** What a callback is handed is its own to change. Most have one message, and a
 * literal is made several times as fast as a slice. */
function copyOf(messages: Messages): Messages {
  return messages.length === 1 ? [messages[0]] : messages.slice();
}
