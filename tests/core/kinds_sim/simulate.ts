/** One simulation: every step is told to the laws and done to the engine; then
 * microtasks run, and all that can be seen is compared. At the end everything
 * is given free and time runs until nothing is left. */
import { perform } from "./acts.ts";
import { problemOf } from "./check.ts";
import type { Item } from "./item.ts";
import { abort, resume, tick } from "./leaving.ts";
import type { Plan, Step } from "./plan.ts";
import { type Trace, World } from "./world.ts";

/** How a simulation ended. */
export interface Result {
  /** The same for the same plan, always. */
  readonly hash: number;
  /** Steps that were done. */
  readonly steps: number;
  /** What was wrong, or `undefined`. */
  readonly failure: string | undefined;
}

/** Microtasks without anything new before all is believed to be quiet: the
 * promise of a cleanup takes nine to let the next run begin. */
const TICKS_QUIET = 14;
/** And before something wrong is believed: some promises take many. */
const TICKS_MORE = 60;
const TICKS_MAX = 2_000;
/** Rounds of giving all free; retries are limited, and so are these. */
const ROUNDS_MAX = 200;

/** Runs `plan` to its end, or to the first thing that is wrong. */
export async function simulate(plan: Plan, trace?: Trace): Promise<Result> {
  const world = new World(plan, perform, trace);
  let steps = 0;
  let failure: string | undefined;
  try {
    for (const step of plan.steps) {
      steps++;
      failure = await doStep(world, step, steps);
      if (failure !== undefined) break;
    }
    failure ??= await finish(world);
  } catch (error) { // No act of ours may throw.
    failure = `${error}`;
  }
  return { hash: world.hash >>> 0, steps, failure };
}

async function doStep(
  world: World,
  { what, drains }: Step,
  index: number,
): Promise<string | undefined> {
  world.note(`step ${index}: ${what.act}`);
  if (what.act === "advance") return await advance(world, what.ms);
  perform(world, what, undefined);
  return drains ? await settle(world) : undefined;
}

/** Time passes, and stands still at every timer: no host runs two timers
 * without the microtasks between. */
async function advance(world: World, ms: number): Promise<string | undefined> {
  const { clock } = world;
  const endMs = clock.now() + ms;
  let failure = await settle(world);
  while (failure === undefined && clock.now() < endMs) {
    const nowMs = clock.now();
    const { graceEndsMs } = world.facts;
    const nextMs = Math.max(nowMs, Math.min(endMs, clock.nextAtMs));
    clock.advance(nextMs - nowMs);
    world.note(`${nextMs} ms`);
    tick(world.facts, nextMs, (item) => isTimeout(world, item));
    if (world.facts.closing === "draining" && nextMs >= graceEndsMs) {
      abort(world.facts);
    }
    passivate(world);
    failure = await settle(world);
  }
  return failure;
}

/** Which of two reasons that came at once was first only the signal knows. */
function isTimeout(world: World, { flight }: Item): boolean {
  const signal = flight && world.signals.get(flight)?.();
  return signal?.reason?.code === "WI-TIMEOUT";
}

/** A context without cleanup is dropped in silence. */
function passivate({ facts, clock }: World): void {
  for (const item of facts.items) {
    const { passivateAfter = Infinity, cleanup } = item.kind.plan;
    const idleMs = clock.now() - (item.idleAtMs ?? Infinity);
    if (item.context === undefined || idleMs < passivateAfter) continue;
    if (cleanup === "none") item.context = item.idleAtMs = undefined;
  }
}

/** Lets microtasks run; then nothing may be wrong. */
async function settle(world: World): Promise<string | undefined> {
  await drain(world, TICKS_QUIET);
  const problem = look(world);
  if (problem === undefined) return undefined;
  await drain(world, TICKS_MORE);
  return look(world);
}

/** Notices who has become idle, and what is wrong. A scheduler that closes
 * passivates nobody who was not idle before. */
function look(world: World): string | undefined {
  const { closing, items, nowMs } = world.facts;
  for (const item of items) {
    if (item.context === undefined || !item.isIdle()) item.idleAtMs = undefined;
    else if (closing === undefined) item.idleAtMs ??= nowMs;
  }
  return problemOf(world);
}

