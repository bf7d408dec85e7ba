/**
 * The description of enqueues.
 *
 * @module
 */
import {
  answer,
  asked,
  header,
  KEY,
  KIND,
  type Operation,
  type Parameter,
  query,
  responses,
} from "./parts.ts";
import { listOf, MS, oneOf, TEXT, the } from "./schema.ts";

const IDEMPOTENCY = asked(
  "Idempotency-Key",
  "A repeat with the same key gets the first answer and does nothing. It is " +
    "not what coalesces: that is the key of the item.",
);
const TRACE = asked("traceparent", "W3C trace context, for the log.");
const ID = query(
  "id",
  "Names the enqueue: a second one of the same item does nothing.",
  TEXT,
);
const SINGLE: readonly Parameter[] = [
  query("delay", "Not before so long from now.", MS),
  query("at", "Not before this time.", { type: "string", format: "date-time" }),
  query(
    "reschedule",
    "What becomes of a delay that there is.",
    oneOf("earliest", "keep", "latest"),
  ),
  query("maxDelay", "The bound of all its delays.", MS),
  IDEMPOTENCY,
  asked("Prefer", "wait=10: waits so many seconds for the result."),
  TRACE,
];
const APPLIED = header("How long it may have waited.", false);

const RESPONSES = responses({
  200: answer("The run has succeeded, and this is its result.", the("Result"), {
    "Preference-Applied": header("How long it may have waited."),
  }),
  202: answer("It is kept, and will run.", the("Receipt"), {
    "Location": header("The item, relative to this."),
    "Preference-Applied": APPLIED,
  }),
});

/** Enqueues by their paths. */
export const ENQUEUES: Readonly<
  Record<string, Readonly<Record<string, Operation>>>
> = {
  "/v1/items/{kind}/{key}/messages": {
    post: {
      operationId: "enqueue",
      summary: "Enqueues an item. Without a body it is a mere wake-up.",
      parameters: [KIND, KEY, ID, ...SINGLE],
      requestBody: {
        required: false,
        content: {
          "application/json": { schema: the("Message") },
          "application/cloudevents+json": { schema: the("CloudEvent") },
        },
      },
      responses: RESPONSES,
    },
  },
  "/v1/items/{kind}/messages": {
    post: {
      operationId: "enqueueMany",
      summary: "Enqueues many items of a kind, each answered by itself.",
      parameters: [KIND, IDEMPOTENCY, TRACE],
      requestBody: {
        required: true,
        content: {
          "application/json": {
            schema: { ...listOf(the("Entry")), minItems: 1, maxItems: 1_000 },
          },
          "application/x-ndjson": {
            schema: { ...TEXT, description: "One entry a line." },
          },
        },
      },
      responses: responses({
        202: answer("What became of each.", the("Batch")),
      }),
    },
  },
  "/v1/cloudevents": {
    post: {
      operationId: "enqueueEvent",
      summary: "Enqueues by a CloudEvent: type is the kind, subject the key, " +
        "source and id its idempotency.",
      parameters: SINGLE,
      requestBody: {
        required: true,
        content: {
          "application/cloudevents+json": { schema: the("CloudEvent") },
          "application/json": { schema: the("Message") },
        },
      },
      responses: RESPONSES,
    },
  },
};
