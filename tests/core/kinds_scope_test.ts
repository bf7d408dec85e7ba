/** The end of keys, scopes and schedulers: what runs once more, what is told of
 * the rest and to whom, and what stands in the report. */
import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ClosedError, DeletedError, type Failure } from "../../mod.ts";
import {
  KindStage,
  linesOf,
  ObservedKindStage,
} from "./support/kinds_stage.ts";
import { obey, peek } from "./support/stage.ts";

// delete() of a key

Deno.test("delete() of a key: until it resolves every enqueue throws, then it is as never used", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast();
  kind.enqueue("a", "x");
  await stage.settle();

  const deletion = a.delete();
  for (
    const refused of [
      () => kind.enqueue("a", "y"),
      () => a.enqueue("y"),
      () => kind.get("a").enqueue("y", { delay: 5 }),
      () => a.suspend(),
    ]
  ) assertThrows(refused, DeletedError);
  await assertRejects(() => a.request("y"), DeletedError);
  assertEquals([a.state, kind.get("a").state], ["deleting", "deleting"]);
  actor.at(1).succeed();
  assertEquals(await deletion, undefined);

  assertEquals([a.state, kind.keys()], ["idle", []]);
  assertEquals(a.enqueue("new"), "queued");
  await stage.settle();
  assertEquals(actor.log[1], "a#1@0 new");
  actor.at(2).succeed();
});

Deno.test("delete() twice is one promise; after it has resolved it is another deletion", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast();
  kind.enqueue("a", "x");
  await stage.settle();

  const deletion = a.delete();
  assertStrictEquals(kind.get("a").delete(), deletion);
  actor.at(1).succeed();
  await deletion;
  kind.enqueue("a", "y");
  await stage.settle();
  const second = peek(a.delete());
  await stage.settle();
  assertEquals(second.now, "pending");
  actor.at(2).succeed();
  await stage.settle();

  assertEquals(second.now, undefined);
});

Deno.test("delete() of a key that was never used resolves, and makes nothing", async () => {
  await using stage = new ObservedKindStage();
  const { kind, a } = stage.cast();

  assertEquals(await a.delete(), undefined);

  assertEquals([kind.keys(), a.state], [[], "idle"]);
  assertEquals(kind.enqueue("a", "x"), "queued");
  a.cancel();
});

Deno.test("delete(): what is queued or delayed runs once more, now, without retry", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, actor } = stage.cast({ retry: [10], undelivered });
  kind.enqueue("queued", "x");
  kind.enqueue("delayed", "x", { delay: 500 });
  kind.enqueue("delayed", "y", { delay: 500 });
  const deletions = ["queued", "delayed"].map((key) =>
    peek(kind.get(key).delete())
  );
  await stage.settle();
  assertEquals(actor.log, ["queued#1@0 x", "delayed#1@0 x,y"]);

  actor.at(1).succeed();
  actor.at(2).fail("failure");
  await stage.pass(50);

  assertEquals(deletions.map(({ now }) => now), [undefined, undefined]);
  assertEquals(stage.takeTold(), ["undelivered [x,y] failure x1"]);
  assertEquals(actor.acts.length, 2);
});

Deno.test("delete() while an attempt is running: it is the last one", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, a, actor } = stage.cast({ retry: [10, 10], undelivered });
  kind.enqueue("a", "x");
  await stage.settle();
  actor.at(1).fail("failure");
  await stage.pass(10);

  const deletion = peek(a.delete());
  actor.at(2).fail("failure");
  await stage.pass(50);

  assertEquals([deletion.now, actor.acts.length], [undefined, 2]);
  assertEquals(stage.takeTold(), ["undelivered [x] failure x2"]);
});

