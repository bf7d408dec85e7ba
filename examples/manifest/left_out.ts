/** What the manifest leaves out, and how much of it a walk has met. */
import { basename, dirname, relative, sep } from "node:path";

/** Left out whatever they are; a version control's and a package manager's. */
const NAMES: readonly string[] = [".git", "node_modules"];

/** Why something is left out, in the words of the table. */
export type Reason =
  | "manifest"
  | ".git and node_modules"
  | "symbolic links"
  | "special files";

/** How often each reason was met. */
export type Tally = Map<Reason, number>;

/** Tells why an entry of a folder is left out, or `undefined` if it is not. */
export type LeavesOut = (folder: string, name: string) => Reason | undefined;

/** The rule for names, which knows where the manifest is written. */
export function leavesOut(root: string, out: string): LeavesOut {
  const home = relative(root, dirname(out)).replaceAll(sep, "/");
  const own = basename(out);
  const before = partialName(out, "");
  return (folder, name) => {
    if (NAMES.includes(name)) return ".git and node_modules";
    if (folder !== home) return undefined;
    if (name === own || isPartial(name, before)) return "manifest";
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
