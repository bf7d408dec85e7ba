/** The work item that walks: its context is the set of folders that wait to be
 * listed, and each file that it finds wakes the item of its folder. The same run
 * serves the first look, a folder that is new, and the last look. */
import type { Run, Scheduler, WorkItem } from "@workitem/scheduler";
import { Failure, mayNotBeUtf8, NOT_UTF8, reasonOf } from "./failure.ts";
import { shown } from "./figures.ts";
import type { FolderItems } from "./folder_items.ts";
import type { LeavesOut, Tally } from "./left_out.ts";
import { isFilePath, type Ledger } from "./ledger.ts";
import { timeOf } from "./look.ts";
import { join, type Listing, split, walk } from "./walk.ts";

export interface WalkItemOptions {
  readonly scheduler: Scheduler;
  readonly root: string;
  readonly ledger: Ledger;
  readonly folders: FolderItems;
  readonly leavesOut: LeavesOut;
  /** Folders may come and go: one that has gone is no error. */
  readonly live: boolean;
  /** Counts what the last walk of the whole tree left out. */
  readonly leftOut: Tally;
}

/** What waits to be walked. */
export interface Starts {
  readonly folders: Set<string>;
}

/** Makes the item; add a folder to its context, "" for all, and enqueue it. */
export function createWalkItem(options: WalkItemOptions): WorkItem<Starts> {
  return options.scheduler.createWorkItem<Starts>({
    key: "walk",
    context: () => ({ folders: new Set() }),
    run: (run) => walkAll(run, options),
  });
}

async function walkAll(
  { context, signal }: Run<Starts>,
  options: WalkItemOptions,
): Promise<void> {
  const starts = new Set(context.folders);
  context.folders.clear();
  for (const start of starts) {
    if (hasAncestorIn(starts, start)) continue; // Walked with that one.
    await walkFrom(start, { ...options, signal });
  }
}

function hasAncestorIn(starts: ReadonlySet<string>, start: string): boolean {
  for (let path = start; path !== "";) {
    path = split(path).folder;
    if (starts.has(path)) return true;
  }
  return false;
}

interface WalkFromOptions extends WalkItemOptions {
  readonly signal: AbortSignal;
}

async function walkFrom(
  start: string,
  options: WalkFromOptions,
): Promise<void> {
  const { ledger, leftOut } = options;
  const gone = knownBelow(start, ledger);
  if (start === "") leftOut.clear();
  for await (const listing of walk({ ...options, start })) {
    if (start === "" && listing.folder === "" && listing.error !== undefined) {
      const reason = reasonOf(listing.error);
      throw new Failure(`Cannot read ${shown(options.root)}: ${reason}.`);
    }
    gone.delete(listing.folder);
    for (const name of listing.files) gone.delete(join(listing.folder, name));
    for (const reason of listing.leftOut) {
      if (start === "") leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
    }
    await wakeFor(listing, options);
  }
  for (const path of gone) wakePath(path, options.folders);
}

/** Whatever was known and is not met by this walk has gone, or may have. */
function knownBelow(start: string, ledger: Ledger): Set<string> {
  const inside = (path: string): boolean =>
    start === "" || path.startsWith(`${start}/`);
  return new Set([
    ...[...ledger.seen].filter((path) => isFilePath(path) && inside(path)),
    ...[...ledger.folders].filter((path) => path !== "" && inside(path)),
  ]);
}

async function wakeFor(
  { folder, files, twins, error }: Listing,
  { root, ledger, folders, live }: WalkFromOptions,
): Promise<void> {
  if (error instanceof Deno.errors.NotFound) {
    if (mayNotBeUtf8(folder)) return ledger.fail(folder, NOT_UTF8);
    if (live) return wakePath(folder, folders); // Whose run finds it absent.
  }
  const known = files.filter((name) => ledger.entries.has(join(folder, name)));
  const unchanged = new Set<string>();
  for (const name of known) {
    const path = join(folder, name);
    if (await isUnchanged(join(root, path), ledger, path)) unchanged.add(name);
  }
  const failure = error === undefined ? undefined : reasonOf(error);
  ledger.list(folder, { error: failure, twins });
  for (const name of files) {
    if (unchanged.has(name)) continue;
    ledger.seen.add(join(folder, name));
    folders.wake(folder, name);
  }
}

async function isUnchanged(
  file: string,
  ledger: Ledger,
  path: string,
): Promise<boolean> {
  try {
    const now = await Deno.lstat(file);
    const entry = ledger.entries.get(path);
    return now.isFile && now.size === entry?.size &&
      timeOf(now) === entry.modified;
  } catch {
    return false; // The run that is woken will tell why.
  }
}

function wakePath(path: string, folders: FolderItems): void {
  const { folder, name } = split(path);
  folders.wake(folder, name);
}
