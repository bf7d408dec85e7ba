/** Finds the folder, the manifest and the store as they really are, before any work. */
import { basename, dirname, join } from "node:path";
import { Failure, reasonOf } from "./failure.ts";
import { shown } from "./figures.ts";
import type { Options } from "./options.ts";

/** Absolute paths without a symbolic link in them. */
export interface Places {
  readonly root: string;
  readonly out: string;
  /** The file of the store, if there is to be one. */
  readonly store: string | undefined;
}

/** @throws {Failure} If one of them is not what it has to be. */
export async function findPlaces(options: Options): Promise<Places> {
  const { folder, out, store } = options;
  return {
    root: await rootOf(folder),
    out: await fileOf("out", out),
    store: store === undefined ? undefined : await fileOf("store", store),
  };
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

async function fileOf(option: string, path: string): Promise<string> {
  const info = await infoOf(path);
  if (info?.isFile) return await Deno.realPath(path); // A link stays a link.
  if (info !== undefined) {
    throw new Failure(
      `Cannot write ${shown(path)}: it is no regular file. ` +
        `Name a file with --${option}.`,
    );
  }
  const home = await infoOf(dirname(path));
  if (!home?.isDirectory) {
    throw new Failure(
      `Cannot write ${shown(path)}: there is no folder ${
        shown(dirname(path))
      }.`,
    );
  }
  return join(await Deno.realPath(dirname(path)), basename(path));
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
