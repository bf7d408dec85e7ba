/**
 * Who may do what: what the endpoint asks its owner before it acts.
 *
 * @module
 */

/** What a request wants to do.
 *
 * - `"enqueue"`: enqueue an item, and wait for its result
 * - `"list"`: list items, or dead letters, of a kind
 * - `"inspect"`: look at one item, the kinds, or the description of the API
 * - `"cancel"`, `"delete"`: take back what waits; forget an item or a letter
 * - `"control"`: suspend, resume, reset and redrive an item
 * - `"admin"`: pause and resume the scheduler
 * - `"stats"`: read counts and metrics
 * - `"events"`: see what happens, of one kind or of all
 */
export type Action =
  | "enqueue"
  | "list"
  | "inspect"
  | "cancel"
  | "delete"
  | "control"
  | "admin"
  | "stats"
  | "events";

/** Something that somebody wants to do. */
export interface Access {
  /** Who, by the authenticator; `"anyone"` where there is none. */
  readonly principal: string;
  /** What. */
  readonly action: Action;
  /** To what kind; `undefined`: to none in particular, or to all. */
  readonly kind?: string | undefined;
  /** To which key; `undefined`: to none in particular, or to all. */
  readonly key?: string | undefined;
  /** Of a list: only of keys that begin so; `undefined`: of all. */
  readonly prefix?: string | undefined;
}

/** Who asks where nobody has to say it. */
export const ANYONE = "anyone";
