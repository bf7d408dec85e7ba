/** What the tests of the engine stand on: a scheduler whose time the test
 * moves, callbacks whose end the test decides, and promises that can be looked
 * at without waiting for them. */
import { assertEquals } from "@std/assert";
import {
  type CloseOptions,
  type CloseReport,
  type Run,
  Scheduler,
  type SchedulerOptions,
  type Snapshot,
} from "../../../mod.ts";
import { FakeClock, Recorder } from "../../../src/testing/mod.ts";

/** Lets all microtasks run that the test's own next step could depend on. */
export async function microtasks(): Promise<void> {
  for (let round = 0; round < 64; round++) await undefined;
}

/** Do the counts of a snapshot add up? */
export function assertCounts(counts: Snapshot): void {
  const { starts, ok, failed, aborted, stuck, running } = counts;
  assertEquals(starts, ok + failed + aborted + stuck + running);
}

/** A promise that is looked at instead of awaited. */
export interface Peek {
  /** `"pending"`, what it resolved to, or the name of what it rejected with. */
  readonly now: unknown;
}

/** Looks at `promise` and handles its rejection. */
export function peek(promise: Promise<unknown>): Peek {
  const look = { now: "pending" as unknown };
  promise.then(
    (value) => look.now = value,
    (error) => look.now = error instanceof Error ? error.name : error,
  );
  return look;
}

/** A run that has begun, and ends when the test says so. */
export interface Begun<Context = undefined> {
  /** What the callback was handed. */
  readonly run: Run<Context>;
  /** Its signal. */
  readonly signal: AbortSignal;
  /** Ends it. */
  readonly succeed: (value?: unknown) => void;
  /** Ends it. */
  readonly fail: (error: unknown) => void;
}

/** A callback whose runs end when the test says so. */
export class Puppet<Context = undefined> {
  /** All that have begun. */
  readonly begun: Begun<Context>[] = [];
  readonly #looks: boolean;

  /** With `looks` it reads each run's signal at once. Who never does takes a
   * shorter way through the engine. */
  constructor({ looks = false }: { readonly looks?: boolean } = {}) {
    this.#looks = looks;
  }

  /** What the item is made with. */
  readonly run = (run: Run<Context>): Promise<unknown> =>
    new Promise((succeed, fail) => {
      this.begun.push({
        run,
        succeed,
        fail,
        get signal(): AbortSignal {
          return run.signal;
        },
      });
      if (this.#looks) run.signal;
    });

  /** Run number `number`, which must have begun. */
  at(number: number): Begun<Context> {
    const begun = this.begun[number - 1];
    if (begun === undefined) throw new Error(`Run ${number} has not begun`);
    return begun;
  }
}

/** A callback that ends when its signal aborts, with the reason of that. */
export function obey({ signal }: Pick<Run<unknown>, "signal">): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.onabort = () => reject(signal.reason);
  });
}

/** A scheduler on a fake clock, which nobody observes: that is how most are
 * used, and it takes shorter ways then. */
export class Stage implements AsyncDisposable {
  /** Its time. */
  readonly clock: FakeClock = new FakeClock();
  /** What `onError` was told and no test has taken. */
  readonly errors: unknown[] = [];
  /** The scheduler. */
  readonly scheduler: Scheduler;

  /** Makes the scheduler. */
  constructor(options: SchedulerOptions = {}) {
    const { clock, errors } = this;
    const onError = (error: unknown): void => void errors.push(error);
    this.scheduler = new Scheduler({ clock, onError, ...options });
  }

  /** The names of the errors told so far; they count as expected. */
  takeErrors(): string[] {
    return this.errors.splice(0).map((error) =>
      error instanceof Error ? error.name : String(error)
    );
  }

  /** Closes, and lets the clock run until that has ended. */
  async close(options: CloseOptions = {}): Promise<CloseReport> {
    const closing = this.scheduler.close(options);
    const look = peek(closing);
    for (let step = 0; step < 1_000 && look.now === "pending"; step++) {
      await microtasks();
      this.clock.runTurns();
      if (look.now === "pending") this.clock.advance(50); // Ends one phase.
    }
    if (look.now === "pending") throw new Error("close() does not end");
    return closing;
  }

  /** Nothing may be left behind, and no error untold. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close({ grace: 0, abortGrace: 100 });
    await microtasks();
    assertEquals(this.clock.timers, 0, "a timer is left");
    assertEquals(this.takeErrors(), [], "an error was not expected");
    assertCounts(this.scheduler.snapshot());
  }
}

/** One that is observed: each of its events finds the counts of that instant in
 * order. */
export class ObservedStage extends Stage {
  /** Its events. */
  readonly recorder: Recorder = new Recorder();

  /** Makes the scheduler. */
  constructor(options: SchedulerOptions = {}) {
    super(options);
    this.scheduler.observe(this.recorder);
    const check = (): void => assertCounts(this.scheduler.snapshot());
    this.scheduler.observe({ enqueued: check, started: check, ended: check });
  }
}
