/** Every act of a plan, done to the engine. */
import { type EnqueueOutcome, Scheduler, type WorkItem } from "../../../mod.ts";
import {
  ANSWERED,
  CLEANUP_FAILURE,
  event,
  numberOf,
  REPORT_ABORTED,
  REPORT_FINISHED,
  REPORT_LEFT,
  REPORT_STUCK,
  type Word,
  wordOf,
} from "./events.ts";
import { itemOf } from "./generate.ts";
import { advanceOf, graceOf, latest, oneShotOf } from "./meaning.ts";
import { NAMELESS } from "./model/world.ts";
import { type Act, ITEMS_MAX, ONE_SHOTS_MAX } from "./plan.ts";
import { ABORT_GRACE_MS } from "./plan.ts";
import { Random } from "./random.ts";
import { type Caller, oneShotId, type Real, REASON } from "./real.ts";
import { watch } from "./watch.ts";

/** Does `act`; `by` is the run whose callback does it, if one does. */
export function perform(real: Real, act: Act, by: Caller | undefined): void {
  const id = act.target % real.items.length;
  const item = real.items[id];
  if (item === undefined) return;
  let word: Word;
  try {
    word = onItem(real, act, { id, item }) ?? onOwn(real, act, by) ??
      onScheduler(real, act);
  } catch (error) {
    word = wordOf(error).word;
  }
  real.inOrder.push(event(ANSWERED, numberOf(word)));
}

function accepted(real: Real, id: number, outcome: EnqueueOutcome): Word {
  if (outcome !== "skipped") real.laws.accepted(id);
  return outcome;
}

function onItem(
  real: Real,
  act: Act,
  { id, item }: { id: number; item: WorkItem<unknown, unknown> },
): Word | undefined {
  switch (act.kind) {
    case "enqueue":
      return accepted(real, id, item.enqueue());
    case "request":
      real.follow(item.request());
      return "ok";
    case "flush":
      real.follow(item.flush(waitOf(real, act)));
      return "ok";
    case "idle":
      real.follow(item.idle(waitOf(real, act)));
      return "ok";
    case "cancel":
      return cancelled(real, id, item.cancel());
    case "cancel running":
      return cancelled(real, id, item.cancel({ running: true }));
    case "suspend":
      real.suspensions.push(item.suspend());
      return "ok";
    case "resume item":
      real.suspensions[act.target % real.suspensions.length]?.resume();
      return "ok";
    case "delete":
      remove(real, id, item);
      return "ok";
  }
  return undefined;
}

function waitOf(real: Real, { detail }: Act): { signal?: AbortSignal } {
  if (detail % 2 === 0) return {};
  const controller = new AbortController();
  real.waits.push(controller);
  return { signal: controller.signal };
}

function cancelled(
  real: Real,
  id: number,
  taken: readonly never[] | undefined,
): Word {
  if (taken === undefined) return "undefined";
  real.laws.told(id);
  return "[]";
}

function remove(
  real: Real,
  id: number,
  item: WorkItem<unknown, unknown>,
): void {
  const promise = item.delete();
  const former = real.deletions[id];
  if (former !== undefined && former !== promise) {
    real.laws.broken.push(`A21: delete of ${id} gave another promise`);
  }
  real.deletions[id] = promise;
  real.follow(promise);
  promise.then((dropped) => {
    if (dropped !== undefined) real.laws.told(id);
  }, () => real.laws.told(id));
}

function onOwn(
  real: Real,
  act: Act,
  by: Caller | undefined,
): Word | undefined {
  if (act.kind.endsWith(" by run")) return byRun(real, act);
  if (!act.kind.startsWith("own ")) return undefined;
  const item = by?.item;
  if (by === undefined || item === undefined) return "ok";
  switch (act.kind) {
    case "own enqueue":
      return accepted(real, by.id, item.enqueue());
    case "own request":
      real.follow(item.request());
      return "ok";
    case "own delete":
      real.laws.told(by.id); // It only marks: this says all there is to say.
      real.follow(item.delete());
      return "ok";
  }
  if (act.kind === "own flush") item.flush().catch(() => {});
  else item.idle().catch(() => {});
  return "ok";
}

