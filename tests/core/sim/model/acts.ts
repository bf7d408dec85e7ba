/** Every act of a plan, as the model answers it. */
import {
  ANSWERED,
  event,
  numberOf,
  SAW_ENQUEUED,
  SAW_PAUSED,
  type Word,
} from "../events.ts";
import { advanceOf, graceOf, latest, oneShotOf } from "../meaning.ts";
import { type Act, ITEMS_MAX, ONE_SHOTS_MAX } from "../plan.ts";
import { itemOf } from "../generate.ts";
import { Random } from "../random.ts";
import { close, lookAround } from "./closing.ts";
import { deleteItem, deleteScope, failCleanup } from "./ends.ts";
import { halt, nextTimer } from "./halts.ts";
import {
  cancel,
  enqueue,
  flush,
  idle,
  leave,
  owed,
  request,
  resume,
  suspend,
} from "./items.ts";
import { stand } from "./queue.ts";
import { dispatch } from "./runs.ts";
import {
  isQuiet,
  type Item,
  nameOf,
  promise,
  remove,
  type Run,
  settle,
  type Waiter,
  type World,
} from "./world.ts";
import { makeItem, makeOneShot } from "./make.ts";

/** Does `act`; `by` is the run whose callback does it, if one does. */
export function perform(world: World, act: Act, by: Run | undefined): void {
  const item = world.items[act.target % world.items.length];
  if (item === undefined) return;
  const word = onItem(world, act, item) ?? onOwn(world, act, by) ??
    onScheduler(world, act);
  if (word !== undefined) {
    world.inOrder.push(event(ANSWERED, numberOf(word)));
  }
  if (by === undefined) lookAround(world);
}

function onItem(world: World, act: Act, item: Item): Word | undefined {
  switch (act.kind) {
    case "enqueue":
      return enqueue(world, item, undefined);
    case "request":
      request(world, item);
      return "ok";
    case "flush":
      flush(world, item, wait(world, act));
      return "ok";
    case "idle":
      idle(world, item, wait(world, act));
      return "ok";
    case "cancel":
      return cancel(world, item, false);
    case "cancel running":
      return cancel(world, item, true);
    case "suspend":
      return suspend(world, item);
    case "resume item":
      resume(world, act.target % Math.max(1, world.suspensions.length));
      return "ok";
    case "delete":
      deleteItem(world, item, promise(world, true));
      return "ok";
  }
  return undefined;
}

/** A promise that the caller may give up. */
function wait(world: World, { detail }: Act): Waiter {
  const waiter = promise(world);
  if (detail % 2 === 1) world.waits.push(() => leave(world, waiter));
  return waiter;
}

/** What a run does through its own handle. */
function onOwn(world: World, act: Act, by: Run | undefined): Word | undefined {
  if (act.kind.endsWith(" by run")) return byRun(world, act);
  if (!act.kind.startsWith("own ")) return undefined;
  if (by === undefined || by.item.isOneShot) return "ok";
  switch (act.kind) {
    case "own enqueue":
      return enqueue(world, by.item, by);
    case "own request":
      settle(world, promise(world), "WI-SELF-WAIT");
      return "ok";
    case "own delete":
      deleteItem(world, by.item);
      settle(world, promise(world), "undefined");
      return "ok";
  }
  return "WI-SELF-WAIT";
}

/** Through the handle of a run, which may have ended. */
function byRun(world: World, { kind, target }: Act): Word {
  const run = latest(world.handles, target);
  if (run === undefined) return "ok";
  if (kind === "enqueue by run") return enqueue(world, run.item, run);
  if (!run.hasEnded) return "WI-SELF-WAIT";
  flush(world, run.item, promise(world));
  return "ok";
}

function onScheduler(world: World, act: Act): Word {
  const { kind, target, detail } = act;
  switch (kind) {
    case "delete scope":
      removeScope(world, target);
      break;
    case "create":
      return create(world, detail);
    case "run":
      runOnce(world, detail);
      break;
    case "abort run":
      world.aborts[target % Math.max(1, world.aborts.length)]?.();
      break;
    case "abort wait":
      world.waits[target % Math.max(1, world.waits.length)]?.();
      break;
    case "pause":
    case "resume":
      setPaused(world, kind === "pause");
      break;
    case "concurrency":
      setConcurrency(world, 1 + detail % 4);
      break;
    case "scheduler idle":
      waitAll(world, wait(world, act));
      break;
    case "settle":
      settleRun(world, act);
      break;
    case "settle cleanup":
      settleCleanup(world, act);
      break;
    case "observe":
      world.isObserved = !world.isObserved;
      break;
    default:
      onTime(world, act);
  }
  return "ok";
}

