/**
 * The user's own writes in the transaction that completes a run.
 *
 * @module
 */
import type { Write } from "../../durable/stored.ts";
import { StoreError } from "../../durable/errors.ts";
import type { Draft } from "./draft.ts";
import { found } from "./layout.ts";
import type { Parts } from "./parts.ts";

/** Nobody says how large a value is; most are smaller. */
const VALUE_BYTES = 8_192;

/** Adds the user's writes to those of a step. */
export function writeOwn(
  { layout }: Parts,
  draft: Draft,
  writes: readonly Write[],
): void {
  for (const write of writes) {
    if (layout.owns(write.key)) {
      throw new RangeError(
        "Cannot write to the store as the key is below the prefix of the " +
          "store itself",
      );
    }
    switch (write.type) {
      case "check":
        draft.check(write.key, write.versionstamp);
        break;
      case "set": {
        const { expireIn } = write;
        const more = expireIn === undefined ? {} : { expireIn };
        draft.set(write.key, write.value, { bytes: VALUE_BYTES, ...more });
        break;
      }
      case "sum":
        draft.sum(write.key, write.value);
        break;
      case "delete":
        draft.delete(write.key);
    }
  }
}

/** A sum must not fail in the database: Deno KV keeps what was written before
 * it in the same transaction. So each is of what is known to be a counter. */
export async function checkSums(
  { kv }: Parts,
  draft: Draft,
  writes: readonly Write[],
): Promise<void> {
  const sums = writes.filter(({ type }) => type === "sum");
  if (sums.length === 0) return;
  const entries = await kv.getMany(sums.map(({ key }) => key));
  const sets = new Set(
    writes.flatMap((write) => write.type === "set" ? [placeOf(write.key)] : []),
  );
  sums.forEach(({ key }, at) => {
    const { value, versionstamp } = found<{ value?: unknown }>(entries[at]);
    // A plain object that looks like a counter is what somebody has set.
    const isCounter = versionstamp === null ||
      (typeof value?.value === "bigint" &&
        Object.getPrototypeOf(value) !== Object.prototype);
    if (!isCounter || sets.has(placeOf(key))) {
      const why = "a sum is of what is no counter";
      throw new StoreError("Cannot write to the store", why, {
        trouble: "refused",
        hint: "Sum what only sums have written.",
      });
    }
    draft.check(key, versionstamp);
  });
}

/** One name for a key of the user's own. */
export function placeOf(key: readonly unknown[]): string {
  const parts = key.map((part) => `${typeof part}:${String(part)}`);
  return JSON.stringify(parts);
}

/** Do the user's checks hold now? If not, no further try would help. */
export async function checksHold(
  { kv }: Parts,
  writes: readonly Write[],
): Promise<boolean> {
  const checks = writes.filter((write) => write.type === "check");
  const entries = await kv.getMany(checks.map(({ key }) => key));
  return checks.every(({ versionstamp }, at) =>
    entries[at]?.versionstamp === versionstamp
  );
}
