/**
 * What stands where in a Deno KV database; `docs/protocol.md` says why.
 *
 * @module
 */
import type { ItemName } from "../../core/calls.ts";
import type { StoredMessage, StoredResult } from "../../durable/stored.ts";
import type { KvEntry, KvKey, KvPart } from "./kv_like.ts";

/** Which item. */
export type Name = ItemName<string>;

/** The layout that this version writes and reads. */
export const LAYOUT = 1;

/** What an item is, as stored. An idle one is stored only while suspended. */
export interface ItemValue {
  readonly layout: typeof LAYOUT;
  readonly state:
    | "idle"
    | "queued"
    | "delayed"
    | "backoff"
    | "held"
    | "running"
    | "deleting";
  /** Messages stored when it was last written; the tail counts later ones. */
  readonly n: number;
  readonly failures: number;
  readonly crashes: number;
  readonly restarts: number;
  readonly suspended: boolean;
  /** When it is due, if it has a delay or a backoff. */
  readonly due: number | undefined;
  /** When it was first enqueued for this delay, and the latest time for it. */
  readonly first: number | undefined;
  readonly bound: number | undefined;
  /** The version at which what is owed became due, if before it was written. */
  readonly from: string | undefined;
  /** The session that runs it. */
  readonly session: string | undefined;
  /** The position of its last write, where positions are counted. */
  readonly at: string | undefined;
}

/** A new item. */
export const FRESH: ItemValue = {
  layout: LAYOUT,
  state: "queued",
  n: 0,
  failures: 0,
  crashes: 0,
  restarts: 0,
  suspended: false,
  due: undefined,
  first: undefined,
  bound: undefined,
  from: undefined,
  session: undefined,
  at: undefined,
};

/** An item as it is written: without what is as in a new one. */
export type PackedItem =
  & Partial<Omit<ItemValue, "layout">>
  & { readonly layout: number };

/** An item as it is to be written. */
export function pack(item: ItemValue, at: string | undefined): PackedItem {
  return at === undefined
    ? { layout: LAYOUT, ...differing(item) }
    : { layout: LAYOUT, ...differing(item), at };
}

/** An item as it was before it was written. */
export function unpack(item: PackedItem): ItemValue {
  return { ...FRESH, ...item, layout: LAYOUT };
}

/** What of an item differs from a new one. */
function differing(item: Partial<ItemValue>): Partial<ItemValue> {
  const packed: Record<string, unknown> = {};
  for (const name in item) {
    const value = item[name as keyof ItemValue]; // It is one of its own.
    if (value !== FRESH[name as keyof ItemValue]) packed[name] = value;
  }
  return packed;
}

/** What a running item is told. */
export interface NoteValue {
  /** When the next run is due: 0 is at once; `undefined`: none is owed. */
  readonly due: number | undefined;
  readonly first: number | undefined;
  readonly bound: number | undefined;
  /** The version at which it became owed, if before the note was written. */
  readonly from: string | undefined;
  readonly isRestart: boolean;
  readonly isCancelled: boolean;
  readonly isDeleted: boolean;
  /** `undefined`: as it was. */
  readonly suspended: boolean | undefined;
}

/** An item in a ready list: what a claim has to know of it, without what is as
 * in a new one. */
export interface Mention extends Partial<Mentioned> {
  readonly key: string;
}

type Mentioned = Pick<
  ItemValue,
  "n" | "failures" | "crashes" | "restarts" | "from"
>;

/** How a ready list mentions an item. */
export function mentionOf(key: string, item: ItemValue): Mention {
  const { n, failures, crashes, restarts, from } = item;
  return { key, ...differing({ n, failures, crashes, restarts, from }) };
}

/** The messages of one commit. */
export interface MessagesValue {
  /** How many have been taken off its front already. */
  readonly first: number;
  /** The version that it had before it was written anew.
   *
   * @default That of the entry. */
  readonly since?: string | undefined;
  readonly list: readonly StoredMessage[];
}

/** A dead letter. */
export interface LetterValue {
  readonly messages: readonly StoredMessage[];
  /** As UTF-8, so that its length is known. */
  readonly error: Uint8Array;
  readonly failures: number;
  readonly crashes: number;
  readonly at: number;
}

/** An entry of a known type; both fields are `null` if there is none. */
export interface Found<Value> {
  readonly value: Value | null;
  readonly versionstamp: string | null;
}

