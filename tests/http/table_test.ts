/** The table of H1-H21 through real sockets in Deno; `deno task test:runtimes`
 * runs it elsewhere. */
import { assert, assertEquals } from "@std/assert";
import { denoHost } from "./table/deno_host.ts";
import type { Backend } from "./table/host.ts";
import { TABLE } from "./table/mod.ts";
import { playAll } from "./table/play.ts";

const BACKENDS: readonly Backend[] = ["memory", "durable"];
const CASES_MIN = 400;

for (const [law, cases] of Object.entries(TABLE)) {
  for (const backend of BACKENDS) {
    Deno.test(`${law} holds over ${backend}: ${cases.length} cases`, async () => {
      const found: string[] = [];

      const playing = { host: denoHost, backend };
      for await (const { name, deviations } of playAll(cases, playing)) {
        found.push(...deviations.map((what) => `${name}: ${what}`));
      }

      assert(found.length === 0, `${found.length}:\n${found.join("\n\n")}`);
    });
  }
}

Deno.test("H23 holds: the newest hono that is needed, without its jwt", async () => {
  const root = new URL("../../", import.meta.url);
  const config = await Deno.readTextFile(new URL("deno.json", root));
  const sources: string[] = [];
  for await (const text of textsOf(new URL("src/", root))) sources.push(text);

  const range = /"hono": "npm:hono@\^4\.(\d+)\.\d+"/.exec(config);
  const imports = sources.flatMap((text) =>
    [...text.matchAll(/from "(hono[^"]*)"/g)].map(([, name]) => name)
  );

  assert(Number(range?.[1]) >= 13);
  assert(imports.length > 0);
  assertEquals(
    imports.filter((name) => /jw[tk]|basic|bearer/.test(name ?? "")),
    [],
  );
});

async function* textsOf(folder: URL): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const url = new URL(isDirectory ? `${name}/` : name, folder);
    if (isDirectory) yield* textsOf(url);
    else yield await Deno.readTextFile(url);
  }
}

Deno.test(`the table has at least ${CASES_MIN} cases, each of a name of its own`, () => {
  const cases = Object.values(TABLE).flat();

  const names = cases.map(({ law, name, site, only }) =>
    [law, site, only, name].join()
  );

  assert(cases.length >= CASES_MIN);
  assertEquals(names.length, new Set(names).size);
});
