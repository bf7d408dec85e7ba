/** The scans of a store: a scan is a look at a folder for a manifest, through as
 * many processes as it takes. It has a number, and ends when the manifest has been
 * written. What it keeps lies below its own key, and goes when the next begins. */
import { createHash } from "node:crypto";
import type { StoreKeyPart } from "@workitem/scheduler/durable";
import { pause } from "./pause.ts";
import type { Places } from "./places.ts";

/** A scan, as the process sees it that has begun it or goes on with it. */
export interface Scan {
  readonly number: number;
  /** Which start of the program this is for it, from 1. */
  readonly start: number;
  /** What all that it keeps is found below. */
  readonly key: readonly StoreKeyPart[];
}

/** The last scan of a folder for a manifest, as it is kept. */
interface ScanRecord {
  readonly number: number;
  readonly starts: number;
  readonly isFinished: boolean;
}

/** Keys that one commit may delete, however long they are. */
const DELETE_MAX = 40;

/** A file that others write to may be locked for a moment. */
const TRIES_MAX = 250;
const PAUSE_MS = 20;

/** The scans of one folder for one manifest. */
export class Scans {
  readonly #kv: Deno.Kv;
  readonly #key: readonly StoreKeyPart[];

  constructor(kv: Deno.Kv, { root, out }: Places) {
    const place = JSON.stringify([root, out]);
    const digest = createHash("sha256").update(place).digest("hex");
    this.#kv = kv;
    this.#key = ["manifest", digest.slice(0, 16)];
  }

  /** Goes on with the scan that is not finished, or begins one. */
  async open(): Promise<Scan> {
    const { number, starts } = await this.#change((last) => {
      return last === null || last.isFinished
        ? { number: (last?.number ?? 0) + 1, starts: 1, isFinished: false }
        : { ...last, starts: last.starts + 1 };
    });
    await this.#forgetBefore(number);
    return { number, start: starts, key: [...this.#key, number] };
  }

  /** Is there none that is newer? Else what it kept may be gone. */
  async isLast({ number }: Scan): Promise<boolean> {
    const { value } = await this.#kv.get<ScanRecord>(this.#key);
    return value?.number === number;
  }

  /** The next start begins another. */
  async finish({ number }: Scan): Promise<void> {
    await this.#change((last) => {
      return last?.number === number ? { ...last, isFinished: true } : last;
    });
  }

  /** Of several processes that change it at once, each sees what others did. */
  async #change<Next extends ScanRecord | null>(
    next: (last: ScanRecord | null) => Next,
  ): Promise<Next> {
    for (let tries = 1;; tries++) {
      const entry = await this.#kv.get<ScanRecord>(this.#key);
      const record = next(entry.value);
      try {
        const { ok } = await this.#kv.atomic().check(entry)
          .set(this.#key, record).commit();
        if (ok) return record;
      } catch (error) {
        if (tries === TRIES_MAX || !isLocked(error)) throw error;
        await pause(PAUSE_MS);
      }
    }
  }

  async #forgetBefore(number: number): Promise<void> {
    const range = {
      start: [...this.#key, 0],
      end: [...this.#key, number],
    };
    for (;;) {
      const entries = await Array.fromAsync(
        this.#kv.list(range, { limit: DELETE_MAX }),
      );
      if (entries.length === 0) return;
      const deletion = this.#kv.atomic();
      for (const { key } of entries) deletion.delete(key);
      await deletion.commit();
    }
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && /locked|busy/.test(error.message);
}
