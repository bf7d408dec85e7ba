/**
 * Where a request can go, without what happens there: what the router, the
 * gate, the answers to wrong methods and the metrics need to know of a route.
 *
 * @module
 */
import type { Action } from "./access.ts";

/** What is taken of a body. */
export type Takes = "nothing" | "message" | "batch" | "event";

/** A place, as it is written down. */
export interface PlacePlan {
  readonly method: "GET" | "POST" | "DELETE";
  /** As `"/v1/items/:kind/:key"`. */
  readonly path: string;
  /** What is to be authorized; `undefined`: it needs nobody. */
  readonly action: Action | undefined;
  /** @default {"nothing"} */
  readonly takes?: Takes;
  /** The parameters of the query. */
  readonly query?: readonly string[];
}

/** A place, with what can be known of it before any request comes. */
export interface Place extends Required<PlacePlan> {
  /** Which segment of the path it is, counted by slashes; -1: none. */
  readonly kindAt: number;
  readonly keyAt: number;
  readonly letterAt: number;
  /** Answers so far, by their status. */
  readonly answered: Map<number, number>;
}

/** A place of one endpoint. */
export function makePlace(plan: PlacePlan): Place {
  const segments = plan.path.split("/");
  return {
    takes: "nothing",
    query: [],
    ...plan,
    kindAt: segments.indexOf(":kind"),
    keyAt: segments.indexOf(":key"),
    letterAt: segments.indexOf(":id"),
    answered: new Map(),
  };
}

/** Does a place have this path, whatever its method? */
export function isAt({ path: pattern }: PlacePlan, path: string): boolean {
  const wanted = pattern.split("/");
  const found = path.split("/");
  return wanted.length === found.length &&
    wanted.every((each, at) =>
      each.startsWith(":") ? found[at] !== "" : each === found[at]
    );
}
