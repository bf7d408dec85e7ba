/**
 * How many requests are served at once: with it, and with the limit of bytes,
 * the memory that callers can take has a bound.
 *
 * @module
 */
import { Problem } from "./problem.ts";
import { retryAfter } from "./problems.ts";

/** Counts who is in, up to a limit; at most half of them may be strangers. */
export class Capacity {
  readonly #limit: number;
  readonly #strangersMax: number;
  #inFlight = 0;
  #strangers = 0;

  /** Makes one for `limit` at once. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#strangersMax = Math.ceil(limit / 2);
  }

  /** How many are in. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** `false`: there is no place. Else `leave` must follow, once. */
  enter(): boolean {
    if (this.#inFlight >= this.#limit) return false;
    this.#inFlight++;
    return true;
  }

  /** Gives the place back. */
  leave(): void {
    this.#inFlight--;
  }

  /** Somebody who is in cannot be known before its body is read. `false`: there
   * are too many of these. Else `know` must follow, once. */
  doubt(): boolean {
    if (this.#strangers >= this.#strangersMax) return false;
    this.#strangers++;
    return true;
  }

  /** It is known now, or never will be. */
  know(): void {
    this.#strangers--;
  }
}

/** There is no place. */
export function crowded(random: () => number): Problem {
  return new Problem({
    status: 503,
    code: "WI-HTTP-CAPACITY",
    detail: "As many requests are being served as may be",
    hint: "Try again after Retry-After.",
    headers: { "Retry-After": retryAfter(random) },
  });
}
