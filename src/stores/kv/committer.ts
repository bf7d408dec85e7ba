/**
 * Commits steps in groups, one commit after the other, in a chain: each checks
 * the marker as the one before left it, and sets it. So a commit of which no
 * answer came can be asked about, and one that did not happen never will once
 * a later one has.
 *
 * Steps that wait while a commit is on its way share the next. When a group is
 * refused, each of its steps reads again what it needs; groups are halved until
 * what cannot be committed stands alone.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";
import { WorkItemError } from "../../core/errors.ts";
import { StoreError } from "../../durable/errors.ts";
import type { Cache } from "./cache.ts";
import type { Chain, Commit } from "./chain.ts";
import { Draft } from "./draft.ts";
import type { KvAtomic, KvKey } from "./kv_like.ts";
import type { Layout } from "./layout.ts";
import { isHopeless, isRefusal, refusalOf, troubleOf } from "./trouble.ts";

/** What is to be committed as one. */
export interface Step {
  /** As `Cannot enqueue "sync/acme"`, for errors. */
  readonly action: string;
  /** Steps with one of these in common never share a commit, and keep their
   * order. */
  readonly touches: readonly string[];
  /** Writes down what is to be committed; `false`: nothing is, it is done.
   * `isFresh`: what it knew is out of date. */
  draft(draft: Draft, isFresh: boolean): boolean | Promise<boolean>;
  /** May it wait longer for a store that does not answer? Then it is for who
   * asked to know for certain what became of it. */
  readonly isPatient?: boolean | undefined;
}

/** A step on its way. */
interface Entry {
  readonly step: Step;
  readonly deadlineMs: number;
  readonly resolve: (commit: Commit | undefined) => void;
  readonly reject: (error: unknown) => void;
  draft: Draft;
  tries: number;
  /** Has who asked been told? */
  isTold: boolean;
}

const GROUP_MAX = 96;
const PENDING_MAX = 100_000;
const TIDY_MAX = 20;
/** So many microtasks after its commit, who asked for it has gone on. */
const HOPS = 16;
const TRIES_MAX = 100; // Then it is not chance any more.
/** How much longer the patient ones wait. */
const PATIENCE_FACTOR = 6;

/** What a committer works with. */
export interface CommitterParts {
  readonly chain: Chain;
  readonly cache: Cache;
  readonly layout: Layout;
  readonly clock: Clock;
  /** How many milliseconds a step may wait for a store that does not answer. */
  readonly patienceMs: number;
  /** Told after a commit that others may wait for. */
  readonly ring: () => void;
  /** How many checks a commit may have. */
  readonly checksMax: number;
  /** Write the bell for other processes? */
  readonly writesBell: boolean;
}

/** Commits steps, many at once. */
export class Committer {
  readonly #parts: CommitterParts;
  #queue: Entry[] = [];
  #size = GROUP_MAX;
  #isBusy = false;
  #isClosed = false;
  readonly #tidy: KvKey[] = [];
  #tidying = 0;
  #idle: (() => void)[] = [];
  /** How many reads in a row have failed. */
  #trouble = 0;

  constructor(parts: CommitterParts) {
    this.#parts = parts;
  }

