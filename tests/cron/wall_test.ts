/** The wall's clock jumps, and the machine sleeps: no time wakes twice, and none
 * is missed. */
import { assert, assertEquals } from "@std/assert";
import { cron } from "../../src/cron/mod.ts";
import { drawer, freshSeed } from "../core/support/hostile_random.ts";
import { short, Stage } from "./stage.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;

Deno.test("times further than 2^31-1 ms away are waited for, a minute at a time", () => {
  const stage = new Stage("2026-01-02T00:00Z");
  const { clock, wake } = stage;
  const schedule = cron("0 0 29 2 *", wake, { clock });

  stage.advanceTo("2028-02-28T23:59:59.999Z");
  assertEquals([stage.woken, clock.timers], [[], 1]);
  clock.advance(1);
  assertEquals(stage.woken, ["2028-02-29T00:00:00"]);
  assertEquals(short(schedule.next), "2032-02-29T00:00:00");
  assert(clock.delays.every((ms) => ms > 0 && ms <= MINUTE_MS));
  schedule.stop();
});

Deno.test("a wall that jumps forward is noticed within a minute", () => {
  for (const afterMs of [0, 1, 30_000, 59_999]) {
    const stage = new Stage("2026-01-01T00:00Z");
    const { clock, wake } = stage;
    const schedule = cron("0 3 * * *", wake, { clock });

    clock.advance(HOUR_MS + afterMs);
    clock.jumpToday(2 * HOUR_MS); // To 03:00 or a little later.
    clock.advance(MINUTE_MS - afterMs - 1);
    assertEquals(stage.woken, []);
    clock.advance(1);
    assertEquals(stage.woken, ["2026-01-01T03:01:00"]);
    clock.advance(DAY_MS);
    assertEquals(stage.woken.slice(1), ["2026-01-02T03:00:00"]);
    schedule.stop();
  }
});

Deno.test("a wall that jumps to before the next time shortens the wait", () => {
  const stage = new Stage("2026-01-01T00:00Z");
  const { clock, wake } = stage;
  const schedule = cron("0 3 * * *", wake, { clock });

  clock.jumpToday(2.9 * HOUR_MS);
  clock.advance(6 * MINUTE_MS);
  assertEquals(stage.woken, ["2026-01-01T03:00:00"]);
  schedule.stop();
});

Deno.test("times that were missed wake once, for the last of them", () => {
  for (const jumpMs of [1.5 * HOUR_MS, DAY_MS, YEAR_MS, 900 * YEAR_MS]) {
    const stage = new Stage("2026-01-01T00:00:30Z");
    const { clock, wake } = stage;
    const schedule = cron("*/10 * * * * *", wake, { clock });
    const before = stage.woken.length;

    clock.jumpToday(jumpMs);
    clock.advance(10 * SECOND_MS);
    assertEquals(stage.woken.length, before + 1, `jump of ${jumpMs} ms`);
    clock.advance(30 * SECOND_MS);
    assertEquals(stage.woken.length, before + 4);
    schedule.stop();
  }
});

Deno.test("a wall put right by seconds does not wake twice", () => {
  const stage = new Stage("2026-01-01T02:00Z");
  const { clock, wake } = stage;
  const schedule = cron("0 3 * * *", wake, { clock });

  clock.advance(HOUR_MS);
  clock.jumpToday(-5 * SECOND_MS); // It was fast.
  assertEquals(stage.shown(), "2026-01-01T02:59:55");
  clock.advance(DAY_MS - 1);
  assertEquals(stage.woken, ["2026-01-01T03:00:00"]);
  assertEquals(short(schedule.next), "2026-01-02T03:00:00");
  schedule.stop();
});

