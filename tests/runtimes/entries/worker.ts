/**
 * The suite as a Worker, each case in a request of its own, and the patterns
 * for schedulers in Workers.
 *
 * @module
 */
import type { AsyncStorageClass, Case, Entries, Host } from "../suite/mod.ts";
import { answer } from "./edge_app.ts";
import { type Env, type Patterns, patterns, type Waiting } from "./patterns.ts";

/** What workerd calls. */
export interface Worker {
  /** Answers one request. */
  fetch(request: Request, env: Env, context: Waiting): Promise<Response>;
}

const rejections: string[] = [];

/** Makes the worker; called once, in the global scope. */
export function makeWorker(
  cases: readonly Case[],
  entries: Entries,
): Worker {
  const pages: Patterns = patterns(entries.api);
  addEventListener("unhandledrejection", (event) => {
    rejections.push(String(event.reason));
  });
  return {
    async fetch(request, env, context): Promise<Response> {
      const url = new URL(request.url);
      if (url.pathname === "/rejections") return Response.json(rejections);
      const page = pages[url.pathname];
      if (page !== undefined) return await page({ request, url, env, context });
      const AsyncLocalStorage = await findAsyncStorage();
      const host: Host = { ...entries, AsyncLocalStorage, openKv: undefined };
      return await answer(cases, { host, url });
    },
  };
}

/** Only there with the flag `nodejs_compat`. */
async function findAsyncStorage(): Promise<AsyncStorageClass | undefined> {
  try {
    return (await import("node:async_hooks")).AsyncLocalStorage;
  } catch {
    return undefined;
  }
}
