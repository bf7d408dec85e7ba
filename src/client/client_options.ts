/**
 * What a client is connected with, and how that is checked.
 *
 * @module
 */
import { type Clock, systemClock, systemRandom } from "../core/clock.ts";
import type { OnError } from "../core/observer.ts";
import {
  check,
  checkOne,
  FUNCTION,
  integer,
  MS,
  OBJECT,
  type Rules,
} from "../core/options.ts";
import type { Retry } from "../core/policies.ts";
import { exponential } from "../core/retry.ts";

/** Sends a request: what `fetch` is called with. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** How to reach an endpoint. */
export interface ClientOptions<Kinds extends object = object> {
  /** What the endpoint's `bearer` knows the caller by; of a function, what it
   * returns for each attempt. It is sent nowhere else, and stands in no error.
   *
   * @default None. */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /** The kinds of the endpoint, each under its own name: what a module exports,
   * or an object of them. Only their names and types are used.
   *
   * @default Messages and results are not typed. */
  readonly kinds?: Kinds | undefined;
  /** Sends the requests.
   *
   * @default {fetch} */
  readonly fetch?: Fetch | undefined;
  /** Milliseconds that one attempt may take. One that waits for a result may
   * take as much longer as it waits.
   *
   * @default {30_000} */
  readonly timeout?: number | undefined;
  /** When to try again what failed on its way: the milliseconds between the
   * attempts, or a function. What the endpoint refuses for good is not tried
   * again. A `Retry-After` of up to 30 s is kept to; a longer one ends the
   * attempts.
   *
   * @default 16 attempts within half a minute, enough for a server to be started
   * anew: pauses that double from 250 ms to 5 s, each a random share of that. */
  readonly retry?: Retry | undefined;
  /** How many messages are sent at once, at most; not more than the endpoint's
   * `maxBatch`.
   *
   * @default {100} */
  readonly maxBatch?: number | undefined;
  /** How many bytes an answer may have.
   *
   * @default {16_777_216} */
  readonly maxBytes?: number | undefined;
  /** Further headers of each request.
   *
   * @default None. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The `traceparent` (W3C Trace Context) of the caller; asked at each call,
   * and left out unless it is one.
   *
   * @default None. */
  readonly traceparent?: (() => string | undefined) | undefined;
  /** Told of what an observer throws, and of a stream of events that has ended
   * for good.
   *
   * @default They are raised as errors that nobody caught. */
  readonly onError?: OnError | undefined;
  /** Where time comes from.
   *
   * @default The clock of the host. */
  readonly clock?: Clock | undefined;
  /** Where the chance in pauses comes from: a number from 0, below 1, for each
   * call.
   *
   * @default {Math.random} */
  readonly random?: (() => number) | undefined;
}

const RULES: Rules<ClientOptions> = {
  token: { must: "a string or a function", type: "string function" },
  kinds: OBJECT,
  fetch: FUNCTION,
  timeout: MS,
  retry: {
    must: "a function or a list of milliseconds",
    type: "object function",
    fits: (retry: unknown) =>
      typeof retry === "function" ||
      (Array.isArray(retry) && retry.every((ms) => ms >= 0 && ms < Infinity)),
  },
  maxBatch: integer(1, 1_000),
  maxBytes: integer(1),
  headers: OBJECT,
  traceparent: FUNCTION,
  onError: FUNCTION,
  clock: OBJECT,
  random: FUNCTION,
};

/** Options that have been checked, with their defaults. */
export interface Settings {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly token: string | (() => string | Promise<string>) | undefined;
  readonly fetch: Fetch;
  readonly timeoutMs: number;
  readonly retry: Retry;
  readonly maxBatch: number;
  readonly maxBytes: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly traceparent: (() => string | undefined) | undefined;
  readonly onError: OnError | undefined;
  readonly clock: Clock;
  readonly random: () => number;
}

const ACTION = "Cannot connect";
/** Some 29 s in the mean: a server may be started anew meanwhile. */
const ATTEMPTS = { attempts: 16, min: 250, max: 5_000, jitter: 1 } as const;

/** Checks what `connect` is given. */
export function readOptions(
  url: string | URL,
  options: ClientOptions,
): Settings {
  const checked = check(ACTION, options, RULES);
  const { timeout = 30_000, clock = systemClock, headers = {} } = checked;
  const { token, onError, traceparent } = checked;
  if (typeof token === "string") checkToken(token);
  return {
    baseUrl: readUrl(url),
    token,
    fetch: checked.fetch ?? ((to, init) => fetch(to, init)),
    timeoutMs: timeout,
    retry: checked.retry ?? exponential(ATTEMPTS),
    maxBatch: checked.maxBatch ?? 100,
    maxBytes: checked.maxBytes ?? 16_777_216,
    headers: readHeaders(headers),
    traceparent,
    onError,
    clock,
    random: checked.random ?? systemRandom,
  };
}

/** Throws unless it can stand in a header; it is not shown. */
export function checkToken(token: string): void {
  checkOne(ACTION, "token", {
    must: "1 to 4,096 letters, digits and - . _ ~ + / =",
    type: "string",
    fits: (given: string) => /^[\w.~+/-]{1,4096}={0,8}$/.test(given),
  }, token);
}

function readUrl(given: string | URL): string {
  const isText = typeof given === "string" || given instanceof URL;
  if (!isText) {
    checkOne(ACTION, "url", { must: "a URL", type: "string" }, given);
  }
  let url: URL;
  try {
    url = new URL(given);
  } catch { // Its error would show the URL, and what secrets are in it.
    throw new TypeError(`${ACTION} as the URL is none: begin with "http://"`);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new TypeError(`${ACTION} as the URL is not of http or https`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new TypeError(
      `${ACTION} as the URL has credentials, which stand in logs: use "token"`,
    );
  }
  if (url.search !== "" || url.hash !== "") {
    throw new TypeError(
      `${ACTION} as the URL has a query or a fragment: ` +
        "it must be where the endpoint is mounted",
    );
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}

function readHeaders(
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    const isHeader = /^[\w!#$%&'*+.^`|~-]+$/.test(name) &&
      typeof value === "string" && /^[\t -~\x80-\xff]*$/.test(value);
    if (!isHeader) {
      throw new TypeError(`${ACTION} as one of "headers" can be no header`);
    }
    headers[name.toLowerCase()] = value;
  }
  return headers;
}
