/**
 * Wake-ups by the wall's clock. `croner` says when a pattern's next time is;
 * the waiting is done here, by looking at the wall again and again, since it
 * may jump.
 *
 * @module
 */
import { Cron } from "croner";
import { type Clock, systemClock } from "../core/clock.ts";
import { check, checkOne, type Rule, type Rules } from "../core/options.ts";
import {
  ACTION,
  begin,
  RULES,
  type Schedule,
  type ScheduleOptions,
  type Times,
  WAKE,
} from "./schedule.ts";

/** How {@linkcode cron} works. */
export interface CronOptions extends ScheduleOptions {
  /** Where on Earth the pattern's wall hangs: an IANA time zone, as
   * `"Europe/Berlin"`. Not the host's own by default, so that a schedule means
   * the same on every machine.
   *
   * @default {"UTC"} */
  readonly timezone?: string | undefined;
}

const PATTERN: Rule = {
  must: 'a cron pattern, as "0 3 * * *"',
  type: "string",
  // A colon makes it a date for croner, and a time that comes but once.
  fits: (pattern: string) =>
    /^[\t -~]{1,256}$/.test(pattern) && !pattern.includes(":"),
};
const TIMEZONE: Rule = {
  must: 'an IANA time zone, as "Europe/Berlin"',
  type: "string",
  fits: (timezone: string) => /^[!-~]{1,64}$/.test(timezone),
};
const CRON_RULES: Rules<CronOptions> = { ...RULES, timezone: TIMEZONE };

/**
 * Calls `wake` whenever the wall's clock shows a time of `pattern`: minute,
 * hour, day of the month, month, day of the week, as in a crontab; also with
 * seconds before them, with the year after them, or `"@daily"` and the like
 * (see [croner](https://croner.56k.guru)). What `wake` returns is not awaited.
 *
 * - **A wall that jumps** is noticed within a minute. No time wakes twice, even
 *   if the wall runs back over it. Of times that have been missed, by a jump or
 *   while the machine slept, only the last wakes, at once.
 * - **Summer time**: a fixed time, with neither `*` nor a step in its hours and
 *   minutes, is neither lost nor doubled. If the clock skips it, it wakes as soon
 *   as the clock has; if it comes twice, the first time. All others wake whenever
 *   the clock shows them: not in an hour that is skipped, and again in one that
 *   is repeated.
 * - `wake` may throw or reject: `onError` is told, and the schedule goes on. A
 *   `ClosedError` stops it without a word: its scheduler has been closed.
 *   Until that wake-up it keeps the process alive: stop it when you close.
 * - A pattern without any more times, as the 30th of February, is no error: its
 *   `next` is `undefined`, and nothing waits for it.
 *
 * @example Every night at three
 * ```ts
 * import { Scheduler } from "@workitem/scheduler";
 * import { cron } from "@workitem/scheduler/cron";
 * import { FakeClock } from "@workitem/scheduler/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const clock = new FakeClock({ today: Date.parse("2026-07-01T00:00Z") });
 * const scheduler = new Scheduler({ clock });
 * let runs = 0;
 * const reindex = scheduler.createWorkItem({ run: () => void runs++ });
 *
 * const schedule = cron("0 3 * * *", () => reindex.enqueue(), {
 *   clock,
 *   timezone: "Europe/Berlin",
 * });
 * assertEquals(schedule.next, new Date("2026-07-01T01:00Z"));
 *
 * clock.advance(3_600_000);
 * await reindex.idle();
 * assertEquals(runs, 1);
 *
 * schedule.stop();
 * await scheduler.close();
 * ```
 *
 * @throws {TypeError} An argument or option is of the wrong type or unknown.
 * @throws {RangeError} `pattern` is no pattern, or `timezone` is not known to
 * the host; `cause` says more.
 */
