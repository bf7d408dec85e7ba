/**
 * Schedules: they wake by the wall's clock or at an interval, and enqueue like
 * anybody else. What is woken while it waits or runs is folded, as always.
 *
 * A schedule lives as long as its process: two processes with the same one both
 * wake, and where a process lasts for one request only, as in Cloudflare's
 * Workers, the platform's own triggers are the better choice.
 *
 * @example Every night, and every minute
 * ```ts
 * import { Scheduler } from "@workitem/scheduler";
 * import { cron, every } from "@workitem/scheduler/cron";
 * import { assertEquals } from "@std/assert";
 *
 * const scheduler = new Scheduler();
 * const reindex = scheduler.createWorkItem({ run() {} });
 *
 * const nightly = cron("0 3 * * *", () => reindex.enqueue(), {
 *   timezone: "Europe/Berlin",
 * });
 * const often = every(60_000, () => reindex.enqueue());
 * assertEquals(nightly.next?.getUTCMinutes(), 0);
 *
 * for (const schedule of [nightly, often]) schedule.stop();
 * await scheduler.close();
 * ```
 *
 * @module
 */
export { cron, type CronOptions } from "./cron.ts";
export { every, type EveryOptions } from "./every.ts";
export type { Schedule, ScheduleOptions } from "./schedule.ts";
