/** The reference: what KMDF work items do, statement by statement (S1 to S42,
 * see the design notes' WDF.md), and what was found wrong in it (F1 to F5). A
 * test is named by the number of its statement. */
import {
  assertEquals,
  assertLess,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  DeletedError,
  type EnqueueOutcome,
  Scheduler,
  SelfWaitError,
} from "../../mod.ts";
import { FakeClock } from "../../src/testing/mod.ts";
import { microtasks, peek, Puppet, Stage } from "./support/stage.ts";

/** Statements without a counterpart, and why. */
const WITHOUT_COUNTERPART: Readonly<Record<number, string>> = {
  3: "Every parent leads to a scheduler: no other can be named.",
  9: "There is no lock to hold: each decision is one synchronous step.",
  32: "Destroy callbacks are the garbage collector's, who tells nobody.",
  34: "An item has one context; a WeakMap adds more, and gets or creates.",
  35: "Contexts are not added to an item, neither before nor after delete().",
  36: "Contexts are not looked up by type: `item.context` is the one.",
};

Deno.test("S1 createWorkItem() gives the item its parent, and refuses a deleted one", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope();
  const inScope = scope.createWorkItem({ run(): void {} });
  const inScheduler = stage.scheduler.createWorkItem({ run(): void {} });

  assertStrictEquals(inScope.parent, scope);
  assertStrictEquals(inScheduler.parent, stage.scheduler);
  await scope.delete();
  assertThrows(() => scope.createWorkItem({ run(): void {} }), DeletedError);
});

Deno.test("S2 createWorkItem() checks in a fixed order; the first failure wins", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope();
  scope.delete();
  const attempt = (options: object): void => {
    scope.createWorkItem(options as { run(): void });
  };

  assertThrows(() => attempt({ rnu: 1, key: 1 }), TypeError, '"rnu"');
  assertThrows(() => attempt({ run: 1 }), TypeError, '"run"');
  assertThrows(() => attempt({ run(): void {}, key: 1 }), TypeError, '"key"');
  assertThrows(() => attempt({ run(): void {} }), DeletedError);
});

Deno.test("S4 enqueue() keeps nothing for each call: 10^6 do not grow the heap", async () => {
  const scheduler = new Scheduler({ clock: new FakeClock() });
  const item = scheduler.createWorkItem({ run(): void {} });
  scheduler.pause();
  item.enqueue();
  const beforeBytes = Deno.memoryUsage().heapUsed;

  for (let count = 0; count < 1_000_000; count++) item.enqueue();

  const grownBytes = Deno.memoryUsage().heapUsed - beforeBytes;
  assertLess(grownBytes, 4_000_000); // An entry each would be 8,000,000.
  assertEquals(scheduler.snapshot().owed, 1);
  await scheduler.close();
});

Deno.test("S5 scope.delete() waits for a queued run, so no parent vanishes under it", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope();
  const puppet = new Puppet();
  const item = scope.createWorkItem({ run: puppet.run });
  item.enqueue();

  const deleting = peek(scope.delete());
  await microtasks();

  assertStrictEquals(item.parent, scope);
  assertEquals(deleting.now, "pending");
  puppet.at(1).succeed();
  await microtasks();
  assertEquals(deleting.now, undefined);
});

Deno.test("S6 createWorkItem() that fails never calls cleanup", async () => {
  await using stage = new Stage();
  let cleanups = 0;
  const create = (): unknown =>
    stage.scheduler.createWorkItem({
      context(): never {
        throw new RangeError("no context");
      },
      run(): void {},
      cleanup: () => cleanups++,
    });

  assertThrows(create, RangeError, "no context");
  await stage.close();

  assertEquals(cleanups, 0);
});

Deno.test("S7 flush() of an item that was never queued resolves at once", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({ run(): void {} });

  await item.flush();

  assertEquals(stage.scheduler.snapshot().starts, 0);
});

Deno.test("S8 a stale handle gets a typed error from enqueue(), always", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({ run(): void {} });
  await item.delete();

  for (let count = 0; count < 3; count++) {
    assertThrows(() => item.enqueue(), DeletedError);
  }
  await assertRejects(() => item.request(), DeletedError);
  assertThrows(() => item.suspend(), DeletedError);
});

