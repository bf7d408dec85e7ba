/** Who is told of the end of a message: the one who waits for it, else
 * `undelivered`, else `onError`; one of them, once, and never nobody. */
import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  CancelledError,
  ClosedError,
  DeletedError,
  type Failure,
  InvalidMessageError,
  SelfWaitError,
  SkippedError,
  TimeoutError,
} from "../../mod.ts";
import { KindStage } from "./support/kinds_stage.ts";
import { obey, peek } from "./support/stage.ts";

function join(older: string, newer: string): string {
  return `(${older}+${newer})`;
}

/** The same promise; a test that fails before it looks is to fail alone. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

// request(), through every end

Deno.test("request() settles with the run that handles its message, after its retries", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ retry: [10, 10] });
  const answer = peek(kind.request("a", "x"));
  await stage.settle();
  actor.at(1).fail("first");
  await stage.pass(10);
  actor.at(2).fail("second");
  await stage.pass(10);
  assertEquals(answer.now, "pending");

  actor.at(3).succeed("third");
  await stage.settle();

  assertEquals([answer.now, actor.log[2]], ["third", "a#3@20/3 x"]);
});

Deno.test("request() rejects with the error of the last attempt", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, actor } = stage.cast({ retry: [10], undelivered });
  const answer = quiet(kind.request("a", "x"));
  await stage.settle();
  actor.at(1).fail(new RangeError("first"));
  await stage.pass(10);

  actor.at(2).fail(new RangeError("last"));

  await assertRejects(() => answer, RangeError, "last");
  assertEquals(stage.takeTold(), []); // It was told.
});

Deno.test("request() is not answered by the run that is in flight", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast();
  kind.enqueue("a", "x");
  await stage.settle();
  const answer = peek(kind.request("a", "y"));

  actor.at(1).succeed("first");
  await stage.settle();
  assertEquals(answer.now, "pending");
  actor.at(2).succeed("second");
  await stage.settle();

  assertEquals(answer.now, "second");
});

Deno.test("request() waits for its delay", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({}, { plan: ({ number }) => number });

  const answer = peek(kind.request("a", "x", { delay: 50 }));
  await stage.pass(49);
  assertEquals([answer.now, actor.acts.length], ["pending", 0]);
  await stage.pass(1);

  assertEquals(answer.now, 1);
});

Deno.test("request() rejects with CancelledError when its message is taken back", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, a } = stage.cast({ undelivered });
  const answer = quiet(kind.request("a", "asked"));
  kind.enqueue("a", "x");

  assertEquals(a.cancel(), ["asked", "x"]); // The caller has all of them.

  await assertRejects(() => answer, CancelledError);
  assertEquals(stage.takeTold(), []);
});

Deno.test("request() rejects with CancelledError when its run is cancelled and rejects", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, a } = stage.cast({ retry: [10], undelivered }, { plan: obey });
  const answer = quiet(kind.request("a", "x"));
  await stage.settle();

  assertEquals(a.cancel({ running: true }), undefined);

  await assertRejects(() => answer, CancelledError);
  await stage.pass(50);
  assertEquals([stage.scheduler.snapshot().starts, a.state], [1, "idle"]);
});

Deno.test("request() rejects with SkippedError, and its message is not taken", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ whenRunning: "skip" });
  kind.enqueue("a", "x");

  await assertRejects(() => kind.request("a", "y"), SkippedError, "k/a");
  await stage.settle();

  assertEquals(actor.log, ["a#1@0 x"]);
  actor.at(1).succeed();
});

Deno.test("request() rejects with DeletedError when its backoff is dropped", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, a, actor } = stage.cast({ retry: [10], undelivered });
  const answer = quiet(kind.request("a", "x"));
  await stage.settle();
  actor.at(1).fail("failure");
  await stage.settle();

  const deletion = a.delete();

  await assertRejects(() => answer, DeletedError);
  await deletion;
  assertEquals([actor.acts.length, stage.clock.timers], [1, 0]);
  stage.takeTold(); // See kinds_scope_test.ts for what is said of messages.
});

Deno.test("request() of a key that is being deleted rejects with DeletedError", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast();
  kind.enqueue("a", "x");
  await stage.settle();
  const deletion = a.delete();

  await assertRejects(() => kind.request("a", "y"), DeletedError);
  actor.at(1).succeed();
  await deletion;

  const answer = peek(kind.request("a", "z"));
  await stage.settle();
  actor.at(2).succeed("new life");
  await stage.settle();
  assertEquals(answer.now, "new life");
});

for (const where of ["delayed", "backoff", "suspended"] as const) {
  Deno.test(`request() of what is ${where} rejects with ClosedError at close()`, async () => {
    await using stage = new KindStage();
    const { kind, a, actor } = stage.cast({ retry: [10] });
    if (where === "suspended") a.suspend();
    const timing = where === "delayed" ? { delay: 10 } : {};
    const answer = quiet(kind.request("a", "x", timing));
    await stage.settle();
    if (where === "backoff") actor.at(1).fail("failure");
    await stage.settle();
    assertEquals(a.state, where);

    const closing = stage.scheduler.close();

    await assertRejects(() => answer, ClosedError);
    assertEquals((await closing).left, [
      { kind: "k", key: "a", messages: ["x"] },
    ]);
    await assertRejects(() => kind.request("a", "y"), ClosedError);
  });
}

Deno.test("request() rejects with ClosedError when close() aborts its run", async () => {
  await using stage = new KindStage();
  const { kind } = stage.cast({ retry: [10] }, { plan: obey });
  const answer = quiet(kind.request("a", "x"));
  await stage.settle();

  const { aborted, left } = await stage.close({ grace: 0 });

  await assertRejects(() => answer, ClosedError);
  const entry = { kind: "k", key: "a", messages: ["x"] };
  assertEquals([aborted, left], [[entry], []]);
});

Deno.test("run.item.request() rejects with SelfWaitError and queues nothing", async () => {
  await using stage = new KindStage();
  const { kind, a } = stage.cast({}, {
    plan: async ({ item }) => {
      await assertRejects(() => item.request("y"), SelfWaitError);
      assertThrows(() => item.flush(), SelfWaitError);
      assertThrows(() => item.idle(), SelfWaitError);
    },
  });

  await kind.request("a", "x");
  await a.idle();

  assertEquals(stage.scheduler.snapshot().starts, 1);
});

Deno.test("request() through the handle of an ended run is one like any other", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast();
  kind.enqueue("a", "x");
  await stage.settle();
  actor.at(1).succeed();
  await stage.settle();

  const answer = peek(actor.at(1).run.item.request("y"));
  await stage.settle();
  actor.at(2).succeed("again");
  await stage.settle();

  assertEquals(answer.now, "again");
});

Deno.test("request() never throws: whatever is wrong, it rejects", async () => {
  await using stage = new KindStage({ maxOwed: 1 });
  const refusing = stage.scheduler.define("refusing", {
    message: {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: () => ({ issues: [] }),
      },
    },
    run: () => {},
  });
  const { kind } = stage.cast({ delay: 5 });
  const wrong = { delay: NaN };

  const promises = [
    kind.request("", "x"),
    kind.request("a", "x", wrong),
    kind.get("a").request("x", wrong),
    refusing.request("a"),
  ];
  kind.enqueue("a", "x");
  promises.push(kind.request("b", "x"));

  const names = [];
  for (const promise of promises) {
    const error = await assertRejects(() => promise);
    names.push((error as Error).name);
  }
  assertEquals(names, [
    "RangeError",
    "RangeError",
    "RangeError",
    "InvalidMessageError",
    "QueueFullError",
  ]);
  assertInstanceOf(
    await assertRejects(() => refusing.request("a")),
    InvalidMessageError,
  );
});

Deno.test("Requests whose messages were merged get the one result, or the one error", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ merge: join });
  const first = [peek(kind.request("a", "x")), peek(kind.request("a", "y"))];
  await stage.settle();
  actor.at(1).succeed("both");
  await stage.settle();
  assertEquals(first.map(({ now }) => now), ["both", "both"]);

  const second = [peek(kind.request("a", "x")), peek(kind.request("a", "y"))];
  await stage.settle();
  actor.at(2).fail(new RangeError("both"));
  await stage.settle();

  assertEquals(second.map(({ now }) => now), ["RangeError", "RangeError"]);
});

Deno.test("Requests are settled in the order in which they were made", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ retry: [10] });
  const order: string[] = [];
  const ask = (name: string): void => {
    kind.request("a", name).then(() => order.push(name));
  };
  ask("first");
  await stage.settle();
  ask("second");
  actor.at(1).fail("failure");
  await stage.settle();
  ask("third");
  await stage.pass(10);

  actor.at(2).succeed();
  await stage.settle();

  assertEquals(order, ["first", "second", "third"]);
});

// One addressee

/** A kind whose every run fails. */
function failing(
  stage: KindStage,
  options: Parameters<KindStage["cast"]>[0] = {},
): ReturnType<KindStage["cast"]> {
  return stage.cast({ undelivered: stage.undelivered, ...options }, {
    plan: () => Promise.reject(new RangeError("broken")),
  });
}

