/** The recorder of `./testing`. */
import { assertEquals } from "@std/assert";
import { Scheduler } from "../../mod.ts";
import { FakeClock, Recorder } from "../../src/testing/mod.ts";
import { defer, track, turns } from "./support/hostile_expect.ts";

function stage(): { recorder: Recorder; scheduler: Scheduler } {
  const recorder = new Recorder();
  const scheduler = new Scheduler({ concurrency: 1, onError: () => {} });
  scheduler.observe(recorder);
  return { recorder, scheduler };
}

Deno.test("Recorder writes a line for each event", async () => {
  const clock = new FakeClock();
  const recorder = new Recorder();
  const scheduler = new Scheduler({ clock, onError: () => {} });
  scheduler.observe(recorder);
  const gate = defer();
  const item = scheduler.createWorkItem({
    key: "a",
    timeout: 10,
    run: ({ number }): Promise<void> =>
      number === 1 ? gate.promise : Promise.reject(new Error("on purpose")),
  });

  scheduler.pause();
  item.enqueue();
  item.enqueue();
  scheduler.resume();
  await recorder.next("started a #1 @0 x2");
  clock.advance(25);
  item.enqueue();
  gate.resolve();
  await recorder.next("ended a #2 failed");
  const busy = scheduler.createWorkItem({ whenRunning: "skip", run: () => {} });
  busy.enqueue();
  busy.enqueue();
  await turns();
  await item.delete();

  assertEquals(recorder.take(), [
    "paused",
    "enqueued a queued",
    "enqueued a coalesced",
    "resumed",
    "started a #1 @0 x2",
    "stalled a #1 +10",
    "enqueued a rerun",
    "ended a #1 ok",
    "started a #2 @0 x1",
    "ended a #2 failed",
    "enqueued - queued",
    "enqueued - skipped",
    "started - #1 @0 x1",
    "ended - #1 ok",
    "deleted a",
  ]);
  await scheduler.close();
});

Deno.test("Recorder writes how an aborted run ended", async () => {
  const { recorder, scheduler } = stage();
  const item = scheduler.createWorkItem({
    key: "a",
    run: ({ signal }): Promise<never> =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
  });
  item.enqueue();
  await recorder.next("started a #1 @0 x1");
  item.cancel({ running: true });
  await recorder.next("ended a #1 aborted");
  assertEquals(recorder.lines.length, 3);
  await scheduler.close();
});

Deno.test("Recorder.next() resolves at once for a line that stands behind", async () => {
  const { recorder, scheduler } = stage();
  const item = scheduler.createWorkItem({ key: "a", run: () => {} });
  item.enqueue();
  await turns();
  for (const line of ["enqueued a queued", "ended a #1 ok"]) {
    const next = track(recorder.next(line));
    await turns();
    assertEquals(next.state, "fulfilled", line);
  }
  await scheduler.close();
});

Deno.test("Recorder.next() waits for a line that has been awaited before", async () => {
  const { recorder, scheduler } = stage();
  const item = scheduler.createWorkItem({ key: "a", run: () => {} });
  item.enqueue();
  await recorder.next("enqueued a queued");
  await recorder.next("ended a #1 ok");
  const again = track(recorder.next("enqueued a queued"));
  await turns();
  assertEquals(again.state, "pending");
  item.enqueue();
  await turns();
  assertEquals(again.state, "fulfilled");
  await scheduler.close();
});

Deno.test("Recorder.next() is resolved for all who wait for the line", async () => {
  const { recorder, scheduler } = stage();
  const both = [recorder.next("paused"), recorder.next("paused")].map(track);
  const other = track(recorder.next("resumed"));
  scheduler.pause();
  await turns();
  assertEquals(both.map(({ state }) => state), ["fulfilled", "fulfilled"]);
  assertEquals(other.state, "pending");
  scheduler.resume();
  await turns();
  assertEquals(other.state, "fulfilled");
  await scheduler.close();
});

Deno.test("Recorder.next() that had to wait has seen its line", async () => {
  const { recorder, scheduler } = stage();
  const first = track(recorder.next("paused"));
  scheduler.pause();
  await turns();
  const second = track(recorder.next("paused"));
  await turns();
  assertEquals([first.state, second.state], ["fulfilled", "pending"]);
  scheduler.resume();
  scheduler.pause();
  await turns();
  assertEquals(second.state, "fulfilled");
  scheduler.resume();
  await scheduler.close();
});

Deno.test("Recorder.take() begins anew", async () => {
  const { recorder, scheduler } = stage();
  scheduler.pause();
  assertEquals(recorder.take(), ["paused"]);
  assertEquals([recorder.lines, recorder.take()], [[], []]);
  const late = track(recorder.next("paused"));
  scheduler.resume();
  await turns();
  assertEquals(late.state, "pending");
  assertEquals(recorder.lines, ["resumed"]);
  await scheduler.close();
});

Deno.test("Recorder names items without key by a dash, kinds by a slash", () => {
  const recorder = new Recorder();
  recorder.deleted({ kind: undefined, key: undefined });
  recorder.deleted({ kind: "reindex", key: "acme" });
  recorder.deleted({ kind: undefined, key: "acme" });
  assertEquals(recorder.take(), [
    "deleted -",
    "deleted reindex/acme",
    "deleted acme",
  ]);
});

Deno.test("Recorder in the middle of a wait keeps lines in order", async () => {
  const { recorder, scheduler } = stage();
  const item = scheduler.createWorkItem({
    key: "a",
    run: ({ item, number }): void => {
      if (number < 3) item.enqueue();
    },
  });
  item.enqueue();
  for (const number of [1, 2, 3]) {
    await recorder.next(`started a #${number} @0 x1`);
    await recorder.next(`ended a #${number} ok`);
  }
  assertEquals(recorder.lines.filter((line) => line.includes("ended")), [
    "ended a #1 ok",
    "ended a #2 ok",
    "ended a #3 ok",
  ]);
  await scheduler.close();
});
