/**
 * How long did it take until what a killed process had claimed was claimed
 * again?
 *
 * It is judged where somebody could do it: another runner that was there all
 * the time, and whose own renewals went through. Who stands still may hold the
 * database, and then nobody can do anything.
 *
 * @module
 */
import type { Life } from "./child.ts";
import type { Evidence, Violation } from "./evidence.ts";
import type { Ms } from "./journal.ts";

/** What is promised. */
export interface RecoveryBound {
  readonly leaseMs: number;
  /** How long there is between two looks at the sessions. */
  readonly scanMs: number;
  /** What a busy machine may add. */
  readonly slackMs: number;
}

/** How long recoveries took, and which took too long. */
export interface RecoveryReport {
  /** Milliseconds, of all that could be judged; sorted. */
  readonly judged: readonly number[];
  /** The same of the others. */
  readonly others: readonly number[];
  readonly violations: readonly Violation[];
}

/** Looks at each claim of a process that was killed. */
export function judgeRecovery(
  evidence: Evidence,
  bound: RecoveryBound,
): RecoveryReport {
  const judged: number[] = [];
  const others: number[] = [];
  const violations: Violation[] = [];
  for (const ofKey of evidence.claims.values()) {
    ofKey.forEach((claim, index) => {
      const { life } = claim;
      if (claim.endedAt !== undefined || life.killedAt === undefined) return;
      const againAt = ofKey[index + 1]?.claimedAt ?? Infinity;
      if (againAt < life.killedAt) return; // Its lease had been lost before.
      const sinceAt = sinceWhen(evidence, life, bound);
      if (sinceAt === undefined) return others.push(againAt - life.killedAt);
      const ms = againAt - Math.min(sinceAt, againAt);
      judged.push(ms);
      if (ms <= spanOf(bound)) return;
      const { key } = claim;
      const detail =
        `it was claimed ${Math.round(ms)} ms late, as ${life.name} ` +
        "died with it";
      const place = { key, at: life.killedAt };
      violations.push({ law: "recovery", subject: key, detail, place });
    });
  }
  judged.sort((one, other) => one - other);
  others.sort((one, other) => one - other);
  return { judged, others, violations };
}

function spanOf({ leaseMs, scanMs, slackMs }: RecoveryBound): Ms {
  return leaseMs + scanMs + slackMs;
}

/** Since when somebody could see that a process is dead; `undefined`: nobody
 * was there for long enough. */
function sinceWhen(
  { lives, pulses }: Evidence,
  { name, killedAt = Infinity }: Life,
  bound: RecoveryBound,
): Ms | undefined {
  const { leaseMs } = bound;
  const spanMs = spanOf(bound);
  const times = lives
    .filter((life) => life.name !== name)
    .map((life) => ({ life, from: Math.max(killedAt, life.readyAt) }))
    .filter(({ life, from }) =>
      isSteady(pulses.get(life.name) ?? [], { from, spanMs, leaseMs })
    )
    .map(({ from }) => from);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Does it beat all this time, without a gap of a lease? */
function isSteady(
  pulse: readonly Ms[],
  { from, spanMs, leaseMs }: {
    readonly from: Ms;
    readonly spanMs: number;
    readonly leaseMs: number;
  },
): boolean {
  const gaps = pulse.map((at, index) => ({ at, next: pulse[index + 1] ?? at }))
    .filter(({ at, next }) => next > from && at < from + spanMs);
  const last = gaps.at(-1)?.next ?? -Infinity;
  const first = gaps[0]?.at ?? Infinity;
  return last > from + spanMs - leaseMs && first < from + leaseMs &&
    gaps.every(({ at, next }) => next - at < leaseMs);
}
