/** The heart, stored: a work item that lists a folder, and one that hashes the files
 * in it. What they find out is written by the transaction that completes their run,
 * so that all processes together, however they end, do it once. */
import { exponential, type } from "@workitem/scheduler";
import type {
  DurableKind,
  DurableRun,
  DurableScheduler,
} from "@workitem/scheduler/durable";
import {
  Failure,
  mayNotBeUtf8,
  mayPass,
  NOT_UTF8,
  reasonOf,
} from "./failure.ts";
import type { LeavesOut } from "./left_out.ts";
import type { Entry } from "./ledger.ts";
import { look, unmetReason } from "./look.ts";
import { fitting, keyOf } from "./names.ts";
import type { Shelf } from "./shelf.ts";
import { join, list } from "./walk.ts";

export interface StoredItemsOptions {
  readonly scheduler: DurableScheduler;
  readonly root: string;
  readonly shelf: Shelf;
  readonly leavesOut: LeavesOut;
  readonly onBytes: (bytes: number) => void;
}

/** A run as both kinds see it: messages are paths. */
type PathRun = DurableRun<undefined, string, string>;

const BUFFER_BYTES = 262_144;
/** Files of one run, and so of one transaction: what a crash can undo. */
const FILES_PER_RUN = 32;
const FILES_PER_ENQUEUE = 1_000;
/** Looks at what cannot be read, before it is an error. */
const LOOKS = 3;
/** All else that fails is tried so often. */
const RETRY = exponential({ attempts: 8, min: 100, max: 1_000 });

export class StoredItems {
  readonly #options: StoredItemsOptions;
  readonly #walks: DurableKind<void, string, string>;
  readonly #hashes: DurableKind<void, string, string>;
  /** One for each executor, as a run has its executor for itself. */
  readonly #buffers: Uint8Array[] = [];

  constructor(options: StoredItemsOptions) {
    this.#options = options;
    const common = { message: type<string>(), retry: RETRY };
    this.#walks = options.scheduler.define("walk", {
      ...common,
      run: (run) => this.#walk(run),
    });
    this.#hashes = options.scheduler.define("hash", {
      ...common,
      maxMessages: FILES_PER_RUN,
      maxInbox: Number.MAX_SAFE_INTEGER, // A folder may hold any number.
      run: (run) => this.#hash(run),
    });
  }

  /** Has folders listed, with all below them; each is listed once. */
  async walk(folders: readonly string[]): Promise<void> {
    const entries = folders.map((folder) => {
      return { key: keyOf(folder), message: folder, id: "once" };
    });
    check(await this.#walks.enqueueMany(entries));
  }

  /** Is every folder listed? */
  walkIsOver(): Promise<boolean> {
    return isIdle(this.#walks);
  }

  /** Is nothing left to do, for any process? Only walks wake others, so they are
   * asked about first. */
  async areIdle(): Promise<boolean> {
    return await isIdle(this.#walks) && await isIdle(this.#hashes);
  }

  async #walk({ messages, attempt, tx }: PathRun): Promise<void> {
    const { root, shelf, leavesOut } = this.#options;
    for (const folder of new Set(messages)) {
      const below: string[] = [];
      const listing = await list(root, { folder, leavesOut, below });
      const { error, files } = listing;
      if (error !== undefined) refuseForNow(reasonOf(error), attempt);
      const isGone = error instanceof Deno.errors.NotFound;
      if (isGone && mayNotBeUtf8(folder)) {
        const outcome = { path: folder, reason: NOT_UTF8 };
        tx(shelf.sawFiles(1), ...shelf.filesAre([outcome]));
        continue;
      }
      await this.#wake(folder, files);
      await this.walk(below.map((name) => join(folder, name)));
      tx(...await shelf.folderIs(listing));
    }
  }

  /** A walk that is begun again says the same again: ids tell. */
  async #wake(folder: string, files: readonly string[]): Promise<void> {
    const key = keyOf(folder);
    for (let at = 0; at < files.length; at += FILES_PER_ENQUEUE) {
      const some = files.slice(at, at + FILES_PER_ENQUEUE);
      const entries = some.map((name) => {
        return { key, message: join(folder, name), id: fitting(name) };
      });
      check(await this.#hashes.enqueueMany(entries));
    }
  }

  async #hash(run: PathRun): Promise<void> {
    const { messages, attempt, executor, signal, tx } = run;
    const { root, shelf, onBytes } = this.#options;
    const buffer = this.#buffers[executor] ??= new Uint8Array(BUFFER_BYTES);
    const outcomes: (Entry | { path: string; reason: string })[] = [];
    for (const path of new Set(messages)) {
      const options = { path, buffer, signal, onBytes };
      const result = await look(join(root, path), options);
      if (result.kind === "file") outcomes.push(result.entry);
      else {
        const reason = unmetReason(result);
        refuseForNow(reason, attempt);
        outcomes.push({ path, reason });
      }
    }
    tx(...shelf.filesAre(outcomes));
  }
}

/** Fails the run, to be tried again, unless that is of no use. */
function refuseForNow(reason: string, attempt: number): void {
  if (attempt < LOOKS && mayPass(reason)) throw new Failure(reason);
}

function check(answers: readonly unknown[]): void {
  for (const answer of answers) if (answer instanceof Error) throw answer;
}

/** A page may be empty and not be the last. */
async function isIdle(
  kind: DurableKind<void, string, string>,
): Promise<boolean> {
  let cursor: string | undefined;
  do {
    const page = await kind.list({ limit: 1, cursor });
    if (page.items.length > 0) return false;
    cursor = page.cursor;
  } while (cursor !== undefined);
  return true;
}