Deno.test("A message with a waiter is told to the waiter, all others to undelivered, together", async () => {
  await using stage = new KindStage();
  const { kind } = failing(stage);
  kind.enqueue("a", "x");
  const answer = peek(kind.request("a", "asked"));
  kind.enqueue("a", "y");
  const second = peek(kind.request("a", "asked too"));
  kind.enqueue("a", "z");

  await stage.settle();

  assertEquals([answer.now, second.now], ["RangeError", "RangeError"]);
  assertEquals(stage.takeTold(), ["undelivered [x,y,z] RangeError x1"]);
});

Deno.test("If all messages have waiters nobody else is told", async () => {
  await using stage = new KindStage();
  const { kind } = failing(stage);
  const answers = ["x", "y"].map((message) => peek(kind.request("a", message)));

  await stage.settle();

  assertEquals(answers.map(({ now }) => now), ["RangeError", "RangeError"]);
  assertEquals(stage.takeTold(), []);
});

Deno.test("A waiter without a message does not take the messages of others", async () => {
  await using stage = new KindStage();
  const { kind } = failing(stage);
  kind.enqueue("a", "x");
  const answer = peek(kind.request("a"));

  await stage.settle();

  assertEquals(answer.now, "RangeError");
  assertEquals(stage.takeTold(), ["undelivered [x] RangeError x1"]);
});

