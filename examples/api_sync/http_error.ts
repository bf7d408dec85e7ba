/**
 * An answer that is no success, as the scheduler understands it: `retryAfter` is
 * when the server wants to be asked again, `final` says that asking again is of
 * no use.
 *
 * @module
 */

/** Not a success. */
export class HttpError extends Error {
  override readonly name: string = "HttpError";
  readonly status: number;
  /** Milliseconds; replaces the delay that `retry` computes. */
  readonly retryAfter: number | undefined;
  /** Is the request itself what is wrong? */
  readonly final: boolean;

  constructor({ status, headers }: Response) {
    super(`status ${status}`);
    this.status = status;
    this.retryAfter = retryAfterOf(headers);
    this.final = status >= 400 && status < 500 &&
      ![408, 425, 429].includes(status);
  }
}

/** What `Retry-After` asks for, in milliseconds: it is a number of seconds, or a
 * date. */
export function retryAfterOf(
  headers: Headers,
  today: number = Date.now(),
): number | undefined {
  const text = headers.get("retry-after")?.trim() ?? "";
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const dateMs = Date.parse(text);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - today);
}
