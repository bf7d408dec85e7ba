/** Stands in for `@std/async` where JSR cannot be reached: what this package
 * uses of it, leaning on Node's timers, with the behaviour of the real one. */
import { setTimeout as wait } from "node:timers/promises";

/** Options for {@linkcode delay}. */
export interface DelayOptions {
  /** Ends the delay early: it rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Does the delay keep the process alive? `@default {true}` */
  persistent?: boolean;
}

/** Resolves after `ms` milliseconds. */
export async function delay(
  ms: number,
  options: DelayOptions = {},
): Promise<void> {
  const { signal, persistent = true } = options;
  try {
    await wait(ms, undefined, { ref: persistent, ...(signal && { signal }) });
  } catch (error) {
    signal?.throwIfAborted(); // Node rejects with an error of its own.
    throw error;
  }
}

/** Options for {@linkcode deadline}. */
export interface DeadlineOptions {
  /** Ends the wait early: it rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Settles as `promise` does, but rejects with a `TimeoutError` after `ms`. */
export async function deadline<T>(
  promise: Promise<T>,
  ms: number,
  options: DeadlineOptions = {},
): Promise<T> {
  const { signal } = options;
  const over = new AbortController(); // Stops the timer once all is settled.
  const stop = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  const late = delay(ms, { signal: stop }).then(() => {
    throw new DOMException("Signal timed out.", "TimeoutError");
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    over.abort();
    late.catch(() => {});
  }
}
