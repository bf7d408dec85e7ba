/** What takes work away from an item, or keeps it from running. */
import { ANY, type Facts } from "./facts.ts";
import type { Deletion, Item, Parcel } from "./item.ts";
import type { Part } from "./ledger.ts";
import { restart } from "./waking.ts";

/** What is owed is taken back: its messages, or `undefined`. */
function takeBack(
  facts: Facts,
  item: Item,
  words: readonly string[],
): Part[] | undefined {
  if (!item.isOwed) return undefined;
  const parts = item.waiting();
  for (const waiter of item.wakers) facts.answer(waiter, words);
  facts.answerParts(parts, words);
  item.inbox = [];
  item.wakers = [];
  item.enqueues = 0;
  item.isOwed = item.isHeld = item.restartsOnResume = false;
  item.dueAtMs = item.backoffAtMs = 0;
  if (item.flight === undefined) item.failures = 0;
  return parts;
}

/** `cancel()`: what it returns is told to the caller. */
export function cancel(
  facts: Facts,
  item: Item,
  isRunningToo: boolean,
): readonly Part[] | undefined {
  if (item.deletion !== undefined) return undefined;
  const parts = takeBack(facts, item, ["WI-CANCELLED"]);
  if (parts !== undefined) facts.ledger.tell(parts, "cancel()");
  if (isRunningToo && item.flight !== undefined) item.flight.cause = "cancel";
  return parts;
}

/** `reset()`: ends a backoff or a hold. */
export function reset(facts: Facts, item: Item): void {
  if (!item.isHeld && !item.isInBackoff(facts.nowMs)) return;
  item.isHeld = false;
  item.failures = 0;
  item.backoffAtMs = 0;
}

/** The last of its suspensions has been given back. */
export function resume(item: Item): void {
  item.suspensions--;
  if (item.suspensions > 0 || !item.isOwed) return;
  if (item.restartsOnResume) restart(item);
}

/** `delete()`: what waits for anything but its turn is dropped, the rest runs
 * once more, at once. */
export function remove(facts: Facts, item: Item, deletion: Deletion): void {
  const { nowMs } = facts;
  const waits = item.isHeld || item.isInBackoff(nowMs) ||
    item.suspensions > 0 || facts.isPaused;
  item.deletion = deletion;
  item.idleAtMs = undefined;
  if (waits) drop(facts, item);
  else item.dueAtMs = 0;
}

/** What is owed to an item that is being deleted will not run. What nobody
 * waits for goes to `undelivered`; without one, all of it is what `delete()`
 * resolves with, if there is anybody to whom. */
export function drop(facts: Facts, item: Item): void {
  const { deletion, failures, inbox } = item;
  const isAwaited = (parcel: Parcel): boolean =>
    parcel.every(({ waiter }) => waiter !== undefined);
  const asked = inbox.filter(isAwaited).flat();
  const unasked = inbox.filter((parcel) => !isAwaited(parcel)).flat();
  const parts = takeBack(facts, item, ["WI-DELETED"]);
  if (parts === undefined || deletion === undefined) return;
  const hasUndelivered = item.kind.plan.undelivered !== "none";
  const isAlone = deletion.isScope && !deletion.isAwaited;
  if (unasked.length > 0 && (hasUndelivered || isAlone)) {
    const words = ["WI-DELETED"];
    const mayMiss = !hasUndelivered; // It comes when the item has gone.
    undeliver(facts, item, unasked, { words, attempt: failures, mayMiss });
    facts.ledger.refuse(asked);
  } else if (isAlone) facts.ledger.refuse(asked);
  else deletion.dropped = [...parts, ...deletion.dropped ?? []];
}

/** Messages that no run will handle are told to one callback. */
export function undeliver(
  facts: Facts,
  item: Item,
  parts: readonly Part[],
  { words, attempt, mayMiss = false }: {
    readonly words: readonly string[];
    readonly attempt?: number | undefined;
    readonly mayMiss?: boolean;
  },
): void {
  const { id: of, kind } = item;
  const who = kind.plan.undelivered === "none" ? "onError" : "undelivered";
  const attempts = attempt;
  facts.tellings.expect({ who, item: of, words, parts, attempts, mayMiss });
}

/** It is gone, and its key as never used. */
export function forget(item: Item): void {
  item.deletion = undefined;
  item.suspensions = 0;
  item.failures = item.restarts = 0;
  item.isUnmerged = false;
  item.context = undefined;
  item.idleAtMs = undefined;
  item.life++;
}

/** Time has passed: what was to happen meanwhile has happened. `reasonOf` says
 * why a run was aborted, where two reasons came at once. */
export function tick(
  facts: Facts,
  nowMs: number,
  isTimeout: (item: Item) => boolean,
): void {
  const fromMs = facts.nowMs;
  facts.nowMs = nowMs;
  for (const { item, timeoutAtMs } of [...facts.flights]) {
    const { flight } = item;
    if (flight === undefined) continue;
    const dueAtMs =
      item.isOwed && item.dueAtMs > fromMs && item.dueAtMs <= nowMs
        ? item.dueAtMs
        : Infinity;
    const isLate = timeoutAtMs > fromMs && timeoutAtMs <= nowMs;
    const isFirst = timeoutAtMs < dueAtMs ||
      timeoutAtMs === dueAtMs && isTimeout(item);
    if (isLate && isFirst) flight.cause ??= "timeout";
    if (dueAtMs < Infinity && item.isAskedByOthers) restart(item);
    if (isLate) flight.cause ??= "timeout";
  }
}

/** `close()`: what is due may still run; what becomes of all else the report
 * will say, or whoever is told instead. */
export function close(facts: Facts): void {
  facts.closing = "draining";
  for (const item of facts.items) {
    const isKept = item.isDue(facts.nowMs) && item.suspensions === 0 &&
      !facts.isPaused;
    item.isLoose = true;
    for (const waiter of item.wakers) facts.answer(waiter, ANY);
    facts.answerParts(item.waiting(), ANY);
    item.wakers = [];
    if (!isKept) item.isOwed = false;
  }
}

/** Its grace is over. */
export function abort(facts: Facts): void {
  facts.closing = "aborting";
  for (const flight of facts.flights) {
    flight.cause = "close";
    facts.answerParts(flight.parcels.flat(), ANY);
    for (const waiter of flight.wakers) facts.answer(waiter, ANY);
  }
  for (const item of facts.items) item.isOwed = false;
}
