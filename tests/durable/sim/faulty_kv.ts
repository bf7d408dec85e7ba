/** The database as one process sees it: through the network. */
import type {
  KvAtomic,
  KvEntry,
  KvKey,
  KvLike,
  KvRange,
} from "../../../src/stores/kv/kv_like.ts";
import type { Caller, Network } from "./network.ts";
import { Transaction } from "./transaction.ts";

/** A database behind a network. */
export class FaultyKv implements KvLike {
  readonly #network: Network;
  readonly #caller: Caller;
  /** Absent, as in clients that cannot put versionstamps into keys. */
  readonly commitVersionstamp?: () => symbol;

  constructor(
    network: Network,
    { caller, isStamped }: {
      readonly caller: Caller;
      readonly isStamped: boolean;
    },
  ) {
    this.#network = network;
    this.#caller = caller;
    const stamp = network.kv.commitVersionstamp?.();
    if (isStamped && stamp !== undefined) {
      this.commitVersionstamp = () => stamp;
    }
  }

  /** Reads one entry. */
  get(key: KvKey): Promise<KvEntry> {
    const { kv } = this.#network;
    return this.#network.ask(this.#caller, () => kv.get(key));
  }

  /** Reads up to 10 entries. */
  getMany(keys: KvKey[]): Promise<KvEntry[]> {
    const { kv } = this.#network;
    return this.#network.ask(this.#caller, () => kv.getMany(keys));
  }

  /** Reads entries in order. */
  async *list(
    range: KvRange,
    options: { limit: number; batchSize: number; cursor?: string },
  ): AsyncGenerator<KvEntry> {
    const { kv } = this.#network;
    yield* await this.#network.ask(
      this.#caller,
      () => Array.fromAsync(kv.list(range, options)),
    );
  }

  /** Begins a transaction. */
  atomic(): KvAtomic {
    const { kv } = this.#network;
    const transaction = new Transaction();
    return transaction.atomic(() =>
      this.#network.ask(
        this.#caller,
        () => transaction.send(kv),
        transaction,
      )
    );
  }

  /** It is not for a process to close it. */
  close(): void {}
}
