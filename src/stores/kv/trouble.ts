/**
 * What the errors of a Deno KV mean. They have no codes, so their words are
 * looked at; what nobody knows is taken to pass by itself.
 *
 * @module
 */
import { StoreError, type StoreTrouble } from "../../durable/errors.ts";

const SIGNS: readonly (readonly [RegExp, StoreTrouble, string])[] = [
  [
    /BadResource|bad resource|database is closed/i,
    "closed",
    "the database was closed",
  ],
  [/locked|busy/i, "locked", "another process holds the database"],
  [/disk is full|SQLITE_FULL|ENOSPC|no space/i, "full", "the disk is full"],
  [/disk I\/O error/i, "full", "the disk refused to write"],
  [
    /not a database|malformed|unsupported file format|corrupt|already exists|no such (table|column)/i,
    "format",
    "the file is not a sound Deno KV database",
  ],
  [
    /ACCESS_TOKEN|unauthorized|forbidden/i,
    "permission",
    "the server asks for a token that it accepts (DENO_KV_ACCESS_TOKEN)",
  ],
  [
    /readonly|read-only|permission|NotCapable|unable to open|EACCES/i,
    "permission",
    "the file may not be read and written",
  ],
];

/** A mistake in what was written: no second try helps. */
const HOPELESS =
  /Failed to perform|too ?large|too ?long|too ?many|exceed|Invalid|DataClone|not be cloned|is not a function|cannot be mixed|must be|must fit|cannot be empty|^TypeError: expected/i;

/** The error of ours that says what `error` means. */
export function troubleOf(
  action: string,
  error: unknown,
  outcome: "none" | "unknown",
): StoreError {
  if (error instanceof StoreError) return error;
  const words = wordsOf(error);
  const sign = SIGNS.find(([pattern]) => pattern.test(words));
  const [, trouble, why] = sign ?? [
    undefined,
    "unavailable",
    "the store did not answer",
  ] as const;
  return new StoreError(action, why, { trouble, outcome, cause: error });
}

/** Does another process hold the database, for a moment as a rule? */
export function isLocked(error: unknown): boolean {
  return troubleOf("", error, "none").trouble === "locked";
}

/** Would the same thing fail again, whatever happens? */
export function isHopeless(error: unknown): boolean {
  const { isRetryable } = troubleOf("", error, "none");
  return !isRetryable || isRefusal(error);
}

/** Is it what was written that the database does not take? */
export function isRefusal(error: unknown): boolean {
  if (error instanceof StoreError) return error.trouble === "refused";
  const words = wordsOf(error);
  return HOPELESS.test(words) && !SIGNS.some(([sign]) => sign.test(words));
}

/** The error of ours for what the database does not take. */
export function refusalOf(action: string, error: unknown): StoreError {
  const why = "the database does not take what was to be written";
  return new StoreError(action, why, { trouble: "refused", cause: error });
}

function wordsOf(error: unknown): string {
  return error instanceof Error
    ? `${error.name}: ${error.message}`
    : `${error}`;
}