async function drain(world: World, quiet: number): Promise<void> {
  let seen = -1;
  let left = quiet;
  for (let ticks = 0; ticks < TICKS_MAX && left > 0; ticks++) {
    await undefined;
    if (world.clock.turns > 0) world.clock.runTurns();
    left = world.lines === seen ? left - 1 : quiet;
    seen = world.lines;
  }
}

/** Gives all free, lets time run until idle, and closes: then nothing may be
 * owed, nothing missing, nothing left in memory, and no timer set. */
async function finish(world: World): Promise<string | undefined> {
  world.note("end");
  world.isCalm = true;
  let failure: string | undefined;
  if (world.facts.closing === undefined) {
    failure = await runOut(world) ?? await passivateAll(world) ??
      leftovers(world);
  }
  return failure ?? await close(world);
}

async function runOut(world: World): Promise<string | undefined> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const { lines } = world;
    giveFree(world);
    let failure = await settle(world);
    if (failure !== undefined) return failure;
    if (isIdle(world)) return undefined;
    const nextMs = world.clock.nextAtMs - world.clock.now();
    if (nextMs !== Infinity) {
      failure = await advance(world, Math.max(1, nextMs));
    } else await drain(world, TICKS_MORE);
    if (failure !== undefined) return failure;
    if (world.lines === lines) return "something is owed for ever";
  }
  return "something is owed for ever, though timers go on";
}

function giveFree(world: World): void {
  const { facts, open, openCleanups, scheduler, suspensions } = world;
  for (const held of suspensions.splice(0)) {
    const { item, life, isUsed, handle } = held;
    if (!isUsed && item.life === life) resume(item);
    handle.resume();
  }
  facts.isPaused = false;
  scheduler.resume();
  facts.items.forEach((item, index) => {
    if (item.isHeld) perform(world, { act: "reset", item: index }, undefined);
  });
  for (const { settle } of [...open]) settle({ ok: true });
  for (const settle of openCleanups.splice(0)) settle(true);
}

function isIdle({ facts, openCleanups }: World): boolean {
  return facts.flights.size === 0 && openCleanups.length === 0 &&
    facts.items.every((item) =>
      !item.isOwed && item.deletion === undefined && item.cleaning === 0
    );
}

/** Timers may be left only of contexts that are to be dropped and of rates. */
async function passivateAll(world: World): Promise<string | undefined> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const nextMs = world.clock.nextAtMs - world.clock.now();
    if (nextMs === Infinity) return undefined;
    const failure = await advance(world, Math.max(1, nextMs));
    if (failure !== undefined) return failure;
    for (const settle of world.openCleanups.splice(0)) settle(true);
  }
  return "timers go on for ever";
}

function leftovers({ facts, kinds, unsettled }: World): string | undefined {
  for (const { id, plan: { hasContext, passivateAfter } } of facts.kinds) {
    if (hasContext && passivateAfter === undefined) continue;
    const keys = kinds[id]?.keys() ?? [];
    if (keys.length > 0) return `kind ${id} keeps ${keys.join()} for ever`;
  }
  for (const { id } of unsettled) return `nobody ever settles waiter ${id}`;
  return undefined;
}

async function close(world: World): Promise<string | undefined> {
  const { facts, scheduler } = world;
  const isIdle = facts.closing === undefined;
  perform(world, { act: "close", grace: 0 }, undefined);
  if (isIdle) abort(facts);
  for (let round = 0; round < ROUNDS_MAX && !world.hasReport; round++) {
    for (const settle of world.openCleanups.splice(0)) settle(true);
    const failure = await settle(world);
    if (failure !== undefined) return failure;
    if (!world.hasReport) await advance(world, 50);
  }
  if (!world.hasReport) return "close() does not end";
  await drain(world, TICKS_QUIET);
  facts.ledger.ended();
  const problem = problemOf(world);
  if (problem !== undefined) return problem;
  for (const { id } of world.unsettled) {
    return `waiter ${id} waits after close()`;
  }
  const { owed, running } = scheduler.snapshot();
  if (owed + running > 0) return "something is owed after close()";
  if (world.clock.timers > 0) return "a timer is left after close()";
  for (const [id, item] of world.contexts) {
    if (!item.isStuck) return `context ${id} is never cleaned up`;
  }
  return undefined;
}
