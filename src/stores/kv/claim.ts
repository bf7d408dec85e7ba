/**
 * Claims: the heads of the ready lists become running items of a session.
 *
 * @module
 */
import type { Want } from "../../durable/store.ts";
import type { Commit } from "./chain.ts";
import type { Draft } from "./draft.ts";
import type { KvEntry } from "./kv_like.ts";
import { Batch, type KvClaim } from "./load.ts";
import {
  type Found,
  found,
  FRESH,
  type ItemValue,
  type Mention,
  type Name,
  type PackedItem,
} from "./layout.ts";
import { change, known, type Parts } from "./parts.ts";

/** A commit has room for so many, and for what others do. */
const CLAIMS_MAX = 48;
/** What is claimed in one commit is listed in one value. */
const LIST_BYTES_MAX = 60_000;
/** Deno KV takes 2,048 bytes for a key. */
const NAME_BYTES_MAX = 4_200;
/** A ready list, and what is taken of it. */
interface Head {
  readonly kind: string;
  readonly entry: KvEntry;
  readonly position: string;
  readonly mentions: readonly Mention[];
  taken: readonly Mention[];
}

/** Who claims. */
interface Session {
  readonly name: string;
  /** The version of its entry. */
  readonly versionstamp: string;
}

/** Claims ready items. */
export async function claimReady(
  parts: Parts,
  session: Session,
  wants: readonly Want[],
  limit: number,
): Promise<readonly KvClaim[]> {
  const claims: KvClaim[] = [];
  while (claims.length < limit) {
    const left = limit - claims.length;
    const most = Math.min(left, CLAIMS_MAX, (parts.checksMax - 1) >> 1);
    const open = wants.map(({ kind, limit }) => ({
      kind,
      limit: limit - claims.filter((claim) => claim.kind === kind).length,
    }));
    try {
      const some = await claimSome(parts, session, open, most);
      claims.push(...some);
      if (some.length < most && !mayBeCut(some)) break;
    } catch (error) {
      if (claims.length === 0) throw error;
      break; // What has been claimed is not to be lost.
    }
  }
  return claims;
}

/** May their list be full, so that more items are ready? */
function mayBeCut(claims: readonly KvClaim[]): boolean {
  const bytes = claims.reduce((sum, claim) => sum + bytesOf(claim), 0);
  return bytes + NAME_BYTES_MAX > LIST_BYTES_MAX;
}

/** What a name takes in a list, at most. */
function bytesOf({ kind, key }: Name): number {
  return 2 * (kind.length + key.length) + 40;
}

/** Claims as many as one commit has room for. */
async function claimSome(
  parts: Parts,
  session: Session,
  wants: readonly Want[],
  most: number,
): Promise<readonly KvClaim[]> {
  const { layout } = parts;
  let drafted: { name: Name; item: ItemValue }[] = [];
  const batch = new Batch(0);
  const commit = await change(parts, "Cannot claim", {
    names: [],
    kinds: wants.map(({ kind }) => kind),
    session: session.name,
    draft: async (draft, isFresh) => {
      drafted = [];
      if (isFresh && !await isLive(parts, session)) return false;
      const heads = choose(await readHeads(parts, wants, most), wants, most);
      for (const head of heads) {
        drafted.push(...await take(parts, draft, { head, isFresh, session }));
      }
      if (drafted.length === 0) return false;
      draft.check(layout.session("h", session.name), session.versionstamp);
      const names = drafted.map(({ name: { kind, key } }) => ({ kind, key }));
      const bytes = names.length * 200;
      draft.setAt(layout.claims(session.name), names, bytes);
      return true;
    },
  });
  if (commit === undefined) return [];
  batch.left = drafted.length;
  batch.key = layout.claims(session.name, commit.position);
  return drafted.map((each) => claimOf(each, { commit, batch, session }));
}

/** Has nobody fenced it? */
async function isLive(
  { kv, layout }: Parts,
  { name, versionstamp }: Session,
): Promise<boolean> {
  const holder = await kv.get(layout.session("h", name));
  return holder.versionstamp === versionstamp;
}

