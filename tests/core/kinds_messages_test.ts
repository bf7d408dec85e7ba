/** The inbox: all messages since the last run began, in order; folded by
 * `merge`, portioned by `maxMessages`, bounded by `maxInbox`. */
import {
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { latest, QueueFullError, type WorkItem } from "../../mod.ts";
import { Actor, KindStage, ObservedKindStage } from "./support/kinds_stage.ts";
import { microtasks, peek } from "./support/stage.ts";

/** A merge whose result tells its arguments and their order. */
function join(older: string, newer: string): string {
  return `(${older}+${newer})`;
}

Deno.test("A run is handed all messages since the last run began, in order", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast();

  kind.enqueue("a", "x");
  kind.enqueue("b", "1");
  kind.enqueue("a", "y");
  await stage.settle();
  kind.enqueue("a", "z");
  kind.enqueue("a", "x"); // Equal messages are messages too.
  actor.at(1).succeed();
  actor.at(2).succeed();
  await stage.settle();
  actor.at(3).succeed();
  await stage.settle();

  assertEquals(actor.log, ["a#1@0 x,y", "b#1@0 1", "a#2@0 z,x"]);
});

Deno.test("The messages of a run do not change while it runs", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast();
  kind.enqueue("a", "x");
  await stage.settle();
  const { run, succeed } = actor.at(1);
  assertEquals([run.messages, run.stale], [["x"], false]);

  kind.enqueue("a", "y");

  assertEquals([run.messages, run.stale], [["x"], true]);
  succeed();
  await stage.settle();
  assertEquals(run.messages, ["x"]);
  assertEquals(actor.at(2).run.messages, ["y"]);
  actor.at(2).succeed();
});

Deno.test("A run's array of messages is its own: to change it loses nothing", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ retry: [10] });
  kind.enqueue("a", "x");
  await stage.settle();
  const messages = actor.at(1).run.messages as string[];
  try {
    messages.length = 0;
  } catch { // It may be frozen.
  }
  actor.at(1).fail("failure");
  await stage.pass(10);

  assertEquals(actor.log.at(-1), "a#2@10/2 x");
  actor.at(2).succeed();
});

Deno.test("A message is handed over as it is, whatever it is", async () => {
  await using stage = new KindStage();
  const seen: unknown[] = [];
  const item = stage.scheduler.createWorkItem({
    run: ({ messages }) => void seen.push(...messages),
  }) as unknown as WorkItem<undefined, void, unknown, unknown>;
  const frozen = Object.freeze({ a: 1 });
  const proxy = new Proxy({}, {
    get: () => {
      throw new Error("looked at");
    },
  });
  const all = [null, 0, -0, "", false, NaN, frozen, proxy, Symbol.iterator];

  for (const message of all) item.enqueue(message);
  await stage.settle();

  assertEquals(seen.length, all.length);
  all.forEach((message, index) => assertStrictEquals(seen[index], message));
});

Deno.test("undefined is no message but a wake-up, and is counted as one", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast();

  kind.enqueue("a");
  kind.enqueue("a", undefined);
  await stage.settle();
  assertEquals([actor.log, actor.at(1).run.coalesced], [["a#1@0 -"], 2]);
  kind.enqueue("a", "x");
  kind.enqueue("a");
  assertEquals(kind.inspect("a")?.messages, 1);
  actor.at(1).succeed();
  await stage.settle();

  assertEquals([actor.log[1], actor.at(2).run.coalesced], ["a#2@0 x", 2]);
  actor.at(2).succeed();
});

Deno.test("merge folds each message into the one that waits, at the enqueue", async () => {
  await using stage = new KindStage();
  const folded: string[] = [];
  const { kind, actor } = stage.cast({
    merge(older, newer): string {
      folded.push(newer);
      return join(older, newer);
    },
  });

  kind.enqueue("a", "x");
  kind.enqueue("a"); // No message: nothing to fold.
  assertEquals(folded, []);
  kind.enqueue("a", "y");
  kind.enqueue("b", "z");
  kind.enqueue("a", "z");
  assertEquals([folded, kind.inspect("a")?.messages], [["y", "z"], 1]);
  await stage.settle();

  assertEquals(actor.log, ["a#1@0 ((x+y)+z)", "b#1@0 z"]);
  kind.enqueue("a", "new"); // Not into what a run has been handed.
  assertEquals(folded.length, 2);
  actor.acts.forEach(({ succeed }) => succeed());
  await stage.settle();
  actor.at(3).succeed();
  assertEquals(actor.log[2], "a#2@0 new");
});

