/**
 * What an enqueue does to an item, by what the item is doing.
 *
 * @module
 */
import type { ItemName } from "../../core/calls.ts";
import { DeletedError, QueueFullError } from "../../core/errors.ts";
import { LimitError } from "../../durable/errors.ts";
import type {
  DurableOutcome,
  Receipt,
  StoreLimits,
  Wake,
} from "../../durable/stored.ts";
import {
  type Book,
  dueNow,
  type Item,
  type Kept,
  labelOf,
  type Owed,
} from "./book.ts";

/** What an enqueue asks for besides its message. */
type Wish = Pick<
  Wake,
  "delayMs" | "reschedule" | "maxDelayMs" | "whenRunning"
>;

/** An enqueue that asks for a run at once. */
export const AT_ONCE: Wish = {
  delayMs: 0,
  reschedule: "earliest",
  maxDelayMs: Infinity,
  whenRunning: "rerun",
};

/** Enqueues, or says why not; then nothing has changed. */
export function enqueue(
  book: Book,
  wake: Wake,
  limits: StoreLimits,
): Receipt | Error {
  const { kind, key, id, idWindowMs } = wake;
  const seenAs = JSON.stringify([kind, key, id]);
  const found = book.find(wake);
  const version = found?.version ?? book.version;
  const tooLarge = checkSize(actionOf(wake), wake.body, limits);
  if (tooLarge !== undefined) return tooLarge;
  if (id !== undefined && book.seen.get(seenAs) !== undefined) {
    return { outcome: "duplicate", version };
  }
  if (found?.isDeleting === true) return new DeletedError(actionOf(wake));
  if (wake.whenRunning === "skip" && found !== undefined && isBusy(found)) {
    return { outcome: "skipped", version };
  }
  const isMessage = wake.body !== undefined || wake.reply !== undefined;
  const count = found?.messages.length ?? 0;
  if (isMessage && count >= wake.maxInbox) {
    return new QueueFullError(actionOf(wake), wake.maxInbox, "maxInbox");
  }
  if (id !== undefined) book.seen.set(seenAs, true, idWindowMs);
  return accept(book, wake, wake);
}

/** What errors call an enqueue. */
export function actionOf(name: ItemName<string>): string {
  return `Cannot enqueue ${labelOf(name)}`;
}

function checkSize(
  action: string,
  body: Uint8Array | undefined,
  { messageBytes: limit }: StoreLimits,
): LimitError | undefined {
  const bytes = body?.length ?? 0;
  if (bytes <= limit) return undefined;
  return new LimitError(action, "its message", { bytes, limit });
}

/** Suspension alone makes nobody busy. */
function isBusy(item: Item): boolean {
  return item.run !== undefined || item.owed !== undefined;
}

/** Enqueues without looking at ids and limits. */
export function accept(
  book: Book,
  wake: ItemName<string> & Partial<Pick<Wake, "id" | "body" | "reply">>,
  wish: Wish,
): Receipt {
  const item = book.make(wake);
  const { id, body, reply } = wake;
  const isMessage = body !== undefined || reply !== undefined;
  const before = item.owed?.dueMs;
  const isTold = tellRun(item, wish);
  const outcome = oweTo(book, item, wish);
  const isSame = outcome === "coalesced" && item.owed?.dueMs === before;
  if (isSame && !isMessage && !isTold) {
    return { outcome, version: item.version };
  }
  const version = book.changed(item);
  if (isMessage) {
    const kept: Kept = { id, body: body?.slice(), reply, at: version };
    item.messages.push(kept);
  }
  return { outcome, version };
}

/** Tells a run that it is to be restarted, if it does not know. */
function tellRun({ run }: Item, { whenRunning }: Wish): boolean {
  if (run === undefined || whenRunning !== "restart") return false;
  if (run.isRestart) return false;
  run.isRestart = true;
  return true;
}

/** Makes the item owe a run, or leaves the one that it owes. */
function oweTo(book: Book, item: Item, wish: Wish): DurableOutcome {
  const { run, owed } = item;
  if (owed === undefined) {
    item.owed = wish.delayMs > 0 ? later(book, wish) : dueNow();
    if (run !== undefined) return "rerun";
    return wish.delayMs > 0 ? "delayed" : "queued";
  }
  const isDelayed = owed.dueMs !== undefined && !owed.isBackoff;
  if (!isDelayed) return "coalesced";
  item.owed = wish.delayMs > 0 ? later(book, wish, owed) : dueNow();
  return "coalesced";
}

/** A run that is owed, but not before its time. */
function later(book: Book, wish: Wish, old?: Owed): Owed {
  const now = book.today();
  const firstMs = old?.firstMs ?? now;
  const boundMs = Math.min(old?.boundMs ?? Infinity, wish.maxDelayMs);
  const wished = choose(wish, old?.dueMs, now + wish.delayMs);
  const dueMs = Math.min(wished, firstMs + boundMs);
  return { dueMs, isBackoff: false, firstMs, boundMs, since: undefined };
}

function choose(
  { reschedule }: Wish,
  oldMs: number | undefined,
  newMs: number,
): number {
  if (oldMs === undefined) return newMs;
  if (reschedule === "keep") return oldMs;
  return reschedule === "earliest"
    ? Math.min(oldMs, newMs)
    : Math.max(oldMs, newMs);
}

/** Folds the first messages that stand side by side, that no run was claimed
 * with and that nobody waits for. Returns how many fewer there are. */
export function fold(
  book: Book,
  name: ItemName<string>,
  { merge, limits }: {
    readonly merge: (bodies: readonly Uint8Array[]) => Uint8Array;
    readonly limits: StoreLimits;
  },
): number {
  const item = book.find(name);
  if (item === undefined) return 0;
  let start = item.run?.claimed ?? 0;
  let bodies: Uint8Array[] = [];
  for (; start < item.messages.length; start += bodies.length + 1) {
    bodies = foldable(item.messages.slice(start));
    if (bodies.length > 1) break;
  }
  if (bodies.length < 2) return 0;
  const body = merge(bodies).slice();
  const action = `Cannot fold the messages of ${labelOf(item)}`;
  const tooLarge = checkSize(action, body, limits);
  if (tooLarge !== undefined) throw tooLarge;
  const at = item.messages[start]?.at ?? item.version;
  const folded: Kept = { id: undefined, body, reply: undefined, at };
  item.messages.splice(start, bodies.length, folded);
  book.changed(item);
  return bodies.length - 1;
}

/** The bodies before the first message that is not to be folded. */
function foldable(messages: readonly Kept[]): Uint8Array[] {
  const end = messages.findIndex(({ body, reply }) =>
    body === undefined || reply !== undefined
  );
  return messages.slice(0, end === -1 ? undefined : end)
    .flatMap(({ body }) => body?.slice() ?? []);
}
