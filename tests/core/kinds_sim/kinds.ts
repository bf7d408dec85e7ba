/** What is known of a kind beside its keys, and of the runs of all. */
import type { KindPlan } from "./plan.ts";

/** One kind. */
export class KindWorld {
  readonly id: number;
  readonly name: string;
  readonly plan: KindPlan;
  /** Runs that go on. */
  running = 0;
  /** When its runs began. */
  readonly starts: number[] = [];
  /** Has its scope been deleted? */
  isGone = false;

  constructor(id: number, plan: KindPlan) {
    this.id = id;
    this.name = `k${id}`;
    this.plan = plan;
  }

  /** May one more of its runs begin, as far as the kind is concerned? The
   * window is strict: no interval, wherever it begins, sees more starts. */
  hasRoom(nowMs: number): boolean {
    const { concurrency = Infinity, rate } = this.plan;
    if (this.running >= concurrency) return false;
    if (rate === undefined) return true;
    const { limit, interval } = rate;
    const oldest = this.starts[this.starts.length - limit];
    return oldest === undefined || oldest + interval <= nowMs;
  }
}
