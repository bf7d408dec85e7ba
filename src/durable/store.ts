/**
 * What a durable scheduler asks of its store. Everything that several processes
 * share is behind this port; each method is one step, atomic or divided into
 * atomic steps that may be interrupted between any two.
 *
 * The laws that every store keeps. "Committed" is what survives as `durability`
 * says; the suite `storeContract` of `./testing` holds them.
 *
 * 1. **Nothing is lost.** When `enqueue` has answered, the wake-up and its
 *    message are committed. Each message is in exactly one place from then on:
 *    with its item, acknowledged, a dead letter, or handed to who cancelled or
 *    deleted.
 * 2. **Wake law.** An item with an accepted enqueue is ready, delayed, in
 *    backoff, held, suspended or running, until a run that was claimed *after*
 *    that enqueue has settled. Messages never wait with an idle item.
 * 3. **One claim.** An item is claimed by one session at most. `fence` grows
 *    from claim to claim, and `settle` with an older one writes nothing.
 * 4. **One transaction.** `settle` acknowledges, writes the context and the
 *    user's writes, and sets what the item is next, all or nothing.
 * 5. **Order.** The messages of a key are loaded in the order in which their
 *    enqueues were committed, and what fails stays before what is newer. Ready
 *    items of the kinds asked for are claimed in the order in which they became
 *    ready; coalescing never moves one.
 * 6. **A run is handed what was enqueued before its claim**, and nothing else.
 *    What comes later causes one more run.
 * 7. **Unknown outcomes are resolved.** A method that fails says whether it may
 *    have happened (`StoreError.outcome`). One that answers has happened exactly
 *    once, however often the store had to try.
 * 8. **Sessions.** A session is fenced once, by somebody who names its last
 *    beat. After that it can claim nothing and renew nothing, and what it had
 *    claimed is due again when `reclaim` has answered 0.
 *
 * Time is the store's own clock, in milliseconds since 1970; who calls says
 * spans, never times. Nothing here starts by itself: delays are looked at by
 * `promote`, lost sessions by `sessions`, `fence` and `reclaim`.
 *
 * @module
 */
import type { ItemName } from "../core/calls.ts";
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
  StoredMessage,
  StoredResult,
  StoreLimits,
  Verdict,
  Wake,
} from "./stored.ts";

/** A kind to claim items of. */
export interface Want {
  /** Its name. */
  readonly kind: string;
  /** How many at most. */
  readonly limit: number;
}

/** What was promoted. */
export interface Promoted {
  /** How many items became ready. */
  readonly count: number;
  /** Milliseconds until the next item of these kinds is due, if one is. */
  readonly nextMs: number | undefined;
}

/** Where an item stands, as one sees it who waits. */
export interface Standing {
  /** Its version now. */
  readonly version: string;
  /** Has all that was due been answered; if not, why not? */
  readonly state: "answered" | "waiting" | "held" | "cancelled" | "deleted";
}

/** Messages taken back by `cancel` or `delete`. */
export interface Taken {
  /** Those that waited, without wake-ups that have none; `undefined` if nothing
   * was owed. */
  readonly messages: readonly StoredMessage[] | undefined;
  /** Does a run go on, with whose end it is over? */
  readonly isRunning: boolean;
}

/** What is wrong in a store. */
export interface Fault {
  /** Which rule is broken, as `"queued-without-entry"`. */
  readonly rule: string;
  /** Of which item or session; no message and no context. */
  readonly subject: string;
  /** Has it been mended? */
  readonly isRepaired: boolean;
}

/** What `fsck` found. */
export interface FsckReport {
  /** How many items were looked at. */
  readonly items: number;
  /** How many messages were looked at. */
  readonly messages: number;
  /** What is wrong; nothing, in a sound store. */
  readonly faults: readonly Fault[];
}

/** See the laws above. Every method may reject with a `StoreError`. */
export interface Store {
  /** What survives once a method has resolved. */
  readonly durability: Durability;
  /** What is refused, with a `LimitError`. */
  readonly limits: StoreLimits;

