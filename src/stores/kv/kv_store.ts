/**
 * The store on Deno KV, put together from its parts.
 *
 * @module
 */
import { systemClock, systemRandom } from "../../core/clock.ts";
import type {
  FsckReport,
  Promoted,
  Standing,
  Store,
  Taken,
  Want,
} from "../../durable/store.ts";
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
  StoreLimits,
  Verdict,
  Wake,
} from "../../durable/stored.ts";
import { cancelItem } from "./cancel.ts";
import { Cache } from "./cache.ts";
import { Chain } from "./chain.ts";
import { claimReady } from "./claim.ts";
import { Committer } from "./committer.ts";
import { resetItem, suspendItem } from "./control.ts";
import { deleteItem } from "./delete.ts";
import { foldMessages } from "./fold.ts";
import { checkStore } from "./fsck.ts";
import type { KvLike } from "./kv_like.ts";
import { Intake } from "./intake.ts";
import { Layout, type Name } from "./layout.ts";
import { discardLetter, listLetters, redriveLetter } from "./letters.ts";
import { type KvClaim, loadClaim, newsOf } from "./load.ts";
import { type Parts, reading } from "./parts.ts";
import { PatientKv } from "./patient_kv.ts";
import { promoteDue } from "./promote.ts";
import { Sessions } from "./sessions.ts";
import { settleClaim } from "./settle.ts";
import { inspectItem, listItems, resultsOf, standingOf } from "./views.ts";
import { Bells } from "./bells.ts";
import { checkUse, type DenoKvStoreOptions } from "./store_options.ts";

/** Deno takes 100 checks in a commit, some of which are our own; the client for
 * other runtimes takes 10. */
const CHECKS_MAX = 96;
const CHECKS_MAX_ELSEWHERE = 8;
/** SQLite itself waits 5 s for a lock. */
export const PATIENCE_DEFAULT_MS = 6_000;
/** Deno KV takes 65,536 bytes for a value; some are for what goes with it. */
const LIMITS: StoreLimits = {
  messageBytes: 62_464,
  contextBytes: 64_512,
  resultBytes: 64_512,
};

/** So many were made: two that are given the same randomness differ. */
let stores = 0;

/** Each method is one of the operations of `docs/protocol.md`. */
export class DenoKvStore implements Store {
  readonly durability: Durability;
  readonly limits: StoreLimits = LIMITS;
  readonly #parts: Parts;
  readonly #sessions: Sessions;
  readonly #intake: Intake;
  readonly #bells: Bells;
  readonly #onClose: () => void;

  constructor(
    kv: KvLike,
    options: DenoKvStoreOptions,
    onClose: () => void = () => {},
  ) {
    checkUse(kv, options);
    const { prefix = ["workitem"], durability = "fsync", watch = false } =
      options;
    const { clock = systemClock, random = systemRandom } = options;
    const { patience: patienceMs = PATIENCE_DEFAULT_MS } = options;
    const layout = new Layout([...prefix]);
    const patient = new PatientKv(kv, clock, patienceMs);
    const key = layout.bell;
    const bells = new Bells({ kv, clock, random, key, isWatching: watch });
    const parts = [random() * 2 ** 52, random() * 2 ** 52, clock.today()];
    const lane = [...parts, stores++]
      .map((part) => Math.floor(part).toString(36)).join("-");
    const way = { kv: patient, layout, clock, random };
    const chain = new Chain({ ...way, lane, resends: watch });
    const cache = new Cache();
    const basis = { chain, cache, layout, clock, patienceMs };
    const writesBell = watch;
    const ring = bells.ring;
    const isCounted = patient.commitVersionstamp === undefined;
    const checksMax = isCounted ? CHECKS_MAX_ELSEWHERE : CHECKS_MAX;
    const rest = { ring, writesBell, checksMax };
    const committer = new Committer({ ...basis, ...rest });
    const limits = LIMITS;
    const common = { kv: patient, layout, clock, random };
    this.#parts = { ...common, cache, committer, limits, isCounted, checksMax };
    this.#sessions = new Sessions(this.#parts);
    this.#intake = new Intake(this.#parts);
    this.#bells = bells;
    this.#onClose = onClose;
    this.durability = durability;
  }