function onTime(world: World, { kind, detail }: Act): void {
  if (kind === "advance") advance(world, advanceOf(detail));
  else if (kind === "turns") turns(world);
  else if (kind === "close") close(world, graceOf(detail), promise(world));
}

function removeScope(world: World, target: number): void {
  const scope = world.scopes[1 + target % Math.max(1, world.scopes.length - 1)];
  if (scope !== undefined) deleteScope(world, scope, promise(world));
}

function create(world: World, detail: number): Word {
  if (world.items.length >= ITEMS_MAX) return "ok";
  const plan = itemOf(new Random(detail), world.scopes.length);
  if (world.closing !== undefined) return "WI-CLOSED";
  if (world.scopes[plan.scope]?.life !== "live") return "WI-DELETED";
  makeItem(world, plan);
  return "ok";
}

function runOnce(world: World, detail: number): void {
  if (world.aborts.length >= ONE_SHOTS_MAX) return;
  const waiter = promise(world, true);
  const { plan, isAborted, hasSignal } = oneShotOf(detail);
  const item = makeOneShot(world, plan, world.aborts.length);
  world.aborts.push(() => {
    if (hasSignal) abortRun(world, item);
  });
  if (isAborted) return settle(world, waiter, "the caller's reason");
  if (world.closing !== undefined) return settle(world, waiter, "WI-CLOSED");
  if (owed(world) >= world.plan.maxOwed) {
    return settle(world, waiter, "WI-QUEUE-FULL");
  }
  item.waiters.push(waiter);
  item.isOwed = true;
  world.oneShots.push(item);
  stand(world, item);
  if (!world.isObserved) return;
  world.inOrder.push(event(SAW_ENQUEUED, nameOf(item), numberOf("queued")));
}

function abortRun(world: World, item: Item): void {
  const run = item.runs[0];
  if (run !== undefined) {
    return halt(world, run, "caller", "the caller's reason");
  }
  if (!item.isOwed) return;
  item.isOwed = false;
  remove(world.oneShots, item);
  stand(world, item);
  for (const waiter of item.waiters.splice(0)) {
    settle(world, waiter, "the caller's reason");
  }
}

function setPaused(world: World, isPaused: boolean): void {
  if (isPaused === world.isPaused) return;
  world.isPaused = isPaused;
  if (world.isObserved) world.inOrder.push(event(SAW_PAUSED, isPaused ? 1 : 0));
}

/** A higher bound may let items overlap themselves; the oldest goes first. */
function setConcurrency(world: World, concurrency: number): void {
  world.concurrency = concurrency;
  const behind = world.items.filter((item) => item.isOwed)
    .sort((a, b) => a.owedAt - b.owedAt);
  for (const item of behind) {
    if (!world.ready.includes(item)) stand(world, item);
  }
}

function waitAll(world: World, waiter: Waiter): void {
  if (isQuiet(world)) return settle(world, waiter, "undefined");
  // What was given up never ends.
  if (world.counts.stuck > 0) return settle(world, waiter, "WI-CLOSED");
  world.idlers.push(waiter);
}

function settleRun(world: World, { target, detail }: Act): void {
  const run = world.open[target % Math.max(1, world.open.length)];
  if (run === undefined) return;
  remove(world.open, run);
  run.isDecided = true;
  world.pending.push({ kind: "settle", run, isOk: detail % 3 !== 0 });
}

function settleCleanup(world: World, { target, detail }: Act): void {
  const [cleanup] = world.openCleanups.splice(
    target % Math.max(1, world.openCleanups.length),
    1,
  );
  if (cleanup === undefined) return;
  if (detail % 3 === 0) failCleanup(world, cleanup);
  cleanup.done();
}

/** Moves the clock; timers fire in order, with no microtask between. */
export function advance(world: World, ms: number): void {
  const endMs = world.nowMs + ms;
  for (
    let timer = nextTimer(world, endMs);
    timer !== undefined;
    timer = nextTimer(world, endMs)
  ) {
    remove(world.timers, timer);
    world.nowMs = Math.max(world.nowMs, timer.atMs);
    timer.fire();
    lookAround(world);
  }
  world.nowMs = endMs;
}

function turns(world: World): void {
  if (!world.isYielding) return;
  world.isYielding = false;
  dispatch(world);
}
