/**
 * A route: a place and what happens there.
 *
 * @module
 */
import type { Call } from "./call.ts";
import type { Parts } from "./parts.ts";
import type { PlacePlan } from "./place.ts";

/** A route, as it is written down. */
export interface Route extends PlacePlan {
  /** Answers a request that has passed the gate. */
  readonly handle: (call: Call, parts: Parts) => Response | Promise<Response>;
}
