/** Looks at one path, and hashes it if it is a file: streamed, so that memory is
 * bounded by the buffer, and compared with itself, so that a file which changes
 * meanwhile is not put down with a hash that it never had. */
import { createHash } from "node:crypto";
import { mayNotBeUtf8, NOT_UTF8, reasonOf, VANISHED } from "./failure.ts";
import type { Entry } from "./ledger.ts";

/** What a path turned out to be. */
export type Look =
  | { readonly kind: "file"; readonly entry: Entry }
  | { readonly kind: "folder" | "absent" | "other" }
  | { readonly kind: "error"; readonly reason: string };

/** Why something that was met as a file cannot be in the manifest. */
export function unmetReason(look: Exclude<Look, { kind: "file" }>): string {
  if (look.kind === "error") return look.reason;
  return look.kind === "absent" ? VANISHED : "it is no longer a file";
}

export interface LookOptions {
  /** The path relative to the folder, as the entry will have it. */
  readonly path: string;
  /** Holds what is being hashed; its length is the size of a read. */
  readonly buffer: Uint8Array;
  readonly signal: AbortSignal;
  /** Is told of bytes as they are hashed. */
  readonly onBytes: (bytes: number) => void;
}

/** How often a file that changes while it is read is read again. */
const ATTEMPTS = 3;

/** @throws The signal's reason only; all else is a look that tells of it. */
export async function look(file: string, options: LookOptions): Promise<Look> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    options.signal.throwIfAborted();
    try {
      const result = await lookOnce(file, options);
      if (result !== undefined) return result;
    } catch (error) {
      options.signal.throwIfAborted();
      if (error instanceof Deno.errors.NotFound) return await absent(file);
      return { kind: "error", reason: reasonOf(error) };
    }
  }
  return {
    kind: "error",
    reason: `it changed during each of ${ATTEMPTS} reads`,
  };
}

/** A look at the file as it is for one read; `undefined` if it changed. */
async function lookOnce(
  file: string,
  options: LookOptions,
): Promise<Look | undefined> {
  const named = await Deno.lstat(file);
  if (named.isDirectory) return { kind: "folder" };
  if (!named.isFile) return { kind: "other" };
  using handle = await Deno.open(file);
  const before = await handle.stat();
  if (!same(named, before)) return undefined;
  const sha256 = await hash(handle, before.size, options);
  // By its name, not by its handle: another file may have come in its place.
  if (!same(before, await Deno.lstat(file))) return undefined;
  if (sha256 === undefined) return undefined;
  const { path } = options;
  const { size } = before;
  const modified = timeOf(before);
  return { kind: "file", entry: { path, size, sha256, modified } };
}

/** The hash of `size` bytes; `undefined` if there were more or less of them. */
async function hash(
  handle: Deno.FsFile,
  size: number,
  { buffer, signal, onBytes }: LookOptions,
): Promise<string | undefined> {
  const digest = createHash("sha256");
  let total = 0;
  for (;;) {
    const read = await handle.read(buffer);
    if (read === null) break;
    signal.throwIfAborted();
    total += read;
    if (total > size) return undefined; // Else a file that grows has no end.
    digest.update(buffer.subarray(0, read));
    onBytes(read);
  }
  return total === size ? digest.digest("hex") : undefined;
}

/** Whether nothing was written, and the name leads to the same file. */
function same(before: Deno.FileInfo, after: Deno.FileInfo): boolean {
  return before.size === after.size && before.ino === after.ino &&
    before.dev === after.dev && timeOf(before) === timeOf(after) &&
    before.ctime?.getTime() === after.ctime?.getTime();
}

/** When a file was changed, in the words of the manifest. */
export function timeOf({ mtime }: Deno.FileInfo): string | null {
  const readable = mtime !== null && !Number.isNaN(mtime.getTime());
  return readable ? mtime.toISOString() : null;
}

/** Absent, unless it is listed in its folder all the same. */
async function absent(file: string): Promise<Look> {
  if (!mayNotBeUtf8(file)) return { kind: "absent" };
  const at = file.lastIndexOf("/") + 1;
  try {
    for await (const { name } of Deno.readDir(file.slice(0, at))) {
      if (name === file.slice(at)) return { kind: "error", reason: NOT_UTF8 };
    }
    return { kind: "absent" };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { kind: "absent" };
    return { kind: "error", reason: reasonOf(error) };
  }
}
