/**
 * A Deno KV whose answers are waited for only so long. Some clients try again
 * for ever by themselves; who asks them would never be told that the database
 * is away.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";
import type { KvAtomic, KvEntry, KvKey, KvLike, KvRange } from "./kv_like.ts";

const BATCH_MAX = 1_000;

/** What is used of a Deno KV, with a limit of time on each call. */
export class PatientKv {
  readonly #kv: KvLike;
  readonly #clock: Clock;
  readonly #patienceMs: number;
  /** Absent where the client cannot do it. */
  readonly commitVersionstamp: (() => symbol) | undefined;

  constructor(kv: KvLike, clock: Clock, patienceMs: number) {
    this.#kv = kv;
    this.#clock = clock;
    this.#patienceMs = patienceMs;
    const stamp = kv.commitVersionstamp;
    this.commitVersionstamp = stamp && (() => stamp.call(kv));
  }

  /** Reads one entry. */
  get(key: KvKey): Promise<KvEntry> {
    return this.#within(this.#kv.get(key));
  }

  /** Reads any number of entries, ten at a time. */
  async getMany(keys: readonly KvKey[]): Promise<KvEntry[]> {
    const groups: Promise<KvEntry[]>[] = [];
    for (let at = 0; at < keys.length; at += 10) {
      groups.push(this.#within(this.#kv.getMany(keys.slice(at, at + 10))));
    }
    const [first] = groups;
    if (groups.length === 1 && first !== undefined) return await first;
    return (await Promise.all(groups)).flat();
  }

  /** Reads up to `limit` entries as of one instant. */
  list(range: KvRange, limit: number): Promise<KvEntry[]> {
    return this.#within(this.#list(range, limit));
  }

  /** Begins a transaction. */
  atomic(): KvAtomic {
    const atomic = this.#kv.atomic();
    const commit = atomic.commit;
    atomic.commit = () => this.#within(commit.call(atomic));
    return atomic;
  }

  async #list(range: KvRange, limit: number): Promise<KvEntry[]> {
    const entries: KvEntry[] = [];
    const options = { limit, batchSize: Math.min(limit, BATCH_MAX) };
    for await (const entry of this.#kv.list(range, options)) {
      entries.push(entry);
    }
    return entries;
  }

  #within<Value>(answer: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.startTimer(() => {
        reject(new Error(`no answer in ${this.#patienceMs} ms`));
      }, this.#patienceMs);
      answer.then(
        (value) => {
          this.#clock.stopTimer(timer);
          resolve(value);
        },
        (error) => {
          this.#clock.stopTimer(timer);
          reject(error);
        },
      );
    });
  }
}
