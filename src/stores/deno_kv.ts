/**
 * A store on Deno KV: a file on this machine, Deno Deploy, or a KV server. How
 * it keeps the laws of a store is told in `docs/protocol.md`.
 *
 * @module
 */
import { systemClock } from "../core/clock.ts";
import { StoreError } from "../durable/errors.ts";
import type { Store } from "../durable/store.ts";
import type { KvLike } from "./kv/kv_like.ts";
import { DenoKvStore, PATIENCE_DEFAULT_MS } from "./kv/kv_store.ts";
import type { DenoKvStoreOptions } from "./kv/store_options.ts";
import { isLocked, troubleOf } from "./kv/trouble.ts";

export type {
  KvAtomic,
  KvEntry,
  KvKey,
  KvLike,
  KvPart,
  KvRange,
} from "./kv/kv_like.ts";
export type { DenoKvStoreOptions } from "./kv/store_options.ts";

/**
 * A store on a Deno KV that is open: `Deno.openKv()`, or `openKv()` of
 * `npm:@deno/kv`. The store does not close it.
 *
 * @example A store in memory, with the real thing behind it
 * ```ts
 * import { denoKvStore } from "@workitem/scheduler/stores/deno-kv";
 *
 * const kv = await Deno.openKv(":memory:");
 * const store = denoKvStore(kv);
 * await store.close();
 * kv.close();
 * ```
 */
export function denoKvStore(
  kv: KvLike,
  options: DenoKvStoreOptions = {},
): Store {
  return new DenoKvStore(kv, options);
}

/**
 * Opens a Deno KV and a store on it; `close()` closes both.
 *
 * @param path A file, `":memory:"`, or the URL of a server. Without one it is
 * what `Deno.openKv()` takes: on Deno Deploy its own database.
 * @throws {StoreError} The runtime has no Deno KV, may not use the file, or the
 * file is none.
 *
 * @example A file
 * ```ts
 * import { openDenoKvStore } from "@workitem/scheduler/stores/deno-kv";
 *
 * const store = await openDenoKvStore(":memory:");
 * await store.close();
 * ```
 */
export async function openDenoKvStore(
  path?: string,
  options: DenoKvStoreOptions = {},
): Promise<Store> {
  const action = `Cannot open ${path === undefined ? "Deno KV" : `"${path}"`}`;
  const { openKv } = (globalThis as Host).Deno ?? {};
  if (openKv === undefined) {
    throw new StoreError(action, "this runtime has no Deno KV", {
      trouble: "unsupported",
      hint: "In Deno, run with --unstable-kv. Elsewhere, give denoKvStore() " +
        "what openKv() of npm:@deno/kv opens.",
    });
  }
  if (path === "") throw new RangeError(`${action} as the path is empty`);
  const isRemote = path === undefined || /^https?:/.test(path);
  const isServer = path !== undefined && isRemote;
  const durability = path === ":memory:"
    ? "memory"
    : isServer
    ? "replicated"
    : "fsync"; // Without a path it may be a file, or Deno Deploy.
  const defaults = { durability, watch: isRemote } as const;
  const { clock = systemClock, patience = PATIENCE_DEFAULT_MS } = options;
  const endMs = clock.now() + patience;
  for (;;) {
    try {
      const kv = await openKv(path);
      return new DenoKvStore(kv, { ...defaults, ...options }, () => kv.close());
    } catch (error) {
      // Another process may be making the file.
      const isLate = clock.now() >= endMs || !isLocked(error);
      if (isLate) throw explain(action, path, error);
      await new Promise<void>((resolve) => {
        clock.startTimer(resolve, RETRY_MS);
      });
    }
  }
}

const RETRY_MS = 20;

/** Not all hosts have it, nor all of it. */
interface Host {
  readonly Deno?: {
    readonly openKv?: (path: string | undefined) => Promise<KvLike>;
  };
}

function explain(
  action: string,
  path: string | undefined,
  error: unknown,
): StoreError {
  const trouble = troubleOf(action, error, "none");
  const isOther = trouble.trouble !== "permission" ||
    /^https?:/.test(path ?? "");
  if (isOther || path === undefined) return trouble;
  return new StoreError(action, "the process may not read and write it", {
    trouble: "permission",
    hint: `Run with --allow-read=${path} --allow-write=${path}, and look ` +
      "whether its folder exists, whether it is a file, and who owns them.",
    cause: error,
  });
}
