/** A transaction as it was asked for, so that it can be sent again and looked
 * at. */
import type {
  KvAtomic,
  KvKey,
  KvLike,
} from "../../../src/stores/kv/kv_like.ts";

/** What a commit answers. */
export type Committed = Awaited<ReturnType<KvAtomic["commit"]>>;

type Operation = (atomic: KvAtomic) => void;

/** Checks and writes that are not on their way yet. */
export class Transaction {
  /** What it checks: keys as text, with the version asked for. */
  readonly checks: Set<string> = new Set();
  /** What it writes or deletes: keys as text, without positions. */
  readonly writes: Set<string> = new Set();
  /** What it deletes. */
  readonly deletes: Set<string> = new Set();
  readonly #operations: Operation[] = [];

  /** Sends it. */
  async send(kv: KvLike): Promise<Committed> {
    const atomic = kv.atomic();
    for (const operation of this.#operations) operation(atomic);
    return await atomic.commit();
  }

  /** What a store asks, which `commit` sends. */
  atomic(commit: () => Promise<Committed>): KvAtomic {
    const atomic: KvAtomic = {
      check: ({ key, versionstamp }) => {
        this.checks.add(`${textOf(key)}@${versionstamp}`);
        return this.#add((real) => real.check({ key, versionstamp }), atomic);
      },
      set: (key, value, options) => {
        this.writes.add(textOf(key));
        return this.#add((real) => real.set(key, value, options), atomic);
      },
      sum: (key, n) => {
        this.writes.add(textOf(key));
        return this.#add((real) => real.sum(key, n), atomic);
      },
      delete: (key) => {
        this.deletes.add(textOf(key));
        return this.#add((real) => real.delete(key), atomic);
      },
      commit,
    };
    return atomic;
  }

  #add(operation: Operation, atomic: KvAtomic): KvAtomic {
    this.#operations.push(operation);
    return atomic;
  }
}

/** A key as text: `i mail a`, without the prefix of the store. */
export function textOf(key: KvKey): string {
  return key.slice(1).map((part) => String(part)).join(" ");
}
