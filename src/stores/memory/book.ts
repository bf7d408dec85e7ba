/**
 * All that a memory store knows, and the two rules that bind it together: each
 * change of an item gives it a new version, and the ready queue holds exactly
 * the items that may be claimed.
 *
 * @module
 */
import type { ItemName } from "../../core/calls.ts";
import type { ItemState } from "../../core/words.ts";
import type {
  DeadLetter,
  StoredMessage,
  StoredResult,
} from "../../durable/stored.ts";
import { ExpiringMap } from "./expiring.ts";
import { OwnEntries } from "./own_entries.ts";

/** How long results are kept, and what became of who was waited for. */
export const KEPT_MS = 3_600_000;
const VERSION_DIGITS = 20;

/** A message that is kept, and the version at which it came. */
export interface Kept extends StoredMessage {
  readonly at: string;
}

/** A run that is promised. */
export interface Owed {
  /** When, in milliseconds since 1970; `undefined`: at once. */
  dueMs: number | undefined;
  /** Is that the time of a further attempt? */
  isBackoff: boolean;
  /** When it was first asked for, and how long after that it is due at last. */
  firstMs: number;
  boundMs: number;
  /** The version at which it became due; `undefined`: it is delayed. */
  since: string | undefined;
}

/** A run in flight. */
export interface Running {
  readonly session: string;
  readonly fence: string;
  /** The version at which it became due. */
  readonly since: string;
  /** How many of the oldest messages came before the claim. */
  readonly claimed: number;
  /** How many of those it was handed. */
  loaded: number;
  isRestart: boolean;
  isCancelled: boolean;
}

/** One item: few facts, which do not depend on each other. */
export interface Item extends ItemName<string> {
  version: string;
  /** The oldest first: those of a run, then newer ones. */
  messages: Kept[];
  context: Uint8Array | undefined;
  owed: Owed | undefined;
  run: Running | undefined;
  failures: number;
  crashes: number;
  restarts: number;
  isHeld: boolean;
  isSuspended: boolean;
  /** It runs, and is to be deleted when that has ended. */
  isDeleting: boolean;
}

/** Something that was due and will not be answered. */
export interface End {
  readonly how: "cancelled" | "deleted";
  /** The versions between which it was due. */
  readonly since: string;
  readonly version: string;
}

/** A session; `beat` is `undefined` once it is fenced. */
export interface Session {
  beat: string | undefined;
  beatAt: number;
  readonly claims: Set<Item>;
}

/** One name for an item, for maps. */
export function idOf({ kind, key }: ItemName<string>): string {
  return JSON.stringify([kind, key]);
}

/** What errors call an item. */
export function labelOf({ kind, key }: ItemName<string>): string {
  return `"${kind}/${key}"`;
}

/** The first that holds; the facts behind it are independent. */
export function stateOf(item: Item): ItemState {
  if (item.isDeleting) return "deleting";
  if (item.run !== undefined) return "running";
  if (item.isHeld) return "held";
  if (item.isSuspended) return "suspended";
  if (item.owed === undefined) return "idle";
  if (item.owed.dueMs === undefined) return "queued";
  return item.owed.isBackoff ? "backoff" : "delayed";
}

/** The data of one memory store. */
export class Book {
  readonly items: Map<string, Item> = new Map();
  /** In the order in which they became ready. */
  readonly ready: Set<Item> = new Set();
  readonly sessions: Map<string, Session> = new Map();
  /** The dead letters of each item, the oldest first. */
  readonly letters: Map<string, DeadLetter[]> = new Map();
  readonly results: ExpiringMap<StoredResult>;
  readonly seen: ExpiringMap<true>;
  readonly ends: ExpiringMap<readonly End[]>;
  readonly own: OwnEntries;
  readonly today: () => number;
  #count = 0;

  constructor(today: () => number) {
    this.today = today;
    this.results = new ExpiringMap(today);
    this.seen = new ExpiringMap(today);
    this.ends = new ExpiringMap(today);
    this.own = new OwnEntries(today, () => this.nextVersion());
  }

  /** The version of the last change of all. */
  get version(): string {
    return String(this.#count).padStart(VERSION_DIGITS, "0");
  }

  /** A version that is greater than all before. */
  nextVersion(): string {
    this.#count++;
    return this.version;
  }

  /** The item, if anything is known of it. */
  find(name: ItemName<string>): Item | undefined {
    return this.items.get(idOf(name));
  }

  /** The item, which is made if nothing is known of it. */
  make({ kind, key }: ItemName<string>): Item {
    const id = idOf({ kind, key });
    const found = this.items.get(id);
    if (found !== undefined) return found;
    const item: Item = {
      kind,
      key,
      version: this.version,
      messages: [],
      context: undefined,
      owed: undefined,
      run: undefined,
      failures: 0,
      crashes: 0,
      restarts: 0,
      isHeld: false,
      isSuspended: false,
      isDeleting: false,
    };
    this.items.set(id, item);
    return item;
  }

  /** Says that the item was changed: it has a new version, and stands at the
   * end of the ready queue if it may be claimed from now on. */
  changed(item: Item): string {
    item.version = this.nextVersion();
    const { owed } = item;
    if (owed?.dueMs === undefined && owed !== undefined) {
      owed.since ??= item.version;
    }
    if (stateOf(item) === "queued") this.ready.add(item);
    else this.ready.delete(item);
    const isKnown = stateOf(item) !== "idle" || item.context !== undefined;
    if (!isKnown) this.items.delete(idOf(item));
    return item.version;
  }

  /** Keeps a result for each of the messages that somebody waits for. */
  tell(
    messages: readonly StoredMessage[],
    result: StoredResult,
    told: ReadonlySet<string> = new Set(),
  ): void {
    const kept = { outcome: result.outcome, body: result.body?.slice() };
    for (const { reply } of messages) {
      if (reply === undefined || told.has(reply)) continue;
      this.results.set(reply, kept, KEPT_MS);
    }
  }

  /** Remembers that what was due since a version will not be answered. */
  end(item: Item, how: End["how"], since: string | undefined): void {
    if (since === undefined) return; // Nothing was due.
    const id = idOf(item);
    const end: End = { how, since, version: item.version };
    this.ends.set(id, [...this.ends.get(id) ?? [], end], KEPT_MS);
  }
}

/** Something that is due at once. */
export function dueNow(since?: string): Owed {
  return {
    dueMs: undefined,
    isBackoff: false,
    firstMs: 0,
    boundMs: Infinity,
    since,
  };
}

/** A message as it is handed out: a copy that nobody else has. */
export function copyOf({ id, body, reply }: StoredMessage): StoredMessage {
  return { id, body: body?.slice(), reply };
}
