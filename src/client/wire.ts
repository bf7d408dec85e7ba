/**
 * What goes over the wire, as the endpoint and its client both know it: paths,
 * media types, and the shapes of bodies. A body is JSON; what is `undefined` is
 * left out.
 *
 * @module
 */
import type { ItemName } from "../core/calls.ts";
import type { Snapshot } from "../core/observer.ts";
import type {
  TargetItem,
  TargetKind,
  TargetLetter,
  TargetPage,
  TargetReceipt,
} from "../core/target.ts";
import type { Reschedule } from "../core/words.ts";

/** The media types that are spoken. */
export const MEDIA = {
  json: "application/json",
  lines: "application/x-ndjson",
  problem: "application/problem+json",
  events: "text/event-stream",
  cloudEvent: "application/cloudevents+json",
} as const;

/** The answer to an enqueue. */
export type ReceiptBody = TargetReceipt;

/** The answer to an enqueue that waited for its result. */
export interface ResultBody extends ReceiptBody {
  /** What the run returned; absent if that was nothing. */
  readonly result?: unknown;
}

/** One of many enqueues, as it is sent. */
export interface EntryBody {
  readonly key: string;
  /** Absent: a mere wake-up. */
  readonly message?: unknown;
  readonly id?: string | undefined;
  /** Milliseconds. */
  readonly delay?: number | undefined;
  /** As RFC 3339 has it. */
  readonly at?: string | undefined;
  readonly reschedule?: Reschedule | undefined;
  /** Milliseconds. */
  readonly maxDelay?: number | undefined;
}

/** The answer to one of many: a receipt, or why it was refused. */
export type EntryAnswer =
  | ({ readonly status: 202 } & ReceiptBody)
  | ({ readonly status: number } & ProblemBody);

/** The answer to many enqueues, in their order. */
export interface BatchBody {
  readonly accepted: number;
  readonly refused: number;
  readonly results: readonly EntryAnswer[];
}

/** What was taken back by a cancel or delete. */
export interface TakenBody {
  /** Was anything owed? */
  readonly owed: boolean;
  /** The messages, none for mere wake-ups. */
  readonly messages: readonly unknown[];
}

/** How many messages were enqueued again. */
export interface RedrivenBody {
  readonly messages: number;
}

/** An item. */
export type ItemBody = TargetItem;
/** A page of items. */
export type ItemPageBody = TargetPage<TargetItem>;
/** A page of dead letters. */
export type LetterPageBody = TargetPage<TargetLetter>;
/** The kinds that there are. */
export interface KindsBody {
  readonly kinds: readonly TargetKind[];
}
/** Counts. */
export type StatsBody = Snapshot;

/** An error, as RFC 9457 has it. */
export interface ProblemBody {
  /** `urn:workitem:error:` and the code. */
  readonly type: string;
  /** The class of errors, for people. */
  readonly title: string;
  /** The HTTP status. */
  readonly status: number;
  /** What was refused and why. */
  readonly detail?: string;
  /** As `"WI-CLOSED"`. */
  readonly code: string;
  /** What to do about it. */
  readonly hint?: string;
  /** Names the request, for who looks into logs. */
  readonly instance?: string;
  /** What is wrong with a message, and where (RFC 6901). */
  readonly errors?: readonly {
    readonly pointer: string;
    readonly detail: string;
  }[];
}

/** The path of an item below the endpoint, as `/v1/items/reindex/acme`. */
export function itemPath({ kind, key }: ItemName<string>): string {
  return `${kindPath(kind)}/${encodeURIComponent(key)}`;
}

/** The path of a kind's items below the endpoint. */
export function kindPath(kind: string): string {
  return `/v1/items/${encodeURIComponent(kind)}`;
}

/** The path of a kind's dead letters below the endpoint. */
export function letterPath(kind: string): string {
  return `/v1/dead/${encodeURIComponent(kind)}`;
}
