/**
 * What a host that is a process runs: all cases, one JSON line before and one
 * after each, so that a case that hangs or kills the host is known by name.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import process from "node:process";
import {
  type Case,
  type Entries,
  type Host,
  judge,
  type Verdict,
} from "../suite/mod.ts";

/** A line of output: a case begins, has ended, or all have. */
export type Line =
  | { readonly begins: string }
  | { readonly verdict: Verdict }
  | { readonly ends: true };

/** Prints `line` for the driver to read. */
export function print(line: Line): void {
  // deno-lint-ignore no-console -- the one way out that all hosts share
  console.log(JSON.stringify(line));
}

/** Runs all cases. */
export async function main(
  cases: readonly Case[],
  entries: Entries,
): Promise<void> {
  const openKv = await findKv();
  const host: Host = { ...entries, AsyncLocalStorage, openKv };
  const rejections: unknown[] = [];
  process.on("unhandledRejection", (error) => void rejections.push(error));
  for (const one of cases) {
    print({ begins: one[0] });
    print({ verdict: await judge(one, host) });
  }
  const last: Case = ["no rejection was left unhandled", () => {
    if (rejections.length === 0) return Promise.resolve();
    throw new Error(rejections.map(String).join(", "));
  }];
  print({ verdict: await judge(last, host) });
  print({ ends: true });
}

/** It is native code, which Node and Bun load; Deno has its own. Bun's `v8` is
 * another, which has to be said. */
async function findKv(): Promise<Host["openKv"]> {
  if ("Deno" in globalThis) return undefined;
  const name = "@deno/kv"; // Nobody but the hosts has it installed.
  const { openKv } = await import(name);
  const { serialize: encodeV8, deserialize: decodeV8 } = await import(
    "node:v8"
  );
  return (path) => openKv(path, { encodeV8, decodeV8 });
}
