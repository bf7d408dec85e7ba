/**
 * The pump: as long as executors are free it claims what is ready, and hands it
 * to them.
 *
 * One claim is under way at a time, and it asks for no more than may start at
 * once. Whatever could make more ready, or let more start, asks for another
 * round; so when rounds have come to rest, a free executor and a ready item that
 * this process may run do not coexist for longer than a poll.
 *
 * @module
 */
import type { ItemName } from "../core/calls.ts";
import { ClosedError } from "../core/errors.ts";
import { Alarm } from "./alarm.ts";
import { type Definition, nameOf } from "./definition.ts";
import type { Claimer, Engine } from "./engine.ts";
import { OvertimeError, StoreError } from "./errors.ts";
import { Execution } from "./execution.ts";
import type { HandleParts } from "./handle.ts";
import { Newsroom } from "./newsroom.ts";
import { Rounds } from "./rounds.ts";
import type { Session } from "./session.ts";
import { Sessions } from "./sessions.ts";
import type { EndOfRun } from "./settlement.ts";
import type { Want } from "./store.ts";
import type { Claim } from "./stored.ts";

/** What a pump needs. */
export interface PumpParts {
  readonly engine: Engine;
  handlesOf(definition: Definition): HandleParts;
  /** Nothing is asked for, and perhaps nothing goes on. */
  rested(): void;
}

/** A claim to be sent. */
interface Offer {
  readonly definition: Definition;
  readonly limit: number;
}

/** So many runs may be on their way to the store, for each executor. */
const SETTLING_PER_EXECUTOR = 4;
const ROUNDS_PER_TURN = 4_096; // Then the host gets its turn.

/** Claims, and looks after what it has claimed. */
export class Pump implements Claimer {
  /** How many runs have ended, and that was stored. */
  runs = 0;
  readonly #parts: PumpParts;
  readonly #rounds: Rounds;
  readonly #sessions: Sessions;
  readonly #newsroom: Newsroom;
  readonly #alarm: Alarm;
  readonly #executions: Set<Execution> = new Set();
  readonly #released: ItemName<string>[] = [];
  readonly #stuck: ItemName<string>[] = [];
  #mayHaveMore = true; // Something may be ready that was not asked for.
  #isClaiming = true;
  #isHolding = false;
  #roundsSinceTurn = 0;
  #stopListening: () => void = () => {};

  constructor(parts: PumpParts) {
    const { engine } = parts;
    this.#parts = parts;
    const ask = (): void => this.#ask();
    const rested = (): void => this.#rested();
    this.#rounds = new Rounds(engine.outage, () => this.#round(), rested);
    this.#sessions = new Sessions({ engine, lost: ask });
    this.#newsroom = new Newsroom(engine, this.#executions);
    this.#alarm = new Alarm(engine, ask);
  }

  /** Items that it gave back: never begun, aborted or stuck. */
  get released(): readonly ItemName<string>[] {
    return this.#released;
  }

  /** Those whose callback has not settled. */
  get stuck(): readonly ItemName<string>[] {
    return this.#stuck;
  }

  /** May something be ready? */
  get mayHaveMore(): boolean {
    return this.#mayHaveMore || this.#released.length !== 0;
  }

  /** Does nothing go on? */
  get isAtRest(): boolean {
    return this.#executions.size === 0 && this.#rounds.isAtRest;
  }

