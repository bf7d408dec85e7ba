/**
 * What a store on Deno KV can be told when it is made.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";
import {
  BOOLEAN,
  check,
  FUNCTION,
  MS,
  OBJECT,
  oneOf,
  type Rules,
} from "../../core/options.ts";
import type { Durability } from "../../durable/stored.ts";
import type { KvLike, KvPart } from "./kv_like.ts";

/** How a Deno KV is used. */
export interface DenoKvStoreOptions {
  /** What all keys of the store begin with. One database may hold several
   * stores, and anything else.
   *
   * @default {["workitem"]} */
  readonly prefix?: readonly KvPart[] | undefined;
  /** What is promised of a commit: it is for you to know what stands behind the
   * database.
   *
   * @default {"fsync"} */
  readonly durability?: Durability | undefined;
  /** Can the database tell what other processes write? Files cannot.
   *
   * @default {false} */
  readonly watch?: boolean | undefined;
  /** Milliseconds that a call waits for a database that does not answer.
   *
   * @default {6_000} */
  readonly patience?: number | undefined;
  /** Where time comes from.
   *
   * @default {systemClock} */
  readonly clock?: Clock | undefined;
  /** Where randomness comes from: a number from 0, below 1, for each call.
   *
   * @default {Math.random} */
  readonly random?: (() => number) | undefined;
}

const RULES: Rules<DenoKvStoreOptions> = {
  prefix: {
    must: "a list of one part or more",
    type: "object",
    fits: (prefix: unknown) => Array.isArray(prefix) && prefix.length !== 0,
  },
  durability: oneOf("memory", "fsync", "replicated"),
  watch: BOOLEAN,
  patience: MS,
  clock: OBJECT,
  random: FUNCTION,
};

/** Throws unless a store can be made of them. */
export function checkUse(kv: KvLike, options: DenoKvStoreOptions): void {
  const action = "Cannot make a store";
  check(action, options, RULES);
  if (typeof Object(kv).atomic === "function") return;
  throw new TypeError(
    `${action} as "kv" must be a Deno KV that is open: openDenoKvStore() ` +
      "takes a path",
  );
}
