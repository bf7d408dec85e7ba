/** One process: a clock, a store object, perhaps a session, and what it is
 * doing. */
import { mix, Random } from "../../core/sim/random.ts";
import { WorkItemError } from "../../../src/core/errors.ts";
import { StoreError } from "../../../src/durable/errors.ts";
import type { Store } from "../../../src/durable/store.ts";
import { denoKvStore } from "../../../src/stores/deno_kv.ts";
import { FakeClock } from "../../../src/testing/fake_clock.ts";
import { FaultyKv } from "./faulty_kv.ts";
import { isUnknown, type Run, type Session } from "./ledger.ts";
import type { Caller } from "./network.ts";
import { LEASE_MS, PATIENCE_MS } from "./plan.ts";
import type { Transaction } from "./transaction.ts";
import { BEGIN_MS, type World } from "./world.ts";

/** Something that it does. */
export interface Operation {
  /** What it is called. */
  readonly name: string;
  /** May a transaction be part of it? */
  readonly fits: (transaction: Transaction) => boolean;
}

const SKEW_MS = 5_000;

/** A process. */
export class Process implements Caller {
  readonly number: number;
  readonly world: World;
  readonly store: Store;
  readonly clock: FakeClock;
  readonly runs: Set<Run> = new Set();
  /** Other sessions, and since when they have not been renewed. */
  readonly seen: Map<
    string,
    { readonly beat: string; readonly sinceMs: number }
  > = new Map();
  state: Caller["state"] = "alive";
  session: Session | undefined;
  isOpening = false;
  readonly #operations: Set<Operation> = new Set();
  #missedMs = 0;

  constructor(world: World) {
    this.world = world;
    this.number = world.processes.length;
    world.processes.push(this);
    const random = new Random(mix(world.plan.seed, 4, this.number));
    const today = BEGIN_MS + world.nowMs + random.below(SKEW_MS);
    this.clock = new FakeClock({ now: random.below(1_000_000), today });
    const { network, plan: { isStamped, hasTwins } } = world;
    const kv = new FaultyKv(network, { caller: this, isStamped });
    this.store = denoKvStore(kv, {
      clock: this.clock,
      random: () => random.next() / 2 ** 32,
      patience: PATIENCE_MS,
      watch: hasTwins, // Clients that send again are those of remote databases.
    });
  }

  /** How much it is doing. */
  get busy(): number {
    return this.state === "dead" ? 0 : this.#operations.size;
  }

  /** What it is doing, for who wonders why it does not end. */
  get doing(): readonly string[] {
    return [...this.#operations].map(({ name }) => name);
  }

  /** What it is doing that a transaction may be part of. */
  partsOf(transaction: Transaction): readonly string[] {
    const parts = [...this.#operations].filter(({ fits }) => fits(transaction));
    return [...new Set(parts.map(({ name }) => name))];
  }

  /** Does something; `undefined` when the store could not. */
  async attempt<Answer>(
    operation: Operation,
    act: () => Promise<Answer>,
    refused: (error: WorkItemError) => void = () => {},
  ): Promise<Answer | undefined> {
    this.#operations.add(operation);
    try {
      return await act();
    } catch (error) {
      this.#failed(operation.name, error, refused);
      return undefined;
    } finally {
      this.#operations.delete(operation);
    }
  }

  /** Time goes on. */
  pass(ms: number): void {
    if (this.state === "alive") this.clock.advance(ms);
    else if (this.state === "frozen") this.#missedMs += ms;
  }

  /** Is its session's lease running, by its own clock? */
  get isLeased(): boolean {
    return this.session !== undefined &&
      this.clock.now() < this.session.sentMs + LEASE_MS;
  }

  /** Gives up its session and all that it runs. */
  giveUp(): void {
    if (this.session !== undefined) this.session.isOver = true;
    this.session = undefined;
    for (const run of this.runs) this.world.end(run);
    this.runs.clear();
  }

  /** It is no more. */
  die(): void {
    this.giveUp();
    this.state = "dead";
    this.world.figures.crashes++;
    this.world.network.bury(this);
  }

  /** It does nothing, and knows nothing, for a while. */
  async freeze(): Promise<void> {
    if (this.state !== "alive") return;
    this.state = "frozen";
    this.world.figures.freezes++;
    await this.world.network.freeze(this);
  }

  /** It goes on; what it missed comes before the answers, or after. */
  thaw(): void {
    if (this.state !== "frozen") return;
    this.state = "alive";
    const missedMs = this.#missedMs;
    this.#missedMs = 0;
    const isTimeFirst = this.world.random.oneIn(2);
    if (isTimeFirst) this.clock.advance(missedMs);
    this.world.network.thaw(this);
    if (!isTimeFirst) this.clock.advance(missedMs);
  }

  #failed(
    name: string,
    error: unknown,
    refused: (error: WorkItemError) => void,
  ): void {
    this.world.trace(`${this.number}: ${name}: ${error}`);
    const isStrange = this.world.isDraining && error instanceof StoreError;
    if (isStrange || !(error instanceof WorkItemError)) {
      return this.world.ledger.accuse(`${name} rejects with ${error}`);
    }
    if (isUnknown(error)) this.world.figures.unknown++;
    refused(error);
  }
}
