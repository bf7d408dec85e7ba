/**
 * What is done to items besides enqueues and runs: time, cancel, delete,
 * suspend, reset.
 *
 * @module
 */
import type { ItemName } from "../../core/calls.ts";
import { DeletedError } from "../../core/errors.ts";
import type { Promoted, Taken } from "../../durable/store.ts";
import type { StoredMessage } from "../../durable/stored.ts";
import { type Book, copyOf, dueNow, type Item, labelOf } from "./book.ts";
import { forget } from "./settle.ts";

/** Makes ready what is due, what was due first first. */
export function promote(book: Book, kinds: readonly string[]): Promoted {
  const now = book.today();
  const waiting = [...book.items.values()]
    .filter(({ kind, run }) => run === undefined && kinds.includes(kind))
    .flatMap((item) => {
      const dueMs = item.owed?.dueMs;
      return dueMs === undefined ? [] : [{ item, dueMs }];
    })
    .sort((a, b) => a.dueMs - b.dueMs);
  const due = waiting.filter(({ dueMs }) => dueMs <= now);
  for (const { item } of due) {
    item.owed = dueNow(item.owed?.since);
    book.changed(item);
  }
  const next = waiting[due.length];
  return {
    count: due.filter(({ item }) => book.ready.has(item)).length,
    nextMs: next === undefined ? undefined : next.dueMs - now,
  };
}

/** Takes back what waits. */
export function cancel(
  book: Book,
  name: ItemName<string>,
  { running }: { readonly running: boolean },
): Taken {
  const item = book.find(name);
  if (item === undefined) return { messages: undefined, isRunning: false };
  const { run, owed } = item;
  const isRunning = run !== undefined;
  if (isRunning && running) run.isCancelled = true;
  if (owed === undefined) return { messages: undefined, isRunning };
  const taken = item.messages.splice(run?.claimed ?? 0);
  item.owed = undefined;
  if (isRunning) run.isRestart = false;
  else becomeNew(item);
  book.changed(item);
  book.end(item, "cancelled", owed.since);
  book.tell(taken, { outcome: "cancelled", body: undefined });
  return { messages: withBodies(taken), isRunning };
}

/** Forgets the item, now or when its run ends. */
export function remove(book: Book, name: ItemName<string>): Taken {
  const item = book.find(name);
  if (item === undefined) return { messages: undefined, isRunning: false };
  if (item.run !== undefined) {
    item.isDeleting = true;
    book.changed(item);
    return { messages: undefined, isRunning: true };
  }
  const { owed, messages } = item;
  forget(book, item);
  if (owed === undefined) return { messages: undefined, isRunning: false };
  book.end(item, "deleted", owed.since);
  book.tell(messages, { outcome: "deleted", body: undefined });
  return { messages: withBodies(messages), isRunning: false };
}

/** Keeps the item from starting, or lets it start again. */
export function suspend(
  book: Book,
  name: ItemName<string>,
  isSuspended: boolean,
): void {
  const known = book.find(name);
  if (known?.isDeleting === true) {
    throw new DeletedError(`Cannot suspend ${labelOf(known)}`);
  }
  if ((known?.isSuspended ?? false) === isSuspended) return;
  const item = known ?? book.make(name);
  item.isSuspended = isSuspended;
  book.changed(item);
}

/** Ends a backoff or a hold. */
export function reset(book: Book, name: ItemName<string>): void {
  const item = book.find(name);
  if (item === undefined || item.run !== undefined) return;
  if (!item.isHeld && item.owed?.isBackoff !== true) return;
  becomeNew(item);
  item.owed = dueNow(item.owed?.since);
  book.changed(item);
}

function becomeNew(item: Item): void {
  item.isHeld = false;
  item.failures = item.crashes = item.restarts = 0;
}

function withBodies(messages: readonly StoredMessage[]): StoredMessage[] {
  return messages.filter(({ body }) => body !== undefined).map(copyOf);
}
