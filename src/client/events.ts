/**
 * What happens far away, as it is told: one event after the other, over
 * connections that are made again when they break.
 *
 * @module
 */
import { check, FUNCTION, KEY, type Rules, SIGNAL } from "../core/options.ts";
import type { WaitOptions } from "../core/calls.ts";
import type { Attempt } from "./attempt.ts";
import type { Call } from "./call.ts";
import type { Caller } from "./caller.ts";
import { AnswerError, ConnectionError } from "./errors.ts";
import { EventLines, type Frame } from "./event_lines.ts";
import { eventOf, type RemoteEvent } from "./event_shapes.ts";
import { pause } from "./pause.ts";

/** Which events are wanted. */
export interface EventOptions extends WaitOptions {
  /** Only those of this kind.
   *
   * @default Those of all kinds, and of the scheduler. */
  readonly kind?: string | undefined;
  /** Called each time the connection stands: from now on events are told.
   *
   * @default Nobody is. */
  readonly onOpen?: (() => void) | undefined;
}

const RULES: Rules<EventOptions> = {
  kind: KEY,
  onOpen: FUNCTION,
  signal: SIGNAL,
};

const ACTION = "Cannot watch events";
/** Endpoints show a sign of life each 15 s. */
const SILENCE_MAX_MS = 45_000;
const RETRY_MS = 2_000;
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 30_000;
const RESET: RemoteEvent = { type: "reset", data: undefined };

/**
 * All events from now on. The first connection is tried as often as any call,
 * or, if `isPatient`, for ever; later ones for ever.
 */
export async function* eventsOf(
  caller: Caller,
  options: EventOptions,
  isPatient = false,
): AsyncGenerator<RemoteEvent, void, undefined> {
  const { kind, onOpen, signal } = check(ACTION, options, RULES);
  const line = new Line(caller, kind, signal);
  for (;;) {
    try {
      const attempt = await line.open(isPatient);
      try {
        onOpen?.();
        if (line.isGap) yield RESET;
        for (;;) {
          const frames = await line.read(attempt);
          if (frames === undefined) break;
          for (const frame of frames) {
            const event = read(frame);
            if (event !== undefined) yield event;
          }
        }
      } finally {
        attempt.end();
      }
    } catch (error) {
      if (!line.mayComeBack(error, isPatient)) throw error;
    }
    await line.rest();
  }
}

/** The state of a line over all its connections. */
class Line {
  readonly #caller: Caller;
  readonly #path: string;
  readonly #signal: AbortSignal | undefined;
  readonly #lines: EventLines = new EventLines();
  #wasOpen = false;
  /** Connections in a row that failed. */
  #failures = 0;
  #retryAfterMs = 0;
  /** May something have been missed that nobody will tell? */
  isGap = false;

  constructor(
    caller: Caller,
    kind: string | undefined,
    signal: AbortSignal | undefined,
  ) {
    const query = kind === undefined ? "" : `?${new URLSearchParams({ kind })}`;
    this.#caller = caller;
    this.#path = `/v1/events${query}`;
    this.#signal = signal;
  }

  async open(isPatient: boolean): Promise<Attempt> {
    const { lastId } = this.#lines;
    const call: Call<never> = {
      action: ACTION,
      method: "GET",
      path: this.#path,
      effect: "look",
      headers: lastId === undefined ? {} : { "last-event-id": lastId },
      signal: this.#signal,
      expects: {},
    };
    const isFirst = !this.#wasOpen && !isPatient;
    const attempt = isFirst
      ? await this.#caller.open(call)
      : await this.#caller.openOnce(call);
    this.isGap = this.#wasOpen && lastId === undefined;
    this.#wasOpen = true;
    this.#lines.restart();
    return attempt;
  }

  /** The next events; `undefined` when the connection has ended. */
  async read(attempt: Attempt): Promise<readonly Frame[] | undefined> {
    const bytes = await attempt.read(SILENCE_MAX_MS);
    this.#failures = this.#retryAfterMs = 0;
    if (bytes === undefined) return undefined;
    try {
      return this.#lines.feed(bytes);
    } catch (error) {
      throw misread("an event is no text, or too long", error);
    }
  }

  /** Might another connection do better? */
  mayComeBack(error: unknown, isPatient: boolean): boolean {
    if (!(error instanceof ConnectionError) || !error.isRetryable) return false;
    this.#failures++;
    this.#retryAfterMs = error.retryAfter ?? 0;
    return this.#wasOpen || isPatient;
  }

  /** Waits until it is time for another connection. */
  async rest(): Promise<void> {
    const { clock, random } = this.#caller.settings;
    // Whoever says that it is none asks for a connection after the other.
    const baseMs = Math.max(RETRY_MIN_MS, this.#lines.retryMs ?? RETRY_MS);
    const growth = 2 ** Math.max(0, this.#failures - 1);
    const delayMs = Math.min(RETRY_MAX_MS, baseMs * growth) * random();
    await pause(clock, Math.max(delayMs, this.#retryAfterMs), this.#signal);
  }
}

function read({ event, data }: Frame): RemoteEvent | undefined {
  try {
    return eventOf(event, data);
  } catch (error) {
    throw misread("an event is not as it must be", error);
  }
}

function misread(why: string, cause: unknown): AnswerError {
  const facts = { outcome: "none", isRetryable: false } as const;
  return new AnswerError(ACTION, why, { ...facts, status: 200, cause });
}
