/** A project that imports this package by its JSR name, linked to this folder,
 * with an empty cache and no JSR: it checks, runs, and sees both entries. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { deno, fill, type Finished, ROOT, withFolder } from "./tools.ts";

const { version } = JSON.parse(
  await Deno.readTextFile(new URL("deno.json", ROOT)),
);
const NAME = `jsr:@workitem/scheduler@^${version}`;

const MAIN = `
import { Scheduler } from "${NAME}";
import { FakeClock } from "@workitem/scheduler/testing";

const scheduler = new Scheduler({ concurrency: 2 });
const item = scheduler.createWorkItem({
  context: () => ({ lines: [] as string[] }),
  run: ({ context }) => context.lines.splice(0).length,
});
item.context.lines.push("a", "b");
item.enqueue();
const length: number = await item.request();
await scheduler.close();
console.log(length, typeof FakeClock);
`;

/** A project in `folder`, and a Deno that can reach nothing. */
async function consume(
  folder: string,
  options: { main: string; links: readonly string[] },
): Promise<(args: readonly string[]) => Promise<Finished>> {
  await fill(folder, {
    "deno.json": JSON.stringify({
      imports: { "@workitem/scheduler": NAME },
      links: options.links,
      compilerOptions: { isolatedDeclarations: true },
    }),
    "main.ts": options.main,
  });
  const env = { DENO_DIR: `${folder}/cache`, JSR_URL: "http://127.0.0.1:9" };
  return (args) => deno(args, { cwd: folder, env });
}

Deno.test("a consumer checks and runs offline, with no permission", async () => {
  await withFolder(async (folder) => {
    const links = [fileURLToPath(ROOT)];
    const run = await consume(folder, { main: MAIN, links });

    const checked = await run(["check", "--quiet", "main.ts"]);
    const ran = await run(["run", "--quiet", "--no-prompt", "main.ts"]);
    const again = await run(["run", "--quiet", "--frozen", "main.ts"]);

    assertEquals([checked.code, checked.text], [0, ""]);
    assertEquals([ran.code, ran.text], [0, "2 function\n"]);
    assertEquals([again.code, again.text], [0, "2 function\n"]);
  });
});

Deno.test("a consumer's wrong use is a type error; without the link there is no package", async () => {
  await withFolder(async (folder) => {
    const main = MAIN.replace("length: number", "length: string");
    const run = await consume(folder, { main, links: [fileURLToPath(ROOT)] });
    const { code, text } = await run(["check", "--quiet", "main.ts"]);
    assertEquals(code, 1);
    assertStringIncludes(text, "TS2322");
  });
  await withFolder(async (folder) => {
    const run = await consume(folder, { main: MAIN, links: [] });
    const { code, text } = await run(["run", "--quiet", "main.ts"]);
    assertEquals(code, 1);
    assertStringIncludes(text, "@workitem/scheduler");
  });
});
