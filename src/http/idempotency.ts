/**
 * Answers that are given a second time: a request that repeats a key gets what
 * the first one got, and is not carried out again. All of it is in memory, for
 * a while; what must outlive that is kept by the target, by the id of an enqueue.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import { toBase64Url } from "./base64.ts";
import { Problem } from "./problem.ts";

/** An answer, as it was sent. */
export interface StoredAnswer {
  /** Of HTTP. */
  readonly status: number;
  /** But those that are of one request alone. */
  readonly headers: Readonly<Record<string, string>>;
  /** As text. */
  readonly body: string;
}

/** A request that is to be carried out. One of its three ends must be called,
 * whatever happens: until then the key is busy. */
export interface Turn {
  /** `"open"`: it was answered before, but is to ask again. */
  readonly state: "new" | "open";
  /** The first answer, if the state is `"open"` and it was not too large. */
  readonly first?: StoredAnswer | undefined;
  /** It was carried out: this is the answer, from now on. */
  finish(answer: StoredAnswer): void;
  /** It was carried out, but a repeat shall ask again: a wait was over. */
  leave(answer: StoredAnswer): void;
  /** Nothing happened: as if it had never begun. */
  forget(): void;
}

/** What is to be done about a request with a key. */
export type Begun =
  | Turn
  /** Answer the same. */
  | { readonly state: "done"; readonly answer: StoredAnswer }
  /** The first one is being carried out: 409. */
  | { readonly state: "busy" }
  /** The key was that of another request: 422. */
  | { readonly state: "other" };

/** What makes two requests the same one. */
export interface RequestFacts {
  /** As `"POST"`. */
  readonly method: string;
  /** Below the mount point. */
  readonly path: string;
  /** As it was sent. */
  readonly query: string;
  /** Of the body; empty if there is none. */
  readonly contentType: string;
  /** As it was sent. */
  readonly body: Uint8Array;
}

interface Entry {
  readonly place: string;
  readonly fingerprint: string;
  /** What the first one got; a done one has it, a left one may have. */
  answer: StoredAnswer | undefined;
  /** Is the answer given again, without asking? */
  isDone: boolean;
  /** When it is forgotten; 0 until it is answered for the first time. */
  endsMs: number;
}

const BODY_LENGTH_MAX = 65_536;
/** Of all stored bodies together, in UTF-16 units. */
const BODIES_LENGTH_MAX = 16_777_216;

/** The keys of a window of time. */
export class Idempotency {
  readonly #clock: Clock;
  readonly #windowMs: number;
  readonly #entriesMax: number;
  readonly #busy: Map<string, Entry> = new Map();
  /** The one that was answered first comes first, and ends first. */
  readonly #answered: Map<string, Entry> = new Map();
  #bodiesLength = 0;

  /** Keeps each answer for `windowMs`, and `entriesMax` of them. */
  constructor({ clock, windowMs, entriesMax }: {
    readonly clock: Clock;
    readonly windowMs: number;
    readonly entriesMax: number;
  }) {
    this.#clock = clock;
    this.#windowMs = windowMs;
    this.#entriesMax = entriesMax;
  }

  /** How many keys are known. */
  get size(): number {
    return this.#busy.size + this.#answered.size;
  }

  /** A request came with the key of `place`. Throws a `Problem` 503 when as many
   * as may be known are busy. */
  begin(place: string, fingerprint: string): Begun {
    this.#dropEnded();
    const busy = this.#busy.get(place);
    const known = busy ?? this.#answered.get(place);
    if (known === undefined) return this.#beginNew(place, fingerprint);
    if (known.fingerprint !== fingerprint) return { state: "other" };
    if (busy !== undefined) return { state: "busy" };
    if (known.isDone && known.answer !== undefined) {
      return { state: "done", answer: known.answer };
    }
    this.#drop(known);
    this.#busy.set(place, known);
    return this.#turn(known);
  }

  #beginNew(place: string, fingerprint: string): Turn {
    if (this.size >= this.#entriesMax && !this.#dropOldest()) throw full();
    const entry: Entry = {
      place,
      fingerprint,
      answer: undefined,
      isDone: false,
      endsMs: 0,
    };
    this.#busy.set(place, entry);
    return this.#turn(entry);
  }

  #turn(entry: Entry): Turn {
    const first = entry.answer;
    const isNew = entry.endsMs === 0;
    const isBusy = (): boolean => this.#busy.get(entry.place) === entry;
    return {
      state: isNew ? "new" : "open",
      first,
      finish: (answer) => {
        if (isBusy()) this.#keep(entry, answer, true);
      },
      leave: (answer) => {
        if (isBusy()) this.#keep(entry, first ?? answer, false);
      },
      forget: () => {
        if (!isBusy()) return;
        if (isNew) this.#busy.delete(entry.place);
        else this.#keep(entry, first, false);
      },
    };
  }

  #keep(entry: Entry, answer: StoredAnswer | undefined, isDone: boolean): void {
    const length = answer?.body.length ?? 0;
    const isKept = length <= BODY_LENGTH_MAX;
    entry.answer = isKept ? answer : undefined;
    entry.isDone = isDone && isKept;
    entry.endsMs = this.#clock.now() + this.#windowMs;
    this.#busy.delete(entry.place);
    this.#answered.set(entry.place, entry);
    if (isKept) this.#bodiesLength += length;
    while (this.#bodiesLength > BODIES_LENGTH_MAX) this.#dropOldest();
  }

  #dropEnded(): void {
    const nowMs = this.#clock.now();
    for (const entry of this.#answered.values()) {
      if (entry.endsMs > nowMs) return;
      this.#drop(entry);
    }
  }

  /** `false`: there is none that may be dropped. */
  #dropOldest(): boolean {
    for (const entry of this.#answered.values()) {
      this.#drop(entry);
      return true;
    }
    return false;
  }

  #drop(entry: Entry): void {
    this.#answered.delete(entry.place);
    this.#bodiesLength -= entry.answer?.body.length ?? 0;
  }
}

/** The key as it is of one principal, and of no other. */
export function placeOf(principal: string, key: string): string {
  return `${principal.length}:${principal}:${key}`;
}

/** Names an enqueue for its target, which knows it longer than an endpoint does:
 * 43 characters. */
export async function idOf(principal: string, key: string): Promise<string> {
  const place = new TextEncoder().encode(placeOf(principal, key));
  return toBase64Url(await sha256(place));
}

/** The same of an id that an enqueue was given: however it reads, it is not the
 * key of a request. */
export function ownIdOf(principal: string, id: string): Promise<string> {
  return idOf(principal, `\v${id}`); // No header holds that.
}

/** Differs for requests that are not the same. */
export async function fingerprintOf(facts: RequestFacts): Promise<string> {
  const { method, path, query, contentType, body } = facts;
  const head = JSON.stringify([method, path, query, contentType]);
  return `${head}${toBase64Url(await sha256(body))}`;
}

async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  const source = bytes as Uint8Array<ArrayBuffer>; // Nobody shares its memory.
  return new Uint8Array(await crypto.subtle.digest("SHA-256", source));
}

function full(): Problem {
  return new Problem({
    status: 503,
    code: "WI-HTTP-CAPACITY",
    detail: "Too many requests with an Idempotency-Key are in progress",
    hint: "Send it again in a while, with the same key.",
    headers: { "Retry-After": "1" },
  });
}
