/**
 * What each answer of an endpoint must look like.
 *
 * @module
 */
import type {
  TargetItem,
  TargetKind,
  TargetLetter,
  TargetPage,
  TargetReceipt,
} from "../core/target.ts";
import type { Snapshot } from "../core/observer.ts";
import type { EnqueueOutcome } from "../core/words.ts";
import {
  anything,
  list,
  maybe,
  number,
  object,
  record,
  type Shape,
  ShapeError,
  text,
  truth,
  word,
} from "./shape.ts";
import type {
  EntryAnswer,
  KindsBody,
  ProblemBody,
  RedrivenBody,
  ResultBody,
  TakenBody,
} from "./wire.ts";

/** What an enqueue did. */
export const OUTCOME: Shape<EnqueueOutcome> = word(
  "queued",
  "coalesced",
  "rerun",
  "delayed",
  "skipped",
);

const RECEIPT_SHAPES = {
  outcome: word(
    "queued",
    "coalesced",
    "rerun",
    "delayed",
    "skipped",
    "duplicate",
  ),
  version: text,
} as const;

/** The answer to an enqueue. */
export const RECEIPT: Shape<TargetReceipt> = object(RECEIPT_SHAPES);

/** The answer to an enqueue that waited for its result. */
export const RESULT: Shape<ResultBody> = object({
  ...RECEIPT_SHAPES,
  result: anything,
});

const PROBLEM_SHAPES = {
  type: text,
  title: text,
  status: number,
  code: code,
  detail: optional(text),
  hint: optional(text),
  instance: optional(text),
  errors: optional(list(object({ pointer: text, detail: text }))),
} as const;

/** Why something was refused. */
export const PROBLEM: Shape<ProblemBody> = object<ProblemBody>(PROBLEM_SHAPES);

/** The answers to many enqueues. */
export const BATCH: Shape<{ readonly results: readonly EntryAnswer[] }> =
  object({ results: list(entryAnswer) });

/** An item. */
export const ITEM: Shape<TargetItem> = object<TargetItem>({
  kind: text,
  key: text,
  state: word(
    "idle",
    "queued",
    "delayed",
    "backoff",
    "suspended",
    "held",
    "running",
    "deleting",
    "deleted",
  ),
  version: text,
  owed: truth,
  messages: number,
  dueIn: maybe(number),
  running: number,
  failures: number,
  held: truth,
  suspended: truth,
});

/** Some items. */
export const ITEM_PAGE: Shape<TargetPage<TargetItem>> = pageOf(ITEM);

/** Some dead letters. */
export const LETTER_PAGE: Shape<TargetPage<TargetLetter>> = pageOf(
  object<TargetLetter>({
    kind: text,
    key: text,
    id: text,
    messages: number,
    error: text,
    failures: number,
    at: number,
  }),
);

/** The kinds that there are. */
export const KINDS: Shape<KindsBody> = object<KindsBody>({
  kinds: list(
    object<TargetKind>({ name: text, messageSchema: maybe(record) }),
  ),
});

/** What was taken back. */
export const TAKEN: Shape<TakenBody> = object<TakenBody>({
  owed: truth,
  messages: list(anything),
});

/** How many messages were enqueued again. */
export const REDRIVEN: Shape<RedrivenBody> = object<RedrivenBody>({
  messages: number,
});

/** Counts. */
export const SNAPSHOT: Shape<Snapshot> = object<Snapshot>({
  owed: number,
  ready: number,
  running: number,
  delayed: number,
  backoff: number,
  held: number,
  suspended: number,
  concurrency: number,
  starts: number,
  ok: number,
  failed: number,
  aborted: number,
  stuck: number,
  skipped: number,
  paused: truth,
  closed: truth,
});

function pageOf<Each>(each: Shape<Each>): Shape<TargetPage<Each>> {
  return object<TargetPage<Each>>({ items: list(each), cursor: maybe(text) });
}

function code(value: unknown, at: string): string {
  const found = text(value, at);
  if (/^WI-[A-Z\d-]{1,60}$/.test(found)) return found;
  throw new ShapeError(at, "a code of this package");
}

function entryAnswer(value: unknown, at: string): EntryAnswer {
  const { status } = object({ status: number })(value, at);
  return status === 202
    ? { ...RECEIPT(value, at), status }
    : { ...PROBLEM(value, at), status };
}

/** What may be absent, where the type does not say `undefined`. */
function optional<Value>(shape: Shape<Value>): Shape<Value> {
  return maybe(shape) as Shape<Value>; // Read, both are the same.
}