const BEHIND = ["backoff", "held", "suspended", "paused"] as const;
for (const behind of BEHIND) {
  for (const isTold of [true, false]) {
    const how = isTold ? "goes to undelivered" : "is what it resolves with";
    Deno.test(`delete(): what stands behind ${behind} is not run; it ${how}`, async () => {
      await using stage = new KindStage();
      const lost: [readonly string[], Failure][] = [];
      const { kind, a, actor } = stage.cast({
        retry: [10],
        ...(behind === "held" ? { retry: undefined } : {}),
        ...(behind === "held" ? { whenExhausted: "hold" } : {}),
        ...(isTold ? { undelivered: (...told) => void lost.push(told) } : {}),
      });
      if (behind === "suspended") a.suspend();
      if (behind === "paused") stage.scheduler.pause();
      kind.enqueue("a", "x");
      await stage.settle();
      if (actor.acts.length === 1) actor.at(1).fail("failure");
      await stage.settle();
      kind.enqueue("a", "y");
      const runs = actor.acts.length;

      const dropped = await a.delete();

      stage.scheduler.resume();
      await stage.pass(50);
      assertEquals(dropped, isTold ? undefined : ["x", "y"]);
      assertEquals(
        lost.map(([messages]) => messages),
        isTold ? [["x", "y"]] : [],
      );
      if (isTold) assertInstanceOf(lost[0]?.[1].error, DeletedError);
      assertEquals([actor.acts.length, stage.clock.timers], [runs, 0]);
      const { owed, suspended } = stage.scheduler.snapshot();
      assertEquals([owed, suspended, kind.keys()], [0, 0, []]);
    });
  }
}

Deno.test("delete(): messages with a waiter are told to it, and to nobody else", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, a } = stage.cast({ undelivered });
  a.suspend();
  kind.enqueue("a", "x");
  const answer = peek(kind.request("a", "asked"));

  await a.delete();

  assertEquals(answer.now, "DeletedError");
  assertEquals(stage.takeTold(), ["undelivered [x] DeletedError x0"]);
});

Deno.test("delete() resolves with [] if a mere wake-up was dropped", async () => {
  await using stage = new KindStage();
  const { kind, a } = stage.cast();
  a.suspend();
  kind.enqueue("a");

  assertEquals(await a.delete(), []);
});

Deno.test("delete() during a run drops what is suspended behind it, at once", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast();
  kind.enqueue("a", "x");
  await stage.settle();
  a.suspend();
  kind.enqueue("a", "y");
  const flush = peek(a.flush());

  const deletion = peek(a.delete());
  await stage.settle();
  assertEquals([deletion.now, flush.now], ["pending", "DeletedError"]);
  actor.at(1).succeed();
  await stage.settle();

  assertEquals(deletion.now, ["y"]);
});

for (const isTold of [true, false]) {
  const how = isTold ? "told" : "given back";
  Deno.test(`delete() of a suspended key whose restarted run rejects: its messages are ${how} too`, async () => {
    await using stage = new KindStage();
    const { undelivered } = stage;
    const { kind, a, actor } = stage.cast({
      whenRunning: "restart",
      ...(isTold ? { undelivered } : {}),
    });
    kind.enqueue("a", "x");
    await stage.settle();
    kind.enqueue("a", "y");
    await stage.settle();
    a.suspend();

    const deletion = peek(a.delete());
    actor.at(1).fail("restarted");
    await stage.settle();

    assertEquals(deletion.now, isTold ? undefined : ["x", "y"]);
    assertEquals(
      stage.takeTold().map((line) => line.split("]")[0]).toSorted(),
      [
        ...(isTold ? ["undelivered [x", "undelivered [y"] : []),
      ],
    );
    assertEquals(actor.acts.length, 1);
  });
}

Deno.test("delete() from the own run only marks: the key ends when the run has ended", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast();
  kind.enqueue("a", "x");
  await stage.settle();
  kind.enqueue("a", "y");

  assertEquals(await actor.at(1).run.item.delete(), undefined);
  assertEquals(a.state, "deleting");
  assertThrows(() => kind.enqueue("a", "z"), DeletedError);
  actor.at(1).succeed();
  await stage.settle();
  assertEquals(actor.log[1], "a#2@0 y");
  actor.at(2).succeed();
  await stage.settle();

  assertEquals([a.state, kind.keys()], ["idle", []]);
});

