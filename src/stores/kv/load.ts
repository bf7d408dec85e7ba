/**
 * What a claimed item is to be run with, and what has come to it since.
 *
 * @module
 */
import type {
  Claim,
  Loaded,
  News,
  StoredMessage,
} from "../../durable/stored.ts";
import type { KvEntry, KvKey } from "./kv_like.ts";
import {
  type Found,
  found,
  type ItemValue,
  type MessagesValue,
  NONE,
  type NoteValue,
} from "./layout.ts";
import { labelOf, type Parts, reading } from "./parts.ts";

/** What one settlement can carry. */
const ENTRIES_MAX = 128;
const LOAD_BYTES_MAX = 500_000;
const REPLIES_MAX = 400;
const LOAD_KEY_BYTES_MAX = 60_000;

/** The items claimed in one commit; their list goes when the last has ended. */
export class Batch {
  key: KvKey = [];
  left: number;

  constructor(left: number) {
    this.left = left;
  }
}

/** Messages of one commit, as they were handed out. */
export interface Handed {
  readonly key: KvKey;
  readonly position: string;
  readonly since: string;
  readonly value: MessagesValue;
  /** How many of them. */
  readonly count: number;
}

/** What a claim was loaded with, as far as a settlement has to know. */
export interface Basis {
  readonly handed: readonly Handed[];
  readonly messages: readonly StoredMessage[];
  readonly more: boolean;
  /** When the oldest that was not handed out came, if that is known. */
  readonly leftSince: string | undefined;
  readonly context: Found<Uint8Array>;
  readonly tail: Found<{ readonly value: bigint }>;
  /** Did anything come between the claim and the load? */
  readonly hasNews: boolean;
}

/** A claim, and what only this store needs of it. */
export interface KvClaim extends Claim {
  readonly position: string;
  readonly item: ItemValue;
  readonly batch: Batch;
  basis: Basis | undefined;
}

/** Reads what a claimed item is to be run with, as of one instant. */
export async function loadClaim(
  { kv, layout }: Parts,
  claim: KvClaim,
  maxMessages: number,
): Promise<Loaded> {
  const keyBytes = 100 + (claim.kind.length + claim.key.length) * 3;
  const most = Math.max(
    1,
    Math.min(ENTRIES_MAX, Math.floor(LOAD_KEY_BYTES_MAX / 2 / keyBytes)),
  );
  const prefix = layout.things(claim);
  const entries = await reading(
    `Cannot load ${labelOf(claim)}`,
    () => kv.list({ prefix }, most + 4),
  );
  const things = new Map<unknown, KvEntry>();
  const older: KvEntry[] = [];
  for (const entry of entries) {
    const what = entry.key[prefix.length];
    if (what !== "m") things.set(what, entry);
    else if (String(entry.key.at(-1)) <= claim.position) older.push(entry);
  }
  const note: Found<NoteValue> = found(things.get("b"));
  const tail: Basis["tail"] = found(things.get("d"));
  const { handed, more, next } = hand(older, most, maxMessages);
  const leftSince = next === undefined ? undefined : sinceOf(next);
  const messages = handed.flatMap(({ value, count }) =>
    value.list.slice(0, count)
  );
  const context = plain(found(things.get("c")));
  const hasNews = note.versionstamp !== null || isLater(tail, claim.fence);
  const left = { more, leftSince };
  claim.basis = { handed, messages, ...left, context, tail, hasNews };
  return { context: context.value ?? undefined, messages, more };
}

/** What messages take in a dead letter, and the letter itself. */
function sizeOf(list: MessagesValue["list"]): number {
  let bytes = 2_200;
  for (const { body, id, reply } of list) {
    bytes += 40 + (body?.length ?? 0) + 2 * (id?.length ?? 0) +
      2 * (reply?.length ?? 0);
  }
  return bytes;
}

/** In Node it is a Buffer, which prints and compares otherwise. */
function plain({ value, versionstamp }: Found<Uint8Array>): Found<Uint8Array> {
  if (value === null) return NONE;
  const { buffer, byteOffset, byteLength } = value;
  return {
    value: new Uint8Array(buffer, byteOffset, byteLength),
    versionstamp,
  };
}

/** What is handed out. */
interface Hand {
  readonly handed: Handed[];
  readonly more: boolean;
  /** The first entry that is not, or not wholly. */
  readonly next: KvEntry | undefined;
}

/** As many as fit: the oldest first. */
function hand(
  older: readonly KvEntry[],
  most: number,
  maxMessages: number,
): Hand {
  const handed: Handed[] = [];
  let left = maxMessages;
  let bytes = 0;
  let replies = 0;
  for (const entry of older) {
    const { value } = found<MessagesValue>(entry);
    if (value === null) continue;
    bytes += sizeOf(value.list);
    replies += value.list.filter(({ reply }) => reply !== undefined).length;
    const isFull = handed.length !== 0 &&
      (bytes > LOAD_BYTES_MAX || replies > REPLIES_MAX);
    if (left === 0 || handed.length >= most || isFull) {
      return { handed, more: true, next: entry };
    }
    const count = Math.min(left, value.list.length);
    const position = String(entry.key.at(-1));
    const since = sinceOf(entry);
    handed.push({ key: entry.key, position, since, value, count });
    left -= count;
    if (count < value.list.length) return { handed, more: true, next: entry };
  }
  return { handed, more: false, next: undefined };
}

/** The version of messages when they were enqueued. */
export function sinceOf(entry: KvEntry): string {
  const { value } = found<MessagesValue>(entry);
  return value?.since ?? entry.versionstamp ?? "";
}

function isLater({ versionstamp }: Found<unknown>, fence: string): boolean {
  return versionstamp !== null && versionstamp > fence;
}

/** Asks what happened to items since they were claimed. */
export async function newsOf(
  { kv, layout, clock }: Parts,
  claims: readonly KvClaim[],
): Promise<readonly News[]> {
  const keys = claims.flatMap((claim) => [
    layout.item(claim),
    layout.note(claim),
  ]);
  const entries = await reading("Cannot look for news", () => kv.getMany(keys));
  return claims.map(({ fence }, at) => {
    const item = entries[at * 2];
    const note: NoteValue | null = found<NoteValue>(entries[at * 2 + 1]).value;
    return {
      isLost: item?.versionstamp !== fence,
      isStale: note?.due !== undefined,
      isRestart: note !== null && note.isRestart &&
        (note.due ?? Infinity) <= clock.today(),
      isCancelled: (note?.isCancelled ?? false) || (note?.isDeleted ?? false),
    };
  });
}

/** Nothing was loaded. */
export const UNLOADED: Basis = {
  handed: [],
  messages: [],
  more: false,
  leftSince: undefined,
  context: NONE,
  tail: NONE,
  hasNews: true,
};
