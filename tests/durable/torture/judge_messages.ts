/**
 * Was each message applied as often, and in the order, that was promised?
 *
 * @module
 */
import type { Evidence, Violation } from "./evidence.ts";

/** Looks at the ledgers of all keys. */
export function judgeMessages(evidence: Evidence): Violation[] {
  const { messages, remains: { ledgers } } = evidence;
  const places = new Map<string, string>();
  const violations: Violation[] = [];
  for (const [key, applied] of ledgers) {
    for (const id of applied) {
      const before = places.get(id);
      const fault = messages.get(id)?.key !== key
        ? "it was never sent there"
        : before !== undefined
        ? `it was applied before, to ${before}`
        : undefined;
      if (fault !== undefined) {
        const detail = `${key}: ${fault}`;
        const at = messages.get(id)?.sentAt ?? 0;
        const place = { key, at };
        violations.push({ law: "applied once", subject: id, detail, place });
      }
      places.set(id, key);
    }
    violations.push(...judgeOrder(evidence, key, applied));
  }
  for (const { id, key, sentAt, acknowledgedAt } of messages.values()) {
    if (acknowledgedAt === undefined || places.has(id)) continue;
    const detail = `${key}: it was acknowledged, and never applied`;
    const place = { key, at: sentAt };
    violations.push({ law: "nothing is lost", subject: id, detail, place });
  }
  return violations;
}

/** What was sent again may have been overtaken. */
function judgeOrder(
  { messages }: Evidence,
  key: string,
  applied: readonly string[],
): Violation[] {
  const last = new Map<string, number>();
  const violations: Violation[] = [];
  for (const id of applied) {
    const message = messages.get(id);
    if (message === undefined || message.isResent) continue;
    const { producer, number } = message;
    const before = last.get(producer) ?? 0;
    if (number < before) {
      const detail = `${key}: it was applied after ${producer}${before}`;
      const place = { key, at: message.sentAt };
      violations.push({ law: "in order", subject: id, detail, place });
    }
    last.set(producer, number);
  }
  return violations;
}
