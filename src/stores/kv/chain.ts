/**
 * The commits of one store object, one after the other. Each checks the marker
 * that the one before set, so at most one of several attempts ever happens, and
 * the marker tells whether it did.
 *
 * Where the client cannot put versionstamps into keys, positions are counted:
 * one number for the whole database, which every commit checks and raises.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";
import { type Found, found, type Layout } from "./layout.ts";
import type { KvAtomic } from "./kv_like.ts";
import type { PatientKv } from "./patient_kv.ts";
import { isHopeless, isLocked, refusalOf } from "./trouble.ts";

/** A commit that happened. */
export interface Commit {
  /** What all that it wrote bears. */
  readonly versionstamp: string;
  /** What stands in the keys that it placed. */
  readonly position: string;
}

/** Says to a transaction what is to be written. */
export type Writes = (atomic: KvAtomic, position: string | symbol) => void;

/** Of a store object that has committed nothing for a day, nothing is known. */
const MARKER_MS = 86_400_000;
const BACKOFF_MIN_MS = 2;
/** A file that several processes share is locked now and then, for moments. */
const LOCKED_MAX_MS = 32;
const BACKOFF_MAX_MS = 500;
const POSITION_DIGITS = 20;
/** So often others may be faster before we wait a little. */
const RACES = 3;

/** Others were faster each time. */
const BUSY = new Error("database is busy");

/** What a chain works with. */
export interface ChainParts {
  readonly kv: PatientKv;
  readonly layout: Layout;
  readonly clock: Clock;
  readonly random: () => number;
  /** Does the client send a transaction again by itself? Then one copy may be
   * refused while another is still on its way. */
  readonly resends: boolean;
  /** Names this store object among all that use the database. */
  readonly lane: string;
}

/** The position of one attempt, where they are counted. */
interface Counted {
  readonly value: number;
  readonly position: string;
  readonly before: string | null;
}

/** The last commit of a store object. */
interface MarkerValue {
  readonly seq: number;
  /** Where it placed what it wrote, if positions are counted. */
  readonly position: string | undefined;
}

/** Commits one transaction after the other. */
export class Chain {
  readonly #parts: ChainParts;
  #seq = 0;
  /** The version of the marker; `undefined`: it has to be read. */
  #marker: string | null | undefined = null;
  /** The last position, where they are counted. */
  #positions: Found<{ readonly value: number }> | undefined;
  #counted: Counted | undefined;
  /** After `commit` has rejected: can it never happen any more? */
  isOver = true;

  constructor(parts: ChainParts) {
    this.#parts = parts;
  }

  /**
   * Commits what `writes` says to the transaction; `undefined` if a check of
   * its own failed. While the database is in trouble it tries again for as long
   * as `isWanted` says; then it rejects with the error of the database.
   */
  async commit(
    writes: Writes,
    isWanted: (error: unknown) => boolean,
  ): Promise<Commit | undefined> {
    const seq = ++this.#seq;
    let hasTried = false;
    let isUnanswered = false;
    for (let tries = 0;; tries++) {
      try {
        if (this.#marker === undefined) {
          const commit = await this.#look(seq);
          if (commit !== undefined) return commit;
        }
        if (tries > RACES) {
          await this.pause(tries - RACES, LOCKED_MAX_MS);
          this.#positions = undefined; // Others went on meanwhile.
        }
        await this.#count();
        hasTried = true;
        const commit = await this.#attempt(seq, writes);
        const mayComeLate = isUnanswered || this.#parts.resends;
        if (commit === undefined && mayComeLate) return await this.#seal(seq);
        if (commit !== "again") return commit;
        if (!isWanted(BUSY)) throw BUSY;
      } catch (error) {
        isUnanswered ||= hasTried;
        this.#marker = undefined;
        if (!isHopeless(error) && isWanted(error)) {
          await this.pause(tries, isLocked(error) ? LOCKED_MAX_MS : undefined);
          continue;
        }
        if (!hasTried) this.isOver = true;
        else {
          const commit = await this.#giveUp(seq);
          if (commit !== undefined) return commit;
        }
        throw error;
      }
    }
  }

