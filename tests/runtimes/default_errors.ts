/**
 * What becomes of the process when an error has no addressee: the table that
 * README.md of this folder quotes.
 *
 * @module
 */
import { runChild } from "./child.ts";
import { scenarios } from "./entries/default_error.ts";
import type { Host } from "./hosts.ts";
import { check } from "./report.ts";
import { equal } from "./suite/expect.ts";
import type { Verdict } from "./suite/mod.ts";
import type { Workspace } from "./workspace.ts";

const LIMIT_MS = 20_000;

/** Provokes each of them in a process of its own. */
export async function defaultErrors(
  host: Host,
  workspace: Workspace,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const scenario of scenarios) {
    const name = `an error without addressee ends the process: ${scenario}`;
    verdicts.push(
      await check(name, () => provoke(scenario, { host, workspace })),
    );
  }
  return verdicts;
}

/** All exit with 1 and print the error once; they differ in how far they come
 * before. */
async function provoke(
  scenario: string,
  options: { readonly host: Host; readonly workspace: Workspace },
): Promise<void> {
  const { host, workspace } = options;
  const { code, stdout, stderr, isLate } = await runChild({
    command: host.command,
    args: [...host.before, host.errorFile, ...host.after, scenario],
    cwd: workspace.folder,
    limitMs: LIMIT_MS,
  });
  const said = stdout.split("\n").filter((line) => line !== "");
  const told = stderr.split(`Error: provoked: ${scenario}`).length - 1 ||
    stderr.split(`error: provoked: ${scenario}`).length - 1;
  equal({ isLate, code, said, told }, {
    isLate: false,
    code: 1,
    said: host.saidBeforeExit,
    told: 1,
  });
}
