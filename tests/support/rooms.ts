/** The rooms of `src/` and what each may import besides itself. Read it top to
 * bottom: an import always points upwards in this list, so there is no cycle. */

/** What one room may import. */
export interface Room {
  /** Other rooms, or single files of them: `"core"`, `"durable/store.ts"`. */
  readonly rooms: readonly string[];
  /** Packages by name; `"node:"` stands for all of Node's own modules. */
  readonly packages: readonly string[];
}

/** The table of DESIGN §4. */
export const ROOMS: Readonly<Record<string, Room>> = {
  core: { rooms: [], packages: [] },
  durable: { rooms: ["core"], packages: [] },
  stores: {
    rooms: [
      "core/calls.ts",
      "core/clock.ts",
      "core/errors.ts",
      "core/options.ts",
      "core/words.ts",
      "durable/store.ts",
      "durable/stored.ts",
      "durable/errors.ts",
    ],
    packages: [],
  },
  client: { rooms: ["core"], packages: [] },
  http: { rooms: ["core", "client"], packages: ["hono"] },
  cron: { rooms: ["core"], packages: ["croner"] },
  telemetry: { rooms: ["core"], packages: ["@opentelemetry/api"] },
  testing: { rooms: ["core", "durable"], packages: [] },
  cli: {
    rooms: [
      "core",
      "durable",
      "stores",
      "client",
      "http",
      "cron",
      "telemetry",
      "testing",
    ],
    packages: ["node:", "@hono/node-server"],
  },
};

/** What `mod.ts` may import: it re-exports the core and holds no logic. */
export const ENTRY: Room = { rooms: ["core"], packages: [] };

/** Files that may name the `Deno` global, by path or by folder. */
export const DENO_FILES: readonly string[] = ["stores/deno_kv.ts", "cli/"];

/** The one file that may read clocks, draw random numbers and start timers. */
export const CLOCK_FILE = "core/clock.ts";

const ROOT = new URL("../../", import.meta.url);

/** The path of a file inside the package, as `src/core/list.ts`. */
export function pathOf(file: string): string {
  const root = decodeURIComponent(ROOT.pathname);
  const path = file.replaceAll("\\", "/");
  const start = path.indexOf(root);
  return start === -1 ? path : path.slice(start + root.length);
}

/** The path below `src/`, as `core/list.ts`; `undefined` outside `src/`. */
export function sourceOf(file: string): string | undefined {
  const path = pathOf(file);
  return path.startsWith("src/") ? path.slice("src/".length) : undefined;
}

/** The room of a path below `src/`: its first folder. */
export function roomOf(source: string): string | undefined {
  return /^([^/]+)\//.exec(source)?.[1];
}

/** Does `specifier`, found in `file`, break the table? Says how, or `undefined`. */
export function breach(file: string, specifier: string): string | undefined {
  const from = sourceOf(file);
  const name = from === undefined ? "mod.ts" : roomOf(from) ?? "";
  const room = from === undefined ? ENTRY : ROOMS[name];
  if (room === undefined) return `"${pathOf(file)}" is in no room of the table`;
  if (!/^[./]/.test(specifier)) {
    if (room.packages.includes(packageOf(specifier))) return undefined;
    return `"${name}" may not import the package "${specifier}"`;
  }
  const target = new URL(specifier, new URL(pathOf(file), "file:///")).pathname;
  const to = sourceOf(target.slice(1));
  if (to === undefined) return `"${name}" may not import outside src/`;
  if (roomOf(to) === name && from !== undefined) return undefined;
  if (room.rooms.some((allowed) => covers(allowed, to))) return undefined;
  return `"${name}" may not import "${to}"`;
}

function covers(allowed: string, source: string): boolean {
  return source === allowed || source.startsWith(`${allowed}/`);
}

function packageOf(specifier: string): string {
  if (specifier.startsWith("node:")) return "node:";
  const name = /^(?:npm:\/?)?((?:@[^/@]+\/)?[^/@:]+)(?=[/@]|$)/.exec(specifier);
  return name?.[1] ?? specifier;
}
