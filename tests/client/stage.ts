/** Servers that do what a test tells them, and a clock that does not wait. */
import type { Clock } from "../../src/core/clock.ts";

/** A server on loopback, for as long as `use` goes on. */
export async function serving(
  answer: (request: Request) => Response | Promise<Response>,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
    onError: () => new Response("broken", { status: 500 }),
  }, answer);
  try {
    await use(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

/** A server that answers with these bytes, one connection after the other, and
 * closes each. It keeps the heads of what it was sent. */
export async function answeringBytes(
  answers: readonly string[],
  use: (url: string, heads: readonly string[]) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const heads: string[] = [];
  const serve = async (): Promise<void> => {
    for await (const connection of listener) {
      const bytes = new Uint8Array(65_536);
      const length = await connection.read(bytes) ?? 0;
      heads.push(new TextDecoder().decode(bytes.subarray(0, length)));
      const answer = answers[heads.length - 1] ?? answers.at(-1) ?? "";
      const text = new TextEncoder().encode(answer);
      if (text.length > 0) await connection.write(text);
      connection.close();
    }
  };
  const served = serve().catch(() => {}); // It ends with the listener.
  try {
    await use(`http://127.0.0.1:${listener.addr.port}`, heads);
  } finally {
    listener.close();
    await served;
  }
}

/** A time limit that has not been stopped. */
interface Limit {
  readonly callback: () => void;
  readonly delayMs: number;
}

/** A clock on which what is shorter than 20 s, as pauses are, is over at once,
 * and what is longer, as time limits are, never. */
export class HastyClock implements Clock {
  readonly turnIsDear = false;
  /** The pauses so far, in milliseconds. */
  readonly pauses: number[] = [];
  /** Time limits that have not been stopped. */
  readonly limits: Map<unknown, Limit> = new Map();
  #nowMs = 0;

  now(): number {
    return this.#nowMs;
  }

  today(): number {
    return this.#nowMs;
  }

  startTimer(callback: () => void, delayMs: number): unknown {
    const timer = {};
    if (delayMs >= 20_000) {
      this.limits.set(timer, { callback, delayMs });
      return timer;
    }
    this.pauses.push(delayMs);
    this.#nowMs += delayMs;
    queueMicrotask(callback);
    return timer;
  }

  stopTimer(timer: unknown): void {
    this.limits.delete(timer);
  }

  turn(callback: () => void): void {
    queueMicrotask(callback);
  }

  /** Ends all time limits that are not longer. */
  expire(ms: number = Infinity): void {
    for (const { callback, delayMs } of [...this.limits.values()]) {
      if (delayMs <= ms) callback();
    }
  }
}

/** An answer of JSON. */
export function json(
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** A problem, as an endpoint tells it. */
export function problem(
  status: number,
  code: string,
  more: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = {
    type: `urn:workitem:error:${code}`,
    title: "A problem",
    status,
    code,
    detail: "What it is",
    hint: "What to do",
    instance: "urn:workitem:request:1",
    ...more,
  };
  return json(body, status, {
    "content-type": "application/problem+json",
    ...headers,
  });
}

/** The answer to an enqueue. */
export function receipt(outcome = "queued"): Response {
  return json({ outcome, version: "1" }, 202);
}

/** What a promise rejects with. */
export async function rejection(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("It was to reject");
}

/** Something that is told later. */
export class Signal<Value = void> {
  readonly promise: Promise<Value>;
  /** Tells it. */
  resolve: (value: Value) => void = () => {};

  constructor() {
    this.promise = new Promise((resolve) => this.resolve = resolve);
  }
}
