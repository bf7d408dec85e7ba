/**
 * The errors that a caller may want to catch. Each says what happened, why,
 * and (in `hint`) what to do; each `code` has a paragraph in `docs/errors.md`.
 *
 * A mistake in an option or argument is not among them: that is a `TypeError`
 * or a `RangeError`, thrown at the call that made it.
 *
 * @module
 */

/** What {@linkcode WorkItemError} is made of. */
export interface WorkItemErrorOptions {
  /** A stable name for programs, as `"WI-CLOSED"`. */
  readonly code: string;
  /** What the reader can do about it. */
  readonly hint: string;
  /** The error behind this one. */
  readonly cause?: unknown;
}

/**
 * The base of all errors that this package throws by design.
 *
 * @example Telling them apart
 * ```ts
 * import { Scheduler, WorkItemError } from "@workitem/scheduler";
 * import { assertEquals } from "@std/assert";
 *
 * const scheduler = new Scheduler();
 * const item = scheduler.createWorkItem({ run() {} });
 * await scheduler.close();
 *
 * let code = "";
 * try {
 *   item.enqueue();
 * } catch (error) {
 *   if (error instanceof WorkItemError) code = error.code;
 * }
 * assertEquals(code, "WI-CLOSED");
 * ```
 */
export class WorkItemError extends Error {
  /** The class's own name. */
  override readonly name: string = "WorkItemError";
  /** A stable name for programs, as `"WI-CLOSED"`. */
  readonly code: string;
  /** What the reader can do about it. */
  readonly hint: string;

  /** Makes an error from its message, code, hint and cause. */
  constructor(message: string, options: WorkItemErrorOptions) {
    const { code, hint, cause } = options;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
  }
}

/** Work was offered to a scheduler that has been closed, or was still waiting
 * when it closed. */
export class ClosedError extends WorkItemError {
  /** Always `"ClosedError"`. */
  override readonly name: string = "ClosedError";

  /** `action` is what was refused, as `Cannot enqueue "a"`. */
  constructor(action: string, cause?: unknown) {
    super(`${action} as the scheduler is closed`, {
      code: "WI-CLOSED",
      hint: "Make a new scheduler, or enqueue before close().",
      cause,
    });
  }
}

/** The item or scope has been deleted, or is being deleted. */
export class DeletedError extends WorkItemError {
  /** Always `"DeletedError"`. */
  override readonly name: string = "DeletedError";

  /** `action` is what was refused, as `Cannot enqueue "a"`. */
  constructor(action: string) {
    super(`${action} as it was deleted`, {
      code: "WI-DELETED",
      hint: "Make a new one, or delete it after its last enqueue.",
    });
  }
}

/** As many items are owed a run as `maxOwed` allows, or as many messages wait
 * as `maxInbox` does. */
export class QueueFullError extends WorkItemError {
  /** Always `"QueueFullError"`. */
  override readonly name: string = "QueueFullError";

  /** `action` is what was refused; `limit` was reached by what is counted. */
  constructor(action: string, limit: number, option: "maxOwed" | "maxInbox") {
    const what = option === "maxOwed"
      ? "items are owed a run"
      : "messages wait";
    super(`${action} as ${limit} ${what} already`, {
      code: "WI-QUEUE-FULL",
      hint: `Nothing was queued. Await idle() first, or raise ${option}.`,
    });
  }
}

/** Something that is wrong with a message. */
export interface Issue {
  /** What is wrong. */
  readonly message: string;
  /** Where: the names of properties, from the outermost. */
  readonly path?:
    | readonly (PropertyKey | { readonly key: PropertyKey })[]
    | undefined;
}

/** A message is not what the schema of its kind asks for. */
export class InvalidMessageError extends WorkItemError {
  /** Always `"InvalidMessageError"`. */
  override readonly name: string = "InvalidMessageError";
  /** All that is wrong with it, in the schema's words. */
  readonly issues: readonly Issue[];

  /** `action` is what was refused; the schema says what is wrong. */
  constructor(action: string, issues: readonly Issue[]) {
    const n = issues.length;
    super(`${action} as its message has ${n} issue${n === 1 ? "" : "s"}`, {
      code: "WI-INVALID-MESSAGE",
      hint: "Nothing was queued. Its issues say why.",
    });
    this.issues = issues;
  }
}

/** The last attempt of an item failed, and it is held until `reset()`. */
export class HeldError extends WorkItemError {
  /** Always `"HeldError"`. */
  override readonly name: string = "HeldError";

  /** `action` is what was refused; `cause` is the error of the last attempt. */
  constructor(action: string, cause: unknown) {
    super(`${action} as its last attempt failed`, {
      code: "WI-HELD",
      hint: "Mend the cause, then reset(): it kept all messages.",
      cause,
    });
  }
}

/** A run waits for itself, which could never end. */
export class SelfWaitError extends WorkItemError {
  /** Always `"SelfWaitError"`. */
  override readonly name: string = "SelfWaitError";

  /** `action` is what was refused; `why` completes the sentence. */
  constructor(action: string, why: string) {
    super(`${action} as ${why}`, {
      code: "WI-SELF-WAIT",
      hint: "Enqueue without awaiting: it runs again afterwards.",
    });
  }
}

/** The run or wake-up that was waited for has been taken back. */
export class CancelledError extends WorkItemError {
  /** Always `"CancelledError"`. */
  override readonly name: string = "CancelledError";

  /** `what` happened, as `The run of "a" was cancelled`. */
  constructor(what: string, cause?: unknown) {
    super(what, {
      code: "WI-CANCELLED",
      hint: "Enqueue again if still wanted.",
      cause,
    });
  }
}

/** A busy item with `whenRunning: "skip"` refused the enqueue. */
export class SkippedError extends WorkItemError {
  /** Always `"SkippedError"`. */
  override readonly name: string = "SkippedError";

  /** `action` is what was refused. */
  constructor(action: string) {
    super(`${action} as it is busy and skips what comes meanwhile`, {
      code: "WI-SKIPPED",
      hint: 'Wait until idle, or use whenRunning: "rerun".',
    });
  }
}

/** Something took longer than the limit it was given. */
export class TimeoutError extends WorkItemError {
  /** Always `"TimeoutError"`. */
  override readonly name: string = "TimeoutError";

  /** `what` took too long, as `The run of "a"`; `limitMs` is its limit. */
  constructor(what: string, limitMs: number) {
    super(`${what} passed its limit, ${limitMs} ms`, {
      code: "WI-TIMEOUT",
      hint: "Pass run.signal to what it awaits, or raise it.",
    });
  }
}
