/**
 * How an item is named in a command line: `kind/key`.
 *
 * @module
 */
import type { ItemName } from "../core/calls.ts";
import { misuse } from "./failure.ts";
import { visible } from "./visible.ts";

const HINT = "An item is written kind/key: the kind ends at the first slash." +
  " One in the name of a kind is written %2F, or the kind is given by --kind.";

/** An item: all before the first `/` is its kind, percent-encoded where need
 * be; all behind it is its key, as it is. With `--kind`, all of it is the key. */
export function parseName(
  word: string,
  kind: string | undefined,
): ItemName<string> {
  if (kind !== undefined) return { kind, key: word };
  const slash = word.indexOf("/");
  if (slash <= 0 || slash === word.length - 1) {
    throw misuse("This is no name of an item", HINT);
  }
  return { kind: decode(word.slice(0, slash)), key: word.slice(slash + 1) };
}

/** A kind, percent-encoded where need be; or as it is, by `--kind`. */
export function parseKind(
  word: string | undefined,
  kind: string | undefined,
): string {
  if (kind !== undefined) {
    if (word === undefined) return kind;
    throw misuse("The kind is given twice: as a word, and by --kind");
  }
  if (word === undefined) throw misuse("A kind is missing");
  if (word.includes("/")) {
    throw misuse("This is the name of an item where a kind is wanted", HINT);
  }
  return decode(word);
}

/** An item as it would be typed, fit for a terminal. */
export function shownName({ kind, key }: ItemName<string>): string {
  return visible(
    `${kind.replaceAll("%", "%25").replaceAll("/", "%2F")}/${key}`,
  );
}

function decode(kind: string): string {
  try {
    return decodeURIComponent(kind);
  } catch {
    throw misuse(
      "The kind is not percent-encoded as it must be",
      "A percent sign is written %25, a slash %2F.",
    );
  }
}
