/**
 * What the host has or lacks: entries, event loop, async context, size.
 *
 * @module
 */
import { type Case, defer, equal, isError, ok } from "./expect.ts";

/** What mod.ts exports as a value. */
const names = [
  "CancelledError",
  "ClosedError",
  "DeletedError",
  "QueueFullError",
  "Scheduler",
  "SelfWaitError",
  "SkippedError",
  "TimeoutError",
  "WorkItemError",
  "systemClock",
];

/** The cases of this file. */
export const cases: readonly Case[] = [
  ["both entries are there", ({ api, testing }) => {
    const missing = names.filter((name) => !(name in api));
    equal(missing, []);
    equal([typeof testing.FakeClock, typeof testing.Recorder], [
      ...["function", "function"],
    ]);
    return Promise.resolve();
  }],

  ["the host's clock has times, timers and turns", async ({ api }) => {
    const { systemClock } = api;
    const [fired, turned] = [defer(), defer()];
    const beganMs = systemClock.now();

    systemClock.stopTimer(
      systemClock.startTimer(() => fired.reject("stopped"), 0),
    );
    systemClock.startTimer(fired.resolve, 1);
    systemClock.turn(turned.resolve);
    await Promise.all([fired.promise, turned.promise]);
    ok(systemClock.now() >= beganMs, "a clock that never runs backwards");
    ok(systemClock.today() > 1.7e12, "a wall clock");
  }],

  ["a timer fires beside a synchronous self-feeding item", async ({ api }) => {
    const scheduler = new api.Scheduler();
    let fired = false;
    let runs = 0;
    const item = scheduler.createWorkItem({
      run: () => {
        if (!fired && ++runs < 5_000_000) item.enqueue();
      },
    });

    setTimeout(() => {
      fired = true;
    }, 0);
    item.enqueue();
    await item.idle();
    ok(fired, `the timer before ${runs} runs were through`);
  }],

  ["a timer fires beside an asynchronous self-feeding item", async (
    { api },
  ) => {
    const scheduler = new api.Scheduler();
    let fired = false;
    let runs = 0;
    const item = scheduler.createWorkItem({
      run: async () => {
        await undefined;
        if (!fired && ++runs < 5_000_000) item.enqueue();
      },
    });

    setTimeout(() => {
      fired = true;
    }, 0);
    item.enqueue();
    await item.idle();
    ok(fired, `the timer before ${runs} runs were through`);
  }],

  ["100,000 items run once each", async ({ api }) => {
    const scheduler = new api.Scheduler();
    let runs = 0;
    const run = () => void runs++;
    const items = Array.from(
      { length: 100_000 },
      () => scheduler.createWorkItem({ run }),
    );

    for (const item of items) item.enqueue();
    await scheduler.idle();
    equal([runs, scheduler.snapshot().ok], [100_000, 100_000]);
  }],

  ["three tenants enqueue, no run sees another's async context", async (
    { api, AsyncLocalStorage },
  ) => {
    if (AsyncLocalStorage === undefined) return "no AsyncLocalStorage";
    const storage = new AsyncLocalStorage<string>();
    const make = () => new api.Scheduler();
    const homes = [undefined, "home"];
    for (const home of homes) {
      const scheduler = home === undefined ? make() : storage.run(home, make);
      const seen: (string | undefined)[] = [];
      const item = scheduler.createWorkItem({
        run: async () => {
          seen.push(storage.getStore());
          await undefined;
          seen.push(storage.getStore());
        },
      });
      for (const tenant of ["a", "b", "c"]) {
        await storage.run(tenant, async () => {
          item.enqueue();
          const request = item.request();
          equal(storage.getStore(), tenant);
          await request;
          equal(storage.getStore(), tenant);
        });
      }
      await scheduler.run(() => void seen.push(storage.getStore()));
      equal(seen, Array.from({ length: 7 }, () => home));
    }
  }],

  ["tenants in one batch do not see each other", async (
    { api, AsyncLocalStorage },
  ) => {
    if (AsyncLocalStorage === undefined) return "no AsyncLocalStorage";
    const storage = new AsyncLocalStorage<string>();
    const scheduler = new api.Scheduler();
    const seen: unknown[] = [];

    const note = () => void seen.push(storage.getStore());
    for (const tenant of ["a", "b", "c"]) {
      storage.run(tenant, () => {
        scheduler.createWorkItem({ run: note }).enqueue();
        scheduler.createWorkItem({
          run: () => Promise.resolve().then(note),
        }).enqueue();
      });
    }
    await scheduler.idle();
    equal(seen, Array.from({ length: 6 }, () => undefined));
  }],

  ["verify names a wait for oneself through the outer handle", async (
    { api, AsyncLocalStorage },
  ) => {
    if (AsyncLocalStorage === undefined) return "no AsyncLocalStorage";
    const scheduler = new api.Scheduler({ verify: true });
    let error: unknown;
    const item = scheduler.createWorkItem({
      run: async () => {
        await undefined;
        try {
          await item.flush();
        } catch (refusal) {
          error = refusal;
        }
      },
    });

    item.enqueue();
    await item.flush();
    isError(error, { type: api.SelfWaitError, code: "WI-SELF-WAIT" });
    await scheduler.close();
  }],
];
