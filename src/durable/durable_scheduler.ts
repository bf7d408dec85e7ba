/**
 * The durable scheduler as its user holds it: options are checked here, and the
 * parts are put together.
 *
 * @module
 */
import type { CloseOptions } from "../core/closing.ts";
import type { KindDefinition } from "../core/kind.ts";
import type { Observer } from "../core/observer.ts";
import { checkObserver } from "../core/observing.ts";
import { check, checkOne, MS, type Rules } from "../core/options.ts";
import { CONCURRENCY } from "../core/scheduler_options.ts";
import { closeAll, type DurableCloseReport } from "./closing.ts";
import { type Definition, readKind } from "./definition.ts";
import type { DurableKind, DurableKindOptions } from "./durable_kind.ts";
import {
  checkDurable,
  type DurableSchedulerOptions,
} from "./durable_options.ts";
import { Engine } from "./engine.ts";
import { type HandleParts, KindHandle, type Tools, toolsOf } from "./handle.ts";
import { DurableTarget } from "./target.ts";
import type { Target } from "../core/target.ts";
import { Shift } from "./shift.ts";
import { type DurableSnapshot, snapshotOf } from "./snapshot.ts";
import { work, WORK_RULES, type WorkOptions, type WorkReport } from "./work.ts";

const CLOSE_RULES: Rules<CloseOptions> = { grace: MS, abortGrace: MS };
const GRACE_DEFAULT_MS = 30_000;
const ABORT_GRACE_DEFAULT_MS = 1_000;
/**
 * Runs the items of durable kinds: what was enqueued is kept in a store, and any
 * number of processes share the work.
 *
 * @example Enqueued here, run here or elsewhere
 * ```ts
 * import { type } from "@workitem/scheduler";
 * import { DurableScheduler } from "@workitem/scheduler/durable";
 * import { memoryStore } from "@workitem/scheduler/stores/memory";
 * import { assertEquals } from "@std/assert";
 *
 * const scheduler = new DurableScheduler({ store: memoryStore() });
 * const totals = scheduler.define("total", {
 *   message: type<number>(),
 *   context: () => ({ sum: 0 }),
 *   run({ context, messages }) {
 *     for (const n of messages) context.sum += n;
 *     return context.sum; // It is stored with the context, in one step.
 *   },
 * });
 *
 * await totals.enqueue("acme", 1); // Resolves when it is stored.
 * assertEquals(await totals.request("acme", 2), 3);
 * await scheduler.close();
 * ```
 */
export class DurableScheduler {
  readonly #engine: Engine;
  readonly #handlers: "here" | "on-call" | "elsewhere";
  readonly #tools: Tools;
  readonly #handles: Map<Definition, HandleParts> = new Map();
  readonly #shifts: Set<Shift> = new Set();
  #closed: Promise<DurableCloseReport> | undefined;
  #stopListening: () => void = () => {};

  /**
   * Makes a scheduler. Nothing is claimed before a kind is defined.
   *
   * @throws {TypeError} An option is of the wrong type or unknown.
   * @throws {RangeError} A number is out of its range.
   */
  constructor(options: DurableSchedulerOptions) {
    const checked = checkDurable(options);
    this.#handlers = checked.handlers;
    this.#engine = new Engine(checked);
    this.#tools = toolsOf(this.#engine);
    if (checked.signal !== undefined) this.#follow(checked.signal);
  }

