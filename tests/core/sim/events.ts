/** What can be seen of a scheduler, each event one number, so that two traces
 * are compared and hashed cheaply. The same numbers become lines for people. */
import { WorkItemError } from "../../../mod.ts";

/** Kinds of events: `[name, what its three parts are]`. */
const KINDS = [
  "act answered",
  "run started: id, number, coalesced",
  "run aborted: id, number, reason",
  "promise settled: promise, how, number",
  "cleanup of item",
  "cleanup of scope",
  "onError: id, what, number",
  "observed enqueued: id, outcome",
  "observed started: id, number, coalesced",
  "observed ended: id, outcome, number",
  "observed deleted: id",
  "observed paused",
  "observed stalled: id, number, overdue",
  "report finished",
  "report aborted: id",
  "report left: id",
  "report stuck: id",
] as const;

export const ANSWERED = 0;
export const STARTED = 1;
export const ABORTED = 2;
export const SETTLED = 3;
export const CLEANED_ITEM = 4;
export const CLEANED_SCOPE = 5;
export const TOLD_ERROR = 6;
export const SAW_ENQUEUED = 7;
export const SAW_STARTED = 8;
export const SAW_ENDED = 9;
export const SAW_DELETED = 10;
export const SAW_PAUSED = 11;
export const SAW_STALLED = 12;
export const REPORT_FINISHED = 13;
export const REPORT_ABORTED = 14;
export const REPORT_LEFT = 15;
export const REPORT_STUCK = 16;

/** How an act or promise answers; runs also say which one. */
const WORDS = [
  "undefined",
  "queued",
  "coalesced",
  "rerun",
  "delayed",
  "skipped",
  "[]",
  "WI-CLOSED",
  "WI-DELETED",
  "WI-QUEUE-FULL",
  "WI-SELF-WAIT",
  "WI-CANCELLED",
  "WI-SKIPPED",
  "WI-TIMEOUT",
  "the caller's reason",
  "the value of run",
  "the error of run",
  "the error of a cleanup",
  "ok",
  "failed",
  "aborted",
  "another error",
] as const;

/** A word of {@linkcode WORDS}. */
export type Word = typeof WORDS[number];

const NUMBERS: ReadonlyMap<string, number> = new Map(
  WORDS.map((word, number) => [word, number]),
);

/** The number of a word. */
export function numberOf(word: Word): number {
  return NUMBERS.get(word) ?? 0;
}

/** Every part is below this. */
const PART = 1_000;

/** One event as a number. */
export function event(kind: number, a = 0, b = 0, c = 0): number {
  return ((kind * PART + a) * PART + b) * PART + c;
}

/** One event as a line. */
export function show(number: number): string {
  const c = number % PART;
  const b = Math.floor(number / PART) % PART;
  const a = Math.floor(number / PART ** 2) % PART;
  const kind = Math.floor(number / PART ** 3);
  const name = KINDS[kind] ?? "?";
  const worded = [SETTLED, TOLD_ERROR, SAW_ENQUEUED, SAW_ENDED].includes(kind);
  if (kind === ANSWERED) return `${name} ${WORDS[a] ?? a}`;
  if (kind === ABORTED) return `${name} = ${a}, ${b}, ${WORDS[c] ?? c}`;
  return `${name} = ${a}, ${worded ? WORDS[b] ?? b : b}, ${c}`;
}

/** What a callback of the simulator fails with. */
export interface Failure {
  readonly number: number;
}

/** What a cleanup of the simulator fails with. */
export const CLEANUP_FAILURE: Failure = { number: 0 };

/** What the signals of the simulator abort with. */
export const CALLER_REASON: Failure = { number: 0 };

/** An error as its word, and the number of the run if it is one of a run. */
export function wordOf(error: unknown): { word: Word; number: number } {
  if (error instanceof WorkItemError) {
    return { word: error.code as Word, number: 0 }; // Compared as it is.
  }
  if (error === CALLER_REASON) {
    return { word: "the caller's reason", number: 0 };
  }
  if (error === CLEANUP_FAILURE) {
    return { word: "the error of a cleanup", number: 0 };
  }
  const number = (error as Partial<Failure> | undefined)?.number;
  return typeof number === "number"
    ? { word: "the error of run", number }
    : { word: "another error", number: 0 };
}
