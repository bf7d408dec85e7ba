/**
 * The kinds that a module exports.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { KindDefinition } from "../core/kind.ts";
import { EXIT, Failure, misuse } from "./failure.ts";

/** A definition, whatever its types are. */
export type AnyDefinition = KindDefinition<unknown, unknown, unknown, unknown>;

/** What was found among the exports of a module. */
export interface Found {
  readonly kinds: readonly AnyDefinition[];
  /** The names of the other exports. */
  readonly others: readonly string[];
}

/** Imports a module, by path or URL, and finds its kinds. */
export async function loadKinds(
  specifier: string,
  folder: () => string,
): Promise<Found> {
  const isUrl = /^[a-z][a-z+.-]+:/i.test(specifier); // No drive's one letter.
  const url = isUrl
    ? specifier
    : pathToFileURL(resolve(folder(), specifier)).href;
  const found = findKinds(await load(specifier, url));
  checkNames(found.kinds);
  if (found.kinds.length > 0) return found;
  const { others } = found;
  throw misuse(
    `${specifier} exports no kind${
      others.length === 0 ? "" : `: ${others.join(", ")} are none`
    }`,
    'Write: export const reindex = kind("reindex", { run() {} });',
  );
}

/** Sorts exports. Two names of one definition are one kind. */
export function findKinds(exports: Readonly<Record<string, unknown>>): Found {
  const kinds = new Set<AnyDefinition>();
  const others: string[] = [];
  for (const [name, value] of Object.entries(exports)) {
    if (isKind(value)) kinds.add(value);
    else others.push(name);
  }
  return { kinds: [...kinds], others };
}

/** Each has its own name, or they would be one another's items. */
function checkNames(kinds: readonly AnyDefinition[]): void {
  const seen = new Set<string>();
  for (const { name } of kinds) {
    if (seen.has(name)) {
      throw misuse(
        `Two kinds of the module are called "${name}"`,
        "What counts is the name that kind() is given: give one of them another.",
      );
    }
    seen.add(name);
  }
}

async function load(
  specifier: string,
  url: string,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    // deno-lint-ignore house/rooms -- it is the user's own module
    return await import(url);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(EXIT.usage, `Cannot load ${specifier}: ${why}`, {
      cause: error,
    });
  }
}

/** It may come from another copy of this package, so only its shape counts. */
function isKind(value: unknown): value is AnyDefinition {
  const { name, options } = shapeOf(value);
  return typeof name === "string" &&
    typeof shapeOf(options).run === "function";
}

function shapeOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null
    ? value as Record<string, unknown> // All of it is unknown.
    : {};
}
