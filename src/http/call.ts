/**
 * One request, as far as it has been read, on its way to its handler.
 *
 * @module
 */
import type { Principal } from "./auth.ts";
import { nameOf, segmentOf } from "./paths.ts";
import type { Query } from "./query.ts";
import type { Place } from "./place.ts";

const NOBODY: Principal = { id: "" };
const NO_BYTES: Uint8Array = new Uint8Array(0);
const NO_QUERY: Query = {};

/** What handlers know of a request. Who may write: the gate, in its order. */
export class Call {
  readonly request: Request;
  readonly place: Place;
  /** As it came, still encoded. */
  readonly path: string;
  readonly requestId: string;
  /** Who asks; nobody until that is known. */
  principal: Principal = NOBODY;
  isKnown = false;
  /** Of the path, decoded; empty where the route names none. */
  kind = "";
  key = "";
  /** Of a dead letter. */
  letter = "";
  query: Query = NO_QUERY;
  /** Of the body, if there is one. */
  mediaType: string | undefined = undefined;
  /** `Idempotency-Key`. */
  idempotencyKey: string | undefined = undefined;
  /** How long to wait for a result. */
  waitMs: number | undefined = undefined;
  body: Uint8Array = NO_BYTES;
  /** Does it hold one of the places of those that are served at once? */
  isIn = false;
  /** What the answer is to have besides its own headers. */
  headers: Readonly<Record<string, string>> | undefined = undefined;

  /** What the host handed over besides the request. */
  readonly #info: unknown;

  constructor(
    request: Request,
    place: Place,
    { path, requestId, info }: {
      readonly path: string;
      readonly requestId: string;
      readonly info: unknown;
    },
  ) {
    this.request = request;
    this.place = place;
    this.path = path;
    this.requestId = requestId;
    this.#info = info;
  }

  /** Aborts when the caller is gone; `undefined` where the host tells it in
   * another way, and warns of this one, as Deno does: it cancels streams. */
  get signal(): AbortSignal | undefined {
    const info = this.#info;
    const tells = typeof info === "object" && info !== null &&
      "completed" in info;
    return tells ? undefined : this.request.signal;
  }

  /** A header, by its name in small letters. */
  header(name: string): string | null {
    return this.request.headers.get(name);
  }

  /** Reads what the path names; throws a `Problem` if it names nothing. */
  readNames(): void {
    const { kindAt, keyAt, letterAt } = this.place;
    if (kindAt !== -1) this.kind = nameOf(segmentOf(this.path, kindAt));
    if (keyAt !== -1) this.key = nameOf(segmentOf(this.path, keyAt));
    if (letterAt !== -1) this.letter = nameOf(segmentOf(this.path, letterAt));
  }
}
