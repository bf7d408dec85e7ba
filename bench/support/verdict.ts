/**
 * Is a goal met? The median of the ratios of all rounds decides.
 *
 * @module
 */
import type { Series } from "./contest.ts";
import { ratios, summarize, type Summary } from "./statistics.ts";
import type { Goal } from "./trial.ts";

/** A goal, and what the figures say of it. */
export interface Verdict {
  readonly text: string;
  readonly ratio: Summary;
  readonly passed: boolean;
}

function samplesOf(all: readonly Series[], name: string): readonly number[] {
  const series = all.find((one) => one.name === name);
  if (series !== undefined) return series.samples;
  throw new RangeError(`Cannot judge a goal as no contestant is "${name}"`);
}

/** Judges `goal` by what its contestants did. */
export function judge(goal: Goal, all: readonly Series[]): Verdict {
  const subject = samplesOf(all, goal.subject);
  if (goal.kind === "below") {
    const ratio = summarize(subject.map((value) => value / goal.limit));
    const text = `${goal.subject} < ${goal.limit}`;
    return { text, ratio, passed: ratio.median < 1 };
  }
  const rival = samplesOf(all, goal.rival);
  if (goal.kind === "faster") {
    const ratio = summarize(ratios(rival, subject));
    return {
      text: `${goal.subject} ≥ ${goal.factor} × as fast as ${goal.rival}`,
      ratio,
      passed: ratio.median >= goal.factor,
    };
  }
  const ratio = summarize(ratios(subject, rival));
  return {
    text: `${goal.subject} ≤ ${goal.factor} × the cost of ${goal.rival}`,
    ratio,
    passed: ratio.median <= goal.factor,
  };
}
