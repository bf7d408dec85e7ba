/**
 * Who waits for a run. A waiter stands with the wake-up it asked for: first
 * with the item while the wake-up waits, then with the run that answers it, and
 * with the item again when a run hands its wake-up back.
 *
 * @module
 */
import { type Linked, List } from "./list.ts";

/** Ends a promise. */
export interface Settle {
  /** Fulfils it. */
  resolve(value: unknown): void;
  /** Rejects it. */
  reject(error: unknown): void;
}

/** One who waits, in the list of an item or of a run. */
export class Waiter implements Linked<Waiter> {
  next: Waiter | undefined;
  previous: Waiter | undefined;
  list: List<Waiter> | undefined;
  readonly #settle: Settle;
  /** Does it want the run's result, and so is told of its failure? */
  readonly wantsResult: boolean;
  /** How many messages have to be taken from the inbox before it is its turn.
   * That matters only where a run does not take all. */
  behind = 0;

  constructor(settle: Settle, wantsResult: boolean) {
    this.#settle = settle;
    this.wantsResult = wantsResult;
  }

  /** The run has succeeded. */
  succeed(value: unknown): void {
    this.#settle.resolve(this.wantsResult ? value : undefined);
  }

  /** The run has failed: an answer to a request, an end to a flush. */
  fail(error: unknown): void {
    if (this.wantsResult) this.#settle.reject(error);
    else this.#settle.resolve(undefined);
  }

  /** What it waits for will not come. */
  refuse(error: unknown): void {
    this.#settle.reject(error);
  }

  /** Waits no longer. */
  leave(): void {
    this.list?.remove(this);
  }
}

/** The waiters of an item or run; `undefined` while there are none. */
export type Waiters = List<Waiter> | undefined;

/** Adds `waiter` and returns the list it is in. */
export function join(waiters: Waiters, waiter: Waiter): List<Waiter> {
  const list = waiters ?? new List<Waiter>();
  list.push(waiter);
  return list;
}

/** All waiters of `older`, then those of `newer`. */
export function merge(older: Waiters, newer: Waiters): Waiters {
  if (older === undefined || newer === undefined) return older ?? newer;
  for (let next = newer.shift(); next !== undefined; next = newer.shift()) {
    older.push(next);
  }
  return older;
}

/** Tells all waiters in the order they came. Did one of them want the result? */
export function tell(
  waiters: Waiters,
  news: (waiter: Waiter) => void,
): boolean {
  let asked = false;
  if (waiters === undefined) return asked;
  for (let next = waiters.shift(); next; next = waiters.shift()) {
    asked ||= next.wantsResult;
    news(next);
  }
  return asked;
}

/**
 * A promise that `signal` rejects with its reason. `begin` is given what
 * settles it and returns how to stop waiting.
 */
export function wait<Value>(
  signal: AbortSignal | undefined,
  begin: (settle: Settle) => () => void,
): Promise<Value> {
  return new Promise<unknown>((resolve, reject) => {
    if (signal === undefined) return void begin({ resolve, reject });
    if (signal.aborted) return reject(signal.reason);
    const stop = begin({
      resolve: (value) => end(() => resolve(value)),
      reject: (error) => end(() => reject(error)),
    });
    signal.addEventListener("abort", aborted, { once: true });

    /** Whoever settles it must not suffer from a signal that is badly made. */
    function end(settle: () => void): void {
      try {
        signal?.removeEventListener("abort", aborted);
        settle();
      } catch (error) {
        reject(error);
      }
    }

    function aborted(): void {
      stop();
      reject(signal?.reason);
    }
  }) as Promise<Value>; // What settles it knows the type of its value.
}
