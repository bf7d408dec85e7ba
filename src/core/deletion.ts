/**
 * The end of items and scopes: no further enqueue, one more run of what is
 * queued, the cleanup after the last run, children before their parents.
 *
 * @module
 */
import { ClosedError, DeletedError } from "./errors.ts";
import type { Reporter } from "./observer.ts";
import {
  type Deletion,
  isIdle,
  isSuspended,
  type ItemRecord,
  labelOf,
  nameOf,
  rareOf,
  ScopeRecord,
  WAKE_UP,
} from "./record.ts";
import { tell } from "./waiters.ts";

/** What deletion asks of the engine. */
export interface DeletionPort {
  /** Tells observers, calls cleanups. */
  readonly reporter: Reporter;
  /** Does nothing start for now? */
  readonly isPaused: boolean;
  /** Takes back the run that is owed; its waiters get `error`. */
  takeBack(record: ItemRecord, error: unknown): void;
  /** The item has changed. */
  touch(record: ItemRecord): void;
  /** The item no longer counts as suspended. */
  forgetSuspensions(record: ItemRecord): void;
  /** Calls back in the scheduler's own async context. */
  enter<Result>(callback: () => Result): Result;
}

/** Deletes items and scopes. */
export class Deletions {
  readonly #port: DeletionPort;

  constructor(port: DeletionPort) {
    this.#port = port;
  }

  /** Begins to delete an item. */
  deleteItem(record: ItemRecord): Promise<readonly never[] | undefined> {
    const rare = rareOf(record);
    const deletion = rare.deletion ??= begin();
    if (deletion.isBegun) return deletion.promise;
    deletion.isBegun = true;
    record.life = "deleting";
    this.#port.touch(record);
    if (record.owed && (isSuspended(record) || this.#port.isPaused)) {
      this.drop(record, new DeletedError(`Cannot run ${labelOf(record)}`));
    }
    if (isIdle(record)) this.finish(record);
    return deletion.promise;
  }

  /** Takes back the run that is owed, and remembers that it was never begun. */
  drop(record: ItemRecord, error: unknown): void {
    const deletion = record.rare?.deletion;
    if (deletion !== undefined) deletion.dropped = true;
    this.#port.takeBack(record, error);
  }

  /** An item that is being deleted has nothing left to run. */
  finish(record: ItemRecord): void {
    const deletion = record.rare?.deletion;
    if (deletion === undefined) { // A one-shot: it had no life to end.
      record.life = "deleted";
      return;
    }
    if (deletion.isEnding) return; // Deleted by who was told of its last run.
    deletion.isEnding = true;
    const { reporter } = this.#port;
    const { cleanup } = record.definition;
    if (cleanup !== undefined) {
      const name = nameOf(record);
      this.#port.enter(() =>
        reporter.guard(record, () => cleanup(record.context, name), name)
      );
    }
    const pending = reporter.pending(record);
    if (pending === undefined) this.#end(record, deletion);
    else pending.then(() => this.#end(record, deletion));
  }

  /** A run of the item never settled, and was given up. */
  giveUp(record: ItemRecord): void {
    const rare = rareOf(record);
    record.life = "deleting";
    this.#port.touch(record);
    rare.deletion ??= begin();
    rare.deletion.isBegun = true;
    rare.deletion.reject(
      new ClosedError(`Cannot clean up ${labelOf(record)}`),
    );
  }

  /** Begins to delete a scope and all that is in it. */
  deleteScope(scope: ScopeRecord): Promise<void> {
    if (scope.deletion !== undefined) return scope.deletion;
    let settle: (end: Promise<void>) => void = () => {};
    scope.deletion = new Promise((resolve) => settle = resolve);
    scope.deletion.catch(() => {}); // Whoever asked is told; nobody else.
    mark(scope); // All of it, before a cleanup of the first can reach the last.
    const ends = [...scope.children].map((child) =>
      child instanceof ScopeRecord
        ? this.deleteScope(child)
        : this.deleteItem(child)
    );
    settle(this.#endScope(scope, ends));
    return scope.deletion;
  }

  #end(record: ItemRecord, deletion: Deletion): void {
    const { rare, definition: { scope } } = record;
    record.life = "deleted";
    this.#port.forgetSuspensions(record);
    this.#port.touch(record);
    scope.children.delete(record);
    deletion.resolve(deletion.dropped ? WAKE_UP : undefined);
    tell(rare?.idlers, (waiter) => waiter.succeed(undefined));
    const { reporter } = this.#port;
    if (reporter.observers !== undefined) {
      reporter.tell("deleted", nameOf(record));
    }
  }

  /** A scope with a stuck child may still be in use: it is not cleaned up. */
  async #endScope(
    scope: ScopeRecord,
    ends: readonly Promise<unknown>[],
  ): Promise<void> {
    const stuck = (await Promise.allSettled(ends))
      .find((end) => end.status === "rejected");
    if (stuck !== undefined) throw stuck.reason;
    const { cleanup } = scope;
    if (cleanup !== undefined) {
      const { reporter } = this.#port;
      this.#port.enter(() => reporter.guard(scope, () => cleanup()));
      await reporter.pending(scope);
    }
    scope.life = "deleted";
    scope.parent?.children.delete(scope);
  }
}

function begin(): Deletion {
  let resolve: Deletion["resolve"] = () => {};
  let reject: Deletion["reject"] = () => {};
  const promise: Deletion["promise"] = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => {}); // Whoever asked is told; nobody else.
  return {
    promise,
    resolve,
    reject,
    dropped: false,
    isBegun: false,
    isEnding: false,
  };
}

function mark(scope: ScopeRecord): void {
  scope.life = "deleting";
  for (const child of scope.children) {
    if (child instanceof ScopeRecord) mark(child);
    else if (child.life === "live") {
      child.life = "deleting";
      rareOf(child).deletion ??= begin();
    }
  }
}
