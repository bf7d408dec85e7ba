/**
 * Requests: an enqueue, and the result of the run that handles its message.
 *
 * @module
 */
import type { WaitOptions } from "../core/calls.ts";
import { SkippedError } from "../core/errors.ts";
import { check, type Rules, SIGNAL } from "../core/options.ts";
import { type Definition, labelOf } from "./definition.ts";
import type { EnqueueOptions, RequestOptions } from "./durable_kind.ts";
import type { Engine } from "./engine.ts";
import { type Intake, TIMING_RULES } from "./intake.ts";
import type { Request, Subject } from "./requests.ts";
import type { Receipt } from "./stored.ts";

/** What is asked, and who asks. */
export interface Question {
  readonly definition: Definition;
  readonly key: string;
  readonly message: unknown;
}

/** The answers to a request. */
export interface Answers {
  /** Resolves when it is stored. */
  readonly receipt: Promise<Receipt>;
  /** Settles as the run does. */
  readonly result: Promise<unknown>;
}

const REQUEST_RULES: Rules<RequestOptions> = {
  ...TIMING_RULES,
  signal: SIGNAL,
};

/** Asks on behalf of handles and targets. */
export class Asking {
  readonly #engine: Engine;
  readonly #intake: Intake;

  constructor(engine: Engine, intake: Intake) {
    this.#engine = engine;
    this.#intake = intake;
  }

  /** Asks for a run, and waits for its result. */
  async request(
    question: Question,
    options: RequestOptions = {},
  ): Promise<unknown> {
    const { definition, key } = question;
    const action = `Cannot request ${labelOf({ kind: definition.name, key })}`;
    const { signal, ...timing } = check(action, options, REQUEST_RULES);
    return await this.ask(question, timing, { signal }).result;
  }

  /** The same, and what the enqueue did. Who asks again with the same `id` and
   * `reply` waits for the same result. */
  ask(
    { definition, key, message }: Question,
    options: EnqueueOptions,
    { signal, reply }: WaitOptions & { readonly reply?: string },
  ): Answers {
    const name = { kind: definition.name, key };
    const asked = { definition, key, message, options, isOwn: false };
    this.#intake.check({ ...asked, reply: undefined }); // Mistakes come first.
    if (signal?.aborted) throw signal.reason;
    const subject = { name, isHolding: definition.isHolding };
    const request = this.#engine.requests.begin(subject, reply);
    const aborted = (): void => request.leave(signal?.reason);
    signal?.addEventListener("abort", aborted, { once: true });
    const receipt = this.#intake.enqueue({ ...asked, reply: request.reply });
    receipt.then(
      (answer) => this.#stored(subject, request, answer),
      (error: unknown) => request.leave(error),
    );
    const result = request.result.finally(() =>
      signal?.removeEventListener("abort", aborted)
    );
    return { receipt, result };
  }

  /** It may have been answered before anybody listened. */
  #stored(
    { name, isHolding }: Subject,
    request: Request,
    { outcome }: Receipt,
  ): void {
    const { requests } = this.#engine;
    if (outcome === "skipped") {
      const action = `Cannot request ${labelOf(name)}`;
      request.leave(new SkippedError(action));
    } else if (outcome === "duplicate") requests.look();
    else if (isHolding && outcome === "coalesced") requests.look();
  }
}
