/** Names of items: what a folder or a file is called where a name has a limit. The
 * same in every process, so that all of them mean the same item. */
import { createHash } from "node:crypto";

const BYTES_MAX = 512;
const DIGITS = 32;
const SHOWN_MAX = 80;

/** The name of a folder's item; it ends in a slash. */
export function keyOf(folder: string): string {
  return fitting(`${folder || "."}/`);
}

/** The text where it fits, else a digest and its end, for whoever reads it. */
export function fitting(text: string): string {
  if (new TextEncoder().encode(text).length <= BYTES_MAX) return text;
  const digest = createHash("sha256").update(text).digest("hex");
  const end = text.slice(-SHOWN_MAX).toWellFormed(); // It may cut a pair.
  return `#${digest.slice(0, DIGITS)} ${end}`;
}
