/** Puts the parts together: a scheduler, an item for each folder, one that walks and
 * one that writes the manifest. Each wakes the next, as often as it likes. */
import { Scheduler, type WorkItem } from "@workitem/scheduler";
import { reasonOf } from "./failure.ts";
import { shown } from "./figures.ts";
import { didSomething, FolderItems, type FolderRun } from "./folder_items.ts";
import { type LeavesOut, leavesOut, type Tally } from "./left_out.ts";
import { Ledger } from "./ledger.ts";
import { note } from "./lines.ts";
import type { Places } from "./places.ts";
import { Statistics } from "./statistics.ts";
import { createWalkItem, type Starts } from "./walk_item.ts";
import { writeManifest } from "./writing.ts";

export interface KeeperOptions extends Places {
  readonly concurrency: number;
  /** Files may come and go while the manifest is kept. */
  readonly live: boolean;
  /** A folder's run has ended. */
  readonly onRun: (run: FolderRun) => void;
  /** The manifest was written, by a run that answers so many enqueues. */
  readonly onWritten: (wakeUps: number) => void;
  /** Called before the item that walks is woken for a folder that is new. */
  readonly onNewFolder: (walker: WorkItem<Starts>) => void;
}

export class Keeper {
  readonly scheduler: Scheduler;
  readonly statistics: Statistics = new Statistics();
  readonly leavesOut: LeavesOut;
  readonly leftOut: Tally = new Map();
  readonly ledger: Ledger;
  readonly folders: FolderItems;
  readonly walker: WorkItem<Starts>;
  readonly manifest: WorkItem;

  constructor(options: KeeperOptions) {
    const { root, out, concurrency } = options;
    const { statistics, leftOut } = this;
    this.scheduler = new Scheduler({
      concurrency,
      maxOwed: Infinity, // Every path is remembered anyway, for the audit.
      onError: (error) => note(`error: ${reasonOf(error)}`),
    });
    this.scheduler.observe(statistics);
    this.leavesOut = leavesOut(root, options);
    this.ledger = new Ledger((path, reason) =>
      note(`error: ${shown(path)}: ${reason}`)
    );
    const { scheduler, ledger } = this;
    this.folders = new FolderItems({
      scheduler,
      root,
      ledger,
      live: options.live,
      onBytes: (bytes) => statistics.bytes += bytes,
      onFolder: (path) => this.#walkNewFolder(path, options),
      onRun: (run) => this.#endRun(run, options),
    });
    const { folders } = this;
    this.walker = createWalkItem({
      ...{ scheduler, root, ledger, folders, leftOut },
      leavesOut: this.leavesOut,
      live: options.live,
    });
    this.manifest = scheduler.createWorkItem({
      key: "manifest",
      run: async ({ coalesced }) => {
        await writeManifest(out, ledger.entries.values());
        options.onWritten(coalesced);
      },
    });
  }

  /** Walks the tree and resolves when every file was looked at.
   *
   * @param walked Called when the walk, though not the hashing, is over. */
  async lookAtAll(walked: () => void = () => {}): Promise<void> {
    this.walker.context.folders.add("");
    await this.walker.request();
    walked();
    await this.scheduler.idle();
  }

  #walkNewFolder(path: string, options: KeeperOptions): void {
    if (this.#closed) return;
    options.onNewFolder(this.walker);
    this.walker.context.folders.add(path);
    this.walker.enqueue();
  }

  #endRun(run: FolderRun, options: KeeperOptions): void {
    if (!this.#closed && didSomething(run)) this.manifest.enqueue();
    options.onRun(run);
  }

  /** A closed scheduler refuses wake-ups; the manifest is then written at the end. */
  get #closed(): boolean {
    return this.scheduler.snapshot().closed;
  }
}
