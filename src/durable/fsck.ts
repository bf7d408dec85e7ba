/**
 * Looks for broken rules in a store.
 *
 * @module
 */
import { BOOLEAN, check, type Rules } from "../core/options.ts";
import type { FsckReport, Store } from "./store.ts";

/** What to do about broken rules. */
export interface FsckOptions {
  /** Mend what is broken? Messages are kept, whatever else has to go.
   *
   * @default {false} */
  readonly repair?: boolean | undefined;
}

const RULES: Rules<FsckOptions> = { repair: BOOLEAN };

/**
 * Looks for broken rules in a store, and mends them if asked. There are none in
 * a sound store, whatever happened to the processes that use it. To be used
 * while nothing else uses the store.
 *
 * Rejects with a `StoreError` if the store does not answer, with a `TypeError`
 * for a mistake in the options.
 *
 * @example
 * ```ts
 * import { fsck } from "@workitem/scheduler/durable";
 * import { memoryStore } from "@workitem/scheduler/stores/memory";
 * import { assertEquals } from "@std/assert";
 *
 * const report = await fsck(memoryStore());
 * assertEquals(report.faults, []);
 * ```
 */
export async function fsck(
  store: Store,
  options: FsckOptions = {},
): Promise<FsckReport> {
  const { repair = false } = check("Cannot check store", options, RULES);
  return await store.fsck({ repair });
}
