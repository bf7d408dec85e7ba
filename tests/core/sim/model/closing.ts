/** The end of the scheduler: drain, abort, clean up, report. */
import {
  event,
  numberOf,
  REPORT_ABORTED,
  REPORT_FINISHED,
  REPORT_LEFT,
  REPORT_STUCK,
  TOLD_ERROR,
} from "../events.ts";
import { ABORT_GRACE_MS } from "../plan.ts";
import { deleteScope, drop, finish, giveUp } from "./ends.ts";
import { halt, startTimer } from "./halts.ts";
import {
  type Closing,
  isQuiet,
  type Item,
  NAMELESS,
  nameOf,
  refuse,
  release,
  remove,
  settle,
  type Waiter,
  type World,
} from "./world.ts";

/** `close({ grace: graceMs })`. */
export function close(world: World, graceMs: number, waiter: Waiter): void {
  const isNew = world.closing === undefined;
  const closing = world.closing ??= {
    phase: "draining",
    graceEndsMs: Infinity,
    timer: undefined,
    hasPatience: true,
    endedBefore: world.counts.ok + world.counts.failed,
    aborted: [],
    left: [],
    stuck: [],
    waiters: [],
  };
  if (closing.phase === "ended") settle(world, waiter, "undefined");
  else closing.waiters.push(waiter);
  if (isNew) {
    dropWhere(world, (item) => item.suspensions > 0);
    if (world.isPaused) dropDue(world);
  }
  const endsMs = world.nowMs + graceMs;
  if (closing.phase !== "draining" || endsMs >= closing.graceEndsMs) return;
  closing.graceEndsMs = endsMs;
  stopTimer(world, closing);
  if (isQuiet(world)) return;
  if (graceMs === 0) return abort(world, closing);
  closing.timer = startTimer(world, graceMs, {
    fire: () => abort(world, closing),
  });
}

function stopTimer(world: World, closing: Closing): void {
  if (closing.timer !== undefined) remove(world.timers, closing.timer);
  closing.timer = undefined;
}

/** The grace has ended. */
function abort(world: World, closing: Closing): void {
  closing.phase = "aborting";
  closing.timer = startTimer(world, ABORT_GRACE_MS, {
    fire: () => stick(world, closing),
  });
  dropDue(world);
  for (const run of [...world.runs]) halt(world, run, "close", "WI-CLOSED");
}

/** Due: owed, and not suspended. */
function dropDue(world: World): void {
  const dropped = dropWhere(world, (item) => item.suspensions === 0);
  if (dropped) refuse(world, world.idlers, "WI-CLOSED");
}

function dropWhere(world: World, which: (item: Item) => boolean): boolean {
  const items = [...world.items, ...world.oneShots]
    .filter((item) => item.isOwed && which(item));
  for (const item of items) leaveOut(world, item);
  return items.length > 0;
}

/** The wake-up of `item` stands in the report. */
export function leaveOut(world: World, item: Item): void {
  world.closing?.left.push(nameOf(item));
  drop(world, item, "WI-CLOSED");
  if (item.isOneShot) remove(world.oneShots, item);
  if (item.life === "deleting" && item.runs.length === 0) finish(world, item);
}

/** What has not settled never will. */
function stick(world: World, closing: Closing): void {
  for (const run of world.runs) {
    run.hasEnded = true;
    world.counts.stuck++;
    closing.stuck.push(nameOf(run.item));
    refuse(world, run.waiters, "WI-CLOSED");
    refuse(world, run.item.idlers, "WI-CLOSED");
    giveUp(world, run.item);
  }
  refuse(world, world.idlers, "WI-CLOSED");
  world.timers = world.timers.filter(({ run }) => run === undefined);
  cleanUp(world, closing);
}

/** Everything but what is stuck is deleted, children first. */
function cleanUp(world: World, closing: Closing): void {
  closing.phase = "cleaning";
  const restMs = closing.graceEndsMs - world.nowMs;
  const limitMs = Math.max(ABORT_GRACE_MS, restMs);
  stopTimer(world, closing);
  closing.timer = startTimer(world, limitMs, {
    fire: () => {
      const word = numberOf("WI-TIMEOUT");
      world.anyOrder.push(event(TOLD_ERROR, NAMELESS, word));
      closing.hasPatience = false;
    },
  });
  const root = world.scopes[0];
  if (root === undefined) return;
  // Items of the scheduler itself that need no cleanup are just forgotten.
  for (const child of [...root.children]) {
    if ("children" in child || child.plan.cleanup !== "none") continue;
    if (child.deletion === undefined) remove(root.children, child);
  }
  deleteScope(world, root);
}

function end(world: World, closing: Closing): void {
  stopTimer(world, closing);
  closing.phase = "ended";
  const finished = world.counts.ok + world.counts.failed - closing.endedBefore;
  for (const waiter of closing.waiters) settle(world, waiter, "undefined");
  world.anyOrder.push(
    event(REPORT_FINISHED, finished),
    ...closing.aborted.map((id) => event(REPORT_ABORTED, id)),
    ...closing.left.map((id) => event(REPORT_LEFT, id)),
    ...closing.stuck.map((id) => event(REPORT_STUCK, id)),
  );
}

/** After every change: has the scheduler become quiet, or closed? */
export function lookAround(world: World): void {
  const { closing } = world;
  const isDone = closing?.phase === "cleaning" || closing?.phase === "ended";
  if (!isDone && isQuiet(world)) {
    release(world, world.idlers, { word: "undefined", number: 0 });
    if (closing !== undefined) cleanUp(world, closing);
  }
}

/** After the microtasks: are the cleanups over? */
export function lookForEnd(world: World): void {
  const { closing } = world;
  if (closing?.phase !== "cleaning") return;
  if (closing.hasPatience && world.openCleanups.length > 0) return;
  stopTimer(world, closing);
  if (!world.isYielding) end(world, closing); // No turn of ours is left.
}
