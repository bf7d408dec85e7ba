/**
 * How the end of a run is counted, and who is told of a failure: those who
 * asked for the result, else `onError`; never nobody.
 *
 * @module
 */
import { CancelledError, ClosedError } from "./errors.ts";
import type { EndedEvent, Reporter } from "./observer.ts";
import type { Halt } from "./halt.ts";
import { type ItemRecord, labelOf, nameOf } from "./record.ts";
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
  aborted(record: ItemRecord): void;
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
  readonly waiters: Waiters;
  readonly halt: Halt | undefined;
}

/** How a run that rejected counts. */
export function outcomeOf(halt: Halt | undefined): "failed" | "aborted" {
  const cause = halt?.cause;
  return cause === undefined || cause === "timeout" ? "failed" : "aborted";
}

/** What observers are told. */
export function endedEvent(
  { record, number, executor }: EndedRun,
  outcome: EndedEvent["outcome"],
  value: unknown,
): EndedEvent {
  const error = outcome === "ok" ? undefined : value;
  return { ...nameOf(record), number, executor, outcome, error };
}

/** Tells of a run that rejected with `error` and whose wake-up is spent. */
export function tellFailure(
  run: EndedRun,
  error: unknown,
  port: CompletionPort,
): void {
  const { record, waiters, halt } = run;
  if (halt?.cause === "close" || halt?.cause === "cancel") {
    return tellAborted(run, error, port);
  }
  const isAsked = tell(waiters, (waiter) => waiter.fail(error));
  if (!isAsked) port.reporter.report(error, nameOf(record), record);
}

/** All who wait are refused. Whoever aborted the run expects that it rejects
 * with the abort; any other error is news. */
function tellAborted(
  { record, waiters, halt }: EndedRun,
  error: unknown,
  { closing, reporter }: CompletionPort,
): void {
  const isAwaited = waiters !== undefined && waiters.size !== 0;
  const run = `The run of ${labelOf(record)}`;
  const refusal = halt?.cause === "close"
    ? new ClosedError(`${run} was aborted`, error)
    : new CancelledError(`${run} was cancelled`, error);
  tell(waiters, (waiter) => waiter.refuse(refusal));
  if (halt?.cause === "close") closing?.aborted(record);
  if (!isAwaited && !isAbort(error, halt?.reason)) {
    reporter.report(error, nameOf(record), record);
  }
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
