/**
 * The end of a run: what it left is stored in one step, and after that all who
 * want to know are told. Nobody is told of what was not stored.
 *
 * @module
 */
import { CancelledError, ClosedError, HeldError } from "../core/errors.ts";
import type { Call } from "./call.ts";
import { completionOf } from "./completion.ts";
import { type Definition, labelOf, nameOf } from "./definition.ts";
import type { Engine } from "./engine.ts";
import { ConflictError, StoreError } from "./errors.ts";
import { readMessages } from "./merging.ts";
import type { Session } from "./session.ts";
import type { Claim, Loaded, Settled, Verdict } from "./stored.ts";
import { type Failed, giveUp, judge } from "./verdict.ts";

/** What is known of a run that ends. */
export interface EndFacts {
  readonly engine: Engine;
  readonly session: Session;
  readonly claim: Claim;
  readonly definition: Definition;
  readonly loaded: Loaded;
  /** `undefined`: it never began. */
  readonly call: Call | undefined;
}

/** What became of a run.
 *
 * - `"ended"`: stored
 * - `"released"`: its item is due again
 * - `"lost"`: nothing was stored
 */
export type EndOfRun = "ended" | "released" | "lost";

/** One end. */
export class Settlement {
  readonly #facts: EndFacts;
  /** Replies that are told here. */
  readonly #told: ReadonlySet<string>;

