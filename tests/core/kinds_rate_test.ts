/** `rate: { limit, interval }`: a strict sliding window over the starts of a
 * kind, to the millisecond. */
import { assertEquals, assertLess } from "@std/assert";
import { FakeClock } from "../../src/testing/mod.ts";
import { type CastOptions, KindStage } from "./support/kinds_stage.ts";
import { peek } from "./support/stage.ts";

/** Enqueues a new key at each of these times and returns when they began. */
async function startsOf(
  options: CastOptions,
  atMs: readonly number[],
): Promise<number[]> {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast(options, { plan: () => {} });
  for (const [index, ms] of atMs.entries()) {
    await stage.pass(ms - stage.clock.now());
    kind.enqueue(`${index}`, "x");
  }
  await stage.pass(2_000);
  assertEquals(stage.clock.timers, 0);
  assertEquals(
    actor.acts.map(({ run }) => run.key),
    atMs.map((_, n) => `${n}`),
  );
  return actor.acts.map(({ atMs }) => atMs);
}

Deno.test("rate: at most limit starts, the rest when the oldest no longer counts", async () => {
  const rate = { limit: 3, interval: 100 };

  const starts = await startsOf({ rate }, Array(10).fill(0));

  assertEquals(starts, [0, 0, 0, 100, 100, 100, 200, 200, 200, 300]);
});

Deno.test("rate: the window slides: each start frees its own place", async () => {
  const rate = { limit: 3, interval: 100 };

  const starts = await startsOf({ rate }, [0, 30, 60, 70, 70, 70, 70, 400]);

  assertEquals(starts, [0, 30, 60, 100, 130, 160, 200, 400]);
});

Deno.test("rate: a pause does not save up starts", async () => {
  const rate = { limit: 2, interval: 100 };

  const starts = await startsOf({ rate }, [0, 500, 500, 500, 501, 501]);

  assertEquals(starts, [0, 500, 500, 600, 600, 700]);
});

Deno.test("rate: a start that is exactly one interval old no longer counts", async () => {
  const rate = { limit: 1, interval: 100 };

  assertEquals(await startsOf({ rate }, [0, 99]), [0, 100]);
  assertEquals(await startsOf({ rate }, [0, 100]), [0, 100]);
});

Deno.test("rate: starts count, not runs in flight and not ends", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ rate: { limit: 2, interval: 100 } });
  for (const key of ["a", "b", "c", "d", "e"]) kind.enqueue(key, "x");

  await stage.pass(50);
  actor.at(1).succeed(); // It lets nobody through.
  await stage.pass(250);

  assertEquals(actor.starts, ["a@0", "b@0", "c@100", "d@100", "e@200"]);
  actor.acts.forEach(({ succeed }) => succeed());
});

Deno.test("rate: retries count, and take their turn behind those who wait", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({
    rate: { limit: 1, interval: 100 },
    retry: [10],
  }, {
    plan: ({ key, attempt }) => {
      if (key === "a" && attempt === 1) throw new Error("failure");
    },
  });
  kind.enqueue("a", "x");
  await stage.pass(5);
  kind.enqueue("b", "x");
  await stage.pass(300);

  assertEquals(actor.log, ["a#1@0 x", "b#1@100 x", "a#2@200/2 x"]);
});

Deno.test("rate: reruns and restarts count", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({
    rate: { limit: 1, interval: 100 },
    whenRunning: "restart",
  });
  kind.enqueue("a", "x");
  await stage.settle();
  kind.enqueue("a", "y");
  await stage.settle();
  actor.at(1).fail("restarted");

  await stage.pass(100);
  assertEquals(actor.log, ["a#1@0 x", "a#2@100 x,y"]);
  actor.at(2).succeed();
  kind.enqueue("a", "z");
  await stage.pass(100);

  assertEquals(actor.log[2], "a#3@200 z");
  actor.at(3).succeed();
});

Deno.test("rate: failures at once count", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, actor } = stage.cast(
    { rate: { limit: 2, interval: 100 }, undelivered },
    { plan: () => Promise.reject("failure") },
  );
  for (const key of ["a", "b", "c"]) kind.enqueue(key, "x");

  await stage.pass(200);

  assertEquals(actor.starts, ["a@0", "b@0", "c@100"]);
  assertEquals(stage.takeTold().length, 3);
});

