/** Plays mutants of the store, each in a copy of the source and a process of its
 * own: tests of the test. */
import { assertEquals, assertMatch } from "@std/assert";

/** A mistake: each change is a file of `src/stores`, what stands there exactly
 * once, and what is to stand there. */
export interface Mutant {
  readonly name: string;
  readonly changes: readonly (readonly [string, string, string])[];
}

const ROOT = new URL("../../../", import.meta.url);
const FOLDERS: readonly string[] = [
  "src/core",
  "src/durable",
  "src/stores",
  "src/testing",
  "tests/core/sim",
  "tests/durable/sim",
];
/** All are noticed in so many rounds. */
const ROUNDS = 2_000;
/** Mutants may loop for ever. */
const LIMIT_MS = 300_000;

/** A mistake in the store. */
export function mutant(
  name: string,
  ...changes: readonly (readonly [string, string, string])[]
): Mutant {
  return { name, changes };
}

/** Makes a test of each mutant, and one of the store as it is. */
export function testMutants(mutants: readonly Mutant[]): void {
  Deno.test(`${ROUNDS} rounds find nothing wrong with the store`, async () => {
    await using copy = await copyAll();

    assertMatch(await play(copy.path), /nothing lost/);
  });

  for (const { name, changes } of mutants) {
    Deno.test(`${ROUNDS} rounds notice that ${name}`, async () => {
      await using copy = await copyAll();
      for (const change of changes) await apply(copy.path, change);

      assertMatch(await play(copy.path), /^seed \d+ fails/);
    });
  }
}

async function copyAll(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "mutant-" });
  for (const folder of FOLDERS) {
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
async function apply(
  path: string,
  [file, find, replace]: readonly [string, string, string],
): Promise<void> {
  const place = `${path}/src/stores/${file}`;
  const source = await Deno.readTextFile(place);
  const count = source.split(find).length - 1;
  assertEquals(count, 1, `"${find}" must stand once in ${file}`);
  await Deno.writeTextFile(place, source.replace(find, () => replace));
}

/** What the simulation says: a mutant that does not even compile says nothing. */
async function play(path: string): Promise<string> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), LIMIT_MS);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--no-config",
      "--unstable-kv",
      `${path}/tests/durable/sim/main.ts`,
      ...["--quick", "--short", "--kv", "mini", "--rounds", `${ROUNDS}`],
    ],
    signal: controller.signal,
    stdout: "piped",
    stderr: "null",
  }).output();
  clearTimeout(timer);
  return new TextDecoder().decode(stdout);
}
