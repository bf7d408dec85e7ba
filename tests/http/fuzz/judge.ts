/**
 * What the laws say of a request: a second, plain reading of the contract, by
 * which each answer of the endpoint is judged.
 *
 * @module
 */
import { type Draft, urlOf } from "./draft.ts";
import { type Deed, deedsOf } from "./deeds.ts";
import { readBody } from "./judge_body.ts";
import { judgeHeaders, type Said } from "./judge_headers.ts";
import { FAILING_KIND, KINDS } from "./kinds.ts";
import {
  areGoodValues,
  isName,
  namesIn,
  type Place,
  placeAt,
  plainPath,
  queryIn,
} from "./places.ts";
import {
  HOST,
  isAllowed,
  isSigned,
  senderOf,
  showsSignature,
  type Site,
} from "./site.ts";

/** What is to come of a request. */
export interface Verdict {
  /** As `"POST /v1/kinds"`; `undefined`: there is none. */
  readonly place: string | undefined;
  /** The statuses that it may be answered with. */
  readonly statuses: readonly number[];
  /** What it does, if it is answered well. */
  readonly deeds: readonly Deed[];
  /** Who asks; `undefined` if nobody knows. */
  readonly sender: string | undefined;
  /** Is the answer up to a clock? */
  readonly takesTime: boolean;
  /** What else an answer must have. */
  readonly allow?: readonly string[];
}

/** A reason to refuse, and when it is looked for: H2. */
interface Fault {
  readonly step: number;
  readonly status: number;
}

const STEP = {
  host: 1,
  origin: 1.5,
  token: 2,
  refusal: 3,
  headers: 4,
  forbidden: 5,
  body: 6,
  signature: 7,
  forbiddenToSigned: 8,
  message: 9,
  commit: 10,
} as const;

/** Judges a request that somebody can send. */
export function judge(draft: Draft, headers: Headers, site: Site): Verdict {
  const url = urlOf(draft);
  const path = plainPath(url?.pathname ?? "");
  const place = placeAt(path, draft.method);
  if ("status" in place) {
    const { status, allow } = place;
    return { ...NOTHING, statuses: [status], allow };
  }
  const name = `${place.method} ${place.path}`;
  if (place.action === undefined) {
    return {
      ...NOTHING,
      place: name,
      statuses: [healthOf(place, headers, site)],
    };
  }
  const query = url?.search.slice(1) ?? "";
  const seen = { draft, headers, site, place, path, query };
  const known = senderOf(headers.get("authorization"));
  const sender = site.name === "open"
    ? "anyone"
    : site.name === "signed"
    ? undefined
    : known;
  return { place: name, ...judgeAt(seen, sender) };
}

const NOTHING = {
  place: undefined,
  deeds: [],
  sender: undefined,
  takesTime: false,
} as const;

function healthOf(place: Place, headers: Headers, site: Site): number {
  const isDown = site.name === "closed" && place.path === "/readyz";
  return refusedHost(headers, site) ?? (isDown ? 503 : 200);
}

function refusedHost(headers: Headers, { name }: Site): number | undefined {
  const host = headers.get("host") ?? HOST;
  if (!/^[\w.\-[\]:]*$/.test(host)) return 400;
  return name === "open" && host !== HOST ? 421 : undefined;
}

/** Would a browser send it for a page of elsewhere? */
function isForeign(headers: Headers, { method }: Place, site: Site): boolean {
  if (method === "GET") return false;
  const origin = headers.get("origin");
  const from = headers.get("sec-fetch-site") ?? "";
  const isElsewhere = ["cross-site", "same-site"].includes(from);
  if (origin === null) return site.name === "open" && isElsewhere;
  if (origin === "null" || isElsewhere) return true;
  const [, host] = /^https?:\/\/(.*)$/.exec(origin) ?? [];
  return from !== "same-origin" && host !== (headers.get("host") ?? HOST);
}

interface Seen {
  readonly draft: Draft;
  readonly headers: Headers;
  readonly site: Site;
  readonly place: Place;
  readonly path: string;
  readonly query: string;
}

