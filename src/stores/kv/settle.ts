/**
 * The end of a run: acknowledgement, context, the user's writes and what the
 * item is next, in one commit.
 *
 * @module
 */
import { LimitError } from "../../durable/errors.ts";
import type {
  Settled,
  StoredResult,
  StoreLimits,
  Verdict,
} from "../../durable/stored.ts";
import { type Basis, type KvClaim, UNLOADED } from "./load.ts";
import type { Draft } from "./draft.ts";
import { finishDelete } from "./delete.ts";
import {
  acknowledge,
  bury,
  forgetReplies,
  tell,
  writeContext,
} from "./handed.ts";
import { FRESH, type ItemValue, type NoteValue } from "./layout.ts";
import {
  BLANK,
  change,
  labelOf,
  type Parts,
  type ReadItem,
  readItem,
} from "./parts.ts";
import { checksHold, checkSums, placeOf, writeOwn } from "./own_writes.ts";

/** A run that ends, and what came to its item meanwhile. */
interface Ending {
  readonly claim: KvClaim;
  readonly basis: Basis;
  readonly verdict: Verdict;
  /** As it was read after the run; `undefined`: nothing is known to have come,
   * which the tail is asked about. */
  readonly read: ReadItem | undefined;
}

/** Ends a run. */
export async function settleClaim(
  parts: Parts,
  claim: KvClaim,
  verdict: Verdict,
): Promise<Settled> {
  const action = `Cannot settle ${labelOf(claim)}`;
  checkLimits(parts.limits, action, verdict);
  const basis = claim.basis ?? UNLOADED;
  const writes = verdict.type === "complete" ? verdict.writes : [];
  let refusal: "lost" | "conflict" = "lost";
  let next: ItemValue | undefined;
  let tries = 0;
  const commit = await change(parts, action, {
    names: [claim],
    places: writes.map(({ key }) => placeOf(key)),
    isPatient: true,
    draft: async (draft) => {
      const isFirst = tries++ === 0 && !basis.hasNews;
      const read = isFirst ? undefined : await readItem(parts, claim);
      const isLost = read !== undefined &&
        read.item.versionstamp !== claim.fence;
      refusal = isLost ? "lost" : "conflict";
      if (isLost || (!isFirst && !await checksHold(parts, writes))) {
        return false;
      }
      await checkSums(parts, draft, writes);
      next = write(parts, draft, { claim, basis, verdict, read });
      return true;
    },
  });
  if (commit === undefined) return { state: refusal, version: undefined };
  const { batch } = claim;
  if (--batch.left === 0) parts.committer.tidy(batch.key);
  const { versionstamp: version } = commit;
  const isDeleting = next?.state === "deleting";
  const state = isDeleting ? await endDeletion(parts, claim) : stateOf(next);
  return { state, version };
}

/** The run has ended, whatever becomes of the rest: who promotes would end it. */
async function endDeletion(
  parts: Parts,
  claim: KvClaim,
): Promise<"idle" | "deleting"> {
  try {
    await finishDelete(parts, claim, { bury: true });
    return "idle";
  } catch {
    return "deleting";
  }
}

/** What is too large is refused before anything is written. */
function checkLimits(
  limits: StoreLimits,
  action: string,
  verdict: Verdict,
): void {
  const refuse = (what: string, bytes: number, limit: number): void => {
    if (bytes > limit) throw new LimitError(action, what, { bytes, limit });
  };
  if (verdict.type === "complete") {
    const { context, result } = verdict;
    refuse("its context", context?.length ?? 0, limits.contextBytes);
    refuse("its result", result?.length ?? 0, limits.resultBytes);
  }
  if (verdict.type === "bury" || verdict.type === "hold") {
    const bytes = verdict.result.body?.length ?? 0;
    refuse("its result", bytes, limits.resultBytes);
  }
}

function stateOf(item: ItemValue | undefined): Exclude<
  Settled["state"],
  "lost" | "conflict"
> {
  if (item === undefined) return "idle";
  const { state, suspended } = item;
  return suspended && state !== "held" ? "suspended" : state;
}

