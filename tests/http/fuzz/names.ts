/**
 * The items that requests name, as they stand in a path.
 *
 * @module
 */
import type { Random } from "../../core/sim/random.ts";
import { KINDS } from "./kinds.ts";
import { MARK, randomKey } from "./values.ts";

/** Where fresh names come from. */
export interface Names {
  /** One that was not used before. */
  next(): string;
}

/** What requests have in common. */
export const BASE = {
  method: "POST",
  query: undefined,
  headers: {},
  body: undefined,
  way: "whole",
  isRaw: false,
} as const;

/** A kind, of those that there are more often than not. */
export function kindOf(random: Random): string {
  const isUnknown = random.oneIn(25);
  if (!isUnknown) return random.pick(KINDS);
  return random.pick(["nobody", "toString", "__proto__", MARK, "constructor"]);
}

/** The path of an item. */
export function itemOf(random: Random, kind: string = kindOf(random)): string {
  return `/v1/items/${segment(random, kind)}/${
    segment(random, randomKey(random))
  }`;
}

/** Percent-encoded as must be, and sometimes more than that. */
export function segment(random: Random, name: string): string {
  const plain = encodeURIComponent(name);
  if (!random.oneIn(6) || /^\.+$/.test(name)) return plain;
  const first = plain.charCodeAt(0).toString(16);
  if (plain.startsWith("%")) return plain.toLowerCase();
  return `%${first}${plain.slice(1)}`;
}
