/** Delayed items by the hundred thousand: on how many timers of the host? */
import { Scheduler } from "../../../mod.ts";
import { CountingClock } from "./counting_clock.ts";

const SPAN_MS = 1_000;

/** What was seen of them. */
export interface DelayedFigures {
  /** Host timers when all were set. */
  readonly timers: number;
  /** The most that there ever were at once. */
  readonly timersMost: number;
  /** Host timers when all had run. */
  readonly timersAtEnd: number;
  readonly delayed: number;
  /** Runs before the first delay had passed. */
  readonly early: number;
  readonly runs: number;
  /** Runs that began before one that was due earlier, or due at the same time
   * and enqueued earlier. */
  readonly outOfOrder: number;
}

/** Delays that are as good as random, the same each time. */
function makeDelays(amount: number): Uint16Array {
  let seed = 1;
  return Uint16Array.from({ length: amount }, () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return 1 + Math.floor(seed / 2 ** 32 * SPAN_MS);
  });
}

/** Delays the items of `amount` keys, by 1 to 1,000 ms. */
export async function watchDelayed(amount: number): Promise<DelayedFigures> {
  const delays = makeDelays(amount);
  const clock = new CountingClock();
  const scheduler = new Scheduler({ clock });
  let runs = 0;
  let outOfOrder = 0;
  let previous = -1;
  const kind = scheduler.define("delayed", {
    run({ key }): void {
      runs++;
      const index = Number(key);
      const rank = (delays[index] ?? 0) * amount + index;
      if (rank < previous) outOfOrder++;
      previous = rank;
    },
  });
  for (const [index, delay] of delays.entries()) {
    kind.enqueue(String(index), undefined, { delay });
  }
  const { timers } = clock;
  const { delayed } = scheduler.snapshot();
  clock.advance(0.5);
  await clock.settle();
  const early = runs;
  clock.advance(SPAN_MS);
  await clock.settle();
  const { most: timersMost, timers: timersAtEnd } = clock;
  return { timers, timersMost, timersAtEnd, delayed, early, runs, outOfOrder };
}
