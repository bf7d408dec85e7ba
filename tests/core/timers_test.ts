/** Any number of timers on one of the host's. */
import { assert, assertEquals, assertLess } from "@std/assert";
import { type Timer, Timers } from "../../src/core/timers.ts";
import { FakeClock } from "../../src/testing/mod.ts";
import { drawer, freshSeed } from "./support/hostile_random.ts";

const HOST_MAX_MS = 2 ** 31 - 1;

/** Remembers the delays that the host is asked for. */
class HostClock extends FakeClock {
  readonly delays: number[] = [];
  stops = 0;

  override startTimer(callback: () => void, delayMs: number): unknown {
    this.delays.push(delayMs);
    return super.startTimer(callback, delayMs);
  }

  override stopTimer(timer: unknown): void {
    this.stops++;
    super.stopTimer(timer);
  }
}

Deno.test("A25 100,000 timers use one timer of the host", () => {
  const clock = new HostClock();
  const timers = new Timers(clock);
  let most = 0;
  let fired = 0;
  const last: number[] = [];
  for (let index = 0; index < 100_000; index++) {
    const delayMs = (index * 7_919) % 100_003;
    timers.start(delayMs, () => {
      fired++;
      most = Math.max(most, clock.timers);
      last.push(clock.now());
    });
    most = Math.max(most, clock.timers);
  }

  clock.advance(50_000);
  assertEquals(clock.timers, 1);
  clock.advance(60_000);
  assertEquals([most, fired, clock.timers], [1, 100_000, 0]);
  assert(last.every((atMs, index) => atMs >= (last[index - 1] ?? 0)));
});

Deno.test("A25 the host's timer is set anew only for an earlier time", () => {
  const clock = new HostClock();
  const timers = new Timers(clock);
  timers.start(10, () => {});
  for (let ms = 11; ms < 1_000; ms++) timers.start(ms, () => {});
  assertEquals(clock.delays, [10]);

  const earlier = timers.start(5, () => {});
  assertEquals(clock.delays, [10, 5]);
  timers.stop(earlier);
  assertEquals(clock.delays.at(-1), 10);
  assertEquals(clock.timers, 1);
  clock.advance(2_000);
  assertEquals(clock.timers, 0);
});

Deno.test("A25 delays beyond 2^31-1 ms are chained, and never early", () => {
  for (
    const delayMs of [
      HOST_MAX_MS - 1,
      HOST_MAX_MS,
      HOST_MAX_MS + 1,
      2 * HOST_MAX_MS,
      2 * HOST_MAX_MS + 1,
      5 * HOST_MAX_MS + 3,
    ]
  ) {
    const clock = new HostClock();
    const timers = new Timers(clock);
    let firedMs: number | undefined;
    timers.start(delayMs, () => firedMs = clock.now());

    clock.advance(delayMs - 1);
    assertEquals(firedMs, undefined);
    clock.advance(1);
    assertEquals(firedMs, delayMs);
    assertEquals(clock.delays.length, Math.ceil(delayMs / HOST_MAX_MS));
    assert(clock.delays.every((ms) => ms >= 0 && ms <= HOST_MAX_MS));
    assertEquals(clock.timers, 0);
  }
});

Deno.test("A25 a longest delay keeps no shorter one waiting", () => {
  const clock = new HostClock();
  const timers = new Timers(clock);
  const fired: string[] = [];
  timers.start(Number.MAX_VALUE, () => fired.push("never"));
  timers.start(3 * HOST_MAX_MS, () => fired.push("long"));
  clock.advance(HOST_MAX_MS + 5);
  timers.start(7, () => fired.push("short"));
  clock.advance(7);
  assertEquals(fired, ["short"]);
  clock.advance(2 * HOST_MAX_MS);
  assertEquals(fired, ["short", "long"]);
});

Deno.test("A24 equal times keep the order in which they were set", () => {
  const clock = new FakeClock();
  const timers = new Timers(clock);
  const fired: number[] = [];
  for (let index = 0; index < 100; index++) {
    timers.start(5, () => fired.push(index));
  }
  const extra = timers.start(5, () => fired.push(-1));
  timers.stop(extra);
  clock.advance(5);
  assertEquals(fired, Array.from({ length: 100 }, (_, index) => index));
});

