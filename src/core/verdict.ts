/**
 * What becomes of the wake-up of a run that rejected. All of the user's code
 * that has a say in it (`retry` and `merge`) is asked first, while the run still
 * counts as running; then the verdict is what holds at that moment.
 *
 * @module
 */
import type { Delays } from "./delays.ts";
import { attemptOf, nameOf, rareOf } from "./facts.ts";
import { type Fold, foldBack, giveBack } from "./inbox.ts";
import type { Reporter } from "./observer.ts";
import type { ItemRecord, RunRecord } from "./record.ts";
import { nextDelay } from "./retry.ts";
import type { Standing } from "./transitions.ts";

/** What becomes of it.
 *
 * - `"ok"`: it is answered
 * - `"again"`: it goes back as if the run had never begun
 * - `"retry"`: it goes back, and waits for its next attempt
 * - `"hold"`: it goes back, and waits for `reset()`
 * - `"spent"`: somebody is told
 */
export type Fate = "ok" | "again" | "retry" | "hold" | "spent";

/** The verdict on one run. */
export interface Verdict {
  readonly fate: Fate;
  readonly error: unknown;
  /** Until the next attempt, if there is one. */
  readonly delayMs: number | undefined;
  /** What its messages make with the newer ones, if they go back. */
  readonly back: Fold | undefined;
}

/** That on a run that succeeded. */
export const OK: Verdict = {
  fate: "ok",
  error: undefined,
  delayMs: undefined,
  back: undefined,
};

/** What judging and coming back ask of the engine. */
export interface VerdictPort {
  readonly delays: Delays;
  readonly random: () => number;
  readonly reporter: Reporter;
  readonly standing: Standing;
}

/** Judges a run that rejected with `error`. */
export function judge(
  run: RunRecord,
  error: unknown,
  { random, reporter }: VerdictPort,
): Verdict {
  const { record } = run;
  if (record === undefined) return OK; // It was given up: nobody asks.
  const failed = (second: unknown): void =>
    reporter.report(second, nameOf(record), record);
  let delayMs: number | undefined;
  if (counts(run, record)) {
    try {
      const { retry } = record.definition;
      delayMs = nextDelay(retry, attemptOf(record), error, random);
    } catch (second) {
      failed(second);
    }
  }
  let fate = fateOf(run, record, delayMs);
  const back = fate === "spent" ? undefined : foldBack(record, run, failed);
  if (back !== undefined) fate = fateOf(run, record, delayMs); // As of now.
  return { fate, error, delayMs, back };
}

/** The wake-up of a run goes back to its item, as the verdict says. `false`: what
 * `merge` made could not be taken. */
export function comeBack(
  run: RunRecord,
  record: ItemRecord,
  { fate, error, delayMs, back }: Verdict,
  { delays, standing }: VerdictPort,
): boolean {
  if (back === undefined || fate === "spent") {
    if (record.rare !== undefined) record.rare.failures = 0; // It is over.
    return true;
  }
  const isKept = giveBack(record, run, back);
  if (fate !== "again") rareOf(record).failures++;
  if (fate === "retry") delays.backOff(record, delayMs ?? 0);
  else delays.end(record);
  if (fate === "hold") rareOf(record).hold = { error };
  if (record.owed) standing.move(record);
  else standing.owe(record);
  return isKept;
}

/** The run is no longer one of its item's. */
export function leave(record: ItemRecord, run: RunRecord): void {
  record.running--;
  if (record.youngest === run) {
    record.youngest = run.older;
    return;
  }
  let younger = record.youngest;
  while (younger !== undefined && younger.older !== run) {
    younger = younger.older;
  }
  if (younger !== undefined) younger.older = run.older;
}

/** Does a failure of the run count, or has somebody ended it? */
function counts({ halt }: RunRecord, { life }: ItemRecord): boolean {
  const cause = halt?.cause;
  return life === "live" && (cause === undefined || cause === "timeout");
}

function fateOf(
  run: RunRecord,
  record: ItemRecord,
  delayMs: number | undefined,
): Fate {
  if (run.halt?.cause === "restart") return "again";
  if (!counts(run, record)) return "spent";
  if (delayMs !== undefined) return "retry";
  return record.definition.isHolding ? "hold" : "spent";
}
