/** The house: what holds for all published source at once, and a proof for each
 * rule of the lint plugin that it fires, and that it keeps silent. */
import { assertEquals } from "@std/assert";
import plugin, { onImport, reservedWord } from "./support/house_rules.ts";
import { pathOf, roomOf, ROOMS } from "./support/rooms.ts";

const FILE_LINES_MAX = 300;
const ROOT = new URL("../", import.meta.url);

interface Source {
  /** As `src/core/list.ts`. */
  readonly path: string;
  readonly text: string;
}

function readSources(folder: string): Source[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))].flatMap((entry) => {
    const path = `${folder}${entry.name}`;
    return entry.isDirectory ? readSources(`${path}/`) : [readSource(path)];
  });
}

function readSource(path: string): Source {
  return { path, text: Deno.readTextFileSync(new URL(path, ROOT)) };
}

const sources = [readSource("mod.ts"), ...readSources("src/")];

/** The files that one file names, types included. */
function importsOf({ path, text }: Source): string[] {
  const found: string[] = [];
  const collector: Deno.lint.Plugin = {
    name: "collector",
    rules: {
      imports: {
        create: () =>
          onImport((_node, specifier = "") => {
            if (!specifier.startsWith(".")) return;
            const target = new URL(specifier, new URL(path, "file:///"));
            found.push(target.pathname.slice(1));
          }),
      },
    },
  };
  Deno.lint.runPlugin(collector, path, text);
  return found;
}

/** The first import cycle, as a trail of paths. */
function cycleOf(files: readonly Source[]): string[] | undefined {
  const graph = new Map(files.map((file) => [file.path, importsOf(file)]));
  const done = new Set<string>();
  const visit = (path: string, trail: string[]): string[] | undefined => {
    if (trail.includes(path)) return [...trail, path];
    if (done.has(path)) return undefined;
    for (const next of graph.get(path) ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle !== undefined) return cycle;
    }
    done.add(path);
    return undefined;
  };
  return [...graph.keys()].map((path) => visit(path, []))
    .find((cycle) => cycle !== undefined);
}

function strangers(files: readonly Source[]): string[] {
  return files.map(({ path }) => path).filter((path) =>
    path !== "mod.ts" && !Object.hasOwn(ROOMS, roomOf(path.slice(4)) ?? "")
  );
}

function tooLong(files: readonly Source[]): string[] {
  return files.filter(({ text }) =>
    text.trimEnd().split("\n").length > FILE_LINES_MAX
  ).map(({ path }) => path);
}

/** Files that do not open with a comment in words. */
function silent(files: readonly Source[]): string[] {
  return files.filter(({ text }) =>
    !/^(?:\/\*\*[\s*]*[A-Z]|\/\/ (?!deno-|@ts)\S)/.test(text)
  ).map(({ path }) => path);
}

function misnamed(files: readonly Source[]): string[] {
  return files.map(({ path }) => path).filter((path) =>
    reservedWord(path) !== undefined
  );
}

Deno.test("src/ has no room that the table does not name", () => {
  assertEquals(strangers(sources), []);
});

Deno.test("src/ imports without a cycle, types included", () => {
  assertEquals(cycleOf(sources), undefined);
});

Deno.test("src/ files have at most 300 lines", () => {
  assertEquals(tooLong(sources), []);
});

Deno.test("src/ says what each file is for, in its first comment", () => {
  assertEquals(silent(sources), []);
});

Deno.test("src/ names no file by a word of another meaning", () => {
  assertEquals(misnamed(sources), []);
});

Deno.test("the table of rooms points upwards only", () => {
  const names = Object.keys(ROOMS);
  const downwards = names.flatMap((name, index) =>
    (ROOMS[name]?.rooms ?? []).filter((to) =>
      !names.slice(0, index).includes(to.split("/")[0] ?? "")
    )
  );
  assertEquals(downwards, []);
});

