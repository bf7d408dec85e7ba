/**
 * What a request does when it is answered well: which items get which messages.
 *
 * @module
 */
import { readStrictly } from "./json_reader.ts";
import type { Said } from "./judge_headers.ts";
import { FULL_KIND, isTaken, KINDS } from "./kinds.ts";
import { LIMITS } from "./limits.ts";
import { isId, isName, isReschedule, isTime, type Place } from "./places.ts";
import { isAllowed, type Site } from "./site.ts";

/** One enqueue. */
export interface Deed {
  readonly kind: string;
  readonly key: string;
  /** As JSON; `undefined`: a mere wake-up. */
  readonly message: string | undefined;
  /** Why it must be refused, though others of its batch are not. */
  readonly refused: number | undefined;
  /** Was it named by its sender? */
  readonly isNamed: boolean;
  /** May there be no room for it? */
  readonly mayBeFull: boolean;
}

/** What was read of a request so far. */
export interface Asked {
  readonly said: Said;
  readonly body: Uint8Array;
  readonly kind: string;
  readonly key: string;
  readonly sender: string;
  readonly query: ReadonlyMap<string, string> | undefined;
}

type Refuse = (status: number) => void;

/** What there is to do, and the status of what the scheduler refuses. Calls
 * `refuse` for what is wrong with the body. */
export function deedsOf(
  seen: {
    readonly headers: Headers;
    readonly site: Site;
    readonly place: Place;
  },
  asked: Asked,
  refuse: Refuse,
): { readonly deeds: readonly Deed[]; readonly status: number | undefined } {
  const { site, headers, place } = seen;
  const { type } = asked.said;
  if (place.takes === "batch") return batch(site, asked, refuse);
  const isEvent = place.takes === "event" || headers.has("ce-specversion") ||
    type === "application/cloudevents+json";
  const said = isEvent ? event(headers, asked, refuse) : plain(asked, refuse);
  const needsKey = site.name === "open" && asked.said.key === undefined &&
    !isEvent;
  if (needsKey) refuse(400);
  if (said === undefined) return { deeds: [], status: undefined };
  const { kind, key } = place.takes === "event" ? said : asked;
  if (place.takes === "event") {
    if (!isName(kind) || !isName(key)) {
      refuse(400);
      return { deeds: [], status: undefined };
    }
    const access = { principal: asked.sender, action: "enqueue", key };
    if (site.name !== "open" && !isAllowed(access)) refuse(403);
  }
  const isNamed = isEvent || asked.said.key !== undefined ||
    asked.sender === "webhook";
  const deed = deedOf({ kind, key }, said.message, { isNamed });
  return { deeds: [deed], status: deed.refused };
}

function deedOf(
  { kind = "", key = "" }: {
    readonly kind?: string | undefined;
    readonly key?: string | undefined;
  },
  message: { readonly value: unknown } | undefined,
  { isNamed }: { readonly isNamed: boolean },
): Deed {
  const isKind = KINDS.includes(kind);
  return {
    kind,
    key,
    message: message && JSON.stringify(message.value),
    refused: !isKind ? 404 : isTaken(kind, message?.value) // A mere wake-up is checked too.
      ? undefined
      : 422,
    isNamed,
    mayBeFull: kind === FULL_KIND,
  };
}

interface Message {
  readonly message: { readonly value: unknown } | undefined;
  readonly kind?: string;
  readonly key?: string;
}

function plain({ body }: Asked, refuse: Refuse): Message | undefined {
  if (body.length === 0) return { message: undefined };
  const message = readStrictly(body, LIMITS);
  if (message === undefined) refuse(400);
  return message && { message };
}

function event(
  headers: Headers,
  asked: Asked,
  refuse: Refuse,
): Message | undefined {
  const isStructured = asked.said.type === "application/cloudevents+json";
  const read = isStructured ? structured(asked.body) : binary(headers, asked);
  if (read === undefined || typeof read === "number") {
    refuse(read ?? 400);
    return undefined;
  }
  const { id, source, type, subject, specversion, data } = read;
  const isText = (text: unknown): boolean =>
    typeof text === "string" && text !== "" && text.length <= 2_048;
  const isFine = specversion === "1.0" && [id, source, type].every(isText) &&
    (subject === undefined || subject === null || isText(subject));
  if (!isFine) {
    refuse(400);
    return undefined;
  }
  return {
    message: data === undefined ? undefined : { value: data },
    kind: String(type),
    key: typeof subject === "string" ? subject : "",
  };
}

type Attributes = Readonly<Record<string, unknown>>;

