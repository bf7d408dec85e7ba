/** Tests the test: the simulator of kinds must notice every mutant of the
 * engine. Each runs in a copy of the source, in a process of its own. */
import { assertEquals, assertMatch } from "@std/assert";
import { MUTANTS } from "./kinds_sim/mutants.ts";
import type { Change, Mutant } from "./sim/mutants.ts";

const ROOT = new URL("../../", import.meta.url);
const FOLDERS = [
  "src/core",
  "src/testing",
  "tests/core/sim",
  "tests/core/kinds_sim",
];
const SCHEDULES = "20000";
/** Mutants may loop for ever. */
const LIMIT_MS = 60_000;

Deno.test("the simulator of kinds finds nothing wrong with the engine", async () => {
  await using copy = await copyOf(ROOT);

  assertMatch(await simulate(copy.path), /all as the laws say/);
});

for (const mutant of MUTANTS) {
  Deno.test(`the simulator of kinds notices that ${mutant.name}`, async () => {
    await using copy = await copyOf(ROOT);
    for (const change of mutant.changes) await apply(copy.path, change);

    assertMatch(await simulate(copy.path), /^seed \d+ fails/);
  });
}

Deno.test("every mutant of kinds has a name of its own", () => {
  const names = MUTANTS.map(({ name }: Mutant) => name);

  assertEquals(names.length, new Set(names).size);
});

/** What the simulator needs, in a folder that goes away. */
async function copyOf(root: URL): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "kinds-mutant-" });
  await Deno.copyFile(new URL("mod.ts", root), `${path}/mod.ts`);
  for (const folder of FOLDERS) {
    await copyFolder(new URL(`${folder}/`, root), `${path}/${folder}`);
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
    `"${find}" must stand once in ${file}: adapt tests/core/kinds_sim/mutants.ts`,
  );
  await Deno.writeTextFile(
    `${path}/${file}`,
    source.replace(find, () => replace),
  );
}

/** What the simulator says: a mutant that does not even compile says nothing. */
async function simulate(path: string): Promise<string> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), LIMIT_MS);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--no-config",
      `${path}/tests/core/kinds_sim/main.ts`,
      "--quick",
      "--runs",
      SCHEDULES,
    ],
    signal: controller.signal,
    stdout: "piped",
    stderr: "null",
  }).output();
  clearTimeout(timer);
  return new TextDecoder().decode(stdout);
}
