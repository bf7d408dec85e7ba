/**
 * What the headers of a request must be, and what they say.
 *
 * @module
 */
import type { Place } from "./places.ts";

/** What the headers say. */
export interface Said {
  /** In small letters, without parameters. */
  readonly type: string | undefined;
  /** `Idempotency-Key`. */
  readonly key: string | undefined;
  /** Seconds. */
  readonly wait: number | undefined;
}

const TYPES: Readonly<Record<string, readonly string[]>> = {
  message: ["application/json", "application/cloudevents+json"],
  batch: ["application/json", "application/x-ndjson"],
  event: ["application/json", "application/cloudevents+json"],
};

/** Calls `refuse` for each thing that is wrong. */
export function judgeHeaders(
  { takes }: Place,
  headers: Headers,
  refuse: (status: number) => void,
): Said {
  const length = headers.get("content-length");
  const nothing = { type: undefined, key: undefined, wait: undefined };
  if (takes === "nothing") {
    const isBare = (length === null || length === "0") &&
      !headers.has("transfer-encoding");
    if (!isBare) refuse(400);
    return nothing;
  }
  const given = headers.get("content-type");
  const type = given === null ? undefined : typeOf(given);
  const isBare = given === null && (length === null || length === "0");
  if (!isBare && !TYPES[takes]?.includes(type ?? "")) refuse(415);
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity") refuse(415);
  const header = headers.get("idempotency-key");
  const key = header === null ? undefined : keyOf(header);
  if (header !== null && key === undefined) refuse(400);
  const wait = takes === "batch" ? undefined : waitOf(headers.get("prefer"));
  return { type, key, wait };
}

function typeOf(text: string): string | undefined {
  const [type = "", ...parameters] = text.split(";");
  const areFine = parameters.length < 2 &&
    parameters.every((each) => /^charset=(utf-8|"utf-8")$/i.test(each.trim()));
  return areFine ? type.trim().toLowerCase() : undefined;
}

function keyOf(text: string): string | undefined {
  if (/^[^"\s][\x21-\x7e]{0,254}$/.test(text) && /^[\x21-\x7e]/.test(text)) {
    return text;
  }
  const inner = /^"((?:[^"\\]|\\["\\])*)"$/.exec(text)?.[1];
  const key = inner?.replaceAll(/\\(["\\])/g, "$1");
  return key !== undefined && /^[\x20-\x7e]{1,255}$/.test(key)
    ? key
    : undefined;
}

function waitOf(text: string | null): number | undefined {
  if (text === null || text.length > 1_024) return undefined;
  for (const preference of text.split(",")) {
    const [word = ""] = preference.split(";");
    const [name = "", ...rest] = word.split("=");
    if (name.trim().toLowerCase() !== "wait") continue;
    const value = rest.join("=").trim().replace(/^"(.*)"$/, "$1");
    return /^\d{1,9}$/.test(value) && +value > 0 ? +value : undefined;
  }
  return undefined;
}
