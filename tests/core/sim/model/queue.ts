/** Where owed items stand: the FIFO law, levels and gates, in plain arrays. */
import type { Word } from "../events.ts";
import { type Item, refuse, remove, type World } from "./world.ts";

/** A run is promised. */
export function owe(world: World, item: Item): void {
  item.isOwed = true;
  item.owedAt = world.owedCount++;
  stand(world, item);
}

/** The promise is gone, kept or not. */
export function disown(world: World, item: Item): void {
  item.isOwed = false;
  stand(world, item);
}

/** May a run of it begin beside those in flight? */
export function mayBegin(world: World, item: Item): boolean {
  if (item.runs.length === 0) return true;
  if (item.plan.whenRunning !== "overlap") return false;
  return item.runs.length < (item.maxOverlap ?? world.concurrency);
}

/** Puts `item` where its facts say; it keeps a place that is still right. */
export function stand(world: World, item: Item): void {
  const stood = world.ready.includes(item) ||
    item.gate?.waiting.includes(item) === true;
  // A lower bound starts nothing, but it costs nobody a place either.
  const stands = item.isOwed && item.suspensions === 0 &&
    (stood || mayBegin(world, item));
  if (stood && !stands) leave(world, item);
  if (!stood && stands) arrive(world, item);
}

/** Behind all that are ready, or behind all at its gate. */
function arrive(world: World, item: Item): void {
  const { gate } = item;
  if (gate === undefined) return void world.ready.push(item);
  const { holder } = gate;
  if (holder === undefined) {
    gate.holder = item;
    return void world.ready.push(item);
  }
  const givesWay = holder.runs.length === 0 &&
    holder.plan.priority < item.plan.priority;
  if (!givesWay) return void gate.waiting.push(item);
  // Inside, but not begun: the more urgent one goes first.
  remove(world.ready, holder);
  gate.waiting.unshift(holder);
  gate.holder = item;
  world.ready.push(item);
}

function leave(world: World, item: Item): void {
  const wasReady = remove(world.ready, item);
  if (item.gate === undefined) return;
  remove(item.gate.waiting, item);
  if (wasReady && item.gate.holder === item) open(world, item);
}

/** The gate that `item` held lets its next one through. */
export function open(world: World, item: Item): void {
  const { gate } = item;
  if (gate === undefined || gate.holder !== item) return;
  const next = first(gate.waiting);
  gate.holder = next;
  if (next === undefined) return;
  remove(gate.waiting, next);
  world.ready.push(next);
}

/** Who is next: the highest priority, and the longest wait in it. */
export function first(list: readonly Item[]): Item | undefined {
  let best: Item | undefined;
  for (const item of list) {
    if (best === undefined || item.plan.priority > best.plan.priority) {
      best = item;
    }
  }
  return best;
}

/** Takes back the run that is owed; all who wait for it are told. */
export function takeBack(world: World, item: Item, word: Word): void {
  disown(world, item);
  item.coalesced = 0;
  item.restartsLater = false;
  refuse(world, item.waiters, word);
  refuse(world, item.idlers, word);
}
