/**
 * What the requests of one endpoint share.
 *
 * @module
 */
import type { Target } from "../core/target.ts";
import { type BodyLimits, tickOf } from "./body.ts";
import { Capacity } from "./capacity.ts";
import { Deadlines } from "./deadlines.ts";
import type { CheckedEndpointOptions } from "./endpoint_options.ts";
import { EventLog } from "./event_log.ts";
import { EventStreams } from "./event_streams.ts";
import { Idempotency } from "./idempotency.ts";
import type { JsonLimits } from "./json.ts";
import { Metrics } from "./metrics.ts";
import { Observation } from "./observation.ts";
import { RateLimit } from "./rate_limit.ts";
import { Shares } from "./shares.ts";
import type { Place } from "./place.ts";

/** All of them. */
export interface Parts {
  readonly options: CheckedEndpointOptions;
  readonly target: Target;
  readonly places: readonly Place[];
  readonly capacity: Capacity;
  /** Who waits for a result. */
  readonly waiters: Shares;
  readonly rate: RateLimit | undefined;
  readonly idempotency: Idempotency;
  readonly deadlines: Deadlines;
  /** Of one message. */
  readonly limits: BodyLimits;
  /** Of many. */
  readonly batchLimits: BodyLimits;
  readonly json: JsonLimits;
  readonly observation: Observation;
  readonly log: EventLog;
  readonly streams: EventStreams;
  readonly metrics: Metrics;
}

/** Makes the parts of an endpoint. */
export function makeParts(
  target: Target,
  options: CheckedEndpointOptions,
  places: readonly Place[],
): Parts {
  const { clock, bodyTimeout, minRate, rate } = options;
  const { maxDepth, maxNodes, maxKeys } = options;
  const afterMs = tickOf(bodyTimeout);
  const deadlines = new Deadlines({ clock, afterMs });
  const time = { timeoutMs: bodyTimeout, minRate, deadlines, clock };
  const log = new EventLog(epochOf(options.random));
  const isShared = options.auth !== undefined;
  const streams = new EventStreams(log, { ...options, isShared });
  const metrics = new Metrics(clock);
  return {
    options,
    target,
    places,
    capacity: new Capacity(options.maxInFlight),
    waiters: new Shares(options.maxWaiting, { isShared }),
    rate: rate && new RateLimit({ ...rate, clock }),
    idempotency: new Idempotency({
      clock,
      windowMs: options.idempotencyWindow,
      entriesMax: options.idempotencyEntries,
    }),
    deadlines,
    limits: { ...time, maxBytes: options.maxBytes },
    batchLimits: { ...time, maxBytes: options.maxBatchBytes },
    json: { maxDepth, maxNodes, maxKeys },
    observation: new Observation(target, { log, streams, metrics }),
    log,
    streams,
    metrics,
  };
}

/** Tells one endpoint, or process, from the next. */
export function epochOf(random: () => number): string {
  return Math.floor(random() * 2 ** 40).toString(36).padStart(8, "0");
}