function judgeAt(
  seen: Seen,
  known: string | undefined,
): Omit<Verdict, "place"> {
  const { draft, headers, site, place, path } = seen;
  const faults: Fault[] = [];
  const add = (step: keyof typeof STEP, status: number): void =>
    void faults.push({ step: STEP[step], status });
  const mayBeSigned = site.name === "signed" || site.name === "both";
  const { takes, action = "" } = place;
  const refused = refusedHost(headers, site);
  if (refused !== undefined) add("host", refused);
  if (isForeign(headers, place, site)) add("origin", 403);
  const isShown = mayBeSigned && takes !== "nothing" &&
    showsSignature(headers, site.clock.today());
  if (known === undefined && !isShown) add("token", 401);
  const query = queryIn(place, seen.query);
  const { kind, key, areGood } = namesIn(place, path);
  const isGoodKind = isName(query?.get("kind") ?? "x");
  if (query === undefined || !areGood || !isGoodKind) add("headers", 400);
  const said = judgeHeaders(place, headers, (status) => add("headers", status));
  const body = readBody(draft, place, (status) => add("body", status));
  const isKnown = known !== undefined ||
    isSigned(headers, body ?? new Uint8Array(0), site.clock.today());
  if (known === undefined && !isKnown) add("signature", 401);
  const sender = known ?? (isKnown ? "webhook" : undefined);
  const isInBody = takes === "batch" || takes === "event";
  if (site.name !== "open" && sender !== undefined && !isInBody) {
    const access = { principal: sender, action, key };
    if (!isAllowed(access)) {
      add(known === undefined ? "forbiddenToSigned" : "forbidden", 403);
    }
  }
  if (query !== undefined && !areGoodValues(query)) add("message", 400);
  if (takes === "nothing") {
    return judgeLook(seen, { faults, query, kind, sender });
  }
  if (known === undefined && query?.has("id")) add("message", 400);
  if (site.name === "closed") add("refusal", 503);
  const { deeds, status } = deedsOf(seen, {
    said,
    body: body ?? new Uint8Array(0),
    kind,
    key,
    sender: sender ?? "",
    query,
  }, (problem) => add("message", problem));
  if (status !== undefined) add("commit", status);
  return {
    statuses: faults.length > 0 ? firstOf(faults) : goodOf(place, said, deeds),
    deeds,
    sender,
    takesTime: said.wait !== undefined || isLate(draft),
  };
}

/** Only what is looked for first may be told. */
function firstOf(faults: readonly Fault[]): number[] {
  const first = Math.min(...faults.map(({ step }) => step));
  return faults.filter(({ step }) => step === first).map(({ status }) =>
    status
  );
}

function goodOf(
  place: Place,
  { wait }: Said,
  deeds: readonly Deed[],
): readonly number[] {
  const statuses = [...place.good];
  const [deed] = deeds;
  if (place.takes === "batch") return statuses;
  if (deed?.mayBeFull === true) statuses.push(429);
  if (wait === undefined) return statuses;
  return deed?.kind === FAILING_KIND ? [...statuses, 502] : [...statuses, 200];
}

function isLate({ way, body }: Draft): boolean {
  return body !== undefined && way === "stalled";
}

/** What acts on no message. */
function judgeLook(
  { site, place }: Seen,
  { faults, query, kind, sender }: {
    readonly faults: readonly Fault[];
    readonly query: ReadonlyMap<string, string> | undefined;
    readonly kind: string;
    readonly sender: string | undefined;
  },
): Omit<Verdict, "place"> {
  const end = { deeds: [], sender, takesTime: place.method === "DELETE" };
  const asked = query?.get("kind") ?? kind;
  const isKnown = asked === "" || KINDS.includes(asked);
  if (faults.length > 0) {
    const statuses = firstOf(faults);
    // A wrong value is found before, or behind, what is not there.
    const isLast = Math.min(...faults.map(({ step }) => step)) === STEP.message;
    return { ...end, statuses: isLast ? [...statuses, 501, 404] : statuses };
  }
  if (site.name === "closed") {
    return { ...end, statuses: [...place.good, 404, 503] };
  }
  const statuses = isKnown || place.good.includes(501) ? place.good : [404];
  const hasCursor = query?.has("cursor") === true;
  return { ...end, statuses: hasCursor ? [...statuses, 400] : statuses };
}