Deno.test("the checks of the house see a planted fault", () => {
  const file = (path: string, text: string): Source => ({ path, text });
  const lines = (count: number): string => "x;\n".repeat(count);
  assertEquals(
    strangers([
      file("src/utils/a.ts", ""),
      file("src/loose.ts", ""),
      file("src/constructor/a.ts", ""),
      file("src/core/a.ts", ""),
    ]),
    ["src/utils/a.ts", "src/loose.ts", "src/constructor/a.ts"],
  );
  assertEquals(
    tooLong([file("a.ts", lines(301)), file("b.ts", lines(300))]),
    ["a.ts"],
  );
  assertEquals(
    silent([
      file("a.ts", "import {} from './b.ts';\n/** Late. */"),
      file("b.ts", "// deno-lint-ignore-file no-console\n"),
      file("c.ts", "/** */\n"),
      file("d.ts", "/**\n * Says it. */\n"),
      file("e.ts", "// Says it.\n"),
    ]),
    ["a.ts", "b.ts", "c.ts"],
  );
  assertEquals(
    misnamed([file("src/core/job.ts", ""), file("src/core/clock.ts", "")]),
    ["src/core/job.ts"],
  );
});

const TO_B: readonly string[] = [
  'import { b } from "./b.ts";',
  'import type { B } from "./b.ts";',
  'import "./b.ts";',
  'export { b } from "./b.ts";',
  'export type * from "./b.ts";',
  'const b = await import("./b.ts");',
  "const b = await import(`./b.ts`);",
  'type B = import("./b.ts").B;',
  'type B = typeof import("../core/b.ts");',
];

for (const text of TO_B) {
  Deno.test(`a cycle is seen through: ${text}`, () => {
    const a = { path: "src/core/a.ts", text };
    const b = { path: "src/core/b.ts", text: 'import "./c.ts";' };
    const c = { path: "src/core/c.ts", text: 'import "./a.ts";' };
    const trail = [a.path, b.path, c.path, a.path];
    assertEquals(cycleOf([a, b, c]), trail);
    assertEquals(cycleOf([a, b]), undefined);
  });
}

/** Which rules of the house speak about `text`, found in `path`? */
function verdict(path: string, text: string): string[] {
  const file = decodeURIComponent(new URL(path, ROOT).pathname);
  const found = Deno.lint.runPlugin(plugin, file, text);
  return [...new Set(found.map(({ id }) => id.replace("house/", "")))];
}

interface Proof {
  readonly rule: string;
  readonly bad: readonly (readonly [path: string, text: string])[];
  readonly good: readonly (readonly [path: string, text: string])[];
}

const CORE = "src/core/a.ts";

