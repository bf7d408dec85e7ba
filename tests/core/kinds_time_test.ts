/** When runs begin, to the millisecond of a fake clock: delays and what
 * reschedules them, and the backoff of retries. */
import { assertEquals } from "@std/assert";
import { exponential, type Retry, type Timing } from "../../mod.ts";
import { FakeClock } from "../../src/testing/mod.ts";
import {
  Actor,
  type CastOptions,
  KindStage,
  ObservedKindStage,
} from "./support/kinds_stage.ts";
import { peek } from "./support/stage.ts";

/** Enqueues "a" at these times, with the time as message, and returns the log
 * of all runs up to 2,000 ms. */
async function play(
  options: CastOptions,
  enqueues: readonly (readonly [atMs: number, timing?: Timing])[],
): Promise<string[]> {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast(options, { plan: () => {} });
  for (const [atMs, timing] of enqueues) {
    await stage.pass(atMs - stage.clock.now());
    kind.enqueue("a", `${atMs}`, timing);
  }
  await stage.pass(2_000 - stage.clock.now());
  assertEquals(stage.clock.timers, 0);
  // A key without context is forgotten between its runs: all are its first.
  return actor.log.map((line) => line.replace("a#1", "a"));
}

Deno.test('Debounce: "latest" waits for a pause, and one run takes all', async () => {
  const debounce: CastOptions = { delay: 100, reschedule: "latest" };

  assertEquals(
    await play(debounce, [[0], [60], [159], [300], [399], [500]]),
    ["a@259 0,60,159", "a@499 300,399", "a@600 500"],
  );
});

Deno.test('"latest" is the later of both times, not that of the latest enqueue', async () => {
  const timing = { delay: 10, reschedule: "latest" } as const;

  assertEquals(
    await play({}, [[0, { delay: 100 }], [50, timing], [95, timing]]),
    ["a@105 0,50,95"],
  );
});

Deno.test('Trailing throttle: "keep" runs at its time, however many come', async () => {
  const throttle: CastOptions = { delay: 100, reschedule: "keep" };

  assertEquals(
    await play(throttle, [[0], [1], [99], [100], [101], [199], [450]]),
    ["a@100 0,1,99", "a@200 100,101,199", "a@550 450"],
  );
});

Deno.test('"keep" keeps a time also against a sooner one', async () => {
  const timing = { delay: 5, reschedule: "keep" } as const;

  assertEquals(
    await play({}, [[0, { delay: 100 }], [50, timing]]),
    ["a@100 0,50"],
  );
});

Deno.test('"earliest" is the sooner of both times, and the default', async () => {
  for (const reschedule of [undefined, "earliest"] as const) {
    const options: CastOptions = reschedule === undefined ? {} : { reschedule };
    assertEquals(
      await play(options, [
        [0, { delay: 100 }],
        [50, { delay: 30 }],
        [60, { delay: 100 }],
      ]),
      ["a@80 0,50,60"],
    );
  }
});

Deno.test("What an enqueue says goes before what the options say, each by itself", async () => {
  const options: CastOptions = { delay: 100, reschedule: "latest" };

  assertEquals(
    await play(options, [
      [0],
      [50, { reschedule: "keep" }], // With the delay of the options.
      [60, { delay: 70 }], // With the reschedule of the options.
      [70, { delay: 20, reschedule: "earliest" }],
    ]),
    ["a@90 0,50,60,70"],
  );
});

Deno.test("An enqueue without delay makes the item due now, and its timer is gone", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast({}, { plan: () => {} });
  kind.enqueue("a", "x", { delay: 100 });
  assertEquals([a.state, stage.clock.timers], ["delayed", 1]);
  await stage.pass(40);

  assertEquals(kind.enqueue("a", "y"), "coalesced");
  assertEquals([a.state, stage.clock.timers], ["queued", 0]);
  await stage.pass(200);

  assertEquals(actor.log, ["a#1@40 x,y"]);
});

