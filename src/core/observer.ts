/**
 * What can be seen of a scheduler from outside, and where errors go that have
 * no other addressee. Neither can harm the scheduler: whatever they throw is
 * reported and changes nothing.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import type { ItemName } from "./calls.ts";
import type { EnqueueOutcome } from "./words.ts";

/** Counts of a scheduler, all of the same instant. It always holds that
 * `starts === ok + failed + aborted + stuck + running`. */
export interface Snapshot {
  /** Items that are owed a run. */
  readonly owed: number;
  /** Items that only miss an executor. */
  readonly ready: number;
  /** Runs in flight. */
  readonly running: number;
  /** Items that are owed a run which waits for its time. */
  readonly delayed: number;
  /** Items whose run failed and is tried again in a while. */
  readonly backoff: number;
  /** Items whose last attempt failed, and that wait for `reset()`. */
  readonly held: number;
  /** Items that are suspended, owed a run or not. */
  readonly suspended: number;
  /** How many runs may be in flight. */
  readonly concurrency: number;
  /** Runs begun so far. */
  readonly starts: number;
  /** Runs that succeeded. */
  readonly ok: number;
  /** Runs that failed. */
  readonly failed: number;
  /** Runs that rejected after a restart, a cancel, a close or their caller had
   * aborted their signal. */
  readonly aborted: number;
  /** Runs that `close()` gave up. */
  readonly stuck: number;
  /** Enqueues refused with `"skipped"`. */
  readonly skipped: number;
  /** Has `pause()` been called, and not `resume()`? */
  readonly paused: boolean;
  /** Has `close()` been called? */
  readonly closed: boolean;
}

/** An enqueue was answered. */
export interface EnqueuedEvent extends ItemName {
  /** What it did. */
  readonly outcome: EnqueueOutcome;
  /** The version of the item afterwards. */
  readonly version: number;
}

/** A run is about to begin. */
export interface StartedEvent extends ItemName {
  /** Counts the runs of the item, from 1. */
  readonly number: number;
  /** Which executor runs it. */
  readonly executor: number;
  /** How many enqueues it answers. */
  readonly coalesced: number;
}

/** A run has ended. */
export interface EndedEvent extends ItemName {
  /** Counts the runs of the item, from 1. */
  readonly number: number;
  /** Which executor ran it. */
  readonly executor: number;
  /** How it ended. */
  readonly outcome: "ok" | "failed" | "aborted";
  /** What it threw, if it did not succeed. */
  readonly error: unknown;
}

/** A run failed, and is tried again. */
export interface RetriedEvent extends ItemName {
  /** Counts the runs of the item, from 1. */
  readonly number: number;
  /** Which attempt failed, from 1. */
  readonly attempt: number;
  /** Milliseconds until the next. */
  readonly delay: number;
  /** What it threw. */
  readonly error: unknown;
}

/** The last attempt of an item failed; it waits for `reset()`. */
export interface HeldEvent extends ItemName {
  /** What it threw. */
  readonly error: unknown;
}

/** A run goes on although its time limit has passed. */
export interface StalledEvent extends ItemName {
  /** Counts the runs of the item, from 1. */
  readonly number: number;
  /** Which executor it occupies. */
  readonly executor: number;
  /** Milliseconds since its time limit. */
  readonly overdueMs: number;
  /** The scheduler at this instant. */
  readonly snapshot: Snapshot;
}

/** A scheduler was paused or resumed. */
export interface PausedEvent {
  /** Is it paused now? */
  readonly paused: boolean;
}

/**
 * Sees what happens, synchronously: runs that are about to begin, and all else
 * after it has happened. Keep it short: it runs inside `enqueue` and between runs. What it throws goes to `onError`.
 *
 * @example Counting what was saved
 * ```ts
 * import { Scheduler } from "@workitem/scheduler";
 * import { assertEquals } from "@std/assert";
 *
 * const scheduler = new Scheduler();
 * const seen: string[] = [];
 * const stop = scheduler.observe({
 *   enqueued: ({ key, outcome }) => void seen.push(`${key} ${outcome}`),
 *   ended: ({ key, outcome }) => void seen.push(`${key} ${outcome}`),
 * });
 *
 * const item = scheduler.createWorkItem({ key: "a", run() {} });
 * item.enqueue();
 * item.enqueue();
 * await item.flush();
 * stop();
 * assertEquals(seen, ["a queued", "a coalesced", "a ok"]);
 * ```
 */
