/** Which transactions may be part of which operation, by what they touch. */
import type { Name } from "./plan.ts";
import type { Operation } from "./process.ts";
import type { Transaction } from "./transaction.ts";

/** Something done to one item. */
export function onItem(name: string, { kind, key }: Name): Operation {
  const item = `i ${kind} ${key}`;
  const thing = `k ${kind} ${key} `;
  return {
    name,
    fits: ({ writes, deletes }) =>
      writes.has(item) || deletes.has(item) || begins(writes, thing) ||
      begins(deletes, thing),
  };
}

/** Something done to the dead letters of one item. */
export function onLetters(name: string, { kind, key }: Name): Operation {
  const letters = `x ${kind} ${key} `;
  return { name, fits: ({ deletes }) => begins(deletes, letters) };
}

/** The end of a run: the item is checked to be as it was claimed. */
export function onFence(name: string, item: Name, fence: string): Operation {
  const check = `i ${item.kind} ${item.key}@${fence}`;
  return { name, fits: ({ checks }) => checks.has(check) };
}

/** Something done to indexes, by the letters of those that it writes, and of
 * those that it deletes. */
export function onIndex(
  name: string,
  { writes = [], deletes = [] }: {
    readonly writes?: readonly string[];
    readonly deletes?: readonly string[];
  },
): Operation {
  return {
    name,
    fits: (transaction: Transaction) =>
      writes.some((letter) => begins(transaction.writes, `${letter} `)) ||
      deletes.some((letter) => begins(transaction.deletes, `${letter} `)),
  };
}

/** Something that only reads. */
export function reading(name: string): Operation {
  return { name, fits: () => false };
}

function begins(keys: ReadonlySet<string>, prefix: string): boolean {
  for (const key of keys) if (key.startsWith(prefix)) return true;
  return false;
}