Deno.test("delay: 0 is no delay, also against a default and a waiting timer", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ delay: 100 }, { plan: () => {} });

  assertEquals(kind.enqueue("a", "x", { delay: 0 }), "queued");
  assertEquals(kind.enqueue("b", "x"), "delayed");
  assertEquals(kind.enqueue("b", "y", { delay: 0 }), "coalesced");
  await stage.pass(200);

  assertEquals(actor.log, ["a#1@0 x", "b#1@0 x,y"]);
});

Deno.test("delay: 0 is due now whatever the reschedule", async () => {
  for (const reschedule of ["earliest", "keep", "latest"] as const) {
    await using stage = new KindStage();
    const { kind, a, actor } = stage.cast({}, { plan: () => {} });
    kind.enqueue("a", "x", { delay: 100 });

    assertEquals(kind.enqueue("a", "y", { delay: 0, reschedule }), "coalesced");
    assertEquals(a.state, "queued");
    await stage.pass(200);

    assertEquals(actor.log, ["a#1@0 x,y"]);
  }
});

Deno.test("A delay of the options is that of requests and of single items too", async () => {
  await using stage = new KindStage();
  const actor = new Actor<never>(stage, ({ number }) => number);
  const item = stage.scheduler.createWorkItem({
    key: "single",
    delay: 30,
    run: actor.run,
  });

  const answer = peek(item.request());
  assertEquals(item.state, "delayed");
  await stage.pass(30);

  assertEquals([answer.now, actor.starts], [1, ["single@30"]]);
});

Deno.test("maxDelay bounds a debounce, counted from the first enqueue of each run", async () => {
  const options: CastOptions = {
    delay: 100,
    reschedule: "latest",
    maxDelay: 250,
  };
  const enqueues = [0, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600]
    .map((atMs) => [atMs] as const);

  assertEquals(await play(options, enqueues), [
    "a@250 0,60,120,180,240",
    "a@550 300,360,420,480,540",
    "a@700 600",
  ]);
});

Deno.test("maxDelay bounds the first delay too", async () => {
  assertEquals(
    await play({}, [[0, { delay: 500, maxDelay: 200 }]]),
    ["a@200 0"],
  );
  assertEquals(
    await play({ delay: 500, maxDelay: 200 }, [[10]]),
    ["a@210 10"],
  );
});

Deno.test("maxDelay is kept with the item: a later enqueue without one is bound by it", async () => {
  const latest = { delay: 100, reschedule: "latest" } as const;

  assertEquals(
    await play({}, [
      [0, { ...latest, maxDelay: 150 }],
      [90, latest],
      [140, latest],
    ]),
    ["a@150 0,90,140"],
  );
});

Deno.test("maxDelay: of several the shortest holds, from the first enqueue on", async () => {
  const latest = { delay: 100, reschedule: "latest" } as const;

  assertEquals(
    await play({}, [
      [0, { ...latest, maxDelay: 400 }],
      [50, { ...latest, maxDelay: 120 }],
      [100, { ...latest, maxDelay: 1_000 }],
    ]),
    ["a@120 0,50,100"],
  );
});

Deno.test("maxDelay that is over when it is said makes the item due now", async () => {
  const latest = { delay: 100, reschedule: "latest" } as const;

  assertEquals(
    await play({}, [
      [0, latest],
      [80, latest],
      [160, { ...latest, maxDelay: 50 }],
    ]),
    ["a@160 0,80,160"],
  );
});

