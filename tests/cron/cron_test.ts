/** Patterns: when they wake, in UTC and in zones with summer time. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { cron } from "../../src/cron/mod.ts";
import { short, Stage, watchedSignal } from "./stage.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;

/** What a pattern wakes at, from one time to another. */
function wakes(
  pattern: string,
  span: { from: string; to: string; timezone?: string | undefined },
): string[] {
  const stage = new Stage(span.from);
  const { clock, wake } = stage;
  const { timezone } = span;
  const schedule = cron(pattern, wake, { clock, timezone });

  stage.advanceTo(span.to);
  schedule.stop();
  return stage.woken;
}

Deno.test("cron() wakes at the pattern's times, to the millisecond", () => {
  const from = "2026-01-30T23:58:59.999Z"; // A Friday.
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ["* * * * *", "2026-01-31T00:01:00Z", [
      "2026-01-30T23:59:00",
      "2026-01-31T00:00:00",
      "2026-01-31T00:01:00",
    ]],
    ["*/20 * * * * *", "2026-01-30T23:59:40Z", [
      "2026-01-30T23:59:00",
      "2026-01-30T23:59:20",
      "2026-01-30T23:59:40",
    ]],
    ["0 3 * * *", "2026-02-01T12:00Z", [
      "2026-01-31T03:00:00",
      "2026-02-01T03:00:00",
    ]],
    ["15,45 9-10 * * MON", "2026-02-07T00:00Z", [
      "2026-02-02T09:15:00",
      "2026-02-02T09:45:00",
      "2026-02-02T10:15:00",
      "2026-02-02T10:45:00",
    ]],
    ["0 0 L * *", "2026-03-01T00:00Z", [
      "2026-01-31T00:00:00",
      "2026-02-28T00:00:00",
    ]],
    ["@daily", "2026-01-31T23:00Z", ["2026-01-31T00:00:00"]],
    ["0 0 0 1 3 * 2026", "2026-04-01T00:00Z", ["2026-03-01T00:00:00"]],
  ];
  for (const [pattern, to, expected] of cases) {
    assertEquals(wakes(pattern, { from, to }), [...expected], pattern);
  }
});

Deno.test("cron() begins after the call: a time that shows already is over", () => {
  const from = "2026-01-01T03:00Z";
  assertEquals(wakes("0 3 * * *", { from, to: "2026-01-02T02:59:59Z" }), []);
  assertEquals(wakes("0 3 * * *", { from, to: "2026-01-02T03:00:00Z" }), [
    "2026-01-02T03:00:00",
  ]);
});

Deno.test("Schedule.next is the time that wakes next", () => {
  const stage = new Stage("2026-01-01T00:00Z");
  const { clock } = stage;
  const seen: string[] = [];
  const schedule = cron("0 */8 * * *", () => {
    seen.push(`${stage.shown()}, then ${short(schedule.next)}`);
  }, { clock });

  assertEquals(short(schedule.next), "2026-01-01T08:00:00");
  clock.advance(DAY_MS);
  assertEquals(seen, [
    "2026-01-01T08:00:00, then 2026-01-01T16:00:00",
    "2026-01-01T16:00:00, then 2026-01-02T00:00:00",
    "2026-01-02T00:00:00, then 2026-01-02T08:00:00",
  ]);
  schedule.stop();
});

Deno.test("cron() goes by UTC, wherever the host is", async () => {
  const script = `
    import { cron } from "./src/cron/mod.ts";
    import { FakeClock } from "./src/testing/mod.ts";
    const clock = new FakeClock({ today: Date.parse("2026-10-03T15:30Z") });
    const schedule = cron("0 16-18 * * *", () => {}, { clock });
    const local = new Date(clock.today()).getHours();
    const seen = [];
    for (let hours = 0; hours < 3; hours++) {
      seen.push(schedule.next.toISOString().slice(11, 16));
      clock.advance(3_600_000);
    }
    console.log(local, seen.join(" "));
  `;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", script],
    cwd: new URL("../../", import.meta.url),
    env: { TZ: "Australia/Sydney", NO_COLOR: "1" }, // Which jumps at 16:00Z.
  }).output();

  const text = new TextDecoder().decode(stdout);
  assertEquals(text, "1 16:00 17:00 18:00\n");
});

Deno.test("cron() shows the time of its zone", () => {
  const from = "2026-01-15T00:00Z";
  const to = "2026-01-16T00:00Z";
  for (
    const [timezone, expected] of [
      ["Europe/Berlin", "2026-01-15T08:30:00"],
      ["america/new_york", "2026-01-15T14:30:00"],
      ["Asia/Kathmandu", "2026-01-15T03:45:00"],
      ["UTC", "2026-01-15T09:30:00"],
    ]
  ) {
    const woken = wakes("30 9 * * *", { from, to, timezone });
    assertEquals(woken, [expected], timezone);
  }
});

