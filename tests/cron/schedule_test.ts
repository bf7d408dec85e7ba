/** What holds for all schedules: how they end, and what becomes of errors. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ClosedError, Scheduler } from "../../mod.ts";
import {
  cron,
  every,
  type Schedule,
  type ScheduleOptions,
} from "../../src/cron/mod.ts";
import { Stage, watchedSignal } from "./stage.ts";

const MINUTE_MS = 60_000;

type Begin = (wake: () => unknown, options?: ScheduleOptions) => Schedule;

/** Each wakes every minute. */
const KINDS: Readonly<Record<string, Begin>> = {
  cron: (wake, options) => cron("* * * * *", wake, options),
  every: (wake, options) => every(MINUTE_MS, wake, options),
};

/** One test for each kind of schedule. */
function test(
  name: string,
  body: (begin: Begin, stage: Stage) => void | Promise<void>,
): void {
  for (const [kind, begin] of Object.entries(KINDS)) {
    Deno.test(
      `${kind}(): ${name}`,
      () => body(begin, new Stage("2026-01-01T00:00Z")),
    );
  }
}

/** Until all promises have settled that only wait for each other. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

test("stop() leaves no timer, and nothing wakes", (begin, stage) => {
  const { clock, wake } = stage;
  const schedule = begin(wake, { clock });
  clock.advance(1.5 * MINUTE_MS);
  assertEquals([stage.woken.length, clock.timers], [1, 1]);

  schedule.stop();
  schedule.stop();
  assertEquals([schedule.next, clock.timers], [undefined, 0]);
  clock.advance(10 * MINUTE_MS);
  assertEquals(stage.woken.length, 1);
});

test("the end of a `using` block stops it", (begin, stage) => {
  const { clock, wake } = stage;
  {
    using schedule = begin(wake, { clock });
    assertEquals(schedule.next?.getTime(), clock.today() + MINUTE_MS);
  }
  assertEquals(clock.timers, 0);
});

test("wake may stop it, and begin another", (begin, stage) => {
  const { clock } = stage;
  const seen: string[] = [];
  const first: Schedule = begin(() => {
    seen.push("first");
    first.stop();
    second.push(begin(() => seen.push("second"), { clock }));
  }, { clock });
  const second: Schedule[] = [];

  clock.advance(3 * MINUTE_MS);
  assertEquals(seen, ["first", "second", "second"]);
  assertEquals([first.next, clock.timers], [undefined, 1]);
  for (const schedule of second) schedule.stop();
  assertEquals(clock.timers, 0);
});

test("the next wake-up is planned before this one is made", (begin, stage) => {
  const { clock } = stage;
  const seen: unknown[] = [];
  const schedule: Schedule = begin(() => {
    seen.push([clock.timers, schedule.next?.getTime()]);
  }, { clock });
  const beganMs = clock.today();

  clock.advance(MINUTE_MS);
  assertEquals(seen, [[1, beganMs + 2 * MINUTE_MS]]);
  schedule.stop();
});

test("its signal stops it, and is let go", (begin, stage) => {
  const { clock, wake } = stage;
  const controller = new AbortController();
  const { signal, listeners } = watchedSignal(controller);
  const schedules = [1, 2, 3].map(() => begin(wake, { clock, signal }));
  assertEquals(listeners(), 3);

  schedules[0]?.stop();
  assertEquals([listeners(), clock.timers], [2, 2]);
  controller.abort();
  assertEquals([listeners(), clock.timers], [0, 0]);
  clock.advance(5 * MINUTE_MS);
  assertEquals(stage.woken, []);
});

test("a signal that has aborted lets nothing begin", (begin, stage) => {
  const { clock, wake } = stage;
  const controller = new AbortController();
  controller.abort();
  const { signal, listeners } = watchedSignal(controller);

  const schedule = begin(wake, { clock, signal });
  assertEquals([listeners(), clock.timers], [0, 0]);
  assertEquals(schedule.next, undefined);
  clock.advance(5 * MINUTE_MS);
  assertEquals(stage.woken, []);
});

test(
  "what wake throws or rejects with goes to onError, and it goes on",
  async (begin, stage) => {
    const { clock, onError, errors } = stage;
    const wrong = new Error("provoked");
    const ways: readonly (() => unknown)[] = [
      () => {
        throw wrong;
      },
      () => Promise.reject(wrong),
      async () => {
        await Promise.resolve();
        throw wrong;
      },
      () => ({
        then: (_: unknown, reject: (error: unknown) => void) => reject(wrong),
      }),
      () => ({
        get then(): never {
          throw wrong;
        },
      }),
      () => Promise.resolve(wrong), // This one does not fail.
      () => wrong,
      () => null,
    ];
    let count = 0;
    const schedule = begin(() => ways[count++]?.(), { clock, onError });

    for (let minute = 1; minute <= ways.length; minute++) {
      clock.advance(MINUTE_MS);
      await settled();
      assertEquals(errors.length, Math.min(minute, 5));
    }
    assert(errors.every((error) => error === wrong));
    assertEquals([count, clock.timers], [ways.length, 1]);
    schedule.stop();
  },
);

test("anything can be thrown", async (begin, stage) => {
  const { clock, errors, onError } = stage;
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const mined = new Proxy({}, {
    getPrototypeOf: () => {
      throw new Error("touched");
    },
  });
  const thrown: unknown[] = [undefined, null, 0, "", proxy, mined];
  const schedule = begin(() => {
    throw thrown[errors.length];
  }, { clock, onError });

  clock.advance(thrown.length * MINUTE_MS);
  await settled();
  assertEquals(errors.length, thrown.length);
  assert(errors.every((error, index) => Object.is(error, thrown[index])));
  schedule.stop();
});

test("without onError the host is told", async (begin, stage) => {
  const { clock } = stage;
  const told: unknown[] = [];
  const { reportError } = globalThis;
  globalThis.reportError = (error): void => void told.push(error);
  try {
    const wrong = new Error("provoked");
    const schedule = begin(() => Promise.reject(wrong), { clock });
    clock.advance(2 * MINUTE_MS);
    await settled();
    schedule.stop();
    assertEquals(told.length, 2);
    assertStrictEquals(told[0], wrong);
  } finally {
    globalThis.reportError = reportError;
  }
});

test("a failure after the end is told, too", async (begin, stage) => {
  const { clock, errors, onError } = stage;
  const { promise, reject } = Promise.withResolvers<never>();
  const schedule = begin(() => promise, { clock, onError });
  clock.advance(MINUTE_MS);
  schedule.stop();

  reject("late");
  await settled();
  assertEquals(errors, ["late"]);
});

test("a ClosedError stops it without a word", async (begin, stage) => {
  const { clock, errors, onError } = stage;
  const closed = new ClosedError("Cannot enqueue");
  for (
    const wake of [
      () => {
        throw closed;
      },
      () => Promise.reject(closed),
    ]
  ) {
    let count = 0;
    const schedule = begin(() => {
      count++;
      return wake();
    }, { clock, onError });
    clock.advance(MINUTE_MS);
    await settled();
    clock.advance(3 * MINUTE_MS);
    assertEquals([count, errors], [1, []]);
    assertEquals([schedule.next, clock.timers], [undefined, 0]);
  }
});

test(
  "it enqueues like anybody else, until its scheduler closes",
  async (begin, stage) => {
    const { clock, errors, onError } = stage;
    const scheduler = new Scheduler({ clock });
    let runs = 0;
    const item = scheduler.createWorkItem({ run: () => void runs++ });
    const schedule = begin(() => item.enqueue(), { clock, onError });

    clock.advance(3 * MINUTE_MS); // Nothing runs meanwhile: they are folded.
    await item.idle();
    assertEquals(runs, 1);
    clock.advance(MINUTE_MS);
    await item.idle();
    assertEquals(runs, 2);

    await scheduler.close();
    assertEquals(clock.timers, 1);
    clock.advance(MINUTE_MS);
    assertEquals([runs, errors, schedule.next], [2, [], undefined]);
    assertEquals(clock.timers, 0);
  },
);

test(
  "wrong arguments and options are refused, and leave nothing",
  (begin, stage) => {
    const { clock } = stage;
    const wake = (): void => {};
    const controller = new AbortController();
    const { signal, listeners } = watchedSignal(controller);
    const wrong: readonly (readonly [string, unknown])[] = [
      ["options", null],
      ["options", "often"],
      ["clock", { clock: {} }],
      ["clock", { clock: null }],
      ["clock", { clock: { now: wake, startTimer: wake, stopTimer: wake } }],
      ["signal", { clock, signal: controller }],
      ["onError", { clock, signal, onError: "log" }],
      ["onerror", { clock, signal, onerror: wake }],
      ["zone", { clock, signal, zone: "UTC" }],
    ];
    for (const [name, options] of wrong) {
      const error = assertThrows(() => begin(wake, options as never));
      assertInstanceOf(error, TypeError, name);
      const start = /^Cannot schedule wake-ups as (?:it has no option )?/;
      assert(start.test(error.message), error.message);
      assert(error.message.includes(`"${name}"`), error.message);
    }
    for (
      const callback of [undefined, null, "enqueue", {}, Promise.resolve()]
    ) {
      const error = assertThrows(() => begin(callback as never, { clock }));
      assertInstanceOf(error, TypeError);
      assert(
        error.message.includes('"wake" must be a function'),
        error.message,
      );
    }
    assertEquals([clock.timers, listeners()], [0, 0]);
  },
);

test("options are read once, when they are given", (begin, stage) => {
  const { clock, wake } = stage;
  const reads: string[] = [];
  const options = new Proxy({ clock }, {
    get: (target, name) => {
      reads.push(String(name));
      return Reflect.get(target, name);
    },
  });
  const schedule = begin(wake, options);
  const before = reads.length;

  assertEquals(new Set(reads).size, reads.length);
  clock.advance(3 * MINUTE_MS);
  schedule.stop();
  assertEquals([reads.length, stage.woken.length], [before, 3]);
});

Deno.test("a schedule without options goes by the host's clock", () => {
  for (const schedule of [cron("0 3 * * *", () => {}), every(1e9, () => {})]) {
    const aheadMs = (schedule.next?.getTime() ?? 0) - Date.now();
    assert(aheadMs > -1_000 && aheadMs <= 1e9, `${aheadMs}`);
    schedule.stop();
  }
});
