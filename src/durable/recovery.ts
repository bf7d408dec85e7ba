/**
 * Looks after sessions that others have lost. One is fenced when its beat has
 * stayed the same for a whole lease by our own clock; what it had claimed is
 * due again then.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import type { Timer, Timers } from "../core/timers.ts";
import type { Outage } from "./outage.ts";
import { Rounds } from "./rounds.ts";
import type { Store } from "./store.ts";
import type { SessionView } from "./stored.ts";

/** What a recovery needs. */
export interface RecoveryParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly outage: Outage;
  readonly leaseMs: number;
  /** Does it live for moments only, within `work()`? */
  readonly isBrief: boolean;
  /** Items have become due again. */
  recovered(): void;
}

/** A beat, and since when we know it. */
interface Seen {
  readonly beat: string;
  readonly sinceMs: number;
}

/** How often in a lease it looks. */
const LOOKS = 2;
/** By how much the clocks of two machines may differ. */
const SKEW_MAX_MS = 60_000;

/** Watches the sessions of a store. */
export class Recovery {
  readonly #parts: RecoveryParts;
  readonly #rounds: Rounds;
  #seen: ReadonlyMap<string, Seen> = new Map();
  #timer: Timer | undefined;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
    this.#rounds = new Rounds(parts.outage, () => this.#look());
  }

  /** Looks now, and then now and then. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#startTimer();
    this.#rounds.ask();
  }

  /** Looks no more until it is started again. What it has seen still counts. */
  pause(): void {
    this.#parts.timers.stop(this.#timer);
    this.#timer = undefined;
  }

  /** Looks no more. Resolves when nothing is under way. */
  stop(): Promise<void> {
    this.pause();
    return this.#rounds.stop();
  }

  #startTimer(): void {
    const { timers, leaseMs } = this.#parts;
    this.#timer = timers.start(leaseMs / LOOKS, () => this.#lookAgain());
  }

  #lookAgain(): void {
    this.#startTimer();
    this.#rounds.ask();
  }

  async #look(): Promise<void> {
    const { store, clock, leaseMs } = this.#parts;
    const sentMs = clock.now();
    try {
      const views = await store.sessions();
      const nowMs = clock.now();
      const seen = new Map<string, Seen>();
      for (const view of views) {
        const known = this.#remember(view, nowMs);
        if (known !== undefined) seen.set(view.session, known);
      }
      this.#seen = seen;
      for (const view of views) {
        const { session, beat } = view;
        if (beat === undefined) await this.#reclaim(session);
        const sinceMs = seen.get(session)?.sinceMs ?? Infinity;
        const isOver = sentMs - sinceMs >= leaseMs || this.#isLongGone(view);
        if (beat === undefined || !isOver) continue;
        seen.delete(session);
        if (await store.fence(session, beat)) await this.#reclaim(session);
      }
      this.#hurry();
    } catch (error) {
      this.#seen = new Map(); // They could not renew either: begin anew.
      throw error;
    }
  }

  /** Who lives too short to see a whole lease pass goes by the wall's clock,
   * and leaves room for clocks that differ. */
  #isLongGone({ beatAt }: SessionView): boolean {
    const { clock, leaseMs, isBrief } = this.#parts;
    if (!isBrief || beatAt === undefined) return false;
    return clock.today() - beatAt >= leaseMs + SKEW_MAX_MS;
  }

  /** Looks as soon as a lease that is not renewed will be over. */
  #hurry(): void {
    const { timers, leaseMs } = this.#parts;
    const begun = [...this.#seen.values()].map(({ sinceMs }) => sinceMs);
    const endsMs = Math.min(...begun) + leaseMs;
    if (this.#timer === undefined || endsMs >= this.#timer.atMs) return;
    timers.stop(this.#timer);
    this.#timer = timers.startAt(endsMs, () => this.#lookAgain(), undefined);
  }

  /** What is known of a session now. One of ours shows that it lives, as those
   * of others do. */
  #remember({ session, beat }: SessionView, nowMs: number): Seen | undefined {
    if (beat === undefined) return undefined;
    const known = this.#seen.get(session);
    return known?.beat === beat ? known : { beat, sinceMs: nowMs };
  }

  async #reclaim(session: string): Promise<void> {
    while (await this.#parts.store.reclaim(session) > 0) {
      this.#parts.recovered();
    }
    this.#parts.recovered();
  }
}
