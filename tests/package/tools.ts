/** The npm tools that the package tests run, pinned here and nowhere else, and
 * how to run a tool to its end. */

/** Pinned npm packages, as Deno names them. */
export const TOOLS = {
  tsc: "npm:typescript@6.0.3/tsc",
  esbuild: "npm:esbuild@0.28.2",
} as const;

/** The folder of this package. */
export const ROOT: URL = new URL("../../", import.meta.url);

/** How a finished command ended. */
export interface Finished {
  readonly code: number;
  readonly stdout: Uint8Array;
  /** Both streams as text, for messages. */
  readonly text: string;
}

/** Where and how to run Deno. */
export interface DenoOptions {
  readonly cwd?: string | URL;
  readonly env?: Record<string, string>;
}

/** Runs this very Deno with `args`, to its end. */
export async function deno(
  args: readonly string[],
  { cwd = ROOT, env = {} }: DenoOptions = {},
): Promise<Finished> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", ...env },
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout,
    text: decoder.decode(stdout) + decoder.decode(stderr),
  };
}

/** Lends a new folder to `use`, and removes it. */
export async function withFolder<Result>(
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  const path = await Deno.makeTempDir({ prefix: "workitem-" });
  try {
    return await use(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

/** Writes files, given by name and text, into a folder. */
export async function fill(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
}

/** Copies what is published of the source, `mod.ts` and `src/`, into a folder. */
export async function copySource(folder: string): Promise<void> {
  await Deno.copyFile(new URL("mod.ts", ROOT), `${folder}/mod.ts`);
  await copyTree(new URL("src/", ROOT), `${folder}/src`);
}

async function copyTree(from: URL, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const path = `${to}/${name}`;
    if (isDirectory) await copyTree(new URL(`${name}/`, from), path);
    else await Deno.copyFile(new URL(name, from), path);
  }
}
