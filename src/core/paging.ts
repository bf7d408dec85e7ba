/**
 * A page of the keys in memory, which have no order of their own.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import { stateOf } from "./facts.ts";
import type { KindHandle } from "./kind_handle.ts";
import { check, integer, type Rule, type Rules } from "./options.ts";
import { STATE } from "./state_rule.ts";
import type { TargetPage, TargetQuery } from "./target.ts";

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1_000;
/** About a millisecond. */
const LOOKS_PER_TURN = 8_192;
const TEXT: Rule = { must: "a string", type: "string" };
const RULES: Rules<TargetQuery> = {
  prefix: TEXT,
  cursor: TEXT,
  limit: integer(1, LIMIT_MAX),
  state: STATE,
};

/** The keys behind the cursor, the smallest first. It looks at all keys of the
 * kind, many at a time, and holds few of them. */
export async function pageOf(
  { table }: KindHandle,
  query: TargetQuery,
  clock: Clock,
): Promise<TargetPage<string>> {
  const { prefix = "", state, cursor, limit = LIMIT_DEFAULT } = check(
    "Cannot list items",
    query,
    RULES,
  );
  let smallest: string[] = [];
  let looks = 0;
  for (const [key, record] of table.records) {
    if (++looks % LOOKS_PER_TURN === 0) {
      await new Promise<void>((resolve) => clock.turn(resolve));
    }
    if (cursor !== undefined && key <= cursor) continue;
    if (!key.startsWith(prefix) || table.find(record) !== record) continue;
    if (state !== undefined && stateOf(record) !== state) continue;
    smallest.push(key);
    if (smallest.length > 2 * limit) smallest = cut(smallest, limit + 1);
  }
  smallest = cut(smallest, limit + 1);
  const items = smallest.slice(0, limit);
  const isLast = smallest.length <= limit;
  return { items, cursor: isLast ? undefined : items.at(-1) };
}

function cut(keys: string[], length: number): string[] {
  return keys.sort(inOrder).slice(0, length);
}

function inOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
