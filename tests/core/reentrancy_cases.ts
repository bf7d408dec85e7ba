/**
 * Every method, from every place where the engine calls the user's code, on an
 * item in every state (A18). Each cell has a stated outcome; after it all laws
 * are looked at. Plain functions: no host is named here.
 *
 * @module
 */
import {
  type Api,
  type ApiCase,
  balanced,
  defer,
  equal,
  ok,
  track,
  type Tracked,
  turns,
} from "./support/hostile_expect.ts";
import { type Hook, OWN, type Site, SITES } from "./support/hostile_sites.ts";
import {
  arrange,
  type Method,
  METHODS,
  prepare,
  RUNS,
  type State,
  STATES,
  World,
} from "./support/hostile_world.ts";
import type { WorkItem } from "../../mod.ts";

/** Busy from the first enqueue to the last end: `waitUntil` is not called again
 * while a run goes on. */
function isReachable(site: string, state: State): boolean {
  const isRunning = state.startsWith("running") || state === "deleting";
  return site !== "waitUntil" || !isRunning;
}

function show(value: unknown): string {
  if (Array.isArray(value) && value.length === 0) return "[]";
  if (typeof value === "object" && value !== null) return "object";
  return String(value);
}

function codeOf(error: unknown): string {
  const { code } = Object(error) as { code?: unknown };
  return typeof code === "string" ? code : String(error);
}

/** Calls a method and says what came of it, now or later. */
function attempt(call: () => unknown): () => string {
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    return () => `throws ${codeOf(error)}`;
  }
  if (!(result instanceof Promise)) return () => show(result);
  const tracked = track(result);
  return () => told(tracked);
}

function told({ state, value }: Tracked): string {
  if (state === "pending") return "never settles";
  return state === "fulfilled"
    ? `resolves ${show(value)}`
    : `rejects ${codeOf(value)}`;
}

/** A site that has not been called yet; only its first call counts. */
class Armed {
  outcome: (() => string) | undefined = undefined;
  readonly hook: Hook = (self) => {
    if (this.outcome !== undefined) return;
    this.outcome = () => "did not return";
    this.outcome = this.#call(self);
  };
  readonly #call: (self?: WorkItem<undefined, unknown>) => () => string;

  constructor(call: (self?: WorkItem<undefined, unknown>) => () => string) {
    this.#call = call;
  }

  get told(): string {
    return this.outcome?.() ?? "was never called";
  }
}

/** As many at once as there are executors, and no more; then all end. */
async function checkSlots(world: World): Promise<void> {
  const { scheduler } = world;
  const gate = defer();
  const executors = new Set<number>();
  let done = 0;
  for (let count = 0; count < 3; count++) {
    scheduler.createWorkItem({
      run: async ({ executor }): Promise<void> => {
        executors.add(executor);
        await gate.promise;
        done++;
      },
    }).enqueue();
  }
  await turns(world.clock);
  equal(scheduler.snapshot().running, 2, "slots: in flight");
  equal(executors.size, 2, "slots: distinct executors");
  gate.resolve();
  await turns(world.clock);
  equal(done, 3, "slots: runs that ended");
  equal(scheduler.snapshot().running, 0, "slots: in flight at the end");
}

/** Lets everything go that was held, and looks at all laws. */
async function conclude(world: World): Promise<void> {
  const { clock, scheduler } = world;
  clock.onCall = () => {};
  world.onError = () => {};
  world.hold.resolve();
  world.suspension?.resume();
  scheduler.resume();
  await turns(clock);
}

async function checkLaws(world: World): Promise<void> {
  const { clock, scheduler } = world;
  balanced(scheduler.snapshot(), "before close");
  equal(scheduler.snapshot().owed, 0, "owed at the end");
  const idle = track(scheduler.idle());
  await turns(clock);
  equal(told(idle), "resolves undefined", "scheduler.idle at the end");
  if (!scheduler.snapshot().closed) {
    await checkSlots(world);
  }
  const report = track(scheduler.close());
  await turns(clock);
  equal(report.state, "fulfilled", "close at the end");
  const { stuck } = report.value as { stuck: readonly unknown[] };
  equal(stuck.length, 0, "stuck runs");
  equal(clock.timers, 0, "timers left");
  equal(world.cleanups, 1, "cleanups of the item");
  for (const { cleanups } of world.others) {
    equal(cleanups, 1, "cleanups of the item of the site");
  }
  balanced(scheduler.snapshot(), "after close");
}

