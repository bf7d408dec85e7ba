/**
 * CloudEvents 1.0 over HTTP, one at a time: structured (an object of JSON) and
 * binary (attributes in headers, data as the body). What an event carries is
 * the message; who sent which event names the enqueue.
 *
 * @module
 */
import { MEDIA } from "../client/wire.ts";
import type { Call } from "./call.ts";
import { deepened } from "./entries.ts";
import { type JsonLimits, parseJson } from "./json.ts";
import { Problem } from "./problem.ts";

/** What is read of an event. */
export interface CloudEvent {
  readonly type: string;
  readonly subject: string | undefined;
  readonly message: unknown;
  /** Names it among all events. */
  readonly eventKey: string;
}

/** What an event says, whichever way it came. */
interface Attributes {
  readonly specversion?: unknown;
  readonly id?: unknown;
  readonly source?: unknown;
  readonly type?: unknown;
  readonly subject?: unknown;
  readonly datacontenttype?: unknown;
}

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json(?:\s*;.*)?$/i;
const TEXT_LENGTH_MAX = 2_048;

/** Does a body of JSON come as an event, in binary mode? */
export function isEvent(call: Call): boolean {
  return call.header("ce-specversion") !== null;
}

/** Reads an event, or throws a `Problem`. */
export function eventOf(call: Call, limits: JsonLimits): CloudEvent {
  return call.mediaType === MEDIA.cloudEvent
    ? structured(parseJson(call.body, deepened(limits, 1)))
    : binary(call, limits);
}

function structured(value: unknown): CloudEvent {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badEvent("is not an object");
  }
  const event = value as Attributes & { // Each is checked where it is read.
    readonly data?: unknown;
    readonly data_base64?: unknown;
  };
  if (event.data_base64 !== undefined) throw badData();
  const { datacontenttype } = event;
  const isJson = datacontenttype === undefined || datacontenttype === null ||
    typeof datacontenttype === "string" && JSON_TYPE.test(datacontenttype);
  if (!isJson) throw badData();
  return read(event, event.data);
}

function binary(call: Call, limits: JsonLimits): CloudEvent {
  const attribute = (name: string): string | undefined =>
    decoded(call.header(`ce-${name}`));
  const { body } = call;
  return read({
    specversion: attribute("specversion"),
    id: attribute("id"),
    source: attribute("source"),
    type: attribute("type"),
    subject: attribute("subject"),
  }, body.length === 0 ? undefined : parseJson(body, limits));
}

function read(event: Attributes, message: unknown): CloudEvent {
  if (event.specversion !== "1.0") throw badEvent("is not of version 1.0");
  const id = textOf(event.id, "id");
  const source = textOf(event.source, "source");
  const type = textOf(event.type, "type");
  const subject = event.subject === undefined || event.subject === null
    ? undefined
    : textOf(event.subject, "subject");
  // No header holds a control character: this is the key of no other request.
  const eventKey = `\r${JSON.stringify([source, id])}`;
  return { type, subject, message, eventKey };
}

function textOf(value: unknown, name: string): string {
  const isText = typeof value === "string" && value !== "" &&
    value.length <= TEXT_LENGTH_MAX;
  if (isText) return value;
  throw badEvent(
    `needs "${name}", a text of 1 to ${TEXT_LENGTH_MAX} characters`,
  );
}

/** Headers carry what is no visible ASCII percent-encoded. */
function decoded(header: string | null): string | undefined {
  if (header === null) return undefined;
  try {
    return header.includes("%") ? decodeURIComponent(header) : header;
  } catch {
    throw badEvent("has a header that is not percent-encoded UTF-8");
  }
}

/** Refuses an event. */
export function badEvent(why: string): Problem {
  return new Problem({
    status: 400,
    code: "WI-HTTP-EVENT",
    detail: `The event ${why}`,
    hint: "Send a CloudEvent of version 1.0, with id, source and type; where " +
      "the path names no item, type is its kind and subject its key.",
  });
}

function badData(): Problem {
  return new Problem({
    status: 415,
    code: "WI-HTTP-MEDIA",
    detail: "The data of an event must be JSON",
    hint: "Send JSON as data, not data_base64, and no other datacontenttype.",
  });
}