for (const end of ["run", "cancel", "absorbed", "reset"] as const) {
  Deno.test(`maxDelay is forgotten when its wait ends (${end}), also where the item is kept`, async () => {
    for (const home of ["kind", "item"] as const) {
      await using stage = new KindStage();
      const { a, actor } = stage.cast({ retry: [10] }, {
        plan: ({ messages }) => {
          if (messages.includes("bad")) throw { final: end !== "reset" };
        },
      });
      const item = home === "kind"
        ? a
        : stage.scheduler.createWorkItem<undefined, unknown, string, string>({
          key: "a",
          retry: [10],
          run: actor.run,
        });
      item.enqueue(end === "reset" ? "bad" : "x", {
        delay: 500,
        maxDelay: 100,
      });
      await stage.pass(50);
      if (end === "cancel") item.cancel();
      if (end === "absorbed") item.enqueue("now");
      await stage.pass(55);
      if (end === "reset") { // What failed goes back, and is taken from there.
        item.reset();
        assertEquals(item.cancel(), ["bad"]);
      }
      await stage.pass(45);

      item.enqueue("y", { delay: 500 });
      await stage.pass(600);

      const last = actor.acts.at(-1);
      assertEquals([last?.atMs, last?.messages], [650, ["y"]]);
    }
  });
}

Deno.test("maxDelay counts from the first enqueue of a rerun, not from the run before it", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({
    delay: 100,
    reschedule: "latest",
    maxDelay: 150,
  });
  kind.enqueue("a", "x", { delay: 0 });
  await stage.pass(40);
  assertEquals(kind.enqueue("a", "y"), "rerun"); // At 40: 140, at most 190.
  await stage.pass(60);
  assertEquals(kind.enqueue("a", "z"), "coalesced"); // At 100: 200, so 190.
  actor.at(1).succeed();
  await stage.pass(89);
  assertEquals(actor.acts.length, 1);
  await stage.pass(1);

  assertEquals(actor.log, ["a#1@0 x", "a#2@190 y,z"]);
  actor.at(2).succeed();
});

Deno.test("A delay asked of a running item is from the call, not from the end of the run", async () => {
  for (const [delay, runMs, startMs] of [[80, 50, 80], [30, 50, 50]] as const) {
    await using stage = new KindStage();
    const { kind, a, actor } = stage.cast();
    kind.enqueue("a", "x");
    await stage.settle();
    assertEquals(kind.enqueue("a", "y", { delay }), "rerun");
    await stage.pass(runMs);
    assertEquals(a.state, "running");

    actor.at(1).succeed();
    await stage.pass(100);

    assertEquals(actor.log[1], `a#2@${startMs} y`);
    actor.at(2).succeed();
  }
});

Deno.test('A delayed enqueue beside an overlapping run is "delayed", and begins beside it', async () => {
  await using stage = new KindStage();
  const whenRunning = "overlap";
  const { kind, actor } = stage.cast({ whenRunning, maxOverlap: 2 });
  kind.enqueue("a", "x");
  await stage.settle();

  assertEquals(kind.enqueue("a", "y", { delay: 30 }), "delayed");
  await stage.pass(30);
  assertEquals(actor.log, ["a#1@0 x", "a#2@30 y"]);
  assertEquals(kind.enqueue("a", "z", { delay: 30 }), "rerun"); // At its bound.
  await stage.pass(60);
  assertEquals(actor.acts.length, 2);
  actor.at(1).succeed();
  await stage.settle();

  assertEquals(actor.log[2], "a#3@90 z");
  actor.acts.forEach(({ succeed }) => succeed());
});

Deno.test('"restart": a delayed wake-up restarts the run when its time has come', async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ whenRunning: "restart", retry: [500] });
  kind.enqueue("a", "x");
  await stage.settle();
  assertEquals(kind.enqueue("a", "y", { delay: 50 }), "rerun");
  const { signal } = actor.at(1).run;

  await stage.pass(49);
  assertEquals(signal.aborted, false);
  await stage.pass(1);
  assertEquals(signal.aborted, true);
  actor.at(1).fail(signal.reason);
  await stage.settle();

  assertEquals(actor.log[1], "a#2@50 x,y");
  actor.at(2).succeed();
});

