/**
 * Waiting for an item: `flush`, for what is due at the call, and `idle`, until
 * nothing is left. The store is asked again whenever something may have changed.
 *
 * @module
 */
import type { ItemName } from "../core/calls.ts";
import {
  CancelledError,
  ClosedError,
  DeletedError,
  HeldError,
} from "../core/errors.ts";
import type { Bell } from "./bell.ts";
import { labelOf, placeOf } from "./definition.ts";
import type { Caller, Outage } from "./outage.ts";
import type { Standing, Store } from "./store.ts";
import type { StoredItem } from "./stored.ts";
import { takeTurns } from "./turns.ts";

/** What waiting needs. */
export interface WaitParts {
  readonly store: Store;
  readonly bell: Bell;
  readonly outage: Outage;
}

/** How what was waited for has ended. */
type End = Exclude<Standing["state"], "waiting">;

/** Those who wait for items, in one scheduler. */
export class Waits {
  readonly #parts: WaitParts;
  /** All, and by what they wait for. */
  readonly #all: Map<Watch, string> = new Map();
  readonly #watches: Map<string, Set<Watch>> = new Map();
  #isClosed = false;
  #stopListening: (() => void) | undefined;

  constructor(parts: WaitParts) {
    this.#parts = parts;
  }

  /** Resolves when what is due now has been answered. */
  async flush(name: ItemName<string>, signal?: AbortSignal): Promise<void> {
    const { store } = this.#parts;
    let version: string | undefined;
    const end = await this.#until(name, signal, async () => {
      const standing = await store.standing(name, version);
      version ??= standing.version;
      return standing.state === "waiting" ? undefined : standing.state;
    });
    refuse(name, end);
  }

  /** Resolves when nothing is due and nothing runs. */
  async idle(name: ItemName<string>, signal?: AbortSignal): Promise<void> {
    const { store } = this.#parts;
    const end = await this.#until(
      name,
      signal,
      async () => restOf(await store.inspect(name)),
    );
    refuse(name, end);
  }

  /** Resolves when no run goes on. */
  async vacated(name: ItemName<string>): Promise<void> {
    const { store } = this.#parts;
    await this.#until(name, undefined, async () => {
      const item = await store.inspect(name);
      return item?.running ? undefined : true;
    });
  }

  /** Something has changed about an item. */
  changed(name: ItemName<string>): void {
    for (const watch of this.#watches.get(placeOf(name)) ?? []) watch.stir();
  }

  /** All who wait are refused. */
  close(): void {
    this.#isClosed = true;
    const error = new ClosedError("Cannot wait");
    for (const watch of [...this.#all.keys()]) watch.refuse(error);
  }

  /** Looks until there is an answer. A store that fails at the first look is
   * the caller's to know; later it may come back. */
  async #until<Answer>(
    name: ItemName<string>,
    signal: AbortSignal | undefined,
    look: () => Promise<Answer | undefined>,
  ): Promise<Answer> {
    if (this.#isClosed) throw new ClosedError("Cannot wait");
    if (signal?.aborted) throw signal.reason;
    const watch = new Watch(this.#parts.outage.caller());
    const aborted = (): void => watch.refuse(signal?.reason);
    signal?.addEventListener("abort", aborted, { once: true });
    this.#add(name, watch);
    try {
      for (let isFirst = true;; isFirst = false) {
        const answer = await this.#look(look, watch, isFirst);
        if (answer !== undefined) return answer;
        await watch.stirred();
      }
    } finally {
      signal?.removeEventListener("abort", aborted);
      this.#remove(name, watch);
      watch.caller.leave();
    }
  }

  async #look<Answer>(
    look: () => Promise<Answer | undefined>,
    watch: Watch,
    isFirst: boolean,
  ): Promise<Answer | undefined> {
    watch.begin();
    try {
      const answer = await watch.race(look());
      watch.caller.worked();
      return answer;
    } catch (error) {
      if (isFirst || watch.isRefused) throw error;
      watch.fail(error);
      return undefined;
    }
  }

  #add(name: ItemName<string>, watch: Watch): void {
    const place = placeOf(name);
    const watches = this.#watches.get(place) ?? new Set();
    this.#watches.set(place, watches.add(watch));
    this.#all.set(watch, place);
    this.#stopListening ??= this.#parts.bell.listenCalmly((isPoll) => {
      for (const each of takeTurns(this.#all, isPoll)) each.stir();
    });
  }

  #remove(name: ItemName<string>, watch: Watch): void {
    const place = placeOf(name);
    const watches = this.#watches.get(place);
    this.#all.delete(watch);
    watches?.delete(watch);
    if (watches?.size === 0) this.#watches.delete(place);
    if (this.#watches.size !== 0) return;
    this.#stopListening?.();
    this.#stopListening = undefined;
  }
}

/** One who waits. What stirs while it looks counts. */
class Watch {
  readonly caller: Caller;
  isRefused = false;
  #isFailing = false;
  #isStirred = false;
  #error: unknown;
  #settle: (() => void) | undefined;

  constructor(caller: Caller) {
    this.caller = caller;
  }

  /** Begins to look: what stirred before is seen. */
  begin(): void {
    this.#isFailing = false;
    this.#isStirred = false;
  }

  /** The store does not answer: nothing stirs before it may be back. */
  fail(error: unknown): void {
    this.#isFailing = true;
    this.#isStirred = false;
    this.caller.failed(error);
    this.caller.wait(() => {
      this.#isFailing = false;
      this.stir();
    });
  }

  /** Something may have changed. */
  stir(): void {
    if (this.#isFailing) return;
    this.#isStirred = true;
    if (!this.isRefused) this.#settle?.();
  }

  /** It waits no longer. */
  refuse(error: unknown): void {
    if (this.isRefused) return;
    this.isRefused = true;
    this.#error = error;
    this.#settle?.();
  }

  /** Waits until something stirs. */
  async stirred(): Promise<void> {
    if (!this.#isStirred && !this.isRefused) {
      await new Promise<void>((resolve) => this.#settle = resolve);
    }
    this.#settle = undefined;
    if (this.isRefused) throw this.#error;
  }

  /** Settles as `promise` does, or is refused before. */
  async race<Value>(promise: Promise<Value>): Promise<Value> {
    const value = await new Promise<Value | undefined>((resolve, reject) => {
      this.#settle = () => {
        if (this.isRefused) resolve(undefined);
      };
      if (this.isRefused) resolve(undefined);
      promise.then(resolve, reject);
    });
    this.#settle = undefined;
    if (this.isRefused) throw this.#error;
    return value as Value; // It was not refused.
  }
}

/** Where an item stands for `idle`; `undefined`: not there yet. */
function restOf(item: StoredItem | undefined): End | undefined {
  if (item === undefined) return "answered";
  const { held, owed, running, state } = item;
  if (running !== 0) return undefined;
  if (held) return "held";
  return owed && state !== "delayed" ? undefined : "answered";
}

/** Throws if that is no good end. */
function refuse(name: ItemName<string>, end: End): void {
  const label = labelOf(name);
  const action = `Cannot wait for ${label}`;
  if (end === "held") throw new HeldError(action, undefined);
  if (end === "deleted") throw new DeletedError(action);
  if (end === "cancelled") {
    throw new CancelledError(`What ${label} owed was cancelled`);
  }
}
