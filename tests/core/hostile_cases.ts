/**
 * Hostile callbacks, observers, handlers and signals (A12-A18): each gets the
 * stated outcome, and the scheduler goes on. Plain functions: no host is named
 * here.
 *
 * @module
 */
import {
  type Api,
  type ApiCase,
  balanced,
  equal,
  HandClock,
  macroturn,
  ok,
  replaceReportError,
  swallowUncaught,
  track,
  type Tracked,
  turns,
  watched,
} from "./support/hostile_expect.ts";
import {
  type Result,
  RESULTS,
  THROWN,
  trapped,
  WAYS,
} from "./support/hostile_values.ts";
import type { ItemName, Observer, Scheduler } from "../../mod.ts";

function same(actual: unknown, expected: unknown, what: string): void {
  ok(Object.is(actual, expected), `${what} to be the very same`);
}

/** A scheduler of one executor and all that was reported. */
interface Stage {
  readonly clock: HandClock;
  readonly scheduler: Scheduler;
  readonly told: unknown[];
  readonly sources: ItemName[];
}

function stage(api: Api, concurrency: number = 1): Stage {
  const clock = new HandClock();
  const told: unknown[] = [];
  const sources: ItemName[] = [];
  const scheduler = new api.Scheduler({
    concurrency,
    clock,
    onError: (error, source) => {
      told.push(error);
      sources.push(source);
    },
  });
  return { clock, scheduler, told, sources };
}

/** No slot is lost: the next item runs, all that runs is counted, and closing
 * leaves nothing behind. */
async function goesOn({ clock, scheduler }: Stage): Promise<void> {
  balanced(scheduler.snapshot(), "after");
  let runs = 0;
  const next = scheduler.createWorkItem({ run: () => ++runs });
  const request = track(next.request());
  await turns(clock);
  equal(request.state, "fulfilled", "the next request");
  equal(runs, 1, "runs of the next item");
  equal(scheduler.snapshot().running, 0, "runs in flight");
  const report = track(scheduler.close());
  await turns(clock);
  equal(report.state, "fulfilled", "close");
  equal(clock.timers, 0, "timers left");
}

async function throws(
  api: Api,
  { value, way }: { value: unknown; way: (value: unknown) => unknown },
): Promise<void> {
  const all = stage(api);
  const { clock, scheduler, told, sources } = all;
  const ended: unknown[] = [];
  scheduler.observe({ ended: ({ error }) => void ended.push(error) });
  const bad = scheduler.createWorkItem({ key: "bad", run: () => way(value) });

  bad.enqueue();
  const flush = track(bad.flush());
  await turns(clock);
  equal(told.length, 1, "errors reported");
  same(told[0], value, "what onError is told");
  equal(sources[0]?.key, "bad", "its source");
  same(ended[0], value, "what observers are told");
  equal(flush.state, "fulfilled", "flush");

  const requests = [track(bad.request()), track(bad.request())];
  await turns(clock);
  for (const request of requests) {
    equal(request.state, "rejected", "request");
    same(request.value, value, "what the request is told");
  }
  equal(told.length, 1, "errors reported with a waiter");

  const once = track(scheduler.run(() => way(value)));
  await turns(clock);
  equal(once.state, "rejected", "run");
  same(once.value, value, "what run is told");
  equal(scheduler.snapshot().failed, 3, "failed");
  await goesOn(all);
}

/** The same value from where nobody waits for a result. */
async function throwsElsewhere(
  api: Api,
  { value, way }: { value: unknown; way: (value: unknown) => unknown },
): Promise<void> {
  const all = stage(api);
  const { clock, scheduler, told } = all;
  const scope = scheduler.createScope({ cleanup: () => way(value) });
  const item = scope.createWorkItem({
    run: () => {},
    cleanup: () => way(value),
  });

  item.enqueue();
  const deletion = track(scope.delete());
  await turns(clock);
  equal(deletion.state, "fulfilled", "delete");
  equal(item.state, "deleted", "state");
  equal(told.length, 2, "cleanups reported");
  for (const error of told) same(error, value, "what onError is told");
  await goesOn(all);
}

