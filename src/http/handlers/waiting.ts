/**
 * Enqueues that wait for their result.
 *
 * @module
 */
import { MEDIA } from "../../client/wire.ts";
import type { TargetReceipt, TargetRequest } from "../../core/target.ts";
import { textOf, untellable } from "../answers.ts";
import type { Call } from "../call.ts";
import type { StoredAnswer } from "../idempotency.ts";
import type { Parts } from "../parts.ts";
import type { Problem } from "../problem.ts";
import { bodyOf, runFailed } from "../problems.ts";
import { isOfWaiting } from "../statuses.ts";
import type { KeyedAnswer } from "./keyed.ts";
import { accepted, receiptOf } from "./receipts.ts";

const NOTHING: Uint8Array = new Uint8Array(0);

/** What is waited for. */
export interface Asked {
  readonly waitMs: number;
  readonly location: string;
  /** What a repeat was answered the first time. */
  readonly first: StoredAnswer | undefined;
  /** Enqueues. The signal ends the waiting, and does not before it has done so:
   * who is told that nothing is known yet has to know that it was enqueued. */
  readonly ask: (signal: AbortSignal) => Promise<TargetRequest>;
}

/** Enqueues, and waits: as long as is asked, and while the caller is there. Who
 * finds no place to wait at is told at once that it was enqueued: to wait is but
 * a preference, and its first attempt may have been taken. */
export async function waitFor(
  call: Call,
  parts: Parts,
  asked: Asked,
): Promise<KeyedAnswer> {
  const { id } = call.principal;
  if (asked.waitMs === 0) return await unwaited(asked, preferred(0));
  if (parts.waiters.enter(id) !== undefined) return await unwaited(asked);
  try {
    return await waited(call, parts, asked);
  } finally {
    parts.waiters.leave(id);
  }
}

/** Enqueues so that a repeat may wait for the result. */
async function unwaited(
  { location, first, ask }: Asked,
  headers: Readonly<Record<string, string>> = {},
): Promise<KeyedAnswer> {
  const waiting = new AbortController();
  const asked = await ask(waiting.signal);
  asked.result.catch(() => {});
  waiting.abort();
  const { receipt, isRepeat } = readOf(asked, first);
  return { ...unfinished(receipt, location, headers), isRepeat };
}

async function waited(
  call: Call,
  parts: Parts,
  { waitMs, location, first, ask }: Asked,
): Promise<KeyedAnswer> {
  const endMs = parts.options.clock.now() + waitMs;
  const waiting = new AbortController();
  const asked = await ask(waiting.signal);
  const { receipt, isRepeat } = readOf(asked, first);
  giveWay(call, parts);
  const begun = { waiting, receipt, result: asked.result, endMs };
  const end = await endOf(call, parts, { waitMs, location, begun });
  return { ...end, isRepeat };
}

/** A repeat is told what the first attempt was told. */
function readOf(
  { outcome, version }: TargetReceipt,
  first: StoredAnswer | undefined,
): { readonly receipt: TargetReceipt; readonly isRepeat: boolean } {
  const receipt = first === undefined ? { outcome, version } : receiptOf(first);
  return { receipt, isRepeat: outcome === "duplicate" };
}

/** What is waited for, once it is enqueued. */
interface Begun {
  readonly waiting: AbortController;
  readonly receipt: TargetReceipt;
  readonly result: Promise<unknown>;
  readonly endMs: number;
}

/** How the waiting ends. */
async function endOf(
  call: Call,
  parts: Parts,
  { waitMs, location, begun: { waiting, receipt, result, endMs } }:
    & Pick<Asked, "waitMs" | "location">
    & { readonly begun: Begun },
): Promise<KeyedAnswer> {
  const { clock, exposeErrors } = parts.options;
  const stop = endAfter(call, waiting, (end) => {
    const timer = clock.startTimer(end, Math.max(0, endMs - clock.now()));
    return () => clock.stopTimer(timer);
  });
  try {
    const body = textOf({ ...receipt, result: await result });
    if (body === undefined) return told(call, untellable());
    const answer = { status: 200, headers: preferred(waitMs), body };
    return { answer, isFinal: true };
  } catch (error) {
    if (waiting.signal.aborted) { // Enqueued all the same.
      return unfinished(receipt, location, preferred(waitMs));
    }
    if (isOfWaiting(error)) throw error;
    return told(call, runFailed(error, exposeErrors));
  } finally {
    stop();
  }
}

/** Who waits has been read: its place is another's, its body is of no use. */
function giveWay(call: Call, { capacity }: Parts): void {
  call.isIn = false;
  call.body = NOTHING;
  capacity.leave();
}

/** Enqueued, and no result yet. */
function unfinished(
  receipt: TargetReceipt,
  location: string,
  headers: Readonly<Record<string, string>>,
): KeyedAnswer {
  const answer = accepted(receipt, location);
  const all = { ...answer.headers, ...headers };
  return { answer: { ...answer, headers: all }, isFinal: false };
}

/** Ends the waiting when the time is over, or the caller gone. */
function endAfter(
  { signal }: Call,
  waiting: AbortController,
  startTimer: (end: () => void) => () => void,
): () => void {
  const end = (): void => waiting.abort();
  const stopTimer = startTimer(end);
  signal?.addEventListener("abort", end);
  if (signal?.aborted) end();
  return () => {
    stopTimer();
    signal?.removeEventListener("abort", end);
  };
}

function preferred(waitMs: number): Readonly<Record<string, string>> {
  return { "Preference-Applied": `wait=${Math.floor(waitMs / 1_000)}` };
}

/** A run has ended, and so has this request: its repeat is told the same. */
function told({ requestId }: Call, problem: Problem): KeyedAnswer {
  const answer = {
    status: problem.status,
    headers: { "Content-Type": MEDIA.problem },
    body: JSON.stringify(bodyOf(problem, requestId)),
  };
  return { answer, isFinal: true };
}