const PROOFS: readonly Proof[] = [
  {
    rule: "rooms",
    bad: [
      [CORE, 'import "../durable/store.ts";'],
      [CORE, 'import type { A } from "../testing/a.ts";'],
      [CORE, 'export { a } from "../client/wire.ts";'],
      [CORE, 'type A = import("../http/a.ts").A;'],
      [CORE, 'await import("../cli/a.ts");'],
      [CORE, "await import(name);"],
      [CORE, 'import "../../mod.ts";'],
      [CORE, 'import "../../tests/support/rooms.ts";'],
      [CORE, 'import "../core/../durable/pump.ts";'],
      [CORE, 'import "/etc/a.ts";'],
      [CORE, 'import "hono";'],
      [CORE, 'import type {} from "npm:hono@4";'],
      [CORE, 'await import("node:async_hooks");'],
      [CORE, 'import "@std/assert";'],
      [CORE, 'import "jsr:@std/async@1";'],
      [CORE, 'import "@workitem/scheduler";'],
      [CORE, 'import "https://example.com/a.ts";'],
      [CORE, 'import "data:text/javascript,1";'],
      ["src/durable/a.ts", 'import "../stores/memory.ts";'],
      ["src/durable/a.ts", 'import "node:fs";'],
      ["src/stores/a.ts", 'import "../durable/pump.ts";'],
      ["src/stores/a.ts", 'import "../core/list.ts";'],
      ["src/stores/a.ts", 'import "npm:redis@5";'],
      ["src/client/a.ts", 'import "hono";'],
      ["src/http/a.ts", 'import "honorary";'],
      ["src/http/a.ts", 'import "@hono/hono";'],
      ["src/http/a.ts", 'import "../telemetry/a.ts";'],
      ["src/http/a.ts", 'import "jsr:hono@4";'],
      ["src/cron/a.ts", 'import "npm:croner-extra@1";'],
      ["src/telemetry/a.ts", 'import "@opentelemetry/sdk-node";'],
      ["src/testing/a.ts", 'import "@std/assert";'],
      ["src/testing/a.ts", 'import "node:test";'],
      ["src/testing/a.ts", 'import "../../tests/std/assert/mod.ts";'],
      ["src/utils/a.ts", 'import "../core/list.ts";'],
      ["src/loose.ts", 'import "./core/list.ts";'],
      ["mod.ts", 'export { a } from "./src/testing/mod.ts";'],
      ["mod.ts", 'import "./bench/a.ts";'],
      ["mod.ts", 'import "hono";'],
    ],
    good: [
      [CORE, 'import { a } from "./list.ts";'],
      [CORE, 'import type { A } from "./deep/list.ts";'],
      [CORE, "export { a };"],
      [CORE, "export const url = import.meta.url;"],
      ["src/core/deep/a.ts", 'import { a } from "../list.ts";'],
      ["src/durable/a.ts", 'import "../core/list.ts";'],
      ["src/stores/a.ts", 'import type { A } from "../durable/store.ts";'],
      ["src/http/a.ts", 'import "../client/wire.ts"; import "../core/a.ts";'],
      ["src/http/a.ts", 'import "hono"; import "hono/cors";'],
      ["src/http/a.ts", 'import "npm:hono@4"; import "npm:/hono@^4/cors";'],
      ["src/cron/a.ts", 'import "croner"; import "npm:croner@9";'],
      ["src/telemetry/a.ts", 'import "@opentelemetry/api";'],
      ["src/telemetry/a.ts", 'import "npm:@opentelemetry/api@^1.9.0";'],
      ["src/testing/a.ts", 'import "../durable/store.ts";'],
      ["src/cli/a.ts", 'import "node:fs"; import "../http/a.ts";'],
      ["mod.ts", 'export { a } from "./src/core/a.ts";'],
      ["tests/src/core/a.ts", 'import "hono";'],
    ],
  },
  {
    rule: "deno-global",
    bad: [
      [CORE, "Deno.exit();"],
      [CORE, "typeof Deno;"],
      [CORE, "const runtime = { Deno };"],
      [CORE, "type A = Deno.Kv;"],
      [CORE, "globalThis.Deno;"],
      [CORE, 'globalThis["Deno"];'],
      ["src/stores/redis.ts", "Deno.env;"],
      ["src/testing/a.ts", "Deno.test;"],
      ["mod.ts", "Deno.args;"],
    ],
    good: [
      [CORE, "// Deno.exit()"],
      [CORE, 'const runtime = { Deno: "Deno" }; runtime.Deno;'],
      ["src/stores/deno_kv.ts", "Deno.openKv();"],
      ["src/cli/a.ts", "Deno.exit();"],
    ],
  },
  {
    rule: "injected-time",
    bad: [
      [CORE, "Date.now();"],
      [CORE, 'Date["now"]();'],
      [CORE, "const read = Date.now;"],
      [CORE, "const { now } = Date;"],
      [CORE, "new Date();"],
      [CORE, "Math.random();"],
      [CORE, "crypto.randomUUID();"],
      [CORE, "performance.now();"],
      [CORE, "setTimeout(a, 1);"],
      [CORE, "globalThis.setTimeout(a, 1);"],
      [CORE, 'globalThis["setInterval"](a, 1);'],
      [CORE, "const start = setInterval;"],
      [CORE, "setImmediate(a);"],
      [CORE, "new MessageChannel();"],
      [CORE, "AbortSignal.timeout(5);"],
      ["src/testing/clock.ts", "setTimeout(a, 1);"],
      ["src/durable/clock.ts", "Date.now();"],
      ["src/cli/a.ts", "Date.now();"],
    ],
    good: [
      [CORE, "queueMicrotask(a);"],
      [CORE, "new Date(0); Date.parse(a); Math.max(1, 2);"],
      [CORE, "clock.now(); clock.setTimeout(a, 1); random();"],
      [CORE, "interface A { setTimeout(): void; performance: number }"],
      [CORE, "const a = { performance: 1 }; AbortSignal.any([]);"],
      ["src/core/clock.ts", "setTimeout(a, Date.now() + performance.now());"],
    ],
  },
  {
    rule: "by-name",
    bad: [
      [CORE, "export default function a(): void {}"],
      [CORE, "const a = 1; export { a as default };"],
      [CORE, 'export * from "./b.ts";'],
      ["mod.ts", 'export * from "./src/core/a.ts";'],
    ],
    good: [
      [CORE, "export function a(): void {}"],
      [CORE, 'export { a, type B } from "./b.ts";'],
    ],
  },
  {
    rule: "no-using",
    bad: [
      [CORE, "using a = b();"],
      [CORE, "async function f() { await using a = b(); }"],
    ],
    good: [[CORE, "const using = 1;"]],
  },
  {
    rule: "top-level-functions",
    bad: [
      [CORE, "const a = () => {};"],
      [CORE, "export const a = async () => {};"],
      [CORE, "export const a = (() => 1) as () => number;"],
      [CORE, "let a = function () {};"],
    ],
    good: [
      [CORE, "function a() { const b = () => {}; return b; }"],
      [CORE, "export const systemClock = { now: () => 1 };"],
      [CORE, "class A { readonly #wake = () => {}; }"],
    ],
  },
  {
    rule: "short-functions",
    bad: [
      [CORE, `function a() {${"\n".repeat(40)}}`],
      [CORE, `class A { a() {${"\n".repeat(40)}} }`],
      [CORE, `const a = { b: () => {${"\n".repeat(40)}} };`],
    ],
    good: [[CORE, `function a() {${"\n".repeat(39)}}`]],
  },
  {
    rule: "plain-syntax",
    bad: [
      [CORE, "enum A { B }"],
      [CORE, "export const enum A { B }"],
      [CORE, "namespace A {}"],
      [CORE, "declare global { interface A {} }"],
      [CORE, "class A { private b = 1; }"],
      [CORE, "class A { private b() {} }"],
      [CORE, "class A { private get b() { return 1; } }"],
      [CORE, "class A { constructor(private b: number) {} }"],
    ],
    good: [[CORE, "class A { #b = 1; readonly c = 2; #d() {} private_ = 1 }"]],
  },
  {
    rule: "glossary",
    bad: [
      [CORE, "const job = 1;"],
      [CORE, "function nextTask() {}"],
      [CORE, "class LockTable {}"],
      [CORE, "class A { #workers = []; }"],
      [CORE, "interface A { max_jobs: number }"],
      [CORE, "const TASK_LIMIT = 1;"],
    ],
    good: [
      [CORE, "queueMicrotask(a); const clock = block; // job, task"],
      [CORE, 'const text = "lock";'],
    ],
  },
];