Deno.test("in spring, fixed times that are skipped wake once the clock has jumped", () => {
  const span = {
    from: "2026-03-28T00:00Z",
    to: "2026-03-30T03:00Z",
    timezone: "Europe/Berlin", // 02:00 to 03:00 on the 29th, at 01:00Z.
  };
  for (
    const pattern of ["30 2 * * *", "30 2,2 * * *", "15,30 2 * * 0,1,6"]
  ) {
    const days = wakes(pattern, span).map((time) => time.slice(8, 10));
    assertEquals([...new Set(days)], ["28", "29", "30"], pattern);
  }
  assertEquals(wakes("30 2 * * *", span), [
    "2026-03-28T01:30:00",
    "2026-03-29T01:00:00",
    "2026-03-30T00:30:00",
  ]);
  assertEquals(wakes("0 2,3 * * *", span), [
    "2026-03-28T01:00:00",
    "2026-03-28T02:00:00",
    "2026-03-29T01:00:00", // One wake-up for both.
    "2026-03-30T00:00:00",
    "2026-03-30T01:00:00",
  ]);
});

Deno.test("in spring, times with * or a step come as the clock shows them", () => {
  const span = {
    from: "2026-03-29T00:10Z",
    to: "2026-03-29T02:10Z",
    timezone: "Europe/Berlin",
  };
  assertEquals(wakes("*/30 * * * *", span), [
    "2026-03-29T00:30:00",
    "2026-03-29T01:00:00",
    "2026-03-29T01:30:00",
    "2026-03-29T02:00:00",
  ]);
  assertEquals(wakes("*/30 2 * * *", span), []);
});

Deno.test("in autumn, fixed times that come twice wake the first time", () => {
  const span = {
    from: "2026-10-24T12:00Z",
    to: "2026-10-26T03:00Z",
    timezone: "Europe/Berlin", // 03:00 to 02:00 on the 25th, at 01:00Z.
  };
  assertEquals(wakes("30 2 * * *", span), [
    "2026-10-25T00:30:00",
    "2026-10-26T01:30:00",
  ]);
  assertEquals(wakes("0,30 2,14 * * *", span), [
    "2026-10-24T12:30:00",
    "2026-10-25T00:00:00",
    "2026-10-25T00:30:00",
    "2026-10-25T13:00:00",
    "2026-10-25T13:30:00",
    "2026-10-26T01:00:00",
    "2026-10-26T01:30:00",
  ]);
});

Deno.test("in autumn, times with * or a step wake in both hours", () => {
  const span = {
    from: "2026-10-24T23:45Z",
    to: "2026-10-25T02:15Z",
    timezone: "Europe/Berlin",
  };
  assertEquals(wakes("*/30 * * * *", span), [
    "2026-10-25T00:00:00",
    "2026-10-25T00:30:00",
    "2026-10-25T01:00:00",
    "2026-10-25T01:30:00",
    "2026-10-25T02:00:00",
  ]);
  assertEquals(wakes("*/30 2 * * *", span), [
    "2026-10-25T00:00:00",
    "2026-10-25T00:30:00",
    "2026-10-25T01:00:00",
    "2026-10-25T01:30:00",
  ]);
});

Deno.test("a schedule that begins in the repeated hour goes on from there", () => {
  const timezone = "Europe/Berlin";
  const from = "2026-10-25T01:10:00Z"; // 02:10, for the second time.
  const to = "2026-10-26T02:00:00Z";
  assertEquals(wakes("30 2 * * *", { from, to, timezone }), [
    "2026-10-26T01:30:00",
  ]);
  assertEquals(
    wakes("* * * * *", { from, to: "2026-10-25T01:12Z", timezone }),
    ["2026-10-25T01:11:00", "2026-10-25T01:12:00"],
  );
});

Deno.test("a change of half an hour is no different", () => {
  const timezone = "Australia/Lord_Howe";
  assertEquals(
    wakes("15 2 * * *", {
      from: "2026-10-03T00:00Z",
      to: "2026-10-04T16:00Z",
      timezone,
    }),
    ["2026-10-03T15:30:00", "2026-10-04T15:15:00"], // 02:00 to 02:30.
  );
  assertEquals(
    wakes("45 1 * * *", {
      from: "2026-04-04T00:00Z",
      to: "2026-04-05T16:00Z",
      timezone,
    }),
    ["2026-04-04T14:45:00", "2026-04-05T15:15:00"], // 02:00 to 01:30.
  );
});

