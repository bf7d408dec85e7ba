/**
 * The end of a run: what becomes of its messages, of who waits for them, and
 * of the item.
 *
 * @module
 */
import { LimitError } from "../../durable/errors.ts";
import type {
  Claim,
  Settled,
  StoredMessage,
  StoreLimits,
  Verdict,
} from "../../durable/stored.ts";
import {
  type Book,
  copyOf,
  dueNow,
  idOf,
  type Item,
  labelOf,
  type Running,
  stateOf,
} from "./book.ts";

const ERROR_BYTES_MAX = 2_048;

/** Ends a run, all or nothing. */
export function settle(
  book: Book,
  claim: Claim,
  { verdict, limits }: {
    readonly verdict: Verdict;
    readonly limits: StoreLimits;
  },
): Settled {
  const item = book.find(claim);
  const run = item?.run;
  if (item === undefined || run?.fence !== claim.fence) {
    return { state: "lost", version: undefined };
  }
  checkSizes(item, verdict, limits);
  if (verdict.type === "complete" && verdict.writes.length !== 0) {
    if (!book.own.checksHold(verdict.writes)) {
      return { state: "conflict", version: undefined };
    }
    book.own.write(verdict.writes);
  }
  endRun(book, item, run);
  if (verdict.type === "complete" || verdict.type === "bury") {
    finish(book, item, { run, verdict });
  } else goOn(book, item, { run, verdict });
  if (item.isDeleting) return deleteAfterRun(book, item);
  const version = book.changed(item);
  return { state: stateOf(item), version };
}

/** Nobody holds the item any more. */
export function endRun(book: Book, item: Item, run: Running): void {
  item.run = undefined;
  book.sessions.get(run.session)?.claims.delete(item);
}

/** The messages are done with; what came since decides what is next. */
function finish(
  book: Book,
  item: Item,
  { run, verdict }: {
    readonly run: Running;
    readonly verdict: Verdict & { readonly type: "complete" | "bury" };
  },
): void {
  const handed = item.messages.splice(0, run.loaded);
  if (verdict.type === "complete") {
    if (verdict.context !== undefined) {
      item.context = verdict.context?.slice();
    }
    const result = { outcome: "ok", body: verdict.result } as const;
    book.tell(handed, result, verdict.told);
  } else {
    item.failures++;
    bury(book, item, { messages: handed, error: verdict.error });
    book.tell(handed, verdict.result, verdict.told);
  }
  item.failures = item.crashes = item.restarts = 0;
  if (run.claimed === run.loaded) return;
  // What it was not handed was due at its claim, or since it came.
  const at = item.messages[0]?.at ?? run.since;
  item.owed = dueNow(at > run.since ? at : run.since);
}

/** The messages stay; what came since is absorbed by the run that they need. */
function goOn(
  book: Book,
  item: Item,
  { run, verdict }: {
    readonly run: Running;
    readonly verdict: Exclude<Verdict, { readonly type: "complete" | "bury" }>;
  },
): void {
  item.owed = dueNow(run.since);
  if (item.isDeleting) return;
  if (verdict.type === "release") {
    if (verdict.isRestart) item.restarts++;
    return;
  }
  item.failures++;
  item.crashes = item.restarts = 0;
  if (verdict.type === "retry") {
    item.owed.dueMs = book.today() + verdict.delayMs;
    item.owed.isBackoff = true;
    return;
  }
  item.isHeld = true;
  const handed = item.messages.slice(0, run.loaded);
  book.tell(handed, verdict.result, verdict.told);
  const rest = item.messages.slice(run.loaded);
  const kept = handed.map((message) => ({ ...message, reply: undefined }))
    .filter(({ body }) => body !== undefined);
  item.messages = [...kept, ...rest];
}

/** Forgets an item whose deletion had to wait for its run. */
export function deleteAfterRun(book: Book, item: Item): Settled {
  const { messages, owed } = item;
  if (messages.length !== 0) {
    bury(book, item, { messages, error: "deleted" });
    book.tell(messages, { outcome: "deleted", body: undefined });
  }
  forget(book, item);
  book.end(item, "deleted", owed?.since);
  return { state: "idle", version: item.version };
}

/** Forgets all of an item but its dead letters. */
export function forget(book: Book, item: Item): void {
  item.messages = [];
  item.context = item.owed = undefined;
  item.isHeld = item.isSuspended = item.isDeleting = false;
  book.changed(item);
}

/** Makes a dead letter. */
function bury(
  book: Book,
  item: Item,
  { messages, error }: {
    readonly messages: readonly StoredMessage[];
    readonly error: string;
  },
): void {
  const { kind, key, failures, crashes } = item;
  const letters = book.letters.get(idOf(item)) ?? [];
  letters.push({
    kind,
    key,
    id: book.nextVersion(),
    messages: messages.map(copyOf),
    error: shorten(error),
    failures,
    crashes,
    at: book.today(),
  });
  book.letters.set(idOf(item), letters);
}

/** As much as is kept, without half a character at its end. */
function shorten(error: string): string {
  const room = new Uint8Array(ERROR_BYTES_MAX);
  const { read } = new TextEncoder().encodeInto(error, room);
  return error.slice(0, read);
}

function checkSizes(
  item: Item,
  verdict: Verdict,
  { contextBytes, resultBytes }: StoreLimits,
): void {
  const action = `Cannot settle ${labelOf(item)}`;
  const check = (
    what: string,
    value: Uint8Array | null | undefined,
    limit: number,
  ): void => {
    const bytes = value?.length ?? 0;
    if (bytes > limit) throw new LimitError(action, what, { bytes, limit });
  };
  switch (verdict.type) {
    case "complete":
      check("its context", verdict.context, contextBytes);
      check("its result", verdict.result, resultBytes);
      break;
    case "bury":
    case "hold":
      check("its result", verdict.result.body, resultBytes);
  }
}
