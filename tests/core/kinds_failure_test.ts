/** Failure: retries and what ends them, what comes back and in which order,
 * restarts that count no attempt, and holds. */
import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  exponential,
  HeldError,
  type Retry,
  type WhenRunning,
} from "../../mod.ts";
import { KindStage, ObservedKindStage } from "./support/kinds_stage.ts";
import { peek } from "./support/stage.ts";

/** Always fails, with this. */
function throwing(error: unknown): () => never {
  return () => {
    throw error;
  };
}

Deno.test("retry: a failed run is tried again, its messages before the newer ones", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ retry: [10, 20] });
  kind.enqueue("a", "x");
  kind.enqueue("a", "y");
  await stage.settle();
  kind.enqueue("a", "z");

  actor.at(1).fail("failure");
  await stage.settle();
  assertEquals(kind.get("a").state, "backoff");
  kind.enqueue("a", "w");
  await stage.pass(10);
  actor.at(2).fail("failure");
  await stage.pass(20);
  actor.at(3).succeed();
  await stage.settle();

  const all = "x,y,z,w";
  assertEquals(actor.log, ["a#1@0 x,y", `a#2@10/2 ${all}`, `a#3@30/3 ${all}`]);
  assertEquals(kind.keys(), []);
});

Deno.test("retry: other keys neither wait for the backoff nor share its attempts", async () => {
  await using stage = new KindStage({ concurrency: 1 });
  const { kind, actor } = stage.cast({ retry: [10] });
  kind.enqueue("a", "x");
  kind.enqueue("b", "y");
  await stage.settle();

  actor.at(1).fail("failure");
  await stage.settle();
  assertEquals(actor.log, ["a#1@0 x", "b#1@0 y"]);
  actor.at(2).fail("failure");
  await stage.pass(10);
  actor.at(3).succeed();
  await stage.settle();
  actor.at(4).succeed();

  assertEquals(actor.log.slice(2), ["a#2@10/2 x", "b#2@10/2 y"]);
});

Deno.test("retry: a list ends with its last entry; then messages are undelivered", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, actor } = stage.cast({ retry: [10, 20], undelivered }, {
    plan: throwing("failure"),
  });
  kind.enqueue("a", "x");
  await stage.pass(10);
  kind.enqueue("a", "y");

  await stage.pass(100);

  assertEquals(actor.log, ["a#1@0 x", "a#2@10/2 x", "a#3@30/3 x,y"]);
  assertEquals(stage.takeTold(), ["undelivered [x,y] failure x3"]);
  assertEquals(kind.keys(), []);
});

Deno.test("retry: what comes while the last attempt runs is not undelivered with it", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, actor } = stage.cast({ retry: [10], undelivered });
  kind.enqueue("a", "x");
  await stage.settle();
  actor.at(1).fail("failure");
  await stage.pass(10);
  kind.enqueue("a", "newer");

  actor.at(2).fail("failure");
  await stage.settle();

  assertEquals(stage.takeTold(), ["undelivered [x] failure x2"]);
  assertEquals(actor.log[2], "a#3@10 newer"); // At once, as a first attempt.
  actor.at(3).fail("failure");
  await stage.pass(10);
  assertEquals(actor.log[3], "a#4@20/2 newer");
  actor.at(4).succeed();
});

Deno.test("retry: a function is given attempt, error and a source of randomness", async () => {
  const random = (): number => 0.25;
  await using stage = new KindStage({ random });
  const calls: unknown[] = [];
  const error = new RangeError("broken");
  const { kind, actor } = stage.cast({
    retry(attempt, thrown, random): number | undefined {
      calls.push([attempt, thrown === error, random()]);
      return attempt < 3 ? attempt * 5 : undefined;
    },
    undelivered: stage.undelivered,
  }, { plan: throwing(error) });

  kind.enqueue("a", "x");
  await stage.pass(100);

  assertEquals(calls, [[1, true, 0.25], [2, true, 0.25], [3, true, 0.25]]);
  assertEquals(actor.starts, ["a@0", "a@5", "a@15"]);
  assertEquals(stage.takeTold(), ["undelivered [x] RangeError x3"]);
});

Deno.test("retry: a wake-up without message is tried again too", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, actor } = stage.cast({ retry: [10], undelivered }, {
    plan: throwing("failure"),
  });

  kind.enqueue("a");
  await stage.pass(10);

  assertEquals(actor.log, ["a#1@0 -", "a#2@10/2 -"]);
  assertEquals(stage.takeTold(), ["undelivered [-] failure x2"]);
});

