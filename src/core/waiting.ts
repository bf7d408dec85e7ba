/**
 * The two ways of waiting for an item: `flush`, for what is owed at the call,
 * and `idle`, until nothing is left. Neither is told how a run ended.
 *
 * @module
 */
import { HeldError } from "./errors.ts";
import { type Rules, SIGNAL } from "./options.ts";
import { isAtRest, isDelayed, labelOf, rareOf } from "./facts.ts";
import type { ItemRecord } from "./record.ts";
import { join, type Settle, wait, Waiter } from "./waiters.ts";
import type { WaitOptions } from "./calls.ts";

/** What the options of a wait must be. */
export const WAIT_RULES: Rules<WaitOptions> = { signal: SIGNAL };

/** Resolves when the runs in flight and the one that is due have ended, with
 * their further attempts. */
export function flush(
  record: ItemRecord,
  options: WaitOptions,
): Promise<void> {
  return waitFor(record, options, (settle) => {
    const waiters = attach(record, settle);
    return () => waiters.forEach((waiter) => waiter.leave());
  });
}

/** Resolves when nothing is due and nothing runs. */
export function idle(record: ItemRecord, options: WaitOptions): Promise<void> {
  return waitFor(record, options, (settle) => {
    const waiter = new Waiter(settle, false);
    const rare = rareOf(record);
    rare.idlers = join(rare.idlers, waiter);
    return () => waiter.leave();
  });
}

/** Waits for the end of the item if it is being deleted, for nothing if it is
 * at rest or held, and else as `stand` says. */
function waitFor(
  record: ItemRecord,
  { signal }: WaitOptions,
  stand: (settle: Settle) => () => void,
): Promise<void> {
  const deletion = record.rare?.deletion?.promise;
  if (deletion !== undefined) return follow(deletion, signal);
  if (signal?.aborted) return wait(signal, stand);
  const hold = record.rare?.hold;
  if (hold !== undefined) {
    const what = `Cannot wait for ${labelOf(record)}`;
    return Promise.reject(new HeldError(what, hold.error));
  }
  return isAtRest(record) ? Promise.resolve() : wait(signal, stand);
}

/** Resolves when `deletion` does. */
function follow(
  deletion: Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<void> {
  return wait(signal, (settle) => {
    let waiting: Settle | undefined = settle;
    deletion.then(
      () => waiting?.resolve(undefined),
      (error) => waiting?.reject(error),
    );
    return () => waiting = undefined; // The deletion may never end.
  });
}

/** Stands with each run in flight and with the one that is owed; the last to
 * end resolves. */
function attach(record: ItemRecord, settle: Settle): readonly Waiter[] {
  const waiters: Waiter[] = [];
  let left = 0;
  const each: Settle = {
    resolve: () => --left === 0 && settle.resolve(undefined),
    reject: settle.reject,
  };
  const stand = (): Waiter => {
    left++;
    const waiter = new Waiter(each, false);
    waiters.push(waiter);
    return waiter;
  };
  for (let run = record.youngest; run !== undefined; run = run.older) {
    run.waiters = join(run.waiters, stand());
  }
  if (record.owed && !isDelayed(record)) {
    const last = stand();
    last.behind = record.inbox?.length ?? 0;
    record.waiters = join(record.waiters, last);
  }
  return waiters;
}
