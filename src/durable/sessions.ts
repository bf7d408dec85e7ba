/**
 * The session that a pump claims in: opened when it is needed, replaced when it
 * is lost, and retired when nobody can say what it has claimed.
 *
 * @module
 */
import type { Engine } from "./engine.ts";
import { Session } from "./session.ts";

/** What the sessions of a pump need. */
export interface SessionsParts {
  readonly engine: Engine;
  /** A session is lost: another has to be opened. */
  lost(): void;
}

/** One session after another. */
export class Sessions {
  readonly #parts: SessionsParts;
  #current: Session | undefined;
  /** How many executions go on in each; those retired end with the last. */
  readonly #counts: Map<Session, number> = new Map();
  readonly #ends: Set<Promise<void>> = new Set();

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  /** The session to claim in. */
  async open(): Promise<Session> {
    const { engine, lost } = this.#parts;
    if (this.#current !== undefined) return this.#current;
    const { store, clock, timers, outage, leaseMs } = engine;
    const parts = { store, clock, timers, outage, leaseMs };
    const session = this.#current = await Session.open(parts);
    session.onLost(() => {
      if (this.#current !== session) return;
      this.#current = undefined;
      lost();
    });
    return session;
  }

  /** An execution begins in it. */
  enter(session: Session): void {
    this.#counts.set(session, (this.#counts.get(session) ?? 0) + 1);
  }

  /** An execution has ended in it. */
  leave(session: Session): void {
    const count = (this.#counts.get(session) ?? 1) - 1;
    if (count > 0) return void this.#counts.set(session, count);
    this.#counts.delete(session);
    if (session !== this.#current) this.#close(session);
  }

  /** It may have claimed what we were not told of: whoever closes it makes that
   * due again. No more is claimed in it. */
  retire(session: Session): void {
    if (session !== this.#current) return;
    this.#current = undefined;
    if (!this.#counts.has(session)) this.#close(session);
  }

  /** Ends all. Nothing goes on in them. */
  async end(): Promise<void> {
    const session = this.#current;
    this.#current = undefined;
    if (session !== undefined) this.#close(session);
    await Promise.all(this.#ends);
  }

  #close(session: Session): void {
    const end = this.#end(session).then(() => {
      this.#ends.delete(end);
    });
    this.#ends.add(end);
  }

  async #end(session: Session): Promise<void> {
    const { engine } = this.#parts;
    await session.end();
    if (session.lostBy !== undefined) return; // Others look after it.
    try {
      await engine.store.closeSession(session.name);
    } catch (error) {
      const caller = engine.outage.caller(); // Others will take it for lost.
      caller.failed(error);
      caller.leave();
    }
  }
}
