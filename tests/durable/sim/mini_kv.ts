/** A Deno KV in a few lines: the same answers as the real one, and only
 * microtasks between question and answer, so that a seed repeats a simulation
 * byte for byte. `mini_kv_test.ts` compares the two. */
import type {
  KvAtomic,
  KvEntry,
  KvKey,
  KvLike,
  KvRange,
} from "../../../src/stores/kv/kv_like.ts";
import { after, ordered } from "./key_order.ts";
import {
  type Check,
  type Committed,
  copyOf,
  MiniAtomic,
  type Mutation,
  STAMP,
  taken,
} from "./mini_atomic.ts";

interface Stored {
  readonly key: KvKey;
  readonly value: unknown;
  readonly versionstamp: string;
  readonly expiresAt: number;
}

const RANGES_MAX = 10;
const ENTRIES_MAX = 1_000;
const KEY_BYTES_MAX = 2_049;
const VERSION_DIGITS = 16;

/** A database in memory. */
export class MiniKv implements KvLike {
  readonly #today: () => number;
  readonly #entries: Map<string, Stored> = new Map();
  /** The keys of all entries, in order. */
  readonly #order: string[] = [];
  #commits = 0;

  /** Entries expire as `today` says, in milliseconds. */
  constructor(today: () => number) {
    this.#today = today;
  }

  /** Reads one entry. */
  async get(key: KvKey): Promise<KvEntry> {
    await undefined;
    return this.#read(key);
  }

  /** Reads up to 10 entries. */
  async getMany(keys: KvKey[]): Promise<KvEntry[]> {
    await undefined;
    if (keys.length > RANGES_MAX) {
      throw new TypeError(`Too many ranges (max ${RANGES_MAX})`);
    }
    return keys.map((key) => this.#read(key));
  }

  /** Reads entries in order, batch by batch; no cursor was ever given out. */
  async *list(
    range: KvRange,
    { limit, batchSize }: { limit: number; batchSize: number },
  ): AsyncGenerator<KvEntry> {
    if (limit < 1) {
      throw new Error(`Limit must be a positive integer: received ${limit}`);
    }
    const size = Math.min(limit, batchSize);
    if (size > ENTRIES_MAX) {
      throw new TypeError(`Too many entries (max ${ENTRIES_MAX})`);
    }
    const bounds = boundsOf(range);
    let { start } = bounds;
    for (let left = limit; left > 0;) {
      await undefined;
      const most = Math.min(left, size);
      const batch = this.#between(start, bounds.end, most);
      for (const entry of batch) yield shown(entry);
      const last = batch.at(-1);
      if (last === undefined || batch.length < most) return;
      start = `${ordered(last.key)}\x00`;
      left -= batch.length;
    }
  }

  /** Begins a transaction. */
  atomic(): KvAtomic {
    return new MiniAtomic((checks, mutations) =>
      this.#commit(checks, mutations)
    );
  }

  /** Stands for the versionstamp of a commit. */
  commitVersionstamp(): symbol {
    return STAMP;
  }

  /** There is nothing to close. */
  close(): void {}

  #read(key: KvKey): KvEntry {
    const stored = this.#alive(taken(key, KEY_BYTES_MAX, "read"));
    if (stored !== undefined) return shown(stored);
    return { key, value: null, versionstamp: null };
  }

  #alive(at: string): Stored | undefined {
    const stored = this.#entries.get(at);
    if (stored === undefined) return undefined;
    return stored.expiresAt <= this.#today() ? undefined : stored;
  }

  #between(start: string, end: string, limit: number): Stored[] {
    const found: Stored[] = [];
    for (let at = this.#place(start); at < this.#order.length; at++) {
      const key = this.#order[at] ?? "";
      if (key >= end || found.length === limit) break;
      const stored = this.#alive(key);
      if (stored !== undefined) found.push(stored);
    }
    return found;
  }

  #commit(
    checks: readonly Check[],
    mutations: readonly Mutation[],
  ): Committed {
    for (const { key, versionstamp } of checks) {
      const stored = this.#alive(ordered(key));
      if ((stored?.versionstamp ?? null) !== versionstamp) {
        return { ok: false };
      }
    }
    const number = (this.#commits + 1).toString(16);
    const versionstamp = `${number.padStart(VERSION_DIGITS, "0")}0000`;
    this.#commits++;
    // As the real one: what stands before a sum that fails has been written.
    for (const mutation of mutations) this.#write(mutation, versionstamp);
    return { ok: true, versionstamp };
  }

  #write(mutation: Mutation, versionstamp: string): void {
    const key = mutation.key.map((part) =>
      part === STAMP ? versionstamp : part
    );
    const at = ordered(key);
    const before = this.#alive(at);
    const next = this.#next(mutation, { key, versionstamp, before });
    if (next === undefined) this.#remove(at);
    else this.#put(at, next);
  }

  #next(
    mutation: Mutation,
    { key, versionstamp, before }: {
      readonly key: KvKey;
      readonly versionstamp: string;
      readonly before: Stored | undefined;
    },
  ): Stored | undefined {
    switch (mutation.type) {
      case "delete":
        return undefined;
      case "set": {
        const { value, expireIn = Infinity } = mutation;
        return {
          key,
          value,
          versionstamp,
          expiresAt: this.#today() + expireIn,
        };
      }
      case "sum": {
        const { value: old } = before ?? { value: new Deno.KvU64(0n) };
        const value = sumOf(old, mutation.n);
        return { key, value, versionstamp, expiresAt: Infinity };
      }
    }
  }

  #put(at: string, stored: Stored): void {
    if (!this.#entries.has(at)) this.#order.splice(this.#place(at), 0, at);
    this.#entries.set(at, stored);
  }

  #remove(at: string): void {
    if (this.#entries.delete(at)) this.#order.splice(this.#place(at), 1);
  }

  /** Where `at` stands in the order, or would. */
  #place(at: string): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#order[middle] ?? "") < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function shown({ key, value, versionstamp }: Stored): KvEntry {
  return { key, value: copyOf(value), versionstamp };
}

function sumOf(value: unknown, n: bigint): Deno.KvU64 {
  if (value instanceof Deno.KvU64) {
    return new Deno.KvU64(BigInt.asUintN(64, value.value + n));
  }
  const what = "a non-U64 value in the database";
  throw new TypeError(`Failed to perform 'sum' mutation on ${what}`);
}

function boundsOf(range: KvRange): { start: string; end: string } {
  const prefix = "prefix" in range ? ordered(range.prefix) : undefined;
  const start = "start" in range ? ordered(range.start) : `${prefix}\x00`;
  const end = "end" in range ? ordered(range.end) : after(prefix ?? "");
  if (prefix !== undefined) {
    refuseOutside(start, prefix, "Start");
    refuseOutside(end, prefix, "End");
  }
  if (start <= end) return { start, end };
  throw new TypeError("Start key is greater than end key");
}

function refuseOutside(key: string, prefix: string, what: string): void {
  if (key.length > prefix.length && key.startsWith(prefix)) return;
  const where = "not in the keyspace defined by prefix";
  throw new TypeError(`${what} key is ${where}`);
}
