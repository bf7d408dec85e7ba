/**
 * Places that are held for long, by those who wait or watch: no principal takes
 * more than its share of them, so that there are some left for others.
 *
 * @module
 */

/** What a principal may take of all: a quarter. */
const SHARE = 4;

/** Who could not be let in: there is no place at all, or none of its share. */
export type Refusal = "full" | "share";

/** Counts who is in, up to a limit, and up to a share of it each. */
export class Shares {
  readonly #limit: number;
  readonly #shareMax: number;
  readonly #taken: Map<string, number> = new Map();
  #size = 0;

  /** Makes `limit` places; all of them are one's if senders are not told from
   * each other. */
  constructor(limit: number, { isShared }: { readonly isShared: boolean }) {
    this.#limit = limit;
    this.#shareMax = isShared ? Math.max(1, Math.floor(limit / SHARE)) : limit;
  }

  /** How many are in. */
  get size(): number {
    return this.#size;
  }

  /** Takes a place, unless it is refused; then `leave` must follow, once. */
  enter(principal: string): Refusal | undefined {
    if (this.#size >= this.#limit) return "full";
    const taken = this.#taken.get(principal) ?? 0;
    if (taken >= this.#shareMax) return "share";
    this.#taken.set(principal, taken + 1);
    this.#size++;
    return undefined;
  }

  /** Gives a place back. */
  leave(principal: string): void {
    const left = (this.#taken.get(principal) ?? 0) - 1;
    if (left > 0) this.#taken.set(principal, left);
    else this.#taken.delete(principal);
    this.#size--;
  }
}
