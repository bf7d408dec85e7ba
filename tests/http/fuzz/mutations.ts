/**
 * What can go wrong with a request, on each of its levels. A mutation may also
 * leave it as it was, or as good: the judge looks at what came out.
 *
 * @module
 */
import type { Random } from "../../core/sim/random.ts";
import { body } from "./body_mutations.ts";
import type { Draft } from "./draft.ts";
import { MARK } from "./values.ts";

type Mutate = (draft: Draft, random: Random) => Draft;

const MUTATIONS: readonly (readonly [number, Mutate])[] = [
  [1, method],
  [4, path],
  [3, query],
  [4, header],
  [10, body],
  [1, way],
];
const TOTAL = MUTATIONS.reduce((sum, [weight]) => sum + weight, 0);

/** Changes something of it. */
export function mutated(draft: Draft, random: Random): Draft {
  let left = random.below(TOTAL);
  for (const [weight, mutate] of MUTATIONS) {
    if (left < weight) return mutate(draft, random);
    left -= weight;
  }
  return draft;
}

const METHODS: readonly string[] = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "BREW",
  "post",
];

function method(draft: Draft, random: Random): Draft {
  const next = random.pick(METHODS);
  const isBare = next === "GET" || next === "HEAD";
  const { "content-length": _, ...headers } = draft.headers;
  return isBare
    ? { ...draft, method: next, body: undefined, headers }
    : { ...draft, method: next };
}

/** Segments that no name is, or that some would read as another. */
const SEGMENTS: readonly string[] = [
  "",
  ".",
  "..",
  "%2e",
  "%2E%2e",
  ".%2e",
  "%",
  "%4",
  "%4%31",
  "%%34%31",
  "%2%66",
  "%25%34%31",
  "%zz",
  "%00",
  `${MARK}%0a`,
  "%7f",
  "%c2%85",
  "%c3%28",
  "%C0%AF",
  "%ed%a0%80",
  "%f4%90%80%80",
  "%ff",
  "%252e",
  "%2f",
  "%5c",
  "\\",
  ";a=b",
  "%3f",
  "%23",
  "a".repeat(513),
  "%C3%A9".repeat(257),
  "a".repeat(10_000),
  "*",
  MARK,
  "messages",
  "v1",
];

function path(draft: Draft, random: Random): Draft {
  const segments = draft.path.split("/");
  const at = 1 + random.below(Math.max(1, segments.length - 1));
  const strange = random.pick(SEGMENTS);
  const way = random.below(8);
  if (way < 3) segments[at] = strange;
  else if (way === 3) segments.splice(at, 0, strange);
  else if (way === 4) segments.splice(at, 1);
  else if (way === 5) segments[at] += strange;
  else if (way === 6) segments[at] = segments[at]?.toUpperCase() ?? "";
  else segments.push(strange);
  const next = segments.join("/");
  return { ...draft, path: next.startsWith("/") ? next : `/${next}` };
}

const QUERIES: readonly string[] = [
  "",
  "&",
  "delay",
  "delay=",
  "delay=-1",
  "delay=1e3",
  "delay=0x10",
  "delay=1.5",
  "delay=9999999999999999",
  "delay=999999999999999",
  "delay=5&delay=5",
  "delay=5&at=2026-11-20T22:16:00Z",
  "de%6cay=7",
  "delay=+7",
  "at=2026-11-20",
  "at=2026-11-20T22:16:00Z",
  "at=2026-11-20T22:16:00%2B01:00",
  "at=2026-13-40T99:99:99Z",
  "reschedule=never",
  "reschedule=keep",
  "maxDelay=0",
  "maxDelay=NaN",
  "limit=0",
  "limit=1001",
  "limit=7",
  "state=nowhere",
  "state=held",
  "running=yes",
  "cursor=%ff",
  "prefix=%",
  "id=",
  `id=${"y".repeat(513)}`,
  "__proto__=1",
  "constructor=1",
  `${MARK}=${MARK}`,
  "a=1#b",
  "kind=record",
];

function query(draft: Draft, random: Random): Draft {
  const next = random.pick(QUERIES);
  const { query: old } = draft;
  const isMore = old !== undefined && random.oneIn(2);
  return { ...draft, query: isMore ? `${old}&${next}` : next };
}

const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ["content-type", [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=latin1",
    "application/json; charset=utf-8; version=1",
    "application/json, text/plain",
    "application/jsonp",
    "APPLICATION/JSON",
    "application/json;charset=utf-8",
    "application/json;",
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
    "application/x-ndjson",
    "application/json",
    MARK,
    "",
  ]],
  ["content-encoding", ["gzip", "identity", "IDENTITY", "br, gzip", "", MARK]],
  ["content-length", ["0", "1", "7", "99999999", "-1", "4, 4", "x", "0x10"]],
  ["idempotency-key", [
    "",
    '""',
    '"',
    "a b",
    "ä",
    "k".repeat(256),
    `"${"k".repeat(256)}"`,
    '"a\\"',
    '"a", "b"',
    "a\tb",
  ]],
  ["prefer", [
    "wait",
    "wait=",
    "wait=-1",
    "wait=1e3",
    "wait=0",
    "wait=99999999999",
    "return=minimal",
    "wait=5, wait=7",
    ",".repeat(2_000),
    MARK,
  ]],
  ["traceparent", ["00-0-0-0", MARK, "ff-".repeat(200)]],
  ["if-none-match", ["*", 'W/"1"', '"x", W/"y"', MARK]],
  ["transfer-encoding", ["chunked"]],
  ["accept", ["text/html", "*/*", MARK]],
  ["x-http-method-override", ["DELETE"]],
  ["x-forwarded-host", [MARK]],
  ["host", ["evil.test", "fuzz.test", "", "a/b?c#d", "u@fuzz.test"]],
  ["origin", ["https://shop.test", "https://evil.test", "null"]],
  ["origin", ["https://fuzz.test", "http://fuzz.test", "http://fuzz.test:1"]],
  ["sec-fetch-site", ["cross-site", "same-site", "same-origin", "none"]],
  ["ce-id", ["", `${MARK}%`]],
  ["ce-specversion", ["0.3", "1.0", ""]],
  ["ce-type", ["record", "%c3%28", "", "nobody"]],
  ["ce-subject", ["", "%00", ".", "a".repeat(600), MARK]],
  ["ce-source", ["", MARK]],
];

function header(draft: Draft, random: Random): Draft {
  const names = Object.keys(draft.headers);
  if (names.length > 0 && random.oneIn(4)) {
    const { [random.pick(names)]: _, ...headers } = draft.headers;
    return { ...draft, headers };
  }
  const [name, values] = random.pick(HEADERS);
  const headers = { ...draft.headers, [name]: random.pick(values) };
  return { ...draft, headers };
}

function way(draft: Draft, random: Random): Draft {
  if (draft.body === undefined) return draft;
  return { ...draft, way: random.pick(["chunks", "stalled", "broken"]) };
}
