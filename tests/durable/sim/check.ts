/** Is everything where it has to be? Looks at what was asked and answered, and
 * at what is left; it knows nothing of how a store works. */
import { folded, numbersIn } from "./bodies.ts";
import { inLetter } from "./deeds.ts";
import type { Evidence, Journaled } from "./evidence.ts";
import type { Ledger, Run, Sent } from "./ledger.ts";
import { checkReplies, checkResults } from "./check_told.ts";
import type { Name } from "./plan.ts";

/** Accuses whatever is not as it has to be. */
export function checkAll(ledger: Ledger, evidence: Evidence): void {
  checkPlaces(ledger, evidence);
  checkContexts(ledger, evidence);
  checkOrder(ledger, evidence);
  checkWakes(ledger, evidence);
  checkRuns(ledger, evidence);
  checkResults(ledger, evidence);
  checkReplies(ledger, evidence);
  checkDeletions(ledger, evidence);
}

/** Each message is in one place. */
function checkPlaces(
  ledger: Ledger,
  { journal, remains }: Evidence,
): void {
  const places = new Map<number, string[]>();
  const put = (numbers: readonly number[], place: string): void => {
    for (const number of numbers) {
      const others = places.get(number);
      if (others === undefined) places.set(number, [place]);
      else others.push(place);
    }
  };
  for (const { messages, fence } of journal) put(messages, `run ${fence}`);
  for (const letter of remains.letters) {
    put(inLetter(letter), `dead letter ${letter.id}`);
  }
  for (const { messages, type } of ledger.takes) put(messages ?? [], type);
  for (const [number, tries] of byMessage(ledger.sent)) {
    const found = places.get(number) ?? [];
    places.delete(number);
    const wrong = misplaced(ledger, tries, found.length);
    if (wrong === undefined) continue;
    ledger.accuse(`message ${number} ${wrong}: ${found.join(", ")}`);
  }
  for (const number of places.keys()) {
    ledger.accuse(`message ${number} was never enqueued`);
  }
}

function byMessage(sent: readonly Sent[]): Map<number, Sent[]> {
  const messages = new Map<number, Sent[]>();
  for (const each of sent) {
    const { message } = each.plan;
    if (message === undefined) continue;
    const tries = messages.get(message);
    if (tries === undefined) messages.set(message, [each]);
    else tries.push(each);
  }
  return messages;
}

function misplaced(
  ledger: Ledger,
  tries: readonly Sent[],
  places: number,
): string | undefined {
  if (places > 1) return "is in several places";
  const isKept = tries.some(({ answer }) =>
    answer === "accepted" || answer === "duplicate"
  );
  if (isKept) {
    return places === 0 && !mayBeTaken(ledger, tries) ? "is lost" : undefined;
  }
  const isRefused = tries.every(({ answer }) => answer === "refused");
  return isRefused && places === 1 ? "was refused, and is there" : undefined;
}

/** Did somebody take back messages of the item and never learn which? */
function mayBeTaken(ledger: Ledger, tries: readonly Sent[]): boolean {
  return ledger.takes.some(({ name, ended, messages }) =>
    messages === undefined &&
    tries.some(({ plan, begun }) => isSame(name, plan.name) && begun < ended)
  );
}

/** Each run begins with the context that the one before left. */
function checkContexts(
  ledger: Ledger,
  { journal, remains, counts }: Evidence,
): void {
  for (const [id, entries] of byItem(journal)) {
    let context: string | undefined;
    const mayBeForgotten = ledger.takes.some(({ name, type }) =>
      type === "deleted" && `${name.kind}/${name.key}` === id
    );
    const isAsLeft = (found: string | undefined): boolean =>
      found === context || (found === undefined && mayBeForgotten);
    for (const { before, after, how, messages, fence } of entries) {
      if (!isAsLeft(before)) {
        ledger.accuse(`run ${fence} of ${id} has ${before}, not ${context}`);
      }
      const made = how === "fold"
        ? folded(before, messages)
        : how === "keep"
        ? before
        : undefined;
      if (made !== after) ledger.accuse(`run ${fence} of ${id} is a riddle`);
      context = after;
    }
    if (!isAsLeft(remains.contexts.get(id))) {
      ledger.accuse(
        `${id} ends with ${remains.contexts.get(id)}, not ${context}`,
      );
    }
    const count = entries.reduce(
      (sum, { messages }) => sum + messages.length,
      0,
    );
    if (count !== counts.get(id)) {
      ledger.accuse(`${id} counted ${counts.get(id)} messages, not ${count}`);
    }
  }
}

