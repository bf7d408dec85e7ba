/**
 * How the command line ends: the exit codes, and what ends it with one of them.
 *
 * @module
 */

/** What a process that has ended tells its caller. */
export const EXIT = {
  /** Done. */
  done: 0,
  /** The work failed that was waited for. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** There is no such kind, item or letter. */
  notFound: 3,
  /** Refused, or not authorised. */
  refused: 4,
  /** The endpoint or the store cannot be reached, or cannot answer now. */
  unreachable: 5,
  /** It took too long. */
  timedOut: 6,
  /** Ended by Ctrl-C. */
  interrupted: 130,
  /** Ended by SIGTERM. */
  terminated: 143,
} as const;

/** What a failure may say besides its message. */
export interface FailureOptions {
  /** What to do about it. */
  readonly hint?: string | undefined;
  /** A stable name for programs, as `"WI-CLOSED"`. */
  readonly code?: string | undefined;
  /** The HTTP status, if an endpoint answered. */
  readonly status?: number | undefined;
  readonly cause?: unknown;
}

/** Ends the command line with a message and an exit code. */
export class Failure extends Error {
  override readonly name: string = "Failure";
  readonly exit: number;
  readonly hint: string | undefined;
  readonly code: string | undefined;
  readonly status: number | undefined;

  constructor(exit: number, message: string, options: FailureOptions = {}) {
    const { hint, code, status, cause } = options;
    super(message, cause === undefined ? undefined : { cause });
    this.exit = exit;
    this.hint = hint;
    this.code = code;
    this.status = status;
  }
}

/** The command line is wrong. */
export function misuse(message: string, hint?: string): Failure {
  return new Failure(EXIT.usage, message, { hint });
}

/** What errors from elsewhere may have. */
interface Known {
  readonly message?: unknown;
  readonly code?: unknown;
  readonly hint?: unknown;
  readonly status?: unknown;
}

/** Whatever was thrown, as what the command line ends with. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const denied = denialOf(error);
  if (denied !== undefined) {
    return new Failure(EXIT.refused, denied.message, { cause: error });
  }
  const known: Known = typeof error === "object" && error !== null ? error : {};
  const code = textOf(known.code);
  const status = typeof known.status === "number" ? known.status : undefined;
  const message = textOf(known.message) ?? String(error);
  const hint = HINTS[code ?? ""] ?? textOf(known.hint);
  const exit = error instanceof RangeError // A key that can be none.
    ? EXIT.usage
    : exitOf(code, status);
  return new Failure(exit, message, {
    hint,
    code,
    status,
    cause: error,
  });
}

/** What this process may not do, if that is behind it. */
function denialOf(error: unknown): Error | undefined {
  let cause = error;
  for (let depth = 0; depth < CAUSES_MAX && cause instanceof Error; depth++) {
    if (cause instanceof Deno.errors.NotCapable) return cause;
    cause = cause.cause;
  }
  return undefined;
}

const CAUSES_MAX = 8;

const EXITS: Readonly<Record<string, number>> = {
  "WI-RUN-FAILED": EXIT.failed,
  "WI-CANCELLED": EXIT.failed,
  "WI-TIMEOUT": EXIT.timedOut,
  "WI-NO-RESULT": EXIT.timedOut,
  "WI-ANSWER": EXIT.unreachable,
  "WI-NOT-DURABLE": EXIT.refused,
  "WI-UNREACHABLE": EXIT.unreachable,
  "WI-UNKNOWN-KIND": EXIT.notFound,
};

/** What to do here; endpoints tell what to do over HTTP. */
const HINTS: Readonly<Record<string, string>> = {
  "WI-HTTP-NOT-FOUND": "Look whether --url, or WORKITEM_URL, is where the" +
    " endpoint is mounted.",
  "WI-HTTP-UNAUTHENTICATED": "Set WORKITEM_TOKEN, or give the token on stdin" +
    " with --token-stdin; if you did, it is another.",
  "WI-NOT-DURABLE":
    "Serve with --store: in memory they are told to the log of" +
    " the server, and gone.",
  "WI-RUN-FAILED": "That was the last attempt. On a store, dead lists what" +
    " it was sent; the log of the server tells why.",
  "WI-UNKNOWN-KIND": "ls lists the kinds that there are.",
};

function exitOf(code: string | undefined, status: number | undefined): number {
  const exit = EXITS[code ?? ""];
  if (exit !== undefined) return exit;
  if (status === 404) return EXIT.notFound;
  if (status === 408 || status === 504) return EXIT.timedOut;
  if (status !== undefined && status >= 400 && status < 500) {
    return EXIT.refused;
  }
  return EXIT.unreachable;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
