/** Schedules at an interval: no drift, no heap of missed ticks. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import { every } from "../../src/cron/mod.ts";
import { drawer, freshSeed } from "../core/support/hostile_random.ts";
import { FakeClock } from "../../src/testing/mod.ts";
import { short, Stage, WatchedClock } from "./stage.ts";

const HOST_MAX_MS = 2 ** 31 - 1;

/** Timers that come late, as those of a busy host. */
class LateClock extends FakeClock {
  override startTimer(callback: () => void, delayMs: number): unknown {
    return super.startTimer(callback, delayMs + 7);
  }
}

Deno.test("every() wakes at multiples of the interval", () => {
  const clock = new FakeClock({ now: 123 });
  const seen: number[] = [];
  const schedule = every(250, () => seen.push(clock.now() - 123), { clock });

  clock.advance(249);
  assertEquals(seen, []);
  clock.advance(751);
  assertEquals(seen, [250, 500, 750, 1_000]);
  assertEquals(clock.timers, 1);
  schedule.stop();
});

Deno.test("every() does not drift, however late its timers are", () => {
  const clock = new LateClock();
  const seen: number[] = [];
  const schedule = every(100, () => seen.push(clock.now()), { clock });

  clock.advance(1_000_007);
  assertEquals(seen.length, 10_000);
  assert(seen.every((atMs, index) => atMs === (index + 1) * 100 + 7));
  schedule.stop();
});

Deno.test("every() skips the ticks that were missed, and wakes once", () => {
  const clock = new FakeClock();
  const seen: number[] = [];
  const held: (() => void)[] = [];
  clock.startTimer = (callback): unknown => held.push(callback);
  const schedule = every(100, () => seen.push(clock.now()), { clock });

  clock.advance(1_234); // The host is busy.
  held.at(-1)?.();
  assertEquals(seen, [1_234]);
  clock.advance(65);
  held.at(-1)?.();
  assertEquals(seen, [1_234]);
  clock.advance(1);
  held.at(-1)?.();
  assertEquals(seen, [1_234, 1_300]);
  schedule.stop();
});

Deno.test("every() wakes at the start only if it is told to, and not in the call", () => {
  const clock = new FakeClock();
  const seen: string[] = [];
  const start = (immediate: boolean | undefined) => {
    const wake = (): void => {
      seen.push(`${immediate} ${clock.now()} ${short(schedule.next)}`);
    };
    const schedule = every(100, wake, { clock, immediate });
    return schedule;
  };
  const schedules = [true, false, undefined].map(start);

  assertEquals(seen, []);
  assertEquals(schedules[0]?.next?.getTime(), 0);
  clock.advance(0);
  assertEquals(seen.splice(0), ["true 0 1970-01-01T00:00:00.100"]);
  clock.advance(100);
  assertEquals(seen.map((each) => each.split(" ")[0]), [
    "false",
    "undefined",
    "true",
  ]);
  for (const schedule of schedules) schedule.stop();
});

Deno.test("every() takes intervals beyond 2^31-1 ms", () => {
  for (const intervalMs of [HOST_MAX_MS, HOST_MAX_MS + 1, 1e10]) {
    const clock = new WatchedClock();
    const seen: number[] = [];
    const schedule = every(intervalMs, () => seen.push(clock.now()), { clock });

    clock.advance(3 * intervalMs - 1);
    assertEquals(seen, [intervalMs, 2 * intervalMs]);
    clock.advance(1);
    assertEquals(seen.length, 3);
    assert(clock.delays.every((ms) => ms >= 0 && ms <= HOST_MAX_MS));
    schedule.stop();
  }
});

Deno.test("every() may never come to its first tick", () => {
  for (const intervalMs of [8.64e15, 1e300, Number.MAX_VALUE]) {
    const clock = new FakeClock({ today: Date.parse("2026-01-01T00:00Z") });
    const schedule = every(intervalMs, () => {}, { clock });

    clock.advance(1e11);
    assertEquals(schedule.next, undefined);
    schedule.stop();
    assertEquals(clock.timers, 0);
  }
});

Deno.test("every() is not moved by the wall, but tells when by it", () => {
  const stage = new Stage("2026-01-01T00:00Z");
  const { clock } = stage;
  const seen: number[] = [];
  const schedule = every(60_000, () => seen.push(clock.now()), { clock });

  clock.advance(15_000);
  assertEquals(short(schedule.next), "2026-01-01T00:01:00");
  clock.jumpToday(-3.6e6);
  assertEquals(short(schedule.next), "2025-12-31T23:01:00");
  clock.advance(45_000);
  clock.jumpToday(7.2e6);
  clock.advance(60_000);
  assertEquals(seen, [61_000, 121_000]); // It began at 1,000.
  schedule.stop();
});

Deno.test("every() loses and doubles no tick by rounding", () => {
  const seed = freshSeed();
  const draw = drawer(seed);
  for (let round = 0; round < 300; round++) {
    const clock = new FakeClock({ now: draw(1e9) / 1e4 });
    const beganMs = clock.now();
    const intervalMs = 1 + draw(1e6) / 1e4;
    const ticks: number[] = [];
    const wake = (): void => void ticks.push(clock.now());
    const schedule = every(intervalMs, wake, { clock });

    for (let step = 0; step < 50; step++) clock.advance(draw(1e5) / 1e3);
    const expected = (clock.now() - beganMs) / intervalMs;
    const context = `seed ${seed}: ${intervalMs} from ${beganMs}`;
    assert(Math.abs(ticks.length - expected) < 1.001, context);
    for (const [index, atMs] of ticks.entries()) {
      const lateMs = atMs - beganMs - (index + 1) * intervalMs;
      assert(Math.abs(lateMs) < 1e-6, `${context}: ${lateMs} ms late`);
    }
    schedule.stop();
  }
});

Deno.test("every() refuses intervals that are none", () => {
  const { clock } = new Stage("2026-01-01T00:00Z");
  const start = 'Cannot schedule wake-ups as "intervalMs" must be 1 or more ' +
    "milliseconds: received ";
  for (const intervalMs of [0, -1, 0.999, NaN, Infinity, -Infinity, -0]) {
    const error = assertThrows(() => every(intervalMs, () => {}, { clock }));
    assertInstanceOf(error, RangeError);
    assertEquals(error.message, `${start}${intervalMs}`);
  }
  for (const intervalMs of [undefined, null, "1000", 10n, {}, [5]]) {
    const error = assertThrows(() =>
      every(intervalMs as never, () => {}, { clock })
    );
    assertInstanceOf(error, TypeError);
    assert(error.message.startsWith(start), error.message);
  }
  assertEquals(clock.timers, 0);
});
