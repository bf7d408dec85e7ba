/** The result as a table: what was kept, and what the scheduler saved. */
import type { Audit } from "./audit.ts";
import { bytes, count, counted, duration } from "./figures.ts";
import type { Tally } from "./left_out.ts";
import type { Ledger } from "./ledger.ts";
import type { Statistics } from "./statistics.ts";

/** All that the table tells of. */
export interface Result {
  readonly ledger: Ledger;
  readonly statistics: Statistics;
  readonly audit: Audit;
  readonly leftOut: Tally;
  readonly concurrency: number;
}

type Row = readonly [name: string, value: string, remark: string];

/** The lines of the table. */
export function tableOf(result: Result): string[] {
  const rows = [...rowsOfFiles(result), ...rowsOfWork(result)];
  const widthOfNames = Math.max(...rows.map(([name]) => name.length));
  const widthOfValues = Math.max(...rows.map(([, value]) => value.length));
  return rows.map(([name, value, remark]) =>
    `${name.padEnd(widthOfNames)}  ${value.padStart(widthOfValues)}  ${remark}`
      .trimEnd()
  );
}

function rowsOfFiles({ ledger, audit, leftOut }: Result): Row[] {
  const size = ledger.entries.values().reduce(
    (sum, entry) => sum + entry.size,
    0,
  );
  const folderErrors = [...ledger.errors.keys()]
    .filter((path) => path.endsWith("/")).length;
  const errors = ledger.errors.size - folderErrors;
  const files = [...ledger.seen].filter((path) => !path.endsWith("/")).length;
  return [
    ["files", count(files), `in ${counted(ledger.folders.size, "folder")}`],
    ["in the manifest", count(audit.listed), bytes(size)],
    ["errors", count(errors + folderErrors), remarkOn(errors, folderErrors)],
    ["left out", count(sumOf(leftOut)), [...leftOut].map(inWords).join(", ")],
  ];
}

function rowsOfWork({ statistics, concurrency }: Result): Row[] {
  const { folders, manifest } = statistics;
  const saved = Math.max(0, folders.enqueues - folders.runs);
  const share = folders.enqueues === 0 ? 0 : saved / folders.enqueues;
  const speed = statistics.bytes / Math.max(0.001, statistics.busyMs / 1000);
  const p50 = duration(statistics.waitMs(0.5));
  const p99 = duration(statistics.waitMs(0.99));
  return [
    ["enqueues", count(folders.enqueues), "one for each file met or saved"],
    ["runs", count(folders.runs), "each takes all that waits in its folder"],
    [
      "wake-ups saved",
      `${(share * 100).toFixed(1)} %`,
      "coalesced into those runs",
    ],
    ["speed", `${bytes(speed)}/s`, `${duration(statistics.busyMs)} at work`],
    ["wait p50", p50, "from the enqueue that queued a folder to its run"],
    ["wait p99", p99, ""],
    [
      "peak in flight",
      count(statistics.peak),
      `of ${counted(concurrency, "executor")}`,
    ],
    [
      "manifest",
      counted(manifest.runs, "write"),
      `for ${counted(manifest.enqueues, "enqueue")}`,
    ],
  ];
}

function remarkOn(files: number, folders: number): string {
  if (folders === 0) return "";
  return `${counted(files, "file")}, ${counted(folders, "folder")}`;
}

function inWords([reason, times]: [string, number]): string {
  return `${reason} ${count(times)}`;
}

function sumOf(leftOut: Tally): number {
  return leftOut.values().reduce((sum, times) => sum + times, 0);
}
