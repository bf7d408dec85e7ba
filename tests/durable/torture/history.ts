/**
 * What happened to a key at some time, from all journals: for whoever looks for
 * the cause of a violation.
 *
 * @module
 */
import type { Evidence, Violation } from "./evidence.ts";
import type { Ms } from "./journal.ts";

/** What is told of each side of that time. */
const AROUND_MS = 1_000;
const LINES_MAX = 80;

/** The history of the key of the first violation that has one. */
export function historyOf(
  evidence: Evidence,
  violations: readonly Violation[],
): string {
  const place = violations.find((each) => each.place !== undefined)?.place;
  if (place === undefined) return "";
  const { key, at } = place;
  const lines = [...claimsOf(evidence, key), ...messagesOf(evidence, key)]
    .filter((line) => Math.abs(line.at - at) < AROUND_MS)
    .sort((one, other) => one.at - other.at)
    .slice(0, LINES_MAX)
    .map((line) => `${(line.at - at).toFixed(0).padStart(6)} ms  ${line.text}`);
  const applied = (evidence.remains.ledgers.get(key) ?? []).filter((id) =>
    Math.abs((evidence.messages.get(id)?.sentAt ?? at) - at) < AROUND_MS
  );
  return [`${key} about then:`, ...lines, `ledger then: ${applied.join(" ")}`]
    .join("\n");
}

interface Line {
  readonly at: Ms;
  readonly text: string;
}

function claimsOf({ claims }: Evidence, key: string): Line[] {
  return (claims.get(key) ?? []).flatMap((claim) => {
    const { life: { name, killedAt }, fence } = claim;
    const line = (at: Ms | undefined, what: string): Line[] =>
      at === undefined ? [] : [{ at, text: `${name} ${what} ${fence}` }];
    return [
      ...line(claim.claimedAt, "claimed"),
      ...line(claim.beganAt, "began"),
      ...line(claim.endedAt, "ended"),
      ...line(claim.endedAt === undefined ? killedAt : undefined, "died with"),
    ];
  });
}

function messagesOf({ messages }: Evidence, key: string): Line[] {
  return [...messages.values()]
    .filter((message) => message.key === key)
    .flatMap(({ id, sentAt, acknowledgedAt }) => {
      const sent = { at: sentAt, text: `${id} sent` };
      if (acknowledgedAt === undefined) return [sent];
      return [sent, { at: acknowledgedAt, text: `${id} acknowledged` }];
    });
}
