/**
 * What is told of a torture.
 *
 * @module
 */
import type { Evidence, Violation } from "./evidence.ts";
import type { Ms } from "./journal.ts";
import type { RecoveryReport } from "./judge_recovery.ts";
import type { StormReport } from "./storm.ts";

/** What it was, in figures. */
export interface Figures {
  readonly kills: number;
  readonly producerKills: number;
  readonly stops: number;
  readonly deafTimes: number;
  readonly seconds: number;
  readonly drainSeconds: number;
  readonly messages: number;
  readonly acknowledged: number;
  readonly applied: number;
  readonly resent: number;
  readonly runs: number;
  /** Claims that were lost with their process. */
  readonly recovered: number;
  readonly recoveryMs: Spread;
  /** Those that nobody could be held to. */
  readonly otherRecoveryMs: Spread;
  readonly troubles: Readonly<Record<string, number>>;
}

/** Milliseconds. */
export interface Spread {
  readonly count: number;
  readonly median: number;
  readonly max: number;
}

/** What figures are taken from. */
export interface FigureParts {
  readonly evidence: Evidence;
  readonly recovery: RecoveryReport;
  readonly storm: StormReport;
  readonly times: {
    readonly beganAt: Ms;
    readonly calmAt: Ms;
    readonly endedAt: Ms;
  };
}

/** Counts everything. */
export function figuresOf(parts: FigureParts): Figures {
  const { evidence, recovery, storm, times } = parts;
  const { messages, claims, remains, troubles } = evidence;
  const sent = [...messages.values()];
  const all = [...claims.values()].flat();
  const ledgers = [...remains.ledgers.values()];
  return {
    ...storm,
    deafTimes: evidence.deafTimes,
    seconds: (times.endedAt - times.beganAt) / 1_000,
    drainSeconds: (times.endedAt - times.calmAt) / 1_000,
    messages: sent.length,
    acknowledged: sent.filter((each) => each.acknowledgedAt !== undefined)
      .length,
    applied: ledgers.reduce((sum, { length }) => sum + length, 0),
    resent: sent.filter(({ isResent }) => isResent).length,
    runs: all.filter(({ beganAt }) => beganAt !== undefined).length,
    recovered: recovery.judged.length + recovery.others.length,
    recoveryMs: spreadOf(recovery.judged),
    otherRecoveryMs: spreadOf(recovery.others),
    troubles: Object.fromEntries(troubles),
  };
}

function spreadOf(sorted: readonly number[]): Spread {
  const count = sorted.length;
  const median = Math.round(sorted[count >> 1] ?? 0);
  return { count, median, max: Math.round(sorted.at(-1) ?? 0) };
}

/** The first violations, in words. */
export function describe(violations: readonly Violation[]): string {
  const SHOWN = 20;
  const lines = violations.slice(0, SHOWN).map(({ law, subject, detail }) =>
    `- ${law}: ${subject}: ${detail}`
  );
  const more = violations.length - lines.length;
  if (more > 0) lines.push(`- and ${more} more`);
  return lines.join("\n");
}
