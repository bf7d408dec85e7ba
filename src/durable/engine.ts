/**
 * What all parts of one durable scheduler share.
 *
 * @module
 */
import { captureContext, type Enter } from "../core/async_context.ts";
import { type Clock, systemRandom } from "../core/clock.ts";
import { ClosedError } from "../core/errors.ts";
import { KeepAlive } from "../core/keep_alive.ts";
import { Reporter } from "../core/observer.ts";
import { Timers } from "../core/timers.ts";
import { Bell } from "./bell.ts";
import type { Definition } from "./definition.ts";
import type { CheckedOptions } from "./durable_options.ts";
import { Executors } from "./executors.ts";
import { Outage } from "./outage.ts";
import { Recovery } from "./recovery.ts";
import { Requests } from "./requests.ts";
import type { Store } from "./store.ts";
import { Waits } from "./waits.ts";

/** A callback that has not settled, whatever became of its claim. */
export interface Occupant {
  /** Is the next run owed already? */
  isStale: boolean;
  /** Calls `listener` once, when it has settled. */
  onVacated(listener: () => void): void;
}

/** Who claims items here. */
export interface Claimer {
  /** Something may be ready. */
  look(): void;
  /** Something delayed is due in so many milliseconds. */
  expect(delayMs: number): void;
  /** More may start than before. */
  freed(): void;
}

/** Runs so far. It holds that `starts === ok + failed + aborted + stuck` and
 * those that run. */
export interface Counts {
  starts: number;
  ok: number;
  failed: number;
  /** Those that were lost too. */
  aborted: number;
  stuck: number;
  skipped: number;
}

/** The parts of one scheduler. */
export class Engine {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: () => number;
  readonly leaseMs: number;
  readonly idWindowMs: number;
  /** After so many an item is given up. */
  readonly crashesMax: number;
  readonly timers: Timers;
  readonly reporter: Reporter;
  readonly outage: Outage;
  readonly bell: Bell;
  readonly executors: Executors;
  readonly recovery: Recovery;
  readonly requests: Requests;
  readonly waits: Waits;
  /** Calls back in the scheduler's own async context. */
  readonly enter: Enter;
  readonly counts: Counts = {
    starts: 0,
    ok: 0,
    failed: 0,
    aborted: 0,
    stuck: 0,
    skipped: 0,
  };
  readonly definitions: Map<string, Definition> = new Map();
  /** Callbacks that have not settled, by place. */
  readonly occupants: Map<string, Occupant> = new Map();
  readonly claimers: Set<Claimer> = new Set();
  /** Counts what observers are told of enqueues. */
  version = 0;
  /** Did somebody ask to be told of errors? Then of those too that lose
   * nothing: trouble of the store that passes, and dead letters. */
  readonly isTold: boolean;
  isClosed = false;
  isPaused = false;
  /** Runs whose callback has settled and whose end is being stored. */
  settling = 0;
  #levels: readonly (readonly Definition[])[] | undefined;
  readonly #keepAlive: KeepAlive | undefined;
  #holds = 0;

  constructor(options: CheckedOptions) {
    const { store, clock, random, pollInterval, onError, waitUntil } = options;
    this.store = store;
    this.clock = clock;
    this.random = random;
    this.leaseMs = options.lease;
    this.idWindowMs = options.idWindow;
    this.crashesMax = options.crashes;
    const timers = this.timers = new Timers(clock);
    const reporter = this.reporter = new Reporter(clock, onError);
    this.isTold = onError !== undefined;
    const outage = this.outage = new Outage({
      isTold: this.isTold,
      clock,
      timers,
      reporter,
      random,
    });
    const bell = this.bell = new Bell({ store, timers, pollMs: pollInterval });
    this.executors = new Executors(options.concurrency);
    const waitParts = { store, bell, outage };
    this.waits = new Waits(waitParts);
    this.requests = new Requests({ ...waitParts, instance: createInstance() });
    this.recovery = new Recovery({
      store,
      clock,
      timers,
      outage,
      leaseMs: options.lease,
      isBrief: options.handlers === "on-call",
      recovered: () => this.look(),
    });
    this.enter = captureContext();
    this.#keepAlive = waitUntil &&
      new KeepAlive(waitUntil, (error) => reporter.report(error));
  }

  /** The kinds by priority, the highest first. */
  get levels(): readonly (readonly Definition[])[] {
    return this.#levels ??= levelsOf([...this.definitions.values()]);
  }

  /** Adds a kind. */
  add(definition: Definition): void {
    this.definitions.set(definition.name, definition);
    this.#levels = undefined;
    this.look();
  }

  /** Something here may be ready. */
  look(): void {
    for (const claimer of this.claimers) claimer.look();
  }

  /** Something delayed here is due in so many milliseconds. */
  expect(delayMs: number): void {
    for (const claimer of this.claimers) claimer.expect(delayMs);
  }

  /** An executor is free, or a settlement has ended. */
  freed(): void {
    for (const claimer of this.claimers) claimer.freed();
  }

  /** Throws if the scheduler was closed. */
  checkOpen(action: string): void {
    if (this.isClosed) throw new ClosedError(action);
  }

  /** Something is under way that a host should wait for. Each is ended by
   * {@linkcode letGo}. */
  hold(): void {
    if (this.#holds++ === 0) this.#keepAlive?.begin();
  }

  letGo(): void {
    if (--this.#holds === 0) this.#keepAlive?.end();
  }
}

function levelsOf(
  definitions: readonly Definition[],
): readonly (readonly Definition[])[] {
  const priorities = new Set(definitions.map(({ priority }) => priority));
  return [...priorities].sort((a, b) => b - a).map((level) =>
    definitions.filter(({ priority }) => priority === level)
  );
}

/** A name that no other scheduler has. It decides nothing, so it is not drawn
 * from the randomness that a test may have replaced. */
function createInstance(): string {
  const draw = (): string => systemRandom().toString(36).slice(2, 12);
  return draw() + draw();
}
