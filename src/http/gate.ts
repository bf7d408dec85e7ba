/**
 * What a request has to pass before it is acted upon, in this order (H2):
 *
 * 1. its host, the page that sent it, and a place among those that are served
 *    at once
 * 2. who asks, by the headers; how often; whether the scheduler takes anything
 * 3. what its headers and its query say
 * 4. what it may do, if the path alone tells that
 * 5. its body, under limits of bytes and time; a signature of it
 *
 * Nothing is parsed before it is authenticated. Whoever throws here, throws a
 * {@linkcode Problem}.
 *
 * @module
 */
import { MEDIA } from "../client/wire.ts";
import { type Access, ANYONE } from "./access.ts";
import type { Authenticator, Principal } from "./auth.ts";
import { type BodyLimits, readBody } from "./body.ts";
import type { Call } from "./call.ts";
import { crowded } from "./capacity.ts";
import {
  checkEncoding,
  idempotencyKeyOf,
  mediaTypeOf,
  waitOf,
} from "./media.ts";
import type { Parts } from "./parts.ts";
import { checkName, hostOf, queryOf } from "./paths.ts";
import { Problem } from "./problem.ts";
import { problemOf } from "./problems.ts";
import type { Takes } from "./place.ts";
import { readQuery } from "./query.ts";
import { rateHeaders } from "./rate_limit.ts";

const HOST = /^[A-Za-z0-9._\-:[\]]*$/;
const PUBLIC: Principal = { id: ANYONE };
const MEDIA_TYPES: Readonly<Record<Takes, readonly string[]>> = {
  nothing: [],
  message: [MEDIA.json, MEDIA.cloudEvent],
  batch: [MEDIA.json, MEDIA.lines],
  event: [MEDIA.json, MEDIA.cloudEvent],
};

/** Refuses a request that was meant for another host, and one whose host is
 * none: hosts make the URL of it, so it would choose the path. */
export function checkHost(call: Call, { options: { hosts } }: Parts): void {
  const said = call.header("host");
  if (said !== null && !HOST.test(said)) throw badHost(400);
  if (hosts === undefined) return;
  const isMeant = hosts.has(hostOf(call.request)) &&
    (said === null || hosts.has(said.toLowerCase()));
  if (!isMeant) throw badHost(421);
}

function badHost(status: 400 | 421): Problem {
  return new Problem({
    status,
    code: "WI-HTTP-HOST",
    detail: status === 400
      ? "The Host of the request is none"
      : "This host is not served here",
    hint: "Ask for a host that the endpoint was made for.",
  });
}

/** All up to the body: lets a request pass, or throws why not. It waits only if
 * somebody has to be asked who takes time. */
export function open(call: Call, parts: Parts): Promise<void> | undefined {
  const sender = authenticate(call, parts);
  if (sender instanceof Promise) {
    return sender.then((known) => openFor(call, parts, known));
  }
  return openFor(call, parts, sender);
}

/** What a body may take. */
export function limitsOf({ place }: Call, parts: Parts): BodyLimits {
  return place.takes === "batch" ? parts.batchLimits : parts.limits;
}

/** Nothing was said of a body: then there must be none. */
export function checkSilent({ body, place }: Call): void {
  if (body.length > 0) mediaTypeOf(null, MEDIA_TYPES[place.takes]); // Throws.
}

/** All of the body of one who cannot be known without it, and the rest of what
 * it has to pass. Such bodies leave room for those of others. */
export async function admitStranger(call: Call, parts: Parts): Promise<void> {
  const { capacity, options } = parts;
  if (!capacity.doubt()) throw crowded(options.random);
  try {
    call.body = await readBody(call.request, limitsOf(call, parts));
    if (call.mediaType === undefined) checkSilent(call);
    admit(call, parts, await signerOf(call, parts));
  } finally {
    capacity.know();
  }
  await authorize(call, parts);
}

/** Asks those who look at the body. */
async function signerOf(call: Call, { options }: Parts): Promise<Principal> {
  const { auth = [], clock } = options;
  const { headers } = call.request;
  const nowMs = clock.today();
  for (const each of auth) {
    if (!each.readsBody) continue;
    const credentials = { headers, body: call.body, nowMs };
    const found = await each.authenticate(credentials);
    if (found !== undefined) return found;
  }
  deny(auth);
}

/** `sender` is `undefined` if only the body can tell. */
function openFor(
  call: Call,
  parts: Parts,
  sender: Principal | undefined,
): Promise<void> | undefined {
  if (sender !== undefined) admit(call, parts, sender);
  if (call.place.takes === "nothing") {
    checkNoBody(call);
  } else {
    checkRefusal(parts);
    readHeaders(call, parts);
  }
  readTarget(call);
  return sender === undefined ? undefined : authorize(call, parts);
}

