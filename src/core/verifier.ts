/**
 * Finds mistakes in how the scheduler is used, in the spirit of a driver
 * verifier: waits that can never end, runs without end, callbacks that hold up
 * the event loop. It exists only with `verify: true`; off it costs nothing.
 *
 * @module
 */
import { type AsyncStorage, createStorage } from "./async_context.ts";
import type { Clock } from "./clock.ts";
import { SelfWaitError, WorkItemError } from "./errors.ts";
import type { Executors } from "./executor.ts";
import type { Reporter } from "./observer.ts";
import { labelOf, nameOf } from "./facts.ts";
import {
  Entry,
  type ItemRecord,
  type RunView,
  type ScopeRecord,
} from "./record.ts";

/** A callback that keeps the event loop longer than this is named. */
const BLOCKED_MS = 50;
/** An item that wakes itself this often within a second is named. */
const REWAKES_MAX = 1_000;
const REWAKES_WITHIN_MS = 1_000;

const { then } = Promise.prototype; // Not that of a watched promise.

/** What the verifier asks of the engine. */
export interface VerifierPort {
  readonly clock: Clock;
  /** Who runs what. */
  readonly executors: Executors;
  /** Tells of a mistake that is nobody's call. */
  readonly reporter: Reporter;
}

/** What is waited for: an item or one-shot, a scope's end, or the scheduler. */
export type Target = Entry | ScopeRecord | "scheduler";

/** As a definition has it. */
type Merge = (older: unknown, newer: unknown) => unknown;

interface Wait {
  readonly run: RunView;
  readonly target: Entry;
}

/** Watches callbacks and waits. */
export class Verifier {
  readonly #port: VerifierPort;
  readonly #current: AsyncStorage<RunView> | undefined;
  readonly #waits: Set<Wait> = new Set();
  readonly #rewakes: WeakMap<ItemRecord, { count: number; sinceMs: number }> =
    new WeakMap();

  constructor(port: VerifierPort) {
    this.#port = port;
    this.#current = createStorage();
  }

  /** Calls the callback, remembers for whom, and looks how long it took. */
  call(run: RunView): unknown {
    const { callback } = run.record;
    const { clock } = this.#port;
    const beganMs = clock.now();
    try {
      return this.#current === undefined
        ? callback(run)
        : this.#current.run(run, () => callback(run));
    } finally {
      const tookMs = clock.now() - beganMs;
      if (tookMs > BLOCKED_MS) this.#reportBlocked(run.record, tookMs);
    }
  }

  /** The same merge, but one that changes what it is given is told so: that may
   * be in other hands, or be folded again. */
  watchMerge(merge: Merge, kind: string | undefined): Merge {
    return (older, newer) => {
      const before = [look(older), look(newer)];
      const merged = merge(older, newer);
      const after = [look(older), look(newer)];
      if (!isAlike(before, after)) this.#reportMerge(kind);
      return merged;
    };
  }

  /** An item was enqueued; by itself? */
  enqueued(record: ItemRecord, by: RunView | undefined): void {
    const own = by ?? this.#current?.getStore();
    if (own?.record !== record || own.ended) return;
    const nowMs = this.#port.clock.now();
    const seen = this.#rewakes.get(record);
    if (seen === undefined || nowMs - seen.sinceMs > REWAKES_WITHIN_MS) {
      this.#rewakes.set(record, { count: 1, sinceMs: nowMs });
    } else if (++seen.count === REWAKES_MAX) this.#reportRewakes(record);
  }

  /** The same promise, but whoever awaits it in a run that it waits for is
   * told so. A promise that nobody awaits harms nobody. */
  watch<Value>(promise: Promise<Value>, target: Target): Promise<Value> {
    return new WatchedPromise(
      promise,
      () => this.#wait(target, promise),
    ) as Promise<Value>;
  }

  /** The same for a deletion, which may be left alone even if it fails. */
  watchDeletion<Value>(
    promise: Promise<Value>,
    target: Target,
  ): Promise<Value> {
    const watched = this.watch(promise, target);
    then.call(watched, undefined, () => {}); // Whoever awaits it is told.
    return watched;
  }