Deno.test("S10 enqueue() of a queued item adds nothing: 1000 are one run", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({
    run: ({ coalesced }) => coalesced,
  });
  const outcomes: EnqueueOutcome[] = [];

  for (let count = 0; count < 1_000; count++) outcomes.push(item.enqueue());
  const answered = await item.request();

  assertEquals(outcomes[0], "queued");
  assertEquals(new Set(outcomes.slice(1)), new Set(["coalesced"]));
  assertEquals(answered, 1_001);
  assertEquals(stage.scheduler.snapshot().starts, 1);
});

Deno.test("S11 enqueue() of a deleted item is refused and queues nothing", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({ run(): void {} });
  item.delete();

  assertThrows(() => item.enqueue(), DeletedError);
  await microtasks();

  assertEquals(stage.scheduler.snapshot().starts, 0);
});

Deno.test("S12 enqueue() after delete() is refused, still queued or not", async () => {
  await using stage = new Stage();
  const queued = stage.scheduler.createWorkItem({ run(): void {} });
  const idle = stage.scheduler.createWorkItem({ run(): void {} });
  queued.enqueue();
  queued.delete();
  idle.delete();

  assertThrows(() => queued.enqueue(), DeletedError);
  assertThrows(() => idle.enqueue(), DeletedError);
  await microtasks();

  assertEquals(stage.scheduler.snapshot().starts, 1);
});

Deno.test("S13 an accepted enqueue() queues the item once, and flush() waits", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({ run(): void {} });

  const outcome = item.enqueue();
  const flush = item.flush();

  assertEquals([outcome, item.state], ["queued", "queued"]);
  assertEquals(stage.scheduler.snapshot().ready, 1);
  await flush;
  assertEquals(item.state, "idle");
});

Deno.test("S14 the ready queue is FIFO over items and holds each at most once", async () => {
  await using stage = new Stage({ concurrency: 1 });
  const order: (string | undefined)[] = [];
  const items = ["a", "b", "c"].map((key) =>
    stage.scheduler.createWorkItem({
      key,
      run: (run) => void order.push(run.key),
    })
  );

  for (const item of items) item.enqueue();
  for (const item of items.toReversed()) item.enqueue();
  const { owed, ready } = stage.scheduler.snapshot();
  await stage.scheduler.idle();

  assertEquals([owed, ready], [3, 3]);
  assertEquals(order, ["a", "b", "c"]);
});

Deno.test("S15 enqueue() never calls the callback itself, wherever it is called", async () => {
  await using stage = new Stage();
  const log: string[] = [];
  const inner = stage.scheduler.createWorkItem({
    run: () => void log.push("inner"),
  });
  const outer = stage.scheduler.createWorkItem({
    run(): void {
      inner.enqueue();
      log.push("outer");
    },
    cleanup(): void {
      inner.enqueue();
      log.push("cleanup");
    },
  });

  outer.enqueue();
  log.push("caller");
  await outer.flush();
  await inner.flush();
  await outer.delete();
  await inner.flush();

  assertEquals(log, ["caller", "outer", "inner", "cleanup", "inner"]);
});

Deno.test("S16 the owed mark is cleared before the callback is called", async () => {
  await using stage = new Stage();
  const seen: unknown[] = [];
  const item = stage.scheduler.createWorkItem({
    run({ number, stale, item }): void {
      seen.push(stale, stage.scheduler.snapshot().owed);
      if (number === 1) seen.push(item.enqueue());
    },
  });

  item.enqueue();
  await microtasks(); // Nobody waits: the short way.

  assertEquals(seen, [false, 0, "rerun", false, 0]);
});

Deno.test("S17 1000 enqueues inside the run are exactly one more run", async () => {
  await using stage = new Stage();
  const answered: number[] = [];
  const item = stage.scheduler.createWorkItem({
    run({ number, coalesced }): void {
      answered.push(coalesced);
      if (number > 1) return;
      for (let count = 0; count < 1_000; count++) item.enqueue();
    },
  });

  item.enqueue();
  await microtasks(); // Nobody waits: the short way.

  assertEquals(answered, [1, 1_000]);
});

Deno.test('S18 with "overlap" the next run may begin before the first ends', async () => {
  await using stage = new Stage({ concurrency: 5 });
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({
    whenRunning: "overlap",
    run: puppet.run,
  });

  for (let depth = 1; depth <= 5; depth++) {
    assertEquals(item.enqueue(), "queued");
    await microtasks();
    assertEquals(stage.scheduler.snapshot().running, depth);
  }

  assertEquals(item.enqueue(), "rerun");
  puppet.begun.forEach(({ succeed }) => succeed());
  await microtasks();
  puppet.at(6).succeed();
});