async function returns(api: Api, { make, end }: Result): Promise<void> {
  const all = stage(api, 2);
  const { clock, scheduler, told } = all;
  const results: unknown[] = [];
  const bad = scheduler.createWorkItem({
    run: (): unknown => {
      const result = make();
      results.push(result);
      return result;
    },
  });

  bad.enqueue();
  const flush = track(bad.flush());
  await turns(clock);
  const { failed, ok: succeeded, running } = scheduler.snapshot();
  equal(succeeded, end === "ok" ? 1 : 0, "ok");
  equal(failed, end === "failed" ? 1 : 0, "failed");
  equal(running, end === "pending" ? 1 : 0, "running");
  equal(told.length, failed, "errors reported");
  equal(flush.state, end === "pending" ? "pending" : "fulfilled", "flush");
  equal(bad.state, end === "pending" ? "running" : "idle", "state");
  if (end === "pending") return await stuck(all, flush);

  const request = track(bad.request());
  await turns(clock);
  ok(request.state !== "pending", "an answer to the request");
  equal(told.length, failed, "errors reported with a waiter");
  await goesOn(all);
}

/** `then` is read once, for a value as for a thenable. */
async function readsThenOnce(api: Api): Promise<void> {
  for (const isThenable of [false, true]) {
    const all = stage(api);
    const { clock, scheduler } = all;
    let reads = 0;
    const result = Object.defineProperty({}, "then", {
      get: (): unknown => {
        reads++;
        return isThenable ? (yes: () => void): void => yes() : undefined;
      },
    });
    scheduler.createWorkItem({ run: () => result }).enqueue();
    await turns(clock);
    equal(reads, 1, "reads of then");
    await goesOn(all);
  }
}

/** What never settles keeps one executor, and close() says so. */
async function stuck(all: Stage, flush: Tracked): Promise<void> {
  const { clock, scheduler } = all;
  const other = track(scheduler.run(() => "other"));
  await turns(clock);
  equal(other.state, "fulfilled", "the other executor");
  const report = track(scheduler.close({ grace: 10, abortGrace: 10 }));
  const idle = track(scheduler.idle());
  await turns(clock);
  equal(report.state, "pending", "close within the grace");
  clock.advance(10);
  clock.advance(10);
  await turns(clock);
  equal(report.state, "fulfilled", "close");
  const { stuck } = report.value as { stuck: readonly unknown[] };
  equal(stuck.length, 1, "stuck");
  equal(flush.state, "rejected", "flush");
  equal(idle.state, "rejected", "idle");
  balanced(scheduler.snapshot(), "after close");
  equal(clock.timers, 0, "timers left");
}

const EVENTS: readonly (keyof Observer)[] = [
  "enqueued",
  "started",
  "ended",
  "stalled",
  "deleted",
  "paused",
];

/** Makes each event happen exactly once. */
async function happen({ clock, scheduler }: Stage): Promise<number> {
  let runs = 0;
  let end: () => void = () => {};
  const item = scheduler.createWorkItem({
    timeout: 10,
    run: (): Promise<void> => {
      runs++;
      return new Promise((resolve) => end = resolve);
    },
  });
  item.enqueue();
  await turns(clock);
  clock.advance(20);
  end();
  await turns(clock);
  void item.delete();
  await turns(clock);
  scheduler.pause();
  scheduler.resume();
  return runs;
}

async function observerThrows(api: Api, name: keyof Observer): Promise<void> {
  for (const [what, make] of THROWN) {
    const all = stage(api);
    const { scheduler, told } = all;
    const value = make();
    const seen: string[] = [];
    const see = (): Observer =>
      Object.fromEntries(
        EVENTS.map((event) => [event, () => void seen.push(event)]),
      );
    const stops = [
      scheduler.observe(see()),
      scheduler.observe({
        [name]: (): never => {
          throw value;
        },
      }),
      scheduler.observe(see()),
    ];

    equal(await happen(all), 1, `${what}: runs`);
    const times = name === "paused" ? 2 : 1;
    equal(told.length, times, `${what}: errors reported`);
    same(told[0], value, `${what}: what onError is told`);
    equal(seen.length, 2 * (EVENTS.length + 1), `${what}: events`);
    for (const stop of stops) stop();
    await goesOn(all);
  }
}

