/**
 * From a scheduler to what is reached from afar.
 *
 * @module
 */
import { MemoryTarget } from "./memory_target.ts";
import { Scheduler } from "./scheduler.ts";
import type { Target, Targeted } from "./target.ts";

/** What can be reached from afar: a scheduler, in memory or durable, or what
 * is a target already. */
export type TargetSource = Scheduler | Target | Targeted;

/** Of one scheduler there is one: what was said through it is known to all. */
const known = new WeakMap<Scheduler, MemoryTarget>();

/**
 * The target of a scheduler: what reaches it by name and key.
 *
 * @example Whatever scheduler it is
 * ```ts
 * import { Scheduler } from "@workitem/scheduler";
 * import { targetOf } from "@workitem/scheduler/http";
 * import { assertEquals } from "@std/assert";
 *
 * const scheduler = new Scheduler();
 * scheduler.define("reindex", { run: ({ messages }) => messages.length });
 * const target = targetOf(scheduler);
 *
 * const name = { kind: "reindex", key: "acme" };
 * const { outcome, result } = await target.request(name, { doc: 7 });
 * assertEquals([outcome, await result], ["queued", 1]);
 * await scheduler.close();
 * ```
 *
 * @throws {TypeError} It is none.
 */
export function targetOf(source: TargetSource): Target {
  if (source instanceof Scheduler) return memoryTargetOf(source);
  if (isTargeted(source)) return source.target();
  if (isTarget(source)) return source;
  throw new TypeError(
    "Cannot reach it from afar as it is no scheduler: " +
      "pass a Scheduler, a DurableScheduler or a Target of the same package",
  );
}

function memoryTargetOf(scheduler: Scheduler): MemoryTarget {
  const target = known.get(scheduler) ?? new MemoryTarget(scheduler);
  known.set(scheduler, target);
  return target;
}

function isTargeted(source: Partial<Target & Targeted>): source is Targeted {
  return typeof source?.target === "function";
}

function isTarget(source: Partial<Target>): source is Target {
  return typeof source?.enqueue === "function" &&
    typeof source.inspect === "function";
}
