/** How runs are asked to end before their time. */
import { ABORTED, event, numberOf, SAW_STALLED, type Word } from "../events.ts";
import {
  type Cause,
  type Item,
  nameOf,
  remove,
  type Run,
  type Timer,
  type World,
} from "./world.ts";

/** Calls `fire` later. */
export function startTimer(
  world: World,
  delayMs: number,
  timer: { readonly run?: Run; readonly fire: () => void },
): Timer {
  const made = {
    atMs: world.nowMs + delayMs,
    run: timer.run,
    fire: timer.fire,
  };
  world.timers.push(made);
  return made;
}

/** The timer that fires next, until `endMs`. */
export function nextTimer(world: World, endMs: number): Timer | undefined {
  let next: Timer | undefined;
  for (const timer of world.timers) {
    if (timer.atMs > endMs) continue;
    if (next === undefined || timer.atMs < next.atMs) next = timer;
  }
  return next;
}

/** Decides and aborts at once. */
export function halt(world: World, run: Run, cause: Cause, word: Word): void {
  if (decide(run, cause, word)) deliver(world, run);
}

/** Cancel and close prevail over what was decided before. */
function decide(run: Run, cause: Cause, word: Word): boolean {
  const isFirst = run.cause === undefined;
  if (isFirst || cause === "cancel" || cause === "close") run.cause = cause;
  if (isFirst) run.reason = word;
  return isFirst;
}

/** The signal aborts; the callback does what its script says. */
export function deliver(world: World, run: Run): void {
  if (run.isDelivered || run.hasEnded) return;
  run.isDelivered = true;
  const { item, number } = run;
  const { end, onAbort } = world.plan.scripts.of(item.id, number);
  if (end !== "waits" || onAbort === "nothing" || run.isDecided) return;
  const reason = numberOf(run.reason ?? "undefined");
  world.anyOrder.push(event(ABORTED, item.id, number, reason));
  run.isDecided = true;
  run.isAnsweringAbort = true;
  remove(world.open, run);
  if (run.isCalling) return; // Its promise is not in the engine's hands yet.
  world.pending.push({ kind: "settle", run, isOk: onAbort === "fulfils" });
}

/** A due wake-up of a running item, not by the run itself. */
export function restart(world: World, item: Item, by: Run | undefined): void {
  const run = item.runs.at(-1);
  if (item.plan.whenRunning !== "restart" || run === undefined) return;
  if (run === by) return;
  if (item.suspensions > 0) {
    item.restartsLater = true;
    return;
  }
  if (run.cause !== undefined) return;
  if (item.restarts >= (item.plan.maxRestarts ?? 8)) return;
  item.restarts++;
  decide(run, "restart", "WI-CANCELLED");
  world.pending.push({ kind: "deliver", run });
}

/** The time limit of a run, and the report of a run that passes it. */
export function limit(world: World, run: Run): void {
  const { timeoutMs } = run.item.plan;
  if (timeoutMs === undefined) return;
  const dueMs = world.nowMs + timeoutMs;
  const watch = (): void => {
    startTimer(world, timeoutMs, {
      run,
      fire: () => {
        watch();
        const overdueMs = world.nowMs - dueMs;
        if (!world.isObserved) return;
        world.anyOrder.push(
          event(SAW_STALLED, nameOf(run.item), run.number, overdueMs % 1_000),
        );
      },
    });
  };
  startTimer(world, timeoutMs, {
    run,
    fire: () => {
      watch();
      halt(world, run, "timeout", "WI-TIMEOUT");
    },
  });
}
