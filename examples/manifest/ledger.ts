/** What is known of the tree. Three things that are kept apart, so that the check
 * at the end compares what was seen with what became of it: the files seen, the
 * entries of those that were hashed, the errors of those that were not. */
import { join, split } from "./walk.ts";

/** A line of the manifest. */
export interface Entry {
  /** Relative to the folder, with forward slashes. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
  /** ISO 8601, or `null` where the system does not tell. */
  readonly modified: string | null;
}

/** Ends, with a number, the path of a name that is not UTF-8 and looks like another
 * one; no name on disk has a NUL in it. An unreadable folder ends in a slash. */
const TWIN = "\0";

/** Whether the path is that of a file which can be looked for. */
export function isFilePath(path: string): boolean {
  return !path.endsWith("/") && !path.includes(TWIN);
}

export class Ledger {
  /** Every file that a walk or a watcher has met. */
  readonly seen: Set<string> = new Set();
  /** Every folder likewise; the root is "". */
  readonly folders: Set<string> = new Set();
  readonly entries: Map<string, Entry> = new Map();
  readonly errors: Map<string, string> = new Map();
  readonly #twins = new Set<string>();
  readonly #onError: (path: string, reason: string) => void;

  constructor(onError: (path: string, reason: string) => void) {
    this.#onError = onError;
  }

  /** Files hashed or failed so far. */
  get settled(): number {
    return this.entries.size + this.errors.size;
  }

  record(entry: Entry): void {
    this.seen.add(entry.path);
    this.errors.delete(entry.path);
    this.entries.set(entry.path, entry);
  }

  fail(path: string, reason: string): void {
    this.seen.add(path);
    this.entries.delete(path);
    if (this.errors.get(path) === reason) return; // Told already.
    this.errors.set(path, reason);
    this.#onError(path.split(TWIN, 1)[0] ?? path, reason);
  }

  /** A folder was read, or not; `twins` are the names that Unicode cannot tell apart. */
  list(
    folder: string,
    result: { error: string | undefined; twins: readonly string[] },
  ): void {
    this.folders.add(folder);
    this.#forgetFile(`${folder}/`);
    for (const path of this.#twins) {
      if (split(path).folder === folder) this.#forgetFile(path);
    }
    if (result.error !== undefined) this.fail(`${folder}/`, result.error);
    for (const [index, name] of result.twins.entries()) {
      const path = `${join(folder, name)}${TWIN}${index}`;
      this.#twins.add(path);
      this.fail(path, "its name, which is not UTF-8, looks like another one");
    }
  }

  /** Drops a path, and all below it if it was a folder.
   *
   * @returns how many files were dropped. */
  forget(path: string): number {
    const before = this.seen.size;
    this.#forgetFile(path);
    if (this.folders.delete(path)) {
      const below = `${path}/`;
      for (const file of this.seen) {
        if (file.startsWith(below)) this.#forgetFile(file);
      }
      for (const folder of this.folders) {
        if (folder.startsWith(below)) this.folders.delete(folder);
      }
    }
    return before - this.seen.size;
  }

  #forgetFile(path: string): void {
    this.seen.delete(path);
    this.entries.delete(path);
    this.errors.delete(path);
    this.#twins.delete(path);
  }
}
