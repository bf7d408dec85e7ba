/** The oracle: what the laws of DESIGN say must happen, in plain arrays. It was
 * written from DESIGN and from what the public API says, never from the engine,
 * and it is slow and obvious on purpose. This file is what it remembers. */
import { event, numberOf, SETTLED, type Word } from "../events.ts";
import type { Act, ItemPlan, Plan } from "../plan.ts";

/** One who waits: for a result, for an end, or for everything. */
export interface Waiter {
  readonly id: number;
  /** Is it told of a failure? */
  readonly wantsResult: boolean;
  /** How many runs it still stands with. */
  left: number;
  isDone: boolean;
}

/** Why a run was aborted. */
export type Cause = "timeout" | "caller" | "restart" | "cancel" | "close";

/** One run in flight. */
export interface Run {
  readonly item: Item;
  readonly number: number;
  readonly coalesced: number;
  waiters: Waiter[];
  cause: Cause | undefined;
  /** What the signal aborts with: the first reason stays. */
  reason: Word | undefined;
  isDelivered: boolean;
  /** Has the callback not returned yet? */
  isCalling: boolean;
  /** Has the callback decided how it ends? */
  isDecided: boolean;
  /** Did it decide so because its signal aborted? */
  isAnsweringAbort: boolean;
  hasEnded: boolean;
}

/** One item, or one-shot work. */
export interface Item {
  readonly id: number;
  readonly plan: ItemPlan;
  readonly isOneShot: boolean;
  readonly maxOverlap: number | undefined;
  readonly gate: Gate | undefined;
  life: "live" | "deleting" | "deleted";
  isOwed: boolean;
  /** Orders those that become owed. */
  owedAt: number;
  coalesced: number;
  waiters: Waiter[];
  idlers: Waiter[];
  runs: Run[];
  starts: number;
  suspensions: number;
  restarts: number;
  /** Is the run to be restarted when the item is resumed? */
  restartsLater: boolean;
  deletion: { isDropped: boolean; readonly waiters: Waiter[] } | undefined;
  isFinishing: boolean;
  isStuck: boolean;
}

/** A serialized scope. */
export interface Gate {
  holder: Item | undefined;
  readonly waiting: Item[];
}

/** One scope; the first is the scheduler. */
export interface Scope {
  readonly id: number;
  readonly parent: Scope | undefined;
  readonly plan: Plan["scopes"][number];
  readonly gate: Gate | undefined;
  readonly children: (Item | Scope)[];
  life: "live" | "deleting" | "deleted";
  isDeleting: boolean;
  isFinishing: boolean;
  isStuck: boolean;
  readonly waiters: Waiter[];
}

/** What happens later. */
export interface Timer {
  readonly atMs: number;
  readonly run: Run | undefined;
  readonly fire: () => void;
}

/** A callback that settles in a microtask, or an abort on its way. */
export type Pending =
  | { readonly kind: "settle"; readonly run: Run; readonly isOk: boolean }
  | { readonly kind: "deliver"; readonly run: Run };

/** The end of the scheduler. */
export interface Closing {
  phase: "draining" | "aborting" | "cleaning" | "ended";
  graceEndsMs: number;
  timer: Timer | undefined;
  /** Are cleanups still waited for? */
  hasPatience: boolean;
  readonly endedBefore: number;
  readonly aborted: number[];
  readonly left: number[];
  readonly stuck: number[];
  readonly waiters: Waiter[];
}

/** A cleanup whose end is up to a step. */
export interface OpenCleanup {
  readonly id: number;
  readonly done: () => void;
}

/** All that the model knows. */
export interface World {
  readonly plan: Plan;
  readonly items: Item[];
  readonly oneShots: Item[];
  readonly scopes: Scope[];
  readonly ready: Item[];
  readonly runs: Run[];
  /** All runs of items that ever were. */
  readonly handles: Run[];
  /** Runs whose end is up to a step. */
  readonly open: Run[];
  /** Cleanups whose end is up to a step. */
  readonly openCleanups: OpenCleanup[];
  /** Suspensions made: the item, or `undefined` once used. */
  readonly suspensions: (Item | undefined)[];
  /** One-shots that can be aborted, and waits. */
  readonly aborts: (() => void)[];
  readonly waits: (() => void)[];
  readonly idlers: Waiter[];
  readonly pending: Pending[];
  timers: Timer[];
  nowMs: number;
  concurrency: number;
  isPaused: boolean;
  isYielding: boolean;
  isObserved: boolean;
  closing: Closing | undefined;
  promises: number;
  owedCount: number;
  readonly counts: Counts;
  /** What must be seen in this order since the last comparison. */
  readonly inOrder: number[];
  /** What must be seen, in whatever order. */
  readonly anyOrder: number[];
  /** Does `act`, on behalf of `by` if a callback does it. */
  readonly perform: (act: Act, by: Run | undefined) => void;
  /** Did the engine let the event loop have its turn before this start? */
  readonly yieldsBefore: (start: number) => boolean;
}

/** The counts of a snapshot that only grow. */
export interface Counts {
  starts: number;
  ok: number;
  failed: number;
  aborted: number;
  skipped: number;
  stuck: number;
}

/** What the model says of one promise. */
export function settle(
  world: World,
  waiter: Waiter,
  word: Word,
  number = 0,
): void {
  if (waiter.isDone) return;
  waiter.isDone = true;
  world.anyOrder.push(event(SETTLED, waiter.id, numberOf(word), number));
}

/** A new promise; both sides count them alike. */
export function promise(world: World, wantsResult = false): Waiter {
  const id = world.promises++;
  return { id, wantsResult, left: 0, isDone: false };
}

/** What they waited for will not come. */
export function refuse(world: World, waiters: Waiter[], word: Word): void {
  for (const waiter of waiters.splice(0)) settle(world, waiter, word);
}

/** The run they stand with has ended. */
export function release(
  world: World,
  waiters: Waiter[],
  { word, number }: { word: Word; number: number },
): void {
  for (const waiter of waiters.splice(0)) {
    if (waiter.wantsResult) settle(world, waiter, word, number);
    else if (--waiter.left <= 0) settle(world, waiter, "undefined");
  }
}

/** What reports and observers call it. */
export function nameOf(item: Item): number {
  return item.isOneShot ? NAMELESS : item.id;
}

/** One-shots have no key. */
export const NAMELESS = 63;

/** Is nothing owed, and does nothing run? */
export function isIdle(item: Item): boolean {
  return !item.isOwed && item.runs.length === 0;
}

/** Is anything due, or does anything run? */
export function isQuiet(world: World): boolean {
  return world.runs.length === 0 &&
    !world.items.some((item) => item.isOwed && item.suspensions === 0) &&
    !world.oneShots.some((item) => item.isOwed);
}

/** Takes `element` out, wherever it is. */
export function remove<Element>(list: Element[], element: Element): boolean {
  const index = list.indexOf(element);
  if (index < 0) return false;
  list.splice(index, 1);
  return true;
}