Deno.test("delete() of one key leaves the others alone", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast();
  for (const key of ["a", "b"]) kind.enqueue(key, "x");
  await stage.settle();

  const deletion = a.delete();
  assertEquals(kind.enqueue("b", "y"), "rerun");
  actor.at(1).succeed();
  actor.at(2).succeed();
  await deletion;
  await stage.settle();

  assertEquals(actor.log[2], "b#2@0 y");
  actor.at(3).succeed();
});

Deno.test("delete() cleans the context up, and a new life has a new one", async () => {
  await using stage = new KindStage();
  const cleaned: string[] = [];
  let made = 0;
  const kind = stage.scheduler.define<string, string, string, string>("k", {
    context: (key) => `${key} ${++made}`,
    run: ({ context }) => context,
    cleanup: (context) => cleaned.push(context),
  });
  await kind.request("a", "x");

  await kind.get("a").delete();
  assertEquals([cleaned, kind.keys()], [["a 1"], []]);

  assertEquals(await kind.request("a", "y"), "a 2");
});

Deno.test("Observers are told that a key was deleted, and not that it was forgotten", async () => {
  await using stage = new ObservedKindStage();
  const { kind, a } = stage.cast({}, { plan: () => {} });
  kind.enqueue("a", "x");
  await stage.settle();
  assertEquals(stage.recorder.take().at(-1), "ended k/a #1 ok");
  kind.enqueue("a", "y");

  await a.delete();

  assertEquals(stage.recorder.lines.at(-1), "deleted k/a");
});

// Scopes

Deno.test("A scope's delete() deletes all keys of its kinds, queued ones after a last run", async () => {
  await using stage = new KindStage();
  const log: string[] = [];
  const scope = stage.scheduler.createScope({
    cleanup: () => log.push("scope"),
  });
  const kind = scope.define<string, void, string, string>("k", {
    context: (key) => key,
    run: ({ key, messages }) => void log.push(`${key} ${messages}`),
    cleanup: (context) => log.push(`cleanup ${context}`),
  });
  const { a } = { a: kind.get("a") };
  a.context;
  kind.enqueue("b", "x");
  kind.enqueue("c", "x", { delay: 500 });

  const deletion = scope.delete();
  assertThrows(() => kind.enqueue("a", "y"), DeletedError);
  assertThrows(() => kind.enqueue("new", "y"), DeletedError);
  await assertRejects(() => kind.request("new", "y"), DeletedError);
  await deletion;

  assertEquals(log.at(-1), "scope");
  assertEquals(log.toSorted(), [
    "b x",
    "c x",
    "cleanup a",
    "cleanup b",
    "cleanup c",
    "scope",
  ]);
  assertThrows(() => kind.enqueue("new", "y"), DeletedError);
  assertThrows(() => a.enqueue("y"), DeletedError);
  assertEquals([kind.parent, kind.keys(), a.state], [undefined, [], "deleted"]);
});

Deno.test("A scope's end: what no run handles goes to undelivered, else to onError", async () => {
  await using stage = new KindStage();
  const scope = stage.scheduler.createScope();
  const { undelivered } = stage;
  const told = stage.cast({ undelivered }, { home: scope });
  const silent = stage.cast({}, { name: "silent", home: scope.createScope() });
  const answers = [told, silent].map(({ kind, a }) => {
    a.suspend();
    kind.enqueue("a", "x");
    kind.enqueue("a", "y");
    return peek(kind.request("a", "asked"));
  });

  await scope.delete();

  assertEquals(answers.map(({ now }) => now), ["DeletedError", "DeletedError"]);
  assertEquals(stage.takeTold().toSorted(), [
    "onError [x,y] DeletedError",
    "undelivered [x,y] DeletedError x0",
  ]);
});

Deno.test("A scope's end waits for a run of a key that nothing else is known of", async () => {
  await using stage = new KindStage();
  const scope = stage.scheduler.createScope();
  const { kind, actor } = stage.cast({}, { home: scope });
  kind.enqueue("a", "x");
  await stage.settle();

  const deletion = peek(scope.delete());
  await stage.settle();
  assertEquals(deletion.now, "pending");
  actor.at(1).succeed();
  await stage.settle();

  assertEquals(deletion.now, undefined);
});

