/**
 * The Node process around Vercel's edge runtime: asks the application inside
 * for one case after the other, and prints what `process.ts` prints.
 *
 * @module
 */
import process from "node:process";
import type { Verdict } from "../suite/mod.ts";
import { print } from "./process.ts";

/** The part of `EdgeRuntime` that is used. */
export interface EdgeRuntime {
  /** Runs a script in the runtime's own global scope. */
  evaluate(code: string): unknown;
  /** Calls the script's fetch listener. */
  dispatchFetch(url: string): Promise<Response>;
}

const ORIGIN = "http://edge.invalid";

/** Runs all cases of the application. */
export async function main(runtime: EdgeRuntime, code: string): Promise<void> {
  const rejections: unknown[] = [];
  process.on("unhandledRejection", (error) => void rejections.push(error));
  runtime.evaluate(code);
  const names = await ask<string[]>(runtime, "/names");
  for (const [index, name] of names.entries()) {
    print({ begins: name });
    print({ verdict: await ask<Verdict>(runtime, `/case?index=${index}`) });
  }
  print({
    verdict: {
      name: "no rejection was left unhandled",
      outcome: rejections.length === 0 ? "ok" : "failed",
      reason: rejections.map(String).join(", "),
    },
  });
  print({ ends: true });
}

/** Provokes one error that nobody waits for. */
export async function provokeInside(
  runtime: EdgeRuntime,
  options: { readonly code: string; readonly scenario: string },
): Promise<void> {
  const { code, scenario } = options;
  runtime.evaluate(code);
  const query = new URLSearchParams({ scenario });
  const said = await ask<string[]>(runtime, `/default-error?${query}`);
  // deno-lint-ignore no-console -- read by the driver
  console.log(said.join("\n"));
}

async function ask<Answer>(
  runtime: EdgeRuntime,
  path: string,
): Promise<Answer> {
  const response = await runtime.dispatchFetch(`${ORIGIN}${path}`);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return await response.json() as Answer; // What edge_app.ts answers.
}
