/**
 * One call of an endpoint, and what its answer means.
 *
 * @module
 */
import { AnswerError, ProblemError, type RemoteFacts } from "./errors.ts";
import { PROBLEM } from "./answers.ts";
import { nothing, type Shape, ShapeError } from "./shape.ts";
import { MEDIA, type ProblemBody } from "./wire.ts";

/** What an endpoint is asked. */
export interface Call<Value> {
  /** For errors, as `Cannot enqueue "sync/acme"`. */
  readonly action: string;
  readonly method: "GET" | "POST" | "DELETE";
  /** Below the endpoint, with the query. */
  readonly path: string;
  /** May it be sent again? `"look"`: it changes nothing. `"again"`: twice is as
   * good as once. `"once"`: not if it may have happened. */
  readonly effect: "look" | "again" | "once";
  /** What answers it may get, by their status. */
  readonly expects: Readonly<Record<number, Shape<Value>>>;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How much longer than usual the answer may take: it is waited for there. */
  readonly waitMs?: number | undefined;
}

/** How an answer begins. */
export interface Head {
  readonly status: number;
  readonly headers: Headers;
  /** Did an attempt before this one end without an answer? */
  readonly isDoubtful: boolean;
  /** For a `Retry-After` that is a date. */
  readonly todayMs: number;
}

/** An answer as it came. */
export interface RawAnswer extends Head {
  readonly bytes: Uint8Array;
}

/** An answer that is as it must be. */
export interface Answer<Value> {
  readonly status: number;
  readonly value: Value;
}

/** Statuses after which a later try might succeed. */
const PASSING: readonly number[] = [408, 425, 429, 502, 503, 504];

/** Codes of refusals that end the waiting for what was accepted. */
const AFTERWARDS: readonly string[] = [
  "WI-HTTP-IN-PROGRESS",
  "WI-NO-RESULT",
  "WI-CANCELLED",
  "WI-DELETED",
  "WI-HELD",
  "WI-CLOSED",
];

/** What the answer says, or why it is none. */
export function judge<Value>(
  call: Call<Value>,
  raw: RawAnswer,
): Answer<Value> {
  const { status } = raw;
  const shape = Object.hasOwn(call.expects, status)
    ? call.expects[status]
    : undefined;
  if (shape !== undefined) return { status, value: read(call, raw, shape) };
  if (status === 0 || (status >= 300 && status < 400)) {
    throw misfit(call, raw, "it is redirected, which is not followed");
  }
  const problem = problemOf(raw);
  if (problem === undefined) {
    throw misfit(
      call,
      raw,
      `it was answered ${status}, and not as an endpoint does`,
    );
  }
  throw new ProblemError(call.action, problem, factsOf(call, raw, problem));
}

/** An answer that no endpoint of this version gives. */
export function misfit(
  call: Call<unknown>,
  raw: Head,
  why: string,
  cause?: unknown,
): AnswerError {
  const { status } = raw;
  const facts = factsOf(call, raw, undefined);
  return new AnswerError(call.action, why, { ...facts, status, cause });
}

function read<Value>(
  call: Call<Value>,
  raw: RawAnswer,
  shape: Shape<Value>,
): Value {
  try {
    if ((shape as Shape<unknown>) === nothing) return shape(undefined, "$");
    if (mediaOf(raw.headers) !== MEDIA.json) {
      throw misfit(call, raw, "the answer is not JSON");
    }
    return shape(parse(raw.bytes), "$");
  } catch (error) {
    if (error instanceof ShapeError) {
      throw misfit(call, raw, `in the answer ${error.message}`);
    }
    if (error instanceof AnswerError) throw error;
    throw misfit(call, raw, "the answer is not JSON", error);
  }
}

function problemOf(raw: RawAnswer): ProblemBody | undefined {
  if (mediaOf(raw.headers) !== MEDIA.problem) return undefined;
  try {
    return { ...PROBLEM(parse(raw.bytes), "$"), status: raw.status };
  } catch {
    return undefined; // Of somebody else, who stands in front.
  }
}

function parse(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
}

/** The media type of an answer, without its parameters. */
export function mediaOf(headers: Headers): string | undefined {
  return headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
}

function factsOf(
  { effect }: Pick<Call<unknown>, "effect">,
  raw: Head,
  problem: ProblemBody | undefined,
): RemoteFacts {
  const { status, isDoubtful } = raw;
  const code = problem?.code;
  const isRefused = !isDoubtful && isRefusal(status, code);
  return {
    outcome: effect === "look" || isRefused ? "none" : "unknown",
    isRetryable: isPassing(status, code),
    retryAfter: retryAfterOf(raw),
  };
}

/** Why one of many enqueues was refused. */
export function refusalOf(action: string, problem: ProblemBody): ProblemError {
  const { status, code } = problem;
  return new ProblemError(action, problem, {
    outcome: isRefusal(status, code) ? "none" : "unknown",
    isRetryable: isPassing(status, code),
  });
}

/** Might a later try succeed? */
function isPassing(status: number, code: string | undefined): boolean {
  if (code === "WI-HTTP-IN-PROGRESS") return true;
  if (status === 502 && code !== undefined) return false; // A run has failed.
  return PASSING.includes(status);
}

/** Does the answer say that nothing has changed? */
function isRefusal(status: number, code: string | undefined): boolean {
  if (code === undefined) return status === 401 || status === 404;
  if (AFTERWARDS.includes(code) || code.startsWith("WI-STORE-")) return false;
  return status < 500 || status === 503;
}

function retryAfterOf(
  { headers, todayMs }: Pick<Head, "headers" | "todayMs">,
): number | undefined {
  const given = headers.get("retry-after");
  if (given === null) return undefined;
  if (/^\d{1,9}$/.test(given)) return Number(given) * 1_000;
  const atMs = Date.parse(given);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - todayMs);
}