Deno.test("define() in a scope that is deleted throws DeletedError, after close() ClosedError", async () => {
  await using stage = new KindStage();
  const scope = stage.scheduler.createScope();
  await scope.delete();
  assertThrows(() => scope.define("k", { run(): void {} }), DeletedError);

  await stage.close();

  const { scheduler } = stage;
  assertThrows(() => scheduler.define("k", { run(): void {} }), ClosedError);
});

// close()

Deno.test("close() reports with kind, key and messages; of each message once", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, actor } = stage.cast({ retry: [50], undelivered });
  const holding = stage.cast({ whenExhausted: "hold", undelivered }, {
    name: "h",
    plan: () => Promise.reject("failure"),
  });
  kind.enqueue("backoff", "1");
  holding.kind.enqueue("held", "2");
  await stage.settle();
  actor.at(1).fail("failure");
  await stage.settle();
  kind.enqueue("backoff", "3");
  holding.kind.enqueue("held", "4");
  kind.enqueue("delayed", "5", { delay: 10 });
  kind.get("suspended").suspend();
  kind.enqueue("suspended", "6");
  kind.enqueue("queued", "7");

  const closing = stage.scheduler.close();
  await stage.settle();
  actor.at(2).succeed();

  assertEquals(linesOf(await closing).toSorted(), [
    "finished 1",
    "left h/held [2,4]",
    "left k/backoff [1,3]",
    "left k/delayed [5]",
    "left k/suspended [6]",
  ]);
  assertEquals(actor.log[1], "queued#1@0 7");
});

Deno.test("close() reports a mere wake-up without messages, and a single item by its key", async () => {
  await using stage = new KindStage();
  const { kind } = stage.cast();
  const item = stage.scheduler.createWorkItem({
    key: "single",
    run(): void {},
  });
  kind.enqueue("a", undefined, { delay: 10 });
  item.enqueue(undefined, { delay: 10 });

  const { left } = await stage.scheduler.close();

  assertEquals(
    left.toSorted(({ key: a = "" }, { key: b = "" }) => a < b ? -1 : 1),
    [
      { kind: "k", key: "a", messages: [] },
      { kind: undefined, key: "single", messages: [] },
    ],
  );
});

Deno.test("close() of a paused scheduler reports due work with its messages at once", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast();
  kind.enqueue("runs", "1");
  await stage.settle();
  stage.scheduler.pause();
  kind.enqueue("runs", "2");
  kind.enqueue("due", "3");

  const closing = stage.scheduler.close();
  actor.at(1).succeed();

  assertEquals(linesOf(await closing).toSorted(), [
    "finished 1",
    "left k/due [3]",
    "left k/runs [2]",
  ]);
});

Deno.test("close(): an aborted run that rejects is reported with its messages, without retry", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, actor } = stage.cast({ retry: [10], undelivered }, {
    plan: obey,
  });
  kind.enqueue("a", "x");
  kind.enqueue("a", "y");
  await stage.settle();
  kind.enqueue("a", "newer");

  const report = await stage.close({ grace: 0 });

  assertEquals(linesOf(report), [
    "finished 0",
    "aborted k/a [x,y]",
    "left k/a [newer]",
  ]);
  assertEquals(actor.acts.length, 1);
});

Deno.test("close(): a run that fulfils after the abort has handled its messages", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast();
  kind.enqueue("a", "x");
  await stage.settle();

  const closing = stage.scheduler.close({ grace: 0 });
  actor.at(1).succeed();

  assertEquals(linesOf(await closing), ["finished 1"]);
});