  /**
   * Defines a kind. All schedulers that run its items should define it alike.
   *
   * @throws {TypeError} An option is of the wrong type or unknown, the scheduler
   * has a kind of this name already, or `whenRunning` is `"overlap"`.
   * @throws {RangeError} A number is out of its range.
   * @throws {ClosedError} The scheduler was closed.
   */
  define<
    Context = undefined,
    Output = void,
    Input = undefined,
    Message = never,
  >(
    name: string,
    options: DurableKindOptions<Context, Output, Input, Message>,
  ): DurableKind<Output, Input, Message>;
  /** The same, of a definition made by `kind()`. Its `run` is handed what a
   * `DurableRun` is: the methods of `run.item` return promises. */
  define<Context, Output, Input, Message>(
    definition: KindDefinition<Context, Output, Input, Message>,
  ): DurableKind<Output, Input, Message>;
  define<Context, Output, Input, Message>(
    name: string | KindDefinition<Context, Output, Input, Message>,
    options?: DurableKindOptions<Context, Output, Input, Message>,
  ): DurableKind<Output, Input, Message> {
    const engine = this.#engine;
    const definition = readKind(name, options);
    const action = `Cannot define kind "${definition.name}"`;
    engine.checkOpen(action);
    if (engine.definitions.has(definition.name)) {
      throw new TypeError(
        `${action} as the scheduler has a kind of this name: ` +
          "keep what define() returned, or name it otherwise",
      );
    }
    engine.add(definition);
    const isFirst = engine.definitions.size === 1;
    if (isFirst && this.#handlers === "here") this.#begin(() => {}).start();
    const handle: unknown = new KindHandle(this.#handlesOf(definition));
    return handle as DurableKind<Output, Input, Message>; // As options say.
  }

  /**
   * Runs what is ready, and returns when nothing is, or when its time is over:
   * for edge and cron invocations, with `handlers: "on-call"`.
   *
   * Rejects with a `TypeError` if handlers are not on call or an option is
   * wrong, and with `ClosedError`.
   *
   * @example One invocation
   * ```ts
   * import { type } from "@workitem/scheduler";
   * import { DurableScheduler } from "@workitem/scheduler/durable";
   * import { memoryStore } from "@workitem/scheduler/stores/memory";
   * import { assertEquals } from "@std/assert";
   *
   * const store = memoryStore();
   * const scheduler = new DurableScheduler({ store, handlers: "on-call" });
   * const mails = scheduler.define("mail", {
   *   message: type<string>(),
   *   run({ messages }) {
   *     // Send them.
   *     void messages;
   *   },
   * });
   *
   * await mails.enqueue("ann", "welcome");
   * const report = await scheduler.work({ deadline: 25_000 });
   * assertEquals(report, { runs: 1, more: false });
   * await scheduler.close();
   * ```
   */
  async work(options: WorkOptions = {}): Promise<WorkReport> {
    const action = "Cannot work";
    const times = check(action, options, WORK_RULES);
    if (this.#handlers !== "on-call") {
      throw new TypeError(`${action} as that needs handlers: "on-call"`);
    }
    this.#engine.checkOpen(action);
    return await work(this.#engine, times, (quiet) => this.#begin(quiet));
  }

  /** The scheduler as others reach it by name and key: what `./http` serves. */
  target(): Target {
    return new DurableTarget(this, this.#engine, this.#tools);
  }

  /** Claims nothing more in this process until `resume()`. What runs goes on. */
  pause(): void {
    this.#setPaused(true);
  }

  /** Undoes `pause()`. */
  resume(): void {
    this.#setPaused(false);
  }

  /**
   * How many runs may be in flight at once in this process. Lowering it ends
   * none.
   *
   * @throws {TypeError} It is set to what is no number.
   * @throws {RangeError} It is set to no whole number from 1.
   */
  get concurrency(): number {
    return this.#engine.executors.bound;
  }

  set concurrency(value: number) {
    checkOne("Cannot set concurrency", "concurrency", CONCURRENCY, value);
    this.#engine.executors.bound = value;
    this.#engine.look();
  }

  /** Counts of this process, all of the same instant. */
  snapshot(): DurableSnapshot {
    return snapshotOf(this.#engine);
  }

  /**
   * Tells `observer` what happens in this process from now on. `number` counts
   * the runs of this scheduler, `version` its enqueues; a run has ended when
   * that is stored.
   *
   * @returns Stops it.
   * @throws {TypeError} One of its methods is no function.
   */
  observe(observer: Observer): () => void {
    checkObserver(observer);
    return this.#engine.reporter.observe(observer);
  }

  /**
   * Refuses enqueues and claims nothing more, at once; lets what runs end within
   * `grace`, then aborts it, and gives back what did not end by itself, for
   * others to run. Who still waits is refused with `ClosedError`. The store is
   * left open.
   *
   * @returns What became of what it had claimed. It is the same promise each
   * time; another call can only shorten the grace. It always ends: at most a
   * lease after `grace` and `abortGrace`, if the store does not answer.
   * @throws {TypeError} An option is of the wrong type or unknown.
   * @throws {RangeError} A number is out of its range.
   */
  close(options: CloseOptions = {}): Promise<DurableCloseReport> {
    const { grace, abortGrace } = check("Cannot close", options, CLOSE_RULES);
    const isFirst = this.#closed === undefined;
    const [graceMs, abortGraceMs] = isFirst
      ? [grace ?? GRACE_DEFAULT_MS, abortGrace ?? ABORT_GRACE_DEFAULT_MS]
      : [grace ?? Infinity, abortGrace ?? Infinity];
    this.#engine.isClosed = true;
    for (const shift of this.#shifts) shift.end(graceMs, abortGraceMs);
    if (this.#closed !== undefined) return this.#closed;
    const shifts = [...this.#shifts];
    this.#closed = closeAll(this.#engine, shifts, abortGraceMs);
    this.#closed.then(this.#stopListening);
    return this.#closed;
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #begin(quiet: () => void): Shift {
    const engine = this.#engine;
    const handlesOf = (definition: Definition): HandleParts =>
      this.#handlesOf(definition);
    const shift = new Shift({ engine, handlesOf, quiet });
    this.#shifts.add(shift);
    shift.ended.then(() => this.#shifts.delete(shift));
    return shift;
  }

  #handlesOf(definition: Definition): HandleParts {
    const known = this.#handles.get(definition);
    if (known !== undefined) return known;
    const parts = { definition, ...this.#tools };
    this.#handles.set(definition, parts);
    return parts;
  }

  #setPaused(paused: boolean): void {
    const engine = this.#engine;
    if (engine.isPaused === paused) return;
    engine.isPaused = paused;
    engine.reporter.tell("paused", { paused });
    if (!paused) engine.look();
  }

  #follow(signal: AbortSignal): void {
    const aborted = (): void => void this.close({ grace: 0 });
    if (signal.aborted) return aborted();
    signal.addEventListener("abort", aborted, { once: true });
    this.#stopListening = () => signal.removeEventListener("abort", aborted);
  }
}