async function observerRejects(api: Api): Promise<void> {
  const all = stage(api);
  const { scheduler, told } = all;
  const value = new Error("rejected by an observer");
  const reject = (): Promise<never> => Promise.reject(value);
  const stop = scheduler.observe(
    Object.fromEntries(EVENTS.map((event) => [event, reject])),
  );
  equal(await happen(all), 1, "runs");
  await turns();
  equal(told.length, EVENTS.length + 1, "errors reported");
  stop();
  await goesOn(all);
}

async function observerStops(api: Api): Promise<void> {
  const all = stage(api);
  const { clock, scheduler } = all;
  const seen: string[] = [];
  const stops: (() => void)[] = [];
  for (const name of ["a", "b", "c"]) {
    stops.push(scheduler.observe({
      started: (): void => {
        seen.push(name);
        for (const stop of stops) stop();
        if (name === "a") scheduler.observe({ ended: () => seen.push("new") });
      },
    }));
  }
  scheduler.createWorkItem({ run: () => {} }).enqueue();
  await turns(clock);
  equal(seen[0], "a", "the first");
  equal(seen.at(-1), "new", "the one added while told");
  await goesOn(all);
}

/** Calls `provoke` with an `onError` of its own; returns what the host is told
 * through `reportError`. */
async function reported(
  api: Api,
  onError: (error: unknown) => unknown,
  provoke: (all: Stage) => void,
): Promise<readonly unknown[]> {
  const errors: unknown[] = [];
  const undo = replaceReportError((error) => void errors.push(error));
  try {
    const clock = new HandClock();
    const scheduler = new api.Scheduler({ concurrency: 1, clock, onError });
    const all = { clock, scheduler, told: [], sources: [] };
    provoke(all);
    await turns(clock);
    await goesOn(all);
  } finally {
    undo();
  }
  return errors;
}

const boom = new Error("boom");

function provokeBoom({ scheduler }: Stage): void {
  scheduler.createWorkItem({ run: () => Promise.reject(boom) }).enqueue();
  scheduler.createWorkItem({
    run: (): never => {
      throw boom;
    },
  }).enqueue();
}

async function onErrorThrows(api: Api): Promise<void> {
  for (const [what, make] of THROWN) {
    const value = make();
    let calls = 0;
    const errors = await reported(api, () => {
      calls++;
      throw value;
    }, provokeBoom);
    equal(calls, 2, `${what}: calls of onError`);
    equal(errors.length, 2, `${what}: told to the host`);
    for (const error of errors) same(error, value, `${what}: what it is told`);
  }
}

async function onErrorRejects(api: Api): Promise<void> {
  for (const [what, make] of THROWN) {
    const value = make();
    const errors = await reported(
      api,
      () => Promise.reject(value),
      provokeBoom,
    );
    equal(errors.length, 2, `${what}: told to the host`);
    for (const error of errors) same(error, value, `${what}: what it is told`);
  }
}

async function onErrorReturns(api: Api): Promise<void> {
  for (const [what, { make, end }] of Object.entries(RESULTS)) {
    if (end === "pending") continue;
    const errors = await reported(api, make, provokeBoom);
    // A plain value is no promise: what `await` makes of it does not matter.
    ok(errors.length === 0 || errors.length === 2, `${what}: 0 or 2 errors`);
  }
}

/** With no `onError` the host is told: once, of the very value. */
async function defaultOnError(api: Api): Promise<void> {
  for (const [what, make] of THROWN) {
    const value = make();
    const errors: unknown[] = [];
    const undo = replaceReportError((error) => void errors.push(error));
    try {
      const clock = new HandClock();
      const scheduler = new api.Scheduler({ concurrency: 1, clock });
      scheduler.createWorkItem({ run: () => Promise.reject(value) }).enqueue();
      await turns(clock);
      equal(errors.length, 1, `${what}: told to the host`);
      same(errors[0], value, `${what}: what it is told`);
      await goesOn({ clock, scheduler, told: [], sources: [] });
    } finally {
      undo();
    }
  }
}

