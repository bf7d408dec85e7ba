/**
 * How the options of an endpoint are checked, and what they are if they are not
 * given.
 *
 * @module
 */
import { systemClock, systemRandom } from "../core/clock.ts";
import {
  BOOLEAN,
  check,
  checkOne,
  FUNCTION,
  integer,
  MS,
  OBJECT,
  type Rule,
  type Rules,
} from "../core/options.ts";
import type { Authenticator } from "./auth.ts";
import type {
  CheckedEndpointOptions,
  EndpointOptions,
  RequestSource,
} from "./endpoint_options.ts";
import type { RateOptions } from "./rate_limit.ts";

const ACTION = "Cannot make the endpoint";
const DELAY_MS_MAX = 2_147_483_647;
const SPAN: Rule = {
  must: "1 to 2,147,483,647 milliseconds",
  type: "number",
  fits: (value: number) => value >= 1 && value <= DELAY_MS_MAX,
};
const COUNT: Rule = integer(1);
const TEXTS: Rule = {
  must: "a list of strings",
  type: "object",
  fits: (list: unknown) =>
    Array.isArray(list) &&
    list.every((text) => typeof text === "string" && text !== ""),
};
const BATCH_MAX = 1_000;
/** JSON is looked at by a function that calls itself. */
const DEPTH_MAX = 512;

const RULES: Rules<EndpointOptions> = {
  auth: {
    must: 'an Authenticator as bearer(token), a list of them, or "none"',
    type: "object string",
    fits: isAuth,
  },
  authorize: FUNCTION,
  maxBytes: COUNT,
  maxBatchBytes: COUNT,
  bodyTimeout: SPAN,
  minRate: MS,
  maxDepth: integer(1, DEPTH_MAX),
  maxNodes: COUNT,
  maxKeys: COUNT,
  maxInFlight: COUNT,
  maxWaiting: COUNT,
  rate: OBJECT,
  maxBatch: integer(1, BATCH_MAX),
  maxWait: { ...SPAN, fits: (ms: number) => ms >= 0 && ms <= DELAY_MS_MAX },
  idempotencyWindow: SPAN,
  idempotencyEntries: COUNT,
  requireIdempotencyKey: BOOLEAN,
  cors: OBJECT,
  hosts: TEXTS,
  exposeErrors: BOOLEAN,
  maxStreams: COUNT,
  onError: FUNCTION,
  onRequest: FUNCTION,
  clock: OBJECT,
  random: FUNCTION,
};

const DEFAULTS = {
  maxBytes: 262_144,
  maxBatchBytes: 1_048_576,
  bodyTimeout: 10_000,
  minRate: 256,
  maxDepth: 32,
  maxNodes: 10_000,
  maxKeys: 1_000,
  maxInFlight: 1_024,
  maxWaiting: 1_024,
  maxBatch: 100,
  maxWait: 30_000,
  idempotencyWindow: 600_000,
  idempotencyEntries: 10_000,
  requireIdempotencyKey: false,
  exposeErrors: false,
  maxStreams: 64,
  onError: tellConsole,
  clock: systemClock,
  random: systemRandom,
};

/** Reads the options once. */
export function readEndpointOptions(
  options: EndpointOptions,
): CheckedEndpointOptions {
  if ((options as Partial<EndpointOptions> | undefined)?.auth === undefined) {
    throw new TypeError(
      `${ACTION} as "auth" is missing: pass auth: bearer(token) or ` +
        'auth: webhook({ secrets }), or auth: "none" to let anyone in ' +
        "who can reach it",
    );
  }
  const read = check(ACTION, options, RULES);
  const { auth, hosts, rate, cors } = read;
  if (rate !== undefined) checkRate(rate);
  if (cors !== undefined) checkOrigins(cors);
  const given = Object.entries(read).filter(([, value]) => value !== undefined);
  const checked = {
    ...DEFAULTS,
    ...Object.fromEntries(given),
    auth: auth === "none" ? undefined : [auth].flat() as Authenticator[],
    hosts: hosts && new Set(hosts.map((host) => host.toLowerCase())),
  } as CheckedEndpointOptions; // Each was checked above, or has its default.
  checkWindow(checked);
  return checked;
}

/** A message may be early by its tolerance, and come again when it is late. */
function checkWindow(
  { auth = [], idempotencyWindow }: CheckedEndpointOptions,
): void {
  for (const { tolerance = 0 } of auth) {
    if (idempotencyWindow >= 2 * tolerance) continue;
    throw new RangeError(
      `${ACTION} as "idempotencyWindow" must be at least twice the tolerance ` +
        `of its webhook, ${2 * tolerance} ms, or one message could be taken ` +
        `twice: received ${idempotencyWindow}`,
    );
  }
}

function checkRate(rate: RateOptions): void {
  check(ACTION, rate, { limit: COUNT, interval: SPAN });
  checkOne(ACTION, "limit", COUNT, rate.limit); // Neither may be left out.
  checkOne(ACTION, "interval", SPAN, rate.interval);
}

/** `*` would let any page in, and `null` any that is sandboxed. */
function checkOrigins(cors: { readonly origins: readonly string[] }): void {
  check(ACTION, cors, { origins: TEXTS });
  const isExact = (origin: string): boolean => {
    try {
      return new URL(origin).origin === origin;
    } catch {
      return false;
    }
  };
  checkOne(ACTION, "origins", {
    must: 'exact origins as "https://shop.example"',
    type: "object",
    fits: (origins: readonly string[]) => origins.every(isExact),
  }, cors.origins);
}

function isAuth(auth: unknown): boolean {
  if (auth === "none") return true;
  const list: readonly unknown[] = [auth].flat();
  return list.length > 0 &&
    list.every((each) =>
      typeof (each as Partial<Authenticator> | null)?.authenticate ===
        "function"
    );
}

interface Host {
  readonly console?: { error(...words: readonly unknown[]): void };
}

/** A 500 that nobody hears of would be swallowed; `reportError` would end some
 * hosts, and so let a caller do it. */
function tellConsole(error: unknown, { requestId }: RequestSource): void {
  const host = globalThis as Host; // Not all hosts have one.
  host.console?.error(`workitem: request ${requestId ?? "(none)"}:`, error);
}