Deno.test("latest keeps the newest message alone", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ merge: latest }, { plan: () => {} });

  for (const message of ["x", "y", "z"]) kind.enqueue("a", message);
  await stage.settle();

  assertEquals(actor.log, ["a#1@0 z"]);
  assertEquals(latest({ a: 1 }, { a: 2 }), { a: 2 });
});

Deno.test("A failed message is merged with the newer ones as the older of both", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ merge: join, retry: [10] });
  kind.enqueue("a", "x");
  await stage.settle();
  kind.enqueue("a", "y");
  kind.enqueue("a", "z");

  actor.at(1).fail("failure");
  await stage.settle();
  kind.enqueue("a", "w"); // Behind what failed.
  assertEquals(kind.inspect("a")?.messages, 1);
  await stage.pass(10);

  assertEquals(actor.log[1], "a#2@10/2 ((x+(y+z))+w)");
  actor.at(2).succeed();
});

Deno.test("A merge that throws refuses the message, and the older one runs", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast({
    merge(): string {
      throw new RangeError("cannot merge");
    },
  }, { plan: () => {} });
  kind.enqueue("a", "x");

  assertThrows(() => kind.enqueue("a", "y"), RangeError, "cannot merge");
  const refused = a.request("y");
  assertEquals(kind.inspect("a")?.messages, 1);
  await assertRejects(() => refused, RangeError, "cannot merge");
  await stage.settle();

  assertEquals(actor.log, ["a#1@0 x"]);
});

Deno.test("A merge that throws leaves version, inbox, time and counts as they were", async () => {
  await using stage = new ObservedKindStage();
  const { kind, a } = stage.cast({
    merge(): string {
      throw new RangeError("cannot merge");
    },
  }, { plan: () => {} });
  kind.enqueue("a", "x", { delay: 50 });
  const before = [a.version, kind.inspect("a"), stage.scheduler.snapshot()];
  const told = stage.recorder.lines.length;

  assertThrows(() => kind.enqueue("a", "y"), RangeError);
  assertThrows(() => kind.enqueue("a", "y", { delay: 5 }), RangeError);

  const after = [a.version, kind.inspect("a"), stage.scheduler.snapshot()];
  assertEquals([after, stage.recorder.lines.length], [before, told]);
  assertEquals(a.cancel(), ["x"]);
});

Deno.test("If folding back throws, both parts stay, in order, and onError is told once", async () => {
  await using stage = new KindStage();
  let isBroken = false;
  const { kind, actor } = stage.cast({
    retry: [10],
    merge(older, newer): string {
      if (isBroken) throw new RangeError("cannot merge");
      return join(older, newer);
    },
  });
  kind.enqueue("a", "x");
  await stage.settle();
  kind.enqueue("a", "y");
  kind.enqueue("a", "z");

  isBroken = true;
  actor.at(1).fail("failure");
  await stage.pass(10);

  assertEquals(actor.log[1], "a#2@10/2 x,(y+z)");
  assertEquals(stage.takeTold(), ["onError RangeError"]);
  actor.at(2).succeed();
});

Deno.test("A merge that enqueues its own item loses nothing, and onError is told once", async () => {
  await using stage = new KindStage();
  let isFirst = true;
  const { kind, a, actor } = stage.cast({
    merge(older, newer): string {
      if (isFirst) {
        isFirst = false;
        a.enqueue("inner");
      }
      return join(older, newer);
    },
  }, { plan: () => {} });
  kind.enqueue("a", "x");

  assertEquals(kind.enqueue("a", "outer"), "coalesced");
  await stage.settle();

  assertEquals(actor.log, ["a#1@0 (x+inner),outer"]);
  assertEquals(stage.takeTold().length, 1);
});