Deno.test("a pattern that never comes is no error, and waits for nothing", () => {
  for (const pattern of ["0 0 30 2 *", "0 0 31 4,6 *", "0 0 0 1 1 * 2025"]) {
    const stage = new Stage("2026-01-01T00:00Z");
    const { clock, wake } = stage;
    const schedule = cron(pattern, wake, { clock });

    assertEquals([schedule.next, clock.timers], [undefined, 0], pattern);
    clock.advance(YEAR_MS);
    assertEquals(stage.woken, []);
    schedule.stop();
  }
});

Deno.test("a pattern's last time wakes, and then nothing is held", () => {
  const stage = new Stage("2026-12-31T00:00Z");
  const { clock, wake } = stage;
  const { signal, listeners } = watchedSignal(new AbortController());
  const schedule = cron("0 0 0 1 1 * 2027", wake, { clock, signal });
  assertEquals([listeners(), clock.timers], [1, 1]);

  clock.advance(DAY_MS);
  assertEquals(stage.woken, ["2027-01-01T00:00:00"]);
  assertEquals(schedule.next, undefined);
  assertEquals([listeners(), clock.timers], [0, 0]);
});

Deno.test("cron() says what is wrong with a pattern", () => {
  const { clock } = new Stage("2026-01-01T00:00Z");
  const start = 'Cannot schedule wake-ups as "pattern" must be a cron pattern';
  for (
    const pattern of [
      "",
      " ",
      "*",
      "* * * *",
      "* * * * * * * *",
      "60 * * * *",
      "0 24 * * *",
      "0 0 0 * *",
      "0 0 * 13 *",
      "0 0 * * 8",
      "5/5 * * * *",
      "*/0 * * * *",
      "2-1 * * * *",
      "a b c d e",
      "0 3 * * MONDAY",
      "@reboot",
      "0 3 * * *;",
      "2027-01-01T00:00:00Z",
      "0 3 * * *\n",
      "0 3 * * *\0",
      "0 3 * * \u0661",
      `${"0,".repeat(200)}0 3 * * *`,
      "* ".repeat(1e6),
    ]
  ) {
    const error = assertThrows(() => cron(pattern, () => {}, { clock }));
    assertInstanceOf(error, RangeError, pattern.slice(0, 99));
    assert(error.message.startsWith(start), error.message);
    assertLess(error.message.length, 700);
    assertEquals(clock.timers, 0);
  }
  for (const pattern of [undefined, null, 3, {}, [], Symbol("a"), new Date()]) {
    const error = assertThrows(() => cron(pattern as never, () => {}));
    assertInstanceOf(error, TypeError);
    assert(error.message.startsWith(start), error.message);
  }
});

Deno.test("cron() hands on what croner says of a pattern", () => {
  const error = assertThrows(() => cron("60 * * * *", () => {}), RangeError);
  assertStringIncludes(error.message, "minute: 60");
  assertInstanceOf(error.cause, Error);
});

Deno.test("cron() says what is wrong with a time zone", () => {
  const { clock } = new Stage("2026-01-01T00:00Z");
  const start =
    'Cannot schedule wake-ups as "timezone" must be an IANA time zone';
  for (
    const timezone of [
      "",
      " ",
      "Europe/Nowhere",
      "Europe/Berlin ",
      "local",
      "Europe/Berlin\0",
      "../../etc/passwd",
      "x".repeat(1e6),
    ]
  ) {
    const error = assertThrows(() =>
      cron("0 3 * * *", () => {}, { clock, timezone })
    );
    assertInstanceOf(error, RangeError);
    assert(error.message.startsWith(start), error.message);
    assertLess(error.message.length, 200);
  }
  for (const timezone of [null, 60, {}, ["UTC"]]) {
    const options = { clock, timezone: timezone as never };
    const error = assertThrows(() => cron("0 3 * * *", () => {}, options));
    assertInstanceOf(error, TypeError);
    assert(error.message.startsWith(start), error.message);
  }
  assertEquals(clock.timers, 0);
});

Deno.test("cron() and its neighbours do not disturb each other", () => {
  const stage = new Stage("2026-01-01T00:00Z");
  const { clock } = stage;
  const seen: string[] = [];
  const schedules = Array.from(
    { length: 60 },
    (_, minute) =>
      cron(`${minute} * * * *`, () => seen.push(`${minute}`), {
        clock,
      }),
  );

  clock.advance(2 * HOUR_MS);
  assertEquals(seen.length, 120);
  for (const schedule of schedules) schedule.stop();
  assertEquals(clock.timers, 0);
});
