/** `timeout`: the signal aborts, the run ends as its callback settles, and
 * observers are told for as long as it does not. */
import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { type StalledEvent, TimeoutError } from "../../mod.ts";
import { microtasks, obey, Puppet, Stage } from "./support/stage.ts";

Deno.test("timeout aborts the signal of the run, to the millisecond", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({
    key: "a",
    timeout: 100,
    run: puppet.run,
  });
  const answer = item.request();
  await microtasks();
  const { fail, signal } = puppet.at(1);

  stage.clock.advance(99);
  assertEquals(signal.aborted, false);
  stage.clock.advance(1);
  assertEquals(signal.aborted, true);
  assertInstanceOf(signal.reason, TimeoutError);
  fail(signal.reason);

  await assertRejects(() => answer, TimeoutError, '"a"');
  const { aborted, failed } = stage.scheduler.snapshot();
  assertEquals({ aborted, failed }, { aborted: 0, failed: 1 });
});

Deno.test("timeout counts from the start of the run, not from the enqueue", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ timeout: 10, run: puppet.run });
  stage.scheduler.pause();
  item.enqueue();

  stage.clock.advance(1_000);
  assertEquals(stage.clock.timers, 0);
  stage.scheduler.resume();
  await microtasks();
  stage.clock.advance(9);

  assertEquals(puppet.at(1).signal.aborted, false);
  puppet.at(1).succeed();
});

Deno.test("A run that fulfils after its timeout has succeeded", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ timeout: 10, run: puppet.run });
  const answer = item.request();
  await microtasks();

  stage.clock.advance(10);
  puppet.at(1).succeed("late");

  assertEquals(await answer, "late");
  assertEquals(stage.scheduler.snapshot().ok, 1);
});

Deno.test("A timed-out run that rejects unasked goes to onError", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({ timeout: 10, run: obey });
  item.enqueue();
  await microtasks();

  stage.clock.advance(10);
  await microtasks();

  assertEquals(stage.takeErrors(), ["TimeoutError"]);
  assertEquals(item.state, "idle");
});

Deno.test("timeout leaves no timer when the run ends in time", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({ timeout: 10, run: () => 1 });
  const fails = stage.scheduler.createWorkItem({
    timeout: 10,
    run: () => Promise.reject(new RangeError("broken")),
  });

  item.enqueue();
  fails.enqueue();
  await stage.scheduler.idle();

  assertEquals(stage.clock.timers, 0);
  assertEquals(stage.takeErrors(), ["RangeError"]);
});

Deno.test("timeout of many runs takes one timer of the host", async () => {
  await using stage = new Stage({ concurrency: 50 });
  const puppet = new Puppet();
  for (let limit = 50; limit > 0; limit--) {
    const { run } = puppet;
    stage.scheduler.createWorkItem({ timeout: limit, run }).enqueue();
  }
  await microtasks();

  assertEquals(stage.clock.timers, 1);
  stage.clock.advance(25);

  const aborted = puppet.begun.filter(({ signal }) => signal.aborted);
  assertEquals(aborted.length, 25);
  assertEquals(stage.clock.timers, 1);
  puppet.begun.forEach(({ succeed }) => succeed());
  await microtasks();
  assertEquals(stage.clock.timers, 0);
});

Deno.test("timeout beyond 2^31-1 ms is kept", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const timeout = 2 ** 33;
  stage.scheduler.createWorkItem({ timeout, run: puppet.run }).enqueue();
  await microtasks();
  const { signal, succeed } = puppet.at(1);

  stage.clock.advance(timeout - 1);
  assertEquals(signal.aborted, false);
  stage.clock.advance(1);

  assertEquals(signal.aborted, true);
  succeed();
});

Deno.test("timeout goes by the monotonic clock: the wall's may jump", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ timeout: 10, run: puppet.run });
  item.enqueue();
  await microtasks();

  stage.clock.jumpToday(365 * 86_400_000);
  stage.clock.advance(9);
  stage.clock.jumpToday(-2 * 365 * 86_400_000);
  assertEquals(puppet.at(1).signal.aborted, false);
  stage.clock.advance(1);

  assertEquals(puppet.at(1).signal.aborted, true);
  puppet.at(1).succeed();
});

Deno.test("stalled is told once per timeout, until the run settles", async () => {
  await using stage = new Stage({ concurrency: 1 });
  const puppet = new Puppet();
  const events: StalledEvent[] = [];
  stage.scheduler.observe({ stalled: (event) => void events.push(event) });
  const item = stage.scheduler.createWorkItem({
    key: "a",
    timeout: 100,
    run: puppet.run,
  });
  item.enqueue();
  await microtasks();

  stage.clock.advance(100); // The abort.
  await microtasks();
  assertEquals(events, []);
  stage.clock.advance(250);
  puppet.at(1).succeed();
  await microtasks();
  stage.clock.advance(1_000);

  assertEquals(events.map(({ overdueMs }) => overdueMs), [100, 200]);
  const { executor, key, number, snapshot } = events[0] ?? {};
  assertEquals({ executor, key, number }, { executor: 0, key: "a", number: 1 });
  assertEquals(snapshot?.running, 1);
  assertEquals(stage.clock.timers, 0);
});

Deno.test("A stalled run keeps its executor", async () => {
  await using stage = new Stage({ concurrency: 1 });
  const puppet = new Puppet();
  stage.scheduler.createWorkItem({ timeout: 10, run: puppet.run }).enqueue();
  const next = stage.scheduler.createWorkItem({ run(): void {} });
  next.enqueue();
  await microtasks();

  stage.clock.advance(1_000);
  await microtasks();

  assertEquals(next.state, "queued");
  puppet.at(1).succeed();
  await next.flush();
});

Deno.test("An enqueue does not restart a run that has timed out", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({
    whenRunning: "restart",
    timeout: 10,
    run: puppet.run,
  });
  item.enqueue();
  await microtasks();
  stage.clock.advance(10);

  assertEquals(item.enqueue(), "rerun");
  await microtasks();
  puppet.at(1).fail(puppet.at(1).signal.reason);
  await microtasks();

  assertEquals(stage.takeErrors(), ["TimeoutError"]);
  assertEquals(puppet.at(2).run.coalesced, 1);
  puppet.at(2).succeed();
});
