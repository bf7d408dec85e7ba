/**
 * What the steps of a store work with, and how they read an item.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";
import { WorkItemError } from "../../core/errors.ts";
import { StoreError } from "../../durable/errors.ts";
import type { StoreLimits } from "../../durable/stored.ts";
import type { Cache } from "./cache.ts";
import type { Committer } from "./committer.ts";
import type { Draft } from "./draft.ts";
import {
  type Found,
  found,
  idOf,
  type ItemValue,
  LAYOUT,
  type Layout,
  type Name,
  NONE,
  type NoteValue,
  type PackedItem,
  unpack,
} from "./layout.ts";
import type { PatientKv } from "./patient_kv.ts";
import { troubleOf } from "./trouble.ts";

/** What the steps of one store share. */
export interface Parts {
  readonly kv: PatientKv;
  readonly layout: Layout;
  readonly clock: Clock;
  readonly random: () => number;
  readonly cache: Cache;
  readonly committer: Committer;
  readonly limits: StoreLimits;
  /** Are positions counted, so that versionstamps are not in keys? */
  readonly isCounted: boolean;
  /** How many checks a commit may have. */
  readonly checksMax: number;
}

/** An item as it was read, all of one instant. */
export interface ReadItem {
  readonly item: Found<ItemValue>;
  readonly note: Found<NoteValue>;
  readonly tail: Found<{ readonly value: bigint }>;
}

/** A note that says nothing. */
export const BLANK: NoteValue = {
  due: undefined,
  first: undefined,
  bound: undefined,
  from: undefined,
  isRestart: false,
  isCancelled: false,
  isDeleted: false,
  suspended: undefined,
};

/** Reads an item, what it is told, and its tail. */
export async function readItem(
  { kv, layout }: Parts,
  name: Name,
): Promise<ReadItem> {
  const [item, note, tail] = await kv.getMany([
    layout.item(name),
    layout.note(name),
    layout.tail(name),
  ]);
  return {
    item: known(found(item)),
    note: found(note),
    tail: found(tail),
  };
}

/** An item as it was written, if its layout is one that this version knows. */
export function known(item: Found<PackedItem>): Found<ItemValue> {
  const { value, versionstamp } = item;
  if (value === null) return NONE;
  if (value.layout === LAYOUT) return { value: unpack(value), versionstamp };
  const why =
    `it was written in layout ${value.layout}, and ${LAYOUT} is known`;
  throw new StoreError("Cannot read an item", why, {
    trouble: "format",
    hint: "Use the version of the package that wrote it, or a newer one.",
  });
}

/** The version of an item: the latest of what belongs to it. */
export function versionOf({ item, note, tail }: ReadItem): string {
  let latest = "";
  for (const { versionstamp } of [item, note, tail] as Found<unknown>[]) {
    if (versionstamp !== null && versionstamp > latest) latest = versionstamp;
  }
  return latest;
}

/** What errors call an item. */
export function labelOf({ kind, key }: Name): string {
  return `"${kind}/${key}"`;
}

/** A step that is written as one function. */
export async function change(
  parts: Parts,
  action: string,
  step: {
    readonly names: readonly Name[];
    /** Kinds whose ready lists it may rewrite. */
    readonly kinds?: readonly string[];
    draft(draft: Draft, isFresh: boolean): Promise<boolean>;
    readonly isPatient?: boolean;
    /** The session that it relies on, or ends. */
    readonly session?: string;
    /** The user's own entries that it reads or writes: transactions that share
     * a commit must not see each other. */
    readonly places?: readonly string[];
  },
): Promise<{ versionstamp: string; position: string } | undefined> {
  const { names, kinds = [], places = [], session, draft, isPatient } = step;
  const touches = [
    ...(session === undefined ? [] : [sessionTouch(session)]),
    ...names.map(idOf),
    ...kinds.map(readyTouch),
    ...places.map((place) => `own:${place}`),
  ];
  return await parts.committer.submit({ action, touches, draft, isPatient });
}

/** Steps that rely on a session, or end it, never share a commit. */
export function sessionTouch(session: string): string {
  return `session:${session}`;
}

/** Steps that rewrite ready lists of a kind never share a commit. */
export function readyTouch(kind: string): string {
  return `ready:${kind}`;
}

/** Calls `read`, and says what its errors mean. */
export async function reading<Value>(
  action: string,
  read: () => Promise<Value>,
): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof WorkItemError || error instanceof RangeError) {
      throw error;
    }
    throw troubleOf(action, error, "none");
  }
}

/** Takes a queued item out of its ready list. */
export async function unmention(
  { kv, layout, isCounted }: Parts,
  draft: Draft,
  { kind, key }: Name,
  { value, versionstamp }: Found<ItemValue>,
): Promise<void> {
  const position = (isCounted ? value?.at : versionstamp) ?? "";
  const place = layout.ready(kind, position);
  const entry: Found<readonly { readonly key: string }[]> = found(
    await kv.get(place),
  );
  const rest = entry.value?.filter((mention) => mention.key !== key) ?? [];
  draft.check(place, entry.versionstamp);
  if (rest.length === 0) draft.delete(place);
  else draft.set(place, rest, { bytes: rest.length * 300 });
}