Deno.test("close(): a run that never settles is stuck with its messages; a later end is ignored", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, actor } = stage.cast({ retry: [10], undelivered });
  kind.enqueue("a", "x");
  const answer = peek(kind.request("a", "asked"));
  await stage.settle();
  kind.enqueue("a", "newer");

  const report = await stage.close({ grace: 5, abortGrace: 5 });

  assertEquals(linesOf(report), [
    "finished 0",
    "left k/a [newer]",
    "stuck k/a [x,asked]",
  ]);
  assertEquals(answer.now, "ClosedError");
  const before = stage.scheduler.snapshot();
  actor.at(1).fail("late");
  await stage.pass(50);
  assertEquals([stage.scheduler.snapshot(), stage.clock.timers], [before, 0]);
});

Deno.test("close(): what would be tried again while it drains is reported at once, and told to nobody else", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, actor } = stage.cast({ retry: [10], undelivered });
  kind.enqueue("a", "x");
  await stage.settle();
  kind.enqueue("a", "y");

  const closing = stage.scheduler.close();
  actor.at(1).fail("failure");

  const lines = linesOf(await closing);
  assertEquals(lines, ["finished 1", "left k/a [x,y]"]);
  assertEquals([actor.acts.length, stage.clock.now()], [1, 0]);
});

Deno.test("close(): what fails for the last time while it drains is undelivered; the newer runs", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, actor } = stage.cast({ undelivered });
  kind.enqueue("a", "x");
  await stage.settle();
  kind.enqueue("a", "y");

  const closing = stage.scheduler.close();
  actor.at(1).fail("failure");
  await stage.settle();
  assertEquals(stage.takeTold(), ["undelivered [x] failure x1"]);
  actor.at(2).succeed();

  assertEquals(linesOf(await closing), ["finished 2"]);
});

Deno.test("close(): what a run delays while it drains is reported at once", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast();
  kind.enqueue("a", "x");
  await stage.settle();
  kind.enqueue("a", "y", { delay: 10 });

  const closing = peek(stage.scheduler.close());
  await stage.settle();
  assertEquals(closing.now, "pending"); // For the run alone.
  actor.at(1).succeed();
  await stage.settle();

  assertEquals(linesOf(closing.now as never), ["finished 1", "left k/a [y]"]);
  assertEquals([actor.acts.length, stage.clock.timers], [1, 0]);
});

Deno.test("close(): with hold, what fails while it drains is reported, not held", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ whenExhausted: "hold" });
  const answer = peek(kind.request("a", "asked"));
  kind.enqueue("a", "x");
  await stage.settle();

  const closing = stage.scheduler.close();
  actor.at(1).fail("failure");

  assertEquals(linesOf(await closing), ["finished 1", "left k/a [asked,x]"]);
  assertEquals(answer.now === "pending", false);
});

Deno.test("close(): a restarted run's messages run again while it drains", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ whenRunning: "restart" });
  kind.enqueue("a", "x");
  await stage.settle();
  kind.enqueue("a", "y");
  await stage.settle();

  const closing = stage.scheduler.close();
  actor.at(1).fail("restarted");
  await stage.settle();
  assertEquals(actor.log[1], "a#2@0 x,y");
  actor.at(2).succeed();

  assertEquals(linesOf(await closing), ["finished 1"]);
});

Deno.test("close() leaves no timer of delays, backoffs, rates and passivations", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ retry: [500] });
  const limited = stage.cast({ rate: { limit: 1, interval: 500 } }, {
    name: "limited",
    plan: () => {},
  });
  const remembering = stage.scheduler.define("remembering", {
    context: () => ({}),
    passivateAfter: 500,
    run(): void {},
  });
  kind.enqueue("backoff", "x");
  await stage.settle();
  actor.at(1).fail("failure");
  kind.enqueue("delayed", "x", { delay: 500 });
  limited.kind.enqueue("a", "x");
  limited.kind.enqueue("b", "x");
  remembering.enqueue("a");
  await stage.settle();
  assertEquals(stage.clock.timers > 0, true);

  const report = await stage.close({ grace: 0 });

  assertEquals(stage.clock.timers, 0);
  assertEquals(linesOf(report).toSorted(), [
    "finished 0",
    "left k/backoff [x]",
    "left k/delayed [x]",
    "left limited/b [x]",
  ]);
});
