/**
 * The states that an item may be in, and what the table of states and operations
 * says of each.
 *
 * @module
 */
import type { DurableOutcome, Verdict } from "../../durable/stored.ts";
import { named, type Started, type Trial } from "./trial.ts";

/** An outcome, and the state of the item afterwards; if it runs, once that run
 * has succeeded. */
export type Cell = readonly [outcome: DurableOutcome, state: string];

/** The state after a run, and what later runs are handed. */
type Ending = readonly [state: string, handed: readonly string[]];

/** One state. */
export interface Row {
  readonly is: string;
  /** Makes the item so: "m" is its older message, "n" its newer one. */
  reach(trial: Trial): Promise<Started | undefined>;
  /** What runs are handed if nothing else comes, but for one that succeeds. */
  readonly waiting: readonly string[];
  readonly now: Cell;
  readonly later: Cell;
  readonly skip: Cell;
  readonly cancelled: readonly string[] | undefined;
  readonly afterCancel: string;
  readonly ends?: Readonly<Record<Verdict["type"], Ending>>;
}

const LATER_MS = 60_000;

/** Rows of items that do not run. */
const RESTING: readonly Row[] = [
  {
    is: "idle",
    reach: () => Promise.resolve(undefined),
    waiting: [],
    now: ["queued", "queued"],
    later: ["delayed", "delayed"],
    skip: ["queued", "queued"],
    cancelled: undefined,
    afterCancel: "idle",
  },
  {
    is: "delayed",
    reach: (trial) => reach(trial, "delay"),
    waiting: ["m"],
    now: ["coalesced", "queued"],
    later: ["coalesced", "delayed"],
    skip: ["skipped", "delayed"],
    cancelled: ["m"],
    afterCancel: "idle",
  },
  {
    is: "queued",
    reach: (trial) => reach(trial, "enqueue"),
    waiting: ["m"],
    now: ["coalesced", "queued"],
    later: ["coalesced", "queued"],
    skip: ["skipped", "queued"],
    cancelled: ["m"],
    afterCancel: "idle",
  },
  {
    is: "in backoff",
    reach: (trial) => reach(trial, "enqueue", "start", "retry"),
    waiting: ["m"],
    now: ["coalesced", "backoff"],
    later: ["coalesced", "backoff"],
    skip: ["skipped", "backoff"],
    cancelled: ["m"],
    afterCancel: "idle",
  },
  {
    is: "held",
    reach: (trial) => reach(trial, "enqueue", "start", "hold"),
    waiting: ["m"],
    now: ["coalesced", "held"],
    later: ["coalesced", "held"],
    skip: ["skipped", "held"],
    cancelled: ["m"],
    afterCancel: "idle",
  },
];

/** Rows of items that are suspended; no word of an outcome is another. */
const SUSPENDED: readonly Row[] = [
  {
    is: "idle and suspended",
    reach: (trial) => reach(trial, "suspend"),
    waiting: [],
    now: ["queued", "suspended"],
    later: ["delayed", "suspended"],
    skip: ["queued", "suspended"],
    cancelled: undefined,
    afterCancel: "suspended",
  },
  {
    is: "delayed and suspended",
    reach: (trial) => reach(trial, "delay", "suspend"),
    waiting: ["m"],
    now: ["coalesced", "suspended"],
    later: ["coalesced", "suspended"],
    skip: ["skipped", "suspended"],
    cancelled: ["m"],
    afterCancel: "suspended",
  },
  {
    is: "queued and suspended",
    reach: (trial) => reach(trial, "enqueue", "suspend"),
    waiting: ["m"],
    now: ["coalesced", "suspended"],
    later: ["coalesced", "suspended"],
    skip: ["skipped", "suspended"],
    cancelled: ["m"],
    afterCancel: "suspended",
  },
  {
    is: "in backoff and suspended",
    reach: (trial) => reach(trial, "enqueue", "start", "retry", "suspend"),
    waiting: ["m"],
    now: ["coalesced", "suspended"],
    later: ["coalesced", "suspended"],
    skip: ["skipped", "suspended"],
    cancelled: ["m"],
    afterCancel: "suspended",
  },
  {
    is: "held and suspended",
    reach: (trial) => reach(trial, "enqueue", "start", "hold", "suspend"),
    waiting: ["m"],
    now: ["coalesced", "held"],
    later: ["coalesced", "held"],
    skip: ["skipped", "held"],
    cancelled: ["m"],
    afterCancel: "suspended",
  },
];

