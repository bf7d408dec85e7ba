/**
 * Deadlines of equal length: the first that was started is the first to be due,
 * so a list in their order and one host timer do for any number of them.
 *
 * A host's timer costs more than all else that is done for a small request, so
 * it is left to run when the list is empty, and then ends by itself: `close()`
 * ends it at once.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import { type Linked, List } from "../core/list.ts";

/** Something that may be late. */
export interface Deadline extends Linked<Deadline> {
  readonly dueMs: number;
  readonly onLate: () => void;
}

/** All deadlines of one length. */
export class Deadlines {
  readonly #clock: Clock;
  /** Milliseconds from a start to its deadline. */
  readonly afterMs: number;
  readonly #started: List<Deadline> = new List();
  #timer: unknown;
  /** Is the host's timer set? */
  #isTicking = false;
  #isClosed = false;

  /** Each is due `afterMs` after its start. */
  constructor({ clock, afterMs }: {
    readonly clock: Clock;
    readonly afterMs: number;
  }) {
    this.#clock = clock;
    this.afterMs = afterMs;
  }

  /** How many are started and neither stopped nor late. */
  get size(): number {
    return this.#started.size;
  }

  /** Calls `onLate` once, unless it is stopped before. */
  start(onLate: () => void): Deadline {
    const deadline: Deadline = {
      dueMs: this.#clock.now() + this.afterMs,
      onLate,
      next: undefined,
      previous: undefined,
      list: undefined,
    };
    this.#started.push(deadline);
    if (!this.#isTicking) this.#tick(this.afterMs);
    return deadline;
  }

  /** Forgets it; nothing happens if it is late already. */
  stop(deadline: Deadline): void {
    if (deadline.list !== this.#started) return;
    this.#started.remove(deadline);
    if (this.#isClosed) this.#rest();
  }

  /** Leaves no timer behind: those that are started are still kept. */
  close(): void {
    this.#isClosed = true;
    this.#rest();
  }

  #rest(): void {
    if (this.#started.size > 0 || !this.#isTicking) return;
    this.#isTicking = false;
    this.#clock.stopTimer(this.#timer);
  }

  #tick(delayMs: number): void {
    this.#isTicking = true;
    this.#timer = this.#clock.startTimer(() => this.#look(), delayMs);
  }

  #look(): void {
    this.#isTicking = false;
    const nowMs = this.#clock.now();
    let first = this.#started.first;
    while (first !== undefined && first.dueMs <= nowMs) {
      this.#started.remove(first);
      first.onLate(); // It may start another: a later one.
      first = this.#started.first;
    }
    if (first !== undefined && !this.#isTicking) {
      this.#tick(first.dueMs - nowMs);
    }
  }
}
