/** What the begin and the end of a run do to its item. */
import { ANY, type Facts } from "./facts.ts";
import type { Flight, Item, Parcel } from "./item.ts";
import type { Message, Part } from "./ledger.ts";
import { DRAWN, JITTER, type RetryPlan } from "./plan.ts";
import { drop, undeliver } from "./leaving.ts";

/** What a run is told, as far as the laws say something of it. */
export interface Seen {
  readonly messages: readonly Message[];
  readonly number: number;
  readonly attempt: number;
  readonly coalesced: number;
  readonly executor: number;
  /** Which context it has. */
  readonly context: number | undefined;
}

/** What a run fails with. */
export interface Failure {
  readonly word: string;
  readonly final?: true | undefined;
  readonly retryAfter?: number | undefined;
}

/** What `retry` fails with, if it throws. */
export const RETRY_FAILURE = "error of retry";
/** What it gets if it returns what is no time. */
const NO_TIME = "RangeError";

/** A run of `item` has begun. */
export function begin(facts: Facts, item: Item, seen: Seen): Flight {
  const { kind, failures } = item;
  checkStart(facts, item, seen);
  const parcels = take(facts, item, seen);
  const { timeout = Infinity } = kind.plan;
  const flight: Flight = {
    item,
    serial: ++facts.starts,
    parcels,
    wakers: item.wakers,
    coalesced: seen.coalesced,
    attempt: failures + 1,
    executor: seen.executor,
    timeoutAtMs: facts.nowMs + timeout,
    cause: undefined,
    isOver: false,
  };
  facts.ledger.handed(item.id, parcels.flat());
  facts.flights.add(flight);
  kind.running++;
  kind.starts.push(facts.nowMs);
  item.starts++;
  item.flight = flight;
  item.wakers = [];
  item.enqueues = item.inbox.length;
  item.restartsOnResume = false;
  item.isOwed = item.inbox.length > 0;
  item.dueAtMs = item.backoffAtMs = 0;
  item.idleAtMs = undefined;
  return flight;
}

function checkStart(facts: Facts, item: Item, seen: Seen): void {
  const { number, attempt, coalesced, executor, context } = seen;
  const late = (what: string): void => facts.break(`item ${item.id} ${what}`);
  if (item.flight !== undefined) late("overlaps itself");
  if (!item.mayBegin(facts.nowMs) && !item.isLoose) {
    late(`begins although it is ${item.state(facts.nowMs)}`);
  }
  if (!facts.mayStart(item)) late("begins beyond a bound");
  if (executor >= facts.concurrency) late("runs beyond the bound");
  for (const flight of facts.flights) {
    if (flight.executor === executor) late("runs on a busy executor");
  }
  if (context !== item.context) late(`has another context: ${context}`);
  if (item.isLoose) return;
  const isKept = item.kind.plan.undelivered === "rejects";
  if (number !== ++item.number && !isKept) late(`says it is run ${number}`);
  item.number = number; // A promise of the user's keeps an item in memory.
  if (attempt !== item.failures + 1) late(`says it is attempt ${attempt}`);
  const { maxMessages = Infinity } = item.kind.plan;
  const isSplit = item.inbox.length > maxMessages;
  const isWrong = isSplit ? coalesced < 1 : coalesced !== item.enqueues;
  if (isWrong && maxMessages === Infinity) {
    late(`answers ${coalesced} enqueues, not ${item.enqueues}`);
  }
}

/** Takes from the inbox what the run was handed, which has to be its head. */
function take(facts: Facts, item: Item, { messages }: Seen): Parcel[] {
  const parcels = messages.map((message) => facts.ledger.of([message]));
  const law = item.inbox.splice(0, item.kind.plan.maxMessages ?? Infinity);
  if (item.isLoose) return parcels; // Then only the ledger knows.
  // Where merge has thrown nobody knows how many of them are one.
  const border = item.isUnmerged ? "," : "; ";
  const wanted = law.map(idsOf).join(border);
  const got = parcels.map(idsOf).join(border);
  if (wanted !== got) {
    facts.break(`item ${item.id} is handed [${got}], not [${wanted}]`);
  }
  return parcels;
}

function idsOf(parcel: Parcel): string {
  return parcel.map(({ id }) => id).join();
}

/** Its callback has ended: the engine is about to see it. `failure` is what it
 * threw, if it did. */
export function end(
  facts: Facts,
  flight: Flight,
  failure: Failure | undefined,
): void {
  if (flight.isOver) return; // Given up by close().
  const { item, parcels, wakers } = flight;
  flight.isOver = true;
  facts.flights.delete(flight);
  item.kind.running--;
  item.flight = undefined;
  if (failure !== undefined) return failed(facts, flight, failure);
  const words = [`value of run ${flight.serial}`];
  facts.ok++;
  item.failures = item.restarts = 0;
  facts.ledger.succeeded(item.id, parcels.flat());
  facts.answerParts(parcels.flat(), words);
  for (const waiter of wakers) facts.answer(waiter, words);
}

