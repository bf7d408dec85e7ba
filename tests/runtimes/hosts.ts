/**
 * The hosts that are processes: Node, Bun, Deno, and Node around Vercel's edge
 * runtime. Each prints a line per case.
 *
 * @module
 */
import { type Ending, runChild } from "./child.ts";
import type { Line } from "./entries/process.ts";
import { defaultErrors } from "./default_errors.ts";
import type { Report } from "./report.ts";
import type { Verdict } from "./suite/mod.ts";
import type { Workspace } from "./workspace.ts";

/** A host that is a process. */
export interface Host {
  /** Its name in the report. */
  readonly name: string;
  /** The program and what stands before the file it runs. */
  readonly command: string;
  /** Arguments before the file. */
  readonly before: readonly string[];
  /** The bundle it runs, by default `process.mjs`. */
  readonly file: string;
  /** The bundle that provokes errors without an addressee. */
  readonly errorFile: string;
  /** What the provoking program gets to say before an error without addressee
   * ends it. */
  readonly saidBeforeExit: readonly string[];
  /** Arguments after the file. */
  readonly after: readonly string[];
  /** Does a failure here fail the whole? */
  readonly isRequired: boolean;
}

const SUITE_LIMIT_MS = 90_000;

/** All of them. */
export function processHosts({ hosts }: Workspace): readonly Host[] {
  const plain = {
    before: [],
    file: "process.mjs",
    errorFile: "default_error.mjs",
    saidBeforeExit: ["went on"], // The timer that throws comes later.
    after: [],
    isRequired: true,
  };
  const node22 = `${hosts}/node22/bin/node`;
  return [
    {
      ...plain,
      name: "Deno",
      command: Deno.execPath(),
      before: ["run", "--no-config", "--no-lock", "--node-modules-dir=manual"],
      saidBeforeExit: [], // reportError ends the process at once.
    },
    { ...plain, name: "Node 22", command: node22 },
    { ...plain, name: "Node 24", command: `${hosts}/node24/bin/node` },
    {
      ...plain,
      name: "Node of this machine",
      command: "node",
      isRequired: false,
    },
    {
      ...plain,
      name: "Bun",
      command: `${hosts}/.bin/bun`,
      saidBeforeExit: ["went on", "alive"], // reportError sets the exit code.
    },
    {
      ...plain,
      name: "edge-runtime on Node 22",
      command: node22,
      file: "edge_host.mjs",
      errorFile: "edge_host.mjs",
      saidBeforeExit: [], // The host process dies before it can answer.
      after: [hosts],
    },
  ];
}

/** Runs the suite in `host`, then its answers to errors without addressee. */
export async function runProcess(
  host: Host,
  workspace: Workspace,
): Promise<Report> {
  const { name, command, before, file, after, isRequired } = host;
  const beganMs = performance.now();
  const version = await runChild({
    command,
    args: ["--version"],
    cwd: workspace.folder,
    limitMs: SUITE_LIMIT_MS,
  });
  const ending = await runChild({
    command,
    args: [...before, file, ...after],
    cwd: workspace.folder,
    limitMs: SUITE_LIMIT_MS,
  });
  const verdicts = [
    ...read(ending, SUITE_LIMIT_MS),
    ...await defaultErrors(host, workspace),
  ];
  return {
    host: `${name} (${/\d+\.\d+\.\d+/.exec(version.stdout)?.[0]})`,
    isRequired,
    verdicts,
    tookMs: performance.now() - beganMs,
  };
}

/** The verdicts among a host's lines, and one more if it ended too soon. */
export function read(ending: Ending, limitMs: number): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  let begun = "";
  for (const text of ending.stdout.split("\n")) {
    const line = parse(text);
    if (line === undefined) continue;
    if ("ends" in line) return verdicts;
    if ("begins" in line) begun = line.begins;
    else verdicts.push(line.verdict);
  }
  const how = ending.isLate
    ? `hung for ${limitMs} ms and was killed`
    : `ended with exit code ${ending.code}`;
  const reason = `the host ${how} during it: ${ending.stderr.slice(-2_000)}`;
  return [...verdicts, { name: begun, outcome: "failed", reason }];
}

function parse(text: string): Line | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as Line; // Only process.ts writes such lines.
  } catch {
    return undefined;
  }
}