Deno.test("A merge that cancels its own item: what it held is told, the newer runs", async () => {
  await using stage = new KindStage();
  const taken: unknown[] = [];
  const { kind, a, actor } = stage.cast({
    merge(older, newer): string {
      taken.push(...a.cancel() ?? []);
      return join(older, newer);
    },
  }, { plan: () => {} });
  kind.enqueue("a", "x");
  kind.enqueue("a", "y");
  await stage.settle();

  // "x" was taken back; it may not come again by way of what merge returned.
  assertEquals(taken, ["x"]);
  assertEquals(actor.log, ["a#1@0 y"]);
  stage.takeTold(); // Whether that is worth a word is left open.
});

Deno.test("merge is called once for each message, with the arguments alone", async () => {
  await using stage = new KindStage();
  const calls: unknown[][] = [];
  const { kind } = stage.cast({
    merge(...args): string {
      calls.push(args);
      return args[1];
    },
  }, { plan: () => {} });

  kind.enqueue("a", "x");
  kind.enqueue("a", "y");
  kind.request("a", "z");
  await stage.settle();

  assertEquals(calls, [["x", "y"], ["y", "z"]]);
});

Deno.test("maxMessages: one run is handed so many, the rest stays owed", async () => {
  await using stage = new KindStage({ concurrency: 1 });
  const { kind, actor } = stage.cast({ maxMessages: 2 });
  for (const message of ["1", "2", "3", "4", "5"]) kind.enqueue("a", message);
  kind.enqueue("b", "x");

  for (let index = 1; index <= 4; index++) {
    await stage.settle();
    const { run, succeed } = actor.at(index);
    assertEquals(run.stale, index === 1 || index === 3);
    succeed();
  }
  await stage.settle();

  // An item that is due again when its run ends goes to the tail.
  assertEquals(actor.log, [
    "a#1@0 1,2",
    "b#1@0 x",
    "a#2@0 3,4",
    "a#3@0 5",
  ]);
  const answers = actor.acts.map(({ run }) => run.coalesced);
  assertEquals([answers, kind.keys()], [[2, 1, 2, 1], []]);
});

Deno.test("maxMessages: as many as fit need one run, one more needs two", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ maxMessages: 3 }, { plan: () => {} });
  for (const message of ["1", "2", "3"]) kind.enqueue("a", message);
  for (const message of ["1", "2", "3", "4"]) kind.enqueue("b", message);
  await stage.settle();

  assertEquals(actor.log, ["a#1@0 1,2,3", "b#1@0 1,2,3", "b#2@0 4"]);
});

Deno.test("maxMessages: a request settles with the run that takes its message", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ maxMessages: 2 });
  const requests = ["1", "2", "3", "4", "5"].map((message) =>
    peek(kind.request("a", message))
  );
  const states = (): unknown[] => requests.map(({ now }) => now);
  await stage.settle();

  actor.at(1).succeed("first");
  await stage.settle();
  assertEquals(states(), ["first", "first", "pending", "pending", "pending"]);
  actor.at(2).succeed("second");
  await stage.settle();
  actor.at(3).succeed("third");
  await stage.settle();

  assertEquals(states(), ["first", "first", "second", "second", "third"]);
});

Deno.test("maxMessages: a request without a message is answered by a run after it", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast({ maxMessages: 1 });
  kind.enqueue("a", "1");
  kind.enqueue("a", "2");
  const answer = peek(a.request());
  await stage.settle();

  actor.at(1).succeed("first");
  await stage.settle();
  actor.at(2).succeed("second");
  await stage.settle();

  assertEquals(["first", "second"].includes(String(answer.now)), true);
  assertEquals(actor.log, ["a#1@0 1", "a#2@0 2"]);
});

Deno.test("maxMessages: flush() waits for the run with the last message of the call", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast({ maxMessages: 2 });
  for (const message of ["1", "2", "3"]) kind.enqueue("a", message);
  const flush = peek(a.flush());
  for (const message of ["4", "5"]) kind.enqueue("a", message);
  await stage.settle();

  actor.at(1).succeed();
  await stage.settle();
  assertEquals(flush.now, "pending");
  actor.at(2).succeed(); // 3 and 4.
  await stage.settle();

  assertEquals([flush.now, a.state], [undefined, "running"]);
  actor.at(3).succeed();
});