Deno.test("S19 items of a serialized scope never run at the same time", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope({ serialize: true });
  const puppet = new Puppet();
  const whenRunning = "overlap";
  const a = scope.createWorkItem({ whenRunning, run: puppet.run });
  const b = scope.createWorkItem({ run: puppet.run });
  a.enqueue();
  b.enqueue();
  await microtasks();

  const outcome = a.enqueue();
  await microtasks();

  assertEquals([outcome, puppet.begun.length], ["rerun", 1]);
  for (let number = 1; number <= 3; number++) {
    puppet.at(number).succeed();
    await microtasks();
  }
  assertEquals(puppet.begun.length, 3);
});

Deno.test("S20 idle() ends only when nothing runs and nothing is queued", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ run: puppet.run });
  item.enqueue();
  const idle = peek(item.idle());
  await microtasks();
  item.enqueue();

  puppet.at(1).succeed();
  await microtasks();
  assertEquals(idle.now, "pending");
  puppet.at(2).succeed();
  await microtasks();

  assertEquals(idle.now, undefined);
});

Deno.test("S21 after its run the handle of a run may wait like any other", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ run: puppet.run });
  item.enqueue();
  await microtasks();
  const { run, succeed } = puppet.at(1);
  const handle = run.item;
  assertThrows(() => handle.flush(), SelfWaitError);

  succeed();
  await microtasks();

  await handle.flush();
  await handle.idle();
});

Deno.test("S22 one run finds all the work that any number of enqueues announced", async () => {
  await using stage = new Stage();
  const batches: number[][] = [];
  const item = stage.scheduler.createWorkItem({
    context: () => [] as number[],
    run: ({ context }) => void batches.push(context.splice(0)),
  });

  for (let work = 1; work <= 3; work++) {
    item.context.push(work);
    item.enqueue();
  }
  await item.flush();

  assertEquals(batches, [[1, 2, 3]]);
});

Deno.test("S23 idle() is prolonged by what is queued while it waits", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({
    run({ number, item }): void {
      if (number < 50) item.enqueue();
    },
  });

  item.enqueue();
  await item.idle();

  assertEquals(stage.scheduler.snapshot().starts, 50);
});

Deno.test("S24 flush() from within its own run is refused without waiting", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({
    async run({ item }): Promise<string> {
      assertThrows(() => item.flush(), SelfWaitError);
      assertThrows(() => item.idle(), SelfWaitError);
      await assertRejects(() => item.request(), SelfWaitError);
      return item.state;
    },
  });

  assertEquals(await item.request(), "running");
  assertEquals(stage.scheduler.snapshot().starts, 1);
});

Deno.test("S25 delete() waits for the queued run; from inside it does not wait", async () => {
  await using stage = new Stage();
  const log: string[] = [];
  const item = stage.scheduler.createWorkItem({
    async run({ item }): Promise<void> {
      await item.delete();
      log.push("run");
    },
    cleanup: () => log.push("cleanup"),
  });
  item.enqueue();

  await item.delete();
  log.push("deleted");

  assertEquals(log, ["run", "cleanup", "deleted"]);
});

Deno.test("S26 delete() stops a self-feeding item", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({
    async run({ number, item }): Promise<void> {
      if (number === 2) item.delete();
      await undefined;
      if (number < 9) item.enqueue();
    },
  });
  item.enqueue();

  await item.flush();
  await item.idle();

  assertEquals(stage.takeErrors(), ["DeletedError"]);
  assertEquals(stage.scheduler.snapshot().starts, 2);
  assertEquals(item.state, "deleted");
});

Deno.test("S27 delete() drops the parent", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope();
  const item = scope.createWorkItem({ run(): void {} });

  await item.delete();
  await scope.delete();

  assertEquals([item.parent, scope.parent], [undefined, undefined]);
});

Deno.test("S28 deletion happens once", async () => {
  await using stage = new Stage();
  let cleanups = 0;
  const item = stage.scheduler.createWorkItem({
    run(): void {},
    cleanup: () => cleanups++,
  });

  const first = item.delete();
  const second = item.delete();
  await first;

  assertStrictEquals(first, second);
  assertStrictEquals(item.delete(), first);
  assertEquals(cleanups, 1);
});

