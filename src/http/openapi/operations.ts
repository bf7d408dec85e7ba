/**
 * The description of all that is no enqueue.
 *
 * @module
 */
import {
  answer,
  asked,
  header,
  KEY,
  KIND,
  named,
  nothing,
  type Operation,
  other,
  type Parameter,
  query,
  responses,
} from "./parts.ts";
import { type JsonSchema, the } from "./schema.ts";
import { STATE } from "./schemas.ts";

type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

const LIMIT: JsonSchema = { type: "integer", minimum: 1, maximum: 1_000 };
const PAGE: readonly Parameter[] = [
  query("prefix", "Only those whose key begins so."),
  query("cursor", "Where the last page ended."),
  query("limit", "How many at most; 100 if it is not said.", LIMIT),
];
const LINK = { "Link": header('The next page: rel="next".', false) };
const DONE = responses({ 204: nothing("It is done.") });
const TAKEN = responses({
  200: answer("What was taken back unrun.", the("Taken")),
});

/** An act upon one item that answers nothing. */
function act(operationId: string, summary: string): Operation {
  return { operationId, summary, parameters: [KIND, KEY], responses: DONE };
}

const ITEMS: Paths = {
  "/v1/kinds": {
    get: {
      operationId: "getKinds",
      summary: "The kinds that there are.",
      responses: responses({ 200: answer("The kinds.", the("Kinds")) }),
    },
  },
  "/v1/items/{kind}": {
    get: {
      operationId: "listItems",
      summary: "Items that are known, page by page.",
      parameters: [KIND, ...PAGE, query("state", "Only those.", STATE)],
      responses: responses({ 200: answer("A page.", the("ItemPage"), LINK) }),
    },
  },
  "/v1/items/{kind}/{key}": {
    get: {
      operationId: "getItem",
      summary: "All that is known of an item. It neither makes nor wakes it.",
      parameters: [KIND, KEY, asked("If-None-Match", "Versions known.")],
      responses: responses({
        200: answer("The item.", the("Item"), {
          "ETag": header("Its version."),
        }),
        304: nothing("It has not changed.", { "ETag": header("Its version.") }),
      }),
    },
    delete: {
      operationId: "deleteItem",
      summary: "Deletes an item; what is due runs once more.",
      parameters: [KIND, KEY],
      responses: TAKEN,
    },
  },
  "/v1/items/{kind}/{key}/cancel": {
    post: {
      operationId: "cancelItem",
      summary: "Takes back what waits.",
      parameters: [
        KIND,
        KEY,
        query("running", "Abort the runs in flight, too?", { type: "boolean" }),
      ],
      responses: TAKEN,
    },
  },
  "/v1/items/{kind}/{key}/suspend": {
    post: act("suspendItem", "Keeps an item from starting."),
  },
  "/v1/items/{kind}/{key}/resume": {
    post: act("resumeItem", "Lets an item start again."),
  },
  "/v1/items/{kind}/{key}/reset": {
    post: act("resetItem", "Ends a backoff or a hold."),
  },
};

const LETTERS: Paths = {
  "/v1/dead/{kind}": {
    get: {
      operationId: "listLetters",
      summary: "Dead letters, page by page; 501 where none are kept.",
      parameters: [KIND, ...PAGE],
      responses: responses({ 200: answer("A page.", the("LetterPage"), LINK) }),
    },
  },
  "/v1/dead/{kind}/{key}/redrive": {
    post: {
      operationId: "redriveLetters",
      summary: "Enqueues the messages of dead letters again.",
      parameters: [KIND, KEY, query("id", "Only of this letter.")],
      responses: responses({
        200: answer("How many there were.", the("Redriven")),
      }),
    },
  },
  "/v1/dead/{kind}/{key}/{id}": {
    delete: {
      operationId: "deleteLetter",
      summary: "Forgets a dead letter.",
      parameters: [KIND, KEY, named("id", "The id of the letter.")],
      responses: DONE,
    },
  },
};

const SCHEDULER: Paths = {
  "/v1/scheduler/pause": {
    post: {
      operationId: "pauseAll",
      summary: "Starts no more runs.",
      responses: DONE,
    },
  },
  "/v1/scheduler/resume": {
    post: {
      operationId: "resumeAll",
      summary: "Starts runs again.",
      responses: DONE,
    },
  },
  "/v1/stats": {
    get: {
      operationId: "getStats",
      summary: "Counts of the scheduler.",
      responses: responses({ 200: answer("The counts.", the("Stats")) }),
    },
  },
  "/v1/events": {
    get: {
      operationId: "getEvents",
      summary: "What happens from now on, as server-sent events.",
      parameters: [
        query("kind", "Only of this kind."),
        asked("Last-Event-ID", "Goes on behind this event, if it is known."),
      ],
      responses: responses({
        200: other("The events, until one side ends it.", "text/event-stream"),
      }),
    },
  },
};

const HOST: Paths = {
  "/metrics": {
    get: {
      operationId: "getMetrics",
      summary: "What Prometheus reads; it counts from the first look on.",
      responses: responses({
        200: other(
          "Its text format.",
          "text/plain; version=0.0.4; charset=utf-8",
        ),
      }),
    },
  },
  "/openapi.json": {
    get: {
      operationId: "getDescription",
      summary: "This.",
      responses: responses({
        200: answer("It.", { type: "object" }),
      }),
    },
  },
  "/healthz": {
    get: {
      operationId: "getHealth",
      summary: "Does the process answer?",
      security: [],
      responses: responses({ 200: answer("It does.", the("Health")) }),
    },
  },
  "/readyz": {
    get: {
      operationId: "getReadiness",
      summary: "Does the scheduler take work? Else 503.",
      security: [],
      responses: responses({ 200: answer("It does.", the("Health")) }),
    },
  },
};

/** All of them, by their paths. */
export const OPERATIONS: Paths = {
  ...ITEMS,
  ...LETTERS,
  ...SCHEDULER,
  ...HOST,
};
