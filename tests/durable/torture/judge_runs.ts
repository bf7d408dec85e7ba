/**
 * Was each key run by one process at a time, as long as leases lived?
 *
 * @module
 */
import type { ClaimStory, Evidence, Violation } from "./evidence.ts";

/** Looks at each claim and the one after it. */
export function judgeRuns(evidence: Evidence, leaseMs: number): Violation[] {
  const violations: Violation[] = [];
  for (const claims of evidence.claims.values()) {
    claims.forEach((next, index) => {
      const claim = claims[index - 1];
      if (claim === undefined) return;
      const detail = overlapOf(evidence, leaseMs, { claim, next });
      if (detail === undefined) return;
      const { key, claimedAt: at } = next;
      const law = "one run at a time";
      violations.push({ law, subject: key, detail, place: { key, at } });
    });
  }
  return violations;
}

function overlapOf(
  { beats }: Evidence,
  leaseMs: number,
  { claim, next }: { readonly claim: ClaimStory; readonly next: ClaimStory },
): string | undefined {
  if (claim.fence === next.fence) return "two claims have one fence";
  const endedAt = claim.endedAt ?? claim.life.killedAt ?? Infinity;
  if (claim.life === next.life) {
    // Unless one of them was lost before it began.
    const isTwice = claim.beganAt !== undefined &&
      next.beganAt !== undefined && endedAt > next.beganAt;
    return isTwice ? `${claim.life.name} runs it twice at once` : undefined;
  }
  if (claim.endedAt !== undefined && endedAt <= next.claimedAt) {
    return undefined;
  }
  const leaseEndsAt = (beats.get(claim.session) ?? -Infinity) + leaseMs;
  if (leaseEndsAt <= next.claimedAt) return undefined;
  const earlyMs = Math.round(leaseEndsAt - next.claimedAt);
  return `${next.life.name} claimed it (${next.fence}) ${earlyMs} ms before ` +
    `the lease of ${claim.life.name} (${claim.fence}) had ended`;
}
