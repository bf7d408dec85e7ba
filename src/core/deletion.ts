/**
 * The end of items and scopes: no further enqueue, one more run of what is
 * queued, the cleanup after the last run, children before their parents.
 *
 * @module
 */
import { undeliver } from "./completion.ts";
import type { Delays } from "./delays.ts";
import { ClosedError, DeletedError } from "./errors.ts";
import {
  isIdle,
  isSuspended,
  labelOf,
  nameOf,
  rareOf,
  WAKE_UP,
} from "./facts.ts";
import { unasked } from "./inbox.ts";
import type { Reporter } from "./observer.ts";
import type { Deletion } from "./rare.ts";
import {
  ItemRecord,
  type KeyTable,
  type Messages,
  ScopeRecord,
} from "./record.ts";
import type { Standing } from "./transitions.ts";
import { tell } from "./waiters.ts";

/** What deletion asks of the engine. */
export interface DeletionPort {
  readonly delays: Delays;
  readonly standing: Standing;
  /** All kinds, by name. */
  readonly kinds: Map<string, unknown>;
  /** Tells observers, calls cleanups. */
  readonly reporter: Reporter;
  /** Does nothing start for now? */
  readonly isPaused: boolean;
  /** Takes back the run that is owed; its waiters get `error`. */
  takeBack(record: ItemRecord, error: unknown): Messages;
  /** Something may have become ready, or nothing be left. */
  stir(): void;
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

  /** Begins to delete an item. Does anybody wait to hear what it left? */
  deleteItem(
    record: ItemRecord,
    isAwaited: boolean,
  ): Promise<Messages | undefined> {
    const rare = rareOf(record);
    const deletion = rare.deletion ??= begin();
    deletion.isAwaited ||= isAwaited;
    if (deletion.isBegun) return deletion.promise;
    deletion.isBegun = true;
    record.life = "deleting";
    this.#port.touch(record);
    if (
      record.owed && (rare.hold !== undefined || rare.isBackoff ||
        isSuspended(record) || this.#port.isPaused)
    ) {
      this.drop(record, new DeletedError(`Cannot run ${labelOf(record)}`));
    } else if (rare.timer !== undefined) { // A delayed run begins at once.
      this.#port.delays.end(record);
      this.#port.standing.move(record);
      this.#port.stir();
    }
    if (isIdle(record)) this.finish(record);
    return deletion.promise;
  }

  /** Takes back the run that is owed. Its messages go to `undelivered`, else to
   * whoever waits for the deletion. */
  drop(record: ItemRecord, error: unknown): void {
    const { definition, rare } = record;
    const asked = rare?.asked;
    const attempt = rare?.failures ?? 0;
    const dropped = this.#port.takeBack(record, error);
    const messages = unasked({ messages: dropped, asked });
    const isTold = definition.undelivered !== undefined &&
      messages.length !== 0;
    const deletion = rare?.deletion;
    if (deletion !== undefined && !isTold) { // What a run gave back is older.
      deletion.dropped = [...dropped, ...deletion.dropped ?? []];
      deletion.unasked = [...messages, ...deletion.unasked];
    }
    if (!isTold) return;
    const { reporter } = this.#port;
    this.#port.enter(() =>
      undeliver(record, messages, { error, attempt }, reporter)
    );
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
    const { cleanup, keys } = record.definition;
    if (cleanup !== undefined && !record.rare?.isVacant) {
      const name = nameOf(record);
      this.#port.enter(() =>
        reporter.guard(record, () => cleanup(record.context, name), name)
      );
    }
    const predecessor = record.rare?.isBlocked
      ? keys?.leaving.get(record.key ?? "")
      : undefined;
    const pending = [record, predecessor]
      .flatMap((owner) => (owner && reporter.pending(owner)) ?? []);
    if (pending.length === 0) this.#end(record, deletion);
    else Promise.all(pending).then(() => this.#end(record, deletion));
  }

  /** A run of the item never settled, and was given up. */
  giveUp(record: ItemRecord): void {
    const rare = rareOf(record);
    record.life = "deleting";
    this.#port.touch(record);
    const deletion = rare.deletion ??= begin();
    deletion.isBegun = true;
    deletion.reject(
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
    const ends = [...scope.children].flatMap((child) =>
      child instanceof ScopeRecord
        ? [this.deleteScope(child)]
        : this.#deleteAll(scope, child)
    );
    settle(this.#endScope(scope, ends));
    return scope.deletion;
  }

  #deleteAll(
    scope: ScopeRecord,
    child: ItemRecord | KeyTable,
  ): readonly (Promise<unknown> | undefined)[] {
    const ends: (Promise<unknown> | undefined)[] = itemsOf(scope, child)
      .map((record) => this.deleteItem(record, false));
    if (child instanceof ItemRecord) return ends;
    const { reporter } = this.#port;
    const leaving = [...child.leaving.values()];
    return ends.concat(leaving.map((record) => reporter.pending(record)));
  }

  #end(record: ItemRecord, deletion: Deletion): void {
    const { rare, definition: { keys, scope } } = record;
    record.life = "deleted";
    this.#port.forgetSuspensions(record);
    this.#port.touch(record);
    scope.children.delete(record);
    keys?.forget(record);
    const { dropped, unasked: messages, isAwaited } = deletion;
    const { reporter } = this.#port;
    deletion.resolve(dropped);
    tell(rare?.idlers, (waiter) => waiter.succeed(undefined));
    if (!isAwaited && dropped?.length && messages.length) {
      const error = new DeletedError(`Cannot run ${labelOf(record)}`);
      reporter.report(error, { ...nameOf(record), messages });
    }
    if (reporter.observers !== undefined) {
      reporter.tell("deleted", nameOf(record));
    }
  }

  /** A scope with a stuck child may still be in use: it is not cleaned up. */
  async #endScope(
    scope: ScopeRecord,
    ends: readonly (Promise<unknown> | undefined)[],
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
    for (const child of scope.children) {
      if (isKeyTable(child)) this.#port.kinds.delete(child.name);
    }
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
    dropped: undefined,
    unasked: WAKE_UP,
    isBegun: false,
    isEnding: false,
    isAwaited: false,
  };
}

function mark(scope: ScopeRecord): void {
  scope.life = "deleting";
  for (const child of scope.children) {
    if (child instanceof ScopeRecord) mark(child);
    else itemsOf(scope, child).forEach(markItem);
  }
}

function markItem(record: ItemRecord): void {
  if (record.life !== "live") return;
  record.life = "deleting";
  rareOf(record).deletion ??= begin();
}

/** The items of a kind, or the one item. The root deletes only what has
 * something to clean up. */
function itemsOf(
  scope: ScopeRecord,
  child: ItemRecord | KeyTable,
): readonly ItemRecord[] {
  const items = isKeyTable(child) ? child.items() : [child];
  return items.filter((record) => scope.keeps(record));
}

function isKeyTable(
  child: ItemRecord | KeyTable | ScopeRecord,
): child is KeyTable {
  return "items" in child;
}
