/**
 * Asks an endpoint for what its client has no method for.
 *
 * @module
 */
import { EXIT, Failure, failureOf } from "./failure.ts";
import { below, type Remote } from "./remote.ts";

/** One GET; an answer of any status. A token goes nowhere else. */
export async function ask(remote: Remote, path: string): Promise<Response> {
  const { token } = remote;
  const headers = new Headers({ accept: "application/json" });
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  try {
    return await fetch(below(remote, path), { headers, redirect: "error" });
  } catch (cause) {
    throw new Failure(EXIT.unreachable, `${remote.url.href} does not answer`, {
      code: "WI-UNREACHABLE",
      hint: "Look whether the endpoint runs, and whether its URL is right.",
      cause,
    });
  }
}

/** The body, if it is JSON. */
export async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (cause) {
    throw new Failure(EXIT.unreachable, "What answered is no endpoint", {
      status: response.status,
      cause,
    });
  }
}

/** An answer that says no. */
export function refusalOf(response: Response, body: unknown): Failure {
  const { detail, title, code, hint } = (body ?? {}) as Refusal;
  const { status } = response;
  const message = detail ?? title ?? `The endpoint answered ${status}`;
  return failureOf({ message, code, hint, status });
}

/** What a problem has, if it is one: all of it may be anything. */
interface Refusal {
  readonly detail?: unknown;
  readonly title?: unknown;
  readonly code?: unknown;
  readonly hint?: unknown;
}