Deno.test("A waiter without a message is told of a run without messages, and nobody else", async () => {
  await using stage = new KindStage();
  const { kind } = failing(stage);
  kind.enqueue("a");
  const answer = peek(kind.request("a"));

  await stage.settle();

  assertEquals([answer.now, stage.takeTold()], ["RangeError", []]);
});

Deno.test("A waiter with a message is not told of by a wake-up beside it", async () => {
  await using stage = new KindStage();
  const { kind } = failing(stage);
  const answer = peek(kind.request("a", "asked"));
  kind.enqueue("a");

  await stage.settle();

  assertEquals([answer.now, stage.takeTold()], ["RangeError", []]);
});

Deno.test("A failed run with neither message nor waiter is told as undelivered []", async () => {
  await using stage = new KindStage();
  const { kind } = failing(stage);
  kind.enqueue("a");

  await stage.settle();

  assertEquals(stage.takeTold(), ["undelivered [-] RangeError x1"]);
});

Deno.test("flush() and idle() are no waiters: they tell nobody of a failure", async () => {
  await using stage = new KindStage();
  const { kind, a } = failing(stage);
  kind.enqueue("a", "x");
  const waits = [peek(a.flush()), peek(a.idle()), peek(stage.scheduler.idle())];

  await stage.settle();

  assertEquals(waits.map(({ now }) => now), [undefined, undefined, undefined]);
  assertEquals(stage.takeTold(), ["undelivered [x] RangeError x1"]);
});

