/**
 * `.runtimes/`: the packed package installed as a user would, the hosts, and
 * the bundles that the hosts run. Kept between runs; what has not changed is
 * not installed again.
 *
 * @module
 */
import { mustRun } from "./child.ts";
import { allowScripts, clients, pins } from "./pins.ts";

const ROOT = new URL("../../", import.meta.url);
const FOLDER = new URL(".runtimes/", ROOT);
const INSTALL_LIMIT_MS = 600_000;
const PACK_LIMIT_MS = 120_000;

/** Suites of the core's own tests that take nothing but the package. */
const SHARED_CASES: readonly string[] = ["hostile_cases", "reentrancy_cases"];

/** What has been prepared. */
export interface Workspace {
  /** Where the bundles are; the package is in its `node_modules`. */
  readonly folder: string;
  /** Where the hosts' packages are. */
  readonly hosts: string;
  /** The tarball, as `deno pack` wrote it. */
  readonly tarball: string;
  /** The files of `tests/core` that are run as well. */
  readonly shared: readonly string[];
}

/** Packs, installs and bundles. */
export async function prepare(): Promise<Workspace> {
  await Deno.mkdir(FOLDER, { recursive: true });
  const tarball = await pack();
  await install("hosts", { private: true, dependencies: pins, allowScripts });
  await install("package", {
    private: true,
    type: "module",
    dependencies: {
      "@workitem/scheduler": `file:../${tarball}`,
      ...clients,
    },
  });
  const shared = await findShared();
  const workspace: Workspace = {
    folder: pathOf("package"),
    hosts: pathOf("hosts/node_modules"),
    tarball: pathOf(tarball),
    shared,
  };
  for (const bundle of bundles(shared)) await build(workspace, bundle);
  await buildEdge(workspace);
  return workspace;
}

/** The file name says what is in it, so that npm sees when it changes. */
async function pack(): Promise<string> {
  const draft = pathOf("draft.tgz");
  await mustRun("pack the package", {
    command: Deno.execPath(),
    args: ["pack", "--allow-dirty", "--no-source-maps", "--output", draft],
    cwd: pathOf("../"),
    limitMs: PACK_LIMIT_MS,
  });
  const bytes = await Deno.readFile(draft);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  const name = `scheduler-${new Uint8Array(digest).toHex().slice(0, 12)}.tgz`;
  for await (const { name: old } of Deno.readDir(FOLDER)) {
    if (/^scheduler-.*\.tgz$/.test(old) && old !== name) {
      await Deno.remove(pathOf(old));
    }
  }
  await Deno.rename(draft, pathOf(name));
  return name;
}

