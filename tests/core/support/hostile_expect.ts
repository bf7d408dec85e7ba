/** What the hostile and re-entrancy cases lean on: small assertions, a clock
 * moved by hand, and promises that are looked at instead of awaited. Nothing
 * here belongs to one host. */
import type * as namespace from "../../../mod.ts";

/** The package's entry ".". */
export type Api = typeof namespace;

/** A name and what it does. */
export type ApiCase = readonly [
  name: string,
  fn: (api: Api) => Promise<void>,
];

/** Fails unless `fact` holds. */
export function ok(fact: boolean, what: string): void {
  if (!fact) throw new Error(`expected ${what}`);
}

/** Fails unless both are the same primitive. */
export function equal<Value extends string | number | boolean | undefined>(
  actual: Value,
  expected: Value,
  what: string,
): void {
  if (Object.is(actual, expected)) return;
  throw new Error(`${what}: expected ${expected}, got ${actual}`);
}

/** A promise and what settles it. */
export interface Deferred {
  /** The promise. */
  readonly promise: Promise<void>;
  /** Fulfils it. */
  readonly resolve: () => void;
}

/** `Promise.withResolvers`, which not all hosts have. */
export function defer(): Deferred {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((yes) => resolve = yes);
  return { promise, resolve };
}

/** A clock that only moves by hand, and tells of each call. */
export class HandClock {
  /** As on hosts where a turn is cheap. */
  readonly turnIsDear: boolean = false;
  /** Told of each call, before it is answered. */
  onCall: (method: "now" | "startTimer" | "stopTimer" | "turn") => void =
    () => {};
  /** What `now()` answers. */
  nowMs = 0;
  readonly #timers: Set<{ atMs: number; callback: () => void }> = new Set();
  #turns: (() => void)[] = [];

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Milliseconds. */
  now(): number {
    this.onCall("now");
    return this.nowMs;
  }

  /** Milliseconds. */
  today(): number {
    return this.nowMs;
  }

  /** Sets a timer. */
  startTimer(callback: () => void, delayMs: number): unknown {
    this.onCall("startTimer");
    const timer = { atMs: this.nowMs + delayMs, callback };
    this.#timers.add(timer);
    return timer;
  }

  /** Forgets a timer. */
  stopTimer(timer: unknown): void {
    this.onCall("stopTimer");
    for (const each of this.#timers) {
      if (each === timer) this.#timers.delete(each);
    }
  }

  /** Keeps a callback for `runTurns`. */
  turn(callback: () => void): void {
    this.onCall("turn");
    this.#turns.push(callback);
  }

  /** Calls back those who wait for a turn. */
  runTurns(): void {
    for (const callback of this.#turns.splice(0)) callback();
  }

  /** Moves on and calls the timers that are due, earliest first. */
  advance(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const [first] = [...this.#timers]
        .filter(({ atMs }) => atMs <= endMs)
        .sort((a, b) => a.atMs - b.atMs);
      if (first === undefined) break;
      this.#timers.delete(first);
      this.nowMs = Math.max(this.nowMs, first.atMs);
      first.callback();
    }
    this.nowMs = endMs;
  }
}

const TURNS_MAX = 40;

/** Lets microtasks run, a bounded number of times: nothing that is sound needs
 * more. */
export async function turns(clock?: HandClock): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    await undefined;
    clock?.runTurns();
  }
}

/** One turn of the host's event loop. */
export function macroturn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

/** What became of a promise so far. */
export interface Tracked {
  /** How it stands. */
  state: "pending" | "fulfilled" | "rejected";
  /** Its value or reason. */
  value: unknown;
}

/** Looks at a promise without waiting for it. */
export function track(promise: PromiseLike<unknown>): Tracked {
  const tracked: Tracked = { state: "pending", value: undefined };
  promise.then((value) => {
    tracked.state = "fulfilled";
    tracked.value = value;
  }, (error) => {
    tracked.state = "rejected";
    tracked.value = error;
  });
  return tracked;
}

/** The law of the counts, at this instant. */
export function balanced(snapshot: namespace.Snapshot, what: string): void {
  const { starts, ok, failed, aborted, stuck, running } = snapshot;
  equal(ok + failed + aborted + stuck + running, starts, `${what}: starts`);
}

interface ErrorEventLike {
  readonly error?: unknown;
  readonly reason?: unknown;
  preventDefault(): void;
}

interface Host {
  reportError?: ((error: unknown) => void) | undefined;
  addEventListener?: (
    type: string,
    listener: (event: ErrorEventLike) => void,
  ) => void;
  removeEventListener?: (
    type: string,
    listener: (event: ErrorEventLike) => void,
  ) => void;
  process?: {
    on?(type: string, listener: (error: unknown) => void): void;
    off?(type: string, listener: (error: unknown) => void): void;
    getBuiltinModule?(name: string): unknown;
  };
}

/** The names that a host may or may not have. */
export const host = globalThis as unknown as Host;

/** Puts `replacement` in the place of the host's `reportError`; returns how to
 * undo it. */
export function replaceReportError(
  replacement: ((error: unknown) => void) | undefined,
): () => void {
  const original = Object.getOwnPropertyDescriptor(globalThis, "reportError");
  Object.defineProperty(globalThis, "reportError", {
    value: replacement,
    configurable: true,
    writable: true,
  });
  return () => {
    if (original === undefined) delete host.reportError;
    else Object.defineProperty(globalThis, "reportError", original);
  };
}

/** Keeps errors that nobody catches from ending the process, as those of a
 * listener are; returns how to stop. */
export function swallowUncaught(errors: unknown[]): () => void {
  const onEvent = (event: ErrorEventLike): void => {
    event.preventDefault();
    errors.push(event.error);
  };
  const onUncaught = (error: unknown): void => void errors.push(error);
  const { addEventListener, process, removeEventListener } = host;
  addEventListener?.call(globalThis, "error", onEvent);
  if (addEventListener === undefined) {
    process?.on?.("uncaughtException", onUncaught);
  }
  return () => {
    removeEventListener?.call(globalThis, "error", onEvent);
    if (addEventListener === undefined) {
      process?.off?.("uncaughtException", onUncaught);
    }
  };
}

/** Runs a case; fails if a rejection is left unhandled meanwhile. */
export async function watched(run: () => Promise<void>): Promise<void> {
  const rejections: unknown[] = [];
  const onEvent = (event: ErrorEventLike): void => {
    event.preventDefault();
    rejections.push(event.reason);
  };
  const onRejection = (error: unknown): void => void rejections.push(error);
  const { addEventListener, process, removeEventListener } = host;
  addEventListener?.call(globalThis, "unhandledrejection", onEvent);
  if (addEventListener === undefined) {
    process?.on?.("unhandledRejection", onRejection);
  }
  try {
    await run();
  } finally {
    await macroturn(); // Only then is a rejection known to be unhandled.
    removeEventListener?.call(globalThis, "unhandledrejection", onEvent);
    if (addEventListener === undefined) {
      process?.off?.("unhandledRejection", onRejection);
    }
  }
  equal(rejections.length, 0, "unhandled rejections");
}
