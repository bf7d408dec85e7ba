/**
 * One suite of plain functions for every runtime: no test framework, no
 * `node:`, nothing that is not in all of them.
 *
 * @module
 */
import { cases as control } from "./control.ts";
import { cases as durable } from "./durable.ts";
import { cases as endings } from "./endings.ts";
import { cases as enqueue } from "./enqueue.ts";
import { cases as environment } from "./environment.ts";
import type { Case, Host } from "./expect.ts";
import { cases as http } from "./http.ts";
import { cases as kinds } from "./kinds.ts";
import { cases as lifetime } from "./lifetime.ts";

export type { AsyncStorageClass, Case, Entries, Host } from "./expect.ts";

/** Cases that are handed nothing but the package's namespace. */
export type ApiCase = readonly [
  name: string,
  test: (api: Host["api"]) => Promise<unknown>,
];

/** The cases of all suites, as one list. */
export function flatten(
  own: readonly Case[],
  others: Readonly<Record<string, readonly ApiCase[]>>,
): readonly Case[] {
  const more = Object.entries(others).flatMap(([file, cases]) =>
    cases.map(([name, test]): Case => [
      `${file}: ${name}`,
      async ({ api }) => void await test(api),
    ])
  );
  return [...own, ...more];
}

/** All cases of `tests/runtimes/suite`. */
export const cases: readonly Case[] = [
  ...environment,
  ...enqueue,
  ...endings,
  ...control,
  ...lifetime,
  ...kinds,
  ...durable,
  ...http,
];

/** What became of a case. */
export interface Verdict {
  /** The name of the case. */
  readonly name: string;
  /** How it ended. */
  readonly outcome: "ok" | "failed" | "skipped";
  /** Why it failed or was skipped. */
  readonly reason: string;
}

const CASE_LIMIT_MS = 20_000;

/** Runs one case; never rejects. */
export async function judge([name, test]: Case, host: Host): Promise<Verdict> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`has not settled after ${CASE_LIMIT_MS} ms`));
    }, CASE_LIMIT_MS);
  });
  try {
    const reason = await Promise.race([test(host), limit]);
    return reason === undefined
      ? { name, outcome: "ok", reason: "" }
      : { name, outcome: "skipped", reason };
  } catch (error) {
    return { name, outcome: "failed", reason: describe(error) };
  } finally {
    clearTimeout(timer);
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = error.stack?.split("\n").find((line) =>
    /suite|cases/.test(line)
  );
  return `${error.name}: ${error.message}${place ? ` (${place.trim()})` : ""}`;
}