  /** Begins to claim. */
  start(): void {
    const { bell, claimers, recovery } = this.#parts.engine;
    claimers.add(this);
    recovery.start();
    this.#newsroom.start();
    this.#stopListening = bell.listen((isPoll) => {
      if (isPoll) this.#alarm.setOff();
      else this.#ask();
    });
    this.look();
  }

  look(): void {
    if (!this.#isHolding) this.#parts.engine.hold();
    this.#isHolding = true;
    this.#ask();
  }

  expect(delayMs: number): void {
    this.#alarm.setIn(delayMs);
  }

  freed(): void {
    if (this.#mayHaveMore) this.#rounds.ask();
  }

  /** Claims no more; what has not begun goes back. */
  stop(): void {
    this.#isClaiming = false;
    const { claimers, recovery } = this.#parts.engine;
    claimers.delete(this);
    if (claimers.size === 0) recovery.pause();
    this.#stopListening();
    this.#alarm.stop();
    this.#rounds.stop();
    for (const execution of this.#executions) execution.drop();
  }

  /** Aborts the signals of what runs. */
  abort(): void {
    const { isClosed } = this.#parts.engine;
    const reason = isClosed
      ? new ClosedError("The run was aborted")
      : new OvertimeError();
    for (const execution of this.#executions) execution.stop("close", reason);
  }

  /** Waits no longer for callbacks that have not settled. */
  giveUp(): void {
    for (const execution of this.#executions) {
      if (!execution.isRunning) continue;
      this.#stuck.push(nameOf(execution.claim));
      execution.giveUp();
    }
  }

  /** Ends its session. Nothing that it had claimed goes on. */
  async end(): Promise<void> {
    await Promise.all([this.#newsroom.stop(), this.#rounds.stop()]);
    await this.#sessions.end();
  }

  #ask(): void {
    this.#mayHaveMore = true;
    this.#rounds.ask();
  }

  async #round(): Promise<void> {
    const { engine } = this.#parts;
    if (!this.#isClaiming) return;
    if (++this.#roundsSinceTurn > ROUNDS_PER_TURN) await this.#turn();
    const session = await this.#sessions.open();
    if (this.#alarm.isDue) await session.race(this.#promote());
    if (engine.isPaused) return;
    this.#mayHaveMore = false;
    for (const level of engine.levels) {
      if (!await this.#claim(session, level)) return;
    }
  }

  #turn(): Promise<void> {
    this.#roundsSinceTurn = 0;
    return new Promise((resolve) => this.#parts.engine.clock.turn(resolve));
  }

  async #promote(): Promise<void> {
    const { store, definitions } = this.#parts.engine;
    this.#alarm.stop();
    const { nextMs } = await store.promote([...definitions.keys()]);
    if (nextMs !== undefined && this.#isClaiming) this.#alarm.setIn(nextMs);
  }

  /** Claims of one level. `false`: no executor is left for the next. */
  async #claim(
    session: Session,
    level: readonly Definition[],
  ): Promise<boolean> {
    const limit = this.#isClaiming ? this.#room() : 0;
    if (limit <= 0) this.#mayHaveMore = true;
    if (limit <= 0) return false;
    const offers = this.#offersOf(level, limit);
    if (offers.length === 0) return true;
    const claims = await this.#send(session, offers, limit);
    if (claims.length >= limit) this.#mayHaveMore = true;
    for (const { definition, limit } of offers) {
      const own = claims.filter(({ kind }) => kind === definition.name);
      if (own.length >= limit) this.#mayHaveMore = true;
    }
    for (const claim of claims) this.#begin(session, claim);
    return true;
  }

  /** What is asked for is spoken for until the store has answered. */
  async #send(
    session: Session,
    offers: readonly Offer[],
    limit: number,
  ): Promise<readonly Claim[]> {
    const { store, executors } = this.#parts.engine;
    executors.reserved += limit;
    for (const { definition, limit } of offers) {
      definition.starts.reserve(limit);
    }
    const wants = offers.map(({ definition, limit }): Want => {
      return { kind: definition.name, limit };
    });
    let claims: readonly Claim[] = [];
    try {
      const call = store.claim(session.name, wants, limit);
      return claims = await session.race(call) ?? [];
    } catch (error) {
      const mayHave = error instanceof StoreError &&
        error.outcome === "unknown";
      if (mayHave) this.#sessions.retire(session);
      throw error;
    } finally {
      executors.reserved -= limit - claims.length;
      for (const { definition, limit } of offers) {
        const own = claims.filter(({ kind }) => kind === definition.name);
        definition.starts.release(limit - own.length);
      }
    }
  }

  #begin(session: Session, claim: Claim): void {
    const { engine, handlesOf } = this.#parts;
    const definition = engine.definitions.get(claim.kind);
    if (definition === undefined) return; // It was not asked for.
    const execution = new Execution(claim, {
      engine,
      session,
      handles: handlesOf(definition),
      unreadable: (error) => this.#rounds.fail(error),
      ended: (ended, how) => {
        this.#executions.delete(ended);
        this.#sessions.leave(session);
        this.#ended(ended, how);
      },
    });
    this.#executions.add(execution);
    this.#sessions.enter(session);
    if (!this.#isClaiming) execution.drop();
    execution.run();
  }

  #ended({ claim, hasBegun }: Execution, how: EndOfRun): void {
    if (hasBegun && how === "ended") this.runs++;
    const isGivenBack = how === "released" && !this.#isClaiming;
    if (isGivenBack) this.#released.push(nameOf(claim));
    if (this.isAtRest) this.#parts.rested();
  }

  #rested(): void {
    if (this.#isHolding) this.#parts.engine.letGo();
    this.#isHolding = false;
    this.#parts.rested();
  }

  /** How many more may be claimed. */
  #room(): number {
    const { executors, settling } = this.#parts.engine;
    const backlog = SETTLING_PER_EXECUTOR * executors.bound - settling;
    return Math.min(executors.free, backlog);
  }

  /** As many of each kind as may start now. A kind that may not start any asks
   * again when it may. */
  #offersOf(level: readonly Definition[], limit: number): readonly Offer[] {
    const nowMs = this.#parts.engine.clock.now();
    return level.flatMap((definition): Offer[] => {
      const room = definition.starts.room(nowMs);
      if (room > 0) return [{ definition, limit: Math.min(room, limit) }];
      this.#mayHaveMore = true;
      const { opensAtMs } = definition.starts;
      if (opensAtMs !== undefined) this.#alarm.wakeIn(opensAtMs - nowMs);
      return [];
    });
  }
}
