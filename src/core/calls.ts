/**
 * What can be said in a call to an item, and what items are known by.
 *
 * @module
 */
import type { Reschedule } from "./words.ts";

/** How a callback, event or report names an item. */
export interface ItemName<
  Name extends string | undefined = string | undefined,
> {
  /** The name of its kind, if it is of one. */
  readonly kind: Name;
  /** Its key, if it was given one. */
  readonly key: Name;
}

/** What items and scopes live in: a scope, or the scheduler itself. Compare it
 * with the one that you hold. */
export interface Parent {
  /** What it lives in itself; the scheduler lives in nothing. */
  readonly parent: Parent | undefined;
}

/** When the run that an enqueue asks for may begin. */
export interface Timing {
  /** Not before so many milliseconds from now. `0` is no delay, also where the
   * options of the item say otherwise.
   *
   * @default The item's own `delay`. */
  readonly delay?: number | undefined;
  /** Not before this time. It becomes a delay at once, which a later change of
   * the wall's clock does not alter. */
  readonly at?: Date | undefined;
  /** What happens if a delayed run is owed already.
   *
   * @default The item's own `reschedule`: `"earliest"`. */
  readonly reschedule?: Reschedule | undefined;
  /** Milliseconds from the first enqueue that the owed run answers, after
   * which it is due whatever else is asked. It is kept with that run; of
   * several the shortest holds.
   *
   * @default The item's own `maxDelay`: no limit. */
  readonly maxDelay?: number | undefined;
}

/** How to wait. */
export interface WaitOptions {
  /** Ends the waiting: the promise rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
}

/** What to cancel. */
export interface CancelOptions {
  /**
   * Abort the signals of the runs in flight as well?
   *
   * @default {false}
   */
  readonly running?: boolean | undefined;
}

/** Keeps an item from running until it is given back. */
export interface Suspension {
  /** Gives it back; the item may run when all suspensions are. Once is enough,
   * more does nothing. */
  resume(): void;
  /** The same as `resume()`, for `using`. */
  [Symbol.dispose](): void;
}