  /** Waits a little, longer each time. */
  pause(tries: number, mostMs: number = BACKOFF_MAX_MS): Promise<void> {
    const { clock, random } = this.#parts;
    const most = Math.min(mostMs, BACKOFF_MIN_MS * 2 ** tries);
    const delayMs = most * (0.5 + random() / 2);
    return new Promise((resolve) => void clock.startTimer(resolve, delayMs));
  }

  async #attempt(
    seq: number,
    writes: Writes,
  ): Promise<Commit | undefined | "again"> {
    const { kv, layout } = this.#parts;
    const counted = this.#counted;
    const atomic = this.#begin(seq, counted?.position);
    if (counted !== undefined) {
      const { value, before } = counted;
      atomic.check({ key: layout.positions, versionstamp: before });
      atomic.set(layout.positions, { value });
    }
    const position = counted?.position ?? kv.commitVersionstamp?.() ?? "";
    try {
      writes(atomic, position);
    } catch (error) { // Before anything was sent: it is no trouble that passes.
      throw refusalOf("Cannot write to the store", error);
    }
    const result = await atomic.commit();
    if (!result.ok) return await this.#refused(seq);
    const { versionstamp } = result;
    this.#marker = versionstamp;
    if (counted !== undefined) {
      const { value } = counted;
      this.#positions = { value: { value }, versionstamp };
    }
    return { versionstamp, position: counted?.position ?? versionstamp };
  }

  #begin(seq: number, position?: string): KvAtomic {
    const { kv, layout, lane } = this.#parts;
    const key = layout.lane(lane);
    return kv.atomic()
      .check({ key, versionstamp: this.#marker ?? null })
      .set(key, { seq, position }, { expireIn: MARKER_MS });
  }

  /** A check failed: whose? A client that sends twice says so of a commit that
   * happened the first time. */
  async #refused(seq: number): Promise<Commit | undefined | "again"> {
    const before = this.#marker;
    const counted = this.#counted;
    const commit = await this.#look(seq);
    if (commit !== undefined) return commit;
    if (this.#marker !== before) return "again";
    if (counted === undefined) return undefined;
    await this.#readPositions();
    const isOurs = this.#positions?.versionstamp === counted.before;
    return isOurs ? undefined : "again";
  }

  /** Reads the marker: did the attempt with this number happen? */
  async #look(seq: number): Promise<Commit | undefined> {
    const { kv, layout, lane } = this.#parts;
    const marker: Found<MarkerValue> = found(await kv.get(layout.lane(lane)));
    const { value, versionstamp } = marker;
    this.#marker = versionstamp;
    if (value?.seq !== seq || versionstamp === null) return undefined;
    this.#positions = undefined;
    return { versionstamp, position: value.position ?? versionstamp };
  }

  /** A refusal is true only when an earlier attempt, of which no answer came,
   * can never happen. */
  async #seal(seq: number): Promise<Commit | undefined> {
    const result = await this.#begin(++this.#seq).commit();
    if (!result.ok) return await this.#look(seq);
    this.#marker = result.versionstamp;
    return undefined;
  }

  /** Sees to it that an attempt without answer never happens, by moving the
   * marker on; or finds that it has. */
  async #giveUp(seq: number): Promise<Commit | undefined> {
    this.isOver = false;
    try {
      const commit = await this.#look(seq);
      if (commit !== undefined) return commit;
      const result = await this.#begin(++this.#seq).commit();
      if (result.ok) this.#marker = result.versionstamp;
      else {
        const late = await this.#look(seq);
        if (late !== undefined) return late;
      }
      this.isOver = result.ok;
    } catch {
      this.#marker = undefined; // The first error is the one that is told.
    }
    return undefined;
  }

  async #count(): Promise<void> {
    if (this.#parts.kv.commitVersionstamp !== undefined) return;
    if (this.#positions === undefined) await this.#readPositions();
    const value = (this.#positions?.value?.value ?? 0) + 1;
    const position = `${value}`.padStart(POSITION_DIGITS, "0");
    const before = this.#positions?.versionstamp ?? null;
    this.#counted = { value, position, before };
  }

  async #readPositions(): Promise<void> {
    const { kv, layout } = this.#parts;
    this.#positions = found(await kv.get(layout.positions));
  }
}
