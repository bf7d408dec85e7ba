/** One simulation: every step is done to the engine and to the model, and
 * after each drain of microtasks all that can be seen of both is compared. */
import { perform as performReal } from "./deeds.ts";
import { show } from "./events.ts";
import { advance, perform as performModel } from "./model/acts.ts";
import { makeWorld } from "./model/make.ts";
import { drain as drainModel } from "./model/runs.ts";
import type { World } from "./model/world.ts";
import { compareStates, mayGoOn } from "./compare.ts";
import { advanceOf } from "./meaning.ts";
import type { Plan, Step } from "./plan.ts";
import { Real } from "./real.ts";

/** How a simulation ended. */
export interface Result {
  /** The same for the same plan, always. */
  readonly hash: number;
  readonly steps: number;
  /** What differed, or `undefined`. */
  readonly failure: string | undefined;
  /** The step at which it differed. */
  readonly failedAt: number;
}

/** Told what both saw, if anyone wants to know. */
export type Trace = (line: string) => void;

const TICKS_MIN = 3;
const TICKS_MAX = 200;
/** Ticks before a difference is believed: some promises take many. */
const TICKS_MORE = 60;

/** Runs `plan` to its end, or to the first difference. */
export async function simulate(plan: Plan, trace?: Trace): Promise<Result> {
  const simulation = new Simulation(plan, trace);
  return await simulation.run();
}

class Simulation {
  readonly #plan: Plan;
  readonly #trace: Trace | undefined;
  readonly #real: Real;
  readonly #world: World;
  #hash = 0x811c9dc5;
  #step = 0;

  constructor(plan: Plan, trace: Trace | undefined) {
    this.#plan = plan;
    this.#trace = trace;
    this.#real = new Real(plan, performReal);
    this.#world = makeWorld(plan, {
      perform: performModel,
      yieldsBefore: (start) => this.#real.yields.delete(start),
    });
  }

  async run(): Promise<Result> {
    const { steps } = this.#plan;
    let failure: string | undefined;
    for (; this.#step < steps.length && failure === undefined; this.#step++) {
      const step = steps[this.#step] as Step; // In its range.
      const isLate = step.kind === "advance" && this.#world.closing;
      failure = isLate
        ? await this.#advance(advanceOf(step.detail))
        : this.#act(step);
      if (isLate) continue;
      const next = steps[this.#step + 1];
      if (!step.drains && mayGoOn(this.#world, step, next)) continue;
      failure = await this.#compare();
    }
    failure ??= await this.#end();
    return {
      hash: this.#hash >>> 0,
      steps: this.#step,
      failure,
      failedAt: this.#step,
    };
  }

  /** Lets time pass until all is over. */
  async #end(): Promise<string | undefined> {
    const last = { target: 0, detail: 1, drains: true } as const;
    for (const ms of [30_000, 1_000, 30_000]) {
      const failure = await this.#advance(ms);
      if (failure !== undefined) return failure;
      while (this.#real.clock.turns > 0) {
        this.#act({ ...last, kind: "turns" });
        const failure = await this.#compare();
        if (failure !== undefined) return failure;
      }
    }
    while (this.#world.openCleanups.length > 0) {
      this.#act({ ...last, kind: "settle cleanup" });
      const failure = await this.#compare();
      if (failure !== undefined) return failure;
    }
    return this.#over();
  }

  #over(): string | undefined {
    const { clock, laws, unsettled, scheduler } = this.#real;
    if (!scheduler.snapshot().closed) return undefined; // A smaller plan.
    laws.ended();
    if (laws.broken.length > 0) return laws.broken.join("\n");
    if (unsettled > 0) return `A23: ${unsettled} promises never settle`;
    if (clock.timers + clock.turns > 0) return "A23: a timer is left";
    return undefined;
  }

  /** While it closes, time stands still at every timer: no host runs two timers
   * without the microtasks between. */
  async #advance(ms: number): Promise<string | undefined> {
    const endMs = this.#world.nowMs + ms;
    while (this.#world.nowMs < endMs) {
      const { nowMs, timers } = this.#world;
      const times = timers.map(({ atMs }) => atMs).filter((at) => at > nowMs);
      const restMs = Math.min(endMs, ...times) - nowMs;
      this.#trace?.(`step ${this.#step}: ${restMs} ms pass`);
      this.#real.clock.advance(restMs);
      advance(this.#world, restMs);
      const failure = await this.#compare();
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  #act(step: Step): undefined {
    this.#trace?.(`step ${this.#step}: ${step.kind} ${step.target}`);
    performReal(this.#real, step, undefined);
    performModel(this.#world, step, undefined);
  }

  async #compare(): Promise<string | undefined> {
    await this.#drainReal(TICKS_MIN);
    drainModel(this.#world);
    let failure = this.#difference();
    if (failure !== undefined) {
      await this.#drainReal(TICKS_MORE);
      failure = this.#difference();
    }
    this.#note();
    return failure;
  }

  /** Microtasks, until nothing has been seen for `quiet` of them. */
  async #drainReal(quiet: number): Promise<void> {
    const real = this.#real;
    let seen = -1;
    let left = quiet;
    for (let tick = 0; tick < TICKS_MAX && left > 0; tick++) {
      await undefined;
      const now = real.inOrder.length + real.anyOrder.length;
      left = now === seen ? left - 1 : quiet;
      seen = now;
    }
  }

  #difference(): string | undefined {
    const { inOrder, anyOrder, laws } = this.#real;
    if (laws.broken.length > 0) return laws.broken.join("\n");
    return differ("in order", inOrder, this.#world.inOrder) ??
      differ(
        "in any order",
        anyOrder.sort(ascending),
        this.#world.anyOrder.sort(ascending),
      ) ?? compareStates(this.#real, this.#world);
  }

  /** Takes what was seen into the hash, and forgets it. */
  #note(): void {
    const real = this.#real;
    for (const seen of [real.inOrder, real.anyOrder]) {
      for (const number of seen) {
        const low = number % 0x7fff_ffff;
        this.#hash = Math.imul(this.#hash ^ low, 0x01000193) ^
          (this.#hash >>> 13);
        this.#trace?.(`  ${show(number)}`);
      }
      seen.length = 0;
    }
    this.#world.inOrder.length = 0;
    this.#world.anyOrder.length = 0;
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}

function differ(
  what: string,
  real: readonly number[],
  model: readonly number[],
): string | undefined {
  const isSame = real.length === model.length &&
    real.every((number, index) => number === model[index]);
  if (isSame) return undefined;
  const lines = (numbers: readonly number[]): string =>
    numbers.map((number) => `\n    ${show(number)}`).join("");
  return `seen ${what}\n  engine:${lines(real)}\n  laws:${lines(model)}`;
}
