/**
 * A torture, from the first process to the verdict.
 *
 * @module
 */
import type { Store } from "../../../src/durable/store.ts";
import { openDenoKvStore } from "../../../src/stores/deno_kv.ts";
import type { Child } from "./child.ts";
import { collect, type Remains, type Violation } from "./evidence.ts";
import { databaseIn, Fleet } from "./fleet.ts";
import { historyOf } from "./history.ts";
import { judgeMessages } from "./judge_messages.ts";
import { judgeRecovery } from "./judge_recovery.ts";
import { judgeRuns } from "./judge_runs.ts";
import { defineLedger, keyOf, now, pause, schedulerOf } from "./ledger.ts";
import { type Figures, figuresOf } from "./report.ts";
import { storm, type StormOptions } from "./storm.ts";

/** How it goes. */
export interface TortureOptions extends StormOptions {
  /** How many keys there are. */
  readonly keys: number;
  /** What a busy machine may add to a recovery. */
  readonly slackMs: number;
}

/** What came out. */
export interface Verdict {
  readonly figures: Figures;
  readonly violations: readonly Violation[];
  /** What happened to the key of one of them. */
  readonly history: string;
}

/** After the storm all must be done within this time. */
const DRAIN_MS = 60_000;
const LOOK_MS = 50;
/** A session is looked at so often in its lease. */
const LOOKS = 2;

/** Tortures the durable scheduler, with its files in `folder`. */
export async function torture(
  folder: string,
  options: TortureOptions,
): Promise<Verdict> {
  const { leaseMs, slackMs } = options;
  const beganAt = now();
  await using fleet = new Fleet({ folder, ...options });
  await fleet.start();
  const done = await storm(fleet, options);
  const calmAt = now();
  const codes = await end(fleet.producers);
  await using kept = await held(databaseIn(folder));
  const { store } = kept;
  const owed = await drain(store, fleet.runners.length);
  codes.push(...await end(fleet.runners));
  const remains = await examine(store, owed, options);
  const evidence = await collect(folder, fleet.allRunners, remains);
  const scanMs = leaseMs / LOOKS;
  const recovery = judgeRecovery(evidence, { leaseMs, scanMs, slackMs });
  const times = { beganAt, calmAt, endedAt: now() };
  const violations = [
    ...judgeMessages(evidence),
    ...judgeRuns(evidence, leaseMs),
    ...recovery.violations,
    ...judgeRemains(remains, codes),
  ];
  return {
    figures: figuresOf({ evidence, recovery, storm: done, times }),
    violations,
    history: historyOf(evidence, violations),
  };
}

async function end(
  children: readonly Child[],
): Promise<number[]> {
  return await Promise.all(children.map((child) => child.finish(DRAIN_MS)));
}

async function held(
  path: string,
): Promise<AsyncDisposable & { readonly store: Store }> {
  const store = await openDenoKvStore(path);
  return { store, [Symbol.asyncDispose]: () => store.close() };
}

/** Waits until nothing is owed, and only so many have sessions. Answers what is
 * still owed when the time is over. */
async function drain(store: Store, living: number): Promise<string[]> {
  const endsAt = now() + DRAIN_MS;
  for (;;) {
    const { items } = await store.list({ kind: "ledger", limit: 1_000 });
    const sessions = await store.sessions();
    const isDone = items.length === 0 && sessions.length <= living;
    if (isDone || now() > endsAt) {
      return items.map(({ key, state }) => `${key} (${state})`);
    }
    await pause(LOOK_MS);
  }
}

async function examine(
  store: Store,
  owed: readonly string[],
  { leaseMs, keys, seed }: TortureOptions,
): Promise<Remains> {
  const fsck = await store.fsck({ repair: false });
  const { items: dead } = await store.dead({ kind: "ledger" });
  const role = { leaseMs, keys, seed, name: "", database: "", journal: "" };
  const scheduler = schedulerOf(store, role, {
    handlers: "here",
    onError: (error) => {
      throw error;
    },
  });
  const kind = defineLedger(scheduler, () => Promise.resolve());
  const ledgers = new Map<string, readonly string[]>();
  for (let index = 0; index < keys; index++) {
    ledgers.set(keyOf(index), await kind.request(keyOf(index)));
  }
  await drain(store, 1); // What the last killed have left is tidied up.
  await scheduler.close();
  const sessions = (await store.sessions()).length;
  return { owed, deadLetters: dead.length, sessions, fsck, ledgers };
}

function judgeRemains(remains: Remains, codes: number[]): Violation[] {
  const { owed, deadLetters, sessions, fsck } = remains;
  const violations: Violation[] = fsck.faults.map(({ rule, subject }) => ({
    law: "fsck is clean",
    subject,
    detail: rule,
  }));
  const add = (law: string, detail: string): void => {
    violations.push({ law, subject: "the store", detail });
  };
  if (owed.length !== 0) add("all is done in the end", owed.join(", "));
  if (deadLetters !== 0) add("no dead letters", `${deadLetters}`);
  if (sessions !== 0) add("no session is left", `${sessions}`);
  if (codes.some((code) => code !== 0)) add("all end well", codes.join(", "));
  return violations;
}