function byItem(journal: readonly Journaled[]): Map<string, Journaled[]> {
  const items = new Map<string, Journaled[]>();
  for (const entry of journal) {
    const id = `${entry.name.kind}/${entry.name.key}`;
    const entries = items.get(id);
    if (entries === undefined) items.set(id, [entry]);
    else entries.push(entry);
  }
  return items;
}

/** Messages are applied as their enqueues were committed. */
function checkOrder(ledger: Ledger, { journal }: Evidence): void {
  const placed = new Map<number, { version: string; begun: number }>();
  for (const { plan, answer, version, begun } of ledger.sent) {
    const { message } = plan;
    if (message === undefined || answer !== "accepted") continue;
    if (!ledger.redriven.has(message)) placed.set(message, { version, begun });
  }
  for (const [id, entries] of byItem(journal)) {
    let last = { version: "", begun: 0 };
    for (const number of entries.flatMap(({ messages }) => messages)) {
      const place = placed.get(number);
      if (place === undefined) continue;
      const isLater = place.version === last.version
        ? place.begun > last.begun
        : place.version > last.version;
      if (!isLater) ledger.accuse(`message ${number} of ${id} comes too late`);
      last = place;
    }
  }
}

/** Each wake-up is followed by a run that was claimed after it and ended. */
function checkWakes(ledger: Ledger, { journal }: Evidence): void {
  const last = new Map<string, string>();
  const saw = (id: string, fence: string): void => {
    if ((last.get(id) ?? "") < fence) last.set(id, fence);
  };
  for (const { name, fence } of journal) saw(`${name.kind}/${name.key}`, fence);
  for (const { claim, verdict, settled } of ledger.runs) {
    if (verdict?.type !== "bury" || settled?.state === "lost") continue;
    saw(`${claim.kind}/${claim.key}`, claim.fence);
  }
  for (const { plan: { name }, answer, version, begun } of ledger.sent) {
    const id = `${name.kind}/${name.key}`;
    if (answer !== "accepted" || (last.get(id) ?? "") > version) continue;
    const isTaken = ledger.takes.some((take) =>
      take.type !== "discarded" && isSame(take.name, name) &&
      take.ended > begun
    );
    if (!isTaken) ledger.accuse(`${id} never runs for ${version}`);
  }
}

/** What a store says of a settlement is so. */
function checkRuns(ledger: Ledger, { journal }: Evidence): void {
  const written = new Set(
    journal.map(({ name: { kind, key }, fence }) => `${kind}/${key} ${fence}`),
  );
  const versions = new Map(ledger.sent.map(({ plan, answer, version }) => [
    plan.message,
    answer === "accepted" ? version : "",
  ]));
  for (const run of ledger.runs) {
    const { claim: { kind, key, fence }, settled, loaded } = run;
    const name = `${kind}/${key} ${fence}`;
    const isComplete = run.verdict?.type === "complete" &&
      settled !== undefined && settled.state !== "lost";
    if (isComplete && !written.has(name)) {
      ledger.accuse(`run ${name} is complete, and did not write`);
    }
    if (settled?.state === "lost" && !run.isUnknown && written.has(name)) {
      ledger.accuse(`run ${name} is lost, and wrote`);
    }
    if (!written.has(name)) continue;
    for (const number of numbersOf(run)) {
      if (ledger.redriven.has(number)) continue;
      if ((versions.get(number) ?? "") <= fence) continue;
      ledger.accuse(`run ${name} was handed ${number}, which came later`);
    }
    if ((loaded?.messages.length ?? 0) > run.maxMessages) {
      ledger.accuse(`run ${name} was handed too many messages`);
    }
  }
}

function numbersOf({ loaded }: Run): readonly number[] {
  return loaded?.messages.flatMap(({ body }) => numbersIn(body)) ?? [];
}

function isSame(a: Name, b: Name): boolean {
  return a.kind === b.kind && a.key === b.key;
}

/** No context outlives a deletion. */
function checkDeletions(ledger: Ledger, { journal }: Evidence): void {
  const runs = new Map(ledger.runs.map((run) => {
    const { kind, key, fence } = run.claim;
    return [`${kind}/${key} ${fence}`, run];
  }));
  const deletions = ledger.takes.filter(({ type, isDone }) =>
    type === "deleted" && isDone
  );
  for (const [id, entries] of byItem(journal)) {
    for (const [at, { fence, before }] of entries.entries()) {
      const last = runs.get(`${id} ${entries[at - 1]?.fence}`);
      const begun = runs.get(`${id} ${fence}`)?.begun ?? 0;
      if (last === undefined || before === undefined) continue;
      const isLate = deletions.some((take) =>
        `${take.name.kind}/${take.name.key}` === id &&
        last.ended < take.begun && take.ended < begun
      );
      if (isLate) ledger.accuse(`run ${fence} of ${id} sees what was deleted`);
    }
  }
}