function failed(facts: Facts, flight: Flight, failure: Failure): void {
  const { item, cause, parcels } = flight;
  facts.ledger.returned(parcels.flat());
  const isAborted = cause !== undefined && cause !== "timeout";
  if (isAborted) facts.aborted++;
  else facts.failed++;
  if (facts.closing !== undefined) return loosen(facts, flight);
  if (cause !== "restart") item.restarts = 0;
  if (cause === "cancel") return cancelled(facts, flight, failure);
  if (cause === "restart") return again(facts, flight);
  const delayMs = nextDelay(facts, flight, failure);
  if (delayMs !== undefined) return backOff(facts, flight, failure, delayMs);
  const { whenExhausted } = item.kind.plan;
  if (whenExhausted === "hold" && item.deletion === undefined) {
    return hold(facts, flight, failure);
  }
  item.failures = 0;
  tellLost(facts, flight, [failure.word]);
}

/** Its messages go back before all newer ones. */
function giveBack(flight: Flight): void {
  const { item, parcels, wakers, coalesced } = flight;
  const newer = item.inbox;
  const last = parcels.at(-1);
  const [first] = newer;
  const isMerged = item.kind.plan.merges && last !== undefined &&
    first !== undefined;
  item.inbox = isMerged
    ? [...parcels.slice(0, -1), [...last, ...first], ...newer.slice(1)]
    : [...parcels, ...newer];
  item.wakers = [...wakers, ...item.wakers];
  item.enqueues += coalesced;
  item.isOwed = true;
  item.dueAtMs = 0; // Whatever was delayed is one with what came back.
}

/** It is as if the run had never begun. */
function again(facts: Facts, flight: Flight): void {
  const { item } = flight;
  giveBack(flight);
  if (item.deletion === undefined) return;
  if (item.suspensions > 0 || facts.isPaused) drop(facts, item);
}

function backOff(
  facts: Facts,
  flight: Flight,
  { word }: Failure,
  delayMs: number,
): void {
  const { item, attempt } = flight;
  giveBack(flight);
  item.failures = attempt;
  item.backoffAtMs = facts.nowMs + delayMs;
  facts.expectEvent({
    who: "retried",
    item: item.id,
    words: [`${word} +${delayMs}`],
    parts: [],
    attempts: attempt,
  });
}

/** All who wait are told; the messages stay. */
function hold(facts: Facts, flight: Flight, { word }: Failure): void {
  const { item, attempt } = flight;
  giveBack(flight);
  item.failures = attempt;
  item.isHeld = true;
  for (const waiter of item.wakers) facts.answer(waiter, ["WI-HELD"]);
  item.wakers = [];
  facts.answerParts(item.waiting(), ["WI-HELD"]);
  facts.expectEvent({
    who: "held",
    item: item.id,
    words: [word],
    parts: [],
  });
}

/** There is no retry and no merge-back. What nobody waits for and nobody lost
 * anything by may be told or not: it depends on what the callback threw. */
function cancelled(facts: Facts, flight: Flight, { word }: Failure): void {
  flight.item.failures = 0;
  tellLost(facts, flight, ["WI-CANCELLED"], word);
}

/** Those who wait are told; the others' messages go to one place. Of a merged
 * message all parts must have a waiter. */
function tellLost(
  facts: Facts,
  flight: Flight,
  words: readonly string[],
  orElse?: string,
): void {
  const { item, parcels, wakers, attempt } = flight;
  const isAwaited = (part: Part): boolean => part.waiter !== undefined;
  const lost = parcels.filter((parcel) => !parcel.every(isAwaited)).flat();
  const told = parcels.filter((parcel) => parcel.every(isAwaited)).flat();
  const hasWaiter = wakers.length > 0 || parcels.flat().some(isAwaited);
  facts.ledger.refuse(told);
  facts.answerParts(parcels.flat(), words);
  for (const waiter of wakers) facts.answer(waiter, words);
  if (lost.length > 0) return undeliver(facts, item, lost, { words, attempt });
  if (hasWaiter) return;
  if (orElse === undefined) {
    return undeliver(facts, item, lost, { words, attempt });
  }
  facts.tellings.expect({
    who: "onError",
    item: item.id,
    words: [orElse],
    parts: [],
    mayMiss: true,
  });
}

/** A run failed while the scheduler closes: its messages are told somewhere. */
function loosen(facts: Facts, { item, parcels, wakers }: Flight): void {
  item.isLoose = true;
  item.isOwed = false;
  facts.answerParts(parcels.flat(), ANY);
  for (const waiter of wakers) facts.answer(waiter, ANY);
}

/** How long the next attempt has to wait, if there is one. */
function nextDelay(
  facts: Facts,
  { item, attempt }: Flight,
  { final, retryAfter }: Failure,
): number | undefined {
  if (item.deletion !== undefined || final === true) return undefined;
  const { retry } = item.kind.plan;
  if (retry.is === "odd") {
    const words = [retry.throws ? RETRY_FAILURE : NO_TIME];
    facts.tellings.expect({ who: "onError", item: item.id, words, parts: [] });
    return undefined;
  }
  const delayMs = delayAfter(retry, attempt);
  if (delayMs === undefined || retryAfter === undefined) return delayMs;
  return retryAfter >= 0 && retryAfter < Infinity ? retryAfter : delayMs;
}

/** What `retry` itself says. */
export function delayAfter(
  retry: Exclude<RetryPlan, { readonly is: "odd" }>,
  attempt: number,
): number | undefined {
  if (retry.is === "none") return undefined;
  if (retry.is !== "exponential") return retry.delays[attempt - 1];
  const { attempts, min } = retry;
  if (attempt >= attempts) return undefined;
  const delayMs = Math.min(60_000, min * 2 ** (attempt - 1));
  return delayMs - JITTER * DRAWN * delayMs;
}