/** Installs what `manifest` asks for, unless that was done before. */
async function install(name: string, manifest: unknown): Promise<void> {
  const folder = pathOf(name);
  const wanted = JSON.stringify(manifest, null, 2);
  const stamp = `${folder}/installed.json`;
  if (await readText(stamp) === wanted) return;
  say(`installing ${name} …`);
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/package.json`, wanted);
  await mustRun(`install ${name}`, {
    command: Deno.build.os === "windows" ? "npm.cmd" : "npm",
    args: ["install", "--no-audit", "--no-fund", "--no-package-lock"],
    cwd: folder,
    limitMs: INSTALL_LIMIT_MS,
  });
  await Deno.writeTextFile(stamp, wanted); // Last: half an install is none.
}

interface Bundle {
  readonly file: string;
  readonly format: "esm" | "iife";
  readonly options: readonly string[];
  readonly source: string;
}

/** As seen from a bundle's entry. */
const entries = "../../tests/runtimes/entries";

/** The package and the cases, as every bundle of them begins. */
function casesOf(shared: readonly string[]): readonly string[] {
  return [
    `import * as api from "@workitem/scheduler";`,
    `import * as testing from "@workitem/scheduler/testing";`,
    `import * as durable from "@workitem/scheduler/durable";`,
    `import * as memory from "@workitem/scheduler/stores/memory";`,
    `import * as denoKv from "@workitem/scheduler/stores/deno-kv";`,
    `import * as http from "@workitem/scheduler/http";`,
    `import * as client from "@workitem/scheduler/client";`,
    `const entries = { api, testing, durable, memory, denoKv, http, client };`,
    `import { cases as own, flatten } from "../../tests/runtimes/suite/mod.ts";`,
    ...shared.map((name) =>
      `import { cases as ${name} } from "../../tests/core/${name}.ts";`
    ),
    `const cases = flatten(own, { ${shared.join(", ")} });`,
  ];
}

/** What hosts that are processes run. */
function bundles(shared: readonly string[]): readonly Bundle[] {
  const asProcess = [
    "--platform=node",
    "--external:@workitem/scheduler",
    "--external:@deno/kv",
    "--external:hono",
    "--external:@hono/node-server",
  ];
  return [
    {
      file: "process.mjs",
      format: "esm",
      options: asProcess,
      source: [
        ...casesOf(shared),
        `import { main } from "${entries}/process.ts";`,
        `await main(cases, entries);`,
      ].join("\n"),
    },
    {
      file: "http_table.mjs",
      format: "esm",
      options: asProcess,
      source: `
        import * as core from "@workitem/scheduler";
        import * as durable from "@workitem/scheduler/durable";
        import * as http from "@workitem/scheduler/http";
        import * as memory from "@workitem/scheduler/stores/memory";
        import { serve } from "@hono/node-server";
        import * as hono from "hono";
        import { main } from "${entries}/http_table.ts";
        await main({ core, durable, http, memory, hono }, serve);`,
    },
    {
      file: "default_error.mjs",
      format: "esm",
      options: asProcess,
      source: `
        import * as api from "@workitem/scheduler";
        import { provoke } from "${entries}/default_error.ts";
        const scenario = process.argv[2];
        await provoke(api, { scenario, say: (what) => console.log(what) });`,
    },
    {
      file: "edge_host.mjs",
      format: "esm",
      options: ["--platform=node"],
      source: `
        import { readFileSync } from "node:fs";
        import { createRequire } from "node:module";
        import { main, provokeInside } from "${entries}/edge_host.ts";
        const [hosts, scenario] = process.argv.slice(2);
        const { EdgeRuntime } = createRequire(hosts + "/")("edge-runtime");
        const file = new URL("./edge_app.js", import.meta.url);
        const code = readFileSync(file, "utf8");
        const runtime = new EdgeRuntime();
        if (scenario === undefined) await main(runtime, code);
        else await provokeInside(runtime, { code, scenario });`,
    },
  ];
}

/** What hosts without `node:` run. */
function edgeBundles(shared: readonly string[]): readonly Bundle[] {
  return [
    {
      file: "edge_app.js",
      format: "iife",
      options: ["--platform=neutral"],
      source: [
        ...casesOf(shared),
        `import { main } from "${entries}/edge_app.ts";`,
        `main(cases, entries);`,
      ].join("\n"),
    },
    {
      file: "worker.mjs",
      format: "esm",
      options: ["--platform=neutral", "--external:node:async_hooks"],
      source: [
        ...casesOf(shared),
        `import { makeWorker } from "${entries}/worker.ts";`,
        `import { makeRoom } from "${entries}/patterns.ts";`,
        `export const Room = makeRoom(api);`,
        `export default makeWorker(cases, entries);`,
      ].join("\n"),
    },
  ];
}

/** The hostile cases are for hosts that are processes: they need values of
 * another realm, and count what the host itself reports. */
async function buildEdge(workspace: Workspace): Promise<void> {
  const shared = workspace.shared.filter((name) => name !== "hostile_cases");
  for (const bundle of edgeBundles(shared)) await build(workspace, bundle);
}

async function build(workspace: Workspace, bundle: Bundle): Promise<void> {
  const { file, format, options, source } = bundle;
  const { folder, hosts } = workspace;
  const entry = `${folder}/${file}.entry.ts`;
  await Deno.writeTextFile(entry, source);
  await mustRun(`bundle ${file}`, {
    command: `${hosts}/esbuild/bin/esbuild`,
    args: [
      ...[
        entry,
        "--bundle",
        `--format=${format}`,
        `--outfile=${folder}/${file}`,
      ],
      ...["--target=es2022", "--log-level=warning", ...options],
      `--alias:@std/assert=${pathOf("../tests/std/assert/mod.ts")}`,
    ],
    cwd: folder,
    limitMs: PACK_LIMIT_MS,
  });
}

async function findShared(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of SHARED_CASES) {
    const path = pathOf(`../tests/core/${name}.ts`);
    if (await readText(path) !== undefined) found.push(name);
    else say(`tests/core/${name}.ts is not there: its cases are not run`);
  }
  return found;
}

/** Prints a line. */
export function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function pathOf(relative: string): string {
  return decodeURIComponent(new URL(relative, FOLDER).pathname);
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