/** Rows of items that run. */
export const RUNNING: readonly Row[] = [
  {
    is: "running",
    reach: (trial) => reach(trial, "enqueue", "start"),
    waiting: [],
    now: ["rerun", "queued"],
    later: ["rerun", "delayed"],
    skip: ["skipped", "idle"],
    cancelled: undefined,
    afterCancel: "running",
    ends: {
      complete: ["idle", []],
      retry: ["backoff", ["m"]],
      bury: ["idle", []],
      hold: ["held", ["m"]],
      release: ["queued", ["m"]],
    },
  },
  {
    is: "running with a delayed rerun",
    reach: (trial) => reach(trial, "enqueue", "start", "delay newer"),
    waiting: ["n"],
    now: ["coalesced", "queued"],
    later: ["coalesced", "delayed"],
    skip: ["skipped", "delayed"],
    cancelled: ["n"],
    afterCancel: "running",
    ends: {
      complete: ["delayed", ["n"]],
      retry: ["backoff", ["m", "n"]],
      bury: ["delayed", ["n"]],
      hold: ["held", ["m", "n"]],
      release: ["queued", ["m", "n"]],
    },
  },
  {
    is: "running and due again",
    reach: (trial) => reach(trial, "enqueue", "start", "enqueue newer"),
    waiting: ["n"],
    now: ["coalesced", "queued"],
    later: ["coalesced", "queued"],
    skip: ["skipped", "queued"],
    cancelled: ["n"],
    afterCancel: "running",
    ends: {
      complete: ["queued", ["n"]],
      retry: ["backoff", ["m", "n"]],
      bury: ["queued", ["n"]],
      hold: ["held", ["m", "n"]],
      release: ["queued", ["m", "n"]],
    },
  },
  {
    is: "running and suspended",
    reach: (trial) => reach(trial, "enqueue", "start", "suspend"),
    waiting: [],
    now: ["rerun", "suspended"],
    later: ["rerun", "suspended"],
    skip: ["skipped", "suspended"],
    cancelled: undefined,
    afterCancel: "running",
    ends: {
      complete: ["suspended", []],
      retry: ["suspended", ["m"]],
      bury: ["suspended", []],
      hold: ["held", ["m"]],
      release: ["suspended", ["m"]],
    },
  },
];

/** What is done to an item so that it is in the state of a row. */
type Act =
  | "enqueue"
  | "enqueue newer"
  | "delay"
  | "delay newer"
  | "start"
  | "suspend"
  | "retry"
  | "hold";

/** All rows. */
export const ROWS: readonly Row[] = [...RESTING, ...SUSPENDED, ...RUNNING];

/** Does one after the other; answers the run that goes on. */
async function reach(
  trial: Trial,
  ...acts: readonly Act[]
): Promise<Started | undefined> {
  let run: Started | undefined;
  for (const act of acts) {
    if (act === "start") run = await trial.start();
    else if (act === "suspend") await trial.store.suspend(named("a"), true);
    else if (act === "retry" || act === "hold") {
      if (run !== undefined) await trial.end(run, act);
      run = undefined;
    } else {
      const text = act.endsWith("newer") ? "n" : "m";
      const delayMs = act.startsWith("delay") ? LATER_MS : 0;
      await trial.send("a", text, { delayMs });
    }
  }
  return run;
}
