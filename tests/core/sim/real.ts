/** The engine under test: the same acts as the model's, through the public
 * API, and what can be seen of them. */
import {
  type CloseReport,
  type OneShotRun,
  type Run,
  Scheduler,
  type Scope,
  type Suspension,
  type WorkItem,
} from "../../../mod.ts";
import { FakeClock } from "../../../src/testing/mod.ts";
import {
  ABORTED,
  CALLER_REASON,
  CLEANED_ITEM,
  CLEANED_SCOPE,
  CLEANUP_FAILURE,
  event,
  numberOf,
  SETTLED,
  STARTED,
  TOLD_ERROR,
  type Word,
  wordOf,
} from "./events.ts";
import { isPlain } from "./generate.ts";
import { Laws } from "./laws.ts";
import { NAMELESS } from "./model/world.ts";
import type { Act, CleanupMode, ItemPlan, Plan, Script } from "./plan.ts";
import { ONE_SHOTS_FROM, SCOPES_FROM } from "./plan.ts";

/** No plan comes near it. */
const STARTS_MAX = 5_000;

/** Says when the engine lets the event loop have its turn. */
class SimClock extends FakeClock {
  readonly #turned: () => void;

  constructor(turned: () => void) {
    super();
    this.#turned = turned;
  }

  override turn(callback: () => void): void {
    this.#turned();
    super.turn(callback);
  }
}