  /** Commits enqueues. Each is answered by itself: a `Receipt`, or the error
   * that refused it (`QueueFullError`, `DeletedError`, `LimitError`,
   * `StoreError`), which changed nothing. Those of one key keep their order. */
  enqueue(wakes: readonly Wake[]): Promise<readonly (Receipt | Error)[]>;
  /** Replaces some of the oldest messages that no run holds by what `fold`
   * makes of them; their order among the others stays. Those that somebody
   * waits for are left alone. Answers how many fewer there are: 0 if there is
   * nothing to fold. */
  fold(
    name: ItemName<string>,
    fold: (bodies: readonly Uint8Array[]) => Uint8Array,
  ): Promise<number>;

  /** Begins a session; answers its name. */
  openSession(): Promise<string>;
  /** Shows that the session lives. `false`: it has been fenced. */
  renew(session: string): Promise<boolean>;
  /** Ends a session that has no claims left. One that has is fenced. */
  closeSession(session: string): Promise<void>;
  /** All sessions, and those fenced whose claims are not all due again. */
  sessions(): Promise<readonly SessionView[]>;
  /** Fences a session whose beat is still this one; `false` if it is not. */
  fence(session: string, beat: string): Promise<boolean>;
  /** Makes claims of a fenced session due again, each with one more crash.
   * Answers how many may be left; go on until it is 0. */
  reclaim(session: string): Promise<number>;

  /** Claims ready items, the longest ready first, `limit` at most. Answers
   * none when the session has been fenced. */
  claim(
    session: string,
    wants: readonly Want[],
    limit: number,
  ): Promise<readonly Claim[]>;
  /** Reads what a claimed item is to be run with: at most `maxMessages`, and
   * no more than one settlement can carry. */
  load(claim: Claim, maxMessages: number): Promise<Loaded>;
  /** Asks what happened to items since they were claimed, in their order. */
  news(claims: readonly Claim[]): Promise<readonly News[]>;
  /** Ends a run. It must have been loaded, but for `"release"`. */
  settle(claim: Claim, verdict: Verdict): Promise<Settled>;
  /** Makes ready what is due, and ends deletions that were interrupted. */
  promote(kinds: readonly string[]): Promise<Promoted>;

  /** Takes back what waits; with `running` the run is told as well. If the store
   * fails after a part of very many messages, that part is answered, and the
   * rest stays as it was; when the outcome is `"unknown"` some may be gone. */
  cancel(
    name: ItemName<string>,
    options: { readonly running: boolean },
  ): Promise<Taken>;
  /** Keeps the item from starting, or lets it start again. */
  suspend(name: ItemName<string>, isSuspended: boolean): Promise<void>;
  /** Ends a backoff or a hold: due now, as a first attempt. */
  reset(name: ItemName<string>): Promise<void>;
  /** Forgets the item, its messages and its context. If it runs, it is told,
   * and deleted when that run ends; what came meanwhile becomes a dead letter. */
  delete(name: ItemName<string>): Promise<Taken>;

  /** All that is known of an item; `undefined` if that is nothing. */
  inspect(name: ItemName<string>): Promise<StoredItem | undefined>;
  /** Items that are not idle, or suspended, page by page. */
  list(query: ItemQuery): Promise<Page<StoredItem>>;
  /** Has what was due at `version` been answered? Without a version: at the
   * time of the call. Delayed runs are not waited for. */
  standing(name: ItemName<string>, version?: string): Promise<Standing>;
  /** The results kept under these replies, in their order. They are kept for
   * an hour. */
  results(
    replies: readonly string[],
  ): Promise<readonly (StoredResult | undefined)[]>;

  /** Dead letters, page by page. */
  dead(query: DeadQuery): Promise<Page<DeadLetter>>;
  /** Enqueues the messages of a dead letter again, as new ones. Answers how
   * many; 0 if there is no such letter, or not any more. */
  redrive(name: ItemName<string>, id: string): Promise<number>;
  /** Forgets a dead letter. `false` if there is no such letter. */
  discard(name: ItemName<string>, id: string): Promise<boolean>;

  /** Calls `bell` when an item of these kinds may have become ready, or a reply
   * may have come, or an item that runs may have been told something. It may
   * miss some and ring in vain; who relies on it must look now and then as
   * well. Returns what ends it. */
  watch(bell: () => void): () => void;
  /** Looks for broken rules, and mends them if asked. To be used while nothing
   * else uses the store. */
  fsck(options: { readonly repair: boolean }): Promise<FsckReport>;
  /** Ends what the store does by itself. It does not close what it was given. */
  close(): Promise<void>;
}
