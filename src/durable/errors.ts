/**
 * What can go wrong with a store, a lease, or what is to be stored.
 *
 * @module
 */
import { WorkItemError } from "../core/errors.ts";

/** Which trouble a store has. */
export type StoreTrouble =
  | "unavailable"
  | "locked"
  | "full"
  | "permission"
  | "format"
  | "refused"
  | "closed"
  | "unsupported";

const HINTS: Readonly<Record<StoreTrouble, string>> = {
  unavailable: "Try again: the store may be back soon.",
  locked: "Try again: another process holds the store.",
  full: "Free some space: nothing more can be kept until then.",
  permission: "Grant the process what the message names.",
  format: "Check that the path or URL names a store of this version.",
  refused: "Store less at once, or something else.",
  closed: "Close a store after all that uses it.",
  unsupported: "Use a store, or a runtime, that can do it.",
};

/** The store could not do what it was asked. */
export class StoreError extends WorkItemError {
  /** Always `"StoreError"`. */
  override readonly name: string = "StoreError";
  /** Which trouble it has. */
  readonly trouble: StoreTrouble;
  /** Did it happen? `"none"`: it did not. `"unknown"`: it may have; a second
   * try with the same `id` is safe. */
  readonly outcome: "none" | "unknown";
  /** Might a second try succeed without anybody's help? */
  readonly isRetryable: boolean;

  /** `action` is what was refused, as `Cannot enqueue "sync/acme"`; `why`
   * completes the sentence. */
  constructor(
    action: string,
    why: string,
    options: {
      readonly trouble: StoreTrouble;
      readonly outcome?: "none" | "unknown";
      readonly hint?: string;
      readonly cause?: unknown;
    },
  ) {
    const { trouble, outcome = "none", hint = HINTS[trouble], cause } = options;
    super(`${action} as ${why}`, {
      code: `WI-STORE-${trouble.toUpperCase()}`,
      hint,
      cause,
    });
    this.trouble = trouble;
    this.outcome = outcome;
    this.isRetryable = trouble === "unavailable" || trouble === "locked" ||
      trouble === "full";
  }
}

/** Something is too large to be stored. */
export class LimitError extends WorkItemError {
  /** Always `"LimitError"`. */
  override readonly name: string = "LimitError";

  /** `action` is what was refused; `what` takes `bytes`, `limit` are allowed. */
  constructor(
    action: string,
    what: string,
    size: { readonly bytes: number; readonly limit: number },
  ) {
    const { bytes, limit } = size;
    super(`${action} as ${what} takes ${bytes} bytes of ${limit}`, {
      code: "WI-PAYLOAD-SIZE",
      hint: "Nothing was stored. Store a reference, and the rest elsewhere.",
    });
  }
}

/** A value cannot be stored: another process could not make sense of it. */
export class NotSerializableError extends WorkItemError {
  /** Always `"NotSerializableError"`. */
  override readonly name: string = "NotSerializableError";

  /** `action` is what was refused; `path` is where, as `$.onDone`; `is` is what
   * stands there, as `a function`. */
  constructor(action: string, path: string, is: string) {
    super(`${action} as ${path} is ${is}`, {
      code: "WI-NOT-SERIALIZABLE",
      hint: "Stores keep data only: send an id, and look up the rest in run().",
    });
  }
}

/** The run's claim is valid no more: another process may run the item. */
export class LeaseLostError extends WorkItemError {
  /** Always `"LeaseLostError"`. */
  override readonly name: string = "LeaseLostError";

  /** `what` lost its lease, as `The run of "sync/acme"`. */
  constructor(what: string, why: string) {
    super(`${what} lost its lease as ${why}`, {
      code: "WI-LEASE-LOST",
      hint: "What it does from now on is not stored. Pass run.signal to what " +
        "it awaits, keep the event loop free, or raise the lease.",
    });
  }
}

/** A check in `run.tx` did not hold when the run was to be completed. */
export class ConflictError extends WorkItemError {
  /** Always `"ConflictError"`. */
  override readonly name: string = "ConflictError";

  /** `what` could not be completed, as `The run of "sync/acme"`. */
  constructor(what: string) {
    super(`${what} could not be completed as a check of run.tx failed`, {
      code: "WI-TX-CONFLICT",
      hint: "Nothing of it was stored. With retry it is tried again.",
    });
  }
}

/** What another process said of the error of a run. */
export interface RemoteCause {
  /** The error's own name, as `"TypeError"`. */
  readonly name: string;
  /** Its message. */
  readonly message: string;
  /** Its code, if it has one. */
  readonly code: string | undefined;
}

/** The run that was to answer failed in another process. */
export class RemoteError extends WorkItemError {
  /** Always `"RemoteError"`. */
  override readonly name: string = "RemoteError";
  /** What that process said of the error. */
  readonly original: RemoteCause;

  /** `what` failed, as `The run of "sync/acme"`; `original` says why. */
  constructor(what: string, original: RemoteCause) {
    const { name, message } = original;
    super(`${what} failed in another process: ${name}: ${message}`, {
      code: "WI-REMOTE",
      hint: "The process that ran it knows more.",
    });
    this.original = original;
  }
}

/** The processes that ran an item were lost, one after the other. */
export class CrashedError extends WorkItemError {
  /** Always `"CrashedError"`. */
  override readonly name: string = "CrashedError";

  /** `what` was given up, as `The item "sync/acme"`. */
  constructor(what: string, crashes: number) {
    super(`${what} was given up as ${crashes} processes were lost with it`, {
      code: "WI-CRASHED",
      hint: "Look whether its messages crash, or block, whoever runs them; " +
        "then redrive or discard them.",
    });
  }
}

/** The time of `work()` is over, and the run has not ended. */
export class OvertimeError extends WorkItemError {
  /** Always `"OvertimeError"`. */
  override readonly name: string = "OvertimeError";

  /** The reason of the abort. */
  constructor() {
    super("The run was aborted as the time of work() is over", {
      code: "WI-TIMEOUT",
      hint: "It is given back, and begins anew in the next call.",
    });
  }
}
