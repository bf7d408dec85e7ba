/** The first look: walks, hashes and writes the manifest, and can be interrupted. */
import type { Keeper } from "./keeper.ts";
import { showProgress } from "./progress.ts";

/** Resolves with `false` if it was interrupted: then nothing was written, and the
 * scheduler is closed. */
export async function lookFirst(
  keeper: Keeper,
  interruption: AbortSignal,
): Promise<boolean> {
  const { ledger, manifest, scheduler, statistics } = keeper;
  const stop = (): void => void scheduler.close({ grace: 0 });
  interruption.addEventListener("abort", stop);
  let complete = false;
  const hideProgress = showProgress(() => ({
    done: ledger.settled,
    seen: ledger.seen.size,
    bytes: statistics.bytes,
    complete,
  }));
  // However many runs wake the manifest's item, it is written once, at the end.
  const suspension = manifest.suspend();
  try {
    await keeper.lookAtAll(() => complete = true);
    suspension.resume();
    await manifest.request();
    return true;
  } catch (error) {
    await scheduler.close({ grace: 0 });
    if (interruption.aborted) return false;
    throw error;
  } finally {
    interruption.removeEventListener("abort", stop);
    hideProgress();
  }
}
