/** What an enqueue does to an item. */
import type { EnqueueOutcome } from "../../../mod.ts";
import type { Facts } from "./facts.ts";
import type { Flight, Item } from "./item.ts";
import type { Part, Waiter } from "./ledger.ts";
import type { KindPlan, TimingPlan } from "./plan.ts";

const MAX_RESTARTS = 8;

/** What one enqueue asks for. */
export interface Wish {
  readonly part: Part | undefined;
  readonly waiter: Waiter | undefined;
  readonly timing: TimingPlan | undefined;
  /** The run that asks through its own handle, if one does. */
  readonly by: Flight | undefined;
}

/** How long an enqueue lets its run wait; `at` counts from today. */
function delayOf(plan: KindPlan, timing: TimingPlan | undefined): number {
  const { at, delay = plan.delay ?? 0 } = timing ?? {};
  return at === undefined ? delay : Math.max(0, at);
}

/** Is an enqueue refused because the item is busy? */
export function isSkipped(item: Item): boolean {
  return item.kind.plan.whenRunning === "skip" &&
    (item.isOwed || item.flight !== undefined);
}

/** What an enqueue that is accepted answers. */
export function foretell(item: Item, { timing }: Wish): EnqueueOutcome {
  if (item.isOwed) return "coalesced";
  if (item.flight !== undefined) return "rerun";
  return delayOf(item.kind.plan, timing) > 0 ? "delayed" : "queued";
}

/** An enqueue was accepted. */
export function wake(facts: Facts, item: Item, wish: Wish): void {
  const { part, waiter, timing, by } = wish;
  item.remember();
  if (part !== undefined) {
    facts.ledger.accept(part);
    keep(item, part);
  } else if (waiter !== undefined && !item.isHeld) item.wakers.push(waiter);
  if (item.isHeld) refuseHeld(facts, wish);
  item.enqueues++;
  item.idleAtMs = undefined;
  const wasDelayed = item.isDelayed(facts.nowMs);
  owe(item, timing, facts.nowMs);
  if (by?.item !== item || by.isOver) item.isAskedByOthers = true;
  if (item.isDelayed(facts.nowMs)) return;
  restart(item, wasDelayed && item.isAskedByOthers ? undefined : by);
}

/** Who asks a held item could wait for ever; the message is kept. */
function refuseHeld(facts: Facts, { part, waiter }: Wish): void {
  facts.answer(waiter, ["WI-HELD"]);
  if (part !== undefined) part.waiter = undefined;
}

function keep(item: Item, part: Part): void {
  const last = item.inbox.at(-1);
  if (last === undefined || !item.kind.plan.merges) item.inbox.push([part]);
  else item.inbox[item.inbox.length - 1] = [...last, part];
}

/** An enqueue says when the run that is owed may begin. */
function owe(item: Item, timing: TimingPlan | undefined, nowMs: number): void {
  const { plan } = item.kind;
  const delayMs = delayOf(plan, timing);
  const maxDelayMs = timing?.maxDelay ?? plan.maxDelay ?? Infinity;
  const wasDelayed = item.isDelayed(nowMs) && !item.isInBackoff(nowMs);
  if (item.isOwed && !wasDelayed) return; // It is due, or waits for else.
  if (delayMs === 0) {
    item.dueAtMs = 0;
  } else if (wasDelayed) {
    const dueAtMs = nowMs + delayMs;
    const reschedule = timing?.reschedule ?? plan.reschedule ?? "earliest";
    if (reschedule === "earliest") {
      item.dueAtMs = Math.min(item.dueAtMs, dueAtMs);
    } else if (reschedule === "latest") {
      item.dueAtMs = Math.max(item.dueAtMs, dueAtMs);
    }
    item.maxDelayMs = Math.min(item.maxDelayMs, maxDelayMs);
  } else {
    item.dueAtMs = nowMs + delayMs;
    item.delayedAtMs = nowMs;
    item.maxDelayMs = maxDelayMs;
    item.isAskedByOthers = false;
  }
  item.dueAtMs = Math.min(item.dueAtMs, item.delayedAtMs + item.maxDelayMs);
  item.isOwed = true;
}

/** A wake-up is due while the item runs. A run never restarts itself. */
export function restart(item: Item, by?: Flight): void {
  const { flight, kind: { plan } } = item;
  if (plan.whenRunning !== "restart" || flight === undefined) return;
  if (by === flight) return;
  if (item.suspensions > 0) {
    item.restartsOnResume = true;
    return;
  }
  const { maxRestarts = MAX_RESTARTS } = plan;
  if (flight.cause !== undefined || item.restarts >= maxRestarts) return;
  item.restarts++;
  flight.cause = "restart";
}
