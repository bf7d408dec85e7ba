/**
 * The query of a request: known names, each once, each with a value that fits.
 *
 * @module
 */
import type { TargetOptions, TargetQuery } from "../core/target.ts";
import type { ItemState, Reschedule } from "../core/words.ts";
import { Problem } from "./problem.ts";

/** The values of a query by their names. */
export type Query = Readonly<Record<string, string>>;

/** Of no name. */
const NOTHING: Query = Object.freeze({});
const DIGITS = /^[0-9]{1,15}$/;
const LIMIT_MAX = 1_000;
/** No key is longer, so nothing begins so. */
const KEY_BYTES_MAX = 512;
/** A cursor is made of a key, at worst of one that is all quotes and of the id of
 * a letter. Deno KV takes 2,048 bytes, with what it is put behind. */
const CURSOR_BYTES_MAX = 1_536;
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
] satisfies ItemState[];
const RESCHEDULES: readonly string[] = [
  "earliest",
  "keep",
  "latest",
] satisfies Reschedule[];
/** RFC 3339, which knows no day without its time, and no time without zone. */
const TIME = new RegExp(
  "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}" +
    "(?:\\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})$",
);

/** Reads a query of which only `names` are known. */
export function readQuery(text: string, names: readonly string[]): Query {
  if (text === "") return NOTHING;
  const read: Record<string, string> = Object.create(null);
  for (const part of text.split("&")) {
    const [name, value] = halves(part);
    if (!names.includes(name)) throw badQuery("holds an unknown name", names);
    if (name in read) throw badQuery(`holds "${name}" twice`, names);
    read[name] = value;
  }
  return read;
}

/** How long an id may be. */
export const ID_BYTES_MAX = 512;

/** May it be the id of an enqueue? */
export function isId(id: unknown): id is string {
  return typeof id === "string" && id !== "" && isWithin(id, ID_BYTES_MAX);
}

function isWithin(text: string, bytesMax: number): boolean {
  return new TextEncoder().encode(text).length <= bytesMax;
}

/** What an enqueue says of time, in a query or in an entry. */
export interface SaidTiming {
  readonly delay?: number | undefined;
  readonly at?: string | undefined;
  readonly reschedule?: string | undefined;
  readonly maxDelay?: number | undefined;
}

/** What a query says of time; `undefined` if that is nothing. */
export function timingOf(query: Query): TargetOptions | undefined {
  if (query === NOTHING) return undefined;
  return readTiming({
    delay: numberOf(query, "delay"),
    at: query.at,
    reschedule: query.reschedule,
    maxDelay: numberOf(query, "maxDelay"),
  }, badValue);
}

/** The timing that is said; `bad` makes the problem if it is none. */
export function readTiming(
  said: SaidTiming,
  bad: (name: string, must: string) => Problem,
): TargetOptions {
  const { delay, at, reschedule, maxDelay } = said;
  if (delay !== undefined && at !== undefined) {
    throw bad("delay", 'not given together with "at"');
  }
  if (reschedule !== undefined && !isReschedule(reschedule)) {
    throw bad("reschedule", `one of ${RESCHEDULES.join(", ")}`);
  }
  const time = at === undefined ? undefined : timeOf(at);
  if (at !== undefined && time === undefined) {
    throw bad("at", "a time of RFC 3339");
  }
  return {
    ...(delay === undefined ? {} : { delay }),
    ...(time === undefined ? {} : { at: time }),
    ...(reschedule === undefined ? {} : { reschedule }),
    ...(maxDelay === undefined ? {} : { maxDelay }),
  };
}

/** Which items a query asks for. */
export function pageOf(query: Query): TargetQuery {
  const { prefix, state, cursor } = query;
  checkLength(query, "prefix", KEY_BYTES_MAX);
  checkLength(query, "cursor", CURSOR_BYTES_MAX);
  const limit = numberOf(query, "limit");
  if (limit !== undefined && (limit < 1 || limit > LIMIT_MAX)) {
    throw badValue("limit", `a whole number from 1 to ${LIMIT_MAX}`);
  }
  if (state !== undefined && !isState(state)) {
    throw badValue("state", `one of ${STATES.join(", ")}`);
  }
  return {
    ...(prefix === undefined ? {} : { prefix }),
    ...(state === undefined ? {} : { state }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(limit === undefined ? {} : { limit }),
  };
}

/** Stores may have no words of their own for what is too long for them. */
function checkLength(query: Query, name: string, bytesMax: number): void {
  const value = query[name];
  if (value === undefined || isWithin(value, bytesMax)) return;
  throw badValue(name, `at most ${bytesMax} bytes`);
}

/** A yes or no of a query; absent is no. */
export function flagOf(query: Query, name: string): boolean {
  const value = query[name];
  if (value === undefined || value === "false") return false;
  if (value !== "true") throw badValue(name, "true or false");
  return true;
}

/** Refuses a value of a query. */
export function badValue(name: string, must: string): Problem {
  return new Problem({
    status: 400,
    code: "WI-HTTP-QUERY",
    detail: `"${name}" must be ${must}`,
    hint: "Mend the value, or leave it out.",
  });
}

function badQuery(why: string, names: readonly string[]): Problem {
  return new Problem({
    status: 400,
    code: "WI-HTTP-QUERY",
    detail: `The query ${why}`,
    hint: names.length === 0
      ? "It has no parameters here."
      : `Known here, each once: ${names.join(", ")}.`,
  });
}

function halves(part: string): [string, string] {
  const at = part.indexOf("=");
  const [name, value] = at === -1
    ? [part, ""]
    : [part.slice(0, at), part.slice(at + 1)];
  try {
    return [plain(name), plain(value)];
  } catch {
    throw badQuery("is not percent-encoded UTF-8", []);
  }
}

/** Forms write a space as a plus. */
function plain(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "));
}

function numberOf(query: Query, name: string): number | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  if (!DIGITS.test(value)) throw badValue(name, "a whole number from 0");
  return Number(value);
}

function timeOf(text: string): Date | undefined {
  const time = new Date(TIME.test(text) ? text : NaN);
  return isNaN(time.getTime()) ? undefined : time;
}

function isState(text: string): text is ItemState {
  return STATES.includes(text);
}

function isReschedule(text: string): text is Reschedule {
  return RESCHEDULES.includes(text);
}