/** Where the host has no `reportError`, a timer throws. */
async function withoutReportError(api: Api): Promise<void> {
  const undo = replaceReportError(undefined);
  const clock = new HandClock();
  try {
    const scheduler = new api.Scheduler({ concurrency: 1, clock });
    scheduler.createWorkItem({ run: () => Promise.reject(boom) }).enqueue();
    await turns(clock);
    equal(clock.timers, 1, "timers");
    let thrown: unknown;
    try {
      clock.advance(1);
    } catch (error) {
      thrown = error;
    }
    same(thrown, boom, "what the timer throws");
    await goesOn({ clock, scheduler, told: [], sources: [] });
  } finally {
    undo();
  }
}

/** Some hosts' `reportError` throws itself, as Deno's does of a revoked proxy. */
async function reportErrorThrows(api: Api): Promise<void> {
  const undo = replaceReportError(() => {
    throw new TypeError("reportError itself");
  });
  const uncaught: unknown[] = [];
  const stop = swallowUncaught(uncaught);
  const clock = new HandClock();
  try {
    const scheduler = new api.Scheduler({ concurrency: 1, clock });
    scheduler.createWorkItem({ run: () => Promise.reject(boom) }).enqueue();
    scheduler.createWorkItem({
      run: (): never => {
        throw boom;
      },
    }).enqueue();
    await turns(clock);
    try {
      clock.advance(1);
    } catch {
      // A timer may throw it where nothing else is left.
    }
    await macroturn();
    await goesOn({ clock, scheduler, told: [], sources: [] });
  } finally {
    stop();
    undo();
  }
}

async function abortListenerThrows(api: Api): Promise<void> {
  const uncaught: unknown[] = [];
  const stop = swallowUncaught(uncaught);
  const all = stage(api);
  const { clock, scheduler, told } = all;
  try {
    const seen: string[] = [];
    const bad = scheduler.createWorkItem({
      run: ({ signal }): Promise<never> =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            seen.push("first");
            throw new Error("first listener");
          });
          signal.addEventListener("abort", () => {
            seen.push("second");
            reject(signal.reason);
          });
        }),
    });
    bad.enqueue();
    const request = track(bad.request());
    await turns(clock);
    bad.cancel({ running: true });
    await turns(clock);
    equal(seen.join(), "first,second", "listeners");
    equal(request.state, "rejected", "request");
    equal(told.length, 0, "errors reported");
    equal(scheduler.snapshot().aborted, 1, "aborted");
    await macroturn();
    const isBun = "Bun" in globalThis; // It prints the error, and goes on.
    equal(uncaught.length, isBun ? 0 : 1, "what the host reports");
    await goesOn(all);
  } finally {
    stop();
  }
}

async function waitUntilThrows(api: Api): Promise<void> {
  for (const [what, make] of THROWN) {
    const value = make();
    const told: unknown[] = [];
    const clock = new HandClock();
    const scheduler = new api.Scheduler({
      concurrency: 1,
      clock,
      onError: (error) => void told.push(error),
      waitUntil: (): never => {
        throw value;
      },
    });
    scheduler.createWorkItem({ run: () => {} }).enqueue();
    await turns(clock);
    equal(told.length, 1, `${what}: errors reported`);
    same(told[0], value, `${what}: what onError is told`);
    await goesOn({ clock, scheduler, told, sources: [] });
  }
}

async function contextThrows(api: Api): Promise<void> {
  for (const [what, make] of THROWN) {
    const all = stage(api);
    const value = make();
    let thrown: unknown = "nothing";
    try {
      all.scheduler.createWorkItem({
        context: (): never => {
          throw value;
        },
        run: () => {},
      });
    } catch (error) {
      thrown = error;
    }
    same(thrown, value, `${what}: what createWorkItem throws`);
    equal(all.told.length, 0, `${what}: errors reported`);
    await goesOn(all);
  }
}

