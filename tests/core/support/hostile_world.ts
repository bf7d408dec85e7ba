/** One scheduler with one item that every method is tried on: the stage on
 * which the re-entrancy matrix plays. */
import { type Api, defer, type Deferred, HandClock } from "./hostile_expect.ts";
import type {
  ItemName,
  Scheduler,
  Scope,
  Suspension,
  WorkItem,
  WorkItemOptions,
} from "../../../mod.ts";

/** What the item is doing when a method is called. */
export const STATES = [
  "idle",
  "queued",
  "running",
  "running+owed",
  "suspended",
  "deleting",
  "deleted",
  "paused",
  "closed",
] as const;

/** One of them. */
export type State = typeof STATES[number];

/** The stage. */
export class World {
  /** The package. */
  readonly api: Api;
  /** Moved by hand. */
  readonly clock: HandClock = new HandClock();
  /** Of two executors. */
  readonly scheduler: Scheduler;
  /** Where the item lives. */
  readonly home: Scope;
  /** The item. */
  readonly target: WorkItem<undefined, string>;
  /** Ends the run that is held. */
  readonly hold: Deferred = defer();
  /** Calls of the item's callback. */
  runs = 0;
  /** Runs of items and one-shots that a method made. */
  extra = 0;
  /** Calls of the item's cleanup. */
  cleanups = 0;
  /** Calls of the cleanups of other items, by item. */
  readonly others: { cleanups: number }[] = [];
  /** Does the next run wait to be released? */
  isHeld = false;
  /** What was suspended. */
  suspension: Suspension | undefined = undefined;
  /** Told of errors. */
  onError: (error: unknown, source: ItemName) => unknown = () => {};
  /** Told of busy times. */
  waitUntil: () => void = () => {};
  /** A handle of the item that a run was given, and that outlived it. */
  kept: WorkItem<undefined, unknown> | undefined = undefined;

  /** Makes the stage. */
  constructor(api: Api) {
    this.api = api;
    this.scheduler = new api.Scheduler({
      concurrency: 2,
      clock: this.clock,
      onError: (error, source) => this.onError(error, source),
      waitUntil: () => this.waitUntil(),
    });
    this.home = this.scheduler.createScope();
    this.target = this.home.createWorkItem({
      run: async ({ item }) => {
        this.runs++;
        this.kept = item;
        if (this.isHeld) {
          this.isHeld = false;
          await this.hold.promise;
        }
        return "done";
      },
      cleanup: async () => {
        this.cleanups++;
        await undefined;
      },
    });
  }

  /** Makes an item whose cleanups are counted. */
  make<Output>(
    options: WorkItemOptions<undefined, Output>,
  ): WorkItem<undefined, Output> {
    const count = { cleanups: 0 };
    const { cleanup } = options;
    const item = this.scheduler.createWorkItem({
      ...options,
      cleanup: async (context, name): Promise<void> => {
        count.cleanups++;
        await cleanup?.(context, name);
      },
    });
    this.others.push(count);
    return item;
  }
}

/** A method of the package, called on the stage. */
export type Act = (
  world: World,
  target: WorkItem<undefined, unknown>,
) => unknown;

/** What calling it must come to, by state; `default` for the others. */
export interface Method {
  /** Calls it. */
  readonly act: Act;
  /** As `outcomeOf` describes it. */
  readonly outcome:
    & Readonly<Partial<Record<State, string>>>
    & { readonly default: string };
  /** How the number of runs changes, by state; else not at all. */
  readonly runs?: Readonly<Partial<Record<State, number>>>;
}

const GONE = {
  deleting: "throws WI-DELETED",
  deleted: "throws WI-DELETED",
  closed: "throws WI-CLOSED",
} as const;
const REFUSED = {
  deleting: "rejects WI-DELETED",
  deleted: "rejects WI-DELETED",
  closed: "rejects WI-CLOSED",
} as const;
const TAKEN = {
  default: "undefined",
  queued: "[]",
  "running+owed": "[]",
  suspended: "[]",
  paused: "[]",
} as const;
const UNRUN = { queued: -1, "running+owed": -1, suspended: -1, paused: -1 };
const DROPPED = { suspended: -1, paused: -1 };

