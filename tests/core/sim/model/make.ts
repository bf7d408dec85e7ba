/** How the model of a plan begins. */
import { type Act, type ItemPlan, ONE_SHOTS_FROM, type Plan } from "../plan.ts";
import type { Gate, Item, Run, Scope, World } from "./world.ts";

/** The world before the first step. */
export function makeWorld(
  plan: Plan,
  hooks: {
    readonly perform: (world: World, act: Act, by: Run | undefined) => void;
    readonly yieldsBefore: (start: number) => boolean;
  },
): World {
  const world: World = {
    plan,
    items: [],
    oneShots: [],
    scopes: [],
    ready: [],
    runs: [],
    handles: [],
    open: [],
    openCleanups: [],
    suspensions: [],
    aborts: [],
    waits: [],
    idlers: [],
    pending: [],
    timers: [],
    nowMs: 0,
    concurrency: plan.concurrency,
    isPaused: false,
    isYielding: false,
    isObserved: false,
    closing: undefined,
    promises: 0,
    owedCount: 0,
    counts: { starts: 0, ok: 0, failed: 0, aborted: 0, skipped: 0, stuck: 0 },
    inOrder: [],
    anyOrder: [],
    perform: (act, by) => hooks.perform(world, act, by),
    yieldsBefore: hooks.yieldsBefore,
  };
  for (const scope of plan.scopes) makeScope(world, scope);
  for (const item of plan.items) makeItem(world, item);
  return world;
}

function makeScope(world: World, plan: Plan["scopes"][number]): void {
  const id = world.scopes.length;
  const parent = id === 0 ? undefined : world.scopes[plan.parent];
  const own: Gate = { holder: undefined, waiting: [] };
  const scope: Scope = {
    id,
    parent,
    plan,
    // An outer one covers inner scopes.
    gate: parent?.gate ?? (plan.serialize ? own : undefined),
    children: [],
    life: "live",
    isDeleting: false,
    isFinishing: false,
    isStuck: false,
    waiters: [],
  };
  world.scopes.push(scope);
  parent?.children.push(scope);
}

/** A new item of a plan. */
export function makeItem(world: World, plan: ItemPlan): void {
  const scope = world.scopes[plan.scope];
  const item = blank(world.items.length, plan, scope?.gate);
  world.items.push(item);
  scope?.children.push(item);
}

/** One-shot work, which nobody else can reach. */
export function makeOneShot(
  world: World,
  plan: ItemPlan,
  index: number,
): Item {
  const item = blank(ONE_SHOTS_FROM + index, plan, undefined);
  item.life = "deleting";
  item.coalesced = 1;
  item.owedAt = world.owedCount++;
  return item;
}

function blank(id: number, plan: ItemPlan, gate: Gate | undefined): Item {
  return {
    id,
    plan,
    isOneShot: id >= ONE_SHOTS_FROM,
    maxOverlap: gate === undefined ? plan.maxOverlap : 1, // The scope wins.
    gate,
    life: "live",
    isOwed: false,
    owedAt: 0,
    coalesced: 0,
    waiters: [],
    idlers: [],
    runs: [],
    starts: 0,
    suspensions: 0,
    restarts: 0,
    restartsLater: false,
    deletion: undefined,
    isFinishing: false,
    isStuck: false,
  };
}