Deno.test("retry: of a throw, a rejection and a thrown nothing alike", async () => {
  for (
    const plan of [
      throwing(undefined),
      () => Promise.reject(),
      () => ({ then: throwing(undefined) }),
    ]
  ) {
    await using stage = new KindStage();
    let failures = 0;
    const { kind, actor } = stage.cast({ retry: [10] }, {
      plan: (): unknown => failures++ === 0 ? plan() : "done",
    });

    const answer = peek(kind.request("a", "x"));
    await stage.pass(10);

    assertEquals([actor.starts, answer.now], [["a@0", "a@10"], "done"]);
  }
});

Deno.test("retry: success, cancel() of the backoff and reset() begin with attempt 1", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast({ retry: [10, 10, 10] });
  const fail = async (index: number): Promise<void> => {
    await stage.settle();
    actor.at(index).fail("failure");
    await stage.settle();
  };
  kind.enqueue("a", "1");
  await fail(1);
  await stage.pass(10);
  actor.at(2).succeed();
  await stage.settle();

  kind.enqueue("a", "2"); // After a success.
  await fail(3);
  assertEquals(a.cancel(), ["2"]);
  kind.enqueue("a", "3"); // After cancel().
  await fail(4);
  a.reset(); // After reset().
  await stage.settle();
  actor.at(5).succeed();

  assertEquals(actor.log, [
    "a#1@0 1",
    "a#2@10/2 1",
    // An idle key without context is forgotten, and counts its runs anew.
    "a#1@10 2",
    "a#1@10 3",
    "a#2@10 3",
  ]);
});

Deno.test("cancel() in a backoff tells those who wait, and its timer is gone", async () => {
  await using stage = new KindStage();
  const { kind, a } = stage.cast({ retry: [10] }, {
    plan: throwing("failure"),
  });
  const answer = peek(kind.request("a", "x"));
  const flush = peek(a.flush());
  const idle = peek(a.idle());
  await stage.settle();

  assertEquals([a.state, stage.clock.timers], ["backoff", 1]);
  assertEquals(a.cancel(), ["x"]);
  await stage.settle();

  const all = [answer.now, flush.now, idle.now];
  assertEquals(all, ["CancelledError", "CancelledError", "CancelledError"]);
  assertEquals([a.state, stage.clock.timers], ["idle", 0]);
});

const NO_TIME: readonly unknown[] = [
  ...[NaN, Infinity, -Infinity, -1, "10", 10n, null, {}, true],
];
for (const result of NO_TIME) {
  Deno.test(`retry: a function that returns ${typeof result} ${String(result)} ends the attempts, and onError is told`, async () => {
    await using stage = new KindStage();
    const retry = (() => result) as Retry;
    const { kind, actor } = stage.cast({
      retry,
      undelivered: stage.undelivered,
    }, { plan: throwing("failure") });

    kind.enqueue("a", "x");
    await stage.pass(100);

    const told = stage.takeTold();
    const lost = told.indexOf("undelivered [x] failure x1");
    assertEquals([actor.acts.length, told.length], [1, 2]);
    assertEquals(
      told.filter((_, at) => at !== lost)[0]?.slice(0, 8),
      "onError ",
    );
  });
}

Deno.test("retry: a function that throws ends the attempts, and onError is told of it", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({
    retry: throwing(new RangeError("broken retry")),
    undelivered: stage.undelivered,
  }, { plan: throwing("failure") });

  kind.enqueue("a", "x");
  await stage.pass(100);

  assertEquals(actor.acts.length, 1);
  assertEquals(stage.takeTold().sort(), [
    "onError RangeError",
    "undelivered [x] failure x1",
  ]);
});

Deno.test("retry: a function that gives up tells nobody of that", async () => {
  await using stage = new KindStage();
  const { kind } = stage.cast({
    retry: () => undefined,
    undelivered: stage.undelivered,
  }, { plan: throwing("failure") });

  kind.enqueue("a", "x");
  await stage.pass(100);

  assertEquals(stage.takeTold(), ["undelivered [x] failure x1"]);
});

Deno.test("retry: changing the list later changes nothing", async () => {
  await using stage = new KindStage();
  const retry = [10, 20];
  const { kind, actor } = stage.cast({
    retry,
    undelivered: stage.undelivered,
  }, { plan: throwing("failure") });

  kind.enqueue("a", "x");
  retry.length = 0;
  retry.push(1);
  await stage.pass(100);

  assertEquals(actor.starts, ["a@0", "a@10", "a@30"]);
  assertEquals(stage.takeTold(), ["undelivered [x] failure x3"]);
});

