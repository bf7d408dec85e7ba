/**
 * How often one principal may ask: a bucket that leaks steadily, so at most
 * `limit` at once and, in the long run, `limit` in each `interval`.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";

/** How often. */
export interface RateOptions {
  /** How many requests. */
  readonly limit: number;
  /** In which time, in milliseconds. */
  readonly interval: number;
}

/** What was decided about one request, in the words of `RateLimit`. */
export interface RateVerdict {
  /** May it be served? */
  readonly allowed: boolean;
  /** Seconds until the next is allowed; 0 if this one is. */
  readonly retryAfterS: number;
  /** How many more are allowed at once. */
  readonly remaining: number;
  /** Seconds until `limit` are allowed at once, if none come before. */
  readonly resetS: number;
}

interface Bucket {
  /** How many requests are in it, parts of one included, … */
  readonly used: number;
  /** … at this time. */
  readonly atMs: number;
}

/** Principals are known ones, so more than this has hardly anyone; the one that
 * asked longest ago begins anew. */
const PRINCIPALS_MAX = 10_000;
/** What sums of parts may be wrong by. */
const ROUNDING = 1e-6;

/** The limit of each principal. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #intervalMs: number;
  /** The one that was let in longest ago comes first. */
  readonly #buckets: Map<string, Bucket> = new Map();

  /** Makes one; nobody has asked yet. */
  constructor({ limit, interval, clock }: RateOptions & {
    readonly clock: Clock;
  }) {
    this.#clock = clock;
    this.#limit = limit;
    this.#intervalMs = interval;
  }

  /** For `RateLimit-Policy`, as draft-ietf-httpapi-ratelimit-headers-10 has it. */
  get policy(): string {
    const windowS = Math.max(1, Math.ceil(this.#intervalMs / 1_000));
    return `"default";q=${this.#limit};w=${windowS}`;
  }

  /** Counts a request of `principal`, if it is allowed. */
  take(principal: string): RateVerdict {
    const atMs = this.#clock.now();
    const before = this.#usedAt(principal, atMs);
    const allowed = before + 1 <= this.#limit + ROUNDING;
    const used = allowed ? before + 1 : before;
    if (allowed) this.#put(principal, { used, atMs });
    return {
      allowed,
      retryAfterS: allowed ? 0 : this.#seconds(before + 1 - this.#limit),
      remaining: Math.max(0, Math.floor(this.#limit - used + ROUNDING)),
      resetS: this.#seconds(used),
    };
  }

  #usedAt(principal: string, atMs: number): number {
    const bucket = this.#buckets.get(principal);
    if (bucket === undefined) return 0;
    const leaked = (atMs - bucket.atMs) * this.#limit / this.#intervalMs;
    return Math.max(0, bucket.used - leaked);
  }

  #put(principal: string, bucket: Bucket): void {
    this.#buckets.delete(principal);
    this.#buckets.set(principal, bucket);
    if (this.#buckets.size <= PRINCIPALS_MAX) return;
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      return;
    }
  }

  /** How long so much takes to leak, in whole seconds, at least one. */
  #seconds(amount: number): number {
    const ms = amount * this.#intervalMs / this.#limit;
    return Math.max(1, Math.ceil((ms - ROUNDING) / 1_000));
  }
}

/** The headers that tell a principal where it stands. */
export function rateHeaders(
  verdict: RateVerdict,
  policy: string,
): Record<string, string> {
  const { allowed, remaining, resetS, retryAfterS } = verdict;
  return {
    "RateLimit-Policy": policy,
    "RateLimit": `"default";r=${remaining};t=${resetS}`,
    ...(allowed ? {} : { "Retry-After": String(retryAfterS) }),
  };
}
