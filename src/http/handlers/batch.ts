/**
 * Many enqueues of a kind, each answered by itself.
 *
 * @module
 */
import type { BatchBody, EntryAnswer } from "../../client/wire.ts";
import type { TargetEntry, TargetReceipt } from "../../core/target.ts";
import { respond } from "../answers.ts";
import type { Call } from "../call.ts";
import { entriesOf } from "../entries.ts";
import { ask } from "../gate.ts";
import { idOf, ownIdOf } from "../idempotency.ts";
import type { Parts } from "../parts.ts";
import { Problem } from "../problem.ts";
import { bodyOf, internal, problemOf } from "../problems.ts";
import { traced } from "./enqueue.ts";
import { checkKeyed, type KeyedAnswer, keyOf, once } from "./keyed.ts";

type Entry = TargetEntry | Problem;

function isGood(entry: Entry): entry is TargetEntry {
  return !(entry instanceof Problem);
}

/** `POST /v1/items/:kind/messages` */
export async function postMessages(
  call: Call,
  parts: Parts,
): Promise<Response> {
  const key = keyOf(call);
  if (key === undefined) checkKeyed(parts);
  const { json, options: { maxBatch } } = parts;
  const entries = entriesOf(call, { json, maxBatch });
  const allowed = await Promise.all(
    entries.map((entry) => allowedOf(call, parts, entry)),
  );
  const act = (): Promise<KeyedAnswer> =>
    enqueueAll(call, parts, { entries: allowed, key });
  if (key !== undefined) return await once(call, parts, { key, act });
  const { answer } = await act();
  return respond(call, answer);
}

/** The entry, or why its sender may not send it. */
async function allowedOf(
  { principal, kind }: Call,
  parts: Parts,
  entry: Entry,
): Promise<Entry> {
  if (entry instanceof Problem) return entry;
  const { key } = entry;
  try {
    await ask(parts, { principal: principal.id, action: "enqueue", kind, key });
    return entry;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

async function enqueueAll(
  call: Call,
  parts: Parts,
  { entries, key }: {
    readonly entries: readonly Entry[];
    readonly key: string | undefined;
  },
): Promise<KeyedAnswer> {
  const wanted = await Promise.all(
    entries.map((entry, at) => named(call, entry, key && `${key}\t${at}`)),
  );
  const good = wanted.filter(isGood);
  const receipts = await traced(
    call,
    parts,
    () => parts.target.enqueueMany(call.kind, good),
  );
  let next = 0;
  const results = wanted.map((entry): EntryAnswer =>
    entry instanceof Problem
      ? refusedOf(call, entry)
      : answerOf(call, parts, { entry, receipt: receipts[next++] })
  );
  const isRepeat = results.some((result, at) =>
    "outcome" in result && result.outcome === "duplicate" &&
    isUnnamed(entries[at])
  );
  const accepted = results.filter(({ status }) => status === 202).length;
  const refused = results.length - accepted;
  const body: BatchBody = { accepted, refused, results };
  return {
    answer: { status: 202, headers: {}, body: JSON.stringify(body) },
    // What may pass is to be tried again; the ids of the others keep them once.
    isFinal: results.every(({ status }) => status !== 429 && status < 500),
    isRepeat,
  };
}

/** Is it known by the key of its batch, having no id of its own? */
function isUnnamed(entry: Entry | undefined): boolean {
  return entry !== undefined && isGood(entry) && entry.id === undefined;
}

/** The entry as the target is to know it. An id is its sender's own. */
async function named(
  { principal }: Call,
  entry: Entry,
  key: string | undefined,
): Promise<Entry> {
  if (entry instanceof Problem) return entry;
  const { id } = entry;
  if (id !== undefined) {
    return { ...entry, id: await ownIdOf(principal.id, id) };
  }
  if (key === undefined) return entry;
  return { ...entry, id: await idOf(principal.id, key) };
}

function answerOf(
  call: Call,
  parts: Parts,
  { entry, receipt }: {
    readonly entry: TargetEntry;
    readonly receipt: TargetReceipt | Error | undefined;
  },
): EntryAnswer {
  if (receipt !== undefined && !(receipt instanceof Error)) {
    const { outcome, version } = receipt;
    return { status: 202, outcome, version };
  }
  const { message } = entry;
  const problem = problemOf(receipt, { ...parts.options, message });
  if (problem !== undefined) return refusedOf(call, problem);
  const { requestId, place } = call;
  parts.options.onError(receipt, { requestId, route: place.path });
  return refusedOf(call, internal());
}

function refusedOf({ requestId }: Call, problem: Problem): EntryAnswer {
  return bodyOf(problem, requestId);
}
