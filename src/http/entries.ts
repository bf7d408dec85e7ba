/**
 * Many enqueues as they are sent: each entry is read by itself, and one that
 * is wrong refuses no other.
 *
 * @module
 */
import { type EntryBody, MEDIA } from "../client/wire.ts";
import type { TargetEntry } from "../core/target.ts";
import { type JsonLimits, parseJson, parseLines } from "./json.ts";
import { checkName } from "./paths.ts";
import { Problem } from "./problem.ts";
import { ID_BYTES_MAX, isId, readTiming } from "./query.ts";

/** What a body of entries is read with. */
export interface EntryLimits {
  readonly json: JsonLimits;
  readonly maxBatch: number;
}

const NAMES: readonly string[] = [
  "key",
  "message",
  "id",
  "delay",
  "at",
  "reschedule",
  "maxDelay",
] satisfies (keyof EntryBody)[];

/** The entries of a body, and a problem for each that is none. */
export function entriesOf(
  { body, mediaType }: {
    readonly body: Uint8Array;
    readonly mediaType: string | undefined;
  },
  { json, maxBatch }: EntryLimits,
): (TargetEntry | Problem)[] {
  const values = mediaType === MEDIA.lines
    ? parseLines(body, deepened(json, 1), maxBatch)
    : listOf(parseJson(body, ofMany(json, maxBatch)));
  if (values.length === 0) throw badBatch(400, "holds no entry");
  if (values.length > maxBatch) {
    throw badBatch(413, `holds more than ${maxBatch} entries`);
  }
  return values.map((value) => value instanceof Problem ? value : tried(value));
}

/** Each entry may hold what one message may. */
function ofMany(json: JsonLimits, count: number): JsonLimits {
  return { ...deepened(json, 2), maxNodes: (json.maxNodes + 8) * count };
}

/** What stands around a message is not the message. */
export function deepened(json: JsonLimits, levels: number): JsonLimits {
  return { ...json, maxDepth: json.maxDepth + levels };
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw badBatch(400, "is not a list");
}

function tried(value: unknown): TargetEntry | Problem {
  try {
    return entryOf(value);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

function entryOf(value: unknown): TargetEntry {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badEntry("is not an object");
  }
  const entry = value as Partial<EntryBody>; // Each is checked below.
  if (!Object.keys(entry).every((name) => NAMES.includes(name))) {
    throw badEntry("holds an unknown name");
  }
  const { key, message, id, delay, at, reschedule, maxDelay } = entry;
  if (typeof key !== "string") throw badEntry('needs "key", a text');
  checkName(key);
  checkText("at", at);
  checkText("reschedule", reschedule);
  checkMs("delay", delay);
  checkMs("maxDelay", maxDelay);
  checkId(id);
  const timing = readTiming({ delay, at, reschedule, maxDelay }, badValue);
  return {
    key,
    ...("message" in entry ? { message } : {}),
    ...(id === undefined ? {} : { id }),
    ...timing,
  };
}

function badValue(name: string, must: string): Problem {
  return badEntry(`needs "${name}" to be ${must}`);
}

function checkText(name: string, value: unknown): void {
  if (value === undefined || typeof value === "string") return;
  throw badValue(name, "a text");
}

function checkMs(name: string, value: unknown): void {
  if (value === undefined) return;
  if (Number.isSafeInteger(value) && Number(value) >= 0) return;
  throw badValue(name, "a whole number from 0");
}

function checkId(id: unknown): void {
  if (id === undefined || isId(id)) return;
  throw badEntry(`needs "id" to be 1 to ${ID_BYTES_MAX} bytes`);
}

function badEntry(why: string): Problem {
  return new Problem({
    status: 400,
    code: "WI-HTTP-ENTRY",
    detail: `The entry ${why}`,
    hint: `An entry is an object of ${NAMES.join(", ")}; it needs only key.`,
  });
}

function badBatch(status: 400 | 413, why: string): Problem {
  return new Problem({
    status,
    code: status === 413 ? "WI-HTTP-TOO-LARGE" : "WI-HTTP-ENTRY",
    detail: `The body ${why}`,
    hint: "Send a list of entries, or one of them on each line.",
  });
}
