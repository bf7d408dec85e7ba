/** Walks a real tree, folder by folder, without following a symbolic link. */
import type { LeavesOut, Reason } from "./left_out.ts";

/** What one folder holds. Paths are relative to the root, with forward slashes. */
export interface Listing {
  readonly folder: string;
  readonly files: readonly string[];
  readonly leftOut: readonly Reason[];
  /** Entries whose names on disk are not UTF-8 and look the same in Unicode. */
  readonly twins: readonly string[];
  /** Why the folder could not be read. */
  readonly error?: unknown;
}

export interface WalkOptions {
  readonly root: string;
  /** The folder to begin with; the root is "". */
  readonly start: string;
  readonly leavesOut: LeavesOut;
  readonly signal: AbortSignal;
}

/** The path of a name in a folder. */
export function join(folder: string, name: string): string {
  return folder === "" || folder.endsWith("/")
    ? folder + name
    : `${folder}/${name}`;
}

/** The folder and the name of a path. */
export function split(path: string): { folder: string; name: string } {
  const at = path.lastIndexOf("/");
  return { folder: path.slice(0, Math.max(at, 0)), name: path.slice(at + 1) };
}

/** Lists the start and every folder below it; a folder that cannot be read is
 * told and the walk goes on. */
export async function* walk(
  { root, start, leavesOut, signal }: WalkOptions,
): AsyncGenerator<Listing> {
  const waiting = [start];
  for (
    let folder = waiting.pop();
    folder !== undefined;
    folder = waiting.pop()
  ) {
    signal.throwIfAborted();
    const below: string[] = [];
    yield await list(root, { folder, leavesOut, below });
    for (const name of below) waiting.push(join(folder, name));
  }
}

export interface ListOptions {
  readonly folder: string;
  readonly leavesOut: LeavesOut;
  /** Receives the names of the folders in this one. */
  readonly below: string[];
}

/** Lists one folder; that it cannot be read is in the listing. */
export async function list(
  root: string,
  options: ListOptions,
): Promise<Listing> {
  const { folder, leavesOut, below } = options;
  const names = new Set<string>();
  const files: string[] = [];
  const twins: string[] = [];
  const leftOut: Reason[] = [];
  try {
    for await (const entry of Deno.readDir(join(root, folder))) {
      const reason = leavesOut(folder, entry.name) ?? kindLeftOut(entry);
      if (reason !== undefined) leftOut.push(reason);
      else if (names.has(entry.name)) twins.push(entry.name);
      else (entry.isDirectory ? below : files).push(entry.name);
      names.add(entry.name);
    }
    return { folder, files, twins, leftOut };
  } catch (error) {
    return { folder, files, twins, leftOut, error };
  }
}

function kindLeftOut(entry: Deno.DirEntry): Reason | undefined {
  if (entry.isSymlink) return "symbolic links";
  return entry.isFile || entry.isDirectory ? undefined : "special files";
}