for (const how of ["cancel", "suspend"] as const) {
  Deno.test(`rate: ${how}() of one that is through gives its permit to the next, at once`, async () => {
    await using stage = new KindStage({ concurrency: 1 });
    const blocker = stage.cast({}, { name: "blocker" });
    const { kind, a, actor } = stage.cast(
      { rate: { limit: 1, interval: 100 } },
      { plan: () => {} },
    );
    blocker.kind.enqueue("z", "x");
    await stage.settle();
    kind.enqueue("a", "x");
    kind.enqueue("b", "x");
    await stage.pass(10);

    a[how]();
    blocker.actor.at(1).succeed();
    await stage.pass(300);

    assertEquals(actor.starts, ["b@10"]);
  });

  Deno.test(`rate: ${how}() of one that waits changes nothing for the others`, async () => {
    await using stage = new KindStage();
    const { kind, actor } = stage.cast(
      { rate: { limit: 1, interval: 100 } },
      { plan: () => {} },
    );
    for (const key of ["a", "b", "c"]) kind.enqueue(key, "x");
    await stage.pass(10);

    kind.get("b")[how]();
    await stage.pass(300);

    assertEquals(actor.starts, ["a@0", "c@100"]);
  });
}

Deno.test("rate: cancelling the last one that waits leaves no timer", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast(
    { rate: { limit: 1, interval: 100 } },
    { plan: () => {} },
  );
  for (const key of ["a", "b"]) kind.enqueue(key, "x");
  await stage.settle();
  assertEquals(stage.clock.timers, 1);

  kind.get("b").cancel();
  await stage.pass(100); // It may go off once more, but not for ever.

  assertEquals([stage.clock.timers, actor.acts.length], [0, 1]);
});

Deno.test("rate: without anybody who waits there is no timer", async () => {
  await using stage = new KindStage();
  const { kind } = stage.cast({ rate: { limit: 2, interval: 1e9 } }, {
    plan: () => {},
  });

  kind.enqueue("a", "x");
  kind.enqueue("b", "x");
  await stage.settle();

  assertEquals(stage.clock.timers, 0);
});

Deno.test("rate: a delay and then the gate", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({
    rate: { limit: 1, interval: 100 },
  }, { plan: () => {} });
  kind.enqueue("a", "x", { delay: 30 });
  kind.enqueue("b", "x", { delay: 50 });
  kind.enqueue("c", "x", { delay: 500 });

  await stage.pass(600);

  assertEquals(actor.starts, ["a@30", "b@130", "c@500"]);
});

Deno.test("rate: what is enqueued at the gate is coalesced, and flush() waits", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({
    rate: { limit: 1, interval: 100 },
  }, { plan: () => {} });
  kind.enqueue("a", "x");
  kind.enqueue("b", "x");
  await stage.pass(50);
  const b = kind.get("b");
  const waits = [peek(b.flush()), peek(b.idle()), peek(stage.scheduler.idle())];

  assertEquals([b.state, kind.enqueue("b", "y")], ["queued", "coalesced"]);
  assertEquals(kind.enqueue("b", "z", { delay: 5_000 }), "coalesced");
  await stage.pass(49);
  assertEquals(waits.map(({ now }) => now), Array(3).fill("pending"));
  await stage.pass(1);

  assertEquals(waits.map(({ now }) => now), Array(3).fill(undefined));
  assertEquals(actor.log[1], "b#1@100 x,y,z");
});

Deno.test("rate: another kind has its own window", async () => {
  await using stage = new KindStage();
  const plan = (): void => {};
  const rate = { limit: 1, interval: 100 };
  const first = stage.cast({ rate }, { plan });
  const second = stage.cast({ rate }, { name: "second", plan });
  for (const { kind } of [first, second]) {
    kind.enqueue("a", "x");
    kind.enqueue("b", "x");
  }

  await stage.pass(100);

  assertEquals(first.actor.starts, ["a@0", "b@100"]);
  assertEquals(second.actor.starts, ["a@0", "b@100"]);
});

Deno.test("rate: the wall's clock is not asked", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({
    rate: { limit: 1, interval: 100 },
  }, { plan: () => {} });
  kind.enqueue("a", "x");
  kind.enqueue("b", "x");
  await stage.pass(50);

  stage.clock.jumpToday(1e10);
  await stage.pass(50);

  assertEquals(actor.starts, ["a@0", "b@100"]);
});