  #wait(target: Target, promise: Promise<unknown>): Error | undefined {
    const run = this.#current?.getStore();
    if (run === undefined || run.ended) return undefined;
    const why = whyNever(run.record, target);
    if (why !== undefined) return this.#selfWait(run, why);
    if (!(target instanceof Entry)) return undefined;
    const wait = { run, target };
    this.#waits.add(wait);
    const done = (): void => void this.#waits.delete(wait);
    promise.then(done, done);
    if (!this.#isStalled()) return undefined;
    done(); // It is refused, so nobody waits any longer.
    return this.#selfWait(run, "all executors wait for queued items");
  }

  /** Is every executor busy with a run that waits for an item in the queue? */
  #isStalled(): boolean {
    const { executors } = this.#port;
    return !executors.hasFree() &&
      executors.busy().every((facts) =>
        [...this.#waits].some(({ run, target }) =>
          run.facts === facts && !run.ended && target.list !== undefined
        )
      );
  }

  #selfWait(run: RunView, why: string): SelfWaitError {
    return new SelfWaitError(`Cannot wait in ${labelOf(run.record)}`, why);
  }

  #reportMerge(kind: string | undefined): void {
    const whose = kind === undefined ? "a work item" : `"${kind}"`;
    this.#port.reporter.report(
      new WorkItemError(`The merge of ${whose} changed what it was given`, {
        code: "WI-MERGE",
        hint: "Return a new message: [...older, ...newer].",
      }),
      { kind, key: undefined },
    );
  }

  #reportBlocked(record: ItemRecord, tookMs: number): void {
    const ms = Math.round(tookMs);
    this.#port.reporter.report(
      new WorkItemError(
        `The callback of ${labelOf(record)} kept the event loop for ${ms} ms`,
        {
          code: "WI-BLOCKED",
          hint: "Do it in steps or in a Worker.",
        },
      ),
      nameOf(record),
    );
  }

  #reportRewakes(record: ItemRecord): void {
    this.#port.reporter.report(
      new WorkItemError(
        `${labelOf(record)} woke itself ${REWAKES_MAX} times within a second`,
        {
          code: "WI-HOT-LOOP",
          hint: "Enqueue only if work remains.",
        },
      ),
      nameOf(record),
    );
  }
}

/** What can be seen of a message without looking into its parts. */
function look(message: unknown): readonly unknown[] {
  if (typeof message !== "object" || message === null) return [message];
  const properties = Object.getOwnPropertyDescriptors(message);
  const parts = Object.entries(properties)
    .flatMap(([name, { value }]) => [name, value]); // It calls no getter.
  return [message, ...parts];
}

function isAlike(
  before: readonly (readonly unknown[])[],
  after: readonly (readonly unknown[])[],
): boolean {
  return before.every((parts, index) => {
    const now = after[index];
    return parts.length === now?.length &&
      parts.every((part, at) => Object.is(part, now[at]));
  });
}

/** Why a run of `record` that awaits `target` would wait for ever. */
function whyNever(record: ItemRecord, target: Target): string | undefined {
  if (target === "scheduler") return "the scheduler is not idle while it runs";
  if (target === record) return "it would wait for its own end";
  if (!(target instanceof Entry)) {
    return isInside(record, target) ? "it is in that scope" : undefined;
  }
  const { gate } = record.definition.scope;
  return gate !== undefined && gate === target.definition.scope.gate &&
      target.list !== undefined
    ? `${labelOf(target)} is of the same serialized scope`
    : undefined;
}

function isInside(record: ItemRecord, outer: ScopeRecord): boolean {
  let scope: ScopeRecord | undefined = record.definition.scope;
  while (scope !== undefined && scope !== outer) scope = scope.parent;
  return scope === outer;
}

/** A promise that looks who awaits it. */
class WatchedPromise extends Promise<unknown> {
  readonly #check: () => Error | undefined;
  #isSettled = false;

  constructor(promise: Promise<unknown>, check: () => Error | undefined) {
    super((resolve, reject) => promise.then(resolve, reject));
    this.#check = check;
    const settled = (): void => void (this.#isSettled = true);
    promise.then(settled, settled);
  }

  /** What is derived from it is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  override then<Ok = unknown, Failed = never>(
    succeeded?: ((value: unknown) => Ok | PromiseLike<Ok>) | null,
    failed?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Ok | Failed> {
    const error = this.#isSettled ? undefined : this.#check();
    if (error === undefined) return super.then(succeeded, failed);
    super.then(undefined, () => {}); // Replaced by the error that is returned.
    return Promise.reject(error).then(succeeded, failed);
  }
}
