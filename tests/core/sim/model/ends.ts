/** The end of items and scopes: children first, cleanup after the last run. */
import {
  CLEANED_ITEM,
  CLEANED_SCOPE,
  event,
  numberOf,
  SAW_DELETED,
  TOLD_ERROR,
  type Word,
} from "../events.ts";
import { type CleanupMode, SCOPES_FROM } from "../plan.ts";
import { takeBack } from "./queue.ts";
import {
  isIdle,
  type Item,
  NAMELESS,
  type OpenCleanup,
  refuse,
  release,
  remove,
  type Scope,
  settle,
  type Waiter,
  type World,
} from "./world.ts";

/** What a deletion resolves with; those who merely wait get nothing. */
function outcomeOf(item: Item, { wantsResult }: Waiter): Word {
  const isDropped = wantsResult && item.deletion?.isDropped === true;
  return isDropped ? "[]" : "undefined";
}

/** Begins to delete an item; `waiter` is told how that ends. */
export function deleteItem(world: World, item: Item, waiter?: Waiter): void {
  const isNew = item.deletion === undefined;
  item.deletion ??= { isDropped: false, waiters: [] };
  if (waiter !== undefined) {
    if (item.isStuck) settle(world, waiter, "WI-CLOSED");
    else if (item.life === "deleted") {
      settle(world, waiter, outcomeOf(item, waiter));
    } else item.deletion.waiters.push(waiter);
  }
  if (!isNew) return;
  item.life = "deleting";
  const isHeldBack = item.suspensions > 0 || world.isPaused;
  if (item.isOwed && isHeldBack) drop(world, item, "WI-DELETED");
  if (isIdle(item)) finish(world, item);
}

/** Takes back what is owed to an item that may be being deleted. */
export function drop(world: World, item: Item, word: Word): void {
  if (item.deletion !== undefined) item.deletion.isDropped = true;
  takeBack(world, item, word);
}

/** The last run of an item that is being deleted has ended. */
export function finish(world: World, item: Item): void {
  if (item.isFinishing) return;
  item.isFinishing = true;
  if (item.isOneShot) {
    item.life = "deleted";
    return;
  }
  const { cleanup } = item.plan;
  if (cleanup !== "none") world.anyOrder.push(event(CLEANED_ITEM, item.id));
  clean(world, cleanup, { id: item.id, done: () => end(world, item) });
}

function end(world: World, item: Item): void {
  item.life = "deleted";
  item.suspensions = 0;
  for (const waiter of item.deletion?.waiters.splice(0) ?? []) {
    settle(world, waiter, outcomeOf(item, waiter));
  }
  release(world, item.idlers, { word: "undefined", number: 0 });
  if (world.isObserved) world.anyOrder.push(event(SAW_DELETED, item.id));
  ended(world, item, world.scopes[item.plan.scope]);
}

/** Calls a cleanup, and its `done` when its promise has settled. */
function clean(world: World, mode: CleanupMode, cleanup: OpenCleanup): void {
  if (mode === "throws" || mode === "rejects") failCleanup(world, cleanup);
  if (mode !== "waits") return cleanup.done();
  world.openCleanups.push(cleanup);
  world.openCleanups.sort((a, b) => a.id - b.id); // Any order would do.
}

/** `onError` is told; that of a scope has no name. */
export function failCleanup(world: World, { id }: OpenCleanup): void {
  const word = numberOf("the error of a cleanup");
  const name = id < SCOPES_FROM ? id : NAMELESS;
  world.anyOrder.push(event(TOLD_ERROR, name, word));
}

/** Begins to delete a scope; all of it is marked before the first cleanup. */
export function deleteScope(
  world: World,
  scope: Scope,
  waiter?: Waiter,
): void {
  if (waiter !== undefined) {
    if (scope.isStuck) settle(world, waiter, "WI-CLOSED");
    else if (scope.life === "deleted") settle(world, waiter, "undefined");
    else scope.waiters.push(waiter);
  }
  if (scope.isDeleting) return;
  scope.isDeleting = true;
  mark(scope);
  for (const child of [...scope.children]) {
    if ("plan" in child && "children" in child) deleteScope(world, child);
    else deleteItem(world, child as Item);
  }
  finishScope(world, scope);
}

function mark(scope: Scope): void {
  scope.life = "deleting";
  for (const child of scope.children) {
    if ("children" in child) mark(child);
    else if (child.life === "live") child.life = "deleting";
  }
}

/** A child has ended. */
function ended(
  world: World,
  child: Item | Scope,
  scope: Scope | undefined,
): void {
  if (scope === undefined) return;
  remove(scope.children, child);
  finishScope(world, scope);
}

function finishScope(world: World, scope: Scope): void {
  const isBusy = scope.children.some((child) => !child.isStuck);
  if (!scope.isDeleting || isBusy || scope.isFinishing) return;
  scope.isFinishing = true;
  if (scope.children.length > 0) { // What is left never settled.
    scope.isStuck = true;
    refuse(world, scope.waiters, "WI-CLOSED");
    if (scope.parent !== undefined) finishScope(world, scope.parent);
    return;
  }
  const { cleanup } = scope.plan;
  if (cleanup !== "none") world.anyOrder.push(event(CLEANED_SCOPE, scope.id));
  const id = SCOPES_FROM + scope.id;
  clean(world, cleanup, { id, done: () => endScope(world, scope) });
}

function endScope(world: World, scope: Scope): void {
  scope.life = "deleted";
  release(world, scope.waiters, { word: "undefined", number: 0 });
  ended(world, scope, scope.parent);
}

/** A run of the item never settled, and was given up. */
export function giveUp(world: World, item: Item): void {
  if (item.isOneShot) return;
  item.life = "deleting";
  item.deletion ??= { isDropped: false, waiters: [] };
  item.isStuck = true;
  refuse(world, item.deletion.waiters, "WI-CLOSED");
  const scope = world.scopes[item.plan.scope];
  if (scope !== undefined) finishScope(world, scope);
}
