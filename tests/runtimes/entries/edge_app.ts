/**
 * The suite as an application of Vercel's edge runtime: a classic script with
 * a fetch listener.
 *
 * @module
 */
import { type Case, type Entries, type Host, judge } from "../suite/mod.ts";
import { provoke } from "./default_error.ts";

interface FetchEvent extends Event {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

/** Answers `/names`, `/case?index=0` and `/default-error?scenario=throws`. */
export function main(
  cases: readonly Case[],
  entries: Entries,
): void {
  const none = { AsyncLocalStorage: undefined, openKv: undefined };
  const host: Host = { ...entries, ...none };
  addEventListener("fetch", (event) => {
    const { request, respondWith } = event as FetchEvent;
    respondWith.call(event, answer(cases, { host, url: new URL(request.url) }));
  });
}

/** What both edge hosts answer. */
export async function answer(
  cases: readonly Case[],
  options: { readonly host: Host; readonly url: URL },
): Promise<Response> {
  const { host, url } = options;
  if (url.pathname === "/names") {
    return json(cases.map(([name]) => name));
  }
  if (url.pathname === "/case") {
    const one = cases[Number(url.searchParams.get("index"))];
    if (one !== undefined) return json(await judge(one, host));
  }
  if (url.pathname === "/default-error") {
    const said: string[] = [];
    const scenario = url.searchParams.get("scenario") ?? "";
    await provoke(host.api, { scenario, say: (what) => said.push(what) });
    return json(said);
  }
  return new Response("no such page", { status: 404 });
}

function json(value: unknown): Response {
  return new Response(JSON.stringify(value)); // Response.json is too new.
}