/** A callback of the engine that goes on. */
export interface OpenRun {
  readonly id: number;
  readonly number: number;
  readonly item: WorkItem<unknown, unknown> | undefined;
  readonly resolve: (value: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Does one act; `by` is the run whose callback does it. */
export type Perform = (real: Real, act: Act, by: Caller | undefined) => void;

/** The run whose callback acts. */
export interface Caller {
  readonly id: number;
  readonly item: WorkItem<unknown, unknown> | undefined;
}

/** One scheduler with all that a plan put into it. */
export class Real {
  readonly plan: Plan;
  readonly clock: SimClock;
  readonly scheduler: Scheduler;
  readonly laws: Laws;
  readonly items: WorkItem<unknown, unknown>[] = [];
  readonly itemPlans: ItemPlan[] = [];
  readonly scopes: (Scope | Scheduler)[] = [];
  readonly deletions: (Promise<unknown> | undefined)[] = [];
  readonly open: OpenRun[] = [];
  readonly handles: Caller[] = [];
  readonly openCleanups: {
    readonly id: number;
    readonly resolve: () => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  readonly suspensions: (Suspension | undefined)[] = [];
  readonly aborts: AbortController[] = [];
  readonly waits: AbortController[] = [];
  readonly yields: Set<number> = new Set();
  /** Each item as it was last compared. */
  readonly seen: { readonly state: string; readonly version: number }[] = [];
  inOrder: number[] = [];
  anyOrder: number[] = [];
  promises = 0;
  unsettled = 0;
  starts = 0;
  stopObserving: (() => void) | undefined = undefined;
  report: Promise<CloseReport> | undefined = undefined;
  readonly #perform: Perform;

  constructor(plan: Plan, perform: Perform) {
    this.plan = plan;
    this.#perform = perform;
    this.clock = new SimClock(() => this.yields.add(this.starts));
    this.laws = new Laws(plan);
    const { concurrency, maxOwed } = plan;
    this.scheduler = new Scheduler({
      concurrency,
      maxOwed,
      clock: this.clock,
      onError: (error, { key }) => {
        const { word, number } = wordOf(error);
        const id = key === undefined ? NAMELESS : Number(key);
        this.saw(event(TOLD_ERROR, id, numberOf(word), number));
      },
    });
    this.scopes.push(this.scheduler);
    plan.scopes.forEach((scope, id) => {
      if (id === 0) return;
      const { serialize } = scope;
      const cleanup = this.#cleanup(SCOPES_FROM + id, {
        mode: scope.cleanup,
        called: () => {
          this.laws.cleanedScope(id);
          this.saw(event(CLEANED_SCOPE, id));
        },
      });
      const options = cleanup === undefined
        ? { serialize }
        : { serialize, cleanup };
      const parent = this.scopes[scope.parent] ?? this.scheduler;
      this.scopes.push(parent.createScope(options));
    });
    for (const item of plan.items) this.create(item);
  }

  /** Seen, in whatever order. */
  saw(number: number): void {
    this.anyOrder.push(number);
  }

  /** Makes an item; throws as the engine does. */
  create(plan: ItemPlan): void {
    const id = this.items.length;
    const cleanup = this.#cleanup(id, {
      mode: plan.cleanup,
      called: () => {
        this.laws.cleanedItem(id);
        this.saw(event(CLEANED_ITEM, id));
      },
    });
    const parent = this.scopes[plan.scope] ?? this.scheduler;
    const parts = {
      key: `${id}`,
      run: (run: Run<unknown>) => this.call(id, run, run),
    };
    const item = parent.createWorkItem<unknown, unknown>(
      isPlain(plan) ? parts : {
        ...parts,
        whenRunning: plan.whenRunning,
        maxOverlap: plan.maxOverlap,
        maxRestarts: plan.maxRestarts,
        timeout: plan.timeoutMs,
        priority: plan.priority,
        cleanup,
      },
    );
    this.items.push(item);
    this.itemPlans.push(plan);
    this.laws.made(id, plan);
  }

  /** What callbacks do, as their script says. */
  call(
    id: number,
    run: OneShotRun,
    { number, coalesced, item }: Partial<Run<unknown>>,
  ): unknown {
    if (++this.starts > STARTS_MAX) this.#stop();
    const count = number ?? 1;
    const script = this.plan.scripts.of(id, count);
    this.inOrder.push(event(STARTED, id, count, coalesced ?? 1));
    this.laws.started(id, run.executor, this.scheduler.concurrency);
    const by = { id, item };
    if (item !== undefined) this.handles.push(by);
    if (script.end === "waits") return this.#wait(by, count, { run, script });
    for (const act of script.acts) this.#perform(this, act, by);
    this.laws.decided(id, run.executor);
    if (script.end === "value") return count;
    if (script.end === "resolved") return Promise.resolve(count);
    const failure = { number: count };
    if (script.end === "rejected") return Promise.reject(failure);
    throw failure;
  }

  /** Only a pause ends a dispatch loop that has gone mad. */
  #stop(): void {
    this.laws.broken.push(`A2: more than ${STARTS_MAX} runs`);
    this.scheduler.pause();
  }

  #wait(
    by: Caller,
    number: number,
    { run, script }: { run: OneShotRun; script: Script },
  ): Promise<number> {
    let decide: (isOk: boolean, value: unknown) => void = () => {};
    const promise = new Promise<number>((resolve, reject) => {
      decide = (isOk, value) => {
        this.laws.decided(by.id, run.executor);
        if (isOk) resolve(number);
        else reject(value);
      };
    });
    const open: OpenRun = {
      ...by,
      number,
      resolve: () => decide(true, number),
      reject: (error) => decide(false, error),
    };
    let isAborted = false;
    if (script.onAbort !== "nothing") {
      run.signal.onabort = () => {
        const index = this.open.indexOf(open);
        if (index < 0 && !isCalling) return; // It has decided already.
        isAborted = true;
        if (index >= 0) this.open.splice(index, 1);
        const { reason } = run.signal;
        const word = numberOf(wordOf(reason).word);
        this.saw(event(ABORTED, by.id, number, word));
        const error = script.onAbort === "rejects" ? reason : { number };
        decide(script.onAbort === "fulfils", error);
      };
    }
    let isCalling = true;
    for (const act of script.acts) this.#perform(this, act, by);
    isCalling = false;
    if (!isAborted) this.open.push(open);
    return promise;
  }

  /** Follows a promise of the engine's. */
  follow(promise: Promise<unknown>): void {
    const id = this.promises++;
    this.unsettled++;
    promise.then(
      (value) => this.#settled(id, valueOf(value)),
      (error) => this.#settled(id, wordOf(error)),
    );
  }

  #settled(
    id: number,
    { word, number }: { word: Word; number: number },
  ): void {
    this.unsettled--;
    this.saw(event(SETTLED, id, numberOf(word), number));
  }

  #cleanup(
    id: number,
    { mode, called }: { mode: CleanupMode; called: () => void },
  ): (() => unknown) | undefined {
    if (mode === "none") return undefined;
    return () => {
      called();
      if (mode === "resolves") return Promise.resolve();
      if (mode === "rejects") return Promise.reject(CLEANUP_FAILURE);
      if (mode === "throws") throw CLEANUP_FAILURE;
      if (mode === "returns") return undefined;
      return new Promise<void>((resolve, reject) => {
        this.openCleanups.push({ id, resolve, reject });
        this.openCleanups.sort((a, b) => a.id - b.id); // As the model does.
      });
    };
  }
}

function valueOf(value: unknown): { word: Word; number: number } {
  if (typeof value === "number") {
    return { word: "the value of run", number: value };
  }
  return { word: Array.isArray(value) ? "[]" : "undefined", number: 0 };
}

/** The number by which one-shot work is known here. */
export function oneShotId(real: Real): number {
  return ONE_SHOTS_FROM + real.aborts.length;
}

/** What a caller's signal aborts with. */
export const REASON: unknown = CALLER_REASON;