const PARTS: readonly (readonly ["enqueue" | "request", string])[][] = [
  [["enqueue", "x"], ["request", "y"]],
  [["request", "x"], ["enqueue", "y"]],
  [["request", "x"], ["enqueue", "y"], ["request", "z"]],
  [["request", "x"], ["request", "y"], ["enqueue", "z"]],
];
for (const parts of PARTS) {
  const name = parts.map(([how]) => how).join(", ");
  Deno.test(`A merged message (${name}) goes to undelivered too, as a part has no waiter`, async () => {
    await using stage = new KindStage();
    const { kind } = failing(stage, { merge: join });
    const answers = parts.flatMap(([how, message]) => {
      if (how === "request") return [peek(kind.request("a", message))];
      kind.enqueue("a", message);
      return [];
    });
    const whole = parts.map(([, message]) => message).reduce(join);

    await stage.settle();

    assertEquals(
      new Set(answers.map(({ now }) => now)),
      new Set(["RangeError"]),
    );
    assertEquals(stage.takeTold(), [`undelivered [${whole}] RangeError x1`]);
  });
}

Deno.test("A merged message all parts of which have waiters is theirs alone", async () => {
  await using stage = new KindStage();
  const { kind } = failing(stage, { merge: join });
  const answers = ["x", "y", "z"].map((message) =>
    peek(kind.request("a", message))
  );

  await stage.settle();

  assertEquals(new Set(answers.map(({ now }) => now)), new Set(["RangeError"]));
  assertEquals(stage.takeTold(), []);
});

Deno.test("What is folded back remembers who waits for its parts", async () => {
  for (
    const [older, newer] of [["request", "enqueue"], ["enqueue", "request"]]
  ) {
    await using stage = new KindStage();
    const { undelivered } = stage;
    const { kind, actor } = stage.cast({
      merge: join,
      retry: [10],
      undelivered,
    });
    const send = (how: string | undefined, message: string): void => {
      if (how === "enqueue") kind.enqueue("a", message);
      else peek(kind.request("a", message));
    };
    send(older, "x");
    await stage.settle();
    send(newer, "y");
    actor.at(1).fail("failure");
    await stage.pass(10);

    actor.at(2).fail("failure");
    await stage.settle();

    assertEquals(stage.takeTold(), ["undelivered [(x+y)] failure x2"]);
  }
});

Deno.test("Messages given back without merge keep their own waiters", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, actor } = stage.cast({ retry: [10], undelivered });
  const answers = [peek(kind.request("a", "1"))];
  kind.enqueue("a", "2");
  await stage.settle();
  kind.enqueue("a", "3");
  answers.push(peek(kind.request("a", "4")));
  actor.at(1).fail("failure");
  await stage.settle();
  kind.enqueue("a", "5");
  answers.push(peek(kind.request("a", "6")));
  await stage.pass(10);

  actor.at(2).fail(new RangeError("last"));
  await stage.settle();

  assertEquals(answers.map(({ now }) => now), Array(3).fill("RangeError"));
  assertEquals(stage.takeTold(), ["undelivered [2,3,5] RangeError x2"]);
});

Deno.test("undelivered is told kind, key, error and attempts; and messages that are its own", async () => {
  await using stage = new KindStage();
  const told: [readonly string[], Failure][] = [];
  const { kind, actor } = stage.cast({
    retry: [10],
    undelivered: (messages, failure) => void told.push([messages, failure]),
  });
  const error = new RangeError("broken");
  kind.enqueue("a", "x");
  await stage.settle();
  actor.at(1).fail("failure");
  await stage.pass(10);
  actor.at(2).fail(error);
  await stage.settle();
  kind.enqueue("a", "later");

  assertEquals(told, [[["x"], { kind: "k", key: "a", error, attempts: 2 }]]);
  await stage.settle();
  actor.at(3).succeed();
});

Deno.test("undelivered of a single item is told its key, and of no kind", async () => {
  await using stage = new KindStage();
  const told: Failure[] = [];
  const item = stage.scheduler.createWorkItem({
    key: "single",
    run: () => Promise.reject("failure"),
    undelivered: (_, failure) => void told.push(failure),
  });

  item.enqueue();
  await stage.settle();

  assertEquals(told, [
    { kind: undefined, key: "single", error: "failure", attempts: 1 },
  ]);
});

Deno.test("Without undelivered all that would go there goes to onError, once", async () => {
  const told: unknown[] = [];
  await using stage = new KindStage({
    onError: (error, source) => void told.push([error, source]),
  });
  const { kind } = failing(stage, { undelivered: undefined });
  kind.enqueue("a", "x");
  kind.enqueue("a", "y");
  kind.enqueue("b");
  peek(kind.request("c", "asked"));

  await stage.settle();

  const error = new RangeError("broken");
  assertEquals(told, [
    [error, { kind: "k", key: "a", messages: ["x", "y"] }],
    [error, { kind: "k", key: "b" }],
  ]);
});

