/**
 * The schemas of all bodies, by name: those of `client/wire.ts`.
 *
 * @module
 */
import {
  ANY,
  COUNT,
  FLAG,
  type JsonSchema,
  listOf,
  MS,
  oneOf,
  record,
  TEXT,
  text,
  the,
} from "./schema.ts";

const OUTCOME = oneOf(
  "queued",
  "coalesced",
  "rerun",
  "delayed",
  "skipped",
  "duplicate",
);
const RESCHEDULE = oneOf("earliest", "keep", "latest");
const NAME: JsonSchema = {
  type: "string",
  minLength: 1,
  maxLength: 512,
  description: '1 to 512 bytes, no control characters, not "." or "..".',
};
const VERSION = text("Changes whenever the item does.");
const CURSOR = text("For the next page; absent on the last.");
const RECEIPT = { outcome: OUTCOME, version: VERSION };

/** What an item is doing. */
export const STATE: JsonSchema = oneOf(
  "idle",
  "queued",
  "delayed",
  "backoff",
  "suspended",
  "held",
  "running",
  "deleting",
  "deleted",
);

const PROBLEM = {
  type: text("urn:workitem:error: and the code."),
  title: TEXT,
  status: { type: "integer", minimum: 400, maximum: 599 },
  detail: text("What was refused and why."),
  code: { type: "string", pattern: "^WI-[A-Z]+(-[A-Z]+)*$" },
  hint: text("What to do about it."),
  instance: { type: "string", pattern: "^urn:workitem:request:[\\w-]+$" },
  errors: listOf(record({
    pointer: text("Where, as RFC 6901 has it."),
    detail: text("What is wrong there."),
  })),
} satisfies Readonly<Record<string, JsonSchema>>;

const ENTRY = record({
  key: NAME,
  message: { description: "Absent: a mere wake-up." },
  id: {
    ...NAME,
    description: "A second entry of this key with it does nothing.",
  },
  delay: MS,
  at: { type: "string", format: "date-time" },
  reschedule: RESCHEDULE,
  maxDelay: MS,
}, ["message", "id", "delay", "at", "reschedule", "maxDelay"]);

const ITEM = record({
  kind: NAME,
  key: NAME,
  state: STATE,
  version: VERSION,
  owed: FLAG,
  messages: COUNT,
  dueIn: {
    type: "number",
    description: "Milliseconds until its delay or backoff ends.",
  },
  running: COUNT,
  failures: COUNT,
  held: FLAG,
  suspended: FLAG,
}, ["dueIn"]);

const LETTER = record({
  kind: NAME,
  key: NAME,
  id: TEXT,
  messages: COUNT,
  error: text("Why, for people."),
  failures: COUNT,
  at: { type: "number", description: "Milliseconds since 1970." },
});

const STATS = record({
  owed: COUNT,
  ready: COUNT,
  running: COUNT,
  delayed: COUNT,
  backoff: COUNT,
  held: COUNT,
  suspended: COUNT,
  concurrency: COUNT,
  starts: COUNT,
  ok: COUNT,
  failed: COUNT,
  aborted: COUNT,
  stuck: COUNT,
  skipped: COUNT,
  settling: {
    ...COUNT,
    description: "Runs whose end is not stored yet, where there is a store.",
  },
  paused: FLAG,
  closed: FLAG,
}, ["settling"]);

const EVENT: JsonSchema = {
  type: "object",
  description: "A CloudEvent of version 1.0, in structured mode.",
  properties: {
    specversion: { const: "1.0" },
    id: TEXT,
    source: TEXT,
    type: text("The kind, where the path does not name it."),
    subject: text("The key, where the path does not name it."),
    data: { description: "The message." },
  },
  required: ["specversion", "id", "source", "type"],
};

/** All of them. */
export const SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  Message: { description: "What the kind takes: see Message.<kind>." },
  CloudEvent: EVENT,
  Receipt: record(RECEIPT),
  Result: record({ ...RECEIPT, result: ANY }, ["result"]),
  Entry: ENTRY,
  EntryAnswer: {
    anyOf: [
      record({ status: { const: 202 }, ...RECEIPT }),
      the("Problem"),
    ],
  },
  Batch: record({
    accepted: COUNT,
    refused: COUNT,
    results: listOf(the("EntryAnswer")),
  }),
  Taken: record({ owed: FLAG, messages: listOf(ANY) }),
  Redriven: record({ messages: COUNT }),
  Item: ITEM,
  ItemPage: record({ items: listOf(the("Item")), cursor: CURSOR }, ["cursor"]),
  Letter: LETTER,
  LetterPage: record(
    { items: listOf(the("Letter")), cursor: CURSOR },
    ["cursor"],
  ),
  Kinds: record({
    kinds: listOf(record(
      { name: NAME, messageSchema: { type: "object" } },
      ["messageSchema"],
    )),
  }),
  Stats: STATS,
  Health: record({ status: { const: "ok" } }),
  Problem: record(PROBLEM, ["errors"]),
};
