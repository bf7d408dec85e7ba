/**
 * The endpoint: a scheduler, as others reach it over HTTP.
 *
 * Hono finds the route; the gate lets a request pass; a handler asks the target;
 * and whatever is thrown on the way becomes a problem.
 *
 * @module
 */
import { Hono } from "hono";
import { cors } from "hono/cors";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { targetOf, type TargetSource } from "../core/target_of.ts";
import { Desk } from "./desk.ts";
import { readEndpointOptions } from "./endpoint_checks.ts";
import type {
  CheckedEndpointOptions,
  EndpointOptions,
} from "./endpoint_options.ts";
import { pathOf } from "./paths.ts";
import { isAt } from "./place.ts";
import { ROUTES } from "./routes.ts";

/** A scheduler over HTTP. */
export interface Endpoint {
  /** Answers a request. It may be passed on as it is: to a server, or to
   * `mount()` of an application of Hono. It never rejects. */
  readonly fetch: (
    request: Request,
    ...rest: readonly unknown[]
  ) => Promise<Response>;
  /** Ends the streams of events and stops counting. The scheduler goes on, and
   * so do requests. */
  close(): void;
}

/**
 * Makes the endpoint of a scheduler.
 *
 * @example Over HTTP
 * ```ts
 * import { Scheduler } from "@workitem/scheduler";
 * import { bearer, workItems } from "@workitem/scheduler/http";
 * import { assertEquals } from "@std/assert";
 *
 * const scheduler = new Scheduler();
 * scheduler.define("reindex", { run: ({ messages }) => messages.length });
 * const endpoint = workItems(scheduler, { auth: bearer("correct-horse-battery") });
 *
 * const url = "http://localhost/v1/items/reindex/acme/messages";
 * const answer = await endpoint.fetch(
 *   new Request(url, {
 *     method: "POST",
 *     headers: {
 *       "Authorization": "Bearer correct-horse-battery",
 *       "Content-Type": "application/json",
 *     },
 *     body: JSON.stringify({ doc: 7 }),
 *   }),
 * );
 * assertEquals(answer.status, 202);
 * assertEquals((await answer.json()).outcome, "queued");
 * await scheduler.close();
 * endpoint.close();
 * ```
 *
 * @throws {TypeError} `auth` is missing, an option is of the wrong type or
 * unknown, or `source` is no scheduler.
 * @throws {RangeError} The value of an option is out of its range.
 */
export function workItems(
  source: TargetSource,
  options: EndpointOptions,
): Endpoint {
  const checked = readEndpointOptions(options);
  const desk = new Desk(targetOf(source), checked, ROUTES);
  const { fetch } = makeApp(desk, checked);
  return {
    fetch: (request, info, context) =>
      Promise.resolve(fetch(request, info, context)),
    close: () => desk.close(),
  };
}

type Fetch = (
  request: Request,
  info: unknown,
  context: unknown,
) => Response | Promise<Response>;

function makeApp(
  desk: Desk,
  { cors: pages }: CheckedEndpointOptions,
): { readonly fetch: Fetch } {
  const app = new Hono({ getPath: pathOf, router: new RegExpRouter() });
  if (pages !== undefined) {
    app.use("*", async (context, next) => {
      await next();
      const { req, res } = context; // Not before: it is another answer then.
      if (req.method === "OPTIONS") desk.sign(res.headers);
    }, cors(policyOf(pages.origins)));
  }
  for (const [at, { handle }] of ROUTES.entries()) {
    const place = desk.places[at];
    if (place === undefined) break; // There are as many.
    const pattern = patternOf(place.path);
    const isExact = pattern === place.path;
    app.on(
      place.method,
      pattern,
      ({ req: { raw: request, path }, env: info }) =>
        isExact || isAt(place, path)
          ? desk.answer({ request, path, place, handle, info })
          : desk.refuse(request, path),
    );
  }
  app.notFound(({ req }) => desk.refuse(req.raw, req.path));
  return {
    fetch: (request, info, context) =>
      app.fetch(request, info as object, context as undefined), // As they came.
  };
}

/** The fast router knows no word where another route has a name: there it is
 * looked at when it has come. */
function patternOf(path: string): string {
  return path === "/v1/items/:kind/messages" ? "/v1/items/:kind/:key" : path;
}

const ALLOWED_HEADERS = [
  "Authorization",
  "Content-Type",
  "Idempotency-Key",
  "If-None-Match",
  "Last-Event-ID",
  "Prefer",
  "traceparent",
];
const EXPOSED_HEADERS = [
  "ETag",
  "Link",
  "Location",
  "Preference-Applied",
  "RateLimit",
  "RateLimit-Policy",
  "Retry-After",
  "X-Request-Id",
];
const PREFLIGHT_S = 600;

function policyOf(origins: readonly string[]): Parameters<typeof cors>[0] {
  return {
    origin: [...origins],
    allowMethods: ["GET", "HEAD", "POST", "DELETE"],
    allowHeaders: ALLOWED_HEADERS,
    exposeHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_S,
  };
}
