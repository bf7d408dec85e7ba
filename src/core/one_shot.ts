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
import { PRIORITY } from "./scope.ts";
import type { Settle } from "./waiters.ts";

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
    this.#plain = {
      kind: undefined,
      whenRunning: "rerun",
      maxOverlap: undefined,
      maxRestarts: 0,
      timeoutMs: undefined,
      priority: 0,
      cleanup: undefined,
      scope: root,
      gate: undefined,
      port: engine.items,
      isSpecial: true,
    };
  }

  /** Queues `callback`; the promise settles as it does. */
  run(callback: unknown, options?: RunOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      checkOne(ACTION, "callback", FUNCTION, callback);
      const code = callback as Callback; // What it is handed is a Run as well.
      const settle = { resolve, reject };
      if (options !== undefined) return this.#runWith(options, code, settle);
      this.#engine.add(new OneShot(this.#plain, code, settle));
    });
  }

  #runWith(options: RunOptions, callback: Callback, settle: Settle): void {
    const { signal, priority = 0, timeout } = check(ACTION, options, RULES);
    const definition: Definition = {
      ...this.#plain,
      priority,
      timeoutMs: timeout,
    };
    if (signal?.aborted) return settle.reject(signal.reason);
    const follow = signal && new Follow(this.#engine, signal, callback);
    const oneShot = new OneShot(
      definition,
      follow?.begin ?? callback,
      follow?.until(settle) ?? settle,
    );
    this.#engine.add(oneShot);
    follow?.listen(oneShot);
  }
}

/** Lets the caller's signal take one-shot work out of the queue, or abort it. */
class Follow {
  readonly #engine: Engine;
  readonly #signal: AbortSignal;
  readonly #callback: Callback;
  #oneShot: OneShot | undefined;
  #run: RunView | undefined;

  constructor(engine: Engine, signal: AbortSignal, callback: Callback) {
    this.#engine = engine;
    this.#signal = signal;
    this.#callback = callback;
  }

  /** The callback, which learns of its run. */
  readonly begin: Callback = (run) => {
    this.#run = run;
    if (this.#signal.aborted) this.#abort();
    return (0, this.#callback)(run);
  };

  /** Listens until `settle` is called. */
  until(settle: Settle): Settle {
    const stop = (): void =>
      this.#signal.removeEventListener("abort", this.#abort);
    return {
      resolve: (value) => {
        stop();
        settle.resolve(value);
      },
      reject: (error) => {
        stop();
        settle.reject(error);
      },
    };
  }

  /** Begins to listen. */
  listen(oneShot: OneShot): void {
    this.#oneShot = oneShot;
    this.#signal.addEventListener("abort", this.#abort, { once: true });
  }

  readonly #abort = (): void => {
    const { reason } = this.#signal;
    if (this.#run !== undefined) {
      this.#engine.stops.stop([this.#run.facts], "caller", reason);
    } else if (this.#oneShot?.list !== undefined) {
      this.#engine.withdraw(this.#oneShot, reason);
    }
  };
}
