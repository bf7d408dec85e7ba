/** The heart: a work item for each folder. Its context is the set of names that
 * wait to be looked at; whoever hears of a file puts its name there and enqueues;
 * a run takes all the names that it finds. */
import type { Run, Scheduler, WorkItem } from "@workitem/scheduler";
import type { Ledger } from "./ledger.ts";
import { type Look, look, unmetReason } from "./look.ts";
import { keyOf } from "./names.ts";
import { join } from "./walk.ts";

/** What a folder's item remembers between its runs. */
export interface Waiting {
  readonly names: Set<string>;
}

/** What one run did. */
export interface FolderRun {
  readonly folder: string;
  /** Enqueues that this run answered. */
  readonly wakeUps: number;
  hashed: number;
  failed: number;
  removed: number;
}

/** Whether the manifest has to say anything else than before. */
export function didSomething(run: FolderRun): boolean {
  return run.hashed + run.failed + run.removed > 0;
}

export interface FolderItemsOptions {
  readonly scheduler: Scheduler;
  readonly root: string;
  readonly ledger: Ledger;
  /** Files may come and go: one that has gone is no error. */
  readonly live: boolean;
  readonly onBytes: (bytes: number) => void;
  /** A name turned out to be a folder. */
  readonly onFolder: (path: string) => void;
  readonly onRun: (run: FolderRun) => void;
}

/** Bytes that one executor reads at once; all the memory that hashing takes. */
const BUFFER_BYTES = 262_144;

export class FolderItems {
  readonly #options: FolderItemsOptions;
  readonly #items = new Map<string, WorkItem<Waiting>>();
  /** One for each executor, as a run has its executor for itself. */
  readonly #buffers: Uint8Array[] = [];

  constructor(options: FolderItemsOptions) {
    this.#options = options;
  }

  /** The item of a folder, made when it is first asked for. */
  of(folder: string): WorkItem<Waiting> {
    const known = this.#items.get(folder);
    if (known !== undefined) return known;
    const item = this.#options.scheduler.createWorkItem<Waiting>({
      key: keyOf(folder),
      context: () => ({ names: new Set() }),
      run: (run) => this.#run(folder, run),
    });
    this.#items.set(folder, item);
    return item;
  }

  /** Something happened to a name: its folder is woken, which costs nothing when
   * it is awake already. */
  wake(folder: string, name: string): void {
    const item = this.of(folder);
    item.context.names.add(name);
    item.enqueue();
  }

  /** The paths that no run has looked at. */
  *waiting(): Generator<string> {
    for (const [folder, item] of this.#items) {
      for (const name of item.context.names) yield join(folder, name);
    }
  }

  async #run(folder: string, run: Run<Waiting>): Promise<void> {
    const { context, coalesced, signal, executor } = run;
    const { root, onBytes, onRun } = this.#options;
    const buffer = this.#buffers[executor] ??= new Uint8Array(BUFFER_BYTES);
    const done = {
      folder,
      wakeUps: coalesced,
      hashed: 0,
      failed: 0,
      removed: 0,
    };
    const names = [...context.names];
    context.names.clear();
    for (const [index, name] of names.entries()) {
      const path = join(folder, name);
      try {
        const options = { path, buffer, signal, onBytes };
        this.#settle(path, await look(join(root, path), options), done);
      } catch (error) { // Aborted: what was not looked at still waits.
        for (const left of names.slice(index)) context.names.add(left);
        throw error;
      }
    }
    if (!run.stale) this.#dropIfGone(folder, run);
    onRun(done);
  }

  #settle(path: string, result: Look, done: FolderRun): void {
    const { ledger, live, onFolder } = this.#options;
    if (result.kind === "file") {
      ledger.record(result.entry);
      done.hashed += 1;
    } else if (live && result.kind !== "error") {
      if (result.kind !== "folder") done.removed += ledger.forget(path);
      else onFolder(path);
    } else {
      ledger.fail(path, unmetReason(result));
      done.failed += 1;
    }
  }

  /** The item of a folder that is no more ends itself: a later one gets a new item. */
  #dropIfGone(folder: string, { item }: Run<Waiting>): void {
    if (this.#options.ledger.folders.has(folder)) return;
    this.#items.delete(folder);
    void item.delete();
  }
}
