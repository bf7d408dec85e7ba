/** One scheduler with all that a plan puts into it, what the laws say of it,
 * and the trace of what is seen. */
import {
  type ItemName,
  type Kind,
  type Run,
  Scheduler,
  type Scope,
  type WorkItem,
} from "../../../mod.ts";
import { observe, onError } from "./callbacks.ts";
import { SimClock } from "./clock.ts";
import { Facts } from "./facts.ts";
import { type Flight, type Held, Item } from "./item.ts";
import { KindWorld } from "./kinds.ts";
import type { Message, Waiter } from "./ledger.ts";
import { optionsOf } from "./options.ts";
import { type Act, DRAWN, type Ending, type Plan } from "./plan.ts";
import { wordOf } from "./words.ts";

/** The context of a key. */
export interface Context {
  readonly id: number;
}

/** A kind of the simulation. */
export type SimKind = Kind<Context | undefined, number, Message, Message>;
/** The handle of a key. */
export type Handle = WorkItem<Context | undefined, number, Message, Message>;
/** The handle that a run is given of its own item. */
export type OwnHandle = Run<Context | undefined, Message, Message>["item"];

/** A run that ends when a step says so. */
export interface OpenRun {
  readonly flight: Flight;
  readonly settle: (ending: Ending) => void;
}

/** Does one act; `by` is the run whose callback does it, if one does. */
export type Perform = (world: World, act: Act, by: Flight | undefined) => void;

/** Told all that is seen, if anyone wants to know. */
export type Trace = (line: string) => void;

/** One of them is a name that objects inherit. */
const KEYS: readonly string[] = ["a", "__proto__", "c"];

/** One simulation. */
export class World {
  readonly plan: Plan;
  readonly clock: SimClock = new SimClock();
  readonly facts: Facts;
  readonly scheduler: Scheduler;
  readonly scope: Scope | undefined;
  readonly kinds: SimKind[] = [];
  readonly handles: Handle[] = [];
  /** What runs were given of their own items. */
  readonly ownHandles: Map<Flight, OwnHandle> = new Map();
  /** How to look at the signals of runs, which makes them. */
  readonly signals: Map<Flight, () => AbortSignal> = new Map();
  /** Runs whose signals were aborted, and for which there must be a cause. */
  readonly aborts: Flight[] = [];
  readonly open: OpenRun[] = [];
  readonly openCleanups: ((isOk: boolean) => void)[] = [];
  readonly suspensions: Held[] = [];
  /** Contexts that were made and have to be cleaned up. */
  readonly contexts: Map<number, Item> = new Map();
  /** Requests and waits that have not been settled. */
  readonly unsettled: Set<Waiter> = new Set();
  /** Is an enqueue being called, and what did a callback throw into it? */
  thrown: { word: string | undefined } | undefined;
  /** Is the schedule over? Then callbacks do nothing and succeed. */
  isCalm = false;
  /** Has `close()` given its report? */
  hasReport = false;
  /** Contexts made so far. */
  made = 0;
  /** Calls of `merge` that might have thrown. */
  merges = 0;
  /** Lines of the trace so far. */
  lines = 0;
  /** The same for the same trace. */
  hash = 0x811c9dc5;
  readonly #perform: Perform;
  readonly #trace: Trace | undefined;
  #waiters = 0;

  constructor(plan: Plan, perform: Perform, trace: Trace | undefined) {
    this.plan = plan;
    this.facts = new Facts(plan);
    this.#perform = perform;
    this.#trace = trace;
    const { concurrency, maxOwed, scope, isObserved } = plan;
    this.scheduler = new Scheduler({
      concurrency,
      maxOwed,
      clock: this.clock,
      random: () => DRAWN,
      onError: (error, source) => onError(this, error, source),
    });
    const serialize = scope === "serialized";
    this.scope = scope === "none"
      ? undefined
      : this.scheduler.createScope({ serialize });
    plan.kinds.forEach((kind, id) => this.#define(new KindWorld(id, kind)));
    if (isObserved) observe(this);
  }

  /** Does what the callback of a run does. */
  perform(act: Act, by: Flight): void {
    this.#perform(this, act, by);
  }

  /** Writes a line of the trace. */
  note(line: string): void {
    this.lines++;
    let { hash } = this;
    for (let at = 0; at < line.length; at++) {
      hash = Math.imul(hash ^ line.charCodeAt(at), 0x01000193);
    }
    this.hash = hash ^ (hash >>> 15);
    this.#trace?.(line);
  }

  /** Somebody who is going to wait; `expected`, if that is certain already. */
  waiter(expected?: readonly string[]): Waiter {
    return { id: ++this.#waiters, expected, settled: undefined };
  }

  /** `waiter` waits for a promise of the engine's; the laws have said, or will,
   * how it settles. */
  follow(what: string, waiter: Waiter, promise: Promise<unknown>): void {
    const { facts, unsettled } = this;
    unsettled.add(waiter);
    const settled = (word: string): void => {
      unsettled.delete(waiter);
      facts.answered.delete(waiter);
      waiter.settled = word;
      this.note(`${what} ${waiter.id}: ${word}`);
      const { expected } = waiter;
      if (expected?.includes("*") || expected?.includes(word)) return;
      const law = expected?.join(" or ") ?? "nothing yet";
      facts.break(`${what} ${waiter.id} is told ${word}, not ${law}`);
    };
    promise.then(
      (value) => settled(typeof value === "number" ? valueOf(value) : "ok"),
      (error) => settled(wordOf(error)),
    );
  }

  /** The item that `name` names. */
  itemOf({ kind, key }: ItemName): Item | undefined {
    return this.facts.items.find((item) =>
      item.kind.name === kind && item.key === key
    );
  }

  #define(kind: KindWorld): void {
    const { items, kinds } = this.facts;
    const { isInScope } = kind.plan;
    const home = isInScope ? this.scope ?? this.scheduler : this.scheduler;
    const defined = home.define(kind.name, optionsOf(this, kind));
    this.kinds.push(defined);
    kinds.push(kind);
    for (const key of KEYS.slice(0, this.plan.keys)) {
      items.push(new Item(items.length, kind, key));
      this.handles.push(defined.get(key));
    }
  }
}

/** What the run with that serial gives, in one word. */
export function valueOf(serial: number): string {
  return `value of run ${serial}`;
}