/** One cell. */
async function play(
  api: Api,
  { site, state, method }: { site: Site; state: State; method: Method },
): Promise<void> {
  const world = new World(api);
  await prepare(world, state, () => turns(world.clock));
  const armed = new Armed(() => {
    arrange(world, state);
    return attempt(() => method.act(world, world.target));
  });

  await site(world, armed.hook);
  await turns(world.clock);
  await conclude(world);

  equal(armed.told, method.outcome[state] ?? method.outcome.default, "outcome");
  equal(world.runs, RUNS[state] + (method.runs?.[state] ?? 0), "runs");
  await checkLaws(world);
}

const MAKES = new Set(["createWorkItem", "createScope", "run"]);

/** A cell in which the item is the very one that the engine is busy with. */
async function playOwn(
  api: Api,
  { site, name, method }: { site: Site; name: string; method: Method },
): Promise<void> {
  const world = new World(api);
  const { state } = OWN[name] ?? { state: "idle" };
  let self: WorkItem<undefined, unknown> | undefined;
  const armed = new Armed((item) => {
    self = item;
    return attempt(() => item && method.act(world, item));
  });

  await site(world, armed.hook);
  await turns(world.clock);
  await conclude(world);

  ok(self !== undefined, "the item of the site");
  const expected = method.outcome[state] ?? method.outcome.default;
  // The items of sites have nothing to say.
  const outcome = armed.told
    .replace(/resolves (undefined|object)/, "resolves done");
  const isFailing = name === "onError" && method === METHODS.request;
  equal(
    outcome,
    isFailing
      ? "rejects Error: on purpose"
      : expected.replace(/resolves (undefined|object)/, "resolves done"),
    "outcome",
  );
  await checkLaws(world);
}

