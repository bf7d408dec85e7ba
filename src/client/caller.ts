/**
 * Sends calls, and sends them again if that may help.
 *
 * @module
 */
import { nextDelay } from "../core/retry.ts";
import { Attempt } from "./attempt.ts";
import { type Answer, type Call, judge, mediaOf } from "./call.ts";
import { checkToken, type Settings } from "./client_options.ts";
import { ConnectionError } from "./errors.ts";
import { pause } from "./pause.ts";
import { MEDIA } from "./wire.ts";

/** A longer `Retry-After` is for people, or for other ways to try again. */
const RETRY_AFTER_MAX_MS = 30_000;
const ACCEPT = `${MEDIA.json}, ${MEDIA.problem}`;
const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/** Speaks to one endpoint. */
export class Caller {
  readonly settings: Settings;

  constructor(settings: Settings) {
    this.settings = settings;
  }

  /** Sends a call until it is answered, or sending it is of no more use. */
  async send<Value>(call: Call<Value>): Promise<Answer<Value>> {
    return await this.#persist(
      call,
      (isDoubtful) => this.sendOnce(call, isDoubtful),
    );
  }

  /** The same, tried once. May it have happened before? */
  async sendOnce<Value>(
    call: Call<Value>,
    isDoubtful: boolean,
  ): Promise<Answer<Value>> {
    const attempt = await this.#attempt(call, ACCEPT, isDoubtful);
    try {
      const head = await attempt.begin();
      return judge(call, await attempt.finish(head));
    } finally {
      attempt.end();
    }
  }

  /** The same, but the answer is a stream of events. Whoever gets it ends
   * it. */
  async open(call: Call<never>): Promise<Attempt> {
    return await this.#persist(call, () => this.openOnce(call));
  }

  /** The same, tried once. */
  async openOnce(call: Call<never>): Promise<Attempt> {
    const accept = `${MEDIA.events}, ${MEDIA.problem}`;
    const attempt = await this.#attempt(call, accept, false);
    let isOpen = false;
    try {
      const head = await attempt.begin();
      isOpen = head.status === 200 && mediaOf(head.headers) === MEDIA.events;
      if (!isOpen) judge(call, await attempt.finish(head)); // It throws.
      return attempt;
    } finally {
      if (!isOpen) attempt.end();
    }
  }

  async #persist<Value>(
    call: Call<unknown>,
    once: (isDoubtful: boolean) => Promise<Value>,
  ): Promise<Value> {
    const { retry, random, clock } = this.settings;
    let isDoubtful = false;
    for (let attempt = 1;; attempt++) {
      try {
        if (call.signal?.aborted) throw call.signal.reason;
        return await once(isDoubtful);
      } catch (error) {
        if (!isWorthwhile(call, error)) throw error;
        const delayMs = nextDelay(retry, attempt, error, random);
        if (delayMs === undefined) throw error;
        isDoubtful ||= error.outcome === "unknown";
        await pause(clock, delayMs, call.signal);
      }
    }
  }

  async #attempt(
    call: Call<unknown>,
    accept: string,
    isDoubtful: boolean,
  ): Promise<Attempt> {
    const { settings } = this;
    const headers: Record<string, string> = {
      ...settings.headers,
      accept,
      ...call.headers,
    };
    if (call.body !== undefined) headers["content-type"] = MEDIA.json;
    const { token, traceparent } = settings;
    if (token !== undefined) {
      const known = typeof token === "string" ? token : await token();
      checkToken(known);
      headers["authorization"] = `Bearer ${known}`;
    }
    const trace = traceparent?.();
    if (trace !== undefined && TRACEPARENT.test(trace)) {
      headers["traceparent"] = trace;
    }
    return new Attempt({ settings, call, headers, isDoubtful });
  }
}

function isWorthwhile(
  call: Call<unknown>,
  error: unknown,
): error is ConnectionError {
  if (!(error instanceof ConnectionError) || !error.isRetryable) return false;
  if (call.effect === "once" && error.outcome === "unknown") return false;
  return (error.retryAfter ?? 0) <= RETRY_AFTER_MAX_MS;
}
