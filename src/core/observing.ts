/**
 * What may observe a scheduler.
 *
 * @module
 */
import type { Observer } from "./observer.ts";
import { checkOne, FUNCTION, OBJECT } from "./options.ts";

const OBSERVER_METHODS: readonly (keyof Observer)[] = [
  "enqueued",
  "started",
  "ended",
  "retried",
  "held",
  "stalled",
  "deleted",
  "paused",
];

/** Throws unless `observer` is one. */
export function checkObserver(observer: Observer): void {
  const action = "Cannot observe";
  checkOne(action, "observer", OBJECT, observer);
  for (const name of OBSERVER_METHODS) {
    const method: unknown = observer[name];
    if (method !== undefined) checkOne(action, name, FUNCTION, method);
  }
}
