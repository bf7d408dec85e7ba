/** Enqueues as a store takes them. */
import type { Wake } from "../../../src/durable/stored.ts";

/** One enqueue, without anything that is not said. */
export function wake(parts: Partial<Wake> = {}): Wake {
  return {
    kind: "mail",
    key: "ann",
    id: undefined,
    body: undefined,
    reply: undefined,
    idWindowMs: 3_600_000,
    delayMs: 0,
    reschedule: "earliest",
    maxDelayMs: Infinity,
    whenRunning: "rerun",
    maxInbox: 10_000,
    ...parts,
  };
}
