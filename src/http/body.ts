/**
 * The body of a request, read under limits of bytes and of time. What is
 * counted is what came, whatever the request said of it.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import { Problem } from "./problem.ts";

/** What a body may take. */
export interface BodyLimits {
  /** Bytes, once it is there. */
  readonly maxBytes: number;
  /** Milliseconds from the first look at it to its last byte. */
  readonly timeoutMs: number;
  /** Bytes a second on the average, after two seconds. */
  readonly minRate: number;
  /** Of {@linkcode tickOf} the timeout; any number of bodies share them. */
  readonly deadlines: Deadlines;
  /** Tells how long it took so far. */
  readonly clock: Clock;
}

const NOTHING: Uint8Array = new Uint8Array(0);
/** What says to be no longer is read in one piece by the host: that is faster,
 * and the server that cut the request out of its connection has counted. Such a
 * reading cannot be ended, so it must be small. */
const PIECE_BYTES_MAX = 8_192;
/** Only then a low rate is told from a hiccup. */
const RATE_AFTER_MS = 2_000;
/** Grows as bytes come: what a request says of its length takes no memory. */
const BUFFER_BYTES = 4_096;
const USED = "Cannot read the body of a request as it has been read before: " +
  "hand on the request before anything else reads it";
const LENGTH = /^[0-9]{1,15}$/;

/** How often a body is looked after, so that its time and its rate are kept. */
export function tickOf(timeoutMs: number): number {
  return timeoutMs / Math.max(1, Math.ceil(timeoutMs / RATE_AFTER_MS));
}

/** All of the body. Rejects with a `Problem`: 413 when it is too large, 408 when
 * it is too slow, 400 when it breaks off. A `TypeError`, which is no answer for a
 * caller, when somebody else has read it. */
export function readBody(
  request: Request,
  limits: BodyLimits,
): Promise<Uint8Array> {
  if (request.bodyUsed) return Promise.reject(new TypeError(USED));
  const said = request.headers.get("content-length");
  if (said === null) return readChunks(request, limits, undefined);
  if (said === "0") return Promise.resolve(NOTHING);
  if (!LENGTH.test(said)) return Promise.reject(broken());
  const length = Number(said);
  if (length > limits.maxBytes) return Promise.reject(tooLarge(limits));
  return length <= PIECE_BYTES_MAX
    ? readPiece(request, limits, length)
    : readChunks(request, limits, length);
}

/** It can have no more bytes than it said, so its rate is too low for certain
 * when even that many would make a low one. */
function readPiece(
  request: Request,
  limits: BodyLimits,
  length: number,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const watch = new Watch(limits, () => reject(late()));
    watch.bytes = length;
    request.arrayBuffer().then((buffer) => {
      watch.stop();
      const size = buffer.byteLength;
      if (size > limits.maxBytes) reject(tooLarge(limits));
      else if (size !== length) reject(broken());
      else resolve(new Uint8Array(buffer));
    }, () => {
      watch.stop();
      reject(broken());
    });
  });
}

function readChunks(
  { body }: Request,
  limits: BodyLimits,
  length: number | undefined,
): Promise<Uint8Array> {
  if (body === null) {
    return length === undefined
      ? Promise.resolve(NOTHING)
      : Promise.reject(broken());
  }
  return new Promise((resolve, reject) => {
    const reader = body.getReader();
    const watch = new Watch(limits, () => {
      reject(late());
      leave(reader);
    });
    collect(reader, watch).then((bytes) => {
      if (length === undefined || bytes.length === length) resolve(bytes);
      else reject(broken());
    }, (problem) => {
      reject(problem);
      leave(reader);
    }).finally(() => watch.stop());
  });
}

/** Ends as it will: whoever sent the rest is told by the answer. */
function leave(reader: ReadableStreamDefaultReader<Uint8Array>): void {
  reader.cancel().catch(() => {});
}

/** One buffer, however small the chunks are: a view of its own for each byte
 * would take a hundred times as much. */
async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  watch: Watch,
): Promise<Uint8Array> {
  const { maxBytes } = watch.limits;
  let buffer = new Uint8Array(Math.min(BUFFER_BYTES, maxBytes));
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw broken();
    });
    if (done) return buffer.subarray(0, watch.bytes);
    if (!(value instanceof Uint8Array)) throw broken();
    const size = watch.bytes + value.length;
    if (size > maxBytes) throw tooLarge(watch.limits);
    if (size > buffer.length) {
      const grown = Math.min(maxBytes, Math.max(size, 2 * buffer.length));
      const old = buffer;
      buffer = new Uint8Array(grown);
      buffer.set(old);
    }
    buffer.set(value, watch.bytes);
    watch.bytes = size;
    if (watch.isLate) throw late(); // Chunks without end may starve a timer.
  }
}

/** Looks after one body until it is stopped. */
class Watch {
  readonly limits: BodyLimits;
  /** How many it can have sent. */
  bytes = 0;
  readonly #onLate: () => void;
  readonly #startMs: number;
  #deadline: Deadline;

  constructor(limits: BodyLimits, onLate: () => void) {
    this.limits = limits;
    this.#onLate = onLate;
    const { deadlines } = limits;
    this.#deadline = deadlines.start(() => this.#look());
    this.#startMs = this.#deadline.dueMs - deadlines.afterMs;
  }

  get isLate(): boolean {
    const { timeoutMs, minRate, clock } = this.limits;
    const spentMs = clock.now() - this.#startMs;
    return spentMs >= timeoutMs ||
      spentMs >= RATE_AFTER_MS && this.bytes * 1_000 < minRate * spentMs;
  }

  stop(): void {
    this.limits.deadlines.stop(this.#deadline);
  }

  #look(): void {
    if (this.isLate) this.#onLate();
    else this.#deadline = this.limits.deadlines.start(() => this.#look());
  }
}

function tooLarge({ maxBytes }: BodyLimits): Problem {
  return new Problem({
    status: 413,
    code: "WI-HTTP-TOO-LARGE",
    detail: `The body has more than ${maxBytes} bytes`,
    hint: "Send less, or store it elsewhere and send where.",
    headers: { Connection: "close" }, // What is not read is not wanted.
  });
}

function late(): Problem {
  return new Problem({
    status: 408,
    code: "WI-HTTP-TIMEOUT",
    detail: "The body did not come in time",
    hint: "Send it at once, over a new connection.",
    headers: { Connection: "close" },
  });
}

function broken(): Problem {
  return new Problem({
    status: 400,
    code: "WI-HTTP-BODY",
    detail: "The body broke off, or is not as long as its Content-Length says",
    hint: "Send it again, as long as it says to be.",
    headers: { Connection: "close" },
  });
}
