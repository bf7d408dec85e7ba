/**
 * Is an answer what `/openapi.json` says of its route?
 *
 * @module
 */
import { routeAt, undescribed } from "../../support/openapi_check.ts";
import type { Answer } from "./parse.ts";

/** What was asked. */
export interface Asked {
  readonly method: string;
  /** As it stood in the first line. */
  readonly target: string;
}

/** What is wrong with an answer by the description, wherever it is mounted. */
export function faultsByDescription(
  { status, headers, text }: Answer,
  { method, target }: Asked,
  mount: string = "",
): readonly string[] {
  if (!headers.has("x-request-id")) return []; // It is not the endpoint's.
  const path = target.startsWith(mount) ? target.slice(mount.length) : target;
  const route = path.startsWith("/") ? routeAt(method, path) : undefined;
  if (route === undefined && method === "HEAD") return []; // It has no body.
  return undescribed(route, {
    status,
    headers: { get: (name) => headers.get(name.toLowerCase()) ?? null },
    text,
  });
}
