/**
 * All that can be asked of an endpoint. The router, the answers to wrong
 * methods and the metrics are made of this table, and the description of the
 * API is checked against it.
 *
 * @module
 */
import { postMessages } from "./handlers/batch.ts";
import { postEvent } from "./handlers/cloud_event.ts";
import { postMessage } from "./handlers/enqueue.ts";
import {
  cancelItem,
  deleteItem,
  getItem,
  getItems,
  getKinds,
  resetItem,
  resumeItem,
  suspendItem,
} from "./handlers/items.ts";
import {
  deleteLetter,
  getLetters,
  redriveLetters,
} from "./handlers/letters.ts";
import {
  getDescription,
  getEvents,
  getHealth,
  getMetrics,
  getReadiness,
  getStats,
  pauseAll,
  resumeAll,
} from "./handlers/scheduler.ts";
import type { Route } from "./route.ts";

const TIMING = ["delay", "at", "reschedule", "maxDelay"];
const PAGE = ["prefix", "cursor", "limit"];
const ITEM = "/v1/items/:kind/:key";

const ENQUEUES: readonly Route[] = [
  {
    method: "POST",
    path: `${ITEM}/messages`,
    action: "enqueue",
    takes: "message",
    query: ["id", ...TIMING],
    handle: postMessage,
  },
  {
    method: "POST",
    path: "/v1/items/:kind/messages",
    action: "enqueue",
    takes: "batch",
    handle: postMessages,
  },
  {
    method: "POST",
    path: "/v1/cloudevents",
    action: "enqueue",
    takes: "event",
    query: TIMING,
    handle: postEvent,
  },
];

const ITEMS: readonly Route[] = [
  { method: "GET", path: "/v1/kinds", action: "inspect", handle: getKinds },
  {
    method: "GET",
    path: "/v1/items/:kind",
    action: "list",
    query: [...PAGE, "state"],
    handle: getItems,
  },
  { method: "GET", path: ITEM, action: "inspect", handle: getItem },
  { method: "DELETE", path: ITEM, action: "delete", handle: deleteItem },
  {
    method: "POST",
    path: `${ITEM}/cancel`,
    action: "cancel",
    query: ["running"],
    handle: cancelItem,
  },
  {
    method: "POST",
    path: `${ITEM}/suspend`,
    action: "control",
    handle: suspendItem,
  },
  {
    method: "POST",
    path: `${ITEM}/resume`,
    action: "control",
    handle: resumeItem,
  },
  {
    method: "POST",
    path: `${ITEM}/reset`,
    action: "control",
    handle: resetItem,
  },
];

const LETTERS: readonly Route[] = [
  {
    method: "GET",
    path: "/v1/dead/:kind",
    action: "list",
    query: PAGE,
    handle: getLetters,
  },
  {
    method: "POST",
    path: "/v1/dead/:kind/:key/redrive",
    action: "control",
    query: ["id"],
    handle: redriveLetters,
  },
  {
    method: "DELETE",
    path: "/v1/dead/:kind/:key/:id",
    action: "delete",
    handle: deleteLetter,
  },
];

const SCHEDULER: readonly Route[] = [
  {
    method: "POST",
    path: "/v1/scheduler/pause",
    action: "admin",
    handle: pauseAll,
  },
  {
    method: "POST",
    path: "/v1/scheduler/resume",
    action: "admin",
    handle: resumeAll,
  },
  { method: "GET", path: "/v1/stats", action: "stats", handle: getStats },
  {
    method: "GET",
    path: "/v1/events",
    action: "events",
    query: ["kind"],
    handle: getEvents,
  },
  { method: "GET", path: "/metrics", action: "stats", handle: getMetrics },
  {
    method: "GET",
    path: "/openapi.json",
    action: "inspect",
    handle: getDescription,
  },
  { method: "GET", path: "/healthz", action: undefined, handle: getHealth },
  { method: "GET", path: "/readyz", action: undefined, handle: getReadiness },
];

/** All routes. */
export const ROUTES: readonly Route[] = [
  ...ENQUEUES,
  ...ITEMS,
  ...LETTERS,
  ...SCHEDULER,
];
