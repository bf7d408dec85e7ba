/**
 * How a client is connected.
 *
 * @module
 */
import { Caller } from "./caller.ts";
import type { Client } from "./client.ts";
import { type ClientOptions, readOptions } from "./client_options.ts";
import type { AnyDefinition } from "./remote_kind.ts";
import { RemoteTarget } from "./remote_target.ts";

/**
 * Reaches the scheduler behind an endpoint. Nothing is sent before it is asked
 * for something, and nothing is kept that had to be closed.
 *
 * @param url Where the endpoint is mounted, as `https://example.com/work`.
 * @throws {TypeError} The URL is not of http or https, or has credentials, a
 * query or a fragment; an option is of the wrong type or unknown.
 * @throws {RangeError} An option is out of its range.
 *
 * @example Typed by the definition of a kind
 * ```ts
 * import { kind, type } from "@workitem/scheduler";
 * import { connect } from "@workitem/scheduler/client";
 *
 * const reindex = kind("reindex", {
 *   message: type<{ doc: number }>(),
 *   run: ({ messages }) => messages.length,
 * });
 * const token = "correct-horse-battery";
 * const client = connect("https://example.com/work", { token });
 *
 * async function change(doc: number): Promise<void> {
 *   await client.kind(reindex).enqueue("acme", { doc });
 * }
 * ```
 */
export function connect<Kinds extends object = Record<string, AnyDefinition>>(
  url: string | URL,
  options: ClientOptions<Kinds> = {},
): Client<Kinds> {
  const caller = new Caller(readOptions(url, options));
  const target: unknown = new RemoteTarget(
    caller,
    definitionsOf(options.kinds),
  );
  return target as Client<Kinds>; // The types of kinds are the compiler's.
}

/** The definitions among what a module exports. */
function definitionsOf(
  kinds: object = {},
): Readonly<Record<string, AnyDefinition>> {
  const found: [string, AnyDefinition][] = [];
  for (const [name, each] of Object.entries<unknown>({ ...kinds })) {
    if (isDefinition(each)) found.push([name, each]);
  }
  return Object.fromEntries(found);
}

function isDefinition(value: unknown): value is AnyDefinition {
  if (typeof value !== "object" || value === null) return false;
  const { name, options } = value as Partial<AnyDefinition>;
  return typeof name === "string" && typeof options === "object";
}
