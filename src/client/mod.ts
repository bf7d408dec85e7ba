/**
 * Schedulers far away: a client of the HTTP endpoint, for browsers, servers and
 * all between.
 *
 * {@linkcode connect} makes a client of a URL. It is typed by the definitions of
 * kinds, tries again what failed on its way without ever doubling a message, and
 * takes no answer on trust. What it shares with all schedulers (`TargetItem`,
 * `TargetQuery` with its `prefix`, `Snapshot`, `Observer`) is told by the
 * package's entry `.`.
 *
 * @example Usage
 * ```ts
 * import { kind, type } from "@workitem/scheduler";
 * import { connect } from "@workitem/scheduler/client";
 *
 * const reindex = kind("reindex", {
 *   message: type<{ doc: number }>(),
 *   run: ({ messages }) => messages.length,
 * });
 *
 * async function main(): Promise<void> {
 *   const token = "correct-horse-battery";
 *   const client = connect("https://example.com/work", { token });
 *   const items = client.kind(reindex);
 *   await items.enqueue("acme", { doc: 7 }); // "queued"
 *   await items.request("acme", { doc: 8 }); // what the run returned: 2
 *   for await (const { key, state } of items.items()) void [key, state];
 * }
 * void main;
 * ```
 *
 * @module
 */
export type { Client, RemoteLetters } from "./client.ts";
export type { ClientOptions, Fetch } from "./client_options.ts";
export { connect } from "./connect.ts";
export {
  AnswerError,
  ConnectionError,
  NoResultError,
  ProblemError,
  type RemoteFacts,
  UnreachableError,
} from "./errors.ts";
export type { RemoteEvent, RemoteEvents } from "./event_shapes.ts";
export type { EventOptions } from "./events.ts";
export type { ObserveOptions } from "./observe.ts";
export type {
  AnyDefinition,
  RemoteCancelOptions,
  RemoteEntry,
  RemoteItem,
  RemoteKind,
  RemoteKindOf,
  RemoteLetterOptions,
  RemoteOutcome,
  RemoteQuery,
} from "./remote_kind.ts";
export type { RemoteOptions, RemoteRequestOptions } from "./said.ts";
export type { ProblemBody } from "./wire.ts";
