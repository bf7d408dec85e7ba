/**
 * One-shot work: a callback that is queued once, and that nobody else can
 * reach.
 *
 * @module
 */
import type { Engine } from "./engine.ts";
import {
  check,
  checkOne,
  FUNCTION,
  MS,
  type Rules,
  SIGNAL,
} from "./options.ts";
import {
  type Callback,
  type Definition,
  OneShot,
  type RunView,
  type ScopeRecord,
} from "./record.ts";
import { define, PRIORITY } from "./definition.ts";

/** How a callback is run once. */
export interface RunOptions {
  /** Takes it out of the queue and rejects with `signal.reason`; once it runs,
   * aborts the signal that it was handed. */
  readonly signal?: AbortSignal | undefined;
  /** 0 to 255: higher ones go first, whatever else waits.
   *
   * @default {0} */
  readonly priority?: number | undefined;
  /** Milliseconds after which the signal that it was handed aborts.
   *
   * @default No limit. */
  readonly timeout?: number | undefined;
}

const ACTION = "Cannot run";
const RULES: Rules<RunOptions> = {
  signal: SIGNAL,
  priority: PRIORITY,
  timeout: MS,
};

/** Queues one-shot work of one scheduler. */
export class OneShots {
  readonly #engine: Engine;
  /** What all share that have no options. */
  readonly #plain: Definition;

  constructor(engine: Engine, root: ScopeRecord) {
    this.#engine = engine;
    const place = {
      scope: root,
      entrance: engine,
      port: engine.items,
      kind: undefined,
      keys: undefined,
      gates: [],
      verifier: undefined,
    };
    this.#plain = { ...define({ run: ignore }, place), isOneShot: true };
  }

  /** Queues `callback`; the promise settles as it does. */
  run(callback: unknown, options?: RunOptions): Promise<unknown> {
    const promise = new Promise<unknown>(capture);
    const resolve = captured;
    captured = ignore; // Else it would keep the last result alive.
    let oneShot: OneShot | undefined;
    try {
      checkOne(ACTION, "callback", FUNCTION, callback);
      const code = callback as Callback; // What it is handed is a Run as well.
      oneShot = options === undefined
        ? new OneShot(this.#plain, code, resolve)
        : this.#with(options, code, resolve);
      this.#engine.add(oneShot);
      return this.#engine.verifier?.watch(promise, oneShot) ?? promise;
    } catch (error) {
      if (oneShot === undefined) return Promise.reject(error);
      oneShot.reject(error);
      return promise;
    }
  }

  #with(options: RunOptions, callback: Callback, resolve: Resolve): OneShot {
    const { signal, priority = 0, timeout } = check(ACTION, options, RULES);
    const definition: Definition = {
      ...this.#plain,
      priority,
      timeoutMs: timeout,
      isSpecial: true,
    };
    if (signal === undefined) {
      return new OneShot(definition, callback, resolve);
    }
    if (signal.aborted) throw signal.reason;
    return new Follow(this.#engine, signal).lead(definition, callback, resolve);
  }
}

type Resolve = (value: unknown) => void;

/** A closure for each promise would cost as much as the promise. */
let captured: Resolve = ignore;

function ignore(): void {}

function capture(resolve: Resolve): void {
  captured = resolve;
}

/** Lets the caller's signal take one-shot work out of the queue, or abort it. */
class Follow {
  readonly #engine: Engine;
  readonly #signal: AbortSignal;
  #oneShot: OneShot | undefined;
  #run: RunView | undefined;

  constructor(engine: Engine, signal: AbortSignal) {
    this.#engine = engine;
    this.#signal = signal;
  }

  /** One-shot work that follows the signal until it ends. */
  lead(
    definition: Definition,
    callback: Callback,
    resolve: Resolve,
  ): OneShot {
    const signal = this.#signal;
    const begin: Callback = (run) => {
      this.#run = run;
      if (signal.aborted) this.#abort();
      return callback(run);
    };
    signal.addEventListener("abort", this.#abort, { once: true });
    return this.#oneShot = new OneShot(definition, begin, (value) => {
      try {
        signal.removeEventListener("abort", this.#abort);
        resolve(value);
      } catch (error) { // Of a signal that is badly made.
        resolve(Promise.reject(error));
      }
    });
  }

  readonly #abort = (): void => {
    const { reason } = this.#signal;
    if (this.#run !== undefined) {
      if (this.#run.ended) return; // Its facts are those of another run.
      this.#engine.stops.stop([this.#run.facts], "caller", reason);
    } else if (this.#oneShot?.list !== undefined) {
      this.#engine.withdraw(this.#oneShot, reason);
    }
  };
}