Deno.test('"restart": an own delayed wake-up does not restart its run', async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ whenRunning: "restart" });
  kind.enqueue("a", "x");
  await stage.settle();
  actor.at(1).run.item.enqueue("y", { delay: 50 });

  await stage.pass(100);

  assertEquals(actor.at(1).run.signal.aborted, false);
  actor.at(1).succeed();
  await stage.settle();
  assertEquals(actor.log[1], "a#2@100 y");
  actor.at(2).succeed();
});

Deno.test("at is a delay from now, to the wall's clock as it is at the enqueue", async () => {
  const clock = new FakeClock({ now: 7, today: 1_000_000 });
  await using stage = new KindStage({ clock });
  const { kind, actor } = stage.cast({}, { plan: () => {} });

  kind.enqueue("a", "x", { at: new Date(1_000_050) });
  kind.enqueue("past", "x", { at: new Date(999_999) });
  kind.enqueue("now", "x", { at: new Date(1_000_000) });
  assertEquals(kind.keys({ state: "queued" }), ["past", "now"]);
  await stage.pass(100);

  assertEquals(actor.starts, ["past@7", "now@7", "a@57"]);
});

Deno.test("at: a wall clock that jumps later changes nothing", async () => {
  const year = 365 * 24 * 60 * 60 * 1_000;
  for (const jumpMs of [-year, -60_000, 60_000, year]) {
    await using stage = new KindStage();
    const { kind, actor } = stage.cast({}, { plan: () => {} });
    kind.enqueue("a", "x", { at: new Date(100) });
    kind.enqueue("b", "x", { delay: 60 });
    await stage.pass(50);

    stage.clock.jumpToday(jumpMs);
    await stage.pass(100);

    assertEquals(actor.starts, ["b@60", "a@100"]);
  }
});

Deno.test("at: after a jump a new time is one of the new wall clock", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({}, { plan: () => {} });
  stage.clock.jumpToday(1_000);

  kind.enqueue("a", "x", { at: new Date(1_050) });
  kind.enqueue("b", "x", { at: new Date(999) });
  await stage.pass(100);

  assertEquals(actor.starts, ["b@0", "a@50"]);
});

Deno.test("at follows reschedule and maxDelay as a delay does", async () => {
  assertEquals(
    await play({ reschedule: "latest", maxDelay: 120 }, [
      [0, { at: new Date(100) }],
      [10, { at: new Date(110) }],
      [20, { at: new Date(500) }],
    ]),
    ["a@120 0,10,20"],
  );
});

/** A clock that remembers how long its timers were set for. */
class LongClock extends FakeClock {
  readonly delays: number[] = [];

  override startTimer(callback: () => void, delayMs: number): unknown {
    this.delays.push(delayMs);
    return super.startTimer(callback, delayMs);
  }
}

for (const delay of [2 ** 31 - 1, 2 ** 31, 2 ** 32 + 5, 1e12]) {
  Deno.test(`A delay of ${delay} ms ends at its time, by timers that hosts can set`, async () => {
    const clock = new LongClock();
    await using stage = new KindStage({ clock });
    const { kind, actor } = stage.cast({}, { plan: () => {} });

    kind.enqueue("a", "x", { delay });
    assertEquals(kind.inspect("a")?.dueIn, delay);
    clock.advance(delay - 1);
    await stage.settle();
    assertEquals([actor.acts.length, clock.timers], [0, 1]);
    clock.advance(1);
    await stage.settle();

    assertEquals([actor.starts, clock.timers], [[`a@${delay}`], 0]);
    assertEquals(clock.delays.every((ms) => ms <= 2 ** 31 - 1), true);
  });
}

Deno.test("A backoff and a maxDelay may be as long as a delay", async () => {
  const clock = new LongClock();
  const long = 2 ** 31 + 7;
  await using stage = new KindStage({ clock });
  const { kind, actor } = stage.cast({ retry: [long] }, {
    plan: ({ attempt }) => {
      if (attempt === 1) throw new Error("failure");
    },
  });

  kind.enqueue("a", "x", { delay: 2 * long, maxDelay: long });
  for (let step = 0; step < 2; step++) {
    clock.advance(long - 1);
    await stage.settle();
    clock.advance(1);
    await stage.settle();
  }

  assertEquals(actor.log, [`a#1@${long} x`, `a#2@${2 * long}/2 x`]);
  assertEquals(clock.delays.every((ms) => ms <= 2 ** 31 - 1), true);
});