for (const how of ["throws", "rejects"]) {
  Deno.test(`If undelivered ${how}, onError gets its error with the messages`, async () => {
    await using stage = new KindStage();
    const { kind, actor } = failing(stage, {
      undelivered: () => {
        const error = new TypeError("cannot be told");
        if (how === "rejects") return Promise.reject(error);
        throw error;
      },
    });
    kind.enqueue("a", "x");

    await stage.settle();
    kind.enqueue("a", "y"); // The key goes on.
    await stage.settle();

    assertEquals(stage.takeTold(), [
      "onError [x] TypeError",
      "onError [y] TypeError",
    ]);
    assertEquals(actor.acts.length, 2);
  });
}

for (const home of ["kind", "item"] as const) {
  Deno.test(`A promise that undelivered returns is awaited by delete(), of a ${home}`, async () => {
    await using stage = new KindStage();
    let tell: () => void = () => {};
    const options = {
      run: () => Promise.reject("failure"),
      undelivered: () => new Promise<void>((resolve) => tell = resolve),
    };
    const item = home === "item"
      ? stage.scheduler.createWorkItem(options)
      : stage.scheduler.define("k", options).get("a");
    item.enqueue();
    await stage.settle();

    const deletion = peek(item.delete());
    await stage.settle();
    const before = deletion.now;
    tell();
    await stage.settle();

    assertEquals([before, deletion.now], ["pending", undefined]);
  });
}

Deno.test("A promise that undelivered returns is awaited by close()", async () => {
  await using stage = new KindStage();
  let tell: () => void = () => {};
  const { kind } = failing(stage, {
    undelivered: () => new Promise<void>((resolve) => tell = resolve),
  });
  kind.enqueue("a", "x");
  await stage.settle();

  const closing = peek(stage.scheduler.close());
  await stage.settle();
  assertEquals(closing.now, "pending");
  tell();
  await stage.settle();

  assertEquals((closing.now as { left: unknown[] }).left, []);
});

// cancel({ running: true })

Deno.test("A cancelled run that rejects is not retried: its messages go to undelivered", async () => {
  await using stage = new KindStage();
  const lost: [readonly string[], Failure][] = [];
  const { kind, a } = stage.cast({
    retry: [10],
    undelivered: (messages, failure) => void lost.push([messages, failure]),
  }, { plan: obey });
  kind.enqueue("a", "x");
  const answer = quiet(kind.request("a", "asked"));
  await stage.settle();
  kind.enqueue("a", "newer");

  assertEquals(a.cancel({ running: true }), ["newer"]);

  const error = await assertRejects(() => answer, CancelledError);
  await stage.pass(100);
  assertEquals(lost.map(([messages]) => messages), [["x"]]);
  assertInstanceOf(lost[0]?.[1].error, CancelledError);
  assertEquals(lost[0]?.[1].attempts, 1);
  assertEquals([error.code, a.state], ["WI-CANCELLED", "idle"]);
  assertEquals(stage.scheduler.snapshot().starts, 1);
});

Deno.test("A cancelled run that fulfils has handled its messages", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, a, actor } = stage.cast({ retry: [10], undelivered });
  const answer = peek(kind.request("a", "x"));
  await stage.settle();

  a.cancel({ running: true });
  assertEquals(actor.at(1).run.signal.aborted, true);
  actor.at(1).succeed("done all the same");
  await stage.settle();

  assertEquals(answer.now, "done all the same");
});

Deno.test("What comes after the cancel is not cancelled with it", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, a, actor } = stage.cast({ retry: [10], undelivered });
  kind.enqueue("a", "x");
  await stage.settle();
  a.cancel({ running: true });

  assertEquals(kind.enqueue("a", "y"), "rerun");
  actor.at(1).fail("aborted");
  await stage.settle();

  assertEquals(stage.takeTold(), ["undelivered [x] CancelledError x1"]);
  assertEquals(actor.log[1], "a#2@0 y");
  actor.at(2).succeed();
});

