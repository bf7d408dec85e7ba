/**
 * What a caller is told of each error that a target, or a run, may end with:
 * by its code, in words of our own. An error's own message may name what was
 * sent, and is never passed on.
 *
 * @module
 */

/** What a code means over HTTP. */
export interface Status {
  readonly status: number;
  readonly detail: string;
  readonly hint: string;
  /** Would it help to try again? Then the answer says when. */
  readonly isPassing?: boolean;
}

const STATUSES: Readonly<Record<string, Status>> = {
  "WI-CLOSED": {
    status: 503,
    detail: "The scheduler is closed, or is closing",
    hint: "Nothing was queued. Try again: another process may take over.",
    isPassing: true,
  },
  "WI-QUEUE-FULL": {
    status: 429,
    detail: "As much waits as may wait, for this item or for all",
    hint: "Nothing was queued. Try again later.",
    isPassing: true,
  },
  "WI-UNKNOWN-KIND": {
    status: 404,
    detail: "No kind of this name is defined here",
    hint: "GET /v1/kinds tells which there are.",
  },
  "WI-DELETED": {
    status: 409,
    detail: "The item was deleted, or is being deleted",
    hint: "Try again when it is gone, if the work is still wanted.",
  },
  "WI-HELD": {
    status: 409,
    detail: "The last attempt of the item failed, and it is held",
    hint: "Mend the cause, then POST to its /reset: it has kept all messages.",
  },
  "WI-SKIPPED": {
    status: 409,
    detail: "The item is busy, and skips what comes meanwhile",
    hint: "Nothing was queued. Try again once it is idle.",
  },
  "WI-CANCELLED": {
    status: 409,
    detail: "The run or wake-up that was waited for has been taken back",
    hint: "Enqueue again if the work is still wanted.",
  },
  "WI-INVALID-MESSAGE": {
    status: 422,
    detail: "The message is not what the schema of its kind asks for",
    hint: "Nothing was queued. Its errors say where to mend it.",
  },
  "WI-PAYLOAD-SIZE": {
    status: 413,
    detail:
      "The message, or all that waits for its item, is too large to store",
    hint: "Nothing was queued. Send a reference, and store the rest elsewhere.",
  },
  "WI-NOT-SERIALIZABLE": {
    status: 422,
    detail: "The message cannot be stored",
    hint: "Nothing was queued. Send plain data.",
  },
  "WI-NO-RESULT": {
    status: 410,
    detail: "No result is kept for this id",
    hint: "It was enqueued, and is handled all the same.",
  },
  "WI-UNREACHABLE": {
    status: 503,
    detail: "What keeps the items cannot be reached",
    hint: "It may have happened. Try again with the same Idempotency-Key.",
    isPassing: true,
  },
};

const STORE: Status = {
  status: 503,
  detail: "The store is in trouble",
  hint: "It may have happened. Try again with the same Idempotency-Key.",
  isPassing: true,
};

/** What an error means; `undefined` if it is nobody's business but ours. */
export function statusOf(error: unknown): Status | undefined {
  const { code, isRetryable } = traitsOf(error);
  if (code === undefined) return undefined;
  if (code.startsWith("WI-STORE-")) return isRetryable ? STORE : undefined;
  return Object.hasOwn(STATUSES, code) ? STATUSES[code] : undefined;
}

/** The codes that a result may be refused with; else the run itself failed. */
const RESULT_CODES: readonly string[] = [
  "WI-CLOSED",
  "WI-DELETED",
  "WI-HELD",
  "WI-SKIPPED",
  "WI-CANCELLED",
  "WI-NO-RESULT",
  "WI-UNREACHABLE",
];

/** Is it not the run that failed, but the waiting for it? */
export function isOfWaiting(error: unknown): boolean {
  const { code = "" } = traitsOf(error);
  return RESULT_CODES.includes(code) || code.startsWith("WI-STORE-");
}

/** What may be read of an error, whatever it is. */
export interface Traits {
  readonly name: string | undefined;
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly isRetryable: boolean;
  readonly issues: readonly unknown[];
  /** Of a run that failed in another process. */
  readonly original: unknown;
}

/** Looks at an error without trusting it: it may be anything, and throw. */
export function traitsOf(error: unknown): Traits {
  const read = (name: string): unknown => {
    try {
      return (error as Readonly<Record<string, unknown>> | null)?.[name];
    } catch {
      return undefined;
    }
  };
  const text = (name: string): string | undefined => {
    const value = read(name);
    return typeof value === "string" ? value : undefined;
  };
  const issues = read("issues");
  return {
    name: text("name"),
    code: text("code"),
    message: text("message"),
    isRetryable: read("isRetryable") === true,
    issues: Array.isArray(issues) ? issues : [],
    original: read("original"),
  };
}