Deno.test("error.final ends the attempts, if it is true and nothing else", async () => {
  const cases: readonly (readonly [unknown, number])[] = [
    [{ final: true }, 1],
    [Object.assign(new Error("final"), { final: true }), 1],
    [{ final: 1 }, 3],
    [{ final: "true" }, 3],
    [{ final: false }, 3],
    [{ final: true, retryAfter: 5 }, 1],
  ];
  for (const [error, runs] of cases) {
    await using stage = new KindStage();
    const { kind, actor } = stage.cast({
      retry: [10, 10],
      undelivered: stage.undelivered,
    }, { plan: throwing(error) });

    kind.enqueue("a", "x");
    await stage.pass(100);

    assertEquals(actor.acts.length, runs);
    assertEquals(stage.takeTold().length, 1);
  }
});

Deno.test("error.final ends the attempts of the run that threw it, not of the key", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({
    retry: [10, 10],
    undelivered: stage.undelivered,
  });
  kind.enqueue("a", "x");
  await stage.settle();
  actor.at(1).fail({ final: true });
  await stage.settle();
  kind.enqueue("a", "y");
  await stage.settle();

  actor.at(2).fail("failure");
  await stage.pass(10);

  assertEquals(stage.takeTold().length, 1);
  assertEquals(actor.log[2], "a#2@10/2 y");
  actor.at(3).succeed();
});

const HOSTILE_ERRORS: Readonly<Record<string, unknown>> = {
  "null": null,
  "undefined": undefined,
  "a string": "failure",
  "a symbol": Symbol("failure"),
  "a bigint": 5n,
  "a function": () => {},
  "an object without prototype": Object.create(null),
  "one whose properties throw": {
    get final(): never {
      throw new RangeError("final");
    },
    get retryAfter(): never {
      throw new RangeError("retryAfter");
    },
  },
  "a proxy that throws": new Proxy({}, {
    get: throwing("get"),
    has: throwing("has"),
    getPrototypeOf: throwing("getPrototypeOf"),
  }),
  "a revoked proxy": revoked(),
};

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

for (const [name, error] of Object.entries(HOSTILE_ERRORS)) {
  Deno.test(`retry: a thrown value that is ${name} fails like any other`, async () => {
    await using stage = new ObservedKindStage();
    const lost: unknown[] = [];
    const { kind, actor } = stage.cast({
      retry: [10],
      undelivered: (messages, failure) => {
        lost.push(messages, failure.attempts, failure.error === error);
      },
    }, { plan: throwing(error) });

    kind.enqueue("a", "x");
    await stage.pass(50);

    assertEquals([actor.starts, lost], [["a@0", "a@10"], [["x"], 2, true]]);
  });
}

Deno.test("Observers are told of each retry: attempt, number, delay and error", async () => {
  await using stage = new KindStage();
  const seen: unknown[] = [];
  stage.scheduler.observe({
    retried: (event) => void seen.push(event),
    held: () => void seen.push("held"),
  });
  const error = Object.assign(new Error("later"), { retryAfter: 7 });
  const { kind } = stage.cast({
    retry: [10, 20],
    undelivered: stage.undelivered,
  }, { plan: throwing(error) });

  kind.enqueue("a", "x");
  await stage.pass(50);

  const event = { kind: "k", key: "a", delay: 7, error };
  assertEquals(seen, [
    { ...event, number: 1, attempt: 1 },
    { ...event, number: 2, attempt: 2 },
  ]);
  assertEquals(stage.takeTold(), ["undelivered [x] Error x3"]);
});

Deno.test("snapshot() counts backoffs, holds and delays apart, all of them as owed", async () => {
  await using stage = new KindStage();
  const failing = stage.cast({ retry: [50] }, { plan: throwing("failure") });
  const holding = stage.cast({ whenExhausted: "hold" }, {
    name: "h",
    plan: throwing("failure"),
  });
  failing.kind.enqueue("backoff", "x");
  holding.kind.enqueue("held", "x");
  await stage.settle();
  failing.kind.enqueue("delayed", "x", { delay: 5 });
  failing.kind.enqueue("queued", "x");

  const { owed, ready, delayed, held, backoff } = stage.scheduler.snapshot();

  assertEquals({ owed, ready, delayed, held, backoff }, {
    owed: 4,
    ready: 1,
    delayed: 1,
    held: 1,
    backoff: 1,
  });
});

