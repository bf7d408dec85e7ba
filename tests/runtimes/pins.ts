/**
 * The hosts and the bundler, pinned. Change a version here and the next
 * `deno task test:runtimes` installs it.
 *
 * @module
 */

/** What npm installs into `.runtimes/hosts`, by the name it gets there. */
export const pins: Readonly<Record<string, string>> = {
  "node22": "npm:node@22.23.3",
  "node24": "npm:node@24.21.0",
  "bun": "1.4.5",
  "workerd": "1.20261117.1",
  "edge-runtime": "4.0.1",
  "esbuild": "0.28.2",
};

/** What is installed beside the package: for its stores, and to serve it. */
export const clients: Readonly<Record<string, string>> = {
  "@deno/kv": "0.14.0",
  "@hono/node-server": "2.1.8",
  "hono": "4.13.19",
};

/** npm asks before it runs install scripts; these fetch or place a binary. */
export const allowScripts: Readonly<Record<string, boolean>> = {
  "node": true,
  "bun": true,
  "workerd": true,
  "esbuild": true,
};

/** A Worker's view of the platform. */
export interface Flavour {
  /** Part of the host's name in the report. */
  readonly name: string;
  /** https://developers.cloudflare.com/workers/configuration/compatibility-dates */
  readonly compatibilityDate: string;
  /** Flags beyond those of the date. */
  readonly compatibilityFlags: readonly string[];
}

/** The newest, and two that lack what older projects lack. */
export const flavours: readonly Flavour[] = [
  // nodejs_compat is the default since 2026-08-04: AsyncLocalStorage, process
  // and setImmediate are there.
  {
    name: "2026-11-01",
    compatibilityDate: "2026-11-01",
    compatibilityFlags: [],
  },
  // MessageChannel, but neither setImmediate nor AsyncLocalStorage.
  {
    name: "2026-08-03, no flags",
    compatibilityDate: "2026-08-03",
    compatibilityFlags: [],
  },
  // None of them: only timers lead back to the event loop. Without the flag a
  // rejection counts as unhandled before anyone could have handled it.
  {
    name: "2024-01-01, late rejections",
    compatibilityDate: "2024-01-01",
    compatibilityFlags: ["unhandled_rejection_after_microtask_checkpoint"],
  },
];