Deno.test("maxMessages: what failed comes back before the rest", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ maxMessages: 2, retry: [10] });
  for (const message of ["1", "2", "3"]) kind.enqueue("a", message);
  await stage.settle();
  kind.enqueue("a", "4");

  actor.at(1).fail("failure");
  await stage.pass(10);
  assertEquals(actor.log[1], "a#2@10/2 1,2");
  actor.at(2).succeed();
  await stage.settle();

  assertEquals(actor.log[2], "a#3@10 3,4");
  actor.at(3).succeed();
});

Deno.test("maxMessages: only what the last attempt held is undelivered", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, actor } = stage.cast({ maxMessages: 2, undelivered });
  for (const message of ["1", "2", "3"]) kind.enqueue("a", message);
  await stage.settle();

  actor.at(1).fail("failure");
  await stage.settle();

  assertEquals(stage.takeTold(), ["undelivered [1,2] failure x1"]);
  assertEquals(actor.log[1], "a#2@0 3");
  actor.at(2).succeed();
});

Deno.test("maxMessages: cancel() takes back all that waits", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast({ maxMessages: 1 });
  for (const message of ["1", "2", "3"]) kind.enqueue("a", message);
  await stage.settle();

  assertEquals(a.cancel(), ["2", "3"]);
  actor.at(1).succeed();
  await stage.settle();

  assertEquals([actor.acts.length, a.state], [1, "idle"]);
});

Deno.test("maxInbox: one message more throws QueueFullError, and nothing was queued", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast({ maxInbox: 2 });
  a.suspend();
  kind.enqueue("a", "x");
  kind.enqueue("a", "y");
  const before = [a.version, kind.inspect("a")];

  const error = assertThrows(() => kind.enqueue("a", "z"), QueueFullError);
  await assertRejects(() => kind.request("a", "z"), QueueFullError);

  assertEquals(error.message.includes("2 messages wait"), true);
  assertEquals([a.version, kind.inspect("a")], before);
  assertEquals(kind.enqueue("a"), "coalesced"); // A mere wake-up takes no room.
  assertEquals(kind.enqueue("b", "z"), "queued"); // Each key has its own.
  assertEquals(a.cancel(), ["x", "y"]);
  assertEquals(kind.enqueue("a", "z"), "queued"); // There is room again.
  await stage.settle();
  actor.at(1).succeed();
});

Deno.test("maxInbox: what a failed run gives back is never refused", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ maxInbox: 2, retry: [10, 10] });
  kind.enqueue("a", "1");
  kind.enqueue("a", "2");
  await stage.settle();
  kind.enqueue("a", "3");
  kind.enqueue("a", "4");

  actor.at(1).fail("failure");
  await stage.settle();
  assertEquals(kind.inspect("a")?.messages, 4);
  assertThrows(() => kind.enqueue("a", "5"), QueueFullError);
  await stage.pass(10);

  assertEquals(actor.log[1], "a#2@10/2 1,2,3,4");
  assertEquals(kind.enqueue("a", "5"), "rerun");
  actor.at(2).succeed();
  await stage.settle();
  actor.at(3).succeed();
});

Deno.test("maxInbox: what merge folds takes the room of one message", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ maxInbox: 1, merge: join }, {
    plan: () => {},
  });

  for (const message of ["x", "y", "z"]) kind.enqueue("a", message);
  await stage.settle();

  assertEquals(actor.log, ["a#1@0 ((x+y)+z)"]);
});

Deno.test("maxInbox is 10,000 if it is not said", async () => {
  await using stage = new KindStage();
  const { kind, a } = stage.cast();
  a.suspend();

  for (let n = 0; n < 10_000; n++) kind.enqueue("a", "x");

  assertThrows(() => kind.enqueue("a", "x"), QueueFullError);
  assertEquals(a.cancel()?.length, 10_000);
});

Deno.test("maxOwed counts keys of kinds, and refuses new ones only", async () => {
  await using stage = new KindStage({ maxOwed: 2 });
  const { kind, actor } = stage.cast({ retry: [10] });
  kind.enqueue("a", "x");
  kind.enqueue("b", "x", { delay: 10 });

  assertThrows(() => kind.enqueue("c", "x"), QueueFullError);
  assertEquals([kind.inspect("c"), kind.keys()], [undefined, ["a", "b"]]);
  await stage.settle();
  kind.enqueue("c", "x"); // "a" has begun.
  assertEquals(kind.enqueue("a", "y"), "rerun"); // Never refused.
  actor.at(1).fail("failure"); // Nor is its retry.
  await stage.settle();
  assertEquals(stage.scheduler.snapshot().owed, 2);
  assertThrows(() => kind.enqueue("d", "x"), QueueFullError);
  await stage.pass(10);

  actor.acts.forEach(({ succeed }) => succeed());
  assertEquals(actor.acts.length, 4);
});

