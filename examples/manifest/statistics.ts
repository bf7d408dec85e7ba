/** Watches the scheduler at work: counts wake-ups and runs, and measures how long a
 * folder waited from the enqueue that queued it to the start of its run. */
import type { ItemName, Observer } from "@workitem/scheduler";

type Handler<Name extends keyof Observer> = NonNullable<Observer[Name]>;
type Event<Name extends keyof Observer> = Parameters<Handler<Name>>[0];

/** What the items of folders did, or the one of the manifest. */
export interface Counts {
  enqueues: number;
  runs: number;
}

/** Waits are kept in steps of a sixteenth of a doubling, from a microsecond on, so
 * that a long watch needs no more memory than a short one. */
const STEPS_PER_DOUBLING = 16;
const STEPS = 48 * STEPS_PER_DOUBLING;

export class Statistics implements Observer {
  readonly folders: Counts = { enqueues: 0, runs: 0 };
  readonly manifest: Counts = { enqueues: 0, runs: 0 };
  /** Bytes hashed. */
  bytes: number = 0;
  /** The most runs that were ever in flight at once. */
  peak: number = 0;
  readonly #waitingSince = new Map<string, number>();
  readonly #waits = new Uint32Array(STEPS);
  #running = 0;
  /** How many runs of each executor have not ended: with a store one ends when
   * that is stored, and its executor goes on before. */
  readonly #ofExecutor = new Map<number, number>();
  #busySince = 0;
  #busyMs = 0;

  enqueued(event: Event<"enqueued">): void {
    const { key = "", outcome } = event;
    const counts = this.#countsOf(event);
    if (counts === undefined) return;
    counts.enqueues += 1;
    if (outcome === "coalesced" || counts !== this.folders) return;
    this.#waitingSince.set(key, performance.now());
  }

  started(event: Event<"started">): void {
    const now = performance.now();
    const { key = "", executor } = event;
    if (this.#running++ === 0) this.#busySince = now;
    const own = this.#ofExecutor.get(executor) ?? 0;
    this.#ofExecutor.set(executor, own + 1);
    this.peak = Math.max(this.peak, this.#ofExecutor.size);
    const counts = this.#countsOf(event);
    if (counts !== undefined) counts.runs += 1;
    if (counts !== this.folders) return;
    const since = this.#waitingSince.get(key);
    if (since === undefined) return;
    this.#waitingSince.delete(key);
    const step = stepOf(now - since);
    this.#waits[step] = (this.#waits[step] ?? 0) + 1;
  }

  ended({ executor }: Event<"ended">): void {
    const left = (this.#ofExecutor.get(executor) ?? 1) - 1;
    if (left === 0) this.#ofExecutor.delete(executor);
    else this.#ofExecutor.set(executor, left);
    if (--this.#running > 0) return;
    this.#busyMs += performance.now() - this.#busySince;
  }

  /** Milliseconds during which at least one run was in flight. */
  get busyMs(): number {
    const current = this.#running > 0 ? performance.now() - this.#busySince : 0;
    return this.#busyMs + current;
  }

  /** The wait in ms that this share of the runs did not exceed, to about 4 %. */
  waitMs(share: number): number {
    const total = this.#waits.reduce((sum, waits) => sum + waits, 0);
    let rest = Math.max(1, Math.ceil(total * share));
    const step = this.#waits.findIndex((waits) => (rest -= waits) <= 0);
    return step < 0 ? 0 : 2 ** ((step + 0.5) / STEPS_PER_DOUBLING) / 1000;
  }

  /** A folder's key ends in a slash; but a walk is no look at its files. */
  #countsOf({ kind, key = "" }: ItemName): Counts | undefined {
    if (kind === "walk") return undefined;
    if (key.endsWith("/")) return this.folders;
    return key === "manifest" ? this.manifest : undefined;
  }
}

function stepOf(ms: number): number {
  const doublings = Math.log2(Math.max(1, ms * 1000));
  return Math.min(STEPS - 1, Math.floor(doublings * STEPS_PER_DOUBLING));
}
