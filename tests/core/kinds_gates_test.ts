/** The gates of a kind: `concurrency` over all its keys, alone and before those
 * of its rate and its scope. `rate` alone has its own tests. */
import { assertEquals, assertLess } from "@std/assert";
import type { WhenRunning } from "../../mod.ts";
import {
  type Actor,
  type Cast,
  KindStage,
  linesOf,
} from "./support/kinds_stage.ts";
import { peek } from "./support/stage.ts";

/** Ends runs as they begin, until none is left. */
async function playOut(stage: KindStage, actor: Actor): Promise<void> {
  for (let index = 1; index <= actor.acts.length; index++) {
    actor.at(index).succeed();
    await stage.settle();
  }
}

function keysOf(actor: Actor): (string | undefined)[] {
  return actor.acts.map(({ run }) => run.key);
}

/** Enqueues each key with itself as message. */
function enqueueAll({ kind }: Cast, keys: string): void {
  for (const key of keys) kind.enqueue(key, key);
}

Deno.test("concurrency: so many runs of the kind at once, in the order of their enqueues", async () => {
  await using stage = new KindStage();
  const cast = stage.cast({ concurrency: 2 });
  enqueueAll(cast, "abcde");
  await stage.settle();

  const { owed, ready, running } = stage.scheduler.snapshot();
  assertEquals({ owed, ready, running }, { owed: 3, ready: 0, running: 2 });
  cast.actor.at(2).succeed();
  await stage.settle();
  assertEquals(keysOf(cast.actor), ["a", "b", "c"]);

  await playOut(stage, cast.actor);
  assertEquals(keysOf(cast.actor), ["a", "b", "c", "d", "e"]);
});

Deno.test("concurrency: a state at the gate is queued, and flush() waits for it", async () => {
  await using stage = new KindStage();
  const cast = stage.cast({ concurrency: 1 });
  enqueueAll(cast, "ab");
  await stage.settle();
  const b = cast.kind.get("b");
  const waits = [peek(b.flush()), peek(b.idle()), peek(stage.scheduler.idle())];

  assertEquals([b.state, cast.kind.enqueue("b", "x")], ["queued", "coalesced"]);
  cast.actor.at(1).succeed();
  await stage.settle();
  assertEquals(waits.map(({ now }) => now), Array(3).fill("pending"));
  cast.actor.at(2).succeed();
  await stage.settle();

  assertEquals(waits.map(({ now }) => now), Array(3).fill(undefined));
  assertEquals(cast.actor.log[1], "b#1@0 b,x");
});

Deno.test("concurrency: other kinds are not hindered", async () => {
  await using stage = new KindStage();
  const first = stage.cast({ concurrency: 1 });
  const second = stage.cast({ concurrency: 1 }, { name: "second" });
  const free = stage.cast({}, { name: "free" });
  for (const cast of [first, second, free]) enqueueAll(cast, "ab");
  await stage.settle();

  assertEquals(
    [first, second, free].map(({ actor }) => actor.acts.length),
    [1, 1, 2],
  );
  for (const { actor } of [first, second, free]) await playOut(stage, actor);
});

Deno.test("concurrency: the next at the gate goes to the tail of the ready queue", async () => {
  await using stage = new KindStage({ concurrency: 1 });
  const cast = stage.cast({ concurrency: 1 });
  const free = stage.cast({ run: cast.actor.run }, { name: "free" });
  cast.kind.enqueue("a", "x");
  cast.kind.enqueue("b", "x");
  free.kind.enqueue("free", "x");
  await stage.settle();

  await playOut(stage, cast.actor);

  assertEquals(keysOf(cast.actor), ["a", "free", "b"]);
});

Deno.test("concurrency: a key that is due again goes behind those who wait", async () => {
  await using stage = new KindStage();
  const cast = stage.cast({ concurrency: 1 });
  enqueueAll(cast, "a");
  await stage.settle();
  enqueueAll(cast, "ab");

  await playOut(stage, cast.actor);

  assertEquals(keysOf(cast.actor), ["a", "b", "a"]);
});

