/**
 * A durable store that is not durable: all is in the memory of the process. It
 * is the reference that other stores are measured by, and serves tests.
 *
 * Each method changes what it has to in one synchronous step, so it is atomic
 * by itself; `memory/` has one file for each part of it.
 *
 * @module
 */
import type { ItemName } from "../core/calls.ts";
import { type Clock, systemClock, systemRandom } from "../core/clock.ts";
import type {
  FsckReport,
  Promoted,
  Standing,
  Store,
  Taken,
  Want,
} from "../durable/store.ts";
import type {
  Claim,
  DeadLetter,
  DeadQuery,
  Durability,
  ItemQuery,
  Loaded,
  News,
  Page,
  Receipt,
  SessionView,
  Settled,
  StoredItem,
  StoredResult,
  StoreKeyPart,
  StoreLimits,
  Verdict,
  Wake,
} from "../durable/stored.ts";
import { Book } from "./memory/book.ts";
import * as claims from "./memory/claims.ts";
import * as control from "./memory/control.ts";
import { enqueue, fold } from "./memory/enqueue.ts";
import { fsck } from "./memory/fsck.ts";
import * as letters from "./memory/letters.ts";
import type { OwnEntry } from "./memory/own_entries.ts";
import { settle } from "./memory/settle.ts";
import * as views from "./memory/views.ts";

export type { OwnEntry } from "./memory/own_entries.ts";

const BYTES_MAX = 65_536;

/** How a memory store is made. */
export interface MemoryStoreOptions {
  /** Says what time it is.
   *
   * @default The system's clock. */
  readonly clock?: Pick<Clock, "today"> | undefined;
  /** Numbers from 0 to 1, for the names of sessions.
   *
   * @default {Math.random} */
  readonly random?: (() => number) | undefined;
}

/** A store in memory, which also shows the user's own entries. */
export interface MemoryStore extends Store {
  /** What a run wrote there by `run.tx`. A counter is a `bigint`. */
  get(key: readonly StoreKeyPart[]): OwnEntry;
}

