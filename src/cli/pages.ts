/**
 * Goes through the pages of a list, as far as is wanted.
 *
 * @module
 */
import type { TargetPage } from "../core/target.ts";
import { misuse } from "./failure.ts";
import type { Given } from "./flags.ts";

const LIMIT_DEFAULT = 50;
const PAGE_MAX = 1_000;

/** One page that is wanted. */
export interface Wanted {
  readonly cursor: string | undefined;
  readonly limit: number;
}

/** Calls `use` for each, at most `limit` times. Resolves with whether that was
 * all. */
export async function eachOf<Each>(
  read: (wanted: Wanted) => Promise<TargetPage<Each>>,
  limit: number,
  use: (each: Each) => Promise<void>,
): Promise<boolean> {
  let cursor: string | undefined;
  let count = 0;
  do {
    const wanted = Math.min(limit - count, PAGE_MAX);
    const page = await read({ cursor, limit: wanted });
    for (const each of page.items.slice(0, wanted)) await use(each);
    count += page.items.length;
    cursor = page.cursor;
  } while (cursor !== undefined && count < limit);
  return cursor === undefined;
}

/** How many are wanted. */
export function readLimit(given: Given): number {
  const text = given.text("limit");
  if (text === undefined) return LIMIT_DEFAULT;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw misuse("-n must be a whole number from 1");
}
