/**
 * Where requests can go, as the issue says it, and what a path and a query must
 * be there. Written from the contract, not from the source.
 *
 * @module
 */

/** What a place takes of a body. */
export type Takes = "nothing" | "message" | "batch" | "event";

/** A place. */
export interface Place {
  readonly method: string;
  readonly path: string;
  /** `undefined`: anyone may. */
  readonly action: string | undefined;
  readonly takes: Takes;
  readonly query: readonly string[];
  /** What a good request is answered. */
  readonly good: readonly number[];
}

const TIMING = ["delay", "at", "reschedule", "maxDelay"];
const PAGE = ["prefix", "cursor", "limit"];

function place(
  line: string,
  action: string | undefined,
  good: readonly number[],
  { query = [], takes = "nothing" }: {
    readonly query?: readonly string[];
    readonly takes?: Takes;
  } = {},
): Place {
  const [method = "", path = ""] = line.split(" ");
  return { method, path, action, takes, query, good };
}

const PLACES: readonly Place[] = [
  place("POST /v1/items/:kind/:key/messages", "enqueue", [202], {
    query: ["id", ...TIMING],
    takes: "message",
  }),
  place("POST /v1/items/:kind/messages", "enqueue", [202], { takes: "batch" }),
  place("POST /v1/cloudevents", "enqueue", [202], {
    query: TIMING,
    takes: "event",
  }),
  place("GET /v1/kinds", "inspect", [200]),
  place("GET /v1/items/:kind", "list", [200], { query: [...PAGE, "state"] }),
  place("GET /v1/items/:kind/:key", "inspect", [200, 304, 404]),
  place("DELETE /v1/items/:kind/:key", "delete", [200]),
  place("POST /v1/items/:kind/:key/cancel", "cancel", [200], {
    query: ["running"],
  }),
  place("POST /v1/items/:kind/:key/suspend", "control", [204]),
  place("POST /v1/items/:kind/:key/resume", "control", [204]),
  place("POST /v1/items/:kind/:key/reset", "control", [204]),
  place("GET /v1/dead/:kind", "list", [501], { query: PAGE }),
  place("POST /v1/dead/:kind/:key/redrive", "control", [501], {
    query: ["id"],
  }),
  place("DELETE /v1/dead/:kind/:key/:id", "delete", [501]),
  place("POST /v1/scheduler/pause", "admin", [204]),
  place("POST /v1/scheduler/resume", "admin", [204]),
  place("GET /v1/stats", "stats", [200]),
  place("GET /v1/events", "events", [200], { query: ["kind"] }),
  place("GET /metrics", "stats", [200]),
  place("GET /openapi.json", "inspect", [200]),
  place("GET /healthz", undefined, [200]),
  place("GET /readyz", undefined, [200]),
];

/** A path in the one way in which it is read: escapes of what needs none are
 * taken away (RFC 3986, 2.3), but only where all escapes are well-formed: or
 * `%4%31` would become `%41`, and that an `A`. */
export function plainPath(path: string): string {
  if (/%(?![0-9a-f]{2})/i.test(path)) return path;
  return path.replaceAll(/%([0-9a-f]{2})/gi, (escape, code) => {
    const char = String.fromCharCode(parseInt(code, 16));
    return /[\w.~-]/.test(char) ? char : escape;
  });
}

/** The place that a path and a method lead to, or why there is none. */
export function placeAt(
  path: string,
  method: string,
): Place | { readonly status: 404 | 405; readonly allow: readonly string[] } {
  const here = PLACES.filter((each) => fits(each.path, path));
  const wanted = method === "HEAD" ? "GET" : method;
  const found = here.find((each) => each.method === wanted);
  if (found !== undefined) return found;
  const allow = here.flatMap((each) =>
    each.method === "GET" ? ["GET", "HEAD"] : [each.method]
  );
  return { status: here.length === 0 ? 404 : 405, allow };
}

function fits(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const found = path.split("/");
  return wanted.length === found.length &&
    wanted.every((each, at) =>
      each.startsWith(":") ? found[at] !== "" : each === found[at]
    );
}

/** What a path names: `undefined` for what it does not, or not well. */
export function namesIn(
  { path: pattern }: Place,
  path: string,
): { readonly kind: string; readonly key: string; readonly areGood: boolean } {
  const segments = path.split("/");
  const names = pattern.split("/").map((each, at) =>
    each.startsWith(":") ? nameOf(segments[at] ?? "") : ""
  );
  const at = (name: string): string =>
    names[pattern.split("/").indexOf(name)] ?? "";
  return {
    kind: at(":kind"),
    key: at(":key"),
    areGood: names.every((name) => name !== undefined),
  };
}

function nameOf(segment: string): string | undefined {
  try {
    const name = decodeURIComponent(segment);
    return isName(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

/** Is it what a kind or a key may be called (H13)? */
export function isName(name: unknown): name is string {
  if (typeof name !== "string" || !name.isWellFormed()) return false;
  if (name === "." || name === "..") return false;
  const bytes = new TextEncoder().encode(name).length;
  const hasControls = [...name].some((char) => {
    const code = char.charCodeAt(0);
    return code < 0x20 || code >= 0x7f && code < 0xa0;
  });
  return bytes >= 1 && bytes <= 512 && !hasControls;
}

/** What a query says; `undefined` if it is none of this place. */
export function queryIn(
  { query: names }: Place,
  text: string,
): ReadonlyMap<string, string> | undefined {
  const read = new Map<string, string>();
  if (text === "") return read;
  for (const part of text.split("&")) {
    const [name = "", ...rest] = part.split("=");
    try {
      const plain = (each: string): string =>
        decodeURIComponent(each.replaceAll("+", " "));
      if (!names.includes(plain(name)) || read.has(plain(name))) {
        return undefined;
      }
      read.set(plain(name), plain(rest.join("=")));
    } catch {
      return undefined;
    }
  }
  return read;
}

/** Are all values of a query such as they must be? */
export function areGoodValues(query: ReadonlyMap<string, string>): boolean {
  const isGood = (name: string, fits: (value: string) => boolean): boolean => {
    const value = query.get(name);
    return value === undefined || fits(value);
  };
  return isGood("delay", (value) => /^\d{1,15}$/.test(value)) &&
    isGood("maxDelay", (value) => /^\d{1,15}$/.test(value)) &&
    isGood("at", isTime) && !(query.has("at") && query.has("delay")) &&
    isGood("reschedule", isReschedule) &&
    isGood("id", isId) &&
    isGood("running", (value) => value === "true" || value === "false") &&
    isGood(
      "limit",
      (value) => /^\d{1,15}$/.test(value) && +value >= 1 && +value <= 1_000,
    ) &&
    isGood("state", (value) => STATES.includes(value));
}

const STATES: readonly string[] = [
  "idle",
  "queued",
  "delayed",
  "backoff",
  "suspended",
  "held",
  "running",
  "deleting",
  "deleted",
];

/** May an enqueue be named so? */
export function isId(id: unknown): boolean {
  return typeof id === "string" && id !== "" &&
    new TextEncoder().encode(id).length <= 512;
}

/** Is it a word for what a delayed enqueue does? */
export function isReschedule(value: unknown): boolean {
  return value === "earliest" || value === "keep" || value === "latest";
}

/** Is it a time of RFC 3339? */
export function isTime(text: string): boolean {
  const match =
    /^\d{4}-\d\d-\d\dt\d\d:\d\d:\d\d(\.\d{1,9})?(z|[+-]\d\d:\d\d)$/i;
  return match.test(text) && !Number.isNaN(Date.parse(text.toUpperCase()));
}
