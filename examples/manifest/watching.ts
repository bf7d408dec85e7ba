/** Hears of saves and wakes the folders that they are in. */
import { sep } from "node:path";
import type { Bursts } from "./bursts.ts";
import { Failure, reasonOf } from "./failure.ts";
import { shown } from "./figures.ts";
import type { FolderItems } from "./folder_items.ts";
import type { LeavesOut } from "./left_out.ts";
import type { Ledger } from "./ledger.ts";
import { note } from "./lines.ts";
import { join } from "./walk.ts";

export interface WatchingOptions {
  readonly root: string;
  readonly ledger: Ledger;
  readonly folders: FolderItems;
  readonly bursts: Bursts;
  readonly leavesOut: LeavesOut;
  /** Once aborted, nothing is woken any more. */
  readonly signal: AbortSignal;
  /** Events may have been lost: all has to be looked at. */
  readonly onLost: () => void;
  /** It cannot go on: the folder has gone, or the watcher has. */
  readonly onFailure: (error: unknown) => void;
}

/** Hears of saves until it is closed. */
export interface Watching {
  close(): void;
  /** Resolves when nothing more can come. */
  readonly ended: Promise<void>;
}

const LOOK_EVERY_MS = 5000;

/** Watches a folder and all below it, or looks at it now and then where the system
 * does not grant that: it has a limit, and follows symbolic links out of the tree
 * to where it may have no permission. */
export function startWatching(options: WatchingOptions): Watching {
  try {
    const watcher = Deno.watchFs(options.root, { recursive: true });
    const ended = followSaves(watcher, options);
    return { ended, close: () => watcher.close() };
  } catch (error) {
    const seconds = LOOK_EVERY_MS / 1000;
    note(`cannot watch, so looks every ${seconds} s: ${reasonOf(error)}`);
    const timer = setInterval(options.onLost, LOOK_EVERY_MS);
    return { ended: Promise.resolve(), close: () => clearInterval(timer) };
  }
}

/** Follows the watcher until it is closed. */
async function followSaves(
  watcher: Deno.FsWatcher,
  options: WatchingOptions,
): Promise<void> {
  const events = watcher[Symbol.asyncIterator]();
  for (;;) {
    const event = await nextOf(events, options);
    if (event === undefined || options.signal.aborted) return;
    if (event === "unreadable" || event.flag === "rescan") options.onLost();
    if (event === "unreadable" || event.kind === "access") continue;
    for (const path of event.paths) hear(event.kind, path, options);
  }
}

/** A name that is not UTF-8 makes an event that Deno cannot hand over. */
async function nextOf(
  events: AsyncIterator<Deno.FsEvent>,
  { onFailure }: WatchingOptions,
): Promise<Deno.FsEvent | "unreadable" | undefined> {
  try {
    const { done, value } = await events.next();
    return done ? undefined : value;
  } catch (error) {
    if (error instanceof TypeError) return "unreadable";
    onFailure(error);
    return undefined;
  }
}

function hear(
  kind: Deno.FsEvent["kind"],
  path: string,
  options: WatchingOptions,
): void {
  const { root, folders, bursts } = options;
  if (path === root) {
    if (kind !== "remove" && kind !== "rename") return;
    return options.onFailure(new Failure(`${shown(root)} has gone.`));
  }
  const place = placeOf(path.slice(root.length), options);
  if (place === undefined) return;
  bursts.hold(folders.of(place.folder));
  folders.wake(place.folder, place.name);
}

/** The deepest known folder above the path and the name in it that leads there:
 * what lies behind a symbolic link or in a folder that is left out has none. */
function placeOf(
  path: string,
  { ledger, leavesOut }: WatchingOptions,
): { folder: string; name: string } | undefined {
  const parts = path.split(sep).filter((part) => part !== "");
  let folder = "";
  for (const name of parts) {
    if (leavesOut(folder, name) !== undefined) return undefined;
    const next = join(folder, name);
    if (next === parts.join("/") || !ledger.folders.has(next)) {
      return { folder, name };
    }
    folder = next;
  }
  return undefined;
}
