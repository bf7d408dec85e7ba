/** A failure in words: what a person can do something about, without a stack. */

/** Ends the program with this line and exit code 1. */
export class Failure extends Error {
  override readonly name: string = "Failure";
}

/** Deno puts U+FFFD for what is not UTF-8 in a name, and then does not find it. */
export const NOT_UTF8 = "its name is not UTF-8, which Deno cannot open";
/** There was something, and is no more. */
export const VANISHED = "it has vanished";
const NOT_PERMITTED = "no permission";
const NOT_GRANTED = "Deno was started without permission for it";
const LASTING: readonly string[] = [
  NOT_UTF8,
  VANISHED,
  NOT_PERMITTED,
  NOT_GRANTED,
];

/** Whether a second attempt, in a moment, may meet with more luck. */
export function mayPass(reason: string): boolean {
  return !LASTING.includes(reason);
}

/** Why a path could not be read, in a few words. */
export function reasonOf(error: unknown): string {
  if (error instanceof Failure) return error.message;
  if (error instanceof Deno.errors.NotFound) return VANISHED;
  if (error instanceof Deno.errors.PermissionDenied) return NOT_PERMITTED;
  if (error instanceof Deno.errors.NotCapable) return NOT_GRANTED;
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/ \(os error \d+\).*$/s, "");
}

/** Whether a path that was not found may be there, under a name like that. */
export function mayNotBeUtf8(path: string): boolean {
  return path.slice(path.lastIndexOf("/") + 1).includes("\uFFFD");
}
