/**
 * Taking back, holding back, starting anew, side by side, and one at a time.
 *
 * @module
 */
import {
  type Case,
  defer,
  equal,
  isError,
  rejected,
  same,
  turn,
  untilAborted,
} from "./expect.ts";

/** The cases of this file. */
export const cases: readonly Case[] = [
  ["cancel() takes back a wake-up and tells who waits", async ({ api }) => {
    const scheduler = new api.Scheduler();
    let runs = 0;
    const item = scheduler.createWorkItem({ run: () => void runs++ });
    const expected = { type: api.CancelledError, code: "WI-CANCELLED" };

    equal(item.cancel(), undefined);
    item.enqueue();
    const flush = rejected(item.flush());
    const request = rejected(item.request());
    equal(item.cancel(), []);
    isError(await flush, expected);
    isError(await request, expected);
    equal([runs, item.state], [0, "idle"]);
  }],

  ["cancel({ running: true }) aborts the run", async ({ api }) => {
    const told: unknown[] = [];
    const scheduler = new api.Scheduler({
      onError: (error) => void told.push(error),
    });
    const expected = { type: api.CancelledError, code: "WI-CANCELLED" };
    const began = defer();
    let reason: unknown;
    const item = scheduler.createWorkItem({
      run: ({ signal }) => {
        began.resolve();
        signal.addEventListener("abort", () => reason = signal.reason);
        return untilAborted(signal);
      },
    });

    const request = rejected(item.request());
    await began.promise;
    item.cancel({ running: true });
    isError(await request, expected);
    isError(reason, expected);
    const { aborted, failed, running } = scheduler.snapshot();
    equal([aborted, failed, running, told.length], [1, 0, 0, 0]);
  }],

  ["a suspended item collects until the last resume", async ({ api }) => {
    const scheduler = new api.Scheduler();
    let answered = 0;
    const item = scheduler.createWorkItem({
      run: ({ coalesced }) => void (answered += coalesced),
    });
    const [first, second] = [item.suspend(), item.suspend()];

    equal([item.enqueue(), item.enqueue()], ["queued", "coalesced"]);
    first.resume();
    first.resume();
    await turn();
    equal([answered, item.state], [0, "suspended"]);
    second.resume();
    await item.flush();
    equal(answered, 2);
  }],

  ["restart aborts the run and answers with a new one", async ({ api }) => {
    const scheduler = new api.Scheduler();
    const began = defer();
    const reasons: unknown[] = [];
    const item = scheduler.createWorkItem({
      whenRunning: "restart",
      run: async ({ signal, number }) => {
        if (number > 1) return number;
        began.resolve();
        return await untilAborted(signal).catch((error) => {
          reasons.push(error);
          throw error;
        });
      },
    });

    const first = item.request();
    await began.promise;
    equal(item.enqueue(), "rerun");
    equal(await first, 2);
    equal(reasons.length, 1);
    isError(reasons[0], { type: api.CancelledError, code: "WI-CANCELLED" });
    const { ok, aborted } = scheduler.snapshot();
    equal([ok, aborted], [1, 1]);
  }],

  ["a signal read after the abort is aborted", async ({ api }) => {
    const scheduler = new api.Scheduler();
    const gate = defer();
    const began = defer();
    const item = scheduler.createWorkItem({
      whenRunning: "restart",
      run: async (run) => {
        if (run.number > 1) return true;
        began.resolve();
        await gate.promise;
        return run.signal.aborted;
      },
    });

    const first = item.request();
    await began.promise;
    item.enqueue();
    await turn();
    gate.resolve();
    equal(await first, true);
    await item.idle();
  }],

  ["overlap runs up to maxOverlap at once", async ({ api }) => {
    const scheduler = new api.Scheduler();
    const gate = defer();
    let most = 0;
    let inFlight = 0;
    const item = scheduler.createWorkItem({
      whenRunning: "overlap",
      maxOverlap: 2,
      run: async () => {
        most = Math.max(most, ++inFlight);
        await gate.promise;
        inFlight--;
      },
    });

    equal(item.enqueue(), "queued");
    await turn();
    equal(item.enqueue(), "queued");
    await turn();
    equal(item.enqueue(), "rerun");
    await turn();
    equal([most, inFlight], [2, 2]);
    gate.resolve();
    await item.idle();
    equal([most, scheduler.snapshot().ok], [2, 3]);
  }],

  ["skip refuses unless idle", async ({ api }) => {
    const scheduler = new api.Scheduler();
    const gate = defer();
    const item = scheduler.createWorkItem({
      whenRunning: "skip",
      run: () => gate.promise,
    });

    equal([item.enqueue(), item.enqueue()], ["queued", "skipped"]);
    await turn();
    isError(await rejected(item.request()), {
      type: api.SkippedError,
      code: "WI-SKIPPED",
    });
    gate.resolve();
    await item.flush();
    equal(item.enqueue(), "queued");
    await item.flush();
    equal(scheduler.snapshot().skipped, 2);
  }],

  ["items of a serialized scope never run at once", async ({ api }) => {
    const scheduler = new api.Scheduler();
    const scope = scheduler.createScope({ serialize: true });
    const inner = scope.createScope();
    const order: string[] = [];
    const make = (name: string, home: typeof scope) =>
      home.createWorkItem({
        run: async () => {
          order.push(`${name} begins`);
          await turn();
          order.push(`${name} ends`);
        },
      });
    const items = [make("a", scope), make("b", inner), make("c", scope)];

    for (const item of items) item.enqueue();
    await scheduler.idle();
    equal(order, [
      ...["a begins", "a ends"],
      ...["b begins", "b ends"],
      ...["c begins", "c ends"],
    ]);
  }],

  ["idle() heeds the caller's signal", async ({ api }) => {
    const scheduler = new api.Scheduler();
    const gate = defer();
    const caller = new AbortController();
    const item = scheduler.createWorkItem({ run: () => gate.promise });

    item.enqueue();
    const idle = rejected(item.idle({ signal: caller.signal }));
    const reason = new Error("no patience");
    caller.abort(reason);
    same(await idle, reason);
    gate.resolve();
    await scheduler.idle();
  }],
];
