/**
 * What the store asks of a Deno KV: the part of its interface that is used,
 * described by shape, so that `Deno.Kv` fits and `npm:@deno/kv` does as well.
 *
 * @module
 */

/** A part of a key, as Deno KV orders them; a symbol, as the last part of a key
 * that is written, stands for the versionstamp that its commit will get. */
export type KvPart = Uint8Array | string | number | bigint | boolean | symbol;

/** A key. */
export type KvKey = readonly KvPart[];

/** What stands at a key; both are `null` if nothing does. */
export interface KvEntry {
  /** Where it stands. */
  readonly key: KvKey;
  /** What stands there. */
  readonly value: unknown;
  /** Which commit wrote it. */
  readonly versionstamp: string | null;
}

/** Which entries are listed. */
export type KvRange =
  | { prefix: KvKey }
  | { prefix: KvKey; start: KvKey }
  | { prefix: KvKey; end: KvKey }
  | { start: KvKey; end: KvKey };

/** A transaction: all of it is committed, or nothing. */
export interface KvAtomic {
  /** Refuses the commit unless the entry has this versionstamp. */
  check(entry: { key: KvKey; versionstamp: string | null }): KvAtomic;
  /** Writes an entry; `expireIn` is in milliseconds. */
  set(key: KvKey, value: unknown, options?: { expireIn?: number }): KvAtomic;
  /** Adds to a counter of 64 bits; it wraps. */
  sum(key: KvKey, n: bigint): KvAtomic;
  /** Takes an entry away. */
  delete(key: KvKey): KvAtomic;
  /** `ok: false`: a check failed. */
  commit(): Promise<
    { ok: true; versionstamp: string } | { ok: false }
  >;
}

/** A Deno KV database. */
export interface KvLike {
  /** Reads one entry. */
  get(key: KvKey): Promise<KvEntry>;
  /** Reads up to 10 entries as of one instant. */
  getMany(keys: readonly KvKey[]): Promise<KvEntry[]>;
  /** Reads entries in the order of their keys. */
  list(
    selector: KvRange,
    options: { limit: number; batchSize: number; cursor?: string },
  ): AsyncIterable<KvEntry>;
  /** Begins a transaction. */
  atomic(): KvAtomic;
  /** Stands for the versionstamp of the commit, as the last part of a key. Not
   * every client has it: then positions are counted. */
  commitVersionstamp?(): symbol;
  /** Tells when entries change; not every database can. */
  watch?(keys: readonly KvKey[]): ReadableStream<unknown>;
  /** Closes the database. */
  close(): void;
}
