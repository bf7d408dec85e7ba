/** Time, the network, and the processes of one round. */
import { mix, Random } from "../../core/sim/random.ts";
import { idOf } from "../../../src/stores/kv/layout.ts";
import type { KvLike } from "../../../src/stores/kv/kv_like.ts";
import { Ledger, type Run, type Session } from "./ledger.ts";
import { Network } from "./network.ts";
import { LEASE_MS, type Plan, type WakePlan } from "./plan.ts";
import type { Process } from "./process.ts";
import type { Traffic } from "./traffic.ts";

/** When all rounds begin, in milliseconds since 1970. */
export const BEGIN_MS = 1_800_000_000_000;

/** What happened in rounds, in numbers. */
export interface Figures extends Traffic {
  rounds: number;
  messages: number;
  runs: number;
  crashes: number;
  freezes: number;
  fencings: number;
  reclaimed: number;
  stale: number;
  unknown: number;
  duplicates: number;
}

/** One round's world. */
export class World {
  readonly plan: Plan;
  readonly network: Network;
  readonly ledger: Ledger = new Ledger();
  readonly figures: Figures;
  readonly random: Random;
  readonly trace: (line: string) => void;
  /** Who runs what, as far as they know themselves. */
  readonly running: Map<string, Run> = new Map();
  /** Sessions that somebody fenced without waiting. */
  readonly wronged: Set<string> = new Set();
  /** Sessions by name, of all processes. */
  readonly sessions: Map<string, Session> = new Map();
  /** All that have ever lived. */
  readonly processes: Process[] = [];
  /** Is the round at its end, so that nothing may go wrong any more? */
  isDraining = false;
  /** Milliseconds since the round began. */
  nowMs = 0;

  constructor(
    kv: (today: () => number) => KvLike,
    { plan, figures, trace }: {
      readonly plan: Plan;
      readonly figures: Figures;
      readonly trace: (line: string) => void;
    },
  ) {
    this.plan = plan;
    this.figures = figures;
    this.trace = trace;
    this.random = new Random(mix(plan.seed, 3));
    const real = kv(() => BEGIN_MS + this.nowMs);
    this.network = new Network(real, { plan, traffic: figures, trace });
  }

  /** The kinds of the round. */
  get kinds(): readonly string[] {
    return [...new Set(this.plan.names.map(({ kind }) => kind))];
  }

  /** Time goes on, for all but the frozen. */
  wait(ms: number): void {
    this.nowMs += ms;
    for (const process of this.processes) process.pass(ms);
  }

  /** A run begins: nobody else may be running the item. */
  begin(run: Run): void {
    const { claim } = run;
    const other = this.running.get(idOf(claim));
    if (other !== undefined && this.isLive(other.session)) {
      const name = `${claim.kind}/${claim.key}`;
      this.ledger.accuse(`two runs of ${name} at once: ${claim.fence}`);
    }
    this.running.set(idOf(claim), run);
  }

  /** A run is over, as its process sees it. */
  end(run: Run): void {
    const id = idOf(run.claim);
    if (this.running.get(id) === run) this.running.delete(id);
  }

  /** May a session's runs go on? */
  isLive(session: Session): boolean {
    return !session.isOver && !session.isWronged &&
      this.nowMs < session.sentAtMs + LEASE_MS;
  }

  /** Enqueues that may be tried again: they have an id, and nobody knows. With
   * `pending`, those as well that are not answered yet. */
  open({ pending }: { readonly pending: boolean }): readonly WakePlan[] {
    const open = new Map<number, WakePlan>();
    const known = new Set<number>();
    for (const { plan, answer } of this.ledger.sent) {
      const { message, hasId } = plan;
      if (message === undefined || !hasId) continue;
      if (answer === "accepted" || answer === "duplicate") known.add(message);
      else if (answer === "unknown" || (pending && answer === "pending")) {
        open.set(message, plan);
      }
    }
    return [...open].flatMap(([message, plan]) =>
      known.has(message) ? [] : plan
    );
  }
}

/** Lets everything go on that waits for no call and no timer. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