Deno.test("A cancelled retry tells of all attempts that were made", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, a, actor } = stage.cast({ retry: [10, 10], undelivered });
  kind.enqueue("a", "x");
  await stage.settle();
  actor.at(1).fail("failure");
  await stage.pass(10);

  a.cancel({ running: true });
  actor.at(2).fail("aborted");
  await stage.pass(50);

  assertEquals(stage.takeTold(), ["undelivered [x] CancelledError x2"]);
  kind.enqueue("a", "y");
  await stage.settle();
  assertEquals(actor.at(3).run.attempt, 1);
  actor.at(3).succeed();
});

Deno.test("A cancelled run is not held", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, a, actor } = stage.cast({
    whenExhausted: "hold",
    undelivered,
  });
  kind.enqueue("a", "x");
  await stage.settle();

  a.cancel({ running: true });
  actor.at(1).fail("aborted");
  await stage.settle();

  assertEquals(a.state, "idle");
  assertEquals(stage.takeTold(), ["undelivered [x] CancelledError x1"]);
});

Deno.test("Without undelivered a cancelled run's messages go to onError, however it rejects", async () => {
  await using stage = new KindStage();
  const { kind, a } = stage.cast({}, { plan: obey });
  kind.enqueue("a", "x");
  await stage.settle();

  a.cancel({ running: true });
  await stage.settle();

  assertEquals(stage.takeTold(), ["onError [x] CancelledError"]);
});

Deno.test("A cancelled run with neither message nor waiter lost nothing: nobody is told", async () => {
  await using stage = new KindStage();
  const { kind, a } = stage.cast({}, { plan: obey });
  kind.enqueue("a");
  await stage.settle();

  a.cancel({ running: true });
  await stage.settle();

  assertEquals(a.state, "idle");
});

Deno.test("Of several overlapping runs that are cancelled each tells of its own messages", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, a, actor } = stage.cast({
    whenRunning: "overlap",
    undelivered,
  });
  for (const message of ["x", "y", "z"]) {
    kind.enqueue("a", message);
    await stage.settle();
  }

  a.cancel({ running: true });
  actor.at(2).fail("aborted");
  actor.at(1).succeed();
  actor.at(3).fail("aborted");
  await stage.settle();

  assertEquals(stage.takeTold(), [
    "undelivered [y] CancelledError x1",
    "undelivered [z] CancelledError x1",
  ]);
});

// timeout

Deno.test("timeout: a run that then rejects has failed, and is tried again", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, actor } = stage.cast(
    { timeout: 30, retry: [10], undelivered },
    { plan: obey },
  );
  kind.enqueue("a", "x");

  await stage.pass(100);

  assertEquals(actor.log, ["a#1@0 x", "a#2@40/2 x"]);
  assertEquals(stage.takeTold(), ["undelivered [x] TimeoutError x2"]);
  assertEquals(stage.scheduler.snapshot().failed, 2);
});

Deno.test("timeout: the error is the signal's reason, and request() rejects with it", async () => {
  await using stage = new KindStage();
  const { kind } = stage.cast({ timeout: 30 }, { plan: obey });
  const answer = peek(kind.request("a", "x"));

  await stage.pass(29);
  assertEquals(answer.now, "pending");
  await stage.pass(1);

  assertEquals(answer.now, TimeoutError.name);
});

Deno.test("timeout: a run that fulfils after it has succeeded", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ timeout: 30, retry: [10] });
  const answer = peek(kind.request("a", "x"));
  await stage.pass(50);
  assertEquals(actor.at(1).run.signal.aborted, true);

  actor.at(1).succeed("late");
  await stage.pass(50);

  assertEquals([answer.now, actor.acts.length], ["late", 1]);
});

Deno.test("timeout: a run that goes on keeps its key", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ timeout: 30 });
  kind.enqueue("a", "x");
  await stage.pass(10);
  assertEquals(kind.enqueue("a", "y"), "rerun");

  await stage.pass(100);
  assertEquals(actor.acts.length, 1);
  actor.at(1).succeed();
  await stage.settle();

  assertEquals(actor.log[1], "a#2@110 y");
  actor.at(2).succeed();
});