export interface Observer {
  /** An enqueue was answered. */
  enqueued?(event: EnqueuedEvent): void;
  /** A run is about to begin. */
  started?(event: StartedEvent): void;
  /** A run has ended. */
  ended?(event: EndedEvent): void;
  /** A run failed, and is tried again. */
  retried?(event: RetriedEvent): void;
  /** The last attempt of an item failed; it waits for `reset()`. */
  held?(event: HeldEvent): void;
  /** A run has passed its `timeout` and has not settled; once per `timeout`. */
  stalled?(event: StalledEvent): void;
  /** An item is gone. */
  deleted?(event: ItemName): void;
  /** The scheduler was paused or resumed. */
  paused?(event: PausedEvent): void;
}

/** Where an error comes from. */
export interface ErrorSource extends ItemName {
  /** Messages that no run will handle, and that nobody else is told of. */
  readonly messages?: readonly unknown[] | undefined;
}

/** Told of errors that nobody waits for. */
export type OnError = (error: unknown, source: ErrorSource) => unknown;

/** Nothing in particular. */
const NOBODY: ItemName = { kind: undefined, key: undefined };

interface Host {
  readonly reportError?: (error: unknown) => void;
}

/** Tells observers and `onError`, and survives them. */
export class Reporter {
  /** `undefined` while there are none: then no event is made. */
  observers: readonly Observer[] | undefined;
  readonly #clock: Clock;
  readonly #onError: OnError;
  /** Promises of the user's that have not settled, by what they belong to. */
  readonly #pending: Map<unknown, Set<Promise<void>>> = new Map();

  constructor(clock: Clock, onError: OnError | undefined) {
    this.#clock = clock;
    this.#onError = onError ?? ((error) => this.#raise(error));
  }

  /** Adds an observer; the function returned takes it away. */
  observe(observer: Observer): () => void {
    this.observers = [...this.observers ?? [], observer];
    let isStopped = false;
    return () => {
      if (isStopped) return;
      isStopped = true;
      const index = this.observers?.indexOf(observer) ?? -1;
      const left = this.observers?.filter((_, at) => at !== index) ?? [];
      this.observers = left.length === 0 ? undefined : left;
    };
  }

  /** Tells all observers. */
  tell<Name extends keyof Observer>(
    name: Name,
    event: Parameters<NonNullable<Observer[Name]>>[0],
  ): void {
    for (const observer of this.observers ?? []) {
      this.guard(undefined, () => observer[name]?.(event as never));
    }
  }

  /** Reports an error that has no other addressee. */
  report(error: unknown, source: ErrorSource = NOBODY, owner?: unknown): void {
    try {
      this.#track(owner, this.#onError(error, source), (second) => {
        this.#raise(second);
      });
    } catch (second) {
      this.#raise(second); // Not to onError again: that could go on for ever.
    }
  }

  /** Calls the user's code; what it throws or rejects with is reported. */
  guard(owner: unknown, callback: () => unknown, source?: ErrorSource): void {
    const failed = (error: unknown): void => this.report(error, source, owner);
    try {
      this.#track(owner, callback(), failed);
    } catch (error) {
      failed(error);
    }
  }

  /** Waits for the promises that the user's code returned on behalf of `owner`,
   * or for all of them. `undefined` when there are none. */
  pending(owner?: unknown): Promise<unknown> | undefined {
    const promises = owner === undefined
      ? [...this.#pending.values()].flatMap((each) => [...each])
      : [...this.#pending.get(owner) ?? []];
    if (promises.length === 0) return undefined;
    return Promise.all(promises).then(() => this.pending(owner));
  }

  /** Has the user's code returned promises on behalf of `owner` that have not
   * settled? */
  isPending(owner: unknown): boolean {
    return this.#pending.has(owner);
  }

  #track(
    owner: unknown,
    result: unknown,
    failed: (error: unknown) => void,
  ): void {
    if (typeof result !== "object") return;
    const promise: Promise<void> = new Promise((resolve) => resolve(result))
      .then(() => {}, failed) // Not the value: it may look otherwise again.
      .then(() => {
        promises.delete(promise);
        if (promises.size === 0) this.#pending.delete(owner);
      });
    const promises = this.#pending.get(owner) ?? new Set();
    this.#pending.set(owner, promises.add(promise));
  }

  /** Tells the host, as an error that nobody caught. */
  #raise(error: unknown): void {
    const { reportError } = globalThis as Host; // Not all hosts have it.
    if (reportError === undefined) {
      this.#clock.startTimer(() => {
        throw error;
      }, 0);
      return;
    }
    try {
      reportError(error);
    } catch (second) { // Another's, or Deno's, of what cannot be looked at.
      queueMicrotask(() => {
        throw second;
      });
    }
  }
}
