/**
 * Which page sent a request, if it was one. A browser lets any page send some
 * requests to any address, with what the browser itself knows of its user: to
 * this machine, or with a cookie. It says so in headers that no page can change.
 *
 * @module
 */
import type { Call } from "./call.ts";
import type { Parts } from "./parts.ts";
import { hostOf } from "./paths.ts";
import { Problem } from "./problem.ts";

/** Refuses what pages of elsewhere would change: all but those that `cors`
 * names. Looking at something is left to the browser, which shows it to none. */
export function checkOrigin(call: Call, { options }: Parts): void {
  if (call.place.method === "GET") return;
  const origin = call.header("origin");
  if (origin === null) {
    // Browsers send it with whatever may change something. Should one leave it
    // out, then no page has sent `Authorization` without being asked first.
    if (options.auth !== undefined) return;
    if (!isForeign(call.header("sec-fetch-site"))) return;
  } else {
    if (options.cors?.origins.includes(origin)) return;
    if (isOwn(call, origin)) return;
  }
  throw new Problem({
    status: 403,
    code: "WI-HTTP-ORIGIN",
    detail: "A page of another origin may not do this",
    hint: "Name its origin in cors.origins, if it may.",
  });
}

function isForeign(site: string | null): boolean {
  return site === "cross-site" || site === "same-site";
}

/** Is the page of the very host that was asked? A proxy may have changed the
 * scheme, or the host, of the request: a browser that tells more knows better.
 * `null` is the origin of what has none, as a page in a sandbox. */
function isOwn(call: Call, origin: string): boolean {
  if (origin === "null") return false;
  const site = call.header("sec-fetch-site");
  if (site === "same-origin") return true;
  if (isForeign(site)) return false;
  const host = call.header("host")?.toLowerCase() ?? hostOf(call.request);
  return origin === `https://${host}` || origin === `http://${host}`;
}