export function cron(
  pattern: string,
  wake: () => unknown,
  options: CronOptions = {},
): Schedule {
  checkOne(ACTION, "pattern", PATTERN, pattern);
  checkOne(ACTION, "wake", WAKE, wake);
  const { timezone = "UTC", clock = systemClock, ...others } = check(
    ACTION,
    options,
    CRON_RULES,
  );
  const times = new PatternTimes(clock, parse(pattern, timezone));
  return begin(times, wake, { clock, ...others });
}

function parse(pattern: string, timezone: string): Cron {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
  } catch (cause) { // Croner would tell it only later.
    return refuse("timezone", TIMEZONE, cause);
  }
  try {
    return new Cron(pattern, {
      timezone,
      paused: true,
      fixedTimeRule: "no-wildcard", // Else "0 2,14 * * *" would miss a day.
    });
  } catch (cause) {
    return refuse("pattern", PATTERN, cause);
  }
}

function refuse(name: string, { must }: Rule, cause: unknown): never {
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  throw new RangeError(`${ACTION} as "${name}" must be ${must}${why}`, {
    cause,
  });
}

/** Longer than this the wall is never trusted. */
const LOOK_EVERY_MS = 60_000;

/** One more begins with each gap. What was before the oldest is forgotten, and
 * would wake again. */
const SPANS_MAX = 100;

/** Times that have been taken: the first, the last and all between. */
interface Span {
  readonly firstMs: number;
  lastMs: number;
}

/** The times of a pattern, by a wall's clock that may jump. */
class PatternTimes implements Times {
  readonly #clock: Clock;
  readonly #cron: Cron;
  /** The newest last; one only, as long as no time is missed. */
  readonly #spans: Span[] = [];
  /** `#nextMs` is the first time after this that has not been taken. */
  #fromMs = 0;
  #nextMs: number | undefined;

  constructor(clock: Clock, cron: Cron) {
    this.#clock = clock;
    this.#cron = cron;
    this.#plan(clock.today());
  }

  next(): number | undefined {
    return this.#nextMs;
  }

  wait(): number | undefined {
    if (this.#nextMs === undefined) return undefined;
    const waitMs = this.#nextMs - this.#clock.today();
    return Math.min(Math.max(0, waitMs), LOOK_EVERY_MS);
  }

  take(): boolean {
    const todayMs = this.#clock.today();
    if (todayMs < this.#fromMs) this.#plan(todayMs); // It has run back.
    if (this.#nextMs === undefined || todayMs < this.#nextMs) return false;
    const lastMs = Math.max(this.#nextMs, this.#lastUpTo(todayMs));
    this.#remember(lastMs);
    this.#plan(lastMs);
    return true;
  }

  #plan(fromMs: number): void {
    this.#fromMs = fromMs;
    let nextMs = this.#after(fromMs);
    for (
      let span = this.#spanOf(nextMs);
      span !== undefined;
      span = this.#spanOf(nextMs)
    ) {
      nextMs = this.#after(span.lastMs);
    }
    this.#nextMs = nextMs;
  }

  #remember(timeMs: number): void {
    const newest = this.#spans.at(-1);
    if (newest !== undefined && this.#after(newest.lastMs) === timeMs) {
      newest.lastMs = timeMs;
      return;
    }
    this.#spans.push({ firstMs: timeMs, lastMs: timeMs });
    if (this.#spans.length > SPANS_MAX) this.#spans.shift();
  }

  #spanOf(timeMs: number | undefined): Span | undefined {
    if (timeMs === undefined) return undefined;
    return this.#spans.find(({ firstMs, lastMs }) =>
      firstMs <= timeMs && timeMs <= lastMs
    );
  }

  #after(ms: number): number | undefined {
    return this.#cron.nextRun(new Date(ms))?.getTime();
  }

  #lastUpTo(ms: number): number {
    const [last] = this.#cron.previousRuns(1, new Date(ms + 1)); // Exclusive.
    return last?.getTime() ?? -Infinity;
  }
}
