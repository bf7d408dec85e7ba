/**
 * Streams of server-sent events: each reads the log at its own pace. Who reads
 * so slowly that the log has forgotten what comes next is dropped, and learns
 * of it when it comes back.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import type { EventLog } from "./event_log.ts";
import { Problem } from "./problem.ts";
import { retryAfter } from "./problems.ts";
import { type Refusal, Shares } from "./shares.ts";

/** What streams need to know. */
export interface StreamOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly maxStreams: number;
  /** Are readers told from each other? Then each may have its share. */
  readonly isShared: boolean;
}

/** What one reader wants. */
export interface StreamWish {
  /** Whose it is. */
  readonly principal: string;
  /** Only of this kind. */
  readonly kind: string | undefined;
  /** `Last-Event-ID`, if it was there before. */
  readonly lastId: string | undefined;
  /** Ends the stream, as does its reader. */
  readonly signal: AbortSignal | undefined;
}

const BEAT_MS = 15_000;
const LIFE_MS = 600_000;
const RETRY_MS = 2_000;
/** How many events go into one piece. */
const PIECE_MAX = 64;
/** How many bytes may wait for the reader, besides one piece. */
const WAITING_BYTES_MAX = 16_384;

/** All streams of an endpoint. */
export class EventStreams {
  readonly #log: EventLog;
  readonly #options: StreamOptions;
  readonly #streams: Set<EventStream> = new Set();
  readonly #shares: Shares;
  #beat: unknown;
  #isClosed = false;
  #isWoken = false;

  constructor(log: EventLog, options: StreamOptions) {
    this.#log = log;
    this.#options = options;
    this.#shares = new Shares(options.maxStreams, options);
  }

  /** How many there are. */
  get size(): number {
    return this.#streams.size;
  }

  /** A new stream; a `Problem` if there are too many. */
  open(wish: StreamWish): ReadableStream<Uint8Array> {
    const { clock, random } = this.#options;
    const { principal } = wish;
    const refusal = this.#isClosed ? "full" : this.#shares.enter(principal);
    if (refusal !== undefined) throw tooMany(refusal, random);
    const stream = new EventStream(this.#log, {
      wish,
      endsMs: clock.now() + LIFE_MS,
      ended: () => {
        this.#shares.leave(principal);
        this.#leave(stream);
      },
    });
    this.#streams.add(stream);
    if (this.#streams.size === 1) this.#startBeat();
    return stream.readable;
  }

  /** The log has grown. Readers are told once for all that happens at once. */
  wake(): void {
    if (this.#isWoken || this.#streams.size === 0) return;
    this.#isWoken = true;
    queueMicrotask(() => {
      this.#isWoken = false;
      for (const stream of this.#streams) stream.push();
    });
  }

  /** Ends all streams; there will be no more. */
  close(): void {
    this.#isClosed = true;
    for (const stream of this.#streams) stream.end();
  }

  #leave(stream: EventStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size === 0) this.#options.clock.stopTimer(this.#beat);
  }

  #startBeat(): void {
    const { clock } = this.#options;
    this.#beat = clock.startTimer(() => {
      const nowMs = clock.now();
      for (const stream of this.#streams) stream.beat(nowMs);
      if (this.#streams.size > 0) this.#startBeat();
    }, BEAT_MS);
  }
}

function tooMany(refusal: Refusal, random: () => number): Problem {
  return new Problem({
    status: refusal === "full" ? 503 : 429,
    code: "WI-HTTP-STREAMS",
    detail: refusal === "full"
      ? "As many streams of events are open as may be"
      : "The sender has as many streams of events as one may have",
    hint: "Try again later, or share one stream.",
    headers: { "Retry-After": retryAfter(random) },
  });
}

/** One of them. */
class EventStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly #log: EventLog;
  readonly #kind: string | undefined;
  readonly #endsMs: number;
  readonly #ended: () => void;
  readonly #signal: AbortSignal | undefined;
  readonly #encoder: TextEncoder = new TextEncoder();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** The number of the event that it has seen last. */
  #seen: number;

  constructor(log: EventLog, { wish, endsMs, ended }: {
    readonly wish: StreamWish;
    readonly endsMs: number;
    readonly ended: () => void;
  }) {
    const { kind, lastId, signal } = wish;
    const known = lastId === undefined ? undefined : log.numberOf(lastId);
    this.#log = log;
    this.#kind = kind;
    this.#endsMs = endsMs;
    this.#ended = ended;
    this.#signal = signal;
    this.#seen = known ?? log.last;
    const isReset = lastId !== undefined && known === undefined;
    this.readable = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
        this.#send(
          `retry: ${RETRY_MS}\nid: ${log.idOf(this.#seen)}\n${
            isReset ? "event: reset\ndata: {}\n" : ""
          }\n`,
        );
      },
      pull: () => this.push(),
      cancel: () => this.end(),
    }, new ByteLengthQueuingStrategy({ highWaterMark: WAITING_BYTES_MAX }));
    signal?.addEventListener("abort", this.end);
    if (signal?.aborted) queueMicrotask(this.end);
  }

  /** Sends what the log has, as long as the reader keeps up. */
  push(): void {
    while (this.#seen < this.#log.last && this.#hasRoom()) {
      if (this.#seen < this.#log.oldest - 1) return this.end(); // Too slow.
      const text = this.#next();
      if (text !== "") this.#send(text);
    }
  }

  /** Shows that somebody is there; ends a stream that is old, as proxies and
   * hosts would do it less politely. */
  beat(nowMs: number): void {
    if (nowMs >= this.#endsMs) this.end();
    else if (this.#hasRoom()) this.#send(":\n\n");
  }

  /** Ends it, once. */
  readonly end = (): void => {
    const controller = this.#controller;
    if (controller === undefined) return;
    this.#controller = undefined;
    this.#signal?.removeEventListener("abort", this.end);
    this.#ended();
    try {
      controller.close();
    } catch { /* Its reader has cancelled it. */ }
  };

  #hasRoom(): boolean {
    return (this.#controller?.desiredSize ?? 0) > 0;
  }

  #send(text: string): void {
    this.#controller?.enqueue(this.#encoder.encode(text));
  }

  /** The next piece: some events, as far as they are wanted. */
  #next(): string {
    const to = Math.min(this.#log.last, this.#seen + PIECE_MAX);
    let text = "";
    while (this.#seen < to) {
      const event = this.#log.at(++this.#seen);
      if (event === undefined) continue;
      if (this.#kind !== undefined && event.kind !== this.#kind) continue;
      text += `id: ${this.#log.idOf(this.#seen)}\n${event.text}`;
    }
    return text;
  }
}
