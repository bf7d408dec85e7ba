/** A Deno KV that counts what is written to it. */
import type { KvAtomic, KvLike } from "../../../src/stores/deno_kv.ts";

/** What was written. */
export interface Written {
  commits: number;
  /** Entries set, added to or deleted. */
  writes: number;
}

/** The same database, and what was written. */
export interface CountingKv {
  readonly kv: KvLike;
  readonly written: Written;
}

/** Counts the commits of `kv`, refused ones as well, and their writes. */
export function countingKv(kv: KvLike): CountingKv {
  const written: Written = { commits: 0, writes: 0 };
  const counting = new Proxy(kv, {
    get(_, name): unknown {
      if (name === "atomic") return () => countingAtomic(kv.atomic(), written);
      const value: unknown = Reflect.get(kv, name);
      return typeof value === "function" ? value.bind(kv) : value;
    },
  });
  return { kv: counting, written };
}

function countingAtomic(atomic: KvAtomic, written: Written): KvAtomic {
  const { set, sum, delete: remove, commit } = atomic;
  atomic.set = (key, value, options) => {
    written.writes++;
    return set.call(atomic, key, value, options);
  };
  atomic.sum = (key, n) => {
    written.writes++;
    return sum.call(atomic, key, n);
  };
  atomic.delete = (key) => {
    written.writes++;
    return remove.call(atomic, key);
  };
  atomic.commit = () => {
    written.commits++;
    return commit.call(atomic);
  };
  return atomic;
}