/** A clock whose timers are a little early, as those of some hosts. */
class EarlyClock extends FakeClock {
  override startTimer(callback: () => void, delayMs: number): unknown {
    return super.startTimer(callback, delayMs > 1 ? delayMs - 0.7 : delayMs);
  }
}

Deno.test("Nothing begins before its time, though the host's timer is early", async () => {
  const clock = new EarlyClock();
  await using stage = new KindStage({ clock });
  const { kind, actor } = stage.cast({}, { plan: () => {} });
  kind.enqueue("a", "x", { delay: 50 });

  for (let ms = 0; ms < 1_000; ms++) {
    clock.advance(0.1);
    await stage.settle();
  }

  assertEquals(actor.acts.length, 1);
  const [{ atMs } = { atMs: NaN }] = actor.acts;
  assertEquals([atMs >= 50, atMs < 51], [true, true]);
});

Deno.test("Items that are due at the same time begin in the order of their enqueues", async () => {
  await using stage = new KindStage({ concurrency: 1 });
  const { kind, actor } = stage.cast({}, { plan: () => {} });
  const keys = Array.from({ length: 50 }, (_, n) => `${n}`);

  for (const key of keys) {
    kind.enqueue(key, "x", { delay: 100 - stage.clock.now() });
    stage.clock.advance(1);
  }
  await stage.pass(100);

  assertEquals(actor.acts.map(({ run }) => run.key), keys);
});

Deno.test("Items that are overdue begin in the order of their times", async () => {
  await using stage = new KindStage({ concurrency: 1 });
  const { kind, actor } = stage.cast({}, { plan: () => {} });
  for (const delay of [70, 10, 50, 30, 90]) {
    kind.enqueue(`${delay}`, "x", { delay });
  }

  stage.clock.advance(1_000); // Nothing could run meanwhile.
  await stage.settle();

  const order = actor.acts.map(({ run }) => run.key);
  assertEquals(order, ["10", "30", "50", "70", "90"]);
});

Deno.test("What was delayed goes to the tail of the ready queue", async () => {
  await using stage = new KindStage({ concurrency: 1 });
  const { kind, actor } = stage.cast();
  kind.enqueue("runs", "x");
  await stage.settle();
  kind.enqueue("early", "x", { delay: 10 });
  kind.enqueue("first", "x");
  await stage.pass(20);
  kind.enqueue("last", "x");

  for (let index = 1; index <= 4; index++) {
    actor.at(index).succeed();
    await stage.settle();
  }

  const order = actor.acts.map(({ run }) => run.key);
  assertEquals(order, ["runs", "first", "early", "last"]);
});

Deno.test("A delay that ends while paused waits for resume()", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast({}, { plan: () => {} });
  kind.enqueue("a", "x", { delay: 10 });
  stage.scheduler.pause();
  await stage.pass(50);
  assertEquals([a.state, actor.acts.length], ["queued", 0]);

  stage.scheduler.resume();
  await stage.settle();

  assertEquals(actor.starts, ["a@50"]);
});

Deno.test("A delay that ends while suspended waits for resume()", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast({}, { plan: () => {} });
  kind.enqueue("a", "x", { delay: 10 });
  const suspension = a.suspend();
  await stage.pass(50);
  assertEquals([a.state, kind.inspect("a")?.dueIn], ["suspended", undefined]);

  suspension.resume();
  await stage.settle();

  assertEquals(actor.starts, ["a@50"]);
});

