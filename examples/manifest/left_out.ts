/** What the manifest leaves out, and how much of it a walk has met. */
import { basename, dirname, relative, sep } from "node:path";
import type { Places } from "./places.ts";
import { PRESENCE_END } from "./presence.ts";

/** Left out whatever they are; a version control's and a package manager's. */
const NAMES: readonly string[] = [".git", "node_modules"];
/** A store is a file, and those that are put beside it. */
const STORE_ENDS: readonly string[] = [
  ...["", "-journal", "-shm", "-wal"],
  PRESENCE_END,
];

/** Why something is left out, in the words of the table. */
export type Reason =
  | "manifest"
  | "store"
  | ".git and node_modules"
  | "symbolic links"
  | "special files";

/** How often each reason was met. */
export type Tally = Map<Reason, number>;

/** Tells why an entry of a folder is left out, or `undefined` if it is not. */
export type LeavesOut = (folder: string, name: string) => Reason | undefined;

/** The rule for names, which knows what this program writes, and where. */
export function leavesOut(
  root: string,
  { out, store }: Pick<Places, "out" | "store">,
): LeavesOut {
  const homeOf = (path: string): string =>
    relative(root, dirname(path)).replaceAll(sep, "/");
  const homeOfOut = homeOf(out);
  const before = partialName(out, "");
  const homeOfStore = store === undefined ? undefined : homeOf(store);
  const ofStore = STORE_ENDS.map((end) => `${basename(store ?? "")}${end}`);
  return (folder, name) => {
    if (NAMES.includes(name)) return ".git and node_modules";
    if (folder === homeOfOut) {
      if (name === basename(out) || isPartial(name, before)) return "manifest";
    }
    if (folder === homeOfStore && ofStore.includes(name)) return "store";
    return undefined;
  };
}

/** The file beside the manifest in which the next one is written. */
export function partialName(out: string, writer: number | string): string {
  return `.${basename(out)}.partial-${writer}`;
}

function isPartial(name: string, before: string): boolean {
  return name.startsWith(before) && /^\d+$/.test(name.slice(before.length));
}