// restart

const restart = { whenRunning: "restart" as WhenRunning };

Deno.test("restart: a run that rejects has its messages merged back, no attempt counted", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ ...restart, retry: [10] });
  kind.enqueue("a", "x");
  await stage.settle();
  kind.enqueue("a", "y");
  await stage.settle();
  assertEquals(actor.at(1).run.signal.aborted, true);

  actor.at(1).fail(actor.at(1).run.signal.reason);
  await stage.settle();

  assertEquals(actor.log, ["a#1@0 x", "a#2@0 x,y"]); // At once, attempt 1.
  actor.at(2).succeed();
  await stage.settle();
  const { aborted, failed, ok } = stage.scheduler.snapshot();
  assertEquals({ aborted, failed, ok }, { aborted: 1, failed: 0, ok: 1 });
});

Deno.test("restart: folding back is a merge of the older with the newer", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({
    ...restart,
    merge: (older, newer) => `(${older}+${newer})`,
  });
  kind.enqueue("a", "x");
  await stage.settle();
  kind.enqueue("a", "y");
  kind.enqueue("a", "z");
  await stage.settle();

  actor.at(1).fail("restarted");
  await stage.settle();

  assertEquals(actor.log[1], "a#2@0 (x+(y+z))");
  actor.at(2).succeed();
});

Deno.test("restart: a run that fulfils has handled its own messages", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ ...restart, retry: [10] });
  const first = peek(kind.request("a", "x"));
  await stage.settle();
  const second = peek(kind.request("a", "y"));
  await stage.settle();

  actor.at(1).succeed("late");
  await stage.settle();

  assertEquals([first.now, second.now], ["late", "pending"]);
  assertEquals(actor.log[1], "a#2@0 y");
  actor.at(2).succeed();
});

Deno.test("restart: the attempt of a restarted retry is not counted, and not forgotten", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, actor } = stage.cast({ ...restart, retry: [10], undelivered });
  kind.enqueue("a", "x");
  await stage.settle();
  actor.at(1).fail("failure"); // Attempt 1.
  await stage.pass(10);
  kind.enqueue("a", "y");
  await stage.settle();
  actor.at(2).fail("restarted"); // Attempt 2, not counted.
  await stage.settle();
  assertEquals(actor.log.slice(1), ["a#2@10/2 x", "a#3@10/2 x,y"]);

  actor.at(3).fail("failure"); // Attempt 2.
  await stage.pass(50);

  assertEquals(actor.acts.length, 3);
  assertEquals(stage.takeTold(), ["undelivered [x,y] failure x2"]);
});

Deno.test("restart: once maxRestarts is reached a failure is a failure", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({
    ...restart,
    maxRestarts: 2,
    retry: [10],
  });
  kind.enqueue("a", "0");
  for (let index = 1; index <= 2; index++) {
    await stage.settle();
    kind.enqueue("a", `${index}`);
    await stage.settle();
    actor.at(index).fail("restarted");
  }
  await stage.settle();

  assertEquals(kind.enqueue("a", "3"), "rerun");
  await stage.settle();
  assertEquals(actor.at(3).run.signal.aborted, false);
  actor.at(3).fail("failure");
  await stage.pass(10);

  assertEquals(actor.log, [
    "a#1@0 0",
    "a#2@0 0,1",
    "a#3@0 0,1,2",
    "a#4@10/2 0,1,2,3",
  ]);
  actor.at(4).succeed();
});

Deno.test("restart: an enqueue does not end the backoff, nor abort anything in it", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ ...restart, retry: [10] });
  kind.enqueue("a", "x");
  await stage.settle();
  actor.at(1).fail("failure");
  await stage.settle();

  assertEquals(kind.enqueue("a", "y"), "coalesced");
  await stage.pass(9);
  assertEquals(actor.acts.length, 1);
  await stage.pass(1);

  assertEquals(actor.log[1], "a#2@10/2 x,y");
  assertEquals(actor.at(2).run.signal.aborted, false);
  actor.at(2).succeed();
});

Deno.test("restart: with hold a restarted run is not held", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ ...restart, whenExhausted: "hold" });
  kind.enqueue("a", "x");
  await stage.settle();
  kind.enqueue("a", "y");
  await stage.settle();

  actor.at(1).fail("restarted");
  await stage.settle();

  assertEquals(actor.log[1], "a#2@0 x,y");
  actor.at(2).fail("failure");
  await stage.settle();
  assertEquals(kind.get("a").state, "held");
  assertEquals(kind.get("a").cancel(), ["x", "y"]);
});

