/** What an error says, so that another process can read it. */
import { StoreError } from "../../../src/durable/errors.ts";

/** The words of a `StoreError`. */
export interface Said {
  readonly code: string;
  readonly trouble: string;
  readonly message: string;
  readonly hint: string;
  readonly isRetryable: boolean;
}

/** Nothing, if all went well. Any other error is thrown. */
export function said(error: unknown): Said | undefined {
  if (error === undefined) return undefined;
  if (!(error instanceof StoreError)) throw error;
  const { code, trouble, message, hint = "", isRetryable } = error;
  return { code, trouble, message, hint, isRetryable };
}
