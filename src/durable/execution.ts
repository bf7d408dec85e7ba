/**
 * One claim, from the store's answer to its end: the item is read, its callback
 * called, and what comes of it settled.
 *
 * @module
 */
import { CancelledError } from "../core/errors.ts";
import type { Cause } from "../core/halt.ts";
import { Call } from "./call.ts";
import { labelOf, nameOf, placeOf } from "./definition.ts";
import type { Engine } from "./engine.ts";
import { CrashedError, type LeaseLostError } from "./errors.ts";
import type { HandleParts } from "./handle.ts";
import type { Session } from "./session.ts";
import { type EndOfRun, Settlement } from "./settlement.ts";
import type { Claim, Loaded, News } from "./stored.ts";

/** What an execution is made of. */
export interface ExecutionParts {
  readonly engine: Engine;
  readonly session: Session;
  readonly handles: HandleParts;
  /** It cannot be read: there is no point in claiming it again soon. */
  unreadable(error: unknown): void;
  /** It is over, but for a callback that was given up. */
  ended(execution: Execution, how: EndOfRun): void;
}

const UNREAD: Loaded = { context: undefined, messages: [], more: false };

/** One claim. */
export class Execution {
  readonly claim: Claim;
  readonly #parts: ExecutionParts;
  #isLost = false;
  #isDropped = false;
  #isGivenUp = false;
  #call: Call | undefined;
  /** Ends its waiting for an older callback. */
  #goOn: () => void = () => {};

  constructor(claim: Claim, parts: ExecutionParts) {
    this.claim = claim;
    this.#parts = parts;
  }

  /** Does its callback go on? */
  get isRunning(): boolean {
    return this.#call?.isOver === false;
  }

  /** Has its callback been called? */
  get hasBegun(): boolean {
    return this.#call !== undefined;
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const { engine, session, ended } = this.#parts;
    engine.hold();
    const forget = session.onLost(() => this.lose());
    if (session.lostBy !== undefined) this.lose(); // The answer came late.
    let how: EndOfRun = "lost";
    try {
      how = await this.#live();
    } catch (error) { // Only a fault of ours, or of the store.
      engine.reporter.report(error, nameOf(this.claim));
    }
    forget();
    if (!this.#isGivenUp) ended(this, how);
    engine.letGo();
  }

  /** It is not to begin any more. */
  drop(): void {
    this.#isDropped = true;
    this.#goOn();
  }

  /** Aborts the signal of its callback. */
  stop(cause: Cause, reason: unknown): void {
    if (this.isRunning) this.#call?.stop(cause, reason);
  }

  /** The store says what happened meanwhile. */
  hear({ isLost, isStale, isRestart, isCancelled }: News): void {
    if (isLost) return this.lose();
    const call = this.#call;
    if (call === undefined || call.isOver) return;
    if (isStale) call.isStale = true;
    const { cause } = call.halt;
    if (isCancelled && cause !== "cancel") {
      const reason = new CancelledError(`${this.#label()} was cancelled`);
      return call.stop("cancel", reason);
    }
    const { maxRestarts } = this.#parts.handles.definition;
    const mayRestart = this.claim.restarts < maxRestarts;
    if (!isRestart || cause !== undefined || !mayRestart) return;
    const reason = new CancelledError(`${this.#label()} is to start again`);
    call.stop("restart", reason);
  }

  /** Its claim is valid no more. */
  lose(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#goOn();
    this.stop("caller", this.#lostError());
  }

  /** Its callback is waited for no longer; its item is due again. */
  async giveUp(): Promise<void> {
    if (!this.isRunning || this.#isGivenUp) return;
    this.#isGivenUp = true;
    this.#parts.engine.counts.stuck++;
    const how = this.#isLost
      ? "lost"
      : await this.#settlementOf(UNREAD).release();
    this.#parts.ended(this, how);
  }

  async #live(): Promise<EndOfRun> {
    const { engine, handles } = this.#parts;
    const loaded = await this.#read();
    await this.#vacancy();
    const isCrashed = this.claim.crashes >= engine.crashesMax;
    if (
      loaded === undefined || this.#isLost || this.#isDropped || isCrashed
    ) {
      this.#unreserve();
      return await this.#endUnrun(loaded);
    }
    const { claim } = this;
    const leaseLost = (): LeaseLostError | undefined =>
      this.#isLost ? this.#lostError() : undefined;
    const call = new Call({ engine, handles, claim, loaded, leaseLost });
    this.#call = call;
    const { isOk, value } = await call.run();
    engine.freed();
    if (this.#isGivenUp) return "lost";
    const settlement = this.#settlementOf(loaded, call);
    if (this.#isLost) return settlement.lose();
    engine.settling++;
    try {
      return isOk
        ? await settlement.succeed(value)
        : await settlement.fail(value);
    } finally {
      engine.settling--;
      engine.freed();
    }
  }

  /** `undefined`: it could not be read, or the lease was lost. */
  async #read(): Promise<Loaded | undefined> {
    const { engine, session, handles, unreadable } = this.#parts;
    const { maxMessages } = handles.definition;
    try {
      return await session.persist(() =>
        engine.store.load(this.claim, maxMessages)
      );
    } catch (error) {
      unreadable(error);
      return undefined;
    }
  }

  /** Waits for the callback of an older claim that goes on here. */
  async #vacancy(): Promise<void> {
    const { occupants } = this.#parts.engine;
    const place = placeOf(this.claim);
    for (;;) {
      const older = occupants.get(place);
      if (older === undefined || this.#isLost || this.#isDropped) return;
      await new Promise<void>((resolve) => {
        this.#goOn = resolve;
        older.onVacated(resolve);
      });
    }
  }

  #unreserve(): void {
    const { engine, handles } = this.#parts;
    engine.executors.reserved--;
    handles.definition.starts.release(1);
    engine.freed();
  }

  async #endUnrun(loaded: Loaded | undefined): Promise<EndOfRun> {
    if (this.#isLost) return "lost";
    const settlement = this.#settlementOf(loaded ?? UNREAD);
    const { crashes } = this.claim;
    if (loaded === undefined || this.#isDropped) {
      return await settlement.release();
    }
    const what = `The item ${labelOf(this.claim)}`;
    return await settlement.giveUp(new CrashedError(what, crashes));
  }

  #settlementOf(loaded: Loaded, call?: Call): Settlement {
    const { engine, session, handles } = this.#parts;
    const { definition } = handles;
    const { claim } = this;
    return new Settlement({
      engine,
      session,
      claim,
      definition,
      loaded,
      call,
    });
  }

  #lostError(): LeaseLostError {
    return this.#parts.session.errorOf(this.#label());
  }

  #label(): string {
    return `The run of ${labelOf(this.claim)}`;
  }
}
