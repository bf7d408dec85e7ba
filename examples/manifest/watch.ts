/** `--watch`: goes on after the first look until it is interrupted. */
import { basename } from "node:path";
import { Bursts } from "./bursts.ts";
import { count, counted, shown } from "./figures.ts";
import { lookFirst } from "./first_look.ts";
import { didSomething, type FolderRun } from "./folder_items.ts";
import { Keeper } from "./keeper.ts";
import { note, say } from "./lines.ts";
import { startWatching } from "./watching.ts";
import { writeManifest } from "./writing.ts";
import type { Places } from "./places.ts";

export interface WatchOptions extends Places {
  readonly concurrency: number;
  readonly signal: AbortSignal;
}

/** What is due when Ctrl-C comes is still done for so long. */
const GRACE_MS = 5000;

/** Resolves when it was interrupted; with `undefined` if that was too early for a
 * manifest. */
export async function watch(
  options: WatchOptions,
): Promise<Keeper | undefined> {
  const { root, signal } = options;
  const bursts = new Bursts();
  const keeper = createKeeper(options, bursts);
  const { ledger, folders, leavesOut, walker } = keeper;
  const failure = Promise.withResolvers<never>();
  const watching = startWatching({
    ...{ root, ledger, folders, bursts, leavesOut, signal },
    onLost: () => {
      bursts.hold(walker);
      walker.context.folders.add("");
      walker.request().catch(failure.reject);
    },
    onFailure: failure.reject,
  });
  try {
    const looked = await Promise.race([
      lookFirst(keeper, signal),
      failure.promise,
    ]);
    if (!looked) return undefined;
    note(`watching ${shown(root)}; Ctrl-C ends it`);
    await Promise.race([aborted(signal), failure.promise]);
  } catch (error) {
    await keeper.scheduler.close({ grace: 0 });
    throw error;
  } finally {
    watching.close();
    bursts.end();
    await watching.ended;
  }
  await end(keeper, options.out);
  return keeper;
}

function createKeeper(options: WatchOptions, bursts: Bursts): Keeper {
  const { out, signal } = options;
  let first = true;
  const keeper: Keeper = new Keeper({
    ...options,
    live: true,
    onRun: (run) => {
      if (!first && didSomething(run)) say(lineOf(run));
    },
    onWritten: (wakeUps) => {
      const listed = `${counted(keeper.ledger.entries.size, "file")} listed`;
      if (!first) {
        say(`${shown(basename(out))}: ${wakeUpsOf(wakeUps)}, ${listed}`);
      }
      first = false;
    },
    onNewFolder: (walker) => {
      if (!signal.aborted) bursts.hold(walker);
    },
  });
  return keeper;
}

/** One more look, as the last events may not have come; then all that is due. */
async function end(keeper: Keeper, out: string): Promise<void> {
  const { ledger, folders, scheduler, walker } = keeper;
  const until = performance.now() + GRACE_MS;
  walker.context.folders.add("");
  walker.enqueue();
  try {
    await walker.flush({ signal: AbortSignal.timeout(GRACE_MS) });
  } catch {
    note(`error: the last look took more than ${GRACE_MS / 1000} s`);
  }
  const grace = Math.max(0, until - performance.now());
  const report = await scheduler.close({ grace });
  for (const path of folders.waiting()) {
    ledger.fail(path, "not hashed before the end");
  }
  await writeManifest(out, ledger.entries.values());
  note(
    `closed: ${counted(report.finished, "run")} finished, ` +
      `${count(report.aborted.length)} aborted, ` +
      `${count(report.left.length)} left, ${count(report.stuck.length)} stuck`,
  );
}

function lineOf(run: FolderRun): string {
  const done = [
    run.hashed > 0 ? `${counted(run.hashed, "file")} hashed` : "",
    run.removed > 0 ? `${counted(run.removed, "file")} gone` : "",
    run.failed > 0 ? counted(run.failed, "error") : "",
  ].filter((part) => part !== "").join(", ");
  return `${shown(run.folder)}: ${wakeUpsOf(run.wakeUps)}, ${done}`;
}

function wakeUpsOf(wakeUps: number): string {
  return `${counted(wakeUps, "wake-up")} -> 1 run`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