Deno.test("Timers.stop() in a callback keeps the others", () => {
  const clock = new FakeClock();
  const timers = new Timers(clock);
  const fired: string[] = [];
  const second: Timer[] = [];
  const first: Timer = timers.start(1, () => {
    fired.push("first");
    timers.stop(first); // It has been called: nothing happens.
    for (const timer of second) timers.stop(timer);
    timers.start(0, () => fired.push("new"));
    timers.start(1, () => fired.push("later"));
  });
  second.push(timers.start(1, () => fired.push("stopped")));
  timers.start(1, () => fired.push("third"));
  second.push(timers.start(3, () => fired.push("stopped")));

  clock.advance(1);
  assertEquals(fired, ["first", "third", "new"]);
  clock.advance(10);
  assertEquals(fired, ["first", "third", "new", "later"]);
  assertEquals(clock.timers, 0);
});

Deno.test("Timers.stop() takes any timer, once", () => {
  const clock = new FakeClock();
  const timers = new Timers(clock);
  const all = [3, 1, 2].map((ms) => timers.start(ms, () => {}));
  timers.stop(undefined);
  for (const timer of [...all, ...all]) timers.stop(timer);
  assertEquals(clock.timers, 0);
});

Deno.test("a late host timer calls all that are due, in order", () => {
  const clock = new FakeClock();
  const timers = new Timers(clock);
  const fired: number[] = [];
  const late: (() => void)[] = [];
  clock.startTimer = (callback): unknown => late.push(callback);
  for (const ms of [30, 10, 20, 40]) timers.start(ms, () => fired.push(ms));

  clock.advance(35);
  late.at(-1)?.();
  assertEquals(fired, [10, 20, 30]);
});

Deno.test("A24 a wall clock that jumps moves no timer", () => {
  const clock = new FakeClock();
  const timers = new Timers(clock);
  let fired = 0;
  timers.start(10, () => fired++);
  clock.jumpToday(-3.2e10);
  clock.jumpToday(6.4e10);
  clock.advance(9);
  assertEquals(fired, 0);
  clock.advance(1);
  assertEquals(fired, 1);
});

Deno.test("Timers behave as a sorted list does, whatever is done", () => {
  const seed = freshSeed();
  const draw = drawer(seed);
  const clock = new FakeClock();
  const timers = new Timers(clock);
  interface Expected {
    readonly timer: Timer;
    readonly name: number;
    readonly atMs: number;
  }
  let model: Expected[] = [];
  const fired: number[] = [];
  let names = 0;
  const startOne = (delayMs: number): void => {
    const name = names++;
    const timer = timers.start(delayMs, () => {
      fired.push(name);
      if (name % 7 === 0) startOne(name % 3 === 0 ? 0 : 5);
      if (name % 5 === 0) stopOne(name);
    });
    model.push({ timer, name, atMs: clock.now() + delayMs });
  };
  const stopOne = (pick: number): void => {
    const pending = model.filter(({ name }) => !fired.includes(name));
    const victim = pending[pick % (pending.length || 1)];
    timers.stop(victim?.timer);
    model = model.filter((each) => each !== victim);
  };
  for (let round = 0; round < 300; round++) {
    for (let count = draw(8); count > 0; count--) startOne(draw(20));
    if (draw(3) === 0) stopOne(draw(100));
    clock.advance(draw(12));
    const expected = model.filter(({ atMs }) => atMs <= clock.now())
      .map(({ name }) => name);
    const context = `seed ${seed}, round ${round}`;
    assertEquals(
      fired.toSorted(byNumber),
      expected.toSorted(byNumber),
      context,
    );
    const times = new Map(model.map(({ name, atMs }) => [name, atMs]));
    for (let index = 1; index < fired.length; index++) {
      const [before = -1, name = -1] = fired.slice(index - 1, index + 1);
      const [beforeMs = 0, atMs = 0] = [times.get(before), times.get(name)];
      assert(
        beforeMs < atMs || (beforeMs === atMs && before < name),
        `${context}: ${before} at ${beforeMs}, then ${name} at ${atMs}`,
      );
    }
    assertLess(clock.timers, 2);
    model = model.filter(({ name }) => !fired.includes(name));
    fired.length = 0;
  }
});

function byNumber(a: number, b: number): number {
  return a - b;
}