Deno.test("flush() and idle() do not wait for delays, but for what became due", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast();
  kind.enqueue("a", "x", { delay: 10 });
  const early = [peek(a.flush()), peek(a.idle()), peek(stage.scheduler.idle())];
  await stage.pass(10);
  assertEquals(early.map(({ now }) => now), [undefined, undefined, undefined]);
  const late = [peek(a.flush()), peek(a.idle()), peek(stage.scheduler.idle())];
  await stage.pass(10);
  assertEquals(late.map(({ now }) => now), Array(3).fill("pending"));

  actor.at(1).succeed();
  await stage.settle();

  assertEquals(late.map(({ now }) => now), [undefined, undefined, undefined]);
});

Deno.test("flush() of a running item does not wait for its delayed rerun", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast({}, {});
  kind.enqueue("a", "x");
  await stage.settle();
  kind.enqueue("a", "y", { delay: 100 });
  const flush = peek(a.flush());

  actor.at(1).succeed();
  await stage.settle();

  assertEquals([flush.now, a.state], [undefined, "delayed"]);
  await stage.pass(100);
  actor.at(2).succeed();
});

Deno.test("flush() waits on if an enqueue makes the delayed run it passed over due", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast();
  kind.enqueue("a", "x", { delay: 100 });
  kind.enqueue("a", "y");
  const flush = peek(a.flush());
  await stage.settle();
  assertEquals(flush.now, "pending");

  actor.at(1).succeed();
  await stage.settle();

  assertEquals(flush.now, undefined);
});

Deno.test("inspect() says how long a delay has to go", async () => {
  await using stage = new KindStage();
  const { kind, a } = stage.cast({}, { plan: () => {} });
  kind.enqueue("a", "x", { delay: 100 });
  await stage.pass(30);
  assertEquals(kind.inspect("a")?.dueIn, 70);

  kind.enqueue("a", "y", { delay: 10 });
  assertEquals(kind.inspect("a")?.dueIn, 10);

  a.cancel();
  assertEquals(kind.inspect("a"), undefined);
});

const MANY = 100_000;

Deno.test("100,000 delayed items need one host timer, in whatever order they come", async () => {
  const orders: Readonly<Record<string, (n: number) => number>> = {
    later: (n) => 1 + n / 1_000,
    sooner: (n) => 101 - n / 1_000,
    mixed: (n) => 1 + (n * 7_919) % 100,
  };
  for (const delayOf of Object.values(orders)) {
    const clock = new LongClock();
    await using stage = new KindStage({ clock });
    let runs = 0;
    const kind = stage.scheduler.define("k", { run: () => void runs++ });
    let most = 0;

    for (let n = 0; n < MANY; n++) {
      kind.enqueue(`${n}`, undefined, { delay: delayOf(n) });
      most = Math.max(most, clock.timers);
    }

    assertEquals([most, stage.scheduler.snapshot().delayed], [1, MANY]);
    for (let ms = 0; ms < 102; ms++) {
      clock.advance(1);
      await stage.settle();
      most = Math.max(most, clock.timers);
    }
    assertEquals([runs, most, clock.timers], [MANY, 1, 0]);
  }
});

Deno.test("100,000 delayed items that are absorbed or cancelled leave no timer", async () => {
  await using stage = new KindStage();
  let runs = 0;
  const kind = stage.scheduler.define("k", { run: () => void runs++ });
  for (let n = 0; n < MANY; n++) {
    kind.enqueue(`${n}`, undefined, { delay: 50 });
  }

  for (let n = 0; n < MANY; n += 2) kind.get(`${n}`).cancel();
  for (let n = 1; n < MANY; n += 2) kind.enqueue(`${n}`);

  assertEquals(stage.clock.timers, 0);
  await stage.settle();
  assertEquals(runs, MANY / 2);
});

Deno.test("1,000 items begin each at its own time", async () => {
  await using stage = new ObservedKindStage({ concurrency: 3 });
  const { kind, actor } = stage.cast({}, { plan: () => {} });
  const expected: string[] = [];
  for (let n = 0; n < 1_000; n++) {
    const delay = 1 + (n * 7_919) % 500;
    kind.enqueue(`${n}`, "x", { delay });
    expected.push(`${n}@${delay}`);
  }

  await stage.pass(500);

  assertEquals(actor.starts.toSorted(), expected.toSorted());
});

