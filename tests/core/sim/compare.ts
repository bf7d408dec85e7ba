/** Compares all that can be asked of a scheduler with what the laws say. */
import type { ItemState } from "../../../mod.ts";
import { owed } from "./model/items.ts";
import type { Item, World } from "./model/world.ts";
import type { Step } from "./plan.ts";
import type { Real } from "./real.ts";

/** Acts after which more may be done before microtasks run: which of two
 * microtasks was there first is no law. */
export function mayGoOn(
  world: World,
  step: Step,
  next: Step | undefined,
): boolean {
  if (step.kind === "settle") return next?.kind === "settle";
  if (next?.kind === "abort wait") return false; // What is over is over.
  const needsTicks = step.kind === "advance" || step.kind === "turns" ||
    step.kind === "close" || step.kind === "settle cleanup" ||
    step.kind === "delete" || step.kind === "delete scope";
  return world.pending.length === 0 && !needsTicks;
}

/** What differs, if anything does. */
export function compareStates(real: Real, world: World): string | undefined {
  const snapshot = real.scheduler.snapshot();
  const { counts, closing } = world;
  const isOver = closing?.phase === "cleaning" || closing?.phase === "ended";
  const suspended = isOver
    ? snapshot.suspended // What is forgotten stays as it was.
    : world.items.filter((item) => item.suspensions > 0).length;
  const law: typeof snapshot = {
    owed: owed(world),
    ready: world.ready.length,
    running: world.runs.filter((run) => !run.hasEnded).length,
    delayed: 0,
    backoff: 0,
    held: 0,
    suspended,
    concurrency: world.concurrency,
    ...counts,
    paused: world.isPaused,
    closed: closing !== undefined,
  };
  for (const name of Object.keys(law) as (keyof typeof law)[]) {
    if (law[name] === snapshot[name]) continue;
    return `snapshot().${name}: engine ${snapshot[name]}, laws ${law[name]}`;
  }
  const ended = snapshot.ok + snapshot.failed + snapshot.aborted +
    snapshot.stuck;
  if (snapshot.starts !== ended + snapshot.running) return "A10: starts";
  return conserves(real) ?? timers(real, world) ?? states(real, world);
}

/** A7: nothing that could start waits. */
function conserves({ scheduler, clock }: Real): string | undefined {
  const { ready, running, concurrency, paused, stuck } = scheduler.snapshot();
  const isFree = running + stuck < concurrency && !paused && clock.turns === 0;
  return isFree && ready > 0 ? "A7: ready items and free executors" : undefined;
}

/** One timer of the host for any number of ours. */
function timers({ clock }: Real, world: World): string | undefined {
  const law = world.timers.length > 0 ? 1 : 0;
  if (clock.timers === law) return undefined;
  return `timers of the host: engine ${clock.timers}, laws ${law}`;
}

function states(real: Real, world: World): string | undefined {
  const phase = world.closing?.phase;
  const isOver = phase === "cleaning" || phase === "ended";
  for (const [id, item] of world.items.entries()) {
    const handle = real.items[id];
    const isForgotten = isOver && item.plan.cleanup === "none" &&
      item.plan.scope === 0;
    if (handle === undefined || isForgotten) continue;
    const { state, version } = handle;
    const law = stateOf(item);
    if (state !== law) {
      return `state of ${id}: engine ${state}, laws ${law}`;
    }
    const former = real.seen[id];
    if (former !== undefined) {
      const hasChanged = former.state !== state;
      if (
        version < former.version || hasChanged && version === former.version
      ) {
        return `version of ${id}: ${former.version}, then ${version}`;
      }
    }
    real.seen[id] = { state, version };
  }
  return undefined;
}

function stateOf(item: Item): ItemState {
  if (item.life !== "live") return item.life;
  if (item.runs.length > 0) return "running";
  if (item.suspensions > 0) return "suspended";
  return item.isOwed ? "queued" : "idle";
}
