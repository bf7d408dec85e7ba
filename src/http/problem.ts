/**
 * What the endpoint refuses a request with. Whatever throws it, it becomes an
 * answer of `application/problem+json`, and nothing else does.
 *
 * @module
 */

/** What a problem is made of. */
export interface ProblemOptions {
  /** The HTTP status. */
  readonly status: number;
  /** As `"WI-HTTP-JSON"`. */
  readonly code: string;
  /** What was refused and why; nothing that a caller sent. */
  readonly detail: string;
  /** What to do about it. */
  readonly hint: string;
  /** Further headers of the answer, as `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What is wrong with a message, and where (RFC 6901). */
  readonly errors?:
    | readonly { readonly pointer: string; readonly detail: string }[]
    | undefined;
}

/** A request is refused. */
export class Problem extends Error {
  override readonly name: string = "Problem";
  readonly status: number;
  readonly code: string;
  readonly hint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly errors: ProblemOptions["errors"];

  constructor(options: ProblemOptions) {
    super(options.detail);
    this.status = options.status;
    this.code = options.code;
    this.hint = options.hint;
    this.headers = options.headers ?? {};
    this.errors = options.errors;
  }
}
