/**
 * The contract of the `Store` port as tests: whoever writes a store proves it
 * by running them. They need no network, no sleep and no certain test runner.
 *
 * @module
 */
import type { Store } from "../durable/store.ts";
import { claimTests } from "./contract/claims.ts";
import { cancelTests } from "./contract/cancel.ts";
import { crowdTests } from "./contract/crowd.ts";
import { delayTests } from "./contract/delays.ts";
import { deleteTests } from "./contract/deletes.ts";
import { foldTests } from "./contract/folds.ts";
import { gateTests } from "./contract/gates.ts";
import { idTests } from "./contract/ids.ts";
import { keyTests } from "./contract/keys.ts";
import { letterTests } from "./contract/letters.ts";
import { limitTests } from "./contract/limits.ts";
import { loadTests } from "./contract/loads.ts";
import { pageTests } from "./contract/pages.ts";
import { replyTests } from "./contract/replies.ts";
import { sessionTests } from "./contract/sessions.ts";
import { settleTests } from "./contract/settles.ts";
import { standingTests } from "./contract/standings.ts";
import { tableTests } from "./contract/table.ts";
import { type OpenedStore, type Tests, Trial } from "./contract/trial.ts";
import { viewTests } from "./contract/views.ts";
import { writeTests } from "./contract/writes.ts";
import { FakeClock } from "./fake_clock.ts";

export type { OpenedStore } from "./contract/trial.ts";

/** What a store is opened with. */
export interface StoreSetup {
  /** The time that the store has to go by. Only tests move it, so a store that
   * waits a little before it tries again needs another clock for that. */
  readonly clock: FakeClock;
}

/** Tests that a store cannot pass. */
export interface SkippedTests {
  /** Why, for who reads the output. */
  readonly reason: string;
  /** Their names. */
  readonly tests: readonly string[];
}

/** How the contract is run. */
export interface StoreContractOptions {
  /** Takes over one test, as `Deno.test` does. */
  test(name: string, run: () => Promise<void>): void;
  /** Opens an empty store; called once for each test. */
  open(setup: StoreSetup): Promise<OpenedStore>;
  /** What cannot be passed. A name that no test has is an error.
   *
   * @default Nothing. */
  readonly skip?: readonly SkippedTests[] | undefined;
  /** Is told of each test that is skipped.
   *
   * @default Nobody is. */
  readonly skipped?: ((name: string, reason: string) => void) | undefined;
}

const ALL: readonly Tests[] = [
  tableTests(),
  delayTests,
  idTests,
  limitTests,
  claimTests,
  loadTests,
  settleTests,
  writeTests,
  replyTests,
  cancelTests,
  gateTests,
  deleteTests,
  letterTests,
  foldTests,
  standingTests,
  sessionTests,
  viewTests,
  pageTests,
  keyTests,
  crowdTests,
];

/** When the tests begin, in milliseconds since 1970. */
const TODAY_MS = 1_800_000_000_000;

/**
 * Hands all tests of the contract to a test runner.
 *
 * @throws {RangeError} `skip` names a test that does not exist.
 *
 * @example Proving a store
 * ```ts
 * import { memoryStore } from "@workitem/scheduler/stores/memory";
 * import { storeContract } from "@workitem/scheduler/testing";
 * import { assert } from "@std/assert";
 *
 * const tests = new Map<string, () => Promise<void>>();
 * storeContract({
 *   test: (name, run) => tests.set(name, run), // Deno.test, or another.
 *   open: ({ clock }) => {
 *     const store = memoryStore({ clock });
 *     return Promise.resolve({
 *       store,
 *       read: (key) => Promise.resolve(store.get(key)),
 *       close: () => store.close(),
 *     });
 *   },
 * });
 *
 * assert(tests.size > 100);
 * for (const run of [...tests.values()].slice(0, 9)) await run();
 * ```
 */
export function storeContract(options: StoreContractOptions): void {
  const { skip = [], skipped } = options;
  const tests = new Map(ALL.flatMap((part) => Object.entries(part)));
  for (const { reason, tests: names } of skip) {
    for (const name of names) {
      if (!tests.delete(name)) {
        throw new RangeError(
          `Cannot skip a test as none has this name: received "${name}"`,
        );
      }
      skipped?.(name, reason);
    }
  }
  for (const [name, run] of tests) {
    options.test(name, () => tryOut(options, run));
  }
}

async function tryOut(
  { open }: StoreContractOptions,
  run: (trial: Trial) => Promise<void>,
): Promise<void> {
  const clock = new FakeClock({ today: TODAY_MS });
  const opened = await open({ clock });
  try {
    await run(new Trial(opened, clock));
    await checkSound(opened.store);
  } finally {
    await opened.close();
  }
}

/** After each test nothing is wrong in the store. */
async function checkSound(store: Store): Promise<void> {
  const { faults } = await store.fsck({ repair: false });
  if (faults.length === 0) return;
  const all = faults.map(({ rule, subject }) => `${rule} of ${subject}`);
  throw new Error(`Expected a sound store, received ${all.join(", ")}`);
}
