/**
 * How a client waits for a result: it asks, and asks again.
 *
 * @module
 */
import type { ItemName } from "../core/calls.ts";
import { check } from "../core/options.ts";
import { exponential, nextDelay } from "../core/retry.ts";
import type { TargetRequest } from "../core/target.ts";
import { RECEIPT, RESULT } from "./answers.ts";
import type { Answer, Call } from "./call.ts";
import type { Caller } from "./caller.ts";
import { ConnectionError, NoResultError, ProblemError } from "./errors.ts";
import { idempotencyKey } from "./idempotency_key.ts";
import { messagesPath } from "./intake.ts";
import { encode } from "./message.ts";
import { pause } from "./pause.ts";
import {
  actionOf,
  checkTimes,
  type RemoteRequestOptions,
  REQUEST_RULES,
} from "./said.ts";
import type { ResultBody } from "./wire.ts";

const PATIENCE_MS = 540_000;
/** Shorter than what stands between is used to wait. */
const WAIT_MAX_MS = 20_000;
/** No endpoint is asked more often, even if it does not wait. */
const ASK_EVERY_MS = 1_000;
/** While an endpoint is away that has accepted an enqueue. */
const OUTAGE_RETRY = exponential({
  attempts: Infinity,
  min: ASK_EVERY_MS,
  max: 5_000,
});

/** Enqueues, and tells the result when there is one: the enqueue is answered
 * first. */
export async function request(
  caller: Caller,
  name: ItemName<string>,
  message: unknown,
  options: RemoteRequestOptions,
): Promise<TargetRequest> {
  const inquiry = inquiryOf(caller, name, message, options);
  const { status, value } = await inquiry.answer();
  const { outcome, version } = value;
  const result = status === 200
    ? Promise.resolve(value.result)
    : inquiry.result();
  result.catch(() => {}); // Whoever asked may come late.
  return { outcome, version, result };
}

/** Enqueues, and resolves with the result: often both in one answer. */
export async function resultOf(
  caller: Caller,
  name: ItemName<string>,
  message: unknown,
  options: RemoteRequestOptions,
): Promise<unknown> {
  const inquiry = inquiryOf(caller, name, message, options);
  return await inquiry.result();
}

function inquiryOf(
  caller: Caller,
  name: ItemName<string>,
  message: unknown,
  given: RemoteRequestOptions,
): Inquiry {
  const action = actionOf("request", name);
  const options = check(action, given, REQUEST_RULES);
  checkTimes(action, options);
  const { patience = PATIENCE_MS, signal } = options;
  return new Inquiry(caller, patience, {
    action,
    method: "POST",
    path: messagesPath(name, options),
    effect: "again",
    headers: { "idempotency-key": idempotencyKey(caller.settings) },
    body: encode(action, message),
    signal,
    expects: { 200: RESULT, 202: RECEIPT },
  });
}

/** Asks for one result, with the same `Idempotency-Key` each time: the endpoint
 * enqueues at the first, and only waits at the others. Until it has accepted
 * the enqueue, `retry` says how often it is tried; from then on an outage is
 * waited out. */
class Inquiry {
  readonly #caller: Caller;
  readonly #call: Call<ResultBody>;
  readonly #patienceMs: number;
  readonly #untilMs: number;
  /** Not to be asked before. */
  #nextMs = -Infinity;
  #isAccepted = false;
  /** Why there was no answer, the last times in a row. */
  #trouble:
    | { readonly error: ConnectionError; readonly count: number }
    | undefined;

  constructor(caller: Caller, patienceMs: number, call: Call<ResultBody>) {
    this.#caller = caller;
    this.#call = call;
    this.#patienceMs = patienceMs;
    this.#untilMs = caller.settings.clock.now() + patienceMs;
  }

  /** Asks until the enqueue is answered, with or without a result. */
  async answer(): Promise<Answer<ResultBody>> {
    for (;;) {
      const answer = await this.#ask(0);
      if (answer === undefined) continue;
      this.#nextMs = -Infinity; // Now it is for the endpoint to wait.
      return answer;
    }
  }

  /** Asks until there is a result. */
  async result(): Promise<unknown> {
    for (;;) {
      const answer = await this.#ask(WAIT_MAX_MS);
      if (answer?.status === 200) return answer.value.result;
    }
  }

  /** `undefined`: there is none yet. */
  async #ask(waitMaxMs: number): Promise<Answer<ResultBody> | undefined> {
    const { clock } = this.#caller.settings;
    const restMs = Math.min(this.#nextMs, this.#untilMs) - clock.now();
    if (restMs > 0) await pause(clock, restMs, this.#call.signal);
    const nowMs = clock.now();
    this.#nextMs = nowMs + ASK_EVERY_MS;
    const leftMs = this.#untilMs - nowMs;
    if (leftMs <= 0) {
      const cause = this.#trouble?.error;
      throw new NoResultError(this.#call.action, this.#patienceMs, cause);
    }
    const waitS = Math.ceil(Math.min(leftMs, waitMaxMs) / 1_000);
    try {
      return await this.#send({
        ...this.#call,
        headers: { ...this.#call.headers, prefer: `wait=${waitS}` },
        waitMs: waitS * 1_000,
      });
    } catch (error) {
      this.#endure(error);
      return undefined;
    }
  }

  async #send(call: Call<ResultBody>): Promise<Answer<ResultBody>> {
    const answer = this.#isAccepted
      ? await this.#caller.sendOnce(call, true)
      : await this.#caller.send(call);
    this.#isAccepted = true;
    this.#trouble = undefined;
    return answer;
  }

  /** Throws the error, unless it is of use to ask again. */
  #endure(error: unknown): void {
    const isBusy = error instanceof ProblemError &&
      error.code === "WI-HTTP-IN-PROGRESS"; // An earlier ask of ours.
    if (isBusy) return;
    const mayPass = error instanceof ConnectionError && error.isRetryable;
    if (!mayPass || !this.#isAccepted) throw error;
    const count = (this.#trouble?.count ?? 0) + 1;
    this.#trouble = { error, count };
    const { clock, random } = this.#caller.settings;
    const delayMs = nextDelay(OUTAGE_RETRY, count, error, random) ?? 0;
    this.#nextMs = Math.max(this.#nextMs, clock.now() + delayMs);
  }
}