  enqueue(wakes: readonly Wake[]): Promise<(Receipt | Error)[]> {
    return Promise.all(wakes.map((wake) => this.#intake.take(wake)));
  }

  fold(
    name: Name,
    fold: (bodies: readonly Uint8Array[]) => Uint8Array,
  ): Promise<number> {
    return foldMessages(this.#parts, name, fold);
  }

  openSession(): Promise<string> {
    return this.#sessions.open();
  }

  renew(session: string): Promise<boolean> {
    return this.#sessions.renew(session);
  }

  closeSession(session: string): Promise<void> {
    return this.#sessions.close(session);
  }

  sessions(): Promise<readonly SessionView[]> {
    return this.#sessions.all();
  }

  fence(session: string, beat: string): Promise<boolean> {
    return this.#sessions.fence(session, beat);
  }

  reclaim(session: string): Promise<number> {
    return this.#sessions.reclaim(session);
  }

  async claim(
    session: string,
    wants: readonly Want[],
    limit: number,
  ): Promise<readonly Claim[]> {
    const open = await reading(
      "Cannot claim",
      () => this.#sessions.find(session),
    );
    if (open === undefined || limit < 1 || wants.length === 0) return [];
    return await claimReady(this.#parts, open, wants, limit);
  }

  load(claim: Claim, maxMessages: number): Promise<Loaded> {
    return loadClaim(this.#parts, own(claim), maxMessages);
  }

  news(claims: readonly Claim[]): Promise<readonly News[]> {
    return newsOf(this.#parts, claims.map(own));
  }

  settle(claim: Claim, verdict: Verdict): Promise<Settled> {
    return settleClaim(this.#parts, own(claim), verdict);
  }

  promote(kinds: readonly string[]): Promise<Promoted> {
    return reading("Cannot promote", () => promoteDue(this.#parts, kinds));
  }

  cancel(name: Name, options: { readonly running: boolean }): Promise<Taken> {
    return cancelItem(this.#parts, name, options);
  }

  suspend(name: Name, isSuspended: boolean): Promise<void> {
    return suspendItem(this.#parts, name, isSuspended);
  }

  reset(name: Name): Promise<void> {
    return resetItem(this.#parts, name);
  }

  delete(name: Name): Promise<Taken> {
    return deleteItem(this.#parts, name);
  }

  inspect(name: Name): Promise<StoredItem | undefined> {
    return reading("Cannot inspect", () => inspectItem(this.#parts, name));
  }

  list(query: ItemQuery): Promise<Page<StoredItem>> {
    return reading("Cannot list", () => listItems(this.#parts, query));
  }

  standing(name: Name, version?: string): Promise<Standing> {
    return reading("Cannot wait", () => standingOf(this.#parts, name, version));
  }

  results(
    replies: readonly string[],
  ): Promise<readonly (StoredResult | undefined)[]> {
    return reading(
      "Cannot read results",
      () => resultsOf(this.#parts, replies),
    );
  }

  dead(query: DeadQuery): Promise<Page<DeadLetter>> {
    return reading(
      "Cannot list dead letters",
      () => listLetters(this.#parts, query),
    );
  }

  redrive(name: Name, id: string): Promise<number> {
    return reading(
      "Cannot redrive",
      () => redriveLetter(this.#parts, name, id),
    );
  }

  discard(name: Name, id: string): Promise<boolean> {
    return discardLetter(this.#parts, name, id);
  }

  watch(bell: () => void): () => void {
    return this.#bells.add(bell);
  }

  fsck(options: { readonly repair: boolean }): Promise<FsckReport> {
    return reading(
      "Cannot check the store",
      () => checkStore(this.#parts, options),
    );
  }

  async close(): Promise<void> {
    this.#bells.close();
    await this.#parts.committer.close();
    this.#onClose();
  }
}

/** A claim that this store made: it holds what the port does not know. */
function own(claim: Claim): KvClaim {
  return claim as KvClaim;
}
