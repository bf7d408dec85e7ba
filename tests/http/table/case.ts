/**
 * What a case of the table is: requests as data, and what is to come of them.
 *
 * @module
 */
import type { Packages } from "./host.ts";
import type { Answer } from "./parse.ts";
import type { Site, SiteName } from "./sites.ts";
import type { Wire } from "./wire.ts";

/** The laws of INVARIANTS that the table has cases of. */
export type Law =
  | `H${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}`
  | `H1${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}`
  | "H20"
  | "H21"
  /** Not a law: what every route answers when all is well. */
  | "routes";

/** What tells the cases from each other. */
export interface Mark {
  /** Its number. */
  readonly n: number;
  /** `m4rk3r-0017x`: in every payload, key and header of the case, and never in
   * an error. */
  readonly text: string;
  /** The trace id of its requests. */
  readonly trace: string;
}

/** A request, before it is bytes. What is left out is that of an enqueue that
 * is accepted. */
export interface Draft {
  /** `POST` by default. */
  readonly method?: string;
  /** The target, as it stands in the first line; `%M` is the mark. */
  readonly target?: string;
  /** Added to the usual ones, or instead of them; `undefined` leaves one out, a
   * list sends it more than once. `%M` is the mark. */
  readonly headers?: Headers;
  /** The bytes of the body; `null` for none. `%M` in a text is the mark. */
  readonly body?: string | Uint8Array | null;
  /** How long it says that it is: by default what it is. `"chunked"` sends it so,
   * `"none"` says nothing. */
  readonly framing?: "chunked" | "none" | string;
  /** Instead of all the above: the bytes as they are; `%M` is the mark. */
  readonly raw?: string | Uint8Array;
  /** Sends no `Connection: close`. */
  readonly keepAlive?: boolean;
}

/** Headers of a request. */
export type Headers = Readonly<
  Record<string, string | readonly string[] | undefined>
>;

/** What an answer is to be. */
export interface Expectation {
  /** Its status; one of them, where hosts may differ. */
  readonly status: number | readonly number[];
  /** The code of its problem. */
  readonly code?: string | RegExp | undefined;
  /** Its headers; `null`: it has none of that name. */
  readonly headers?:
    | Readonly<
      Record<string, string | RegExp | null>
    >
    | undefined;
  /** What its JSON has to have: see `like.ts`. */
  readonly like?: unknown;
  /** Does the server end the connection, or say so where its host waits for
   * the rest of the body? */
  readonly closes?: boolean | undefined;
  /** May the host itself refuse it, before the endpoint sees it? */
  readonly byHost?: boolean | undefined;
}

/** A request and what is to come of it. */
export interface Step {
  readonly send: Draft | ((scene: Scene) => Draft | Promise<Draft>);
  readonly expect: Expectation;
}

/** What is to be run: by default what an enqueue that was accepted sent. */
export interface Told {
  /** `"record"` by default. */
  readonly kind?: string;
  /** The mark by default; `%M` is the mark. */
  readonly key?: string;
  /** All messages of the key, in order; `%M` is the mark. None: it was only
   * woken. `"any"`: whatever they are. */
  readonly messages: readonly unknown[] | "any";
}

/** One case of the table. */
export interface Case {
  readonly law: Law;
  readonly name: string;
  /** `"main"` by default. */
  readonly site?: SiteName | undefined;
  /** One after the other, each on a connection of its own. */
  readonly steps?: readonly Step[] | undefined;
  /** What data cannot say. */
  readonly play?: ((scene: Scene) => Promise<void>) | undefined;
  /** What its site has run at the end: nothing by default. */
  readonly tells?: readonly Told[] | undefined;
  /** Only over this scheduler. */
  readonly only?: "memory" | "durable" | undefined;
}

/** What a case has at hand while it is played. */
export interface Scene {
  readonly mark: Mark;
  readonly site: Site;
  readonly packages: Packages;
  /** Sends it, reads the answer, and closes. */
  exchange(draft: Draft): Promise<Answer>;
  /** The bytes of a request. */
  bytesOf(draft: Draft): Uint8Array;
  /** A server that counts who calls it, and is called by nobody. */
  canary(): Promise<{ readonly port: number; visits(): number }>;
  /** A connection, which is closed when the case ends. */
  open(): Promise<Wire>;
  /** Notes what is not as expected. */
  expect(answer: Answer, expectation: Expectation): void;
  /** Notes what is not as the description of the API has it. */
  describe(answer: Answer, draft: Draft): void;
  /** Waits until the server has ended it, where its host does; it has to say
   * so in any case. */
  ended(wire: Wire, answer: Answer): Promise<void>;
  /** Notes a deviation, unless `isSo`. */
  ensure(isSo: boolean, what: string): void;
}