/** A17: the context is the user's; nothing of it is ever looked at. */
async function contextUntouched(api: Api): Promise<void> {
  const all = stage(api);
  const { clock, scheduler } = all;
  scheduler.observe(
    Object.fromEntries(EVENTS.map((event) => [event, () => {}])),
  );
  const { proxy, traps } = trapped(() => {});
  const scope = scheduler.createScope({ serialize: true });
  for (const whenRunning of ["rerun", "overlap", "restart", "skip"] as const) {
    const seen: unknown[] = [];
    const item = scope.createWorkItem({
      context: () => proxy,
      whenRunning,
      timeout: 5,
      run: ({ context, number }): Promise<void> => {
        seen.push(context);
        return number === 1 ? Promise.reject(boom) : Promise.resolve();
      },
      cleanup: (context) => void seen.push(context),
    });
    seen.push(item.context);
    item.enqueue();
    item.enqueue();
    const suspension = item.suspend();
    suspension.resume();
    track(item.request());
    track(item.flush());
    track(item.idle());
    await turns(clock);
    item.enqueue();
    item.cancel({ running: true });
    item.enqueue();
    track(item.delete());
    await turns(clock);
    ok(seen.length >= 3, "a context in runs, cleanup and handle");
    for (const context of seen) same(context, proxy, "the context");
  }
  equal(traps(), 0, "traps");
  await goesOn(all);
}

/** What is thrown is carried, not looked at. */
async function thrownUntouched(api: Api): Promise<void> {
  const all = stage(api);
  const { clock, scheduler, told } = all;
  const { proxy, traps } = trapped();
  for (const way of ["thrown", "rejected"]) {
    const item = scheduler.createWorkItem({ run: () => WAYS[way]?.(proxy) });
    item.enqueue();
    await turns(clock);
    track(item.request());
    await turns(clock);
  }
  equal(told.length, 2, "errors reported");
  equal(traps(), 0, "traps");
  await goesOn(all);
}

/** The callback is called without a `this`, and what it is does not matter. */
async function hostileCallbacks(api: Api): Promise<void> {
  const all = stage(api);
  const { clock, scheduler, told } = all;
  const seen: unknown[] = [];
  function remember(this: unknown): void {
    seen.push(this);
  }
  const plain = scheduler.createWorkItem({ run: remember });
  plain.enqueue();
  await turns(clock);
  same(seen[0], undefined, "this");
  await scheduler.run(remember);
  same(seen[1], undefined, "this of a one-shot");

  class Called {}
  scheduler.createWorkItem({ run: Called as never }).enqueue();
  const { proxy, revoke } = Proxy.revocable(() => {}, {});
  const revoked = scheduler.createWorkItem({ run: proxy });
  revoke();
  revoked.enqueue();
  await turns(clock);
  equal(told.length, 2, "errors reported");
  await goesOn(all);
}

/** Signals of others: they need not be of this realm, nor be well made. */
async function hostileSignals(api: Api): Promise<void> {
  for (const isThrowing of [false, true]) {
    const all = stage(api);
    const { clock, scheduler } = all;
    const fake = {
      aborted: false,
      reason: undefined,
      addEventListener: (): void => {},
      ...isThrowing && {
        removeEventListener: (): never => {
          throw new Error("removeEventListener");
        },
      },
    };
    const signal = fake as unknown as AbortSignal;
    const item = scheduler.createWorkItem({ run: () => {} });
    item.enqueue();
    track(attempt(() => item.flush({ signal })));
    track(attempt(() => item.idle({ signal })));
    track(attempt(() => scheduler.idle({ signal })));
    track(attempt(() => scheduler.run(() => {}, { signal })));
    await turns(clock);
    equal(scheduler.snapshot().running, 0, "runs in flight");
    await goesOn(all);
  }
}