Deno.test("concurrency: runs that overlap count each", async () => {
  await using stage = new KindStage();
  const cast = stage.cast({ concurrency: 2, whenRunning: "overlap" });
  for (let n = 0; n < 3; n++) {
    assertEquals(cast.kind.enqueue("a", `${n}`), "queued");
    await stage.settle();
  }

  assertEquals(cast.actor.acts.length, 2);
  cast.actor.at(1).succeed();
  await stage.settle();
  assertEquals(cast.actor.log[2], "a#3@0 2");
  await playOut(stage, cast.actor);
});

for (const how of ["suspend", "cancel", "delete"] as const) {
  Deno.test(`concurrency: ${how}() of one that is through lets the next through`, async () => {
    await using stage = new KindStage({ concurrency: 1 });
    const before = stage.cast({}, { name: "before" });
    const cast = stage.cast({ concurrency: 1 });
    before.kind.enqueue("z", "x");
    await stage.settle();
    enqueueAll(cast, "abc");
    assertEquals(stage.scheduler.snapshot().ready, 1);
    if (how === "delete") stage.scheduler.pause(); // Else it would run.

    cast.a[how]();

    assertEquals(stage.scheduler.snapshot().ready, 1);
    stage.scheduler.resume();
    before.actor.at(1).succeed();
    await stage.settle();
    await playOut(stage, cast.actor);
    assertEquals(keysOf(cast.actor), ["b", "c"]);
  });

  Deno.test(`concurrency: ${how}() in the middle of the gate's queue keeps its order`, async () => {
    await using stage = new KindStage();
    const cast = stage.cast({ concurrency: 1 });
    enqueueAll(cast, "abcd");
    await stage.settle();
    if (how === "delete") stage.scheduler.pause();

    cast.kind.get("c")[how]();

    stage.scheduler.resume();
    await playOut(stage, cast.actor);
    assertEquals(keysOf(cast.actor), ["a", "b", "d"]);
  });
}

Deno.test("concurrency: what is delayed, in backoff or held takes no room", async () => {
  await using stage = new KindStage();
  const cast = stage.cast({ concurrency: 1, retry: [50, 50] });
  cast.kind.enqueue("delayed", "x", { delay: 10 });
  enqueueAll(cast, "ab");
  await stage.settle();
  cast.actor.at(1).fail("failure");
  await stage.settle();
  assertEquals(keysOf(cast.actor), ["a", "b"]);
  cast.actor.at(2).succeed();
  await stage.pass(10);
  cast.actor.at(3).succeed();
  await stage.pass(40);
  assertEquals(keysOf(cast.actor), ["a", "b", "delayed", "a"]);
  cast.actor.at(4).succeed();

  const held = stage.cast({ concurrency: 1, whenExhausted: "hold" }, {
    name: "held",
  });
  enqueueAll(held, "ab");
  await stage.settle();
  held.actor.at(1).fail("failure");
  await stage.settle();
  assertEquals(keysOf(held.actor), ["a", "b"]);
  held.a.reset();
  await stage.settle();
  assertEquals(held.actor.acts.length, 2); // At the gate again.
  await playOut(stage, held.actor);
  assertEquals(keysOf(held.actor), ["a", "b", "a"]);
});

Deno.test("concurrency: a key's own gate does not hinder its restart", async () => {
  await using stage = new KindStage();
  const cast = stage.cast({ concurrency: 1, whenRunning: "restart" });
  enqueueAll(cast, "ab");
  await stage.settle();

  assertEquals(cast.kind.enqueue("a", "newer"), "rerun");
  await stage.settle();
  assertEquals(cast.actor.at(1).run.signal.aborted, true);
  cast.actor.at(1).fail("restarted");
  await stage.settle();
  await playOut(stage, cast.actor);

  assertEquals(cast.actor.log, ["a#1@0 a", "b#1@0 b", "a#2@0 a,newer"]);
});

