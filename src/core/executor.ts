/**
 * Executors: each calls one callback at a time and turns whatever it does into
 * one outcome. It never throws.
 *
 * A callback that returns no promise ends without one. For one that does, a
 * single `then` with two functions that the executor keeps for life.
 *
 * @module
 */
import type { Halt } from "./halt.ts";
import type {
  Callback,
  ItemRecord,
  OneShot,
  RunRecord,
  RunView,
} from "./record.ts";
import { createRun } from "./run.ts";
import { unfold } from "./transitions.ts";
import type { Waiters } from "./waiters.ts";

/** Calls a callback and watches it. */
export interface Watch {
  /** Calls the callback of `run`; throws and returns what it does. */
  call(run: RunView): unknown;
}

/** Whom an executor tells how a run ended. */
export interface ExecutorPort {
  /** Watches callbacks, if asked to. */
  readonly verifier: Watch | undefined;
  /** The run ended before its callback returned. */
  ended(executor: Executor, isOk: boolean, value: unknown): void;
  /** The run ended later. */
  settled(executor: Executor, isOk: boolean, value: unknown): void;
}

const HostPromise = Promise; // Before anyone could replace it.
const { then } = HostPromise.prototype;

/** Runs one callback at a time, and remembers what is to be known of it. */
export class Executor implements RunRecord {
  readonly number: number;
  record: ItemRecord | undefined;
  runNumber = 0;
  coalesced = 0;
  serial = 0;
  messages: unknown[] | undefined;
  asked: boolean[] | undefined;
  waiters: Waiters;
  older: RunRecord | undefined;
  halt: Halt | undefined;
  /** The one-shot work that it runs the short way. */
  oneShot: OneShot | undefined;
  /** Among those that are free: the one to be taken after it. */
  next: Executor | undefined;
  readonly #port: ExecutorPort;
  readonly #succeeded: (value: unknown) => void;
  readonly #failed: (error: unknown) => void;

  constructor(number: number, port: ExecutorPort) {
    this.number = number;
    this.#port = port;
    this.#succeeded = (value) => port.settled(this, true, value);
    this.#failed = (error) => port.settled(this, false, error);
  }

  /** Takes over what the run of `record` is to answer. */
  begin(record: ItemRecord): void {
    this.record = record;
    this.runNumber = ++record.starts;
    this.coalesced = record.enqueues;
    this.waiters = record.waiters;
    this.older = record.youngest;
    record.running++;
    record.youngest = this;
    record.waiters = undefined;
    record.enqueues = 0;
    this.messages = record.inbox;
    record.inbox = undefined;
  }

  /** The same, for an item without anything special. It is short, so that it
   * can be inlined. */
  beginPlain(record: ItemRecord): void {
    this.record = record;
    this.runNumber = ++record.starts;
    this.coalesced = record.enqueues;
    record.running = 1;
    record.youngest = this;
    record.enqueues = 0;
    if (record.inbox !== undefined || record.waiters !== undefined) {
      this.#load(record);
    }
  }

  #load(record: ItemRecord): void {
    this.messages = record.inbox;
    this.waiters = record.waiters;
    record.inbox = undefined;
    record.waiters = undefined;
  }

  /** Takes over one-shot work that needs no item of its own: `nobody` stands
   * for one. */
  beginOneShot(oneShot: OneShot, nobody: ItemRecord): void {
    this.record = nobody;
    this.oneShot = oneShot;
    this.runNumber = 1;
    this.coalesced = 1;
  }

  /** Gives one-shot work an item after all: there is more to its run. */
  unfold(): void {
    const { oneShot } = this;
    if (oneShot === undefined) return;
    this.oneShot = undefined;
    this.begin(unfold(oneShot));
  }

  /** Forgets the run, which has ended or was given up. */
  end(): void {
    this.serial++;
    this.record = undefined;
    this.messages = undefined;
    this.asked = undefined;
    this.waiters = undefined;
    this.older = undefined;
    this.halt = undefined;
  }

  /** Calls the callback, without a `this`; the port is told how that ends. */
  execute(record: ItemRecord, callback: Callback): void {
    const { verifier } = this.#port;
    const run = createRun(record, this);
    let result: unknown;
    try {
      result = verifier === undefined ? callback(run) : verifier.call(run);
    } catch (error) {
      return this.#port.ended(this, false, error);
    }
    if (isObject(result)) this.follow(result);
    else this.#port.ended(this, true, result);
  }

  /** The result may be a promise, resemble one, or be hostile. */
  follow(result: object): void {
    let promise: Promise<unknown> | undefined;
    try {
      promise = promiseOf(result);
      if (promise !== undefined) {
        then.call(promise, this.#succeeded, this.#failed);
      }
    } catch (error) {
      return this.#port.ended(this, false, error);
    }
    if (promise === undefined) this.#port.ended(this, true, result);
  }
}

/** A bounded set of executors, made as they are needed. */
export class Executors {
  readonly #port: ExecutorPort;
  readonly #all: Executor[] = [];
  /** The one to be taken first: the one given back last. */
  #free: Executor | undefined;
  #bound: number;
  /** How many are taken. */
  inFlight = 0;

  constructor(bound: number, port: ExecutorPort) {
    this.#bound = bound;
    this.#port = port;
  }

  /** How many may be taken at once. */
  get bound(): number {
    return this.#bound;
  }

  set bound(bound: number) {
    this.#bound = bound;
    this.#free = undefined;
    for (const executor of this.#all.toReversed()) {
      const isFree = executor.record === undefined && executor.number < bound;
      if (isFree) this.#putBack(executor);
    }
  }

  /** May one be taken? */
  hasFree(): boolean {
    return this.inFlight < this.#bound;
  }

  /** Takes one; there must be one free. */
  take(): Executor {
    this.inFlight++;
    const free = this.#free;
    if (free !== undefined) {
      this.#free = free.next;
      return free;
    }
    const executor = new Executor(this.#all.length, this.#port);
    this.#all.push(executor);
    return executor;
  }

  /** Gives one back that has ended its run. */
  give(executor: Executor): void {
    executor.end();
    this.inFlight--;
    if (executor.number < this.#bound) this.#putBack(executor);
  }

  /** May one that has ended a run begin another? */
  mayKeep({ number }: Executor): boolean {
    return this.inFlight <= this.#bound && number < this.#bound;
  }

  /** The same, after a run that nobody waited for and nobody stopped. */
  givePlain(executor: Executor): void {
    executor.record = undefined;
    executor.oneShot = undefined;
    this.inFlight--;
    if (executor.number < this.#bound) this.#putBack(executor);
  }

  #putBack(executor: Executor): void {
    executor.next = this.#free;
    this.#free = executor;
  }

  /** Those with a run in flight. Whoever asks wants to know their items, so
   * one-shot work is given one. */
  busy(): readonly Executor[] {
    for (const executor of this.#all) executor.unfold();
    return this.#all.filter(({ record }) => record !== undefined);
  }
}

/** May `value` be a promise, or resemble one? */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null ||
    typeof value === "function";
}

/** What settles when `result` does, or `undefined` if it is just a value.
 * Anything but a plain promise is read once and can settle once. */
function promiseOf(result: object): Promise<unknown> | undefined {
  if (result instanceof HostPromise && result.constructor === HostPromise) {
    return result;
  }
  const method: unknown = (result as { then?: unknown }).then;
  if (typeof method !== "function") return undefined;
  return new HostPromise((resolve, reject) => {
    Reflect.apply(method, result, [resolve, reject]);
  });
}
