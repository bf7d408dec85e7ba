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

/**
 * The target of a scheduler.
 *
 * @throws {TypeError} It is none.
 */
export function targetOf(source: TargetSource): Target {
  if (source instanceof Scheduler) return new MemoryTarget(source);
  if (isTargeted(source)) return source.target();
  if (isTarget(source)) return source;
  throw new TypeError(
    "Cannot reach it from afar as it is no scheduler: " +
      "pass a Scheduler, a DurableScheduler or a Target of the same package",
  );
}

function isTargeted(source: Partial<Target & Targeted>): source is Targeted {
  return typeof source?.target === "function";
}

function isTarget(source: Partial<Target>): source is Target {
  return typeof source?.enqueue === "function" &&
    typeof source.inspect === "function";
}
