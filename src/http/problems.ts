/**
 * From whatever was thrown to an answer of `application/problem+json`.
 *
 * @module
 */
import { MEDIA, type ProblemBody } from "../client/wire.ts";
import { faultsOf } from "./issues.ts";
import { Problem } from "./problem.ts";
import { type Status, statusOf, traitsOf } from "./statuses.ts";

/** What a title says of a status. */
const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  408: "Request timeout",
  409: "Conflict",
  410: "Gone",
  413: "Content too large",
  415: "Unsupported media type",
  421: "Misdirected request",
  422: "Unprocessable content",
  429: "Too many requests",
  501: "Not implemented",
  502: "The run failed",
  503: "Service unavailable",
};
const RETRY_AFTER_S_MAX = 5;

/** What there is to know of an error. */
export interface ErrorView {
  /** May a caller see what a run, or a schema, said? */
  readonly exposeErrors: boolean;
  /** Spreads those who try again. */
  readonly random: () => number;
  /** What was sent, so that it is not sent back. */
  readonly message?: unknown;
}

/** The problem that an error is; `undefined` if it is one that no caller is
 * to learn anything of. */
export function problemOf(
  error: unknown,
  view: ErrorView,
): Problem | undefined {
  if (error instanceof Problem) return error;
  const status = statusOf(error);
  const { code, issues } = traitsOf(error);
  if (status === undefined || code === undefined) return undefined;
  return problemFor(status, code, {
    ...view,
    errors: code === "WI-INVALID-MESSAGE"
      ? faultsOf(issues, view.message, view.exposeErrors)
      : undefined,
  });
}

function problemFor(
  { isPassing, ...status }: Status,
  code: string,
  { random, errors }: ErrorView & { readonly errors: Problem["errors"] },
): Problem {
  const headers = isPassing ? { "Retry-After": retryAfter(random) } : undefined;
  return new Problem({ ...status, code, headers, errors });
}

/** Seconds, so that not all come back at the same time. */
export function retryAfter(random: () => number): string {
  return String(1 + Math.floor(random() * RETRY_AFTER_S_MAX));
}

/** What a caller is told of what is not its business. */
export function internal(): Problem {
  return new Problem({
    status: 500,
    code: "WI-HTTP-INTERNAL",
    detail: "The request could not be served",
    hint: "It was reported under the id of the request. " +
      "It may have happened: try again with the same Idempotency-Key.",
  });
}

/** A run failed: who waited for its result is told by whom, and not why. */
export function runFailed(error: unknown, exposeErrors: boolean): Problem {
  const { original } = traitsOf(error);
  const { name, code, message } = traitsOf(original ?? error);
  const what = wordOf(name) ?? "Error";
  const by = wordOf(code) === undefined ? what : `${what} (${code})`;
  return new Problem({
    status: 502,
    code: "WI-RUN-FAILED",
    detail: exposeErrors && message !== undefined
      ? `The run ended with ${by}: ${message}`
      : `The run ended with ${by}`,
    hint: "The message was taken, and this was its last attempt; the " +
      "scheduler's own log tells why.",
  });
}

/** A name that a program gave, not text that somebody sent. */
export function wordOf(name: string | undefined): string | undefined {
  return name !== undefined && /^[\w.:-]{1,64}$/.test(name) ? name : undefined;
}

/** The body of a problem. */
export function bodyOf(problem: Problem, requestId: string): ProblemBody {
  const { status, code, message, hint, errors } = problem;
  return {
    type: `urn:workitem:error:${code}`,
    title: TITLES[status] ?? "Internal server error",
    status,
    detail: message,
    code,
    hint,
    instance: `urn:workitem:request:${requestId}`,
    ...(errors === undefined ? {} : { errors }),
  };
}

/** The answer that tells a problem. */
export function answerOf(
  problem: Problem,
  requestId: string,
  headers?: Readonly<Record<string, string>>,
): Response {
  return new Response(JSON.stringify(bodyOf(problem, requestId)), {
    status: problem.status,
    headers: {
      ...headers,
      ...problem.headers,
      ...COMMON,
      "Content-Type": MEDIA.problem,
      "X-Request-Id": requestId,
    },
  });
}

/** What every answer has. */
export const COMMON = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
} as const;