Deno.test("The context is made once for each key, with the key, and kept between runs", async () => {
  await using stage = new KindStage();
  const made: string[] = [];
  const actor = new Actor<string, string[]>(stage, ({ context, messages }) => {
    context.push(...messages);
    return context.length;
  });
  const kind = stage.scheduler.define<string[], unknown, string, string>("k", {
    context(key): string[] {
      made.push(key);
      return [key];
    },
    run: actor.run,
  });

  kind.get("a").context.push("before");
  kind.enqueue("a", "x");
  kind.enqueue("b", "y");
  await stage.settle();
  assertEquals(await kind.request("a", "z"), 4);

  assertEquals(made, ["a", "b"]);
  assertEquals(kind.get("a").context, ["a", "before", "x", "z"]);
  assertEquals(kind.get("b").context, ["b", "y"]);
});

Deno.test("A context that throws refuses the message and makes nothing", async () => {
  await using stage = new KindStage();
  let isBroken = true;
  const kind = stage.scheduler.define<number, unknown, string, string>("k", {
    context(): number {
      if (isBroken) throw new RangeError("cannot make");
      return 1;
    },
    run: ({ context, messages }) => `${context} ${messages}`,
  });

  assertThrows(() => kind.enqueue("a", "x"), RangeError, "cannot make");
  assertThrows(() => kind.get("a").enqueue("x", { delay: 5 }), RangeError);
  await assertRejects(() => kind.request("a", "x"), RangeError);
  assertThrows(() => kind.get("a").context, RangeError);
  assertEquals([kind.keys(), kind.inspect("a")], [[], undefined]);
  assertEquals(stage.scheduler.snapshot().owed, 0);
  isBroken = false;

  assertEquals(await kind.request("a", "y"), "1 y");
});

Deno.test("A context that enqueues its own key loses neither message", async () => {
  await using stage = new KindStage();
  let made = 0;
  const seen: string[] = [];
  const kind = stage.scheduler.define<{ id: number }, void, string, string>(
    "k",
    {
      context(key): { id: number } {
        if (made++ === 0) kind.enqueue(key, "inner");
        return { id: made };
      },
      run({ context, messages, item }): void {
        seen.push(...messages);
        assertStrictEquals(context, item.context);
      },
    },
  );

  kind.enqueue("a", "outer");
  await stage.settle();

  assertEquals(seen.toSorted(), ["inner", "outer"]);
  assertEquals(kind.keys(), ["a"]);
});

Deno.test("A context that enqueues other keys of its kind makes them too", async () => {
  await using stage = new KindStage();
  const seen: string[] = [];
  const kind = stage.scheduler.define<string, void, string, string>("k", {
    context(key): string {
      if (key.length < 3) kind.enqueue(`${key}a`, "inner");
      return key;
    },
    run: ({ key, messages }) => void seen.push(`${key} ${messages}`),
  });

  kind.enqueue("a", "outer");
  await stage.settle();

  assertEquals(seen.toSorted(), ["a outer", "aa inner", "aaa inner"]);
});

Deno.test("Messages of many keys stay with their keys, in order", async () => {
  await using stage = new KindStage({ concurrency: 3 });
  const { kind, actor } = stage.cast({}, { plan: () => Promise.resolve() });
  const keys = Array.from({ length: 100 }, (_, n) => `key ${n}`);
  for (let round = 0; round < 3; round++) {
    for (const key of keys) kind.enqueue(key, `${key}: ${round}`);
    if (round === 1) await microtasks();
  }
  await stage.pass(0);

  const seen = Map.groupBy(actor.acts, ({ run }) => run.key);
  for (const key of keys) {
    const messages = seen.get(key)?.flatMap(({ messages }) => messages);
    assertEquals(messages, [0, 1, 2].map((round) => `${key}: ${round}`));
  }
});
