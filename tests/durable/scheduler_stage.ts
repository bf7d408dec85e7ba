/** Durable schedulers on a fake clock and a store in memory, and what became of
 * them. */
import { systemClock } from "../../src/core/clock.ts";
import { DurableScheduler } from "../../src/durable/durable_scheduler.ts";
import type { DurableSchedulerOptions } from "../../src/durable/durable_options.ts";
import { StoreError } from "../../src/durable/errors.ts";
import type { Store } from "../../src/durable/store.ts";
import { type MemoryStore, memoryStore } from "../../src/stores/memory.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { Recorder } from "../../src/testing/recorder.ts";

type Options = Partial<DurableSchedulerOptions>;

/** Lets all that needs no time happen. */
export function turn(): Promise<void> {
  return new Promise((resolve) => systemClock.turn(resolve));
}

/** Moves a clock on, and lets promises settle on the way. */
export async function pass(clock: FakeClock, ms: number): Promise<void> {
  const stepMs = Math.max(5, ms / 400);
  for (let left = ms; left > 0; left -= stepMs) {
    clock.advance(Math.min(stepMs, left));
    await turn();
  }
}

/** One store, one clock, any number of schedulers. */
export class Stage implements AsyncDisposable {
  readonly clock: FakeClock = new FakeClock({ now: 1_000, today: 1e12 });
  readonly store: MemoryStore = memoryStore({ clock: this.clock });
  /** What `onError` was told. */
  readonly errors: unknown[] = [];
  readonly #schedulers: DurableScheduler[] = [];

  /** A scheduler on this stage. */
  scheduler(options: Options = {}): DurableScheduler {
    const { clock, store } = this;
    const scheduler = new DurableScheduler({
      store,
      clock,
      random: () => 0.5,
      onError: (error) => void this.errors.push(error),
      ...options,
    });
    this.#schedulers.push(scheduler);
    return scheduler;
  }

  /** One that is watched. */
  watched(
    options: Options = {},
  ): { readonly scheduler: DurableScheduler; readonly recorder: Recorder } {
    const scheduler = this.scheduler(options);
    const recorder = new Recorder();
    scheduler.observe(recorder);
    return { scheduler, recorder };
  }

  /** Moves the clock on, and lets promises settle on the way. */
  async pass(ms: number): Promise<void> {
    await turn();
    await pass(this.clock, ms);
  }

  /** Ends all of them. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closings = this.#schedulers.map((scheduler) =>
      scheduler.close({ grace: 0, abortGrace: 0 })
    );
    await this.pass(10);
    await pass(this.clock, 40_000);
    await Promise.all(closings);
  }
}

/** What stands between a scheduler and its store. */
export type Hook = (
  method: keyof Store,
  call: () => Promise<unknown>,
  args: readonly unknown[],
) => Promise<unknown>;

/** A store whose methods go through `hook`. */
export function hooked<Wrapped extends Store>(
  store: Wrapped,
  hook: Hook,
): Wrapped {
  return new Proxy(store, {
    get(target, name): unknown {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name === "watch" || name === "get") return value.bind(target);
      return (...args: unknown[]) =>
        hook(name as keyof Store, () => value.apply(target, args), args); // It is a method of it.
    },
  });
}

/** A store that can be cut off. */
export interface Line {
  readonly store: MemoryStore;
  /** `"silent"`: calls never settle; `"down"`: they reject at once. */
  state: "up" | "down" | "silent";
  /** How many calls were made while it was not up. */
  tries: number;
}

/** A line to `store`. */
export function lineTo(store: MemoryStore): Line {
  const line: Line = { store: hooked(store, hook), state: "up", tries: 0 };
  return line;

  function hook(
    _method: keyof Store,
    call: () => Promise<unknown>,
  ): Promise<unknown> {
    if (line.state === "up") return call();
    line.tries++;
    if (line.state === "silent") return new Promise(() => {});
    const error = new StoreError("Cannot reach the store", "it is down", {
      trouble: "unavailable",
    });
    return Promise.reject(error);
  }
}

/** A store whose bell never rings. */
export function deaf<Wrapped extends Store>(store: Wrapped): Wrapped {
  return new Proxy(store, {
    get(target, name): unknown {
      if (name === "watch") return () => () => {};
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** A promise, and what settles it. */
export interface Latch<Value = void> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
}

/** Holds a callback until it is opened. */
export function latch<Value = void>(): Latch<Value> {
  let resolve: (value: Value) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** Rejects when the signal aborts, with its reason. */
export function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
    if (signal.aborted) reject(signal.reason);
  });
}

/** The words of an error, for comparing. */
export function told(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : "none";
}
