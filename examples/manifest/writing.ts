/** Writes the manifest so that a reader finds the old one or the new one, never a
 * part: into a file beside it, which then takes its name. */
import { dirname, join } from "node:path";
import { Failure, reasonOf } from "./failure.ts";
import { shown } from "./figures.ts";
import { partialName } from "./left_out.ts";
import type { Entry } from "./ledger.ts";

/** Lines are written in pieces of about this many characters. */
const PIECE = 65_536;

/** The file in which this program writes the next manifest. */
export function partialOf(out: string): string {
  return join(dirname(out), partialName(out, Deno.pid));
}

/** Replaces the manifest by these entries, sorted by path. */
export async function writeManifest(
  out: string,
  entries: Iterable<Entry>,
): Promise<void> {
  const partial = partialOf(out);
  try {
    await writeLines(partial, sorted(entries));
    await Deno.rename(partial, out);
  } catch (error) {
    await removeIfThere(partial);
    throw new Failure(`Cannot write ${shown(out)}: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

/** Finds out before the work, rather than after it, that it cannot be written. */
export async function tryToWrite(out: string): Promise<void> {
  const partial = partialOf(out);
  try {
    await Deno.writeTextFile(partial, "");
    await Deno.remove(partial);
  } catch (error) {
    throw new Failure(`Cannot write ${shown(out)}: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

/** Leaves nothing behind, at once: for a program that is about to be ended. */
export function removePartial(out: string): void {
  try {
    Deno.removeSync(partialOf(out));
  } catch {
    // It was never made.
  }
}

/** By code units, so that the order is the same on every machine. */
function sorted(entries: Iterable<Entry>): Entry[] {
  return [...entries].sort((a, b) => a.path < b.path ? -1 : 1);
}

async function writeLines(
  path: string,
  entries: readonly Entry[],
): Promise<void> {
  const encoder = new TextEncoder();
  using file = await Deno.open(path, {
    write: true,
    create: true,
    truncate: true,
  });
  let piece = "";
  for (const entry of entries) {
    piece += `${JSON.stringify(entry)}\n`;
    if (piece.length < PIECE) continue;
    await writeAll(file, encoder.encode(piece));
    piece = "";
  }
  await writeAll(file, encoder.encode(piece));
  await file.sync(); // Before the rename: else a power cut may leave it empty.
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await file.write(bytes.subarray(at));
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch {
    // What was never made, or lies where nothing can be removed.
  }
}
