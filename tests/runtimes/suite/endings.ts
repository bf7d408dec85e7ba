/**
 * How runs end, and who hears of it.
 *
 * @module
 */
import {
  type Case,
  defer,
  equal,
  isError,
  ok,
  rejected,
  same,
  untilAborted,
} from "./expect.ts";

const boom = new Error("boom");

/** Callbacks that end badly, and how often `onError` is told. */
const badEndings: readonly (readonly [string, () => unknown, number])[] = [
  ["throws", () => {
    throw boom;
  }, 1],
  ["rejects", () => Promise.reject(boom), 1],
  ["rejects later", async () => {
    await undefined;
    throw boom;
  }, 1],
  ["a thenable that rejects", () => thenable((_, no) => no(boom)), 1],
  ["a thenable that throws", () =>
    thenable(() => {
      throw boom;
    }), 1],
  ["a thenable that resolves twice", () =>
    thenable((yes) => {
      yes();
      yes();
    }), 0],
  ["a thenable that resolves, then rejects", () =>
    thenable((yes, no) => {
      yes();
      no(boom);
    }), 0],
  ["a thenable that resolves, then throws", () =>
    thenable((yes) => {
      yes();
      throw boom;
    }), 0],
  ["a getter of then that throws", () => ({
    get then(): unknown {
      throw boom;
    },
  }), 1],
  ["throws undefined", () => {
    // deno-lint-ignore no-throw-literal -- hostile on purpose
    throw undefined;
  }, 1],
];

/** The cases of this file. */
export const cases: readonly Case[] = [
  ["no bad ending loses a slot", async ({ api }) => {
    for (const [what, end, errors] of badEndings) {
      const told: unknown[] = [];
      const scheduler = new api.Scheduler({
        concurrency: 1,
        onError: (error) => void told.push(error),
      });
      let after = 0;
      const bad = scheduler.createWorkItem({ run: end });
      const next = scheduler.createWorkItem({ run: () => void after++ });

      bad.enqueue();
      next.enqueue();
      await scheduler.idle();
      equal([told.length, after], [errors, 1], what);
      const { starts, ok, failed } = scheduler.snapshot();
      equal([starts, ok, failed], [2, 2 - errors, errors], what);
      await scheduler.close();
    }
  }],

  ["a thenable that never calls back keeps one slot only", async ({ api }) => {
    const scheduler = new api.Scheduler({ concurrency: 2 });
    let runs = 0;
    const never = scheduler.createWorkItem({
      key: "never",
      run: () => thenable(() => {}),
    });
    const item = scheduler.createWorkItem({ run: () => void runs++ });

    never.enqueue();
    item.enqueue();
    await item.flush();
    equal([runs, scheduler.snapshot().running], [1, 1]);
    const { stuck } = await scheduler.close({ grace: 0, abortGrace: 1 });
    equal(stuck.map(({ key }) => key), ["never"]);
  }],

  ["request() gives the result or the error of its run", async ({ api }) => {
    let told = 0;
    const scheduler = new api.Scheduler({ onError: () => void told++ });
    const item = scheduler.createWorkItem({
      run: ({ number }) => {
        if (number === 2) throw boom;
        return number;
      },
    });

    equal(await Promise.all([item.request(), item.request()]), [1, 1]);
    same(await rejected(item.request()), boom);
    equal(await item.request(), 3);
    equal(told, 0, "onError");
  }],

  ["flush() is not prolonged by later enqueues, idle() is", async ({ api }) => {
    const scheduler = new api.Scheduler();
    let seen = 0;
    const item = scheduler.createWorkItem({
      run: async ({ number }) => {
        seen = number;
        await undefined;
        if (number < 50) item.enqueue();
      },
    });

    item.enqueue();
    const idle = item.idle();
    await item.flush();
    ok(seen < 50, "flush() to settle before the last run");
    await idle;
    equal(seen, 50);
  }],

  ["flush() never rejects with a run's error", async ({ api }) => {
    const told: unknown[] = [];
    const scheduler = new api.Scheduler({
      onError: (error, { key }) => void told.push(error, key),
    });
    const item = scheduler.createWorkItem({
      key: "bad",
      run: () => {
        throw boom;
      },
    });

    item.enqueue();
    await item.flush();
    same(told[0], boom);
    equal(told.slice(1), ["bad"]);
  }],

  ["a run that waits for itself is refused", async ({ api }) => {
    const scheduler = new api.Scheduler();
    const codes: unknown[] = [];
    const item = scheduler.createWorkItem({
      run: async (run) => {
        for (const method of ["flush", "idle", "request"] as const) {
          try {
            await run.item[method]();
          } catch (error) {
            codes.push((error as { code?: unknown }).code);
          }
        }
      },
    });

    item.enqueue();
    await item.idle();
    equal(codes, ["WI-SELF-WAIT", "WI-SELF-WAIT", "WI-SELF-WAIT"]);
  }],

  ["a timeout aborts the signal; the callback's end is the end", async (
    { api },
  ) => {
    const scheduler = new api.Scheduler();
    const expected = { type: api.TimeoutError, code: "WI-TIMEOUT" };
    const slow = scheduler.createWorkItem({
      timeout: 1,
      run: ({ signal }) => untilAborted(signal),
    });
    const late = scheduler.createWorkItem({
      timeout: 1,
      run: ({ signal }) => untilAborted(signal).catch(() => "in the end"),
    });

    isError(await rejected(slow.request()), expected);
    equal(await late.request(), "in the end");
    const { ok, failed, aborted } = scheduler.snapshot();
    equal([ok, failed, aborted], [1, 1, 0]);
  }],

  ["a fake clock moves the timeout", async ({ api, testing }) => {
    const clock = new testing.FakeClock();
    const scheduler = new api.Scheduler({ clock });
    const began = defer();
    const item = scheduler.createWorkItem({
      timeout: 60_000,
      run: ({ signal }) => {
        began.resolve();
        return untilAborted(signal);
      },
    });

    const result = item.request();
    await began.promise;
    equal(clock.timers, 1);
    clock.advance(60_000);
    isError(await rejected(result), {
      type: api.TimeoutError,
      code: "WI-TIMEOUT",
    });
    equal(clock.timers, 0);
  }],

  ["run() settles as its callback does", async ({ api }) => {
    const scheduler = new api.Scheduler({ concurrency: 1 });

    equal(await scheduler.run(({ executor }) => executor), 0);
    equal(await scheduler.run(() => Promise.resolve("later")), "later");
    same(
      await rejected(scheduler.run(() => {
        throw boom;
      })),
      boom,
    );
  }],

  ["run() heeds the caller's signal, queued and running", async ({ api }) => {
    const scheduler = new api.Scheduler({ concurrency: 1 });
    const [running, queued] = [new AbortController(), new AbortController()];
    const began = defer();
    let called = false;
    const first = scheduler.run((run) => {
      began.resolve();
      return untilAborted(run.signal);
    }, { signal: running.signal });
    const second = scheduler.run(() => {
      called = true;
    }, { signal: queued.signal });

    await began.promise;
    queued.abort("not wanted");
    equal(await rejected(second), "not wanted");
    running.abort("enough");
    equal(await rejected(first), "enough");
    equal(
      await rejected(scheduler.run(() => {}, { signal: queued.signal })),
      "not wanted",
    );
    equal(called, false);
  }],
];

function thenable(
  then: (resolve: () => void, reject: (error: unknown) => void) => void,
): PromiseLike<void> {
  // Not a promise, and not well behaved: that is the point.
  return { then } as unknown as PromiseLike<void>;
}
