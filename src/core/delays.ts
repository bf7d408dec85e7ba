/**
 * Runs that are owed, not before their time: delayed by whoever enqueued them,
 * or backing off after a failure. All wait on one timer of the host.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import { rareOf } from "./facts.ts";
import type { Rare } from "./rare.ts";
import type { ItemRecord, RunView } from "./record.ts";
import type { Stops } from "./stops.ts";
import type { Timers } from "./timers.ts";
import type { When } from "./timing.ts";
import type { Standing } from "./transitions.ts";

/** What delays ask of the engine. */
export interface DelayPort {
  readonly clock: Clock;
  readonly standing: Standing;
  readonly stops: Stops;
  readonly timers: Timers;
  /** The item has changed. */
  touch(record: ItemRecord): void;
  /** Something may have become ready, or nothing be left. */
  stir(): void;
}

/** Holds items back until their time has come. */
export class Delays {
  readonly #port: DelayPort;

  constructor(port: DelayPort) {
    this.#port = port;
  }

  /** The first enqueue of a run that will be owed. Is it delayed? */
  begin(
    record: ItemRecord,
    when: When | undefined,
    by: RunView | undefined,
  ): boolean {
    const delayMs = delayOf(record, when);
    if (delayMs === 0) return false;
    const nowMs = this.#port.clock.now();
    const rare = rareOf(record);
    rare.delayedBy = by;
    rare.delayedMs = nowMs;
    rare.limitMs = Infinity;
    limit(record, rare, when);
    this.#set(record, rare, Math.min(nowMs + delayMs, rare.limitMs), false);
    return true;
  }

  /** Another enqueue of a run that is owed. */
  again(
    record: ItemRecord,
    when: When | undefined,
    by: RunView | undefined,
  ): void {
    const { rare } = record;
    if (rare?.timer === undefined || rare.isBackoff) return;
    if (rare.delayedBy !== by) rare.delayedBy = undefined;
    const delayMs = delayOf(record, when);
    if (delayMs === 0) return this.#due(record);
    const { atMs } = rare.timer;
    const nowMs = this.#port.clock.now();
    limit(record, rare, when);
    const askedMs = chosen(record, when, atMs, nowMs + delayMs);
    const dueMs = Math.min(askedMs, rare.limitMs);
    if (dueMs <= nowMs) return this.#due(record);
    if (dueMs !== atMs) this.#set(record, rare, dueMs, false);
  }

  /** A run failed: what it gave back waits for its next attempt. */
  backOff(record: ItemRecord, delayMs: number): void {
    const dueMs = this.#port.clock.now() + delayMs;
    this.#set(record, rareOf(record), dueMs, true);
  }

  /** What is owed waits no longer for its time, or is not owed any more. */
  end({ rare }: ItemRecord): void {
    if (rare?.timer === undefined) return;
    const { timer } = rare;
    rare.timer = undefined;
    rare.isBackoff = false;
    this.#port.timers.stop(timer);
  }

  #set(record: ItemRecord, rare: Rare, dueMs: number, backs: boolean): void {
    const { timers } = this.#port;
    const old = rare.timer;
    rare.isBackoff = backs;
    rare.timer = timers.startAt(dueMs, this.#due, record);
    timers.stop(old);
  }

  /** The time has come. */
  readonly #due = (record: ItemRecord): void => {
    const { standing, stops } = this.#port;
    const { rare } = record;
    const isDelay = rare?.isBackoff === false;
    const by = rare?.delayedBy;
    this.end(record);
    standing.move(record);
    if (isDelay && record.running !== 0) {
      if (record.definition.whenRunning === "restart") {
        stops.restart(record, by);
      }
    }
    this.#port.touch(record);
    this.#port.stir();
  };
}

function delayOf(record: ItemRecord, when: When | undefined): number {
  return when?.delayMs ?? record.definition.when?.delayMs ?? 0;
}

/** The bound is kept with what is owed; of several the shortest holds. */
function limit(record: ItemRecord, rare: Rare, when: When | undefined): void {
  const maxDelayMs = when?.maxDelayMs ?? record.definition.when?.maxDelayMs;
  if (maxDelayMs === undefined) return;
  rare.limitMs = Math.min(rare.limitMs, rare.delayedMs + maxDelayMs);
}

function chosen(
  record: ItemRecord,
  when: When | undefined,
  oldMs: number,
  newMs: number,
): number {
  const reschedule = when?.reschedule ?? record.definition.when?.reschedule;
  if (reschedule === "keep") return oldMs;
  return reschedule === "latest"
    ? Math.max(oldMs, newMs)
    : Math.min(oldMs, newMs);
}