/** What the URL says. */
function readTarget(call: Call): void {
  call.query = readQuery(queryOf(call.request), call.place.query);
  call.readNames();
  if (call.query.kind === undefined) return;
  checkName(call.query.kind);
  call.kind = call.query.kind;
}

/** Throws unless the sender may do what the path says; what a body names is
 * asked for when it is read. It waits for nobody if there is no hook. */
function authorize(
  { principal, kind, key, place, query: { prefix = "" } }: Call,
  parts: Parts,
): Promise<void> | undefined {
  const { action, takes } = place;
  if (parts.options.authorize === undefined || action === undefined) {
    return undefined;
  }
  if (takes === "batch" || takes === "event") return undefined;
  return ask(parts, {
    principal: principal.id,
    action,
    ...(kind === "" ? {} : { kind }),
    ...(key === "" ? {} : { key }),
    ...(prefix === "" ? {} : { prefix }),
  });
}

/** The same for what a body names. */
export async function ask(parts: Parts, access: Access): Promise<void> {
  const may = parts.options.authorize?.(access) ?? true;
  if (may === true || await may === true) return;
  throw new Problem({
    status: 403,
    code: "WI-HTTP-FORBIDDEN",
    detail: "The sender may not do this",
    hint: "Ask whoever runs the scheduler for the right to do it.",
  });
}

/** Asks those who need no body. `undefined`: one that does has to be asked. */
function authenticate(
  call: Call,
  { options }: Parts,
): Principal | undefined | Promise<Principal | undefined> {
  const { auth, clock } = options;
  if (auth === undefined) return PUBLIC;
  const [first] = auth;
  if (auth.length > 1 || first === undefined || first.readsBody) {
    return authenticateByAny(call, auth, clock.today());
  }
  const { headers } = call.request;
  const nowMs = clock.today();
  const found = first.authenticate({ headers, body: undefined, nowMs });
  if (found instanceof Promise) return found.then((one) => one ?? deny(auth));
  return found ?? deny(auth);
}

async function authenticateByAny(
  call: Call,
  auth: readonly Authenticator[],
  nowMs: number,
): Promise<Principal | undefined> {
  const { headers } = call.request;
  for (const each of auth) {
    if (each.readsBody) continue;
    const credentials = { headers, body: undefined, nowMs };
    const found = await each.authenticate(credentials);
    if (found !== undefined) return found;
  }
  // A signature covers a body, not a path: it is good for messages only.
  const isSigned = call.place.takes !== "nothing" &&
    auth.some((each) =>
      each.readsBody && (each.mayKnow?.(headers, nowMs) ?? true)
    );
  if (isSigned) return undefined;
  deny(auth);
}

/** One and the same answer, whatever was wrong. */
function deny(auth: readonly Authenticator[]): never {
  const challenges = auth.map(({ challenge }) => challenge);
  throw new Problem({
    status: 401,
    code: "WI-HTTP-UNAUTHENTICATED",
    detail: "The request does not show who sends it, or not well",
    hint: "Send the credentials that WWW-Authenticate asks for.",
    headers: { "WWW-Authenticate": [...new Set(challenges)].join(", ") },
  });
}

/** The sender is known: how often may it ask? */
function admit(call: Call, { rate }: Parts, principal: Principal): void {
  call.principal = principal;
  call.isKnown = true;
  if (rate === undefined) return;
  const verdict = rate.take(principal.id);
  const headers = rateHeaders(verdict, rate.policy);
  if (!verdict.allowed) {
    throw new Problem({
      status: 429,
      code: "WI-HTTP-RATE",
      detail: "The sender asks more often than it may",
      hint: "Wait as long as Retry-After says.",
      headers,
    });
  }
  call.headers = headers;
}

/** Backpressure, before anything is read. */
function checkRefusal({ target, options }: Parts): void {
  if (target.refusal === undefined) return;
  throw problemOf({ code: "WI-CLOSED" }, options);
}

function checkNoBody(call: Call): void {
  if (saysEmpty(call) && call.header("transfer-encoding") === null) return;
  throw new Problem({
    status: 400,
    code: "WI-HTTP-BODY",
    detail: "This request takes no body",
    hint: "Send it without one.",
  });
}

function saysEmpty(call: Call): boolean {
  const length = call.header("content-length");
  return length === null || length === "0";
}

function readHeaders(call: Call, { options }: Parts): void {
  const type = call.header("content-type");
  if (type !== null || !saysEmpty(call)) {
    call.mediaType = mediaTypeOf(type, MEDIA_TYPES[call.place.takes]);
  }
  checkEncoding(call.header("content-encoding"));
  call.idempotencyKey = idempotencyKeyOf(call.header("idempotency-key"));
  if (call.place.takes === "batch") return;
  const seconds = waitOf(call.header("prefer"));
  if (seconds === undefined) return;
  call.waitMs = Math.min(seconds * 1_000, options.maxWait);
}