/** Writes all of it; returns the item as it is next. */
function write(
  parts: Parts,
  draft: Draft,
  end: Ending,
): ItemValue | undefined {
  const { claim, verdict, basis } = end;
  const next = nextOf(parts, end);
  writeNext(parts, draft, end, next);
  switch (verdict.type) {
    case "complete": {
      const result: StoredResult = { outcome: "ok", body: verdict.result };
      acknowledge(draft, basis);
      writeContext(parts, draft, { claim, context: contextOf(end, next) });
      writeOwn(parts, draft, verdict.writes);
      tell(parts, draft, basis, { result, told: verdict.told });
      break;
    }
    case "bury":
      if (next === undefined) {
        writeContext(parts, draft, { claim, context: contextOf(end, next) });
      }
      bury(parts, draft, { claim, basis, error: verdict.error });
      acknowledge(draft, basis);
      tell(parts, draft, basis, verdict);
      break;
    case "hold":
      if (next?.state === "deleting") break; // They are told of that.
      forgetReplies(draft, basis);
      tell(parts, draft, basis, verdict);
      break;
  }
  return next;
}

/** The context to be written. It is all that is left of an idle item, so its
 * version has to be the last. */
function contextOf(
  { basis, verdict }: Ending,
  next: ItemValue | undefined,
): Uint8Array | null | undefined {
  const context = verdict.type === "complete" ? verdict.context : undefined;
  if (context !== undefined || next !== undefined) return context;
  return basis.context.value ?? undefined;
}

/** What the item is next; `undefined`: idle, and stored no more. */
function nextOf(parts: Parts, end: Ending): ItemValue | undefined {
  const { claim: { item }, verdict, read } = end;
  const note = read?.note.value ?? BLANK;
  const { n, from, failures, crashes } = item;
  const base = { ...FRESH, n, from, suspended: note.suspended ?? false };
  if (note.isDeleted) {
    const isDone = verdict.type === "complete" || verdict.type === "bury";
    const owed = note.due === 0 ? owedSince(end, note) : undefined;
    const since = isDone ? owed : from;
    const left = isDone ? n - end.basis.messages.length : n;
    return { ...base, n: left, state: "deleting", due: 0, from: since };
  }
  switch (verdict.type) {
    case "retry": {
      const due = parts.clock.today() + verdict.delayMs;
      return { ...base, state: "backoff", failures: failures + 1, due };
    }
    case "hold":
      return { ...base, state: "held", failures: failures + 1 };
    case "release": {
      const restarts = item.restarts + (verdict.isRestart ? 1 : 0);
      return { ...base, failures, crashes, restarts };
    }
  }
  return afterwards(end, note, base);
}

/** What the item is once its messages are done with. */
function afterwards(
  end: Ending,
  note: NoteValue,
  base: ItemValue,
): ItemValue | undefined {
  const { claim, basis } = end;
  const n = claim.item.n - basis.messages.length;
  if (basis.more) return { ...base, n, from: leftSince(claim, basis) };
  const { due, first, bound } = note;
  if (due === undefined) {
    const idle = { ...base, state: "idle", n: 0, from: undefined } as const;
    return base.suspended ? idle : undefined;
  }
  if (due === 0) return { ...base, n, from: owedSince(end, note) };
  return { ...base, state: "delayed", n, from: undefined, due, first, bound };
}

/** Since when the next run has been due. */
function owedSince({ read }: Ending, note: NoteValue): string | undefined {
  return note.from ?? read?.note.versionstamp ?? undefined;
}

/** Since when the oldest of those that stay has been due. */
function leftSince(
  { item: { from } }: KvClaim,
  { leftSince }: Basis,
): string | undefined {
  if (leftSince === undefined || from === undefined) return from;
  return leftSince > from ? leftSince : from;
}

function writeNext(
  { layout }: Parts,
  draft: Draft,
  { claim, basis, read }: Ending,
  next: ItemValue | undefined,
): void {
  const isIdle = next === undefined || next.state === "idle";
  const tail = read?.tail ?? basis.tail;
  draft.check(layout.item(claim), claim.fence);
  // What comes to a running item changes its note, and always its tail.
  if (isIdle || read === undefined) {
    draft.check(layout.tail(claim), tail.versionstamp);
  } else draft.check(layout.note(claim), read.note.versionstamp);
  if (isIdle && tail.versionstamp !== null) draft.delete(layout.tail(claim));
  if (read !== undefined && read.note.versionstamp !== null) {
    draft.delete(layout.note(claim));
  }
  if (next === undefined) draft.deleteItem(layout.item(claim), claim);
  else draft.setItem(layout.item(claim), claim, next);
  if (next?.state === "queued" && !next.suspended) draft.mention(claim, next);
  if (next?.due === undefined) return;
  draft.set(layout.delayed(claim.kind, next.due, claim.key), 0);
  draft.rings = true;
}