function structured(body: Uint8Array): Attributes | number | undefined {
  const maxDepth = LIMITS.maxDepth + 1; // The event is around its data.
  const read = readStrictly(body, { ...LIMITS, maxDepth });
  if (read === undefined) return undefined;
  const { value } = read;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return 400;
  }
  const event = value as Attributes; // All of it is unknown.
  const type = event.datacontenttype ?? "application/json";
  const isJson = typeof type === "string" &&
    /^application\/([\w.+-]+\+)?json(\s*;.*)?$/i.test(type);
  const hasData = Object.hasOwn(event, "data");
  if (event.data_base64 !== undefined || !isJson) return 415;
  return { ...event, ...(hasData ? {} : { data: undefined }) };
}

function binary(headers: Headers, { body }: Asked): Attributes | undefined {
  const attributes: Record<string, unknown> = {};
  for (const name of ["id", "source", "type", "subject", "specversion"]) {
    const value = headers.get(`ce-${name}`);
    try {
      attributes[name] = value === null ? undefined : decodeURIComponent(value);
    } catch {
      return undefined;
    }
  }
  if (body.length === 0) return attributes;
  const read = readStrictly(body, LIMITS);
  return read && { ...attributes, data: read.value };
}

function batch(
  site: Site,
  asked: Asked,
  refuse: Refuse,
): { readonly deeds: readonly Deed[]; readonly status: number | undefined } {
  const none = { deeds: [], status: undefined };
  if (site.name === "open" && asked.said.key === undefined) refuse(400);
  const read = asked.said.type === "application/x-ndjson"
    ? linesOf(asked.body)
    : listOf(asked.body);
  if (read === undefined || read.length === 0) {
    refuse(400);
    return none;
  }
  if (read.length > LIMITS.maxBatch) {
    refuse(413);
    return none;
  }
  const deeds = read.map((entry) => entryOf(site, asked, entry?.value));
  const isKind = KINDS.includes(asked.kind);
  return { deeds, status: isKind ? undefined : 404 };
}

type Read = { readonly value: unknown } | undefined;

function listOf(body: Uint8Array): readonly Read[] | undefined {
  const maxDepth = LIMITS.maxDepth + 2;
  const maxNodes = (LIMITS.maxNodes + 8) * LIMITS.maxBatch;
  const read = readStrictly(body, { ...LIMITS, maxDepth, maxNodes });
  if (read === undefined || !Array.isArray(read.value)) return undefined;
  return read.value.map((value: unknown) => ({ value }));
}

function linesOf(body: Uint8Array): readonly Read[] {
  const reads: Read[] = [];
  let from = 0;
  while (from < body.length) {
    const found = body.indexOf(0x0a, from);
    const to = found === -1 ? body.length : found;
    const line = body.subarray(from, to);
    from = to + 1;
    if (line.every((byte) => byte === 32 || byte === 9 || byte === 13)) {
      continue;
    }
    const maxDepth = LIMITS.maxDepth + 1;
    reads.push(readStrictly(line, { ...LIMITS, maxDepth }));
  }
  return reads;
}

const NAMES = ["key", "message", "id", "delay", "at", "reschedule", "maxDelay"];

function entryOf(site: Site, asked: Asked, entry: unknown): Deed {
  const { kind, sender, said } = asked;
  const bad: Deed = {
    kind,
    key: "",
    message: undefined,
    refused: 400,
    isNamed: false,
    mayBeFull: false,
  };
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
    return bad;
  }
  const fields = entry as Attributes; // All of it is unknown.
  const { key, id } = fields;
  if (!Object.keys(entry).every((name) => NAMES.includes(name))) return bad;
  if (!isName(key) || !isTiming(fields)) return bad;
  if (id !== undefined && !isId(id)) return bad;
  const access = { principal: sender, action: "enqueue", key };
  if (site.name !== "open" && !isAllowed(access)) {
    return { ...bad, refused: 403 };
  }
  const message = "message" in fields ? { value: fields.message } : undefined;
  const isNamed = id !== undefined || said.key !== undefined ||
    sender === "webhook";
  return deedOf({ kind, key }, message, { isNamed });
}

function isTiming(entry: Attributes): boolean {
  const { delay, at, reschedule, maxDelay } = entry;
  const isMs = (value: unknown): boolean =>
    value === undefined || Number.isSafeInteger(value) && Number(value) >= 0;
  return isMs(delay) && isMs(maxDelay) &&
    (at === undefined || typeof at === "string" && isTime(at)) &&
    (at === undefined || delay === undefined) &&
    (reschedule === undefined || isReschedule(reschedule));
}
