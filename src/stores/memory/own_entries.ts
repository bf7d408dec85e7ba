/**
 * The user's own entries, which are written when a run completes.
 *
 * @module
 */
import type { StoreKeyPart, Write } from "../../durable/stored.ts";
import { ExpiringMap } from "./expiring.ts";

/** An entry of the user's own; both are `null` if there is none. */
export interface OwnEntry {
  /** What was written. */
  readonly value: unknown;
  /** Changes with each write. */
  readonly versionstamp: string | null;
}

type Key = readonly StoreKeyPart[];

const NONE: OwnEntry = { value: null, versionstamp: null };
const COUNTER_BITS = 64;

/** Entries by key. */
export class OwnEntries {
  readonly #entries: ExpiringMap<OwnEntry>;
  readonly #nextVersion: () => string;

  constructor(today: () => number, nextVersion: () => string) {
    this.#entries = new ExpiringMap(today);
    this.#nextVersion = nextVersion;
  }

  /** What stands there. */
  get(key: Key): OwnEntry {
    const entry = this.#entries.get(nameOf(key)) ?? NONE;
    return { ...entry, value: structuredClone(entry.value) };
  }

  /** Do all the checks among these hold? */
  checksHold(writes: readonly Write[]): boolean {
    return writes.every((write) =>
      write.type !== "check" ||
      this.get(write.key).versionstamp === write.versionstamp
    );
  }

  /** Writes all of these, as one version. What cannot be kept is refused before
   * anything is written. */
  write(writes: readonly Write[]): void {
    const values = writes.map((write) => this.#valueOf(write));
    const versionstamp = this.#nextVersion();
    writes.forEach((write, at) => {
      const name = nameOf(write.key);
      if (write.type === "delete") this.#entries.delete(name);
      else if (write.type === "set") {
        const entry = { value: values[at], versionstamp };
        this.#entries.set(name, entry, write.expireIn ?? Infinity);
      } else if (write.type === "sum") {
        const value = BigInt.asUintN(
          COUNTER_BITS,
          this.#counterAt(write.key) + write.value,
        );
        this.#entries.set(name, { value, versionstamp }, Infinity);
      }
    });
  }

  #valueOf(write: Write): unknown {
    if (write.type === "sum") this.#counterAt(write.key);
    return write.type === "set" ? structuredClone(write.value) : undefined;
  }

  #counterAt(key: Key): bigint {
    const { value, versionstamp } = this.get(key);
    if (versionstamp === null) return 0n;
    if (typeof value === "bigint") return value;
    throw new TypeError("Cannot add to an entry as it is no counter");
  }
}

function nameOf(key: Key): string {
  return JSON.stringify(key.map((part) => {
    if (typeof part === "bigint") return { bigint: String(part) };
    return part instanceof Uint8Array ? { bytes: [...part] } : part;
  }));
}