  constructor(facts: EndFacts) {
    const { loaded, engine } = facts;
    this.#facts = facts;
    this.#told = new Set(
      loaded.messages.flatMap(({ reply }) =>
        reply !== undefined && engine.requests.isOurs(reply) ? [reply] : []
      ),
    );
  }

  /** The callback has fulfilled. What cannot be stored fails the run. */
  async succeed(value: unknown): Promise<EndOfRun> {
    const { engine, claim } = this.#facts;
    let settled: Settled | undefined;
    try {
      settled = await this.#settle(this.#completion(value));
    } catch (error) {
      return await this.fail(error);
    }
    if (settled === undefined || settled.state === "lost") return this.lose();
    if (settled.state === "conflict") {
      return await this.fail(new ConflictError(this.#label()));
    }
    engine.counts.ok++;
    this.#ended("ok", undefined);
    for (const reply of this.#told) engine.requests.resolve(reply, value);
    this.#follow(claim, settled);
    return "ended";
  }

  /** The callback has rejected. */
  async fail(error: unknown): Promise<EndOfRun> {
    const { engine, claim, definition, call } = this.#facts;
    if (engine.isClosed && error instanceof ClosedError) {
      return await this.release(); // It met with our own closing.
    }
    const cause = call?.halt.cause;
    const isCancelled = cause === "cancel";
    const reason = isCancelled ? this.#cancelled(error) : error;
    const verdict = judge(
      {
        definition,
        error: reason,
        attempt: claim.failures + 1,
        cause,
        told: this.#told,
      },
      engine.random,
      (second) => engine.reporter.report(second, nameOf(claim)),
    );
    const isQuiet = isCancelled && isAbort(error, call?.halt.reason);
    return await this.#end(verdict, reason, isQuiet);
  }

  /** It is given up without a run. */
  async giveUp(error: unknown): Promise<EndOfRun> {
    const { definition, claim } = this.#facts;
    const attempt = claim.failures;
    const facts = { definition, error, attempt, cause: undefined };
    return await this.#end(giveUp({ ...facts, told: this.#told }), error);
  }

  /** It goes back as if it had never been claimed. */
  async release(): Promise<EndOfRun> {
    const verdict = { type: "release", isRestart: false } as const;
    return await this.#end(verdict, undefined);
  }

  /** Its claim is valid no more. */
  lose(): EndOfRun {
    const { engine, session } = this.#facts;
    if (this.#facts.call === undefined) return "lost";
    engine.counts.aborted++;
    this.#ended("aborted", session.errorOf(this.#label()));
    return "lost";
  }

  async #end(
    verdict: Failed,
    error: unknown,
    isQuiet: boolean = false,
  ): Promise<EndOfRun> {
    const { engine, claim } = this.#facts;
    let settled: Settled | undefined;
    try {
      settled = await this.#settle(verdict);
    } catch (second) {
      engine.reporter.report(second, nameOf(claim));
      if (verdict.type === "release") return this.lose();
      return await this.release();
    }
    if (settled === undefined || settled.version === undefined) {
      return this.lose();
    }
    this.#tell(verdict, error, isQuiet);
    this.#follow(claim, settled);
    return verdict.type === "release" ? "released" : "ended";
  }

  /** Stores a verdict, however often that has to be tried. `undefined`: the
   * lease is lost. */
  async #settle(verdict: Verdict): Promise<Settled | undefined> {
    const { claim, engine, session } = this.#facts;
    let doubt: StoreError | undefined;
    const settled = await session.persist(async () => {
      try {
        return await engine.store.settle(claim, verdict);
      } catch (error) {
        const isStore = error instanceof StoreError;
        if (isStore && error.outcome === "unknown") doubt = error;
        throw error;
      }
    });
    if (doubt !== undefined && (settled?.state ?? "lost") === "lost") {
      // It may have happened: then nobody else will answer.
      for (const reply of this.#told) engine.requests.reject(reply, doubt);
    }
    return settled;
  }

  #completion(value: unknown): Verdict {
    const { call, ...facts } = this.#facts;
    const { context, writes = [] } = call ?? {};
    const told = this.#told;
    return completionOf({ ...facts, context, writes, value, told });
  }

  #tell(verdict: Failed, error: unknown, isQuiet: boolean): void {
    const { claim, engine, call } = this.#facts;
    const { counts, reporter, requests } = engine;
    const name = nameOf(claim);
    if (verdict.type === "release") {
      if (call === undefined) return;
      counts.aborted++;
      return this.#ended("aborted", error);
    }
    const isCancelled = call?.halt.cause === "cancel";
    if (call !== undefined) {
      if (isCancelled) counts.aborted++;
      else counts.failed++;
      this.#ended(isCancelled ? "aborted" : "failed", error);
    }
    if (verdict.type === "retry") {
      const { delayMs: delay } = verdict;
      const attempt = claim.failures + 1;
      if (call === undefined) return;
      const event = { ...name, number: call.number, attempt, delay, error };
      reporter.tell("retried", event);
      return engine.expect(delay);
    }
    if (verdict.type === "hold") reporter.tell("held", { ...name, error });
    for (const reply of this.#told) {
      requests.reject(reply, errorOf(verdict.type, claim, error));
    }
    if (verdict.type === "bury") this.#undeliver(error, isQuiet);
  }

  /** Dead letters have been made: somebody here is told. */
  #undeliver(error: unknown, isQuiet: boolean): void {
    const { call, claim, definition, engine, loaded } = this.#facts;
    const messages = call?.messages ?? this.#messages();
    const name = nameOf(claim);
    const { undelivered } = definition;
    const attempts = this.#facts.call === undefined
      ? claim.failures
      : claim.failures + 1;
    if (undelivered !== undefined) {
      const failure = { ...name, error, attempts };
      const call = (): unknown => undelivered(messages, failure);
      const source = { ...name, messages };
      engine.reporter.guard(undefined, () => engine.enter(call), source);
      return;
    }
    const isAnswered = loaded.messages.length !== 0 &&
      loaded.messages.every(({ reply }) => reply !== undefined);
    if (isAnswered || isQuiet || !engine.isTold) return; // The letter is kept.
    engine.reporter.report(error, { ...name, messages });
  }

  #ended(outcome: "ok" | "failed" | "aborted", error: unknown): void {
    const { claim, engine, call } = this.#facts;
    if (engine.reporter.observers === undefined || call === undefined) return;
    const { number, executor } = call;
    const event = { ...nameOf(claim), number, executor, outcome, error };
    engine.reporter.tell("ended", event);
  }

  /** What follows from where the item stands now. */
  #follow(claim: Claim, { state }: Settled): void {
    const { engine } = this.#facts;
    engine.waits.changed(claim);
    if (state === "queued") engine.look();
  }

  /** Those of a run that never began, as far as they can be read. */
  #messages(): readonly unknown[] {
    const { claim, engine, loaded } = this.#facts;
    try {
      return readMessages(claim, loaded.messages);
    } catch (error) {
      engine.reporter.report(error, nameOf(claim));
      return [];
    }
  }

  #cancelled(error: unknown): CancelledError {
    const reason: unknown = this.#facts.call?.halt.reason;
    if (error === reason && reason instanceof CancelledError) return reason;
    return new CancelledError(`${this.#label()} was cancelled`, error);
  }

  #label(): string {
    return `The run of ${labelOf(this.#facts.claim)}`;
  }
}

/** What one who waits is told. */
function errorOf(type: "hold" | "bury", claim: Claim, error: unknown): unknown {
  if (type === "bury") return error;
  return new HeldError(`Cannot wait for ${labelOf(claim)}`, error);
}

/** Is it only that the signal was aborted? */
function isAbort(error: unknown, reason: unknown): boolean {
  return error === reason ||
    (error instanceof Error && error.name === "AbortError");
}
