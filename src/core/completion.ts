/**
 * How the end of a run is counted, and who is told of a failure: those who
 * asked for the result, else `onError`; never nobody.
 *
 * @module
 */
import { CancelledError, ClosedError, HeldError } from "./errors.ts";
import { attemptOf, labelOf, nameOf, WAKE_UP } from "./facts.ts";
import type { Halt } from "./halt.ts";
import { unasked } from "./inbox.ts";
import type { Reporter } from "./observer.ts";
import type { ItemRecord, Messages, RunRecord } from "./record.ts";
import type { Verdict } from "./verdict.ts";
import { tell, type Waiters } from "./waiters.ts";

/** How runs ended. */
export interface Counts {
  ok: number;
  failed: number;
  aborted: number;
  stuck: number;
}

/** Who follows the end of the scheduler. */
export interface CloseHooks {
  /** Nothing is due and nothing runs. */
  quiet(): void;
  /** A run rejected that was aborted because the scheduler closes. */
  aborted(record: ItemRecord, messages: Messages): void;
  /** An item is owed a run that will not begin. */
  drop(record: ItemRecord): void;
}

/** What completion asks of the engine. */
export interface CompletionPort {
  readonly reporter: Reporter;
  readonly closing: CloseHooks | undefined;
}

/** A run that has ended. */
export interface EndedRun {
  readonly record: ItemRecord;
  /** Which run of its item it was. */
  readonly number: number;
  /** Which executor ran it. */
  readonly executor: number;
  /** Which attempt it was. */
  readonly attempt: number;
  readonly messages: unknown[] | undefined;
  readonly asked: boolean[] | undefined;
  readonly waiters: Waiters;
  readonly halt: Halt | undefined;
}

/** How a run that rejected counts. */
export function outcomeOf(halt: Halt | undefined): "failed" | "aborted" {
  const cause = halt?.cause;
  return cause === undefined || cause === "timeout" ? "failed" : "aborted";
}

/** Tells those who look that a run begins. */
export function tellStart(
  { runNumber, number, coalesced }: RunRecord,
  record: ItemRecord,
  reporter: Reporter,
): void {
  reporter.tell("started", {
    ...nameOf(record),
    number: runNumber,
    executor: number,
    coalesced,
  });
}

/** What has to be known of a run that ends, before it is forgotten. */
export function endedRun(run: RunRecord, record: ItemRecord): EndedRun {
  const { runNumber, number, messages, asked, waiters, halt } = run;
  const attempt = attemptOf(record);
  const executor = number;
  return {
    record,
    number: runNumber,
    executor,
    attempt,
    messages,
    asked,
    waiters,
    halt,
  };
}

/** Tells those who wait and those who look how a run ended. */
export function tellEnd(
  run: EndedRun,
  { fate, delayMs }: Verdict,
  value: unknown,
  port: CompletionPort,
): void {
  const { record, number, executor, attempt, waiters, halt } = run;
  const { reporter } = port;
  const name = nameOf(record);
  const outcome = fate === "ok" ? fate : outcomeOf(halt);
  const error = fate === "ok" ? undefined : value;
  if (fate === "ok") tell(waiters, (waiter) => waiter.succeed(value));
  if (fate === "spent") tellFailure(run, value, port);
  if (fate === "hold") refuseHeld(record, value);
  if (reporter.observers === undefined) return;
  reporter.tell("ended", { ...name, number, executor, outcome, error });
  if (fate === "hold") reporter.tell("held", { ...name, error });
  if (fate === "retry" && delayMs !== undefined) {
    const delay = delayMs;
    reporter.tell("retried", { ...name, number, attempt, delay, error });
  }
}

/** The item is held: whoever waits for it could wait for ever. */
function refuseHeld(record: ItemRecord, error: unknown): void {
  const { rare, waiters } = record;
  const idlers = rare?.idlers;
  record.waiters = undefined;
  if (rare !== undefined) rare.idlers = rare.asked = undefined;
  const refusal = new HeldError(`Cannot run ${labelOf(record)}`, error);
  tell(waiters, (waiter) => waiter.refuse(refusal));
  tell(idlers, (waiter) => waiter.refuse(refusal));
}

/** Tells of a run that rejected with `error` and whose wake-up is spent: those
 * who wait, and of the messages that nobody waits for whoever else it may be. */
export function tellFailure(
  run: EndedRun,
  error: unknown,
  port: CompletionPort,
): void {
  const { record, messages, waiters, halt, attempt } = run;
  if (halt?.cause === "close" || halt?.cause === "cancel") {
    return tellAborted(run, error, port);
  }
  const left = unasked(run);
  const isAsked = tell(waiters, (waiter) => waiter.fail(error));
  const isTold = messages === undefined ? isAsked : left.length === 0;
  if (!isTold) undeliver(record, left, { error, attempt }, port.reporter);
}

/** All who wait are refused. Whoever aborted the run expects that it rejects
 * with the abort; any other error is news, if there is nobody else to tell. */
function tellAborted(
  run: EndedRun,
  error: unknown,
  { closing, reporter }: CompletionPort,
): void {
  const { record, messages, waiters, halt, attempt } = run;
  const isAwaited = waiters !== undefined && waiters.size !== 0;
  const what = `The run of ${labelOf(record)}`;
  const isClosing = halt?.cause === "close";
  const refusal = isClosing
    ? new ClosedError(`${what} was aborted`, error)
    : new CancelledError(`${what} was cancelled`, error);
  tell(waiters, (waiter) => waiter.refuse(refusal));
  if (isClosing) closing?.aborted(record, messages ?? WAKE_UP);
  const left = unasked(run);
  if (!isClosing && left.length !== 0) {
    undeliver(record, left, { error: refusal, attempt }, reporter);
  } else if (!isAwaited && !isAbort(error, halt?.reason)) {
    reporter.report(error, nameOf(record), record);
  }
}

/** Tells of messages that no run will handle; none: of a mere wake-up. */
export function undeliver(
  record: ItemRecord,
  messages: Messages,
  { error, attempt }: { readonly error: unknown; readonly attempt: number },
  reporter: Reporter,
): void {
  const { undelivered } = record.definition;
  const name = nameOf(record);
  const source = messages.length === 0 ? name : { ...name, messages };
  if (undelivered === undefined) return reporter.report(error, source, record);
  const failure = { ...name, error, attempts: attempt };
  reporter.guard(record, () => undelivered(messages, failure), source);
}

/** Tells that `merge` enqueued the item that it was asked about. */
export function reportUnmerged(record: ItemRecord, reporter: Reporter): void {
  const why = `Cannot merge the messages of ${labelOf(record)} ` +
    'as "merge" changed its inbox: they are kept as they came';
  reporter.report(new TypeError(why), nameOf(record), record);
}

/** Is `error` what an aborted signal makes of a call? It may be anything, and
 * its properties may throw. */
function isAbort(error: unknown, reason: unknown): boolean {
  if (error === reason) return true;
  try {
    return Object(error).name === "AbortError";
  } catch {
    return false; // It is something else, and will be reported as it is.
  }
}
