/** Schedules on a fake clock, and what became of them. */
import { FakeClock } from "../../src/testing/mod.ts";

/** A clock that tells what its host was asked for. */
export class WatchedClock extends FakeClock {
  /** The delays of all timers so far. */
  readonly delays: number[] = [];

  override startTimer(callback: () => void, delayMs: number): unknown {
    this.delays.push(delayMs);
    return super.startTimer(callback, delayMs);
  }
}

/** A signal that tells how many listen to it. */
export function watchedSignal(
  controller: AbortController,
): { readonly signal: AbortSignal; readonly listeners: () => number } {
  const { signal } = controller;
  const listeners = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (type: string, listener: never): void => {
    listeners.add(listener);
    add(type, listener);
  };
  signal.removeEventListener = (type: string, listener: never): void => {
    listeners.delete(listener);
    remove(type, listener);
  };
  return { signal, listeners: () => listeners.size };
}

/** A clock, and a callback that notes when it was called. */
export class Stage {
  readonly clock: WatchedClock;
  /** What the wall showed at each wake-up, as `2026-03-29T01:00:00`. */
  readonly woken: string[] = [];
  /** What `onError` was told. */
  readonly errors: unknown[] = [];

  constructor(today: string) {
    this.clock = new WatchedClock({ now: 1_000, today: Date.parse(today) });
  }

  /** For `wake`. */
  readonly wake = (): void => {
    this.woken.push(this.shown());
  };

  /** For `onError`. */
  readonly onError = (error: unknown): void => {
    this.errors.push(error);
  };

  /** What the wall shows, with milliseconds only if there are any. */
  shown(): string {
    return short(new Date(this.clock.today()));
  }

  /** Moves on to a time of the wall, in the future. */
  advanceTo(time: string): void {
    this.clock.advance(Date.parse(time) - this.clock.today());
  }
}

/** As `2026-03-29T01:00:00`, in UTC. */
export function short(time: Date | undefined): string {
  return time?.toISOString().replace(/(?:\.000)?Z$/, "") ?? "never";
}