Deno.test("concurrency: a run that throws at once gives its room back", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const cast = stage.cast({ concurrency: 1, undelivered }, {
    plan: () => {
      throw new RangeError("broken");
    },
  });

  enqueueAll(cast, "abc");
  await stage.settle();

  assertEquals(keysOf(cast.actor), ["a", "b", "c"]);
  assertEquals(stage.takeTold().length, 3);
});

Deno.test("concurrency: a higher bound of the scheduler lets nobody slip past", async () => {
  await using stage = new KindStage({ concurrency: 1 });
  const cast = stage.cast({ concurrency: 2, whenRunning: "overlap" });
  enqueueAll(cast, "abc");
  await stage.settle();
  enqueueAll(cast, "a");

  stage.scheduler.concurrency = 8;
  await stage.settle();

  assertEquals(keysOf(cast.actor), ["a", "b"]);
  await playOut(stage, cast.actor);
  assertEquals(keysOf(cast.actor), ["a", "b", "c", "a"]);
});

Deno.test("concurrency: priority orders those who wait, among kinds of one scope too", async () => {
  await using stage = new KindStage();
  const scope = stage.scheduler.createScope({ serialize: true });
  const low = stage.cast({ concurrency: 5 }, { home: scope });
  const high = stage.cast({ priority: 9, run: low.actor.run }, {
    name: "high",
    home: scope,
  });
  enqueueAll(low, "abc");
  await stage.settle();
  enqueueAll(high, "xy");

  await playOut(stage, low.actor);

  assertEquals(keysOf(low.actor), ["a", "x", "y", "b", "c"]);
});

Deno.test("A serialized scope runs one key of all its kinds and items at a time", async () => {
  await using stage = new KindStage();
  const scope = stage.scheduler.createScope({ serialize: true });
  const first = stage.cast({}, { home: scope });
  const { run } = first.actor;
  const second = stage.cast({ run }, { name: "second", home: scope });
  const inner = stage.cast({ run }, {
    name: "inner",
    home: scope.createScope(),
  });
  enqueueAll(first, "ab");
  enqueueAll(second, "cd");
  enqueueAll(inner, "e");
  await stage.settle();

  assertEquals(stage.scheduler.snapshot().running, 1);
  await playOut(stage, first.actor);
  assertEquals(keysOf(first.actor), ["a", "b", "c", "d", "e"]);
});

Deno.test("Gates in sequence: who waits for its scope keeps the room in its kind", async () => {
  await using stage = new KindStage();
  const scope = stage.scheduler.createScope({ serialize: true });
  const cast = stage.cast({ concurrency: 2 }, { home: scope });
  const other = stage.cast({ run: cast.actor.run }, {
    name: "other",
    home: scope,
  });
  enqueueAll(cast, "abc"); // "a" runs, "b" is through its kind, "c" is not.
  enqueueAll(other, "x");

  await stage.settle();
  await playOut(stage, cast.actor);

  // "c" came to the scope's gate when "a" left that of the kind, behind "x".
  assertEquals(keysOf(cast.actor), ["a", "b", "x", "c"]);
});

for (const how of ["cancel", "suspend"] as const) {
  Deno.test(`Gates in sequence: ${how}() at the second gives back the room in the first`, async () => {
    await using stage = new KindStage();
    const scope = stage.scheduler.createScope({ serialize: true });
    const holder = stage.cast({}, { name: "holder", home: scope });
    const cast = stage.cast({ concurrency: 1 }, { home: scope });
    enqueueAll(holder, "z");
    await stage.settle();
    enqueueAll(cast, "abc"); // "a" waits for the scope, the others for "a".

    cast.a[how]();
    holder.actor.at(1).succeed();
    await stage.settle();

    assertEquals(keysOf(cast.actor), ["b"]);
    await playOut(stage, cast.actor);
    assertEquals(keysOf(cast.actor), ["b", "c"]);
  });
}

