/** The result as a table: what was kept, and what the scheduler saved. */
import type { Audit } from "./audit.ts";
import { bytes, count, counted, duration } from "./figures.ts";
import type { Tally } from "./left_out.ts";
import type { Ledger } from "./ledger.ts";
import type { Scan } from "./scans.ts";
import type { Statistics } from "./statistics.ts";

/** What came of a look. */
export interface Result {
  readonly ledger: Ledger;
  readonly statistics: Statistics;
  readonly leftOut: Tally;
  /** With a store: which scan this was, and its how many-th start. */
  readonly scan?: Pick<Scan, "number" | "start"> | undefined;
}

/** All that the table tells of. */
export interface Facts extends Result {
  readonly audit: Audit;
  readonly concurrency: number;
}

type Row = readonly [name: string, value: string, remark: string];

/** The lines of the table. */
export function tableOf(facts: Facts): string[] {
  const rows = [
    ...rowsOfFiles(facts),
    ...rowsOfScan(facts),
    ...rowsOfWork(facts),
  ];
  const widthOfNames = Math.max(...rows.map(([name]) => name.length));
  const widthOfValues = Math.max(...rows.map(([, value]) => value.length));
  return rows.map(([name, value, remark]) =>
    `${name.padEnd(widthOfNames)}  ${value.padStart(widthOfValues)}  ${remark}`
      .trimEnd()
  );
}

function rowsOfFiles({ ledger, audit, leftOut }: Facts): Row[] {
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

function rowsOfScan({ scan }: Facts): Row[] {
  if (scan === undefined) return [];
  const { number, start } = scan;
  const remark = start === 1 ? "" : "; the rows below are of this one";
  return [["scan", count(number), `${counted(start, "start")}${remark}`]];
}

function rowsOfWork({ statistics, concurrency, scan }: Facts): Row[] {
  const { folders } = statistics;
  const saved = Math.max(0, folders.enqueues - folders.runs);
  const share = folders.enqueues === 0 ? 0 : saved / folders.enqueues;
  const speed = statistics.bytes / Math.max(0.001, statistics.busyMs / 1000);
  const what = scan === undefined ? "all that waits" : "some of what waits";
  const p50 = duration(statistics.waitMs(0.5));
  const p99 = duration(statistics.waitMs(0.99));
  return [
    ["enqueues", count(folders.enqueues), "one for each file met or saved"],
    ["runs", count(folders.runs), `each takes ${what} in its folder`],
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
    ...rowsOfManifest(statistics),
  ];
}

/** A store's manifest is no item: it is written when there is none left. */
function rowsOfManifest({ manifest }: Statistics): Row[] {
  if (manifest.enqueues === 0) return [];
  const remark = `for ${counted(manifest.enqueues, "enqueue")}`;
  return [["manifest", counted(manifest.runs, "write"), remark]];
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