// The backoff of retries

/** When the runs of a key begin that always fails with `error`. */
async function starts(
  retry: Retry,
  { error = "failure", random = () => 0 }: {
    readonly error?: unknown;
    readonly random?: () => number;
  } = {},
): Promise<number[]> {
  await using stage = new KindStage({ random });
  const { kind, actor } = stage.cast({ retry, undelivered: () => {} }, {
    plan: () => {
      throw error;
    },
  });
  kind.enqueue("a", "x");
  await stage.pass(20_000, 5);
  return actor.acts.map(({ atMs }) => atMs);
}

Deno.test("retry: each entry of a list is the time between two runs", async () => {
  assertEquals(await starts([]), [0]);
  assertEquals(await starts([0]), [0, 0]);
  assertEquals(await starts([10, 0, 30]), [0, 10, 10, 40]);
});

Deno.test("retry: the backoff begins when the run ends", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ retry: [10] });
  kind.enqueue("a", "x");
  await stage.pass(25);

  actor.at(1).fail("failure");
  await stage.pass(50);

  assertEquals(actor.starts, ["a@0", "a@35"]);
  actor.at(2).succeed();
});

Deno.test("exponential: min, times factor each, to max; attempts count the first run", async () => {
  const options = { attempts: 5, min: 100, max: 500, factor: 2, jitter: 0 };

  assertEquals(await starts(exponential(options)), [0, 100, 300, 700, 1_200]);
  const tripled = { ...options, attempts: 4, factor: 3, max: 10_000 };
  assertEquals(await starts(exponential(tripled)), [0, 100, 400, 1_300]);
  assertEquals(await starts(exponential({ ...options, attempts: 1 })), [0]);
  const flat = { ...options, factor: 1 };
  assertEquals(await starts(exponential(flat)), [0, 100, 200, 300, 400]);
  const over = { ...options, attempts: 3, min: 900 };
  assertEquals(await starts(exponential(over)), [0, 500, 1_000]);
});

Deno.test("exponential: five attempts from 1 s, doubled, half of it jitter, if it is not said", async () => {
  const none = { random: (): number => 0 };
  const half = { random: (): number => 0.5 };
  const all = { random: (): number => 1 };

  assertEquals(await starts(exponential(), none), [0, 1e3, 3e3, 7e3, 15e3]);
  assertEquals(await starts(exponential(), half), [
    0,
    750,
    2_250,
    5_250,
    11_250,
  ]);
  assertEquals(await starts(exponential(), all), [0, 500, 1_500, 3_500, 7_500]);
});

Deno.test("exponential: jitter takes its share, drawn anew for each retry", async () => {
  const draws = [0.2, 0.4, 1];
  const random = (): number => draws.shift() ?? 0;
  const retry = exponential({ attempts: 4, min: 1_000, factor: 1, jitter: 1 });

  assertEquals(await starts(retry, { random }), [0, 800, 1_400, 1_400]);
  assertEquals(draws, []);
});

Deno.test("exponential: stays at max however many attempts there are", () => {
  const retry = exponential({ attempts: 5_000, min: 1, max: 60, jitter: 0 });
  if (typeof retry !== "function") throw new Error("not a function");

  const delays = [1, 7, 1_074, 4_999].map((n) => retry(n, "", () => 0));

  assertEquals(delays, [1, 60, 60, 60]);
  assertEquals(retry(5_000, "", () => 0), undefined);
});