Deno.test("S29 scope.delete() cleans up children before their parent", async () => {
  await using stage = new Stage();
  const log: string[] = [];
  const cleanup = (name: string) => (): unknown => log.push(name);
  const outer = stage.scheduler.createScope({ cleanup: cleanup("outer") });
  const inner = outer.createScope({ cleanup: cleanup("inner") });
  inner.createWorkItem({ run(): void {}, cleanup: cleanup("inner item") });
  outer.createWorkItem({ run(): void {}, cleanup: cleanup("outer item") });

  await outer.delete();

  assertEquals(log.indexOf("inner item") < log.indexOf("inner"), true);
  assertEquals(log.at(-1), "outer");
  assertEquals(log.length, 4);
});

Deno.test("S30 a scope that is being deleted takes no children", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope();
  const inner = scope.createScope();
  const puppet = new Puppet();
  scope.createWorkItem({ run: puppet.run }).enqueue();
  await microtasks();

  scope.delete();

  assertThrows(() => scope.createWorkItem({ run(): void {} }), DeletedError);
  assertThrows(() => scope.createScope(), DeletedError);
  assertThrows(() => inner.createWorkItem({ run(): void {} }), DeletedError);
  puppet.at(1).succeed();
  await scope.delete();
});

Deno.test("S31 cleanup is called at delete(), once, with the context", async () => {
  await using stage = new Stage();
  const context = { open: true };
  const seen: unknown[] = [];
  const item = stage.scheduler.createWorkItem({
    key: "a",
    context: () => context,
    run(): void {},
    cleanup: (...given) => void seen.push(...given),
  });

  await item.delete();
  await item.delete();
  await stage.close();

  assertEquals(seen, [context, { kind: undefined, key: "a" }]);
  assertStrictEquals(seen[0], context);
});

Deno.test("S33 context() makes the memory once per item", async () => {
  await using stage = new Stage();
  let made = 0;
  const create = (): { context: number } =>
    stage.scheduler.createWorkItem({ context: () => ++made, run(): void {} });

  const first = create();
  const second = create();

  assertEquals([first.context, first.context, second.context], [1, 1, 2]);
});

Deno.test("S37 the context stays valid for as long as the handle is held", async () => {
  await using stage = new Stage();
  const context = {};
  const item = stage.scheduler.createWorkItem({
    context: () => context,
    run(): void {},
  });

  await item.delete();

  assertStrictEquals(item.context, context);
});

Deno.test("S38 run() takes its callback per call, and drops none", async () => {
  await using stage = new Stage({ concurrency: 1 });

  const results = await Promise.all(
    ["a", "b", "c"].map((name) => stage.scheduler.run(() => name)),
  );

  assertEquals(results, ["a", "b", "c"]);
});

Deno.test("S39 state first, wake-up second: nothing put in is left behind", async () => {
  await using stage = new Stage();
  const disposed: number[] = [];
  const item = stage.scheduler.createWorkItem({
    context: () => [] as number[],
    async run({ context }): Promise<void> {
      for (let next; (next = context.shift()) !== undefined;) {
        await undefined;
        disposed.push(next);
      }
    },
  });
  const dispose = (thing: number): void => {
    const wasEmpty = item.context.length === 0;
    item.context.push(thing);
    if (wasEmpty) item.enqueue();
  };

  for (let thing = 0; thing < 20; thing++) {
    dispose(thing);
    await undefined;
  }
  await item.idle();

  assertEquals(disposed, Array.from({ length: 20 }, (_, thing) => thing));
});

Deno.test('S40 with "skip" an item is not queued again before its callback is entered', async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({
    whenRunning: "skip",
    run: ({ coalesced }) => coalesced,
  });

  const answer = item.request();

  assertEquals(item.enqueue(), "skipped");
  assertEquals(await answer, 1);
});

Deno.test('S41 with "skip" only the producer that finds the item free enqueues', async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({
    whenRunning: "skip",
    run: puppet.run,
  });

  const exchange = [item.enqueue(), item.enqueue()];
  await microtasks();
  exchange.push(item.enqueue());
  puppet.at(1).succeed();
  await microtasks();
  exchange.push(item.enqueue());

  assertEquals(exchange, ["queued", "skipped", "skipped", "queued"]);
  await microtasks();
  puppet.at(2).succeed();
});

Deno.test('S42 with "skip" a wake-up during the run is lost, told and counted', async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({
    whenRunning: "skip",
    run: puppet.run,
  });
  item.enqueue();
  await microtasks();

  const outcomes = [item.enqueue(), puppet.at(1).run.item.enqueue()];
  puppet.at(1).succeed();
  await microtasks();

  assertEquals(outcomes, ["skipped", "skipped"]);
  const { skipped, starts } = stage.scheduler.snapshot();
  assertEquals({ skipped, starts }, { skipped: 2, starts: 1 });
});

