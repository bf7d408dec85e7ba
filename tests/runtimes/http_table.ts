/**
 * The table of H1-H21 in Node, against the packed package behind
 * `@hono/node-server`; `tests/http/table_test.ts` runs the same files in Deno.
 *
 * @module
 */
import { runChild } from "./child.ts";
import { read } from "./hosts.ts";
import type { Report } from "./report.ts";
import type { Workspace } from "./workspace.ts";

/** A Node that serves the endpoint. */
export interface TableHost {
  /** Its name in the report. */
  readonly name: string;
  /** The program. */
  readonly command: string;
}

const TABLE_LIMIT_MS = 240_000;

/** All of them. */
export function tableHosts({ hosts }: Workspace): readonly TableHost[] {
  return [22, 24].map((version) => ({
    name: `Node ${version} + @hono/node-server`,
    command: `${hosts}/node${version}/bin/node`,
  }));
}

/** Plays the table in `host`. */
export async function runTable(
  { name, command }: TableHost,
  { folder }: Workspace,
): Promise<Report> {
  const beganMs = performance.now();
  const ending = await runChild({
    command,
    args: ["http_table.mjs"],
    cwd: folder,
    limitMs: TABLE_LIMIT_MS,
  });
  return {
    host: name,
    isRequired: true,
    verdicts: read(ending, TABLE_LIMIT_MS),
    tookMs: performance.now() - beganMs,
  };
}