Deno.test("rate: an interval beyond what a host timer takes", async () => {
  await using stage = new KindStage();
  const interval = 2 ** 31 + 5;
  const { kind, actor } = stage.cast({ rate: { limit: 1, interval } }, {
    plan: () => {},
  });
  kind.enqueue("a", "x");
  kind.enqueue("b", "x");
  await stage.settle();

  stage.clock.advance(interval - 1);
  await stage.settle();
  assertEquals(actor.acts.length, 1);
  stage.clock.advance(1);
  await stage.settle();

  assertEquals(actor.starts, ["a@0", `b@${interval}`]);
});

Deno.test("rate: delete() lets one at the gate run once more, at its time", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({
    rate: { limit: 1, interval: 100 },
  }, { plan: () => {} });
  kind.enqueue("a", "x");
  kind.enqueue("b", "x");
  await stage.pass(10);

  const deletion = peek(kind.get("b").delete());
  await stage.pass(89);
  assertEquals(deletion.now, "pending");
  await stage.pass(1);

  assertEquals([deletion.now, actor.starts], [undefined, ["a@0", "b@100"]]);
});

/** A clock whose timers are late, as on a host that is busy. */
class LateClock extends FakeClock {
  override startTimer(callback: () => void, delayMs: number): unknown {
    return super.startTimer(callback, delayMs + 30);
  }
}

Deno.test("rate: nobody overtakes those who wait, though the host's timer is late", async () => {
  await using stage = new KindStage({ clock: new LateClock() });
  const { kind, actor } = stage.cast({
    rate: { limit: 1, interval: 100 },
  }, { plan: () => {} });
  kind.enqueue("a", "x");
  kind.enqueue("b", "x");
  await stage.pass(110); // The interval is over, the timer is yet to come.

  kind.enqueue("c", "x");
  await stage.pass(500);

  const order = actor.acts.map(({ run }) => run.key);
  assertEquals(order, ["a", "b", "c"]);
  const [a = 0, b = 0, c = 0] = actor.acts.map(({ atMs }) => atMs);
  assertLess(99, Math.min(b - a, c - b));
});

/** Numbers from 0 to 1 that follow from the seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

Deno.test("rate: each start is as early as the window allows, over 200 random plans", async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = randomFrom(seed);
    const limit = 1 + Math.floor(random() * 5);
    const interval = 1 + Math.floor(random() * 60);
    let ms = 0;
    const plan = Array.from({ length: 30 }, () => {
      if (random() < 0.5) ms += Math.floor(random() * 25);
      return ms;
    });
    const expected: number[] = [];
    for (const [index, dueMs] of plan.entries()) {
      const free = (expected[index - limit] ?? -Infinity) + interval;
      expected.push(Math.max(dueMs, free));
    }

    const starts = await startsOf({ rate: { limit, interval } }, plan);

    assertEquals(starts, expected, `seed ${seed}: ${limit} in ${interval} ms`);
  }
});

Deno.test("rate: with failures and few executors no window has more than its limit", async () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = randomFrom(seed * 7);
    const limit = 1 + Math.floor(random() * 4);
    const interval = 5 + Math.floor(random() * 40);
    await using stage = new KindStage({ concurrency: 1 + seed % 3 });
    const { kind, actor } = stage.cast({
      rate: { limit, interval },
      retry: [3, 0],
      undelivered: () => {},
    });
    for (let step = 0; step < 80; step++) {
      const key = `${Math.floor(random() * 8)}`;
      if (random() < 0.5) kind.enqueue(key, "x");
      if (random() < 0.1) kind.get(key).cancel();
      for (const { succeed, fail } of actor.acts) {
        if (random() < 0.3) random() < 0.5 ? succeed() : fail("failure");
      }
      await stage.pass(Math.floor(random() * 4));
    }
    for (let step = 0; step < 400; step++) {
      for (const { succeed } of actor.acts) succeed();
      await stage.pass(4, 4);
    }

    const starts = actor.acts.map(({ atMs }) => atMs);
    const crowded = starts.filter((ms, index) =>
      ms - (starts[index - limit] ?? -Infinity) < interval
    );
    assertEquals(crowded, [], `seed ${seed}: ${limit} in ${interval} ms`);
    assertEquals(stage.scheduler.snapshot().owed, 0);
  }
});