/** Two runs of one item in flight, as F1 has them. */
async function twoRuns(stage: Stage): Promise<Puppet> {
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({
    whenRunning: "overlap",
    run: puppet.run,
  });
  for (let run = 1; run <= 2; run++) {
    item.enqueue();
    await microtasks();
  }
  return puppet;
}

Deno.test("F1 flush() inside #1 is refused after #2 began", async () => {
  await using stage = new Stage();
  const puppet = await twoRuns(stage);
  const { item } = puppet.at(1).run;

  assertThrows(() => item.flush(), SelfWaitError);
  assertThrows(() => item.idle(), SelfWaitError);
  assertEquals(await item.delete(), undefined); // It does not wait either.

  puppet.begun.forEach(({ succeed }) => succeed());
});

Deno.test("F1 flush() inside #2 is refused after #1 ended", async () => {
  await using stage = new Stage();
  const puppet = await twoRuns(stage);
  puppet.at(1).succeed();
  await microtasks();
  const { item } = puppet.at(2).run;

  assertThrows(() => item.flush(), SelfWaitError);
  assertThrows(() => item.idle(), SelfWaitError);
  assertEquals(await item.delete(), undefined);

  puppet.at(2).succeed();
});

Deno.test("F2 cleanup is called after the last owed run, also after delete() from inside", async () => {
  await using stage = new Stage();
  const log: string[] = [];
  const item = stage.scheduler.createWorkItem({
    async run({ number, item }): Promise<void> {
      log.push(`begin ${number}`);
      if (number === 1) {
        item.enqueue();
        item.delete();
      }
      await undefined;
      log.push(`end ${number}`);
    },
    cleanup: () => log.push("cleanup"),
  });

  item.enqueue();
  await item.flush();
  await item.flush(); // The second of these follows the deletion.

  const runs = ["begin 1", "end 1", "begin 2", "end 2"];
  assertEquals(log, [...runs, "cleanup"]);
});

Deno.test("F3 flush() of a self-feeding item ends, idle() does not", async () => {
  await using stage = new Stage();
  let fed = true;
  const item = stage.scheduler.createWorkItem({
    async run({ item }): Promise<void> {
      await undefined;
      if (fed) item.enqueue();
    },
  });
  item.enqueue();
  const idle = peek(item.idle());

  await item.flush();
  const { starts } = stage.scheduler.snapshot();
  await microtasks();

  assertEquals([starts <= 2, idle.now], [true, "pending"]);
  fed = false;
  await microtasks();
  assertEquals(idle.now, undefined);
});

Deno.test("F4 a caller that is refused cannot tear the context of the holder", async () => {
  await using stage = new Stage();
  const seen: string[] = [];
  const item = stage.scheduler.createWorkItem({
    whenRunning: "skip",
    context: () => ({ first: "", second: "" }),
    async run({ context }): Promise<void> {
      seen.push(context.first);
      await undefined;
      seen.push(context.second);
    },
  });
  const produce = (name: string): void => {
    if (item.enqueue() === "skipped") return; // Before anything is written.
    Object.assign(item.context, { first: name, second: name });
  };

  produce("a");
  produce("b");
  await undefined;
  produce("c");
  await item.flush();

  assertEquals(seen, ["a", "a"]);
});

for (const wait of ["flush", "idle", "request", "delete"] as const) {
  Deno.test(`F5 ${wait}() inside a serialized scope's run names the deadlock with verify`, async () => {
    await using stage = new Stage({ verify: true });
    const scope = stage.scheduler.createScope({ serialize: true });
    const other = scope.createWorkItem({ run(): void {} });
    const item = scope.createWorkItem({
      async run(): Promise<void> {
        if (wait !== "request") other.enqueue();
        await other[wait]();
      },
    });

    await assertRejects(() => item.request(), SelfWaitError);
    await stage.scheduler.idle();

    assertEquals(stage.scheduler.snapshot().ok, 1);
  });
}

Deno.test("S1 to S42 are each tested or listed with the reason, none is both", async () => {
  const source = await Deno.readTextFile(new URL(import.meta.url));
  const tested = [...source.matchAll(/Deno\.test\(\s*["'`]S(\d+) (?!to )/g)]
    .map((match) => Number(match[1]));
  const listed = Object.keys(WITHOUT_COUNTERPART).map(Number);

  const numbers = [...tested, ...listed].sort((a, b) => a - b);

  assertEquals(numbers, Array.from({ length: 42 }, (_, index) => index + 1));
});
