/** Finds the folder and the manifest as they really are, before any work. */
import { basename, dirname, join } from "node:path";
import { Failure, reasonOf } from "./failure.ts";
import { shown } from "./figures.ts";
import type { Options } from "./options.ts";

/** Absolute paths without a symbolic link in them. */
export interface Places {
  readonly root: string;
  readonly out: string;
}

/** @throws {Failure} If either is not what it has to be. */
export async function findPlaces({ folder, out }: Options): Promise<Places> {
  return { root: await rootOf(folder), out: await outOf(out) };
}

async function rootOf(folder: string): Promise<string> {
  const info = await infoOf(folder);
  if (info === undefined) {
    throw new Failure(`There is no folder ${shown(folder)}.`);
  }
  if (!info.isDirectory) {
    throw new Failure(
      `${shown(folder)} is no folder. Name the folder that it is in.`,
    );
  }
  return await Deno.realPath(folder);
}

async function outOf(out: string): Promise<string> {
  const info = await infoOf(out);
  if (info?.isFile) return await Deno.realPath(out); // A link stays a link.
  if (info !== undefined) {
    throw new Failure(
      `Cannot write ${
        shown(out)
      }: it is no regular file. Name a file with --out.`,
    );
  }
  const home = await infoOf(dirname(out));
  if (!home?.isDirectory) {
    throw new Failure(
      `Cannot write ${shown(out)}: there is no folder ${shown(dirname(out))}.`,
    );
  }
  return join(await Deno.realPath(dirname(out)), basename(out));
}

/** `undefined` if there is nothing. */
async function infoOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    const reason = reasonOf(error);
    throw new Failure(`Cannot look at ${shown(path)}: ${reason}.`, {
      cause: error,
    });
  }
}
