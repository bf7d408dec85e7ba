/**
 * How an item deals with messages, with time and with failure: options that
 * single items and kinds have in common.
 *
 * @module
 */
import type { ItemName } from "./calls.ts";
import type { Schema } from "./schema.ts";
import type { Reschedule, WhenExhausted } from "./words.ts";

/** How the messages of an item are kept. */
export interface InboxOptions<Input, Message> {
  /** What a message is: `type<T>()`, or a schema that checks each at the
   * enqueue. It must not be asynchronous.
   *
   * @default Messages are not typed and not checked. */
  readonly message?: Schema<Input, Message> | undefined;
  /** Folds a message into the one that waits. It must be associative: folding
   * `a` with `b`, then with `c`, has to be the same as folding `a` with what `b`
   * and `c` make.
   *
   * @default Every message is kept, in order. */
  readonly merge?: ((older: Message, newer: Message) => Message) | undefined;
  /** How many messages one run is handed at most; the rest stays owed.
   *
   * @default {Infinity} */
  readonly maxMessages?: number | undefined;
  /** How many messages may wait. One more throws `QueueFullError`; what a
   * failed run gives back is never refused.
   *
   * @default {10_000} */
  readonly maxInbox?: number | undefined;
}

/** When the runs of an item begin, and how long they may take. */
export interface TimeOptions {
  /** Milliseconds between an enqueue and its run, if the enqueue does not say.
   *
   * @default {0} */
  readonly delay?: number | undefined;
  /** What a delayed enqueue does to a run that is delayed already, if it does
   * not say.
   *
   * @default {"earliest"} */
  readonly reschedule?: Reschedule | undefined;
  /** Milliseconds from the first enqueue that a delayed run answers, after
   * which it is due.
   *
   * @default No limit. */
  readonly maxDelay?: number | undefined;
  /** Milliseconds after which the signal of a run aborts with a
   * `TimeoutError`.
   *
   * @default No limit. */
  readonly timeout?: number | undefined;
  /** 0 to 255: higher ones go first, whatever else waits.
   *
   * @default {0} */
  readonly priority?: number | undefined;
}

/**
 * When a run that failed is tried again: a list of milliseconds, one for each
 * further attempt, or a function that is given the number of the attempt that
 * failed (from 1), its error, and the scheduler's source of randomness (0 to
 * 1), and returns milliseconds, or `undefined` to give up.
 *
 * While attempts are left, an error's own `retryAfter` (milliseconds) is taken
 * instead. An error whose `final` is `true` ends them.
 */
export type Retry =
  | readonly number[]
  | ((
    attempt: number,
    error: unknown,
    random: () => number,
  ) => number | undefined);

/** Why messages were not delivered. */
export interface Failure<
  Name extends string | undefined = string | undefined,
> extends ItemName<Name> {
  /** What the last run threw, or why there was none. */
  readonly error: unknown;
  /** How many runs were tried for the oldest of the messages. */
  readonly attempts: number;
}

/** What becomes of a failure. */
export interface FailureOptions<
  Message,
  Name extends string | undefined = string | undefined,
> {
  /** When a run that failed is tried again, with its messages before all newer
   * ones.
   *
   * @default Never. */
  readonly retry?: Retry | undefined;
  /** What becomes of the item when its last attempt has failed.
   *
   * @default {"release"} */
  readonly whenExhausted?: WhenExhausted | undefined;
  /** Told of the messages that no run will handle and nobody else is told of;
   * of none, if a mere wake-up failed. What `close()` drops stands in its report
   * instead. What it throws goes to `onError`, together with the messages.
   *
   * @default They go to `onError`. */
  readonly undelivered?:
    | ((messages: readonly Message[], failure: Failure<Name>) => unknown)
    | undefined;
}