function claimOf(
  { name, item }: { readonly name: Name; readonly item: ItemValue },
  { commit, batch, session }: {
    readonly commit: Commit;
    readonly batch: Batch;
    readonly session: Session;
  },
): KvClaim {
  const { failures, crashes, restarts } = item;
  return {
    kind: name.kind,
    key: name.key,
    session: session.name,
    fence: commit.versionstamp,
    position: commit.position,
    failures,
    crashes,
    restarts,
    item,
    batch,
    basis: undefined,
  };
}

async function readHeads(
  { kv, layout }: Parts,
  wants: readonly Want[],
  limit: number,
): Promise<Head[]> {
  const lists = await Promise.all(wants.map(async ({ kind, limit: most }) => {
    const count = Math.min(most, limit);
    if (count < 1) return [];
    const entries = await kv.list({ prefix: layout.ready(kind) }, count);
    return entries.map((entry) => ({
      kind,
      entry,
      position: String(entry.key.at(-1)),
      mentions: found<readonly Mention[]>(entry).value ?? [],
      taken: [],
    }));
  }));
  return lists.flat().sort((a, b) =>
    a.position < b.position ? -1 : a.position > b.position ? 1 : 0
  );
}

/** The longest ready first, as many as are wanted of each kind and in all. */
function choose(heads: Head[], wants: readonly Want[], limit: number): Head[] {
  const left = new Map(wants.map((want) => [want.kind, want.limit]));
  let all = limit;
  let bytes = 0;
  for (const head of heads) {
    const ofKind = left.get(head.kind) ?? 0;
    const some = head.mentions.slice(0, Math.min(all, ofKind));
    const end = some.findIndex(({ key }) => {
      bytes += bytesOf({ kind: head.kind, key });
      return bytes > LIST_BYTES_MAX;
    });
    head.taken = end === -1 ? some : some.slice(0, end);
    all -= head.taken.length;
    left.set(head.kind, ofKind - head.taken.length);
  }
  return heads.filter(({ taken }) => taken.length !== 0);
}

/** Takes items off a ready list. Who was refused once looks at each item. */
async function take(
  parts: Parts,
  draft: Draft,
  { head, isFresh, session }: {
    readonly head: Head;
    readonly isFresh: boolean;
    readonly session: Session;
  },
): Promise<{ name: Name; item: ItemValue }[]> {
  const { layout, kv, isCounted } = parts;
  const { kind, entry, position } = head;
  const names = head.taken.map(({ key }) => ({ kind, key }));
  const items = isFresh || isCounted
    ? (await kv.getMany(names.map((name) => layout.item(name))))
      .map((item) => known(found<PackedItem>(item)))
    : undefined;
  const taken: { name: Name; item: ItemValue }[] = [];
  head.taken.forEach(({ key, ...mention }, at) => {
    const name = { kind, key };
    const read = items?.[at];
    if (read !== undefined && !isReady(read, position, isCounted)) return;
    const version = read?.versionstamp ?? position;
    const from = mention.from ?? version;
    const run = { state: "running", session: session.name, from } as const;
    const item: ItemValue = { ...FRESH, ...mention, ...run };
    draft.check(layout.item(name), version);
    draft.setItem(layout.item(name), name, item);
    taken.push({ name, item });
  });
  if (taken.length === 0) return taken;
  const gone = new Set(taken.map(({ name }) => name.key));
  const rest = head.mentions.filter(({ key }) => !gone.has(key));
  draft.check(entry.key, entry.versionstamp);
  if (rest.length === 0) draft.delete(entry.key);
  else draft.set(entry.key, rest, { bytes: rest.length * 300 });
  return taken;
}

function isReady(
  { value, versionstamp }: Found<ItemValue>,
  position: string,
  isCounted: boolean,
): boolean {
  if (value?.state !== "queued" || value.suspended) return false;
  return (isCounted ? value.at : versionstamp) === position;
}
