/**
 * Where all requests of an endpoint are answered: whatever is thrown on the way
 * becomes a problem, and is told to nobody but the owner if it is none.
 *
 * @module
 */
import type { Principal } from "./auth.ts";
import { readBody } from "./body.ts";
import { Call } from "./call.ts";
import { crowded } from "./capacity.ts";
import type {
  CheckedEndpointOptions,
  RequestSource,
} from "./endpoint_options.ts";
import {
  admitStranger,
  checkHost,
  checkSilent,
  limitsOf,
  open,
} from "./gate.ts";
import { traceparentOf } from "./media.ts";
import { checkOrigin } from "./origin.ts";
import { makeParts, type Parts } from "./parts.ts";
import { isAt, makePlace, type Place } from "./place.ts";
import { Problem } from "./problem.ts";
import { answerOf, COMMON, internal, problemOf } from "./problems.ts";
import type { Route } from "./route.ts";

/** A request that has found its route. */
export interface Arrival {
  readonly request: Request;
  readonly path: string;
  readonly place: Place;
  readonly handle: Route["handle"];
  /** What the host handed over besides. */
  readonly info: unknown;
}

/** One endpoint's. */
export class Desk {
  readonly #parts: Parts;
  /** The name of the last request: a number, as that is the cheapest to write,
   * from a beginning that tells processes apart. */
  #lastId: number;

  constructor(
    target: Parts["target"],
    options: CheckedEndpointOptions,
    routes: readonly Route[],
  ) {
    this.#parts = makeParts(target, options, routes.map(makePlace));
    this.#lastId = Math.floor((1 + options.random() * 8) * 10 ** 6) * 10 ** 9;
  }

  /** In the order of the routes. */
  get places(): readonly Place[] {
    return this.#parts.places;
  }

  /** Answers a request, whatever becomes of it. One function for all of it, as
   * each more that waits costs every request. */
  async answer(
    { request, path, place, handle, info }: Arrival,
  ): Promise<Response> {
    const parts = this.#parts;
    const { onRequest, clock } = parts.options;
    const startMs = onRequest === undefined ? 0 : clock.now();
    const requestId = this.#nextId();
    const call = new Call(request, place, { path, requestId, info });
    let response: Response;
    try {
      checkHost(call, parts);
      if (place.action !== undefined) {
        checkOrigin(call, parts);
        if (!parts.capacity.enter()) throw crowded(parts.options.random);
        call.isIn = true;
        const opening = open(call, parts);
        if (opening !== undefined) await opening;
        if (!call.isKnown) await admitStranger(call, parts);
        else if (place.takes !== "nothing") {
          call.body = await readBody(call.request, limitsOf(call, parts));
          if (call.mediaType === undefined) checkSilent(call);
        }
      }
      response = await handle(call, parts);
    } catch (error) {
      response = this.#failed(call, error);
    }
    if (call.isIn) parts.capacity.leave();
    const { status } = response;
    place.answered.set(status, (place.answered.get(status) ?? 0) + 1);
    if (onRequest !== undefined) this.#tell(call, { status, startMs });
    return response;
  }

  /** Nothing is here, or not for this method. */
  refuse(request: Request, path: string): Response {
    const methods = new Set(
      this.places.filter((place) => isAt(place, path)).flatMap(({ method }) =>
        method === "GET" ? ["GET", "HEAD"] : [method]
      ),
    );
    const requestId = this.#nextId();
    const problem = methods.size === 0
      ? notFound()
      : wrongMethod([...methods].join(", "));
    const { status } = problem;
    const { onRequest, clock } = this.#parts.options;
    if (onRequest !== undefined) {
      this.#tell({ request, requestId }, { status, startMs: clock.now() });
    }
    return answerOf(problem, requestId);
  }

  /** Gives an answer of another's making what all answers have. */
  sign(headers: Headers): void {
    headers.set("X-Request-Id", this.#nextId());
    for (const [name, value] of Object.entries(COMMON)) {
      headers.set(name, value);
    }
  }

  /** Ends streams, and sees and times no more. */
  close(): void {
    const { streams, observation, deadlines } = this.#parts;
    streams.close();
    observation.close();
    deadlines.close();
  }

  /** What was thrown may be anything. */
  #failed({ requestId, place, headers }: Call, error: unknown): Response {
    const { options } = this.#parts;
    const problem = problemOf(error, options);
    if (problem !== undefined) return answerOf(problem, requestId, headers);
    this.#report(error, { requestId, route: place.path });
    return answerOf(internal(), requestId, headers);
  }

  #report(error: unknown, source: RequestSource): void {
    try {
      this.#parts.options.onError(error, source);
    } catch { /* There is nobody else to tell. */ }
  }

  /** Tells the access log, which cannot harm the answer. */
  #tell(asked: Asked, { status, startMs }: Told): void {
    const { request, requestId, place, principal, kind } = asked;
    const { onRequest, clock } = this.#parts.options;
    const route = place?.path;
    try {
      onRequest?.({
        method: request.method,
        route,
        status,
        ms: clock.now() - startMs,
        principal: principal?.id || undefined,
        kind: kind || undefined,
        requestId,
        traceparent: traceparentOf(request.headers.get("traceparent")),
      });
    } catch (error) {
      this.#report(error, { requestId, route });
    }
  }

  #nextId(): string {
    return String(++this.#lastId);
  }
}

/** What the access log is told of; of a request without a route there is less. */
interface Asked {
  readonly request: Request;
  readonly requestId: string;
  readonly place?: Place;
  readonly principal?: Principal;
  readonly kind?: string;
}

interface Told {
  readonly status: number;
  readonly startMs: number;
}

function notFound(): Problem {
  return new Problem({
    status: 404,
    code: "WI-HTTP-NOT-FOUND",
    detail: "There is nothing at this path",
    hint:
      "GET /openapi.json tells what there is. A slash in a kind or key is " +
      "written %2F.",
  });
}

function wrongMethod(allow: string): Problem {
  return new Problem({
    status: 405,
    code: "WI-HTTP-METHOD",
    detail: "This path does not know this method",
    hint: `It knows ${allow}.`,
    headers: { "Allow": allow },
  });
}
