/**
 * Ways to fold messages.
 *
 * @module
 */

/**
 * Keeps the newer of two messages, for `merge`: a run is handed one message,
 * the last.
 *
 * @example Only the last position counts
 * ```ts
 * import { latest, Scheduler, type } from "@workitem/scheduler";
 * import { assertEquals } from "@std/assert";
 *
 * const scheduler = new Scheduler();
 * const seen: number[] = [];
 * const position = scheduler.define("position", {
 *   message: type<number>(),
 *   merge: latest,
 *   run: ({ messages }) => void seen.push(...messages),
 * });
 *
 * for (let x = 1; x <= 3; x++) position.enqueue("mouse", x);
 * await scheduler.idle();
 * assertEquals(seen, [3]);
 * ```
 */
export function latest<Message>(_older: Message, newer: Message): Message {
  return newer;
}