// skip

Deno.test('"skip": what is delayed, in backoff, held or suspended and owed is busy', async () => {
  await using stage = new KindStage();
  const whenRunning = "skip";
  const { kind, actor } = stage.cast({ whenRunning, retry: [10] });
  const holding = stage.cast({ whenRunning, whenExhausted: "hold" }, {
    name: "h",
    plan: throwing("failure"),
  });
  kind.enqueue("backoff", "x");
  holding.kind.enqueue("held", "x");
  await stage.settle();
  actor.at(1).fail("failure");
  await stage.settle();
  kind.enqueue("delayed", "x", { delay: 5 });
  kind.get("suspended").suspend();
  kind.enqueue("suspended", "x");

  const outcomes = ["backoff", "delayed", "suspended"].map((key) =>
    kind.enqueue(key, "y")
  );
  outcomes.push(holding.kind.enqueue("held", "y"));
  outcomes.push(holding.kind.enqueue("held", "y", { delay: 5 }));

  assertEquals(new Set(outcomes), new Set(["skipped"]));
  assertEquals(stage.scheduler.snapshot().skipped, 5);
  await stage.pass(10);
  assertEquals(actor.log.slice(1), ["delayed#1@5 x", "backoff#2@10/2 x"]);
  actor.acts.forEach(({ succeed }) => succeed());
});

Deno.test('"skip": a key that is suspended and owed nothing takes one message', async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast({ whenRunning: "skip" });
  const suspension = a.suspend();

  assertEquals(kind.enqueue("a", "x"), "queued");
  assertEquals(kind.enqueue("a", "y"), "skipped");
  suspension.resume();
  await stage.settle();

  assertEquals(actor.log, ["a#1@0 x"]);
  actor.at(1).succeed();
});

// hold

Deno.test('"hold" keeps failed and newer messages, in order, until reset()', async () => {
  await using stage = new ObservedKindStage();
  const held: unknown[] = [];
  stage.scheduler.observe({ held: (event) => void held.push(event) });
  const { undelivered } = stage;
  const { kind, a, actor } = stage.cast({
    retry: [10],
    whenExhausted: "hold",
    undelivered,
  });
  kind.enqueue("a", "x");
  await stage.settle();
  actor.at(1).fail("failure");
  await stage.pass(10);
  kind.enqueue("a", "y");

  const error = new RangeError("broken");
  actor.at(2).fail(error);
  await stage.settle();
  assertEquals(a.state, "held");
  assertEquals(held, [{ kind: "k", key: "a", error }]);
  assertEquals(kind.enqueue("a", "z"), "coalesced");
  assertEquals(kind.enqueue("a", "w", { delay: 5 }), "coalesced");
  await stage.pass(1_000, 100);
  assertEquals([actor.acts.length, kind.inspect("a")?.messages], [2, 4]);

  a.reset();
  assertEquals(a.state, "queued");
  await stage.settle();

  assertEquals(actor.log[2], "a#3@1010 x,y,z,w"); // Attempt 1.
  actor.at(3).fail("failure");
  await stage.pass(10);
  assertEquals(actor.log[3], "a#4@1020/2 x,y,z,w"); // With all its attempts.
  actor.at(4).succeed();
});

Deno.test('"hold" rejects all who wait with a HeldError, whose cause is the last error', async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast({ whenExhausted: "hold" });
  const failed = kind.request("a", "x");
  const flush = a.flush();
  const idle = a.idle();
  await stage.settle();
  const newer = kind.request("a", "y");
  const later = a.flush();
  const error = new RangeError("broken");

  actor.at(1).fail(error);

  for (const promise of [failed, newer, flush, later, idle]) {
    const { cause, code } = await assertRejects(() => promise, HeldError);
    assertEquals([cause === error, code], [true, "WI-HELD"]);
  }
  assertEquals(a.cancel(), ["x", "y"]);
});

Deno.test('"hold": a held item rejects who waits from then on, but keeps the message', async () => {
  await using stage = new KindStage();
  const error = new RangeError("broken");
  let isBroken = true;
  const { kind, a, actor } = stage.cast({ whenExhausted: "hold" }, {
    plan: () => {
      if (isBroken) throw error;
    },
  });
  kind.enqueue("a", "x");
  await stage.settle();

  const waits = [a.flush(), a.idle(), kind.request("a", "y")];

  for (const promise of waits) {
    const { cause } = await assertRejects(() => promise, HeldError);
    assertEquals(cause, error);
  }
  isBroken = false;
  a.reset();
  await a.flush();
  assertEquals(actor.log[1], "a#2@0 x,y");
});

