/**
 * What an endpoint can be told when it is made.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import type { Access } from "./access.ts";
import type { Authenticator } from "./auth.ts";
import type { RateOptions } from "./rate_limit.ts";

/** What is told of a request that has been answered: never its key or body. */
export interface RequestRecord {
  /** Of the request, as `"POST"`. */
  readonly method: string;
  /** Its route, as `"/v1/items/:kind/:key"`; `undefined` where there is none. */
  readonly route: string | undefined;
  /** Of the answer. */
  readonly status: number;
  /** How long the answer took. */
  readonly ms: number;
  /** Who asked, once that was known. */
  readonly principal: string | undefined;
  /** Of the item, if the request names one. */
  readonly kind: string | undefined;
  /** As the answer's `X-Request-Id`. */
  readonly requestId: string;
  /** A valid `traceparent` of the request. */
  readonly traceparent: string | undefined;
}

/** Where an error came from that no caller is told of. */
export interface RequestSource {
  /** As the answer's `X-Request-Id`; `undefined` outside of a request. */
  readonly requestId: string | undefined;
  /** The route, as `"/v1/items/:kind/:key"`. */
  readonly route: string | undefined;
}

/** How an endpoint works. Spans of time are in milliseconds. */
export interface EndpointOptions {
  /** Who may ask: an authenticator, or several of which one has to know the
   * sender; or `"none"`: anyone who can reach it. It must be given. */
  readonly auth: Authenticator | readonly Authenticator[] | "none";
  /** May somebody do something? `false` is a 403.
   *
   * @default Who is known may do all. */
  readonly authorize?:
    | ((access: Access) => boolean | Promise<boolean>)
    | undefined;
  /** How many bytes the body of an enqueue may have.
   *
   * @default {262_144} */
  readonly maxBytes?: number | undefined;
  /** How many bytes the body of many enqueues may have.
   *
   * @default {1_048_576} */
  readonly maxBatchBytes?: number | undefined;
  /** How long a body may take to arrive.
   *
   * @default {10_000} */
  readonly bodyTimeout?: number | undefined;
  /** How many bytes a second a body has to bring, after 2 s.
   *
   * @default {256} */
  readonly minRate?: number | undefined;
  /** How deep JSON may be nested: 1 to 512.
   *
   * @default {32} */
  readonly maxDepth?: number | undefined;
  /** How many values JSON may hold in all.
   *
   * @default {10_000} */
  readonly maxNodes?: number | undefined;
  /** How many keys an object of JSON may have.
   *
   * @default {1_000} */
  readonly maxKeys?: number | undefined;
  /** How many requests are served at once; more are refused with 503. At most
   * half of them may be of senders that only their bodies can tell. Who waits
   * for a result, or for events, is not counted.
   *
   * @default {1_024} */
  readonly maxInFlight?: number | undefined;
  /** How many requests may wait for a result at once: a quarter of them those of
   * one principal, where there is `auth`. More are answered without a wait: with
   * 202, and no `Preference-Applied`.
   *
   * @default {1_024} */
  readonly maxWaiting?: number | undefined;
  /** How often each principal may ask, many enqueues at once counting as one;
   * more is refused with 429.
   *
   * @default As often as it likes. */
  readonly rate?: RateOptions | undefined;
  /** How many enqueues one request may hold: 1 to 1,000.
   *
   * @default {100} */
  readonly maxBatch?: number | undefined;
  /** How long a request may wait for a result.
   *
   * @default {30_000} */
  readonly maxWait?: number | undefined;
  /** For how long an answer is kept for its `Idempotency-Key`: at least twice
   * the `tolerance` of a webhook.
   *
   * @default {600_000} */
  readonly idempotencyWindow?: number | undefined;
  /** How many such answers are kept.
   *
   * @default {10_000} */
  readonly idempotencyEntries?: number | undefined;
  /** Refuse enqueues without an `Idempotency-Key`?
   *
   * @default {false} */
  readonly requireIdempotencyKey?: boolean | undefined;
  /** Which pages may ask, by their exact origins. Pages of others cannot change
   * anything either: their requests are refused with 403.
   *
   * @default None of another origin. */
  readonly cors?: { readonly origins: readonly string[] } | undefined;
  /** The hosts, with their ports, that requests may be meant for, as
   * `"localhost:8787"`; others are refused with 421.
   *
   * @default Any. */
  readonly hosts?: readonly string[] | undefined;
  /** May callers see what a run, or a schema, said of an error? It may tell
   * them more than you like.
   *
   * @default {false} */
  readonly exposeErrors?: boolean | undefined;
  /** How many streams of events there may be at once; more are refused with
   * 503. Where there is `auth`, one principal may have a quarter of them; more are
   * refused with 429.
   *
   * @default {64} */
  readonly maxStreams?: number | undefined;
  /** Told of errors that are the endpoint's, or its owner's, and that callers
   * learn nothing of.
   *
   * @default The host's console. */
  readonly onError?:
    | ((error: unknown, source: RequestSource) => unknown)
    | undefined;
  /** Told of each request that was answered, for a log. */
  readonly onRequest?: ((record: RequestRecord) => unknown) | undefined;
  /** Where time comes from.
   *
   * @default {systemClock} */
  readonly clock?: Clock | undefined;
  /** Where randomness comes from: a number from 0, below 1, for each call.
   *
   * @default {Math.random} */
  readonly random?: (() => number) | undefined;
}

/** The options, with the defaults of those that were not given. */
export type CheckedEndpointOptions =
  & {
    readonly [
      Name in Exclude<
        keyof EndpointOptions,
        "auth" | "authorize" | "rate" | "cors" | "hosts" | "onRequest"
      >
    ]-?: NonNullable<EndpointOptions[Name]>;
  }
  & Pick<EndpointOptions, "authorize" | "rate" | "cors" | "onRequest">
  & {
    /** `undefined`: anyone may ask. */
    readonly auth: readonly Authenticator[] | undefined;
    /** In lower case. */
    readonly hosts: ReadonlySet<string> | undefined;
  };