Deno.test("retryAfter takes the place of the computed delay, while attempts are left", async () => {
  const after = (retryAfter: unknown): unknown =>
    Object.assign(new Error("later"), { retryAfter });

  assertEquals(await starts([10, 10], { error: after(35) }), [0, 35, 70]);
  assertEquals(await starts([10], { error: after(5) }), [0, 5]);
  assertEquals(await starts([10], { error: after(0) }), [0, 0]);
  assertEquals(await starts([10], { error: { retryAfter: 35 } }), [0, 35]);
  assertEquals(await starts([], { error: after(35) }), [0]);
  const none: Retry = () => undefined;
  assertEquals(await starts(none, { error: after(35) }), [0]);
  const capped = exponential({ attempts: 2, min: 10, max: 20 });
  assertEquals(await starts(capped, { error: after(500) }), [0, 500]);
});

Deno.test("retryAfter that is no finite time from 0 is as if it were not there", async () => {
  for (const retryAfter of [-1, NaN, Infinity, "35", 35n, null, new Date(35)]) {
    assertEquals(await starts([10], { error: { retryAfter } }), [0, 10]);
  }
});

Deno.test("retryAfter without retry does nothing", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, actor } = stage.cast({ undelivered }, {
    plan: () => Promise.reject({ retryAfter: 5 }),
  });
  kind.enqueue("a", "x");

  await stage.pass(50);

  assertEquals(actor.starts, ["a@0"]);
  assertEquals(stage.takeTold(), ["undelivered [x] [object Object] x1"]);
});

Deno.test("No enqueue shortens a backoff, and none prolongs it", async () => {
  const timings: readonly (Timing | undefined)[] = [
    undefined,
    { delay: 0 },
    { delay: 5 },
    { delay: 500, reschedule: "latest" },
    { delay: 500, maxDelay: 1 },
  ];
  for (const timing of timings) {
    await using stage = new KindStage();
    const { kind, a, actor } = stage.cast({ retry: [100] });
    kind.enqueue("a", "x");
    await stage.settle();
    actor.at(1).fail("failure");
    await stage.pass(30);

    assertEquals(kind.enqueue("a", "y", timing), "coalesced");
    assertEquals([a.state, kind.inspect("a")?.dueIn], ["backoff", 70]);
    await stage.pass(200);

    assertEquals(actor.log[1], "a#2@100/2 x,y");
    actor.at(2).succeed();
  }
});

Deno.test("A rerun that was delayed goes with the retry, at the retry's time", async () => {
  for (const [delay, startMs] of [[5, 60], [50, 60], [500, 60]]) {
    await using stage = new KindStage();
    const { kind, actor } = stage.cast({ retry: [50] });
    kind.enqueue("a", "x");
    await stage.settle();
    kind.enqueue("a", "y", { delay });
    await stage.pass(10);

    actor.at(1).fail("failure");
    await stage.pass(1_000, 10);

    assertEquals(actor.log.slice(1), [`a#2@${startMs}/2 x,y`]);
    actor.at(2).succeed();
  }
});

Deno.test("A backoff that ends while suspended waits for resume()", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast({ retry: [50] });
  kind.enqueue("a", "x");
  await stage.settle();
  actor.at(1).fail("failure");
  await stage.settle();
  const suspension = a.suspend();
  await stage.pass(80);
  assertEquals(actor.acts.length, 1);

  suspension.resume();
  await stage.settle();

  assertEquals(actor.log[1], "a#2@80/2 x");
  actor.at(2).succeed();
});

Deno.test("10,000 backoffs need one host timer", async () => {
  await using stage = new KindStage();
  let runs = 0;
  const kind = stage.scheduler.define("k", {
    retry: (attempt) => attempt === 1 ? 40 : undefined,
    undelivered: () => {},
    run(): void {
      runs++;
      throw new Error("failure");
    },
  });
  for (let n = 0; n < 10_000; n++) kind.enqueue(`${n}`);
  await stage.settle();

  const { backoff } = stage.scheduler.snapshot();
  assertEquals([backoff, runs, stage.clock.timers], [10_000, 10_000, 1]);
  await stage.pass(40);

  assertEquals([runs, stage.clock.timers], [20_000, 0]);
});