  /** Commits a step; `undefined` when it found that nothing was to be done. */
  submit(step: Step): Promise<Commit | undefined> {
    const { clock, patienceMs } = this.#parts;
    return new Promise((resolve, reject) => {
      if (this.#isClosed) {
        const why = "the store was closed";
        throw new StoreError(step.action, why, { trouble: "closed" });
      }
      if (this.#queue.length >= PENDING_MAX) {
        const why = `${PENDING_MAX} others wait for the store already`;
        throw new StoreError(step.action, why, { trouble: "unavailable" });
      }
      const waitMs = patienceMs * (step.isPatient ? PATIENCE_FACTOR : 1);
      const deadlineMs = clock.now() + waitMs;
      const basis = {
        draft: new Draft(this.#parts.checksMax),
        tries: 0,
        isTold: false,
      };
      this.#queue.push({ step, deadlineMs, resolve, reject, ...basis });
      this.#begin();
    });
  }

  /** Takes an entry away with the next commit; nobody waits for it. */
  tidy(key: KvKey): void {
    this.#tidy.push(key);
  }

  /** Waits until nothing is left to commit. */
  async close(): Promise<void> {
    this.#isClosed = true;
    while (this.#isBusy) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
    const tidyUp = (atomic: KvAtomic): void => this.#tidyUp(atomic);
    while (this.#tidy.length !== 0) {
      try {
        await this.#parts.chain.commit(tidyUp, () => false);
      } catch {
        return; // What is left there does no harm.
      }
      this.#tidy.splice(0, this.#tidying);
    }
  }

  #begin(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    queueMicrotask(() => this.#work()); // What comes with it shares its commit.
  }

  async #work(): Promise<void> {
    while (this.#queue.length !== 0) {
      await this.#commitGroup(await this.#gather());
      if (this.#trouble !== 0) await this.#parts.chain.pause(this.#trouble);
      // Who waited for this commit may have more for the next.
      for (let hops = 0; hops < HOPS; hops++) await undefined;
    }
    this.#isBusy = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Takes from the queue what may share a commit, and drafts it. */
  async #gather(): Promise<Entry[]> {
    const busy = new Set<string>();
    const taken: Entry[] = [];
    const left: Entry[] = [];
    for (const entry of this.#queue) {
      if (entry.isTold) continue;
      if (taken.length < this.#size && isFree(entry.step, busy)) {
        taken.push(entry);
      } else left.push(entry);
      for (const touch of entry.step.touches) busy.add(touch);
    }
    this.#queue = left;
    const drafted = await Promise.all(taken.map((entry) => this.#draft(entry)));
    return drafted.filter((entry) => entry !== undefined);
  }

  async #draft(entry: Entry): Promise<Entry | undefined> {
    const isFresh = entry.tries > 0 || !this.#parts.cache.trusts();
    entry.draft = new Draft(this.#parts.checksMax);
    try {
      const drafted = entry.step.draft(entry.draft, isFresh);
      if (typeof drafted === "boolean" ? drafted : await drafted) return entry;
      entry.resolve(undefined);
    } catch (error) {
      this.#failed(entry, error);
    }
    return undefined;
  }

  /** A read failed, or the step found a mistake. */
  #failed(entry: Entry, error: unknown): void {
    const { step, reject, deadlineMs } = entry;
    if (error instanceof WorkItemError && !(error instanceof StoreError)) {
      return reject(error);
    }
    if (error instanceof RangeError) return reject(error);
    const trouble = troubleOf(step.action, error, "none");
    if (!trouble.isRetryable || this.#parts.clock.now() >= deadlineMs) {
      return reject(trouble);
    }
    entry.tries++;
    this.#trouble++;
    this.#queue.unshift(entry);
  }

  #expire({ step, reject }: Entry): void {
    const why = "others were faster each time, or the store did not answer";
    reject(new StoreError(step.action, why, { trouble: "unavailable" }));
  }

  async #commitGroup(drafted: Entry[]): Promise<void> {
    const all = new Draft(this.#parts.checksMax);
    const end = drafted.findIndex(({ draft }) => !all.add(draft));
    const group = end === -1 ? drafted : drafted.slice(0, end);
    if (end !== -1) this.#queue.unshift(...drafted.slice(end)); // No room.
    if (group.length === 0) return;
    this.#trouble = 0;
    const { layout, writesBell } = this.#parts;
    let commit: Commit | undefined;
    try {
      commit = await this.#parts.chain.commit((atomic, position) => {
        all.write(atomic, position);
        all.writeReady(atomic, position, layout);
        if (writesBell && all.rings) atomic.set(layout.bell, null);
        this.#tidyUp(atomic);
      }, (error) => this.#isWanted(group, error));
    } catch (error) {
      return this.#broken(group, error);
    }
    if (commit === undefined) this.#refused(group);
    else this.#committed(group, all, commit);
  }

  /** Does anybody still wait for this group? Tells those who do no more. */
  #isWanted(group: Entry[], error: unknown): boolean {
    const nowMs = this.#parts.clock.now();
    for (const entry of [...group, ...this.#queue]) {
      if (entry.isTold || entry.deadlineMs > nowMs) continue;
      entry.isTold = true;
      const outcome = group.includes(entry) ? "unknown" : "none";
      entry.reject(troubleOf(entry.step.action, error, outcome));
    }
    return group.some(({ isTold }) => !isTold);
  }

  #committed(group: Entry[], all: Draft, commit: Commit): void {
    const { cache, ring } = this.#parts;
    this.#tidy.splice(0, this.#tidying);
    this.#size = Math.min(GROUP_MAX, this.#size * 2);
    cache.learn(all.left, commit.versionstamp);
    for (const { resolve } of group) resolve(commit);
    if (all.rings) ring();
  }

  /** A check failed: somebody else was faster, or what was known was stale. */
  #refused(group: Entry[]): void {
    this.#parts.cache.doubt();
    this.#size = Math.max(1, group.length >> 1);
    const again: Entry[] = [];
    for (const entry of group) {
      for (const touch of entry.step.touches) this.#parts.cache.forget(touch);
      if (++entry.tries < TRIES_MAX) again.push(entry);
      else this.#expire(entry);
    }
    this.#queue.unshift(...again.filter(({ isTold }) => !isTold));
  }

  /** The store did not answer, or refused what was written. */
  #broken(group: Entry[], error: unknown): void {
    for (const { step } of group) {
      for (const touch of step.touches) this.#parts.cache.forget(touch);
    }
    const { isOver } = this.#parts.chain;
    if (group.length > 1 && isHopeless(error) && isOver) { // Which of them?
      this.#size = 1;
      for (const entry of group) entry.tries++;
      this.#queue.unshift(...group.filter(({ isTold }) => !isTold));
      return;
    }
    const outcome = isOver ? "none" : "unknown";
    for (const { step: { action }, reject } of group) {
      reject(
        isRefusal(error)
          ? refusalOf(action, error)
          : troubleOf(action, error, outcome),
      );
    }
  }

  /** They stay in the list until that is committed. */
  #tidyUp(atomic: KvAtomic): void {
    this.#tidying = Math.min(this.#tidy.length, TIDY_MAX);
    for (const key of this.#tidy.slice(0, this.#tidying)) atomic.delete(key);
  }
}

function isFree(step: Step, busy: ReadonlySet<string>): boolean {
  return step.touches.every((touch) => !busy.has(touch));
}
