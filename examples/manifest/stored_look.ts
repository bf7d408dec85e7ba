/** A look that may be ended at any moment, and be gone on with by another process:
 * what is to be done and what was done are in a store, in one file. */
import { delay } from "@std/async";
import { DurableScheduler } from "@workitem/scheduler/durable";
import { denoKvStore } from "@workitem/scheduler/stores/deno-kv";
import { Failure, reasonOf } from "./failure.ts";
import { count, counted, shown } from "./figures.ts";
import { leavesOut } from "./left_out.ts";
import { note } from "./lines.ts";
import { pause } from "./pause.ts";
import type { Places } from "./places.ts";
import { comeTo, type Presence } from "./presence.ts";
import { showProgress } from "./progress.ts";
import { type Scan, Scans } from "./scans.ts";
import { type Counts, Shelf } from "./shelf.ts";
import { Statistics } from "./statistics.ts";
import { StoredItems } from "./stored_items.ts";
import type { Result } from "./table.ts";
import { writeManifest } from "./writing.ts";

export interface StoredLookOptions extends Places {
  /** The file of the store. */
  readonly store: string;
  readonly concurrency: number;
}

/** A look on its way. */
interface StoredLook extends StoredLookOptions {
  readonly kv: Deno.Kv;
  readonly scan: Scan;
  readonly shelf: Shelf;
  readonly statistics: Statistics;
}

/** Of several processes, one that has not shown for so long that it lives is taken
 * for lost; the others find that out within one and a half times as long. */
const LEASE_MS = 3_000;
/** How often it looks what other processes have done. */
const LOOK_EVERY_MS = 100;
const GRACE_MS = 1_000;
/** No scan takes longer, with all its interruptions. */
const YEAR_MS = 365 * 86_400_000;

/** Resolves with `undefined` if it was interrupted: another start goes on then. */
export async function lookStored(
  options: StoredLookOptions,
  interruption: AbortSignal,
): Promise<Result | undefined> {
  const kv = await open(options.store);
  try {
    const scans = new Scans(kv, options);
    const scan = await scans.open();
    const shelf = new Shelf(kv, scan.key);
    const statistics = new Statistics();
    const look = { ...options, kv, scan, shelf, statistics };
    if (!await lookAtAll(look, interruption)) return undefined;
    return await conclude(look, scans);
  } finally {
    kv.close();
  }
}

async function open(path: string): Promise<Deno.Kv> {
  for (let tries = 0;; tries++) {
    try {
      return await Deno.openKv(path);
    } catch (error) {
      const isLocked = `${error}`.includes("locked"); // Others begin as well.
      if (isLocked && tries < OPEN_TRIES) await delay(OPEN_PAUSE_MS);
      else {
        throw new Failure(
          `Cannot open the store ${shown(path)}: ${reasonOf(error)}.`,
          { cause: error },
        );
      }
    }
  }
}

const OPEN_TRIES = 40;
const OPEN_PAUSE_MS = 50;

/** Works until nothing is left to do, for any process; `false` if interrupted. */
async function lookAtAll(
  look: StoredLook,
  interruption: AbortSignal,
): Promise<boolean> {
  const { kv, scan, shelf, statistics, concurrency } = look;
  const store = denoKvStore(kv, { prefix: [...scan.key, "work"] });
  using presence = await comeTo(look.store, store);
  const scheduler = new DurableScheduler({
    store,
    concurrency,
    lease: LEASE_MS,
    pollInterval: LOOK_EVERY_MS,
    crashes: Number.MAX_SAFE_INTEGER, // Whoever kills it may start it again.
    idWindow: YEAR_MS,
    onError: (error, { key = "the store" }) =>
      note(`error: ${shown(key)}: ${reasonOf(error)}`),
  });
  scheduler.observe(statistics);
  try {
    if (scan.start > 1) tellOfStart(scan, await shelf.counts(), presence);
    const items = new StoredItems({
      ...{ ...look, scheduler },
      leavesOut: leavesOut(look.root, look),
      onBytes: (bytes) => statistics.bytes += bytes,
    });
    return await follow(items, look, interruption);
  } finally {
    await scheduler.close({ grace: interruption.aborted ? GRACE_MS : 0 });
    await store.close();
  }
}

async function follow(
  items: StoredItems,
  { shelf, statistics }: StoredLook,
  interruption: AbortSignal,
): Promise<boolean> {
  let counts = await shelf.counts();
  let complete = false;
  const hideProgress = showProgress(() => {
    return { ...counts, bytes: statistics.bytes, complete };
  });
  try {
    await items.walk([""]); // At a later start it has been asked for already.
    while (!interruption.aborted) {
      if (await items.areIdle()) return true;
      complete ||= await items.walkIsOver();
      counts = await shelf.counts();
      await pause(LOOK_EVERY_MS, interruption);
    }
    return false;
  } finally {
    hideProgress();
  }
}

function tellOfStart(
  { number }: Scan,
  { done, seen }: Counts,
  { isAlone }: Presence,
): void {
  const others = isAlone ? "" : "; another process uses the store as well";
  note(
    `continues scan ${number}: ${count(done)} of ${counted(seen, "file")} ` +
      `so far${others}`,
  );
}

/** Writes the manifest. A process that is killed here finds nothing left to do when
 * it is started again, and writes it again. */
async function conclude(
  { out, root, scan, shelf, statistics }: StoredLook,
  scans: Scans,
): Promise<Result> {
  const errors: string[] = [];
  const kept = await shelf.read((path, reason) => {
    errors.push(`error: ${shown(path)}: ${reason}`);
  });
  if (!await scans.isLast(scan)) { // Then what was read may not be all.
    throw new Failure(
      `Scan ${scan.number} was finished by another process, which has begun another.`,
    );
  }
  const unreadable = kept.ledger.errors.get("/");
  if (unreadable !== undefined) {
    await scans.finish(scan);
    throw new Failure(`Cannot read ${shown(root)}: ${unreadable}.`);
  }
  for (const line of errors) note(line);
  await writeManifest(out, kept.ledger.entries.values());
  await scans.finish(scan);
  return { ...kept, statistics, scan };
}