function attempt(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return call();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** A getter that answers otherwise the second time changes nothing. */
async function changingSignal(api: Api): Promise<void> {
  const all = stage(api);
  const { clock, scheduler } = all;
  let reads = 0;
  const options = {
    get signal(): AbortSignal | undefined {
      return reads++ === 0 ? undefined : "hostile" as never;
    },
  };
  const item = scheduler.createWorkItem({ run: () => {} });
  item.enqueue();
  track(item.flush(options));
  await turns(clock);
  equal(scheduler.snapshot().running, 0, "runs in flight");
  await goesOn(all);
}

/** Fails as `run` does, and if it leaves an error to the host. */
async function caught(run: Promise<void>): Promise<void> {
  const uncaught: unknown[] = [];
  const stop = swallowUncaught(uncaught);
  try {
    await run;
  } finally {
    await macroturn();
    stop();
  }
  equal(uncaught.length, 0, "errors that nobody caught");
}

/** A cleanup or handler that never ends does not keep close() from ending. */
async function endlessHandlers(api: Api): Promise<void> {
  const clock = new HandClock();
  const told: unknown[] = [];
  const scheduler = new api.Scheduler({
    clock,
    onError: (error): Promise<never> => {
      told.push(error);
      return new Promise(() => {});
    },
  });
  const item = scheduler.createWorkItem({
    run: (): never => {
      throw boom;
    },
    cleanup: () => new Promise(() => {}),
  });
  item.enqueue();
  await turns(clock);
  const report = track(scheduler.close({ grace: 10, abortGrace: 10 }));
  await turns(clock);
  equal(report.state, "pending", "close within its time");
  clock.advance(60_000); // Whatever a cleanup is given at least.
  await turns(clock);
  equal(report.state, "fulfilled", "close");
  const { code } = Object(told[1]) as { code?: string };
  equal(code, "WI-TIMEOUT", "what onError is told");
  equal(clock.timers, 0, "timers left");
}

function matrix(
  cell: (
    api: Api,
    cell: { value: unknown; way: (value: unknown) => unknown },
  ) => Promise<void>,
): (api: Api, way: (value: unknown) => unknown) => Promise<void> {
  return async (api, way) => {
    for (const [what, make] of THROWN) {
      try {
        await cell(api, { value: make(), way });
      } catch (error) {
        throw new Error(`${what}: ${(error as Error).message}`);
      }
    }
  };
}

const fromRun = matrix(throws);
const fromCleanup = matrix(throwsElsewhere);

const suites: readonly ApiCase[] = [
  ...Object.entries(WAYS).flatMap(([name, way]): ApiCase[] => [
    [`A12 ${THROWN.length} values ${name}`, (api) => fromRun(api, way)],
    [
      `A12 ${THROWN.length} values in cleanups, ${name}`,
      (api) => fromCleanup(api, way),
    ],
  ]),
  ...Object.entries(RESULTS).map(([name, result]): ApiCase => [
    `A13 a result that ${name}`,
    (api) => returns(api, result),
  ]),
  ["A13 then is read once", readsThenOnce],
  ...EVENTS.map((name): ApiCase => [
    `A16 an observer that throws at ${name}`,
    (api) => observerThrows(api, name),
  ]),
  ["A16 an observer that rejects", observerRejects],
  ["A16 observers that stop each other while told", observerStops],
  ["A16 onError throws", onErrorThrows],
  ["A16 onError returns a promise that rejects", onErrorRejects],
  ["A16 onError returns a hostile result", onErrorReturns],
  ["A15 without onError reportError is told once", defaultOnError],
  ["A15 without reportError a timer throws", withoutReportError],
  ["A15 a reportError that throws itself stops nothing", reportErrorThrows],
  ["A22 an abort listener throws", abortListenerThrows],
  ["A12 waitUntil throws", waitUntilThrows],
  ["A12 a context factory throws", contextThrows],
  ["A17 no trap of a context is sprung", contextUntouched],
  ["A12 no trap of what is thrown is sprung", thrownUntouched],
  [
    "A12 callbacks that are called without this, or cannot be",
    hostileCallbacks,
  ],
  ["A22 signals that are badly made", (api) => caught(hostileSignals(api))],
  [
    "A22 a signal that is another at the second look",
    (api) => caught(changingSignal(api)),
  ],
  ["A23 cleanups and handlers that never end", endlessHandlers],
];

/** All suites, each of which leaves no rejection unhandled. */
export const cases: readonly ApiCase[] = suites.map(
  ([name, fn]) => [name, (api) => watched(() => fn(api))],
);