function byRun(real: Real, { kind, target }: Act): Word {
  const run = latest(real.handles, target);
  if (run?.item === undefined) return "ok";
  if (kind === "enqueue by run") {
    return accepted(real, run.id, run.item.enqueue());
  }
  real.follow(run.item.flush());
  return "ok";
}

function onScheduler(real: Real, act: Act): Word {
  const { scheduler } = real;
  const { kind, target, detail } = act;
  switch (kind) {
    case "delete scope":
      removeScope(real, 1 + target % Math.max(1, real.scopes.length - 1));
      break;
    case "create":
      if (real.items.length >= ITEMS_MAX) break;
      real.create(itemOf(new Random(detail), real.scopes.length));
      break;
    case "run":
      runOnce(real, detail);
      break;
    case "abort run":
      real.aborts[target % real.aborts.length]?.abort(REASON);
      break;
    case "abort wait":
      real.waits[target % real.waits.length]?.abort(REASON);
      break;
    case "pause":
      scheduler.pause();
      break;
    case "resume":
      scheduler.resume();
      break;
    case "concurrency":
      scheduler.concurrency = 1 + detail % 4;
      break;
    case "scheduler idle":
      real.follow(scheduler.idle(waitOf(real, act)));
      break;
    default:
      onCallbacks(real, act);
  }
  return "ok";
}

/** It resolves with nothing, whatever was dropped. */
function removeScope(real: Real, id: number): void {
  const scope = real.scopes[id];
  if (scope === undefined || scope instanceof Scheduler) return;
  real.laws.toldScope(id);
  real.follow(scope.delete());
}

function onCallbacks(real: Real, { kind, target, detail }: Act): void {
  switch (kind) {
    case "settle": {
      const [run] = real.open.splice(target % real.open.length, 1);
      if (detail % 3 !== 0) run?.resolve(run.number);
      else run?.reject({ number: run.number });
      break;
    }
    case "settle cleanup": {
      const [cleanup] = real.openCleanups.splice(
        target % real.openCleanups.length,
        1,
      );
      if (detail % 3 !== 0) cleanup?.resolve();
      else cleanup?.reject(CLEANUP_FAILURE);
      break;
    }
    case "observe":
      watch(real);
      break;
    case "advance":
      real.clock.advance(advanceOf(detail));
      break;
    case "turns":
      real.clock.runTurns();
      break;
    case "close":
      close(real, graceOf(detail));
      break;
  }
}

function runOnce(real: Real, detail: number): void {
  if (real.aborts.length >= ONE_SHOTS_MAX) return;
  const { plan, hasSignal, isAborted } = oneShotOf(detail);
  const id = oneShotId(real);
  const controller = new AbortController();
  real.aborts.push(controller);
  if (isAborted) controller.abort(REASON);
  const { timeoutMs: timeout, priority } = plan;
  const signal = hasSignal ? controller.signal : undefined;
  real.follow(
    real.scheduler.run((run) => real.call(id, run, {}), {
      signal,
      timeout,
      priority,
    }),
  );
}

function close(real: Real, grace: number): void {
  const { scheduler } = real;
  const promise = scheduler.close({ grace, abortGrace: ABORT_GRACE_MS });
  const isFirst = real.report === undefined;
  if (real.report !== undefined && real.report !== promise) {
    real.laws.broken.push("A23: close gave another promise");
  }
  real.report = promise;
  real.follow(promise);
  if (!isFirst) return;
  promise.then(({ finished, aborted, left, stuck }) => {
    const id = (name: { key: string | undefined }): number =>
      name.key === undefined ? NAMELESS : Number(name.key);
    for (const name of left) real.laws.told(id(name));
    real.saw(event(REPORT_FINISHED, finished));
    for (const name of aborted) real.saw(event(REPORT_ABORTED, id(name)));
    for (const name of left) real.saw(event(REPORT_LEFT, id(name)));
    for (const name of stuck) real.saw(event(REPORT_STUCK, id(name)));
  });
}
