/**
 * What a callback is handed.
 *
 * @module
 */
import { OBJECT } from "../core/options.ts";
import type { Halt } from "../core/halt.ts";
import { checkOne } from "../core/options.ts";
import { labelOf } from "./definition.ts";
import type { DurableRun } from "./durable_kind.ts";
import { type HandleParts, RunItem, type RunView } from "./handle.ts";
import type { Claim, Write } from "./stored.ts";

/** What is known of a run when it begins. */
export interface RunFacts {
  readonly claim: Claim;
  readonly context: unknown;
  readonly messages: readonly unknown[];
  readonly number: number;
  readonly executor: number;
  readonly coalesced: number;
}

/** What goes on while a run does. */
export interface RunState extends RunView {
  readonly halt: Halt;
  readonly isStale: boolean;
  /** For the transaction that completes the run. */
  readonly writes: Write[];
}

/** The one implementation of {@linkcode DurableRun}. */
export class ActiveRun implements DurableRun<unknown, unknown, unknown> {
  readonly key: string;
  readonly messages: readonly unknown[];
  readonly context: unknown;
  readonly number: number;
  readonly attempt: number;
  readonly coalesced: number;
  readonly executor: number;
  readonly fence: string;
  readonly #facts: RunFacts;
  readonly #state: RunState;
  readonly #parts: HandleParts;
  #item: RunItem | undefined;

  constructor(facts: RunFacts, state: RunState, parts: HandleParts) {
    const { claim } = facts;
    this.key = claim.key;
    this.messages = facts.messages;
    this.context = facts.context;
    this.number = facts.number;
    this.attempt = claim.failures + 1;
    this.coalesced = facts.coalesced;
    this.executor = facts.executor;
    this.fence = claim.fence;
    this.#facts = facts;
    this.#state = state;
    this.#parts = parts;
  }

  get signal(): AbortSignal {
    return this.#state.halt.signal;
  }

  get stale(): boolean {
    return this.#state.isStale;
  }

  get item(): RunItem {
    return this.#item ??= new RunItem(this.#parts, this.key, this.#state);
  }

  /** Callbacks take it apart from the run. */
  readonly tx = (...writes: readonly Write[]): void => {
    const action = `Cannot write with the run of ${labelOf(this.#facts.claim)}`;
    if (this.#state.isOver) throw new TypeError(`${action} as it has ended`);
    this.#state.checkLease();
    for (const write of writes) checkWrite(action, write);
    this.#state.writes.push(...writes.map((write) => ({ ...write })));
  };
}

const TYPES: readonly unknown[] = ["check", "set", "sum", "delete"];
const PARTS: readonly string[] = ["string", "number", "bigint", "boolean"];

function checkWrite(action: string, write: unknown): void {
  checkOne(action, "write", OBJECT, write);
  const { type, key, ...rest } = write as Readonly<Record<string, unknown>>; // It is an object.
  if (!TYPES.includes(type)) {
    throw new TypeError(`${action} as its "type" must be one of ${TYPES}`);
  }
  const isKey = Array.isArray(key) && key.length !== 0 && key.every(isPart);
  if (!isKey) {
    throw new TypeError(`${action} as its "key" must be a list of key parts`);
  }
  const { versionstamp, value } = rest;
  const isStamp = typeof versionstamp === "string" || versionstamp === null;
  if (type === "check" && !isStamp) {
    throw new TypeError(`${action} as its "versionstamp" must be one or null`);
  }
  if (type === "sum" && typeof value !== "bigint") {
    throw new TypeError(`${action} as its "value" must be a bigint`);
  }
}

function isPart(part: unknown): boolean {
  return PARTS.includes(typeof part) || part instanceof Uint8Array;
}
