/** A transaction of the Deno KV in a few lines, and what it refuses. */
import { serialize } from "node:v8";
import type { KvAtomic, KvKey } from "../../../src/stores/kv/kv_like.ts";
import { ordered } from "./key_order.ts";

/** What stands in a key for the versionstamp of its commit. */
export const STAMP: unique symbol = Symbol("versionstamp");

/** An entry must have this versionstamp. */
export interface Check {
  readonly key: KvKey;
  readonly versionstamp: string | null;
}

/** A write. */
export type Mutation =
  | {
    readonly type: "set";
    readonly key: KvKey;
    readonly value: unknown;
    readonly expireIn: number | undefined;
  }
  | { readonly type: "sum"; readonly key: KvKey; readonly n: bigint }
  | { readonly type: "delete"; readonly key: KvKey };

/** What a commit answers. */
export type Committed = Awaited<ReturnType<KvAtomic["commit"]>>;

const CHECKS_MAX = 100;
const MUTATIONS_MAX = 1_000;
const VALUE_BYTES_MAX = 65_536;
const KEY_BYTES_MAX = 2_048;
const ALL_KEY_BYTES_MAX = 81_920;
const ALL_BYTES_MAX = 819_200;
/** What is surely less than a value may take is not measured. */
const MEASURED_BYTES = 30_000;

/** A transaction; it may be committed again, as the real one. */
export class MiniAtomic implements KvAtomic {
  readonly #checks: Check[] = [];
  readonly #mutations: Mutation[] = [];
  readonly #apply: (
    checks: readonly Check[],
    mutations: readonly Mutation[],
  ) => Committed;

  /** `apply` commits, or throws before it has written anything. */
  constructor(
    apply: (
      checks: readonly Check[],
      mutations: readonly Mutation[],
    ) => Committed,
  ) {
    this.#apply = apply;
  }

  /** Refuses the commit unless the entry has this versionstamp. */
  check({ key, versionstamp }: Check): KvAtomic {
    this.#checks.push({ key, versionstamp });
    return this;
  }

  /** Writes an entry. */
  set(key: KvKey, value: unknown, options?: { expireIn?: number }): KvAtomic {
    const { expireIn } = options ?? {};
    this.#mutations.push({ type: "set", key, value: copyOf(value), expireIn });
    return this;
  }

  /** Adds to a counter. */
  sum(key: KvKey, n: bigint): KvAtomic {
    const { value } = new Deno.KvU64(n); // It refuses what is no counter.
    this.#mutations.push({ type: "sum", key, n: value });
    return this;
  }

  /** Takes an entry away. */
  delete(key: KvKey): KvAtomic {
    this.#mutations.push({ type: "delete", key });
    return this;
  }

  /** Commits it. */
  async commit(): Promise<Committed> {
    await undefined;
    refuse(this.#checks, this.#mutations);
    return this.#apply(this.#checks, this.#mutations);
  }
}

/** A copy that nobody else can change. */
export function copyOf(value: unknown): unknown {
  if (value instanceof Deno.KvU64 || typeof value !== "object") {
    if (typeof value !== "function" && typeof value !== "symbol") return value;
  }
  try {
    return structuredClone(value);
  } catch (error) {
    throw new TypeError(error instanceof Error ? error.message : `${error}`);
  }
}

/** The key as text, if the database takes it. */
export function taken(key: KvKey, bytesMax: number, what: string): string {
  const text = ordered(key);
  if (text.length > bytesMax) {
    throw new TypeError(`Key too large for ${what} (max ${bytesMax} bytes)`);
  }
  return text;
}

function refuse(
  checks: readonly Check[],
  mutations: readonly Mutation[],
): void {
  if (checks.length > CHECKS_MAX) {
    throw new TypeError(`Too many checks (max ${CHECKS_MAX})`);
  }
  if (mutations.length > MUTATIONS_MAX) {
    throw new TypeError(`Too many mutations (max ${MUTATIONS_MAX})`);
  }
  let keyBytes = 0;
  let bytes = 0;
  for (const { key } of checks) {
    if (key.length === 0) throw new TypeError("key cannot be empty");
    taken(key, KEY_BYTES_MAX + 1, "read");
  }
  for (const mutation of mutations) {
    if (written(mutation.key).length === 0) {
      throw new TypeError("key cannot be empty");
    }
    keyBytes += taken(written(mutation.key), KEY_BYTES_MAX, "write").length;
    bytes += mutation.type === "set" ? sizeOf(mutation.value) : 0;
  }
  if (bytes + keyBytes > ALL_BYTES_MAX) {
    const most = `(max ${ALL_BYTES_MAX} bytes)`;
    throw new TypeError(`Total mutation size too large ${most}`);
  }
  if (keyBytes > ALL_KEY_BYTES_MAX) {
    const most = `(max ${ALL_KEY_BYTES_MAX} bytes)`;
    throw new TypeError(`Total key size too large ${most}`);
  }
}

/** The key without the place of the versionstamp. */
function written(key: KvKey): KvKey {
  return key.at(-1) === STAMP ? key.slice(0, -1) : key;
}

function sizeOf(value: unknown): number {
  const roughly = roughSize(value);
  if (roughly < MEASURED_BYTES) return roughly;
  const bytes = value instanceof Uint8Array
    ? value.length
    : serialize(value).length;
  if (bytes <= VALUE_BYTES_MAX) return bytes;
  throw new TypeError(`Value too large (max ${VALUE_BYTES_MAX} bytes)`);
}

function roughSize(value: unknown): number {
  if (typeof value === "string") return value.length * 2;
  if (typeof value !== "object" || value === null) return 8;
  if (value instanceof Uint8Array) return value.length;
  let bytes = 8;
  for (const each of Object.values(value)) bytes += roughSize(each) + 8;
  return bytes;
}