Deno.test("a wall that runs back over many times wakes at none of them again", () => {
  const stage = new Stage("2026-01-01T00:30Z");
  const { clock, wake } = stage;
  const schedule = cron("0 * * * *", wake, { clock });

  stage.advanceTo("2026-01-01T06:30Z"); // 1 to 6.
  clock.jumpToday(-4 * HOUR_MS);
  clock.advance(4 * HOUR_MS);
  assertEquals([stage.shown(), stage.woken.length], ["2026-01-01T06:30:00", 6]);
  clock.advance(HOUR_MS);
  assertEquals(stage.woken.at(-1), "2026-01-01T07:00:00");
  schedule.stop();
});

Deno.test("a wall that runs back to before the schedule wakes at what it had not shown", () => {
  const stage = new Stage("2026-01-01T02:30Z");
  const { clock, wake } = stage;
  const schedule = cron("0 * * * *", wake, { clock });

  stage.advanceTo("2026-01-01T04:10Z");
  assertEquals(stage.woken, ["2026-01-01T03:00:00", "2026-01-01T04:00:00"]);
  clock.jumpToday(-3 * HOUR_MS); // 01:10: two o'clock is yet to come.
  clock.advance(5 * HOUR_MS);
  assertEquals(stage.woken.slice(2), [
    "2026-01-01T02:00:00",
    "2026-01-01T05:00:00",
    "2026-01-01T06:00:00",
  ]);
  schedule.stop();
});

Deno.test("a wall that was years ahead for a minute silences nothing", () => {
  const stage = new Stage("2026-01-01T02:30Z");
  const { clock, wake } = stage;
  const schedule = cron("0 * * * *", wake, { clock });

  clock.jumpToday(4 * YEAR_MS);
  clock.advance(MINUTE_MS);
  assertEquals(stage.woken.splice(0), ["2029-12-31T02:31:00"]);
  clock.jumpToday(-4 * YEAR_MS);
  clock.advance(2 * HOUR_MS);
  assertEquals(stage.woken, ["2026-01-01T03:00:00", "2026-01-01T04:00:00"]);
  schedule.stop();
});

Deno.test("what was before a hundred gaps is forgotten", () => {
  for (const [gaps, again] of [[100, []], [101, ["2026-01-01T02:00:00"]]]) {
    const stage = new Stage("2026-01-01T00:30Z");
    const { clock, wake } = stage;
    const schedule = cron("0 * * * *", wake, { clock });
    for (let gap = 0; gap < Number(gaps); gap++) {
      clock.jumpToday(2 * HOUR_MS); // Over two times: the second wakes.
      clock.advance(MINUTE_MS);
    }
    assertEquals(stage.woken.splice(0).length, gaps);

    clock.jumpToday(Date.parse("2026-01-01T01:30Z") - clock.today());
    clock.advance(HOUR_MS);
    assertEquals(stage.woken, again);
    schedule.stop();
  }
});

Deno.test("whatever the wall does, no time wakes twice, and none is missed", () => {
  const seed = freshSeed();
  const draw = drawer(seed);
  const stepMs = 5 * MINUTE_MS;
  const stage = new Stage("2026-01-01T00:00Z");
  const { clock } = stage;
  const slotOf = (ms: number): number => Math.floor(ms / stepMs) * stepMs;
  const taken = new Set<number>();
  const wrong: string[] = [];
  const schedule = cron("*/5 * * * *", () => {
    const slotMs = slotOf(clock.today());
    if (taken.has(slotMs)) wrong.push(`twice, at ${stage.shown()}`);
    taken.add(slotMs);
  }, { clock });
  for (let round = 0; round < 3_000; round++) {
    // Forward by less than a step, so that each wake-up is for one time only.
    clock.jumpToday(draw(8) === 0 ? -draw(3 * HOUR_MS) : draw(stepMs / 2));
    clock.advance(MINUTE_MS);
    const fromMs = clock.today();
    clock.advance(draw(4 * stepMs));
    for (
      let slotMs = slotOf(fromMs) + stepMs;
      slotMs <= clock.today();
      slotMs += stepMs
    ) {
      if (!taken.has(slotMs)) wrong.push(`missed ${short(new Date(slotMs))}`);
    }
    assertEquals([wrong, clock.timers], [[], 1], `seed ${seed}`);
  }
  schedule.stop();
});
