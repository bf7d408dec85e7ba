/**
 * Claims, and the sessions that hold them.
 *
 * @module
 */
import type { Want } from "../../durable/store.ts";
import type { Claim, Loaded, News, SessionView } from "../../durable/stored.ts";
import { type Book, copyOf, dueNow, type Item, type Running } from "./book.ts";
import { deleteAfterRun, endRun } from "./settle.ts";

/** Begins a session of this name. */
export function openSession(book: Book, session: string): void {
  const beat = book.nextVersion();
  const beatAt = book.today();
  book.sessions.set(session, { beat, beatAt, claims: new Set() });
}

/** Gives a session that lives a new beat. */
export function renew(book: Book, name: string): boolean {
  const session = book.sessions.get(name);
  if (session?.beat === undefined) return false;
  session.beat = book.nextVersion();
  session.beatAt = book.today();
  return true;
}

/** Ends a session; one that has claims is fenced instead. */
export function closeSession(book: Book, name: string): void {
  const session = book.sessions.get(name);
  if (session === undefined) return;
  session.beat = undefined;
  if (session.claims.size === 0) book.sessions.delete(name);
}

/** All sessions. */
export function viewSessions(book: Book): SessionView[] {
  return [...book.sessions].map(([session, { beat, beatAt }]) => ({
    session,
    beat,
    beatAt: beat === undefined ? undefined : beatAt,
  }));
}

/** Fences a session whose beat is still this one. */
export function fence(book: Book, name: string, beat: string): boolean {
  const session = book.sessions.get(name);
  if (session === undefined || session.beat !== beat) return false;
  session.beat = undefined;
  return true;
}

/** Makes all claims of a fenced session due again. */
export function reclaim(book: Book, name: string): number {
  const session = book.sessions.get(name);
  if (session === undefined || session.beat !== undefined) return 0;
  for (const item of session.claims) {
    const { run } = item;
    if (run !== undefined) takeBack(book, item, run);
  }
  book.sessions.delete(name);
  return 0;
}

function takeBack(book: Book, item: Item, run: Running): void {
  endRun(book, item, run);
  item.crashes++;
  item.owed = dueNow(run.since); // It absorbs what came since.
  if (item.isDeleting) deleteAfterRun(book, item);
  else book.changed(item);
}

/** Claims ready items, the longest ready first. */
export function claim(
  book: Book,
  session: string,
  { wants, limit }: { readonly wants: readonly Want[]; readonly limit: number },
): Claim[] {
  const holder = book.sessions.get(session);
  if (holder?.beat === undefined) return [];
  const left = new Map(wants.map((want) => [want.kind, want.limit]));
  const claims: Claim[] = [];
  for (const item of book.ready) {
    const ofKind = left.get(item.kind) ?? 0;
    if (claims.length >= limit) break;
    if (ofKind < 1) continue;
    left.set(item.kind, ofKind - 1);
    holder.claims.add(item);
    claims.push(begin(book, item, session));
  }
  return claims;
}

function begin(book: Book, item: Item, session: string): Claim {
  const { kind, key, failures, crashes, restarts, owed, messages } = item;
  const since = owed?.since ?? item.version;
  const fence = book.nextVersion();
  item.owed = undefined; // What comes from now on causes one more run.
  item.run = {
    session,
    fence,
    since,
    claimed: messages.length,
    loaded: 0,
    isRestart: false,
    isCancelled: false,
  };
  book.changed(item);
  return { kind, key, session, fence, failures, crashes, restarts };
}

/** Reads what a claimed item is to be run with. */
export function load(book: Book, claim: Claim, maxMessages: number): Loaded {
  const item = book.find(claim);
  const run = item?.run;
  if (item === undefined || run?.fence !== claim.fence) {
    return { context: undefined, messages: [], more: false };
  }
  run.loaded = Math.min(run.claimed, maxMessages);
  return {
    context: item.context?.slice(),
    messages: item.messages.slice(0, run.loaded).map(copyOf),
    more: run.loaded < run.claimed,
  };
}

/** Says what happened to an item since it was claimed. */
export function newsOf(book: Book, claim: Claim): News {
  const item = book.find(claim);
  const run = item?.run;
  const isLost = item === undefined || run?.fence !== claim.fence;
  if (isLost) {
    return {
      isLost,
      isStale: false,
      isRestart: false,
      isCancelled: false,
    };
  }
  const { owed, isDeleting } = item;
  const isDue = owed !== undefined && (owed.dueMs ?? 0) <= book.today();
  return {
    isLost,
    isStale: owed !== undefined,
    isRestart: run.isRestart && isDue,
    isCancelled: run.isCancelled || isDeleting,
  };
}
