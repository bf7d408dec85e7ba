/**
 * A kind as its user holds it: by key, what a handle does for one item.
 *
 * @module
 */
import type { Parent, Timing } from "./calls.ts";
import { isSuspended, nameOf, stateOf } from "./facts.ts";
import { Item } from "./handle.ts";
import type { Keys } from "./keys.ts";
import type { Inspection, Kind } from "./kind.ts";
import type { Clock } from "./clock.ts";
import { check, type Rules } from "./options.ts";
import { STATE } from "./state_rule.ts";
import type { ScopeRecord } from "./record.ts";
import type { EnqueueOutcome, ItemState } from "./words.ts";

const FILTER_RULES: Rules<{ readonly state?: ItemState | undefined }> = {
  state: STATE,
};

/** The one implementation of {@linkcode Kind}. */
export class KindHandle implements Kind<unknown, unknown, unknown, unknown> {
  readonly name: string;
  readonly #clock: Clock;
  /** Where its items are: for whoever reaches them from afar. */
  readonly table: Keys;
  readonly #scope: ScopeRecord;

  constructor(name: string, keys: Keys, scope: ScopeRecord, clock: Clock) {
    this.name = name;
    this.table = keys;
    this.#scope = scope;
    this.#clock = clock;
  }

  get parent(): Parent | undefined {
    return this.#scope.life === "deleted" ? undefined : this.#scope.face;
  }

  enqueue(key: string, message?: unknown, timing?: Timing): EnqueueOutcome {
    return this.table.enqueueAt(key, message, timing);
  }

  request(key: string, message?: unknown, timing?: Timing): Promise<unknown> {
    try {
      return this.table.request(this.table.at(key), message, timing);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  get(key: string): Item {
    return new Item(this.table.at(key));
  }

  keys(filter: { readonly state?: ItemState | undefined } = {}): string[] {
    const { state } = check("Cannot list keys", filter, FILTER_RULES);
    const keys: string[] = [];
    for (const [key, record] of this.table.records) {
      const isMeant = state === undefined || stateOf(record) === state;
      if (isMeant && this.table.find(record) === record) keys.push(key);
    }
    return keys;
  }

  inspect(key: string): Inspection | undefined {
    const record = this.table.at(key);
    if (this.table.records.get(key) !== record) return undefined;
    const { version, owed, inbox, running, rare } = record;
    const timer = rare?.timer;
    return {
      ...nameOf(record),
      state: stateOf(record),
      version,
      owed,
      messages: inbox?.length ?? 0,
      dueIn: timer && Math.max(0, timer.atMs - this.#clock.now()),
      running,
      failures: rare?.failures ?? 0,
      held: rare?.hold !== undefined,
      suspended: isSuspended(record),
    };
  }
}
