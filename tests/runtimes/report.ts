/**
 * What a host had to show, and how it is printed.
 *
 * @module
 */
import type { Verdict } from "./suite/mod.ts";
import { say } from "./workspace.ts";

/** All verdicts of one host. */
export interface Report {
  /** The host and its version. */
  readonly host: string;
  /** Does a failure here fail the whole? */
  readonly isRequired: boolean;
  /** What became of the cases. */
  readonly verdicts: readonly Verdict[];
  /** How long it took. */
  readonly tookMs: number;
}

/** A fact that the driver checked itself. */
export async function check(
  name: string,
  test: () => Promise<void>,
): Promise<Verdict> {
  try {
    await test();
    return { name, outcome: "ok", reason: "" };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name, outcome: "failed", reason };
  }
}

/** How many verdicts ended so. */
export function count(report: Report, outcome: Verdict["outcome"]): number {
  return report.verdicts.filter((one) => one.outcome === outcome).length;
}

/** Prints the host's line, and one for each case that did not pass. */
export function print(report: Report): void {
  const { host, isRequired, verdicts, tookMs } = report;
  const counts = `${count(report, "ok")} passed, ` +
    `${count(report, "failed")} failed, ${count(report, "skipped")} skipped`;
  const note = isRequired ? "" : " (best effort: does not count)";
  say(`${host}: ${counts}, ${(tookMs / 1_000).toFixed(1)} s${note}`);
  for (const { name, outcome, reason } of verdicts) {
    if (outcome !== "ok") say(`  ${outcome}: ${name}: ${reason}`);
  }
}
