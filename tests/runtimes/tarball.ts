/**
 * What `deno pack` wrote: only what is meant to be published, and nothing of
 * the machine it was packed on.
 *
 * @module
 */
import { check, type Report } from "./report.ts";
import { equal } from "./suite/expect.ts";
import type { Workspace } from "./workspace.ts";

/** Checks the installed files. */
export async function inspectTarball(workspace: Workspace): Promise<Report> {
  const beganMs = performance.now();
  const root = `${workspace.folder}/node_modules/@workitem/scheduler`;
  const files = await list(root, "");
  const texts = await Promise.all(
    files.map((file) => Deno.readTextFile(`${root}/${file}`)),
  );
  const containing = (part: string) =>
    files.filter((_, index) => texts[index]?.includes(part));
  const verdicts = [
    await check("every module is JavaScript, with types where exported", () => {
      const odd = files.filter((file) =>
        !/\.(js|d\.ts)$/.test(file) &&
        !/^(package\.json|README\.md|GUARANTEES\.md|LICENSE|CHANGELOG\.md)$/
          .test(file)
      );
      return Promise.resolve(equal(odd, []));
    }),
    await check("nothing tells where it was packed", () =>
      Promise.resolve(
        equal([...containing("file://"), ...containing(Deno.cwd())], []),
      )),
    await check("only ./cli, ./cron and ./http need dependencies", () => {
      const text = texts[files.indexOf("package.json")] ?? "{}";
      const { dependencies } = JSON.parse(text);
      return Promise.resolve(equal(Object.keys(dependencies).sort(), [
        "@hono/node-server",
        "croner",
        "hono",
      ]));
    }),
  ];
  return {
    host: "tarball",
    isRequired: true,
    verdicts,
    tookMs: performance.now() - beganMs,
  };
}

async function list(root: string, folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${root}/${folder}`)) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (isDirectory) files.push(...await list(root, path));
    else files.push(path);
  }
  return files.sort();
}
