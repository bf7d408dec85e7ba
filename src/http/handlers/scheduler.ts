/**
 * The scheduler as a whole: what it counts, what happens in it, and how it is.
 *
 * @module
 */
import { MEDIA, type StatsBody } from "../../client/wire.ts";
import { empty, json, plain } from "../answers.ts";
import type { Call } from "../call.ts";
import { descriptionOf } from "../openapi/description.ts";
import type { Parts } from "../parts.ts";
import { Problem } from "../problem.ts";
import { problemOf, retryAfter } from "../problems.ts";

const METRICS = "text/plain; version=0.0.4; charset=utf-8";

/** `POST /v1/scheduler/pause` */
export async function pauseAll(
  call: Call,
  { target }: Parts,
): Promise<Response> {
  await target.pause(true);
  return empty(call, 204);
}

/** `POST /v1/scheduler/resume` */
export async function resumeAll(
  call: Call,
  { target }: Parts,
): Promise<Response> {
  await target.pause(false);
  return empty(call, 204);
}

/** `GET /v1/stats` */
export async function getStats(
  call: Call,
  { target }: Parts,
): Promise<Response> {
  const body: StatsBody = await target.snapshot();
  return json(call, body);
}

/** `GET /metrics` */
export async function getMetrics(
  call: Call,
  { target, metrics, places, observation }: Parts,
): Promise<Response> {
  observation.begin();
  const text = metrics.text(await target.snapshot(), places);
  return plain(call, text, { "Content-Type": METRICS });
}

/** `GET /v1/events` */
export async function getEvents(call: Call, parts: Parts): Promise<Response> {
  const { kind } = call.query;
  if (kind !== undefined) {
    const kinds = await parts.target.kinds();
    if (!kinds.some(({ name }) => name === kind)) {
      throw problemOf({ code: "WI-UNKNOWN-KIND" }, parts.options);
    }
  }
  const headers = {
    "Content-Type": MEDIA.events,
    "X-Accel-Buffering": "no", // Proxies would hold them back.
  };
  if (call.request.method === "HEAD") return plain(call, "", headers);
  parts.observation.beginLog();
  const stream = parts.streams.open({
    principal: call.principal.id,
    kind,
    lastId: call.header("last-event-id") || undefined, // Empty says nothing.
    signal: call.signal,
  });
  return plain(call, stream, headers);
}

/** `GET /openapi.json` */
export async function getDescription(
  call: Call,
  { target }: Parts,
): Promise<Response> {
  return json(call, descriptionOf(await target.kinds()));
}

/** `GET /healthz` */
export function getHealth(call: Call): Response {
  return json(call, { status: "ok" });
}

/** `GET /readyz` */
export async function getReadiness(
  call: Call,
  { target, options }: Parts,
): Promise<Response> {
  if (target.refusal !== "closed" && await isThere(target)) {
    return json(call, { status: "ok" });
  }
  throw new Problem({
    status: 503,
    code: "WI-HTTP-NOT-READY",
    detail: "The scheduler is closed, or its store does not answer",
    hint: "Send requests elsewhere until it is ready again.",
    headers: { "Retry-After": retryAfter(options.random) },
  });
}

async function isThere(target: Parts["target"]): Promise<boolean> {
  try {
    await Promise.all([target.snapshot(), target.kinds()]);
    return true;
  } catch {
    return false;
  }
}