/**
 * Makes an empty store. Whoever shares the object shares the data.
 *
 * @example What was enqueued can be claimed
 * ```ts
 * import { memoryStore } from "@workitem/scheduler/stores/memory";
 * import { assertEquals } from "@std/assert";
 *
 * const store = memoryStore();
 * const session = await store.openSession();
 *
 * await store.enqueue([{
 *   kind: "sync",
 *   key: "acme",
 *   id: undefined,
 *   body: undefined,
 *   reply: undefined,
 *   idWindowMs: 0,
 *   delayMs: 0,
 *   reschedule: "earliest",
 *   maxDelayMs: Infinity,
 *   whenRunning: "rerun",
 *   maxInbox: 10_000,
 * }]);
 * const claims = await store.claim(session, [{ kind: "sync", limit: 8 }], 8);
 *
 * assertEquals(claims.map(({ key }) => key), ["acme"]);
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const { clock = systemClock, random = systemRandom } = options;
  return new Memory(() => clock.today(), random);
}

class Memory implements MemoryStore {
  readonly durability: Durability = "memory";
  readonly limits: StoreLimits = {
    messageBytes: BYTES_MAX,
    contextBytes: BYTES_MAX,
    resultBytes: BYTES_MAX,
  };
  readonly #book: Book;
  readonly #random: () => number;
  readonly #bells: Set<() => void> = new Set();
  #isRinging = false;

  constructor(today: () => number, random: () => number) {
    this.#book = new Book(today);
    this.#random = random;
  }

  enqueue(wakes: readonly Wake[]): Promise<readonly (Receipt | Error)[]> {
    return this.#change(() =>
      wakes.map((wake) => enqueue(this.#book, wake, this.limits))
    );
  }

  fold(
    name: ItemName<string>,
    merge: (bodies: readonly Uint8Array[]) => Uint8Array,
  ): Promise<number> {
    const { limits } = this;
    return this.#change(() => fold(this.#book, name, { merge, limits }));
  }

  openSession(): Promise<string> {
    return this.#change(() => {
      const chance = this.#random().toString(36).slice(2);
      const session = `${Number(this.#book.version)}-${chance}`;
      claims.openSession(this.#book, session);
      return session;
    });
  }

  renew(session: string): Promise<boolean> {
    return this.#change(() => claims.renew(this.#book, session));
  }

  closeSession(session: string): Promise<void> {
    return this.#change(() => claims.closeSession(this.#book, session));
  }

  sessions(): Promise<readonly SessionView[]> {
    return this.#look(() => claims.viewSessions(this.#book));
  }

  fence(session: string, beat: string): Promise<boolean> {
    return this.#change(() => claims.fence(this.#book, session, beat));
  }

  reclaim(session: string): Promise<number> {
    return this.#change(() => claims.reclaim(this.#book, session));
  }

  claim(
    session: string,
    wants: readonly Want[],
    limit: number,
  ): Promise<readonly Claim[]> {
    return this.#change(() =>
      claims.claim(this.#book, session, { wants, limit })
    );
  }

  load(claim: Claim, maxMessages: number): Promise<Loaded> {
    return this.#look(() => claims.load(this.#book, claim, maxMessages));
  }

  news(all: readonly Claim[]): Promise<readonly News[]> {
    return this.#look(() =>
      all.map((claim) => claims.newsOf(this.#book, claim))
    );
  }

  settle(claim: Claim, verdict: Verdict): Promise<Settled> {
    const { limits } = this;
    return this.#change(() => settle(this.#book, claim, { verdict, limits }));
  }

  promote(kinds: readonly string[]): Promise<Promoted> {
    return this.#change(() => control.promote(this.#book, kinds));
  }

  cancel(
    name: ItemName<string>,
    options: { readonly running: boolean },
  ): Promise<Taken> {
    return this.#change(() => control.cancel(this.#book, name, options));
  }

  suspend(name: ItemName<string>, isSuspended: boolean): Promise<void> {
    return this.#change(() => control.suspend(this.#book, name, isSuspended));
  }

  reset(name: ItemName<string>): Promise<void> {
    return this.#change(() => control.reset(this.#book, name));
  }

  delete(name: ItemName<string>): Promise<Taken> {
    return this.#change(() => control.remove(this.#book, name));
  }

  inspect(name: ItemName<string>): Promise<StoredItem | undefined> {
    return this.#look(() => views.inspect(this.#book, name));
  }

  list(query: ItemQuery): Promise<Page<StoredItem>> {
    return this.#look(() => views.list(this.#book, query));
  }

  standing(name: ItemName<string>, version?: string): Promise<Standing> {
    return this.#look(() => views.standing(this.#book, name, version));
  }

  results(
    replies: readonly string[],
  ): Promise<readonly (StoredResult | undefined)[]> {
    return this.#look(() => replies.map((reply) => this.#resultOf(reply)));
  }

  dead(query: DeadQuery): Promise<Page<DeadLetter>> {
    return this.#look(() => letters.dead(this.#book, query));
  }

  redrive(name: ItemName<string>, id: string): Promise<number> {
    return this.#change(() => letters.redrive(this.#book, name, id));
  }

  discard(name: ItemName<string>, id: string): Promise<boolean> {
    return this.#change(() => letters.discard(this.#book, name, id));
  }

  watch(bell: () => void): () => void {
    const ring = (): void => bell(); // The same bell may be watched twice.
    this.#bells.add(ring);
    return () => void this.#bells.delete(ring);
  }

  fsck({ repair }: { readonly repair: boolean }): Promise<FsckReport> {
    return this.#change(() => fsck(this.#book, repair));
  }

  close(): Promise<void> {
    this.#bells.clear();
    return Promise.resolve();
  }

  get(key: readonly StoreKeyPart[]): OwnEntry {
    return this.#book.own.get(key);
  }

  #resultOf(reply: string): StoredResult | undefined {
    const result = this.#book.results.get(reply);
    return result && { ...result, body: result.body?.slice() };
  }

  /** A step that may change something. */
  #change<Answer>(step: () => Answer): Promise<Answer> {
    const before = this.#book.version;
    const answer = this.#look(step);
    if (this.#book.version !== before) this.#ring();
    return answer;
  }

  /** A step, as a promise; what it throws rejects that. */
  #look<Answer>(step: () => Answer): Promise<Answer> {
    return new Promise((resolve) => resolve(step()));
  }

  /** Rings later, so that no bell is called within a step of its own. */
  #ring(): void {
    if (this.#isRinging || this.#bells.size === 0) return;
    this.#isRinging = true;
    queueMicrotask(() => {
      this.#isRinging = false;
      for (const ring of this.#bells) {
        queueMicrotask(() => { // What it throws is not the others'.
          if (this.#bells.has(ring)) ring();
        });
      }
    });
  }
}