/** An entry as what our own writes make it. */
export function found<Value>(entry: KvEntry | undefined): Found<Value> {
  // Everything below our prefix is written by this room alone.
  return (entry ?? NONE) as Found<Value>;
}

/** No entry. */
export const NONE: Found<never> = { value: null, versionstamp: null };

/** The counter of a tail, as a number that may be negative. */
export function countOf(tail: Found<{ readonly value: bigint }>): number {
  return tail.value === null ? 0 : Number(BigInt.asIntN(64, tail.value.value));
}

/** Adds to a counter of 64 bits, which wraps, so that it may be taken from. */
export function wrapped(n: number): bigint {
  return BigInt.asUintN(64, BigInt(n));
}

/** One name for an item, for maps. */
export function idOf({ kind, key }: Name): string {
  return `${kind.length}:${kind}${key}`;
}

/** The keys of a store, below its prefix. */
export class Layout {
  readonly prefix: KvKey;

  constructor(prefix: KvKey) {
    this.prefix = prefix;
  }

  /** An item. */
  item({ kind, key }: Name): KvKey {
    return this.#of("i", kind, key);
  }

  /** The items of a kind. */
  items(kind: string): KvKey {
    return this.#of("i", kind);
  }

  /** All that belongs to an item, but the item. */
  things({ kind, key }: Name): KvKey {
    return this.#of("k", kind, key);
  }

  /** What a running item is told. */
  note({ kind, key }: Name): KvKey {
    return this.#of("k", kind, key, "b");
  }

  /** Its context. */
  context({ kind, key }: Name): KvKey {
    return this.#of("k", kind, key, "c");
  }

  /** Its tail. */
  tail({ kind, key }: Name): KvKey {
    return this.#of("k", kind, key, "d");
  }

  /** Its messages, or those of one commit. */
  messages({ kind, key }: Name, ...position: KvPart[]): KvKey {
    return this.#of("k", kind, key, "m", ...position);
  }

  /** The ready lists of a kind, or one. */
  ready(kind: string, ...position: KvPart[]): KvKey {
    return this.#of("r", kind, ...position);
  }

  /** Where an item waits for its time. */
  delayed(kind: string, due: number, key: string): KvKey {
    return this.#of("y", kind, due, key);
  }

  /** All items of a kind that wait for their time. */
  delays(kind: string): KvKey {
    return this.#of("y", kind);
  }

  /** A session, its heartbeat, or its end: `"h"`, `"b"`, `"z"`; or all. */
  session(what: "h" | "b" | "z", ...session: string[]): KvKey {
    return this.#of(what, ...session);
  }

  /** What a session claimed, or what it claimed in one commit. */
  claims(session: string, ...position: KvPart[]): KvKey {
    return this.#of("l", session, ...position);
  }

  /** Dead letters of a kind, a key, or one. */
  letters(kind: string, ...rest: KvPart[]): KvKey {
    return this.#of("x", kind, ...rest);
  }

  /** A result. */
  result(reply: string): KvKey {
    return this.#of("o", reply);
  }

  /** An id that was seen. */
  seen({ kind, key }: Name, id: string): KvKey {
    return this.#of("s", kind, key, id);
  }

  /** What was cancelled or deleted, for who waits. */
  ended({ kind, key }: Name): KvKey {
    return this.#of("w", kind, key);
  }

  /** The last commit of one store object. */
  lane(lane: string): KvKey {
    return this.#of("g", lane);
  }

  /** The last position, where positions are counted. */
  get positions(): KvKey {
    return this.#of("p");
  }

  /** What `watch` looks at. */
  get bell(): KvKey {
    return this.#of("bell");
  }

  /** Everything of one sort, by its letter. */
  all(letter: string): KvKey {
    return this.#of(letter);
  }

  /** Is `key` below the prefix? */
  owns(key: readonly unknown[]): boolean {
    return this.prefix.every((part, index) => part === key[index]);
  }

  #of(...parts: KvPart[]): KvKey {
    return [...this.prefix, ...parts];
  }
}

/** How long results and ends are kept. */
export const RESULT_MS = 3_600_000;

/** What a result is, as stored. */
export interface ResultValue extends StoredResult {
  /** The reply that holds its body, if another does. */
  readonly as: string | undefined;
}
