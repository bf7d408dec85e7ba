/** A failure in words: what a person can do something about, without a stack. */

/** Ends the program with this line and exit code 1. */
export class Failure extends Error {
  override readonly name: string = "Failure";
}

/** Why a path could not be read, in a few words. */
export function reasonOf(error: unknown): string {
  if (error instanceof Failure) return error.message;
  if (error instanceof Deno.errors.NotFound) return "it has vanished";
  if (error instanceof Deno.errors.PermissionDenied) return "no permission";
  if (error instanceof Deno.errors.NotCapable) {
    return "Deno was started without permission for it";
  }
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/ \(os error \d+\).*$/s, "");
}

/** Deno puts U+FFFD for what is not UTF-8 in a name, and then does not find it. */
export const NOT_UTF8 = "its name is not UTF-8, which Deno cannot open";

/** Whether a path that was not found may be there, under a name like that. */
export function mayNotBeUtf8(path: string): boolean {
  return path.slice(path.lastIndexOf("/") + 1).includes("\uFFFD");
}
