/** The clock of `./testing`. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Scheduler } from "../../mod.ts";
import { FakeClock } from "../../src/testing/mod.ts";
import { drawer, freshSeed } from "./support/hostile_random.ts";

Deno.test("FakeClock begins where it is told, and stands still", () => {
  const standard = new FakeClock();
  assertEquals([standard.now(), standard.today()], [0, 0]);
  const clock = new FakeClock({ now: 5, today: 1_000 });
  assertEquals([clock.now(), clock.today()], [5, 1_000]);
  assertEquals([clock.now(), clock.timers, clock.turns], [5, 0, 0]);
  assertEquals(clock.turnIsDear, false);
});

Deno.test("FakeClock.advance() moves both clocks", () => {
  const clock = new FakeClock({ now: 5, today: 1_000 });
  clock.advance(10);
  assertEquals([clock.now(), clock.today()], [15, 1_010]);
  clock.jumpToday(-500);
  assertEquals([clock.now(), clock.today()], [15, 510]);
  clock.advance(1);
  assertEquals([clock.now(), clock.today()], [16, 511]);
});

Deno.test("FakeClock.advance() fires in order, each at its own time", () => {
  const clock = new FakeClock();
  const fired: string[] = [];
  const start = (name: string, ms: number): unknown =>
    clock.startTimer(() => {
      fired.push(`${name} at ${clock.now()} and ${clock.today()}`);
    }, ms);
  start("c", 7);
  start("a", 3);
  start("b", 3);
  const stopped = start("stopped", 4);
  clock.stopTimer(stopped);
  clock.stopTimer(stopped);
  clock.stopTimer(undefined);
  assertEquals(clock.timers, 3);

  clock.advance(6);
  assertEquals(fired, ["a at 3 and 3", "b at 3 and 3"]);
  clock.advance(1);
  assertEquals(fired.at(-1), "c at 7 and 7");
  assertEquals(clock.timers, 0);
});

Deno.test("FakeClock.advance() fires what timers set, within its time only", () => {
  const clock = new FakeClock();
  const fired: number[] = [];
  const again = (): void => {
    fired.push(clock.now());
    clock.startTimer(again, 4);
  };
  clock.startTimer(again, 4);
  clock.advance(11);
  assertEquals(fired, [4, 8]);
  assertEquals([clock.now(), clock.timers], [11, 1]);
  clock.advance(1);
  assertEquals(fired, [4, 8, 12]);
});

Deno.test("FakeClock.advance(0) fires what is due now, once", () => {
  const clock = new FakeClock();
  let fired = 0;
  clock.startTimer(() => fired++, 0);
  assertEquals(fired, 0);
  clock.advance(0);
  clock.advance(0);
  assertEquals(fired, 1);
});

Deno.test("FakeClock.advance() lets a timer stop another", () => {
  const clock = new FakeClock();
  let fired = 0;
  clock.startTimer(() => clock.stopTimer(other), 1);
  const other = clock.startTimer(() => fired++, 1);
  clock.advance(5);
  assertEquals([fired, clock.timers], [0, 0]);
});

Deno.test("FakeClock.advance() hands on what a timer throws, and goes on", () => {
  const clock = new FakeClock();
  let fired = 0;
  clock.startTimer(() => {
    throw new TypeError("on purpose");
  }, 1);
  clock.startTimer(() => fired++, 2);
  assertThrows(() => clock.advance(5), TypeError);
  clock.advance(5);
  assertEquals(fired, 1);
});

Deno.test("FakeClock.runTurns() runs what waited, not what comes meanwhile", () => {
  const clock = new FakeClock();
  const seen: string[] = [];
  clock.turn(() => {
    seen.push("first");
    clock.turn(() => seen.push("later"));
  });
  clock.turn(() => seen.push("second"));
  assertEquals([clock.turns, seen.length], [2, 0]);
  assertEquals(clock.runTurns(), 2);
  assertEquals(seen, ["first", "second"]);
  assertEquals([clock.turns, clock.runTurns(), clock.runTurns()], [1, 1, 0]);
});

Deno.test("FakeClock behaves as a sorted list does, whatever is done", () => {
  const seed = freshSeed();
  const draw = drawer(seed);
  const clock = new FakeClock();
  const fired: number[] = [];
  let model: { name: number; atMs: number; timer: unknown }[] = [];
  for (let name = 0; name < 3_000; name++) {
    const ms = draw(30);
    const timer = clock.startTimer(() => fired.push(name), ms);
    model.push({ name, atMs: clock.now() + ms, timer });
    if (draw(4) === 0) {
      const victim = model[draw(model.length)];
      clock.stopTimer(victim?.timer);
      model = model.filter((each) => each !== victim);
    }
    if (draw(3) !== 0) continue;
    clock.advance(draw(12));
    const due = model.filter(({ atMs }) => atMs <= clock.now())
      .toSorted((a, b) => a.atMs - b.atMs || a.name - b.name);
    assertEquals(fired.splice(0), due.map((each) => each.name), `seed ${seed}`);
    model = model.filter((each) => !due.includes(each));
    assertEquals(clock.timers, model.length, `seed ${seed}`);
  }
});

Deno.test("FakeClock drives a scheduler: limits, grace, nothing left", async () => {
  const clock = new FakeClock({ now: 1e6 });
  const scheduler = new Scheduler({ clock });
  let reason: unknown;
  scheduler.createWorkItem({
    timeout: 100,
    run: ({ signal }): Promise<never> => {
      signal.addEventListener("abort", () => reason = signal.reason);
      return new Promise(() => {});
    },
  }).enqueue();
  await Promise.resolve();
  clock.advance(99);
  assertEquals(reason, undefined);
  clock.advance(1);
  assert(reason instanceof Error);

  const report = scheduler.close({ grace: 10, abortGrace: 10 });
  clock.advance(10);
  clock.advance(10);
  const { stuck } = await report;
  assertEquals(stuck.length, 1);
  assertEquals([clock.timers, clock.turns], [0, 0]);
});
