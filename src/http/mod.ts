/**
 * Work items over HTTP: anyone who may, enqueues from afar.
 *
 * {@linkcode workItems} makes the endpoint of a scheduler, in memory or
 * durable: a `fetch` that any runtime serves, alone or mounted in an
 * application of Hono. Nobody gets in who is not let in: it is not made without
 * `auth`.
 *
 * @example Usage
 * ```ts
 * import { Scheduler } from "@workitem/scheduler";
 * import { bearer, workItems } from "@workitem/scheduler/http";
 * import { assertEquals } from "@std/assert";
 *
 * const scheduler = new Scheduler();
 * scheduler.define("reindex", { run: ({ messages }) => messages.length });
 * const endpoint = workItems(scheduler, { auth: bearer("correct-horse-battery") });
 *
 * // Deno.serve(endpoint.fetch), or new Hono().mount("/work", endpoint.fetch).
 * const answer = await endpoint.fetch(new Request("http://localhost/v1/kinds"));
 * assertEquals(answer.status, 401);
 * await scheduler.close();
 * endpoint.close();
 * ```
 *
 * @module
 */
export { targetOf } from "../core/target_of.ts";
export { UnknownKindError } from "../core/unknown_kind.ts";
export type { Access, Action } from "./access.ts";
export {
  type Authenticator,
  bearer,
  type Credentials,
  type Principal,
} from "./auth.ts";
export { type Endpoint, workItems } from "./endpoint.ts";
export type {
  EndpointOptions,
  RequestRecord,
  RequestSource,
} from "./endpoint_options.ts";
export type { RateOptions } from "./rate_limit.ts";
export {
  type Secrets,
  sign,
  type SignOptions,
  webhook,
  type WebhookOptions,
} from "./webhook.ts";
