/**
 * One attempt of a call: it is sent once, and its answer is read, in a limited
 * time.
 *
 * @module
 */
import { type Call, type Head, misfit, type RawAnswer } from "./call.ts";
import type { Settings } from "./client_options.ts";
import { ConnectionError, UnreachableError } from "./errors.ts";
import { Limit } from "./pause.ts";

/** How an attempt begins. */
export interface AttemptParts {
  readonly settings: Settings;
  readonly call: Call<unknown>;
  readonly headers: Readonly<Record<string, string>>;
  /** Did an attempt before this one end without an answer? */
  readonly isDoubtful: boolean;
}

/** An answer that has begun. */
export class Attempt {
  readonly #parts: AttemptParts;
  readonly #limit: Limit;
  #timeoutMs: number;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;

  constructor(parts: AttemptParts) {
    const { settings: { clock, timeoutMs }, call } = parts;
    this.#parts = parts;
    this.#timeoutMs = timeoutMs + (call.waitMs ?? 0);
    this.#limit = new Limit(clock, call.signal);
    this.#limit.renew(this.#timeoutMs);
  }

  /** Sends the call, and resolves when the answer begins. */
  async begin(): Promise<Head> {
    const { settings, call, headers, isDoubtful } = this.#parts;
    const { method, path, body } = call;
    const send = async (): Promise<Response> =>
      await settings.fetch(settings.baseUrl + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        redirect: "manual", // Not followed: the token is for this origin alone.
        signal: this.#limit.signal,
      });
    const response = await this.#bound(send());
    this.#reader = response.body?.getReader();
    return {
      status: response.status,
      headers: response.headers,
      isDoubtful,
      todayMs: settings.clock.today(),
    };
  }

  /** The next bytes of the answer; `undefined` at its end. They may take so many
   * milliseconds, or what is left of the time for all. */
  async read(withinMs?: number): Promise<Uint8Array | undefined> {
    if (this.#reader === undefined) return undefined;
    if (withinMs !== undefined) {
      this.#timeoutMs = withinMs;
      this.#limit.renew(withinMs);
    }
    const { value } = await this.#bound(this.#reader.read());
    return value;
  }

  /** The rest of the answer. */
  async finish(head: Head): Promise<RawAnswer> {
    const { settings: { maxBytes }, call } = this.#parts;
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const chunk = await this.read();
      if (chunk === undefined) return { ...head, bytes: join(chunks, length) };
      length += chunk.length;
      if (length > maxBytes) {
        throw misfit(call, head, `the answer has more than ${maxBytes} bytes`);
      }
      chunks.push(chunk);
    }
  }

  /** Ends it, whether or not all has been read. */
  end(): void {
    this.#limit.end();
    this.#reader?.cancel().catch(() => {}); // It may have broken.
  }

  async #bound<Value>(work: Promise<Value>): Promise<Value> {
    const { settings: { baseUrl }, call } = this.#parts;
    const { signal, action, effect } = call;
    try {
      return await this.#limit.bound(work);
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      if (cause instanceof ConnectionError) throw cause;
      const outcome = effect === "look" ? "none" : "unknown";
      if (!this.#limit.isOver) {
        const why = `${baseUrl} cannot be reached`;
        throw new UnreachableError(action, why, { outcome, cause });
      }
      const why = `${baseUrl} did not answer within ${this.#timeoutMs} ms`;
      throw new UnreachableError(action, why, { outcome });
    }
  }
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = chunks;
  if (first !== undefined && first.length === length) return first;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}
