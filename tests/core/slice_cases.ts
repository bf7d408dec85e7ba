/**
 * A scheduler that is busy without end still gives the event loop its turn:
 * a timer that is due fires before two slices of runs have begun. Counted, not
 * timed. Plain functions: no host is named here.
 *
 * @module
 */
import {
  type Api,
  type ApiCase,
  equal,
  HandClock,
  macroturn,
  ok,
} from "./support/hostile_expect.ts";
import type { Clock, Scheduler, WorkItem } from "../../mod.ts";

const SLICE = 2_048;
const DEAR_SLICE = 65_536;

/** So that a loop that never gives way is a failure, not a hang. */
const RUNS_MAX = 8 * DEAR_SLICE;

/** What feeds itself for ever, until it is told to stop. */
class Feeder {
  readonly scheduler: Scheduler;
  runs = 0;
  isOver = false;

  constructor(scheduler: Scheduler) {
    this.scheduler = scheduler;
  }

  /** Counts a run. */
  count(): number {
    if (++this.runs >= RUNS_MAX) this.isOver = true;
    return this.runs;
  }
}

/** How an item may keep a scheduler busy. */
type Feed = (scheduler: Scheduler, feeder: Feeder) => void;

/** Every way, by name. */
const FEEDS: Readonly<Record<string, Feed>> = {
  "a synchronous item that feeds itself": (scheduler, feeder) => {
    const item: WorkItem = scheduler.createWorkItem({
      run: ({ item }): void => {
        feeder.count();
        if (!feeder.isOver) item.enqueue();
      },
    });
    item.enqueue();
  },
  "an asynchronous item that feeds itself": (scheduler, feeder) => {
    const item: WorkItem = scheduler.createWorkItem({
      run: async ({ item }): Promise<void> => {
        feeder.count();
        await undefined;
        if (!feeder.isOver) item.enqueue();
      },
    });
    item.enqueue();
  },
  "two items that feed each other": (scheduler, feeder) => {
    const one: WorkItem = scheduler.createWorkItem({
      run: (): void => {
        feeder.count();
        if (!feeder.isOver) two.enqueue();
      },
    });
    const two: WorkItem = scheduler.createWorkItem({
      run: async (): Promise<void> => {
        feeder.count();
        await undefined;
        if (!feeder.isOver) one.enqueue();
      },
    });
    one.enqueue();
  },
  "requests that follow each other": (scheduler, feeder) => {
    const item = scheduler.createWorkItem({ run: () => feeder.count() });
    const ask = (): void => {
      if (!feeder.isOver) item.request().then(ask, () => {});
    };
    ask();
  },
  "one-shots that follow each other": (scheduler, feeder) => {
    const ask = (): void => {
      if (feeder.isOver) return;
      scheduler.run(() => feeder.count()).then(ask, () => {});
    };
    ask();
  },
  "an asynchronous item beside others": (scheduler, feeder) => {
    for (let index = 0; index < 32; index++) {
      const item: WorkItem = scheduler.createWorkItem({
        run: async ({ item }): Promise<void> => {
          feeder.count();
          for (let hop = 0; hop <= index % 3; hop++) await undefined;
          if (!feeder.isOver) item.enqueue();
        },
      });
      item.enqueue();
    }
  },
};

function begin(
  api: Api,
  feed: Feed,
  options: { readonly clock?: Clock; readonly concurrency?: number },
): Feeder {
  const scheduler = new api.Scheduler(options);
  const feeder = new Feeder(scheduler);
  feed(scheduler, feeder);
  return feeder;
}

/** A timer of the host that is due before the loop begins. */
async function besideTimer(
  api: Api,
  feed: Feed,
  concurrency: number,
): Promise<void> {
  const { systemClock } = api;
  let feeder: Feeder | undefined;
  const runsAt = await new Promise<number>((resolve) => {
    setTimeout(() => resolve(feeder?.runs ?? -1), 1);
    const dueMs = systemClock.now() + 3;
    let looks = 0;
    while (systemClock.now() < dueMs && looks < 1e8) looks++;
    feeder = begin(api, feed, { concurrency });
  });
  if (feeder === undefined) throw new Error("expected a feeder");
  feeder.isOver = true;
  await feeder.scheduler.idle();
  await feeder.scheduler.close();
  const slice = systemClock.turnIsDear ? DEAR_SLICE : SLICE;
  ok(runsAt >= 0, "a loop that has begun");
  ok(runsAt < 2 * slice, `fewer than two slices of runs, had ${runsAt}`);
}

/** A timer that is set anew whenever it fires: it gets its turn each time. */
async function besideTimers(api: Api, feed: Feed): Promise<void> {
  const feeder = begin(api, feed, { concurrency: 4 });
  const slice = api.systemClock.turnIsDear ? DEAR_SLICE : SLICE;
  let runsBefore = 0;
  let longest = 0;
  for (let fired = 0; fired < 5; fired++) {
    await macroturn();
    longest = Math.max(longest, feeder.runs - runsBefore);
    runsBefore = feeder.runs;
  }
  feeder.isOver = true;
  await feeder.scheduler.idle();
  await feeder.scheduler.close();
  // A timer of 0 ms may become due a millisecond, and so a few slices, late.
  ok(runsBefore > 0 && longest < 100 * slice, "a turn, again and again");
}

