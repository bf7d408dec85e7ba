/**
 * What happened, as it happens, and at the end whether all is well.
 *
 * @module
 */
import type { Tenants } from "./tenants.ts";

// deno-lint-ignore no-console -- an example shows its output
const say = console.log;

/** The facts of one tenant. */
interface Row {
  /** Webhooks in the order in which they were received. */
  readonly received: number[];
  lastMs: number;
  /** How often they began to come after a silence. */
  floods: number;
  syncs: number;
  failed: number;
}

/** Why a sync failed, and when it is tried again. */
interface Backoff {
  readonly error: unknown;
  readonly delay: number;
}

/** Says what happens, and keeps count. */
export class Report {
  readonly #rows: Map<string, Row> = new Map();
  /** Who waits for how many to be settled. */
  readonly #waiting: Map<number, () => void> = new Map();
  #settled = 0;
  readonly #silenceMs: number;
  #startMs = 0;

  constructor(silenceMs: number) {
    this.#silenceMs = silenceMs;
  }

  begin(): void {
    this.#startMs = performance.now();
    say("   ms  what happened");
  }

  /** The webhooks to `names` have been answered. */
  answers(names: readonly string[], outcomes: readonly string[]): void {
    const kinds = Object.entries(Object.groupBy(outcomes, (each) => each))
      .sort().map(([outcome, all = []]) => `${all.length} "${outcome}"`);
    const who = names.join(", ");
    this.#tell(`${outcomes.length} webhooks came for ${who}`);
    this.#tell(`they were answered ${kinds.join(", ")}`);
  }

  received(tenant: string, id: number): void {
    const row = this.#row(tenant);
    const nowMs = performance.now();
    if (nowMs - row.lastMs >= this.#silenceMs) row.floods++;
    row.lastMs = nowMs;
    row.received.push(id);
  }

  synced(tenant: string, ids: readonly number[]): void {
    this.#row(tenant).syncs++;
    this.#tell(`${tenant}: synced, ${ids.length} webhooks in one request`);
    this.#settle(ids.length);
  }

  failed(tenant: string, { error, delay }: Backoff): void {
    this.#row(tenant).failed++;
    const reason = error instanceof Error ? error.message : `${error}`;
    this.#tell(`${tenant}: ${reason}, tries again in ${delay} ms`);
  }

  lost(tenant: string, ids: readonly number[]): void {
    this.#tell(`${tenant}: gave up, ${ids.length} webhooks are lost`);
    this.#settle(ids.length);
  }

  /** Resolves when so many webhooks have been synced or lost. */
  whenSettled(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.set(count, resolve);
      this.#settle(0);
    });
  }

  /** Prints the table. Is what the tenants took what was received, in order? */
  end({ taken, askedMs }: Tenants): boolean {
    say("\ntenant   webhooks  floods  syncs  failed  all of them, in order");
    let isWell = true;
    let webhooks = 0;
    let good = 0;
    let bad = 0;
    for (const [tenant, { received, floods, syncs, failed }] of this.#rows) {
      const isSame = `${taken.get(tenant)}` === `${received}`;
      const cells = [`${received.length}`.padStart(8), `${floods}`.padStart(6)];
      cells.push(`${syncs}`.padStart(5), `${failed}`.padStart(6));
      cells.push(isSame ? "yes" : "NO");
      say(`${tenant.padEnd(7)}  ${cells.join("  ")}`);
      isWell &&= isSame;
      webhooks += received.length;
      good += syncs;
      bad += failed;
    }
    say(`\n${webhooks} webhooks, ${good} syncs, ${bad} failed attempts`);
    const waits = askedMs.slice(1).map((ms, n) =>
      `${Math.floor(ms - (askedMs[n] ?? 0))} ms`
    );
    say(`who was down was asked again after ${waits.join(", then ")}`);
    return isWell;
  }

  #settle(count: number): void {
    this.#settled += count;
    for (const [awaited, resolve] of this.#waiting) {
      if (awaited <= this.#settled) resolve();
    }
  }

  #row(tenant: string): Row {
    const row = this.#rows.get(tenant) ??
      { received: [], lastMs: -Infinity, floods: 0, syncs: 0, failed: 0 };
    this.#rows.set(tenant, row);
    return row;
  }

  #tell(what: string): void {
    const ms = Math.round(performance.now() - this.#startMs);
    say(`${`${ms}`.padStart(5)}  ${what}`);
  }
}
