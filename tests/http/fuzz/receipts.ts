/**
 * What an answer says was done, compared with what was to be done.
 *
 * @module
 */
import { type Answer, flawsOfProblem, jsonOf } from "./checks.ts";
import type { Deed } from "./deeds.ts";
import type { Verdict } from "./judge.ts";
import type { Ledger } from "./kinds.ts";
import { MARK } from "./values.ts";

type Body = Readonly<Record<string, unknown>>;

const OUTCOMES: readonly unknown[] = [
  "queued",
  "coalesced",
  "rerun",
  "delayed",
];

/** Enters into the ledger what was done. Answers what is wrong, in words. */
export function enter(
  answer: Answer,
  { deeds, place }: Verdict,
  ledger: Ledger,
): string[] {
  if (deeds.length === 0) return [];
  const { status, text } = answer;
  const isDone = status === 200 || status === 202 || status === 502;
  if (!isDone) return [];
  const body = jsonOf(text) as Body | undefined; // An object of unknowns.
  const [first] = deeds;
  if (place?.endsWith("/:kind/messages")) {
    return enterAll(body, deeds, ledger);
  }
  if (first === undefined) return [];
  if (status === 502) {
    note(ledger, first);
    return body?.code === "WI-RUN-FAILED" ? [] : ["its code is another"];
  }
  const flaws = flawsOfReceipt(body);
  const names = Object.keys(body ?? {}).join();
  const isFine = status === 202
    ? names === "outcome,version"
    : names === "outcome,version,result" || names === "outcome,version";
  if (!isFine) flaws.push(`its body has ${names}`);
  if (status === 202 && !answer.headers.has("location")) {
    flaws.push("it has no Location");
  }
  note(ledger, first);
  return flaws;
}

function enterAll(
  body: Body | undefined,
  deeds: readonly Deed[],
  ledger: Ledger,
): string[] {
  const results = Array.isArray(body?.results) ? body.results as Body[] : [];
  if (results.length !== deeds.length) {
    return [`it has ${results.length} results for ${deeds.length} entries`];
  }
  const flaws: string[] = [];
  let accepted = 0;
  for (const [at, deed] of deeds.entries()) {
    const result = results[at] ?? {};
    const { status } = result;
    const isFull = status === 429 && deed.mayBeFull;
    if (status !== (deed.refused ?? 202) && !isFull) {
      flaws.push(`entry ${at} must be ${deed.refused ?? 202}, not ${status}`);
    }
    if (status === 202) {
      accepted++;
      flaws.push(...flawsOfReceipt(result));
      note(ledger, deed);
    } else {
      const about = { status: Number(status), instance: undefined };
      flaws.push(...flawsOfProblem(result, about));
      if (JSON.stringify(result).includes(MARK)) {
        flaws.push(`entry ${at} is echoed`);
      }
    }
  }
  const refused = deeds.length - accepted;
  if (body?.accepted !== accepted) flaws.push(`${accepted} were accepted`);
  if (body?.refused !== refused) flaws.push(`${refused} were refused`);
  return flaws;
}

function note(ledger: Ledger, { kind, key, message }: Deed): void {
  if (message !== undefined) ledger.sent(kind, key, message);
}

function flawsOfReceipt(body: Body | undefined): string[] {
  const { outcome, version } = body ?? {};
  const flaws: string[] = [];
  if (!OUTCOMES.includes(outcome)) flaws.push(`its outcome is ${outcome}`);
  if (typeof version !== "string") flaws.push("it has no version");
  return flaws;
}