async function collect(
  cells: Iterable<readonly [string, () => Promise<void>]>,
): Promise<void> {
  const failures: string[] = [];
  let count = 0;
  for (const [name, cell] of cells) {
    count++;
    try {
      await cell();
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message}`);
    }
  }
  ok(
    failures.length === 0,
    `${count} sound cells; unsound:\n${failures.join("\n")}`,
  );
}

function* cellsOf(
  api: Api,
  name: string,
  site: Site,
): Generator<readonly [string, () => Promise<void>]> {
  for (const [what, method] of Object.entries(METHODS)) {
    for (const state of STATES) {
      if (!isReachable(name, state)) continue;
      yield [`${what} × ${state}`, () => play(api, { site, state, method })];
    }
  }
}

function* ownCellsOf(
  api: Api,
  name: string,
  site: Site,
): Generator<readonly [string, () => Promise<void>]> {
  for (const [what, method] of Object.entries(METHODS)) {
    if (MAKES.has(what)) continue;
    yield [what, () => playOwn(api, { site, name, method })];
  }
}

/** A handle that a run was given is the same as any other afterwards. */
const keptHandle: Site = async (world, hook) => {
  await SITES["callback, synchronous"]?.(world, hook);
};

async function playKept(
  api: Api,
  { state, method }: { state: State; method: Method },
): Promise<void> {
  const world = new World(api);
  world.target.enqueue();
  await turns(world.clock);
  const { kept } = world;
  if (kept === undefined) throw new Error("expected a handle");
  world.runs = 0;
  await prepare(world, state, () => turns(world.clock));
  const armed = new Armed(() => {
    arrange(world, state);
    return attempt(() => method.act(world, kept));
  });

  await keptHandle(world, armed.hook);
  await turns(world.clock);
  await conclude(world);

  equal(armed.told, method.outcome[state] ?? method.outcome.default, "outcome");
  equal(world.runs, RUNS[state] + (method.runs?.[state] ?? 0), "runs");
  await checkLaws(world);
}

/** What a run's own handle answers while the run goes on. */
const WITHIN: Readonly<Record<string, readonly [string, string]>> = {
  enqueue: ["rerun", "coalesced"],
  request: ["rejects WI-SELF-WAIT", "rejects WI-SELF-WAIT"],
  flush: ["throws WI-SELF-WAIT", "throws WI-SELF-WAIT"],
  idle: ["throws WI-SELF-WAIT", "throws WI-SELF-WAIT"],
  cancel: ["undefined", "[]"],
  "cancel running": ["undefined", "[]"],
  "suspend+resume": ["undefined", "undefined"],
  delete: ["resolves undefined", "resolves undefined"],
};
const WITHIN_RUNS: Readonly<Record<string, readonly [number, number]>> = {
  enqueue: [2, 2],
  cancel: [1, 1],
  "cancel running": [1, 1],
};

async function playWithin(
  api: Api,
  what: string,
  options: { isOwed: boolean; isLate: boolean },
): Promise<void> {
  const { isOwed, isLate } = options;
  const world = new World(api);
  const method = METHODS[what];
  const armed = new Armed((item) => {
    if (isOwed) actor.enqueue();
    return attempt(() => item && method?.act(world, item));
  });
  let runs = 0;
  const actor = world.home.createWorkItem({
    run: async ({ item }): Promise<void> => {
      runs++;
      if (isLate) await undefined;
      armed.hook(item);
    },
  });

  actor.enqueue();
  await turns(world.clock);

  const index = isOwed ? 1 : 0;
  equal(armed.told, WITHIN[what]?.[index] ?? "", "outcome");
  equal(runs, WITHIN_RUNS[what]?.[index] ?? 1 + index, "runs");
  await checkLaws(world);
}

function* withinCells(
  api: Api,
): Generator<readonly [string, () => Promise<void>]> {
  for (const what of Object.keys(WITHIN)) {
    for (const isOwed of [false, true]) {
      for (const isLate of [false, true]) {
        const name = `${what}${isOwed ? " × owed" : ""}${
          isLate ? " × after await" : ""
        }`;
        yield [name, () => playWithin(api, what, { isOwed, isLate })];
      }
    }
  }
}

function* keptCells(
  api: Api,
): Generator<readonly [string, () => Promise<void>]> {
  for (const [what, method] of Object.entries(METHODS)) {
    for (const state of STATES) {
      yield [`${what} × ${state}`, () => playKept(api, { state, method })];
    }
  }
}

/** A clock that lowers the bound between two runs: none begins until below. */
async function lowerBetweenRuns(api: Api): Promise<void> {
  const world = new World(api);
  const { clock, scheduler } = world;
  const gate = defer();
  scheduler.createWorkItem({ run: () => gate.promise }).enqueue();
  await turns(clock);
  for (let count = 0; count < 70; count++) {
    scheduler.createWorkItem({ run: () => {} }).enqueue();
  }
  let peak = 0;
  let isLowered = false;
  scheduler.observe({
    started: (): void => {
      if (isLowered) peak = Math.max(peak, scheduler.snapshot().running);
    },
  });
  clock.onCall = (method) => {
    if (method !== "now" || isLowered) return;
    isLowered = true;
    scheduler.concurrency = 1;
  };

  await turns(clock);
  ok(isLowered, "a look at the clock");
  const inFlight = peak;
  clock.onCall = () => {};
  gate.resolve();
  await turns(clock);
  await conclude(world);
  scheduler.concurrency = 2;
  await checkLaws(world);
  ok(inFlight <= 1, `no start above the new bound, saw ${inFlight}`);
}

/** A clock that pauses between two runs: none begins until resumed. */
async function pauseBetweenRuns(api: Api): Promise<void> {
  const world = new World(api);
  const { clock, scheduler } = world;
  let isPaused = false;
  let late = 0;
  for (let count = 0; count < 70; count++) {
    scheduler.createWorkItem({ run: () => void (isPaused && late++) })
      .enqueue();
  }
  clock.onCall = (method) => {
    if (method !== "now" || isPaused) return;
    isPaused = true;
    scheduler.pause();
  };

  await turns(clock);
  ok(isPaused, "a look at the clock");
  const early = late;
  await conclude(world);
  await checkLaws(world);
  equal(early, 0, "starts while paused");
}

/** `close({ grace: 0 })` aborts the run whose start it is told of. */
async function closeAtStart(api: Api): Promise<void> {
  const world = new World(api);
  const { clock, scheduler } = world;
  scheduler.observe({ started: () => void scheduler.close({ grace: 0 }) });
  let isAborted = false;
  scheduler.createWorkItem({
    run: ({ signal }): Promise<never> =>
      new Promise((_, reject) => {
        const aborted = (): void => {
          isAborted = true;
          reject(signal.reason);
        };
        if (signal.aborted) aborted();
        else signal.addEventListener("abort", aborted);
      }),
  }).enqueue();

  await turns(clock);
  const report = track(scheduler.close());
  await turns(clock);
  const wasAborted = isAborted;
  clock.advance(60_000);
  await turns(clock);
  equal(report.state, "fulfilled", "close");
  ok(wasAborted, "an aborted signal");
}

/** What is taken back while its request is told of is refused. */
async function takenBackAtRequest(
  api: Api,
  act: (item: WorkItem<undefined, unknown>, world: World) => unknown,
): Promise<void> {
  const world = new World(api);
  const { clock, scheduler } = world;
  const item = scheduler.createWorkItem({ run: () => "done" });
  scheduler.observe({ enqueued: () => void act(item, world) });

  const request = track(item.request());
  await turns(clock);
  clock.advance(60_000);
  await turns(clock);
  equal(request.state, "rejected", "the request");
}

/** Deletion through the run's own handle only marks: it may be awaited. */
async function awaitsOwnDelete(api: Api): Promise<void> {
  const world = new World(api);
  const item = world.make({
    run: async ({ item }): Promise<string> => {
      await item.delete();
      return item.state;
    },
  });

  const request = track(item.request());
  await turns(world.clock);
  equal(told(request), "resolves deleting", "the request");
  equal(item.state, "deleted", "state");
  await checkLaws(world);
}

/** A signal that aborts while its one-shot is told of takes it back. */
async function abortedAtEnqueued(api: Api): Promise<void> {
  const world = new World(api);
  const { clock, scheduler } = world;
  const controller = new AbortController();
  scheduler.observe({ enqueued: () => controller.abort("enough") });
  let runs = 0;

  const promise = track(
    scheduler.run(() => void runs++, { signal: controller.signal }),
  );
  await turns(clock);
  equal(promise.state, "rejected", "the promise");
  equal(runs, 0, "runs");
}

/** All suites. */
export const cases: readonly ApiCase[] = [
  ...Object.entries(SITES).map(([name, site]): ApiCase => [
    `A18 every method, every state, from: ${name}`,
    (api) => collect(cellsOf(api, name, site)),
  ]),
  ...Object.entries(SITES).filter(([name]) => name in OWN).map(
    ([name, site]): ApiCase => [
      `A18 every method on the item itself, from: ${name}`,
      (api) => collect(ownCellsOf(api, name, site)),
    ],
  ),
  [
    "A18 every method through the handle of a run that has ended",
    (api) => collect(keptCells(api)),
  ],
  [
    "A18 every method through the handle of a run that goes on",
    (api) => collect(withinCells(api)),
  ],
  ["A6 the bound is lowered by the clock between two runs", lowerBetweenRuns],
  ["A18 the clock pauses between two runs", pauseBetweenRuns],
  ["A23 close({ grace: 0 }) by an observer of started", closeAtStart],
  [
    "A1 a request whose observer cancels it rejects",
    (api) => takenBackAtRequest(api, (item) => item.cancel()),
  ],
  [
    "A1 a request whose observer closes the paused scheduler rejects",
    (api) =>
      takenBackAtRequest(api, (_, { scheduler }) => {
        scheduler.pause();
        void scheduler.close();
      }),
  ],
  [
    "A1 a request whose observer deletes the suspended item rejects",
    (api) =>
      takenBackAtRequest(api, (item) => {
        item.suspend();
        void item.delete();
      }),
  ],
  ["A21 a run may await its own delete", awaitsOwnDelete],
  ["A22 run() whose observer aborts its signal rejects", abortedAtEnqueued],
];
