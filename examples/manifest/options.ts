/** Reads the command line: either a wish that can be granted, or the mistake in
 * it, said so that the next attempt succeeds. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { nearest } from "./nearest.ts";

/** What was asked for; all paths are absolute. */
export interface Options {
  /** Where relative paths start. */
  readonly here: string;
  readonly folder: string;
  readonly out: string;
  readonly store: string | undefined;
  readonly watch: boolean;
  readonly concurrency: number;
}

/** What a command line means. */
export type Wish =
  | { readonly kind: "keep"; readonly options: Options }
  | { readonly kind: "help" }
  | { readonly kind: "mistake"; readonly message: string };

/** Where relative paths start, and the folder that is meant when none is named. */
export interface Surroundings {
  readonly currentFolder: string;
  readonly defaultFolder: string;
}

export const HELP = `Examples
  deno task demo                                 this repository -> manifest.jsonl
  deno task demo ~/photos --out photos.jsonl     any folder, any manifest
  deno task demo src --watch                     goes on until Ctrl-C
  deno task demo ~/photos --store photos.kv      goes on where it was ended

Keeps a manifest of a folder: a JSON line for each file, with its path, size,
SHA-256 and time of change. Left out: the manifest and the store, .git,
node_modules, symbolic links and what is no regular file.

Options
  --out FILE         the manifest (manifest.jsonl in the current folder)
  --watch            keep it up to date while the files change
  --store FILE       keep what is done and what is to do in a Deno KV file: ended at
                     any moment, even by kill -9, the same command goes on with
                     it; several at once share the work
  --concurrency N    folders hashed at once, 1 to 1024 (8)
  --help, -h         this text

Exit codes
  0    every file is in the manifest or among the errors that were told
  1    it could not be done, or a file is in neither
  2    the command line is wrong
  130  interrupted before the manifest was written
`;

const CONCURRENCY_MAX = 1024;
const DEFAULTS = { out: "manifest.jsonl", concurrency: 8 };
const EXAMPLES: Readonly<Record<string, string>> = {
  out: DEFAULTS.out,
  store: "manifest.kv",
  concurrency: `${DEFAULTS.concurrency}`,
};
const KNOWN = {
  out: { type: "string" },
  store: { type: "string" },
  concurrency: { type: "string" },
  watch: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

interface Option {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

/** Tells what the arguments ask for; asks the system nothing. */
export function readOptions(
  args: readonly string[],
  { currentFolder, defaultFolder }: Surroundings,
): Wish {
  const { tokens, positionals } = parseArgs({
    args: [...args],
    options: KNOWN,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given = tokens.filter((token) => token.kind === "option");
  if (given.some(({ name }) => name === "help")) return { kind: "help" };
  const message = given.map(mistakeIn).find((text) => text !== undefined) ??
    mistakeInFolders(positionals);
  if (message !== undefined) return { kind: "mistake", message };

  const last = (name: string): string | undefined =>
    given.findLast((option) => option.name === name)?.value;
  const pathOf = (path: string): string => resolve(currentFolder, path);
  const [folder = defaultFolder] = positionals;
  const store = last("store");
  const options: Options = {
    here: currentFolder,
    folder: pathOf(folder),
    out: pathOf(last("out") ?? DEFAULTS.out),
    store: store === undefined ? undefined : pathOf(store),
    watch: given.some(({ name }) => name === "watch"),
    concurrency: Number(last("concurrency") ?? DEFAULTS.concurrency),
  };
  const clash = clashIn(options);
  if (clash !== undefined) return { kind: "mistake", message: clash };
  return { kind: "keep", options };
}

function clashIn({ store, watch, out }: Options): string | undefined {
  if (store === undefined) return undefined;
  if (watch) {
    return "--store and --watch do not go together: a store keeps a look that ends.";
  }
  return store === out ? "--store and --out name the same file." : undefined;
}

function mistakeIn(option: Option): string | undefined {
  const { name, rawName, value, inlineValue } = option;
  if (!Object.hasOwn(KNOWN, name)) {
    const guess = nearest(name, Object.keys(KNOWN));
    const hint = guess === undefined ? "" : ` Did you mean --${guess}?`;
    return `There is no option ${rawName}.${hint}`;
  }
  if (name === "watch") {
    return inlineValue
      ? `--watch takes no value: received "${value}".`
      : undefined;
  }
  if (!value || (!inlineValue && value.startsWith("-"))) {
    return `${rawName} needs a value, as in ${rawName} ${EXAMPLES[name]}.`;
  }
  if (name !== "concurrency") return undefined;
  const number = /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (number >= 1 && number <= CONCURRENCY_MAX) return undefined;
  return `--concurrency must be a whole number from 1 to ${CONCURRENCY_MAX}: received "${value}".`;
}

function mistakeInFolders(folders: readonly string[]): string | undefined {
  if (folders.length > 1) {
    return `One folder at a time: received ${folders.length}. Quote a path that has spaces in it.`;
  }
  if (folders[0] !== "") return undefined;
  return `The folder is an empty text. Is it a variable that is not set?`;
}
