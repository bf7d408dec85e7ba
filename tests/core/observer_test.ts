/** Observers: told synchronously after the change, and unable to harm. */
import { assertEquals, assertThrows } from "@std/assert";
import { ClosedError, type Observer } from "../../mod.ts";
import {
  microtasks,
  obey,
  ObservedStage,
  peek,
  Puppet,
  Stage,
} from "./support/stage.ts";

Deno.test("observe() tells each event in the order in which it happens", async () => {
  await using stage = new ObservedStage();
  const item = stage.scheduler.createWorkItem({ key: "a", run(): void {} });
  item.enqueue();
  item.enqueue();
  await item.flush();
  stage.scheduler.pause();
  stage.scheduler.pause();
  stage.scheduler.resume();

  await item.delete();

  assertEquals(stage.recorder.take(), [
    "enqueued a queued",
    "enqueued a coalesced",
    "started a #1 @0 x2",
    "ended a #1 ok",
    "paused",
    "resumed",
    "deleted a",
  ]);
});

Deno.test("observe() tells every outcome of an enqueue, also of skipped ones", async () => {
  await using stage = new ObservedStage();
  const puppet = new Puppet();
  const rerun = stage.scheduler.createWorkItem({ key: "r", run: puppet.run });
  const skip = stage.scheduler.createWorkItem({
    key: "s",
    whenRunning: "skip",
    run(): void {},
  });
  rerun.enqueue();
  await microtasks();
  stage.recorder.take();

  rerun.enqueue();
  skip.enqueue();
  skip.enqueue();
  stage.scheduler.run(() => {});

  assertEquals(stage.recorder.take(), [
    "enqueued r rerun",
    "enqueued s queued",
    "enqueued s skipped",
    "enqueued - queued",
  ]);
  puppet.at(1).succeed();
  await microtasks();
  puppet.at(2).succeed();
});

Deno.test("ended carries how the run ended, and its error", async () => {
  await using stage = new Stage();
  const seen: unknown[] = [];
  stage.scheduler.observe({
    ended: ({ error, outcome }) => void seen.push(outcome, error),
  });
  const error = new RangeError("broken");
  const item = stage.scheduler.createWorkItem({ run: obey });

  await stage.scheduler.run(() => "value");
  await stage.scheduler.run(() => Promise.reject(error)).catch(() => {});
  item.enqueue();
  await microtasks();
  item.cancel({ running: true });
  await microtasks();

  assertEquals(seen.slice(0, 5), ["ok", undefined, "failed", error, "aborted"]);
});

Deno.test("enqueued carries the version, which grows with every visible change", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({ run(): void {} });
  const versions: unknown[] = [];
  stage.scheduler.observe({
    enqueued: ({ version }) => void versions.push([version, item.version]),
  });
  const changes = [
    (): unknown => item.enqueue(),
    (): unknown => item.enqueue(),
    (): unknown => item.cancel(),
    (): unknown => item.suspend(),
    (): unknown => item.delete(),
  ];

  const seen = [item.version];
  for (const change of changes) {
    change();
    seen.push(item.version);
  }

  assertEquals(versions, [[seen[1], seen[1]], [seen[2], seen[2]]]);
  assertEquals(new Set(seen).size, 6);
  assertEquals(seen, seen.toSorted((a, b) => a - b));
});

Deno.test("observe() returns how to stop, once and only that one", async () => {
  await using stage = new Stage();
  const seen: string[] = [];
  const observer: Observer = { enqueued: () => void seen.push("one") };
  const stop = stage.scheduler.observe(observer);
  stage.scheduler.observe(observer); // The same, twice.
  const item = stage.scheduler.createWorkItem({ run(): void {} });

  item.enqueue();
  stop();
  stop();
  item.enqueue();

  assertEquals(seen, ["one", "one", "one"]);
});

Deno.test("An observer that stops itself or another meanwhile harms nobody", async () => {
  await using stage = new Stage();
  const seen: string[] = [];
  const stops: (() => void)[] = [];
  for (const name of ["a", "b", "c"]) {
    stops.push(stage.scheduler.observe({
      enqueued(): void {
        seen.push(name);
        if (name === "a") stops.forEach((stop) => stop());
      },
    }));
  }
  const item = stage.scheduler.createWorkItem({ run(): void {} });

  item.enqueue();
  item.enqueue();

  assertEquals(seen, ["a", "b", "c"]);
});

Deno.test("What an observer throws goes to onError and changes nothing", async () => {
  await using stage = new Stage();
  const broken = (): never => {
    throw new RangeError("broken");
  };
  const all = ["enqueued", "started", "ended", "deleted", "paused"] as const;
  const seen: string[] = [];
  for (const name of all) stage.scheduler.observe({ [name]: broken });
  for (const name of all) {
    stage.scheduler.observe({ [name]: () => void seen.push(name) });
  }

  const item = stage.scheduler.createWorkItem({ run: () => "ran" });
  assertEquals(await item.request(), "ran");
  await item.delete();
  stage.scheduler.pause();

  assertEquals(stage.takeErrors(), Array(5).fill("RangeError"));
  assertEquals(seen, [...all]);
});

Deno.test("observe() refuses what is no observer", async () => {
  await using stage = new Stage();
  const observe = (observer: unknown): void => {
    stage.scheduler.observe(observer as Observer);
  };

  for (const wrong of [null, undefined, "x", { started: true }]) {
    assertThrows(() => observe(wrong), TypeError);
  }
});

Deno.test("An observer sees the item as it is after the change", async () => {
  await using stage = new Stage();
  const seen: string[] = [];
  const look = (event: string) => (): void =>
    void seen.push(`${event} ${item.state}`);
  stage.scheduler.observe({
    enqueued: look("enqueued"),
    started: look("started"),
    ended: look("ended"),
    deleted: look("deleted"),
  });
  const item = stage.scheduler.createWorkItem({ run(): void {} });

  item.enqueue();
  await item.flush();
  await item.delete();

  assertEquals(seen, [
    "enqueued queued",
    "started running",
    "ended idle",
    "deleted deleted",
  ]);
});

Deno.test("request() rejects if an observer takes its wake-up back", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({ run(): void {} });
  const stop = stage.scheduler.observe({ enqueued: () => void item.cancel() });

  const answer = peek(item.request());
  stop();
  await microtasks();

  assertEquals(answer.now, "CancelledError");
});

Deno.test("request() rejects if an observer closes the scheduler", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({ run(): void {} });
  stage.scheduler.observe({
    enqueued: () => void stage.scheduler.close({ grace: 0 }),
  });

  const answer = peek(item.request());
  await microtasks();

  assertEquals(answer.now, ClosedError.name);
});

Deno.test("An observer of the start may abort the run that starts", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ run: puppet.run });
  const stop = stage.scheduler.observe({
    started: () => void item.cancel({ running: true }),
  });

  item.enqueue();
  await microtasks();
  stop();

  assertEquals(puppet.at(1).signal.aborted, true);
  puppet.at(1).succeed();
});
