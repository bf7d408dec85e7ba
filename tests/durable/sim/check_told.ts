/** Has everybody been told who waits for a result? */
import type { Evidence } from "./evidence.ts";
import type { Ledger } from "./ledger.ts";
import { RESULTS } from "./results.ts";

/** Who waits is told what became of it. */
export function checkResults(ledger: Ledger, { remains }: Evidence): void {
  const expect = (reply: string, outcome: string | undefined): void => {
    const found = remains.results.get(reply)?.outcome;
    if (found !== outcome) {
      ledger.accuse(`${reply} is told ${found}, not ${outcome}`);
    }
  };
  for (const { loaded, verdict, settled } of ledger.runs) {
    if (settled === undefined || settled.state === "lost") continue;
    const type = verdict?.type;
    if (type === undefined || type === "retry" || type === "release") continue;
    if (type === "hold" && settled.state !== "held") continue; // Deleted.
    const outcome = verdict?.isTold ? undefined : RESULTS[type].outcome;
    for (const { reply } of loaded?.messages ?? []) {
      if (reply !== undefined) expect(reply, outcome);
    }
  }
  for (const { type, replies } of ledger.takes) {
    for (const reply of replies) expect(reply, type);
  }
}

/** Who waits for a message that was applied hears of it. */
export function checkReplies(
  ledger: Ledger,
  { journal, remains }: Evidence,
): void {
  const applied = new Set(journal.flatMap(({ messages }) => messages));
  const told = new Set(
    ledger.runs.flatMap(({ loaded, verdict }) =>
      verdict?.isTold
        ? loaded?.messages.flatMap(({ reply }) => reply ?? []) ?? []
        : []
    ),
  );
  for (const { plan: { message }, reply, answer } of ledger.sent) {
    if (reply === undefined || message === undefined) continue;
    if (answer !== "accepted" || !applied.has(message)) continue;
    if (ledger.redriven.has(message) || told.has(reply)) continue;
    if (remains.results.get(reply) !== undefined) continue;
    ledger.accuse(`who waits for message ${message} is never told`);
  }
}
