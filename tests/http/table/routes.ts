/**
 * All routes, as a caller sees them: of each a request that is well formed.
 *
 * @module
 */

/** A route. */
export interface Route {
  readonly method: "GET" | "POST" | "DELETE";
  /** A target of it. */
  readonly target: string;
  /** May anybody use it? */
  readonly isPublic?: boolean;
  /** The body that it takes. */
  readonly body?: string;
  /** The type of the body, where it is not plain JSON. */
  readonly type?: string;
}

const ITEM = "/v1/items/record/%M";

/** All of them. */
export const ROUTES: readonly Route[] = [
  { method: "POST", target: `${ITEM}/messages`, body: '{"doc":"%M"}' },
  {
    method: "POST",
    target: "/v1/items/record/messages",
    body: '[{"key":"%M","message":1}]',
  },
  {
    method: "POST",
    target: "/v1/cloudevents",
    body:
      '{"specversion":"1.0","id":"%M","source":"/t","type":"record","subject":"%M"}',
    type: "application/cloudevents+json",
  },
  { method: "GET", target: "/v1/kinds" },
  { method: "GET", target: "/v1/items/record" },
  { method: "GET", target: ITEM },
  { method: "DELETE", target: ITEM },
  { method: "POST", target: `${ITEM}/cancel` },
  { method: "POST", target: `${ITEM}/suspend` },
  { method: "POST", target: `${ITEM}/resume` },
  { method: "POST", target: `${ITEM}/reset` },
  { method: "GET", target: "/v1/dead/record" },
  { method: "POST", target: "/v1/dead/record/%M/redrive" },
  { method: "DELETE", target: "/v1/dead/record/%M/some-id" },
  { method: "POST", target: "/v1/scheduler/pause" },
  { method: "POST", target: "/v1/scheduler/resume" },
  { method: "GET", target: "/v1/stats" },
  { method: "GET", target: "/v1/events" },
  { method: "GET", target: "/metrics" },
  { method: "GET", target: "/openapi.json" },
  { method: "GET", target: "/healthz", isPublic: true },
  { method: "GET", target: "/readyz", isPublic: true },
];