/** Every method and what must come of it. */
export const METHODS: Readonly<Record<string, Method>> = {
  enqueue: {
    act: (_, target) => target.enqueue(),
    outcome: {
      default: "coalesced",
      idle: "queued",
      running: "rerun",
      ...GONE,
    },
    runs: { idle: 1, running: 1 },
  },
  request: {
    act: (_, target) => target.request(),
    outcome: { default: "resolves done", ...REFUSED },
    runs: { idle: 1, running: 1 },
  },
  flush: {
    act: (_, target) => target.flush(),
    outcome: { default: "resolves undefined" },
  },
  idle: {
    act: (_, target) => target.idle(),
    outcome: { default: "resolves undefined" },
  },
  cancel: {
    act: (_, target) => target.cancel(),
    outcome: TAKEN,
    runs: UNRUN,
  },
  "cancel running": {
    act: (_, target) => target.cancel({ running: true }),
    outcome: TAKEN,
    runs: UNRUN,
  },
  "suspend+resume": {
    act: (_, target) => {
      const suspension = target.suspend();
      suspension.resume();
      suspension.resume();
    },
    outcome: { default: "undefined", ...GONE },
  },
  delete: {
    act: (_, target) => target.delete(),
    outcome: {
      default: "resolves undefined",
      suspended: "resolves []",
      paused: "resolves []",
    },
    runs: DROPPED,
  },
  "scope.delete": {
    act: ({ home }) => home.delete(),
    outcome: { default: "resolves undefined" },
    runs: DROPPED,
  },
  createWorkItem: {
    act: (world) =>
      world.home.createWorkItem({ run: () => void world.extra++ }).enqueue(),
    outcome: { default: "queued", closed: "throws WI-CLOSED" },
  },
  createScope: {
    act: (world) =>
      world.home.createScope({ serialize: true })
        .createWorkItem({ run: () => void world.extra++ }).enqueue(),
    outcome: { default: "queued", closed: "throws WI-CLOSED" },
  },
  run: {
    act: (world) =>
      world.scheduler.run(() => {
        world.extra++;
        return "once";
      }),
    outcome: { default: "resolves once", closed: "rejects WI-CLOSED" },
  },
  "pause+resume": {
    act: ({ scheduler }) => {
      scheduler.pause();
      scheduler.resume();
    },
    outcome: { default: "undefined" },
  },
  "set concurrency": {
    act: ({ scheduler }) => {
      scheduler.concurrency = 1;
      scheduler.concurrency = 3;
      scheduler.concurrency = 2;
      return scheduler.concurrency;
    },
    outcome: { default: "2" },
  },
  "scheduler.idle": {
    act: ({ scheduler }) => scheduler.idle(),
    outcome: { default: "resolves undefined" },
  },
  snapshot: {
    act: ({ scheduler }) => {
      const { starts, ok, failed, aborted, stuck, running } = scheduler
        .snapshot();
      return starts - ok - failed - aborted - stuck - running;
    },
    outcome: { default: "0" },
  },
  "observe+stop": {
    act: ({ scheduler }) => {
      const stop = scheduler.observe({});
      stop();
      stop();
    },
    outcome: { default: "undefined" },
  },
  close: {
    act: ({ scheduler }) => scheduler.close(),
    outcome: { default: "resolves object" },
    runs: DROPPED,
  },
};

/** How often the item runs in a state if nothing is done. */
export const RUNS: Readonly<Record<State, number>> = {
  idle: 0,
  queued: 1,
  running: 1,
  "running+owed": 2,
  suspended: 1,
  deleting: 1,
  deleted: 0,
  paused: 1,
  closed: 0,
};

/** Brings the item into a state as far as that takes time. */
export async function prepare(
  world: World,
  state: State,
  turn: () => Promise<void>,
): Promise<void> {
  if (state === "deleted") {
    void world.target.delete();
    await turn();
    return;
  }
  if (state.startsWith("running") || state === "deleting") {
    world.isHeld = true;
    world.target.enqueue();
    await turn();
  }
}

/** Brings the item into a state: what is left of it, at the last moment. */
export function arrange(world: World, state: State): void {
  const { scheduler, target } = world;
  if (state === "queued" || state === "running+owed") target.enqueue();
  if (state === "deleting") void target.delete();
  if (state === "closed") void scheduler.close();
  if (state === "paused") {
    scheduler.pause();
    target.enqueue();
  }
  if (state === "suspended") {
    world.suspension = target.suspend();
    target.enqueue();
  }
}
