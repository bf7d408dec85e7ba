/** Mutants of the engine, each played in a copy of the source and a process of
 * its own: tests of the tests. */
import { assertEquals, assertMatch } from "@std/assert";

/** One change of the source: `find` stands exactly once in `file`. */
export interface Change {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A mistake, made by one or more changes. */
export interface Mutant {
  readonly name: string;
  readonly changes: readonly Change[];
}

/** What has to notice all mutants. */
export interface Judge {
  /** What it is called. */
  readonly name: string;
  /** Its folders below `tests/core`; its program is the `main.ts` of the last. */
  readonly folders: readonly string[];
  /** How many schedules it plays. */
  readonly schedules: number;
  /** What it says of the engine as it is. */
  readonly content: RegExp;
}

const ROOT = new URL("../../../", import.meta.url);
/** Mutants may loop for ever. */
const LIMIT_MS = 60_000;

/** A mutant of `src/core`: changes are `[file, find, replace]`. */
export function mutant(
  name: string,
  ...changes: readonly (readonly [string, string, string])[]
): Mutant {
  return {
    name,
    changes: changes.map(([file, find, replace]) => ({
      file: `src/core/${file}`,
      find,
      replace,
    })),
  };
}

/** Makes a test of each mutant, and one of the engine as it is. */
export function testMutants(judge: Judge, mutants: readonly Mutant[]): void {
  Deno.test(`${judge.name} finds nothing wrong with the engine`, async () => {
    await using copy = await copyOf(judge);

    assertMatch(await play(judge, copy.path), judge.content);
  });

  for (const { name, changes } of mutants) {
    Deno.test(`${judge.name} notices that ${name}`, async () => {
      await using copy = await copyOf(judge);
      for (const change of changes) await apply(copy.path, change);

      assertMatch(await play(judge, copy.path), /^seed \d+ fails/);
    });
  }

  Deno.test(`every mutant for ${judge.name} has a name of its own`, () => {
    const names = mutants.map(({ name }) => name);

    assertEquals(names.length, new Set(names).size);
  });
}

/** What the judge needs, in a folder that goes away. */
async function copyOf(
  { folders }: Judge,
): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "mutant-" });
  await Deno.copyFile(new URL("mod.ts", ROOT), `${path}/mod.ts`);
  const own = folders.map((folder) => `tests/core/${folder}`);
  for (const folder of ["src/core", "src/testing", ...own]) {
    await copyFolder(new URL(`${folder}/`, ROOT), `${path}/${folder}`);
  }
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

async function copyFolder(from: URL, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) {
      await copyFolder(new URL(`${name}/`, from), `${to}/${name}`);
    } else await Deno.copyFile(new URL(name, from), `${to}/${name}`);
  }
}

/** A mutant whose place is gone would rot silently. */
async function apply(path: string, change: Change): Promise<void> {
  const { file, find, replace } = change;
  const source = await Deno.readTextFile(`${path}/${file}`);
  assertEquals(
    source.split(find).length - 1,
    1,
    `"${find}" must stand once in ${file}: adapt the mutant`,
  );
  const mutated = source.replace(find, () => replace);
  await Deno.writeTextFile(`${path}/${file}`, mutated);
}

/** What the judge says: a mutant that does not even compile says nothing. */
async function play(
  { folders, schedules }: Judge,
  path: string,
): Promise<string> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), LIMIT_MS);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--no-config",
      `${path}/tests/core/${folders.at(-1)}/main.ts`,
      "--quick",
      "--runs",
      String(schedules),
    ],
    signal: controller.signal,
    stdout: "piped",
    stderr: "null",
  }).output();
  clearTimeout(timer);
  return new TextDecoder().decode(stdout);
}