for (const { rule, bad, good } of PROOFS) {
  Deno.test(`house/${rule} fires`, () => {
    const missed = bad.filter(([path, text]) =>
      !verdict(path, text).includes(rule)
    );
    assertEquals(missed, []);
  });

  Deno.test(`house/${rule} keeps silent`, () => {
    const scolded = good.map((
      [path, text],
    ) => [path, text, verdict(path, text)])
      .filter(([, , rules]) => rules?.length !== 0);
    assertEquals(scolded, []);
  });

  Deno.test(`house/${rule} binds published source only`, () => {
    const found = ["tests/a_test.ts", "examples/a.ts", "tests/src/core/a.ts"]
      .flatMap((path) => bad.flatMap(([, text]) => verdict(path, text)));
    assertEquals(found, []);
  });
}

Deno.test("each rule of the house has its proof, and lint runs the plugin", () => {
  assertEquals(PROOFS.map(({ rule }) => rule), Object.keys(plugin.rules));
  const config = JSON.parse(readSource("deno.json").text);
  assertEquals(config.lint.plugins, ["./tests/support/house_rules.ts"]);
});

Deno.test("the gate lints the docs of every entry", () => {
  const { exports, tasks } = JSON.parse(readSource("deno.json").text);
  const entries = Object.values<string>(exports).map((path) => path.slice(2));
  assertEquals(tasks.docs.split(" ").slice(-entries.length), entries);
});

Deno.test("pathOf() is not misled by a folder called src above the package", () => {
  const root = decodeURIComponent(ROOT.pathname);
  assertEquals(pathOf(`${root}src/core/a.ts`), "src/core/a.ts");
  assertEquals(pathOf(`${root}tests/src/core/a.ts`), "tests/src/core/a.ts");
  assertEquals(pathOf("/home/src/core/a.ts"), "/home/src/core/a.ts");
});
