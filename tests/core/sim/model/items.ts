/** What the handle of an item does: the rows of DESIGN's table. */
import { event, numberOf, SAW_ENQUEUED, type Word } from "../events.ts";
import { deleteItem } from "./ends.ts";
import { halt, restart } from "./halts.ts";
import { mayBegin, owe, stand, takeBack } from "./queue.ts";
import {
  isIdle,
  type Item,
  nameOf,
  promise,
  remove,
  type Run,
  settle,
  type Waiter,
  type World,
} from "./world.ts";

/** `enqueue()`; `by` is the run that asks through its own handle. */
export function enqueue(world: World, item: Item, by: Run | undefined): Word {
  if (world.closing !== undefined) return "WI-CLOSED";
  if (item.life !== "live") return "WI-DELETED";
  const word = accept(world, item);
  if (word === "WI-QUEUE-FULL") return word;
  if (word === "skipped") world.counts.skipped++;
  else {
    item.coalesced++;
    restart(world, item, by);
  }
  if (world.isObserved) {
    world.inOrder.push(event(SAW_ENQUEUED, nameOf(item), numberOf(word)));
  }
  return word;
}

function accept(world: World, item: Item): Word {
  if (isIdle(item)) {
    if (owed(world) >= world.plan.maxOwed) return "WI-QUEUE-FULL";
    owe(world, item);
    return "queued";
  }
  if (item.plan.whenRunning === "skip") return "skipped";
  if (item.isOwed) return "coalesced";
  const word = mayBegin(world, item) ? "queued" : "rerun";
  owe(world, item);
  return word;
}

/** How many items are owed a run. */
export function owed(world: World): number {
  return world.items.filter((item) => item.isOwed).length +
    world.oneShots.length;
}

/** `request()` */
export function request(world: World, item: Item): void {
  const waiter = promise(world, true);
  const word = enqueue(world, item, undefined);
  if (word === "skipped") settle(world, waiter, "WI-SKIPPED");
  else if (word.startsWith("WI-")) settle(world, waiter, word);
  else item.waiters.push(waiter);
}

/** `flush()`: the runs in flight, and the one that is owed. */
export function flush(world: World, item: Item, waiter: Waiter): void {
  if (item.deletion !== undefined) return deleteItem(world, item, waiter);
  if (isIdle(item)) return settle(world, waiter, "undefined");
  waiter.left = item.runs.length + (item.isOwed ? 1 : 0);
  for (const run of item.runs) run.waiters.push(waiter);
  if (item.isOwed) item.waiters.push(waiter);
}

/** `idle()`: until nothing is left. */
export function idle(world: World, item: Item, waiter: Waiter): void {
  if (item.deletion !== undefined) return deleteItem(world, item, waiter);
  if (isIdle(item)) return settle(world, waiter, "undefined");
  item.idlers.push(waiter);
}

/** The caller gives up waiting. */
export function leave(world: World, waiter: Waiter): void {
  if (waiter.isDone) return;
  const lists = [
    world.idlers,
    ...world.items.flatMap((item) => [item.waiters, item.idlers]),
    ...world.runs.map((run) => run.waiters),
  ];
  for (const list of lists) remove(list, waiter);
  settle(world, waiter, "the caller's reason");
}

/** `cancel()` */
export function cancel(world: World, item: Item, running: boolean): Word {
  const isTaken = item.isOwed && item.life === "live";
  if (isTaken) takeBack(world, item, "WI-CANCELLED");
  if (running) {
    for (const run of item.runs.toReversed()) {
      halt(world, run, "cancel", "WI-CANCELLED");
    }
  }
  return isTaken ? "[]" : "undefined";
}

/** `suspend()` */
export function suspend(world: World, item: Item): Word {
  if (world.closing !== undefined) return "WI-CLOSED";
  if (item.life !== "live") return "WI-DELETED";
  item.suspensions++;
  stand(world, item);
  world.suspensions.push(item);
  return "ok";
}

/** The `resume()` of one suspension; only its first use counts. */
export function resume(world: World, index: number): void {
  const item = world.suspensions[index];
  if (item === undefined) return;
  world.suspensions[index] = undefined;
  if (item.suspensions === 0) return; // It was deleted meanwhile.
  item.suspensions--;
  if (item.suspensions > 0) return;
  stand(world, item);
  if (item.isOwed && item.restartsLater) restart(world, item, undefined);
}
