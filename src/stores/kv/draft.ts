/**
 * What one step wants to have committed, and how much room it takes.
 *
 * @module
 */
import {
  idOf,
  type ItemValue,
  type Layout,
  type Mention,
  mentionOf,
  type Name,
  pack,
} from "./layout.ts";
import type { KvAtomic, KvKey } from "./kv_like.ts";

type Operation = (atomic: KvAtomic, position: string | symbol) => void;

/** What Deno KV takes in one commit, with some room left for our own. */
const MUTATIONS_MAX = 900;
const BYTES_MAX = 700_000;
const KEY_BYTES_MAX = 72_000;
/** Ready lists are values, too; the keys of one commit must fit in one. */
const READY_BYTES_MAX = 50_000;
/** What a small value takes; bodies and contexts are counted. */
const SMALL_BYTES = 300;

/** An item as a commit leaves it. */
export interface Left {
  readonly id: string;
  /** `undefined`: idle, without entry. */
  readonly item: ItemValue | undefined;
  /** Was it idle? Then nothing is stored but what it says. */
  readonly wasIdle: boolean;
}

/** Checks and mutations that belong together. */
export class Draft {
  /** Items that become ready. */
  readonly ready: { readonly kind: string; readonly mention: Mention }[] = [];
  /** What is known of items afterwards. */
  readonly left: Left[] = [];
  /** Does it change what somebody may wait for? */
  rings = false;
  readonly #operations: Operation[] = [];
  #checks = 0;
  #mutations = 0;
  #bytes = 0;
  #keyBytes = 0;
  #readyBytes = 0;
  readonly #checksMax: number;

  /** Clients differ in how many checks they allow. */
  constructor(checksMax: number) {
    this.#checksMax = checksMax;
  }

  /** The entry must have this versionstamp. */
  check(key: KvKey, versionstamp: string | null): void {
    this.#checks++;
    this.#keyBytes += sizeOf(key);
    this.#operations.push((atomic) => atomic.check({ key, versionstamp }));
  }

  /** Writes an entry; `bytes` is what it takes, if it may be much. */
  set(
    key: KvKey,
    value: unknown,
    options: { bytes?: number; expireIn?: number } = {},
  ): void {
    const { bytes = SMALL_BYTES, expireIn } = options;
    this.#mutate(key, bytes);
    this.#operations.push((atomic) =>
      expireIn === undefined
        ? atomic.set(key, value)
        : atomic.set(key, value, { expireIn })
    );
  }

  /** Writes an entry at the position of the commit, below `key`. */
  setAt(key: KvKey, value: unknown, bytes: number = SMALL_BYTES): void {
    this.#mutate(key, bytes + 20);
    this.#operations.push((atomic, position) =>
      atomic.set([...key, position], value)
    );
  }

  /** Adds to a counter. */
  sum(key: KvKey, n: bigint): void {
    this.#mutate(key, 8);
    this.#operations.push((atomic) => atomic.sum(key, n));
  }

  /** Takes an entry away. */
  delete(key: KvKey): void {
    this.#mutate(key, 0);
    this.#operations.push((atomic) => atomic.delete(key));
  }

  /** Writes an item, as a value made with the position of the commit. */
  setItem(key: KvKey, name: Name, item: ItemValue, wasIdle = false): void {
    this.#mutate(key, SMALL_BYTES);
    this.left.push({ id: idOf(name), item, wasIdle });
    this.#operations.push((atomic, position) =>
      atomic.set(
        key,
        pack(item, typeof position === "string" ? position : undefined),
      )
    );
  }

  /** Takes an item away: it is idle. */
  deleteItem(key: KvKey, name: Name): void {
    this.delete(key);
    this.left.push({ id: idOf(name), item: undefined, wasIdle: false });
  }

  /** Puts an item at the end of the ready list of its kind. */
  mention({ kind, key }: Name, item: ItemValue): void {
    this.ready.push({ kind, mention: mentionOf(key, item) });
    this.rings = true;
    this.#readyBytes += key.length * 3 + 120;
    this.#bytes += key.length * 3 + 120;
  }

  /** Takes over all of `other`, if there is room. */
  add(other: Draft): boolean {
    const fits = this.#checks + other.#checks <= this.#checksMax &&
      this.#mutations + other.#mutations <= MUTATIONS_MAX &&
      this.#bytes + other.#bytes <= BYTES_MAX &&
      this.#keyBytes + other.#keyBytes <= KEY_BYTES_MAX &&
      this.#readyBytes + other.#readyBytes <= READY_BYTES_MAX;
    if (!fits && this.#operations.length !== 0) return false;
    this.#checks += other.#checks;
    this.#mutations += other.#mutations;
    this.#bytes += other.#bytes;
    this.#keyBytes += other.#keyBytes;
    this.#readyBytes += other.#readyBytes;
    this.#operations.push(...other.#operations);
    this.ready.push(...other.ready);
    this.left.push(...other.left);
    this.rings ||= other.rings;
    return true;
  }

  /** Says all of it to a transaction. */
  write(atomic: KvAtomic, position: string | symbol): void {
    for (const operation of this.#operations) operation(atomic, position);
  }

  /** Writes one ready list for each kind of which items become ready. */
  writeReady(
    atomic: KvAtomic,
    position: string | symbol,
    layout: Layout,
  ): void {
    const kinds = new Map<string, Mention[]>();
    for (const { kind, mention } of this.ready) {
      const mentions = kinds.get(kind);
      if (mentions === undefined) kinds.set(kind, [mention]);
      else mentions.push(mention);
    }
    for (const [kind, mentions] of kinds) {
      atomic.set([...layout.ready(kind), position], mentions);
    }
  }

  #mutate(key: KvKey, bytes: number): void {
    this.#mutations++;
    this.#keyBytes += sizeOf(key);
    this.#bytes += bytes;
  }
}

/** At least what a key takes when it is encoded, roughly. */
function sizeOf(key: KvKey): number {
  let bytes = 0;
  for (const part of key) {
    if (typeof part === "string") bytes += part.length * 3 + 2;
    else if (part instanceof Uint8Array) bytes += part.length * 2 + 2;
    else bytes += 10;
  }
  return bytes;
}
