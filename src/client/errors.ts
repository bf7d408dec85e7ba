/**
 * What can go wrong between a client and its endpoint.
 *
 * @module
 */
import { type Issue, WorkItemError } from "../core/errors.ts";
import type { ProblemBody } from "./wire.ts";

/** What all errors of a client say besides their message. */
export interface RemoteFacts {
  /** Did it happen? */
  readonly outcome: "none" | "unknown";
  /** Might a later try succeed? */
  readonly isRetryable: boolean;
  /** Milliseconds before which no try will. */
  readonly retryAfter?: number | undefined;
}

/**
 * The base of the errors between a client and its endpoint.
 *
 * @example What was refused, and what may have happened
 * ```ts
 * import { connect, ConnectionError, ProblemError } from "@workitem/scheduler/client";
 * import { assertEquals } from "@std/assert";
 *
 * const client = connect("http://localhost", {
 *   retry: [],
 *   fetch: () => Promise.reject(new TypeError("There is no network")),
 * });
 *
 * let advice = "";
 * try {
 *   await client.kind("reindex").enqueue("acme", { doc: 7 }, { id: "event-1" });
 * } catch (error) {
 *   if (error instanceof ProblemError) advice = `refused: ${error.code}`;
 *   else if (error instanceof ConnectionError && error.outcome === "unknown") {
 *     advice = "try again with the same id";
 *   } else throw error;
 * }
 * assertEquals(advice, "try again with the same id");
 * ```
 */
export class ConnectionError extends WorkItemError {
  /** The class's own name. */
  override readonly name: string = "ConnectionError";
  /** Did it happen? `"none"`: it did not. `"unknown"`: it may have; a second
   * try is safe if it has the same `id`. Of what only looks: `"none"`. */
  readonly outcome: "none" | "unknown";
  /** Might a second try succeed without anybody's help? */
  readonly isRetryable: boolean;
  /** Milliseconds before which no second try should come, if the endpoint said
   * so. The `retry` of a kind keeps to it, if a run fails with this error. */
  readonly retryAfter: number | undefined;

  /** Makes an error from its message, code, hint, facts and cause. */
  constructor(
    message: string,
    options: RemoteFacts & {
      readonly code: string;
      readonly hint: string;
      readonly cause?: unknown;
    },
  ) {
    const { code, hint, cause, outcome, isRetryable, retryAfter } = options;
    super(message, { code, hint, cause });
    this.outcome = outcome;
    this.isRetryable = isRetryable;
    this.retryAfter = retryAfter;
  }
}

/** No answer came, however often it was tried. */
export class UnreachableError extends ConnectionError {
  /** Always `"UnreachableError"`. */
  override readonly name: string = "UnreachableError";

  /** `action` is what was tried, `why` completes the sentence. */
  constructor(
    action: string,
    why: string,
    options: Pick<RemoteFacts, "outcome"> & { readonly cause?: unknown },
  ) {
    super(`${action} as ${why}`, {
      ...options,
      code: "WI-UNREACHABLE",
      hint: "Look whether the endpoint runs, and whether its URL is right.",
      isRetryable: true,
    });
  }
}

/** The endpoint refused, or what was asked for failed there. */
export class ProblemError extends ConnectionError {
  /** Always `"ProblemError"`. */
  override readonly name: string = "ProblemError";
  /** The HTTP status. */
  readonly status: number;
  /** What was refused and why, in the endpoint's words. */
  readonly detail: string;
  /** What is wrong with the message, if that is why. */
  readonly issues: readonly Issue[];
  /** Names the request in the endpoint's log, if it said how. */
  readonly instance: string | undefined;

  /** `action` is what was refused; `body` says why. */
  constructor(action: string, body: ProblemBody, facts: RemoteFacts) {
    const { code, status, title, detail = title, errors = [] } = body;
    const hint = plain(body.hint ?? "Read what its code means.");
    super(`${action}: ${plain(detail)} (${status})`, { ...facts, code, hint });
    this.status = status;
    this.detail = plain(detail);
    this.instance = body.instance && plain(body.instance);
    this.issues = errors.map((each) => ({
      message: plain(each.detail),
      path: pathOf(each.pointer),
    }));
  }
}

/** What answered is no endpoint of this package, or none of this version. */
export class AnswerError extends ConnectionError {
  /** Always `"AnswerError"`. */
  override readonly name: string = "AnswerError";
  /** The HTTP status. */
  readonly status: number;

  /** `action` is what was asked for, `why` completes the sentence. */
  constructor(
    action: string,
    why: string,
    options: RemoteFacts & {
      readonly status: number;
      readonly cause?: unknown;
    },
  ) {
    super(`${action} as ${why}`, {
      ...options,
      code: "WI-ANSWER",
      hint:
        "Look whether the URL is that of an endpoint of this version, and " +
        "what stands in front of it.",
    });
    this.status = options.status;
  }
}

/** The patience of a request is over, and there is no result yet. */
export class NoResultError extends ConnectionError {
  /** Always `"NoResultError"`. */
  override readonly name: string = "NoResultError";

  /** `action` is what was asked for; it was waited for so long. `cause` is why
   * there was no answer in the end, if there was none. */
  constructor(action: string, patienceMs: number, cause?: unknown) {
    super(`${action} as there was no result within ${patienceMs} ms`, {
      code: "WI-NO-RESULT",
      hint: "The message was accepted and is handled all the same. Ask again " +
        "with the same id, or have more patience.",
      outcome: "unknown",
      isRetryable: true,
      cause,
    });
  }
}

const TEXT_LENGTH_MAX = 1_000;

/** What others wrote, so that it can stand in a line of a log. */
function plain(text: string): string {
  return text.slice(0, TEXT_LENGTH_MAX).replaceAll(/[\p{Cc}\p{Cs}]/gu, " ");
}

/** The names that a JSON pointer (RFC 6901) goes through. */
function pathOf(pointer: string): readonly string[] {
  return pointer.split("/").slice(1).map((name) =>
    name.replaceAll("~1", "/").replaceAll("~0", "~")
  );
}