Deno.test('"hold": messages whose waiters were told are kept with the others', async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, a, actor } = stage.cast({
    whenExhausted: "hold",
    undelivered,
  });
  const answer = peek(kind.request("a", "asked"));
  kind.enqueue("a", "x");
  await stage.settle();
  actor.at(1).fail("failure");
  await stage.settle();
  assertEquals(answer.now, "HeldError");

  a.reset();
  await stage.settle();
  assertEquals(actor.log[1], "a#2@0 asked,x");
  actor.at(2).fail("failure");
  await stage.settle();

  assertEquals([a.state, a.cancel()], ["held", ["asked", "x"]]);
});

Deno.test('"hold" is of one key; the scheduler is idle without it', async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast({ whenExhausted: "hold" });
  kind.enqueue("a", "x");
  kind.enqueue("b", "x");
  await stage.settle();
  actor.at(1).fail("failure");
  const idle = peek(stage.scheduler.idle());
  await stage.settle();
  assertEquals(idle.now, "pending");

  actor.at(2).succeed();
  await stage.settle();

  assertEquals([idle.now, a.state], [undefined, "held"]);
  assertEquals(kind.keys({ state: "held" }), ["a"]);
  a.cancel();
});

Deno.test('"hold" and suspension: a run begins when both have ended', async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast({ whenExhausted: "hold" });
  for (const order of [["reset", "resume"], ["resume", "reset"]]) {
    kind.enqueue("a", "x");
    await stage.settle();
    actor.acts.at(-1)?.fail("failure");
    await stage.settle();
    const suspension = a.suspend();
    const runs = actor.acts.length;

    for (const step of order) {
      await stage.pass(10);
      assertEquals(actor.acts.length, runs);
      if (step === "reset") a.reset();
      else suspension.resume();
    }
    await stage.settle();

    assertEquals(actor.acts.length, runs + 1);
    actor.acts.at(-1)?.succeed();
    await stage.settle();
  }
});

Deno.test('"hold": a mere wake-up is held too', async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast({ whenExhausted: "hold" });
  kind.enqueue("a");
  await stage.settle();

  actor.at(1).fail("failure");
  await stage.settle();

  assertEquals([a.state, kind.inspect("a")?.owed], ["held", true]);
  assertEquals(a.cancel(), []);
  assertEquals(a.state, "idle");
});

Deno.test('"hold": error.final holds at once', async () => {
  await using stage = new KindStage();
  const { kind, a } = stage.cast({
    retry: exponential(),
    whenExhausted: "hold",
  }, { plan: throwing({ final: true }) });

  kind.enqueue("a", "x");
  await stage.settle();

  assertEquals([a.state, a.cancel()], ["held", ["x"]]);
});

Deno.test("reset() does nothing to an item that is neither held nor in backoff", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast();
  const { version } = a;
  a.reset();
  assertEquals([a.state, a.version, kind.keys()], ["idle", version, []]);
  kind.enqueue("a", "x", { delay: 10 });
  a.reset();
  await stage.pass(9);
  assertEquals([a.state, actor.acts.length], ["delayed", 0]);
  await stage.pass(1);
  a.reset();
  assertEquals(a.state, "running");

  actor.at(1).succeed();
});

Deno.test("reset() in a backoff stops its timer, and gives all attempts again", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, a, actor } = stage.cast({ retry: [10], undelivered }, {
    plan: throwing("failure"),
  });
  kind.enqueue("a", "x");
  await stage.pass(4);

  a.reset();
  await stage.pass(100);

  assertEquals(actor.log, ["a#1@0 x", "a#2@4 x", "a#3@14/2 x"]);
  assertEquals(stage.takeTold(), ["undelivered [x] failure x2"]);
  assertEquals(stage.clock.timers, 0);
});

Deno.test("An error in a held item's cause is the very error", async () => {
  await using stage = new KindStage();
  const { kind, a } = stage.cast({ whenExhausted: "hold" }, {
    plan: throwing(undefined),
  });

  const error = await assertRejects(() => kind.request("a", "x"));

  assertInstanceOf(error, HeldError);
  assertEquals(error.cause, undefined);
  a.cancel();
});
