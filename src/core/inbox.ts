/**
 * The messages of an item: kept in order, or folded into one; handed to a run,
 * and given back before all newer ones if it fails. Somebody may wait for a
 * message, and that is remembered beside it.
 *
 * `merge` is the user's: it may throw, and call anything. So it is asked before
 * anything is changed, and what it made is taken only if nothing came between.
 *
 * @module
 */
import { QueueFullError } from "./errors.ts";
import { labelOf, rareOf, WAKE_UP } from "./facts.ts";
import type { ItemRecord, Messages, RunRecord } from "./record.ts";
import { validate } from "./schema.ts";
import { join, merge as mergeWaiters } from "./waiters.ts";

/** What `merge` made, and of which inbox. */
export interface Fold {
  readonly inbox: readonly unknown[] | undefined;
  readonly size: number;
  /** The message of the inbox that it was asked about. */
  readonly edge: unknown;
  /** Does a failed run give back, in front? */
  readonly isBack: boolean;
  /** Both parts in one; none: they stay apart. */
  readonly merged: { readonly value: unknown } | undefined;
}

/** What the schema of an item makes of a message, if it has one. */
export function checkMessage(record: ItemRecord, message: unknown): unknown {
  const { schema } = record.definition;
  if (schema === undefined) return message;
  return validate(schema, message, `Cannot enqueue ${labelOf(record)}`);
}

/** Keeps `message` behind those that wait. */
export function keep(record: ItemRecord, message: unknown): void {
  const { inbox } = record;
  if (inbox === undefined) record.inbox = [message];
  else {
    checkRoom(record, inbox.length);
    inbox.push(message);
  }
}

/** What the inbox of `record` and `message` make. Throws as `merge` does, or if
 * too many wait. */
export function fold(record: ItemRecord, message: unknown): Fold {
  const { inbox, definition: { merge } } = record;
  const size = inbox?.length ?? 0;
  const edge = inbox?.[size - 1];
  const merged = merge === undefined || size === 0
    ? undefined
    : { value: merge(edge, message) };
  if (merged === undefined) checkRoom(record, size);
  return { inbox, size, edge, isBack: false, merged };
}

/** Keeps `message` as `fold` said. `false`: something came between, and it was
 * kept unmerged. */
export function keepFolded(
  record: ItemRecord,
  folded: Fold,
  message: unknown,
  isAsked: boolean,
): boolean {
  const { size, merged } = folded;
  const isMerged = merged !== undefined && isSame(record, folded);
  const inbox = record.inbox ??= [];
  if (isMerged) inbox[size - 1] = merged.value;
  else inbox.push(message);
  ask(record, inbox.length, isMerged, isAsked);
  return isMerged || merged === undefined;
}

/** Leaves a run no more messages than it may have. Is there a rest, which is
 * owed another run? */
export function split(record: ItemRecord, run: RunRecord): boolean {
  const { rare, definition: { maxMessages: max } } = record;
  const { messages = [] } = run;
  run.asked = rare?.asked;
  if (rare !== undefined) rare.asked = undefined;
  if (messages.length <= max) return false;
  const rest = record.inbox = messages; // The longer part stays as it is.
  run.messages = messages.splice(0, max);
  if (run.asked !== undefined) {
    rareOf(record).asked = run.asked;
    run.asked = run.asked.splice(0, max);
  }
  record.enqueues = rest.length;
  run.coalesced -= rest.length;
  let waiter = run.waiters?.first;
  while (waiter !== undefined) {
    const { next } = waiter;
    if (waiter.behind > max) {
      waiter.leave();
      waiter.behind -= max;
      record.waiters = join(record.waiters, waiter);
    }
    waiter = next;
  }
  return true;
}

/** What the messages of a failed run make with those that came meanwhile. What
 * `merge` throws goes to `failed`: then both parts stay apart. */
export function foldBack(
  record: ItemRecord,
  run: RunRecord,
  failed: (error: unknown) => void,
): Fold {
  const { inbox, definition: { merge } } = record;
  const size = inbox?.length ?? 0;
  const older = run.messages ?? [];
  const edge = inbox?.[0];
  let merged: Fold["merged"];
  if (merge !== undefined && size !== 0 && older.length !== 0) {
    try {
      merged = { value: merge(older[older.length - 1], edge) };
    } catch (error) {
      failed(error);
    }
  }
  return { inbox, size, edge, isBack: true, merged };
}

/** Puts the messages of a failed run, and those who wait for it, before what
 * came meanwhile. `false`: something came between, and they stay apart. */
export function giveBack(
  record: ItemRecord,
  run: RunRecord,
  folded: Fold,
): boolean {
  const { messages, asked, waiters } = run;
  const isMerged = folded.merged !== undefined && isSame(record, folded);
  record.enqueues += run.coalesced;
  if (messages !== undefined && messages.length !== 0) {
    const older = messages.length;
    const newer = record.inbox ?? [];
    const flags = asked !== undefined || record.rare?.asked !== undefined
      ? [...flagsOf(asked, older), ...flagsOf(record.rare?.asked, newer.length)]
      : undefined;
    record.inbox = [...messages, ...newer];
    if (isMerged) {
      record.inbox.splice(older - 1, 2, folded.merged?.value);
      flags?.splice(older - 1, 2, flags[older - 1] && flags[older] || false);
    }
    if (flags !== undefined) rareOf(record).asked = flags;
    let waiter = record.waiters?.first;
    for (; waiter !== undefined; waiter = waiter.next) {
      waiter.behind += isMerged ? older - 1 : older;
    }
  }
  record.waiters = mergeWaiters(waiters, record.waiters);
  return isMerged || folded.merged === undefined;
}

/** The messages that nobody waits for. */
export function unasked(
  { messages, asked }: {
    readonly messages: Messages | undefined;
    readonly asked: readonly boolean[] | undefined;
  },
): Messages {
  return messages?.filter((_, index) => !asked?.[index]) ?? WAKE_UP;
}

/** Is the inbox as it was when `merge` was asked? */
function isSame({ inbox }: ItemRecord, folded: Fold): boolean {
  const { size } = folded;
  if (inbox !== folded.inbox || inbox?.length !== size) return false;
  return Object.is(folded.edge, inbox[folded.isBack ? 0 : size - 1]);
}

/** Remembers whether anybody waits for the message kept last: of one that was
 * merged, all parts have to be waited for. */
function ask(
  record: ItemRecord,
  size: number,
  isMerged: boolean,
  isAsked: boolean,
): void {
  let asked = record.rare?.asked;
  if (asked === undefined && (!isAsked || isMerged)) return;
  asked = rareOf(record).asked = flagsOf(asked, size);
  asked[size - 1] = isAsked && (!isMerged || asked[size - 1] === true);
}

function flagsOf(asked: boolean[] | undefined, size: number): boolean[] {
  const flags = asked ?? [];
  while (flags.length < size) flags.push(false);
  return flags;
}

function checkRoom(record: ItemRecord, size: number): void {
  const { maxInbox } = record.definition;
  if (size < maxInbox) return;
  const action = `Cannot enqueue ${labelOf(record)}`;
  throw new QueueFullError(action, maxInbox, "maxInbox");
}