class DearClock extends HandClock {
  override readonly turnIsDear: boolean = true;
}

/** With a clock that stands still the slice is counted to the run. */
async function counted(
  api: Api,
  feed: Feed,
  { clock, slice }: { clock: HandClock; slice: number },
): Promise<void> {
  const feeder = begin(api, feed, { clock, concurrency: 1 });
  let isAsked = false;
  clock.onCall = (method) => isAsked ||= method === "turn";
  let runsBefore = 0;
  for (let turn = 0; turn < 3; turn++) {
    for (let hop = 0; hop < 8 * slice && !isAsked; hop++) await undefined;
    ok(isAsked, "a turn of the event loop to be asked for");
    const runs = feeder.runs - runsBefore;
    ok(runs >= slice - 64, `at least a slice of ${slice}, had ${runs}`);
    ok(runs <= slice + 64, `at most a slice of ${slice}, had ${runs}`);
    for (let hop = 0; hop < 50; hop++) await undefined;
    equal(feeder.runs - runsBefore, runs, "runs while the loop has its turn");
    runsBefore = feeder.runs;
    isAsked = false;
    clock.runTurns(); // The next slice begins inside.
  }
  await finish(feeder, clock);
}

/** Time ends a slice early, and slow callbacks are looked at one by one. */
async function slow(api: Api, clock: HandClock, ms: number): Promise<void> {
  let asked = 0;
  clock.onCall = (method) => void (asked += method === "turn" ? 1 : 0);
  const feeder = begin(api, (scheduler, feeder) => {
    const item: WorkItem = scheduler.createWorkItem({
      run: ({ item }): void => {
        feeder.count();
        clock.nowMs += ms; // What the callback takes.
        if (!feeder.isOver) item.enqueue();
      },
    });
    item.enqueue();
  }, { clock, concurrency: 1 });
  let worst = 0;
  let before = 0;
  let askedBefore = 0;
  for (let turn = 0; turn < 20; turn++) {
    for (let hop = 0; hop < 300 && asked === askedBefore; hop++) {
      await undefined;
    }
    ok(asked > askedBefore, "a turn of the event loop to be asked for");
    // The looks come closer together as it learns how slow the callbacks are.
    if (turn >= 8) worst = Math.max(worst, feeder.runs - before);
    before = feeder.runs;
    askedBefore = asked;
    clock.runTurns();
  }
  await finish(feeder, clock);
  equal(worst, 1, "runs between two turns once it has learned");
}

async function finish(feeder: Feeder, clock: HandClock): Promise<void> {
  feeder.isOver = true;
  const closed = feeder.scheduler.close().then(() => true);
  let isClosed = false;
  closed.then(() => isClosed = true);
  for (let hop = 0; hop < 2 * DEAR_SLICE && !isClosed; hop++) {
    await undefined;
    clock.runTurns();
  }
  ok(isClosed, "close to end");
}

/** Work that arrives while the event loop has its turn waits for it. */
async function duringTurn(api: Api): Promise<void> {
  const clock = new HandClock();
  let isAsked = false;
  clock.onCall = (method) => isAsked ||= method === "turn";
  const feed = FEEDS["a synchronous item that feeds itself"];
  if (feed === undefined) throw new Error("expected a feed");
  const feeder = begin(api, feed, { clock, concurrency: 4 });
  for (let hop = 0; hop < 100 && !isAsked; hop++) await undefined;
  ok(isAsked, "a turn of the event loop to be asked for");
  let isRun = false;
  feeder.scheduler.createWorkItem({
    priority: 255,
    run: () => void (isRun = true),
  }).enqueue();
  feeder.scheduler.pause();
  feeder.scheduler.resume();
  feeder.scheduler.concurrency = 8;
  for (let hop = 0; hop < 50; hop++) await undefined;
  equal(isRun, false, "a run before the turn");
  clock.runTurns();
  equal(isRun, true, "a run right after the turn");
  await finish(feeder, clock);
}

/** All suites. */
export const cases: readonly ApiCase[] = [
  ...Object.entries(FEEDS).flatMap(([name, feed]): ApiCase[] => [
    [
      `A27 a timer of the host fires beside ${name}`,
      (api) => besideTimer(api, feed, 1),
    ],
    [
      `A27 a timer of the host fires beside ${name}, with 16 executors`,
      (api) => besideTimer(api, feed, 16),
    ],
    [
      `A27 timers of the host go on beside ${name}`,
      (api) => besideTimers(api, feed),
    ],
    [
      `A27 a slice is ${SLICE} runs: ${name}`,
      (api) => counted(api, feed, { clock: new HandClock(), slice: SLICE }),
    ],
    [
      `A27 a slice is ${DEAR_SLICE} runs where turns are dear: ${name}`,
      (api) =>
        counted(api, feed, { clock: new DearClock(), slice: DEAR_SLICE }),
    ],
  ]),
  [
    "A27 callbacks of 4 ms get a turn each",
    (api) => slow(api, new HandClock(), 4),
  ],
  [
    "A27 callbacks of 50 ms get a turn each",
    (api) => slow(api, new HandClock(), 50),
  ],
  ["A27 what arrives during a turn waits for it", duringTurn],
];
