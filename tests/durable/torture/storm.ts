/**
 * What befalls the processes of a torture: some are killed, some stand still
 * for longer than their lease. A seed repeats what is done, not when it hits.
 *
 * @module
 */
import { Random } from "../../core/sim/random.ts";
import type { Child } from "./child.ts";
import { now, pause } from "./ledger.ts";
import type { Fleet } from "./fleet.ts";

/** How bad it is. */
export interface StormOptions {
  readonly seed: number;
  /** How many runners are killed. */
  readonly kills: number;
  /** It ends after so many milliseconds, however many were killed. */
  readonly mostMs: number;
  readonly leaseMs: number;
}

/** What was done. */
export interface StormReport {
  readonly kills: number;
  readonly producerKills: number;
  readonly stops: number;
}

/** One blow in so many hits a producer, or stops a runner. */
const PRODUCERS = 6;
const STOPS = 3;
/** Rests between blows are this many leases, on the average. With three
 * runners most live long enough to see that another is lost. */
const REST_LEASES = 0.6;
/** Leases for which a runner stands still. */
const STOP_LEASES_MIN = 1.2;
const STOP_LEASES_MAX = 2.5;

/** Lets it happen. */
export async function storm(
  fleet: Fleet,
  options: StormOptions,
): Promise<StormReport> {
  const { seed, leaseMs, mostMs } = options;
  const random = new Random(seed);
  const report = { kills: 0, producerKills: 0, stops: 0 };
  const endsAt = now() + mostMs;
  const going: Promise<void>[] = [];
  while (report.kills < options.kills && now() < endsAt) {
    await pause(random.below(2 * REST_LEASES * leaseMs));
    if (random.oneIn(PRODUCERS)) {
      await fleet.replace(random.pick(fleet.producers));
      report.producerKills++;
    } else if (random.oneIn(STOPS)) {
      const runner = random.pick(fleet.runners);
      if (fleet.runners.some(({ isStopped }) => isStopped)) continue;
      const span = STOP_LEASES_MAX - STOP_LEASES_MIN;
      const leases = STOP_LEASES_MIN + span * random.below(1_000) / 1_000;
      going.push(standStill(runner, leases * leaseMs));
      report.stops++;
    } else {
      await fleet.replace(random.pick(fleet.runners));
      report.kills++;
    }
  }
  await Promise.all(going);
  return report;
}

async function standStill(runner: Child, ms: number): Promise<void> {
  runner.stop();
  await pause(ms);
  runner.resume();
}
