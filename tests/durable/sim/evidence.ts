/** What is left of a round, to be compared with the ledger. */
import type { Remains } from "./drain.ts";
import type { Name } from "./plan.ts";
import type { Entry } from "./running.ts";

/** A run that left its entry, with its fence. */
export interface Journaled extends Entry {
  readonly name: Name;
  readonly fence: string;
}

/** What the ledger is compared with. */
export interface Evidence {
  readonly remains: Remains;
  /** In the order of the keys and fences. */
  readonly journal: readonly Journaled[];
  /** How many messages were counted, by `kind/key`. */
  readonly counts: ReadonlyMap<string, number>;
}