Deno.test("Gates in sequence: concurrency, then rate, then the scope, to the millisecond", async () => {
  await using stage = new KindStage();
  const scope = stage.scheduler.createScope({ serialize: true });
  const cast = stage.cast(
    { concurrency: 2, rate: { limit: 2, interval: 100 } },
    { home: scope },
  );
  enqueueAll(cast, "abcd");

  await stage.pass(30);
  assertEquals(cast.actor.starts, ["a@0"]); // "b" is at the gate of the scope.
  cast.actor.at(1).succeed();
  await stage.pass(10);
  cast.actor.at(2).succeed(); // It began at 30: no more before 100.
  await stage.pass(200);
  cast.actor.at(3).succeed();
  await stage.pass(10);
  cast.actor.at(4).succeed();

  assertEquals(cast.actor.starts, ["a@0", "b@30", "c@100", "d@240"]);
});

Deno.test("Gates in sequence: the window counts from the start, not from the permit", async () => {
  await using stage = new KindStage({ concurrency: 1 });
  const blocker = stage.cast({}, { name: "blocker" });
  const cast = stage.cast({ rate: { limit: 1, interval: 100 } }, {
    plan: () => {},
  });
  enqueueAll(blocker, "z");
  await stage.settle();
  enqueueAll(cast, "ab"); // "a" is through its gate, and misses an executor.
  await stage.pass(60);

  blocker.actor.at(1).succeed();
  await stage.pass(200);

  assertEquals(cast.actor.starts, ["a@60", "b@160"]);
});

Deno.test("pause() holds back whom a gate lets through", async () => {
  await using stage = new KindStage();
  const cast = stage.cast({ concurrency: 1 });
  enqueueAll(cast, "ab");
  await stage.settle();
  stage.scheduler.pause();

  cast.actor.at(1).succeed();
  await stage.pass(10);
  assertEquals(stage.scheduler.snapshot().ready, 1);
  stage.scheduler.resume();
  await stage.settle();

  assertEquals(cast.actor.starts, ["a@0", "b@10"]);
  cast.actor.at(2).succeed();
});

Deno.test("delete() of a key at the gate lets it run once more, in its turn", async () => {
  await using stage = new KindStage();
  const cast = stage.cast({ concurrency: 1 });
  enqueueAll(cast, "abc");
  await stage.settle();

  const deletion = peek(cast.kind.get("b").delete());
  await stage.settle();
  assertEquals(deletion.now, "pending");
  await playOut(stage, cast.actor);

  assertEquals([keysOf(cast.actor), deletion.now], [
    ["a", "b", "c"],
    undefined,
  ]);
});

Deno.test("close() lets those at the gates run, until its grace ends", async () => {
  for (const grace of [1_000, 50]) {
    await using stage = new KindStage();
    const cast = stage.cast({
      concurrency: 1,
      rate: { limit: 1, interval: 40 },
    });
    enqueueAll(cast, "abc");
    await stage.settle();

    const closing = stage.scheduler.close({ grace });
    for (let ms = 0; ms < 100; ms++) {
      for (const { succeed } of cast.actor.acts) succeed();
      await stage.pass(1);
    }

    const ran = grace === 50 ? 2 : 3;
    const left = grace === 50 ? ["left k/c [c]"] : [];
    assertEquals(linesOf(await closing), [`finished ${ran}`, ...left]);
    const starts = ["a@0", "b@40", "c@80"];
    assertEquals(cast.actor.starts, starts.slice(0, ran));
  }
});

