/** close() that is called again, from inside, or beside the scheduler's own
 * signal. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import type { CloseReport, Run } from "../../mod.ts";
import { Scheduler } from "../../mod.ts";
import { FakeClock } from "../../src/testing/mod.ts";
import { microtasks, obey, peek } from "./support/stage.ts";

const never = (): Promise<never> => new Promise(() => {});

Deno.test("close() goes on listening to the scheduler's signal", async () => {
  const clock = new FakeClock();
  const { signal, abort } = controller();
  const scheduler = new Scheduler({ clock, signal });
  scheduler.createWorkItem({ key: "a", run: obey }).enqueue();
  await microtasks();

  const report = peek(scheduler.close({ grace: 1_500 }));
  abort();
  await microtasks();

  const { aborted } = report.now as CloseReport;
  assertEquals(aborted, [{ kind: undefined, key: "a", messages: [] }]);
});

Deno.test("close() called by a cleanup of its own is the same closing", async () => {
  const clock = new FakeClock();
  const scheduler = new Scheduler({ clock, concurrency: 1 });
  const inner: Promise<CloseReport>[] = [];
  const item = scheduler.createWorkItem({
    key: "a",
    run: (): void => {},
    cleanup: () => void inner.push(scheduler.close({ grace: 1_000 })),
  });
  item.enqueue();
  item.delete();
  scheduler.pause();

  const outer = scheduler.close({ grace: 1_000 });
  await microtasks();

  assertStrictEquals(inner[0], outer);
  assertEquals((await outer).left.length, 1);
});

Deno.test("close() without options changes nothing of an earlier one", async () => {
  const clock = new FakeClock();
  const scheduler = new Scheduler({ clock });
  const settle: (() => void)[] = [];
  scheduler.createWorkItem({
    run: () => new Promise<void>((resolve) => settle.push(resolve)),
  }).enqueue();
  await microtasks();

  const report = scheduler.close({ grace: 0, abortGrace: 5_000 });
  scheduler.close();
  clock.advance(1_300);
  settle.forEach((resolve) => resolve());

  assertEquals((await report).stuck, []);
});

Deno.test("close() again shortens the time of cleanups too", async () => {
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const scheduler = new Scheduler({
    clock,
    onError: (error) => errors.push(error),
  });
  scheduler.createWorkItem({ run: (): void => {}, cleanup: never });

  const report = peek(scheduler.close({ grace: 2_000 }));
  await microtasks();
  scheduler.close({ grace: 0, abortGrace: 10 });
  clock.advance(10);
  await microtasks();

  assertEquals([report.now === "pending", errors.length], [false, 1]);
  assertEquals(clock.timers, 0);
});

Deno.test("close() gives a stuck run up, whose late signal has aborted", async () => {
  const clock = new FakeClock();
  const scheduler = new Scheduler({ clock });
  const runs: Run<undefined>[] = [];
  scheduler.createWorkItem({
    run: (run): Promise<never> => {
      runs.push(run);
      return never();
    },
  }).enqueue();
  await microtasks();

  const report = scheduler.close({ grace: 0, abortGrace: 10 });
  clock.advance(10);
  await report;

  assertEquals(runs.map(({ signal }) => signal.aborted), [true]);
});

Deno.test("cancel() right after a restart aborts the signal at once", async () => {
  const clock = new FakeClock();
  const scheduler = new Scheduler({ clock });
  const signals: AbortSignal[] = [];
  const item = scheduler.createWorkItem({
    whenRunning: "restart",
    run: ({ signal }): Promise<never> => {
      signals.push(signal);
      return never();
    },
  });
  item.enqueue();
  await microtasks();

  item.enqueue();
  item.cancel({ running: true });

  assertEquals(signals.map(({ aborted }) => aborted), [true]);
});

Deno.test("flush() of a sibling resolves at the end of its deletion", async () => {
  const scheduler = new Scheduler({ clock: new FakeClock() });
  const scope = scheduler.createScope();
  const log: string[] = [];
  scope.createWorkItem({
    run: (): void => {},
    cleanup: () => void second.flush().then(() => log.push("flushed")),
  });
  const second = scope.createWorkItem({
    run: (): void => {},
    cleanup: async () => {
      await microtasks();
      log.push("cleaned up");
    },
  });

  await scope.delete();
  await microtasks();

  assertEquals(log, ["cleaned up", "flushed"]);
});

Deno.test("run() hands its callback no item, whatever its options", async () => {
  const scheduler = new Scheduler({ clock: new FakeClock() });
  const itemOf = (run: object): unknown => (run as { item?: unknown }).item;

  const items = await Promise.all([
    scheduler.run(itemOf),
    scheduler.run(itemOf, { priority: 1 }),
  ]);

  assertEquals(items, [undefined, undefined]);
});

function controller(): { signal: AbortSignal; abort: () => void } {
  const all = new AbortController();
  return { signal: all.signal, abort: () => all.abort() };
}
