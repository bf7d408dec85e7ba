/**
 * An observer that writes down what it sees, one line each.
 *
 * @module
 */
import type {
  EndedEvent,
  EnqueuedEvent,
  HeldEvent,
  Observer,
  PausedEvent,
  RetriedEvent,
  StalledEvent,
  StartedEvent,
} from "../core/observer.ts";
import type { ItemName } from "../core/calls.ts";

interface Expected {
  readonly line: string;
  readonly resolve: () => void;
}

/**
 * Records every event as a line, so that a test can await one instead of
 * sleeping, or compare them all.
 *
 * @example What happened, in order
 * ```ts
 * import { Scheduler } from "@workitem/scheduler";
 * import { Recorder } from "@workitem/scheduler/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const recorder = new Recorder();
 * const scheduler = new Scheduler();
 * scheduler.observe(recorder);
 * const item = scheduler.createWorkItem({ key: "a", run() {} });
 *
 * item.enqueue();
 * item.enqueue();
 * await recorder.next("ended a #1 ok");
 * assertEquals(recorder.take(), [
 *   "enqueued a queued",
 *   "enqueued a coalesced",
 *   "started a #1 @0 x2",
 *   "ended a #1 ok",
 * ]);
 * ```
 */
export class Recorder implements Observer {
  #lines: string[] = [];
  /** Up to here lines have been awaited. */
  #seen = 0;
  readonly #expected: Set<Expected> = new Set();

  /** The lines so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Resolves when `line` is written; at once if it stands behind all lines
   * that were awaited before. */
  next(line: string): Promise<void> {
    const index = this.#lines.indexOf(line, this.#seen);
    if (index >= 0) {
      this.#seen = index + 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#expected.add({ line, resolve }));
  }

  /** Returns the lines so far, and begins anew. */
  take(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#seen = 0;
    return lines;
  }

  /** Writes `enqueued a queued`. */
  enqueued(event: EnqueuedEvent): void {
    this.#write(`enqueued ${label(event)} ${event.outcome}`);
  }

  /** Writes `started a #1 @0 x3`: number, executor, enqueues. */
  started(event: StartedEvent): void {
    const { number, executor, coalesced } = event;
    this.#write(
      `started ${label(event)} #${number} @${executor} x${coalesced}`,
    );
  }

  /** Writes `ended a #1 ok`. */
  ended(event: EndedEvent): void {
    this.#write(`ended ${label(event)} #${event.number} ${event.outcome}`);
  }

  /** Writes `retried a #1 attempt 1 in 500`: the attempt that failed, and
   * milliseconds until the next. */
  retried(event: RetriedEvent): void {
    const { number, attempt, delay } = event;
    this.#write(
      `retried ${label(event)} #${number} attempt ${attempt} in ${delay}`,
    );
  }

  /** Writes `held a`. */
  held(event: HeldEvent): void {
    this.#write(`held ${label(event)}`);
  }

  /** Writes `stalled a #1 +500`: milliseconds past its limit. */
  stalled(event: StalledEvent): void {
    this.#write(`stalled ${label(event)} #${event.number} +${event.overdueMs}`);
  }

  /** Writes `deleted a`. */
  deleted(event: ItemName): void {
    this.#write(`deleted ${label(event)}`);
  }

  /** Writes `paused` or `resumed`. */
  paused(event: PausedEvent): void {
    this.#write(event.paused ? "paused" : "resumed");
  }

  #write(line: string): void {
    this.#lines.push(line);
    for (const expected of this.#expected) {
      if (expected.line !== line) continue;
      this.#seen = this.#lines.length;
      this.#expected.delete(expected);
      expected.resolve();
    }
  }
}

function label({ kind, key = "-" }: ItemName): string {
  return kind === undefined ? key : `${kind}/${key}`;
}
