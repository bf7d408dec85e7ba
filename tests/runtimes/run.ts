/**
 * The packed package in every runtime it is made for. Arguments are parts of
 * host names: `deno task test:runtimes bun workerd` runs those only.
 *
 * @module
 */
import { processHosts, runProcess } from "./hosts.ts";
import { runTable, tableHosts } from "./http_table.ts";
import { flavours } from "./pins.ts";
import { count, print, type Report } from "./report.ts";
import { inspectTarball } from "./tarball.ts";
import { runWorkerd } from "./workerd.ts";
import { prepare, say, type Workspace } from "./workspace.ts";

async function main(wanted: readonly string[]): Promise<number> {
  const workspace = await prepare();
  const reports: Report[] = [];
  for (const [name, run] of plan(workspace)) {
    const isWanted = wanted.length === 0 ||
      wanted.some((part) => name.toLowerCase().includes(part.toLowerCase()));
    if (!isWanted) continue;
    const report = await run();
    print(report);
    reports.push(report);
  }
  const counted = reports.filter(({ isRequired }) => isRequired);
  const sum = (outcome: "ok" | "failed") =>
    counted.reduce((total, report) => total + count(report, outcome), 0);
  say(`${sum("ok")} passed, ${sum("failed")} failed`);
  return sum("failed") > 0 || sum("ok") === 0 ? 1 : 0;
}

function plan(
  workspace: Workspace,
): readonly (readonly [name: string, run: () => Promise<Report>])[] {
  return [
    ["tarball", () => inspectTarball(workspace)],
    ...processHosts(workspace).map((host) =>
      [host.name, () => runProcess(host, workspace)] as const
    ),
    ...tableHosts(workspace).map((host) =>
      [host.name, () => runTable(host, workspace)] as const
    ),
    ...flavours.map((flavour) =>
      [
        `workerd ${flavour.name}`,
        () => runWorkerd(flavour, workspace),
      ] as const
    ),
  ];
}

if (import.meta.main) {
  try {
    Deno.exitCode = await main(Deno.args);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    say("0 passed, 1 failed");
    Deno.exitCode = 1;
  }
}
