/** An endpoint in process, whose answers are all held against the description
 * of the API. */
import type { TargetSource } from "../../src/core/target_of.ts";
import {
  type Endpoint,
  type EndpointOptions,
  workItems,
} from "../../src/http/mod.ts";
import { assertDescribed, routeAt } from "../support/openapi_check.ts";

/** What a request is, if it is not the usual. */
export interface Asking {
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, unless a header says else. */
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** An endpoint, and a way to ask it. */
export interface Stage extends AsyncDisposable {
  readonly endpoint: Endpoint;
  ask(line: string, asking?: Asking): Promise<Response>;
}

/** Either scheduler. */
interface Closable {
  close(options: { readonly grace: number }): Promise<unknown>;
}

/** Sets an endpoint up; it ends with its scheduler. */
export function stageOf(
  scheduler: TargetSource & Closable,
  options: Partial<EndpointOptions> = {},
): Stage {
  const endpoint = workItems(scheduler, { auth: "none", ...options });
  return {
    endpoint,
    ask: (line, asking) => ask(endpoint.fetch, line, asking),
    async [Symbol.asyncDispose](): Promise<void> {
      endpoint.close();
      await scheduler.close({ grace: 0 });
    },
  };
}

/** Asks by a line as `"GET /v1/kinds"`. */
export async function ask(
  fetch: Endpoint["fetch"],
  line: string,
  { headers = {}, body, signal }: Asking = {},
  mount = "",
): Promise<Response> {
  const [method = "", target = ""] = line.split(" ");
  const type = body === undefined ? {} : { "Content-Type": "application/json" };
  const response = await fetch(
    new Request(`http://localhost${mount}${target}`, {
      method,
      headers: { ...type, ...headers },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    }),
  );
  await assertDescribed(routeAt(method, target), response);
  return response;
}
