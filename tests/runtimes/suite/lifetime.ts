/**
 * From creation to deletion and close, and what can be seen of it.
 *
 * @module
 */
import {
  type Case,
  defer,
  equal,
  type Host,
  isError,
  ok,
  rejected,
  same,
  thrown,
  turn,
  untilAborted,
} from "./expect.ts";

/** The cases of this file. */
export const cases: readonly Case[] = [
  ["delete() runs what is owed, then cleans up children first", async (
    { api },
  ) => {
    const scheduler = new api.Scheduler();
    const order: string[] = [];
    const note = (what: string) => () => void order.push(what);
    const outer = scheduler.createScope({ cleanup: note("outer") });
    const inner = outer.createScope({ cleanup: note("inner") });
    const item = inner.createWorkItem({
      key: "item",
      context: () => "its context",
      run: note("run"),
      cleanup: (context, { key }) => order.push(`${key}: ${context}`),
    });

    item.enqueue();
    await outer.delete();
    equal(order, ["run", "item: its context", "inner", "outer"]);
    isError(thrown(() => item.enqueue()), {
      type: api.DeletedError,
      code: "WI-DELETED",
    });
    equal(item.state, "deleted");
    same(item.delete(), item.delete(), "delete() twice");
  }],

  ["close() finishes what is due and reports the rest", async ({ api }) => {
    const scheduler = new api.Scheduler();
    let runs = 0;
    const make = (key: string) =>
      scheduler.createWorkItem({ key, run: () => void runs++ });
    const [due, held] = [make("due"), make("held")];
    held.suspend();

    due.enqueue();
    held.enqueue();
    const closing = scheduler.close();
    const closed = { type: api.ClosedError, code: "WI-CLOSED" };
    isError(thrown(() => due.enqueue()), closed);
    isError(await rejected(due.request()), closed);
    const { finished, left, aborted, stuck } = await closing;
    equal(left.map(({ key }) => key), ["held"]);
    equal([finished, aborted.length, stuck.length, runs], [1, 0, 0, 1]);
  }],

  ["close() aborts at the end of its grace", async ({ api }) => {
    const scheduler = new api.Scheduler();
    const item = scheduler.createWorkItem({
      key: "long",
      run: ({ signal }) => untilAborted(signal),
    });

    const request = rejected(item.request());
    await turn();
    const { aborted, stuck } = await scheduler.close({ grace: 1 });
    equal(aborted.map(({ key }) => key), ["long"]);
    equal(stuck.length, 0);
    ok(await request instanceof Error, "an error for who waits");
  }],

  ["close() gives up on a stuck run", async ({ api }) => {
    const scheduler = new api.Scheduler();
    const gate = defer();
    let cleaned = false;
    const item = scheduler.createWorkItem({
      key: "deaf",
      run: () => gate.promise,
      cleanup: () => {
        cleaned = true;
      },
    });

    const request = rejected(item.request());
    await turn();
    const { stuck } = await scheduler.close({ grace: 0, abortGrace: 1 });
    equal(stuck.map(({ key }) => key), ["deaf"]);
    isError(await request, { type: api.ClosedError, code: "WI-CLOSED" });
    gate.resolve(); // A settlement after the end is ignored.
    await turn();
    equal([cleaned, scheduler.snapshot().stuck], [false, 1]);
  }],

  ["the abort of its signal closes a scheduler", async ({ api }) => {
    const owner = new AbortController();
    const scheduler = new api.Scheduler({ signal: owner.signal });
    const item = scheduler.createWorkItem({
      run: ({ signal }) => untilAborted(signal),
    });

    const request = rejected(item.request());
    await turn();
    owner.abort();
    ok(await request instanceof Error, "an error for who waits");
    await scheduler.close();
    equal(scheduler.snapshot().closed, true);
    const late = new api.Scheduler({ signal: owner.signal });
    equal(late.snapshot().closed, true);
  }],

  ["Symbol.asyncDispose closes", async ({ api }) => {
    if (typeof Symbol.asyncDispose !== "symbol") return "no such symbol";
    const scheduler = new api.Scheduler();
    let runs = 0;
    scheduler.createWorkItem({ run: () => void runs++ }).enqueue();

    await scheduler[Symbol.asyncDispose]();
    equal([runs, scheduler.snapshot().closed], [1, true]);
  }],

  ["waitUntil is handed a promise for as long as work is owed", async (
    { api },
  ) => {
    const promises: Promise<unknown>[] = [];
    const scheduler = new api.Scheduler({
      waitUntil: (promise) => void promises.push(promise),
    });
    const gate = defer();
    const item = scheduler.createWorkItem({ run: () => gate.promise });

    item.enqueue();
    item.enqueue();
    await turn();
    item.enqueue();
    equal(promises.length, 1);
    gate.resolve();
    await promises[0];
    const { owed, running, ok } = scheduler.snapshot();
    equal([owed, running, ok], [0, 0, 2]);
    item.enqueue();
    await Promise.all([item.flush(), promises[1]]);
    equal(promises.length, 2);
  }],

  ["starts = ok + failed + aborted + stuck + running, always", async (
    host,
  ) => {
    const { scheduler, checks } = countChecks(host);
    const began = defer();
    const make = (run: (signal: () => AbortSignal) => unknown) =>
      scheduler.createWorkItem({
        run: (one) => run(() => one.signal),
      });
    const [fine, bad, long, deaf] = [
      make(() => {}),
      make(() => Promise.reject(new Error("expected"))),
      make((signal) => {
        began.resolve();
        return untilAborted(signal());
      }),
      make(() => new Promise(() => {})),
    ];

    for (let i = 0; i < 3; i++) {
      fine.enqueue();
      bad.enqueue();
      await fine.flush();
      await bad.flush();
    }
    for (const item of [long, deaf]) item.enqueue();
    await began.promise;
    long.cancel({ running: true });
    await scheduler.close({ grace: 0, abortGrace: 1 });
    const { starts, ok: fulfilled, failed, aborted, stuck, running } = scheduler
      .snapshot();
    equal([starts, fulfilled, failed, aborted, stuck, running], [
      ...[8, 3, 3, 1, 1, 0],
    ]);
    ok(checks() >= 16, "an event for each start and end");
  }],

  ["an observer sees it all until it stops", async ({ api, testing }) => {
    const scheduler = new api.Scheduler();
    const recorder = new testing.Recorder();
    const seen: string[] = [];
    const stop = scheduler.observe({
      enqueued: ({ key, outcome }) => seen.push(`${key} ${outcome}`),
      started: ({ key, coalesced }) => seen.push(`${key} x${coalesced}`),
      ended: ({ key, outcome }) => seen.push(`${key} ${outcome}`),
      deleted: ({ key }) => seen.push(`${key} deleted`),
      paused: ({ paused }) => seen.push(`paused ${paused}`),
    });
    scheduler.observe(recorder);
    const item = scheduler.createWorkItem({ key: "a", run: () => {} });

    scheduler.pause();
    item.enqueue();
    item.enqueue();
    scheduler.resume();
    await item.delete();
    equal(seen, [
      ...["paused true", "a queued", "a coalesced", "paused false"],
      ...["a x2", "a ok", "a deleted"],
    ]);
    equal(recorder.take().length, seen.length);
    stop();
    stop();
    scheduler.pause();
    equal([seen.length, recorder.lines.length], [7, 1]);
  }],

  ["a throwing observer changes nothing", async ({ api }) => {
    const told: unknown[] = [];
    const scheduler = new api.Scheduler({
      onError: (error) => void told.push(error),
    });
    const refuse = () => {
      // deno-lint-ignore no-throw-literal -- hostile on purpose
      throw "observer";
    };
    scheduler.observe({ enqueued: refuse, started: refuse, ended: refuse });
    let runs = 0;
    const item = scheduler.createWorkItem({ run: () => void runs++ });

    item.enqueue();
    await item.flush();
    equal([runs, told], [1, ["observer", "observer", "observer"]]);
  }],
];

/** A scheduler whose every event checks the identity of its snapshot. */
function countChecks(
  { api }: Host,
): { scheduler: InstanceType<Host["api"]["Scheduler"]>; checks(): number } {
  const scheduler = new api.Scheduler({ onError: () => {} });
  const failures: unknown[] = [];
  let checks = 0;
  const check = () => {
    checks++;
    const { starts, ok, failed, aborted, stuck, running } = scheduler
      .snapshot();
    if (starts !== ok + failed + aborted + stuck + running) {
      failures.push({ starts, ok, failed, aborted, stuck, running });
    }
  };
  scheduler.observe({ enqueued: check, started: check, ended: check });
  return {
    scheduler,
    checks(): number {
      equal(failures, []);
      return checks;
    },
  };
}