Deno.test("close() reports all at every gate when the grace ends, with their messages", async () => {
  await using stage = new KindStage();
  const scope = stage.scheduler.createScope({ serialize: true });
  const cast = stage.cast({
    concurrency: 2,
    rate: { limit: 2, interval: 1_000 },
  }, { home: scope });
  const other = stage.cast({}, { name: "other", home: scope });
  enqueueAll(cast, "abcd");
  enqueueAll(other, "x");
  await stage.settle();

  const closing = stage.scheduler.close({ grace: 0 });
  cast.actor.at(1).succeed();
  const lines = linesOf(await closing);

  assertEquals(lines.slice(1).sort(), [
    "left k/b [b]",
    "left k/c [c]",
    "left k/d [d]",
    "left other/x [x]",
  ]);
  assertEquals(stage.clock.timers, 0);
});

/** Numbers from 0 to 1 that follow from the seed. */
function randomFrom(seed: number): () => number {
  let state = seed * 2_654_435_761 >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const CONCURRENCY = 3;

/** Does one thing of many to a key. */
function disturb(
  { kind, actor }: Cast,
  random: () => number,
  resumes: (() => void)[],
): void {
  const item = kind.get("abcdef"[Math.floor(random() * 6)] ?? "a");
  const unended = actor.acts[Math.floor(random() * actor.acts.length)];
  const deeds: readonly (() => unknown)[] = [
    () => item.enqueue("x"),
    () => item.enqueue("x"),
    () => item.enqueue("x", { delay: Math.floor(random() * 5) }),
    () => item.cancel(),
    () => item.cancel({ running: true }),
    () => resumes.push(() => suspension.resume()),
    () => resumes.shift()?.(),
    () => item.reset(),
    () => item.delete(),
    () => unended?.succeed(),
    () => unended?.succeed(),
    () => unended?.fail("failure"),
  ];
  const at = Math.floor(random() * deeds.length);
  const suspension = at === 5 ? item.suspend() : { resume: () => {} };
  deeds[at]?.();
}

/** Disturbs a kind behind all three gates; then each must let as many through
 * as at first. */
async function storm(seed: number, whenRunning: WhenRunning): Promise<void> {
  const random = randomFrom(seed);
  await using stage = new KindStage({ concurrency: 1 + seed % 5 });
  const isSerial = seed % 3 === 0;
  const scope = stage.scheduler.createScope({ serialize: isSerial });
  const cast = stage.cast({
    whenRunning,
    concurrency: CONCURRENCY,
    rate: { limit: 4, interval: 3 },
    undelivered: () => {},
    ...(whenRunning === "overlap" ? {} : { retry: [1] }),
  }, { home: scope });
  const resumes: (() => void)[] = [];
  const most = isSerial ? 1 : CONCURRENCY;
  for (let step = 0; step < 60; step++) {
    try {
      disturb(cast, random, resumes);
    } catch { // It is being deleted.
    }
    if (random() < 0.7) await stage.pass(random() < 0.5 ? 0 : 1);
    assertLess(stage.scheduler.snapshot().running, most + 1);
  }
  for (const resume of resumes) resume();
  for (let step = 0; step < 60; step++) {
    for (const { succeed } of cast.actor.acts) succeed();
    await stage.pass(1);
  }
  stage.scheduler.concurrency = 16;
  await stage.pass(10);
  const begun = cast.actor.acts.length;
  assertEquals(stage.scheduler.snapshot().owed, 0);

  enqueueAll(cast, "uvwxyz");
  await stage.settle();

  assertEquals(cast.actor.acts.length - begun, most, "permits are lost");
  for (let step = 0; step < 40; step++) {
    for (const { succeed } of cast.actor.acts) succeed();
    await stage.pass(1);
  }
  assertEquals(cast.actor.acts.length - begun, 6);
}

for (const whenRunning of ["rerun", "overlap", "restart"] as const) {
  Deno.test(`Gates: no permit is lost or doubled, whatever happens to the keys (${whenRunning})`, async () => {
    for (let seed = 1; seed <= 150; seed++) {
      await storm(seed, whenRunning).catch((error) => {
        throw new Error(`seed ${seed}, ${whenRunning}`, { cause: error });
      });
    }
  });
}
