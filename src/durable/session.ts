/**
 * A session: the right to claim items, for as long as it is renewed. Whoever
 * cannot renew it gives it up by itself, before anybody else may take it for
 * lost: its clock starts when a renewal is sent, that of others when they have
 * seen it.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import type { Timer, Timers } from "../core/timers.ts";
import { LeaseLostError, StoreError } from "./errors.ts";
import type { Caller, Outage } from "./outage.ts";
import type { Store } from "./store.ts";

/** What a session needs. */
export interface SessionParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly outage: Outage;
  readonly leaseMs: number;
}

/** Renewals in one lease. */
const RENEWALS = 3;
/** The share of a lease for which a session trusts its last renewal. */
const TRUST = 0.8;

/** One session, from the answer of the store to its end or loss. */
export class Session {
  /** What the store calls it. */
  readonly name: string;
  /** Why it is lost; `undefined` while it lives. */
  lostBy: string | undefined;
  readonly #parts: SessionParts;
  /** Told when it is lost. */
  readonly #listeners: Set<() => void> = new Set();
  readonly #pending: Set<Promise<void>> = new Set();
  #isEnded = false;
  #trustEndsMs = -Infinity;
  #trustTimer: Timer | undefined;
  #renewTimer: Timer | undefined;
  readonly #caller: Caller;

  constructor(name: string, sentMs: number, parts: SessionParts) {
    this.name = name;
    this.#parts = parts;
    this.#caller = parts.outage.caller();
    this.#trust(sentMs);
    this.#startRenewing();
  }

  /** Opens one. */
  static async open(parts: SessionParts): Promise<Session> {
    const sentMs = parts.clock.now();
    const name = await parts.store.openSession();
    return new Session(name, sentMs, parts);
  }

  /** Calls `listener` once, when the session is lost. Returns what forgets it. */
  onLost(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** The error for what was done in it. `what` is it, as `The run of "a"`. */
  errorOf(what: string): LeaseLostError {
    return new LeaseLostError(what, this.lostBy ?? "its item was taken over");
  }

  /** Settles as `promise` does; with `undefined` if the session is lost
   * before. */
  race<Value>(promise: Promise<Value>): Promise<Value | undefined> {
    if (this.lostBy !== undefined) {
      promise.catch(() => {}); // Nobody waits for it any more.
      return Promise.resolve(undefined);
    }
    return new Promise((resolve, reject) => {
      const forget = this.onLost(() => resolve(undefined));
      promise.then(resolve, reject).then(forget);
    });
  }

  /** Calls the store until it answers, or refuses for good. `undefined`: the
   * session is lost. */
  async persist<Value>(
    call: () => Promise<Value>,
  ): Promise<Value | undefined> {
    const caller = this.#parts.outage.caller();
    try {
      while (this.lostBy === undefined) {
        try {
          const value = await this.race(call());
          if (this.lostBy === undefined) caller.worked();
          return value;
        } catch (error) {
          if (!(error instanceof StoreError && error.isRetryable)) throw error;
          caller.failed(error);
        }
        await this.race(new Promise<void>((goOn) => caller.wait(goOn)));
      }
      return undefined;
    } finally {
      caller.leave();
    }
  }

  /** Renews it now, as the store may be back. */
  renew(): void {
    if (this.#isEnded || this.lostBy !== undefined) return;
    this.#parts.timers.stop(this.#renewTimer);
    this.#startRenewing();
    const sentMs = this.#parts.clock.now();
    const renewal = this.#parts.store.renew(this.name).then((isRenewed) => {
      this.#caller.worked();
      if (isRenewed) this.#trust(sentMs);
      else this.#lose("it was taken for lost and fenced");
    }, (error: unknown) => this.#failed(error))
      .then(() => {
        this.#pending.delete(renewal);
      });
    this.#pending.add(renewal);
  }

  /** Renews no more. Resolves when no renewal is under way. */
  end(): Promise<unknown> {
    this.#isEnded = true;
    this.#stopTimers();
    return Promise.all(this.#pending);
  }

  /** It is renewed in its time, or as soon as the store is back. */
  #failed(error: unknown): void {
    if (this.#isEnded || this.lostBy !== undefined) return;
    this.#caller.failed(error);
    this.#caller.wait(() => this.renew());
  }

  #stopTimers(): void {
    this.#parts.timers.stop(this.#trustTimer);
    this.#parts.timers.stop(this.#renewTimer);
    this.#caller.leave();
  }

  #startRenewing(): void {
    const { timers, leaseMs } = this.#parts;
    this.#renewTimer = timers.start(leaseMs / RENEWALS, () => this.renew());
  }

  #trust(sentMs: number): void {
    if (this.#isEnded || this.lostBy !== undefined) return;
    const { clock, timers, leaseMs } = this.#parts;
    const endsMs = sentMs + leaseMs * TRUST;
    if (endsMs <= this.#trustEndsMs) return; // Answers may overtake each other.
    this.#trustEndsMs = endsMs;
    timers.stop(this.#trustTimer);
    const lose = (): void => {
      const ms = Math.round(clock.now() - sentMs);
      this.#lose(`it could not be renewed for ${ms} ms`);
    };
    this.#trustTimer = timers.startAt(endsMs, lose, undefined);
  }

  #lose(why: string): void {
    if (this.#isEnded || this.lostBy !== undefined) return;
    this.lostBy = why;
    this.#stopTimers();
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }
}
