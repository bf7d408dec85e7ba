/** Runs: how they start, end, and what both cause. */
import {
  event,
  numberOf,
  SAW_ENDED,
  SAW_STARTED,
  STARTED,
  TOLD_ERROR,
  type Word,
} from "../events.ts";
import { leaveOut, lookAround, lookForEnd } from "./closing.ts";
import { drop, finish } from "./ends.ts";
import { deliver, limit } from "./halts.ts";
import { first, open, owe, stand } from "./queue.ts";
import {
  isIdle,
  type Item,
  nameOf,
  refuse,
  release,
  remove,
  type Run,
  type World,
} from "./world.ts";

/** Starts all that can start. */
export function dispatch(world: World): void {
  while (
    !world.isPaused && !world.isYielding &&
    world.runs.length < world.concurrency
  ) {
    const item = first(world.ready);
    if (item === undefined) return;
    if (world.yieldsBefore(world.counts.starts)) {
      world.isYielding = true;
      return;
    }
    start(world, item);
  }
}

/** Microtasks: callbacks that settle, aborts on their way. */
export function drain(world: World): void {
  dispatch(world);
  for (
    let next = world.pending.shift();
    next !== undefined;
    next = world.pending.shift()
  ) {
    if (next.kind === "deliver") deliver(world, next.run);
    else if (!next.run.hasEnded) {
      endRun(world, next.run, next.isOk);
      dispatch(world);
    }
  }
  lookAround(world);
  lookForEnd(world);
}

function start(world: World, item: Item): void {
  const run: Run = {
    item,
    number: ++item.starts,
    coalesced: item.coalesced,
    waiters: item.waiters,
    cause: undefined,
    reason: undefined,
    isDelivered: false,
    isCalling: true,
    isDecided: false,
    isAnsweringAbort: false,
    hasEnded: false,
  };
  // Freed at start: nothing of this is left when the callback begins.
  remove(world.ready, item);
  item.isOwed = false;
  item.coalesced = 0;
  item.waiters = [];
  item.restartsLater = false;
  item.runs.push(run);
  world.runs.push(run);
  if (item.isOneShot) remove(world.oneShots, item);
  else world.handles.push(run);
  world.counts.starts++;
  limit(world, run);
  const parts = [run.number, run.coalesced] as const;
  if (world.isObserved) {
    world.inOrder.push(event(SAW_STARTED, nameOf(item), ...parts));
  }
  world.inOrder.push(event(STARTED, item.id, ...parts));
  call(world, run);
}

/** What the callback does, as its script says. */
function call(world: World, run: Run): void {
  const script = world.plan.scripts.of(run.item.id, run.number);
  const { acts, end, onAbort } = script;
  for (const act of acts) world.perform(act, run);
  run.isCalling = false;
  if (run.isDecided) { // Aborted by what it did itself.
    const isOk = onAbort === "fulfils";
    world.pending.push({ kind: "settle", run, isOk });
    return;
  }
  if (end === "waits") {
    world.open.push(run);
    return;
  }
  run.isDecided = true;
  const isOk = end === "value" || end === "resolved";
  if (end === "value" || end === "throw") endRun(world, run, isOk);
  else world.pending.push({ kind: "settle", run, isOk });
}

function endRun(world: World, run: Run, isOk: boolean): void {
  const { item } = run;
  run.hasEnded = true;
  remove(world.runs, run);
  remove(item.runs, run);
  world.timers = world.timers.filter((timer) => timer.run !== run);
  const outcome = outcomeOf(run, isOk);
  world.counts[outcome]++;
  const isHandedBack = outcome === "aborted" && run.cause === "restart";
  if (isHandedBack) handBack(world, run);
  stand(world, item);
  open(world, item);
  if (!isHandedBack) {
    item.restarts = 0;
    tell(world, run, isOk);
  }
  if (world.isObserved) {
    const parts = [nameOf(item), numberOf(outcome), run.number] as const;
    world.anyOrder.push(event(SAW_ENDED, ...parts));
  }
  if (isIdle(item)) {
    release(world, item.idlers, { word: "undefined", number: 0 });
    if (item.life === "deleting") finish(world, item);
  }
  lookAround(world);
}

function outcomeOf(run: Run, isOk: boolean): "ok" | "failed" | "aborted" {
  if (isOk) return "ok";
  return run.cause === undefined || run.cause === "timeout"
    ? "failed"
    : "aborted";
}

/** Merge-back: what a restarted run answered goes before what is newer. */
function handBack(world: World, run: Run): void {
  const { item } = run;
  item.coalesced += run.coalesced;
  item.waiters = [...run.waiters, ...item.waiters];
  if (!item.isOwed) owe(world, item);
  if (item.suspensions === 0 && !world.isPaused) return;
  // What is held back is not run once the item or the scheduler ends.
  if (world.closing !== undefined) leaveOut(world, item);
  else if (item.life !== "live") drop(world, item, "WI-DELETED");
}

/** Who is told how a run ended. */
function tell(world: World, run: Run, isOk: boolean): void {
  const { item, number, waiters, cause } = run;
  if (isOk) {
    return release(world, waiters, { word: "the value of run", number });
  }
  const error = errorOf(world, run);
  if (cause === "cancel" || cause === "close") {
    const isAwaited = waiters.length > 0;
    const word = cause === "close" ? "WI-CLOSED" : "WI-CANCELLED";
    refuse(world, waiters, word);
    if (cause === "close") world.closing?.aborted.push(nameOf(item));
    if (!isAwaited && error.word === "the error of run") {
      report(world, item, error);
    }
    return;
  }
  const isAsked = waiters.some(({ wantsResult }) => wantsResult);
  release(world, waiters, error);
  if (!isAsked) report(world, item, error);
}

interface Told {
  readonly word: Word;
  readonly number: number;
}

function report(world: World, item: Item, { word, number }: Told): void {
  const parts = [nameOf(item), numberOf(word), number] as const;
  world.anyOrder.push(event(TOLD_ERROR, ...parts));
}

/** What the callback rejected with: its own error or the signal's reason. */
function errorOf(world: World, run: Run): Told {
  const { onAbort } = world.plan.scripts.of(run.item.id, run.number);

  return run.isAnsweringAbort && onAbort === "rejects"
    ? { word: run.reason ?? "undefined", number: 0 }
    : { word: "the error of run", number: run.number };
}
