/**
 * What items live in, as its user holds it.
 *
 * @module
 */
import type { Parent } from "./calls.ts";
import type { Kind, KindDefinition, KindOptions } from "./kind.ts";
import type { WorkItem, WorkItemOptions } from "./work_item.ts";

/** What a scope is made from. */
export interface ScopeOptions {
  /** Shall the items of this scope, those of inner scopes included, never run
   * at the same time?
   *
   * @default {false} */
  readonly serialize?: boolean | undefined;
  /** Called once, after all its children were cleaned up. A promise it returns
   * is awaited.
   *
   * @default {undefined} */
  readonly cleanup?: (() => unknown) | undefined;
}

/** What items, kinds and scopes are made in: a scope, or the scheduler. */
export interface Home extends Parent {
  /**
   * Makes an item; it is idle until its first enqueue.
   *
   * @throws {TypeError} An option is of the wrong type or unknown.
   * @throws {RangeError} A value is out of its range.
   * @throws {unknown} What `context` throws.
   * @throws {DeletedError} The scope is deleted or being deleted.
   * @throws {ClosedError} The scheduler was closed.
   */
  createWorkItem<
    Context = undefined,
    Output = void,
    Input = undefined,
    Message = never,
  >(
    options: WorkItemOptions<Context, Output, Input, Message>,
  ): WorkItem<Context, Output, Input, Message>;
  /** Makes a scope inside this one. Throws as `createWorkItem` does. */
  createScope(options?: ScopeOptions): Scope;
  /** Defines a kind; its items are made when they are first needed. Throws as
   * `createWorkItem` does, and a `TypeError` if the scheduler has a kind of this
   * name already. */
  define<
    Context = undefined,
    Output = void,
    Input = undefined,
    Message = never,
  >(
    name: string,
    options: KindOptions<Context, Output, Input, Message>,
  ): Kind<Context, Output, Input, Message>;
  /** The same, of a definition made by `kind()`. */
  define<Context, Output, Input, Message>(
    definition: KindDefinition<Context, Output, Input, Message>,
  ): Kind<Context, Output, Input, Message>;
}

/**
 * A lifetime that items share, and one gate if it is serialized.
 *
 * @example Children are deleted before their parent
 * ```ts
 * import { Scheduler } from "@workitem/scheduler";
 * import { assertEquals } from "@std/assert";
 *
 * const scheduler = new Scheduler();
 * const log: string[] = [];
 * const scope = scheduler.createScope({ cleanup: () => log.push("scope") });
 * const item = scope.createWorkItem({
 *   run: () => void log.push("run"),
 *   cleanup: () => log.push("item"),
 * });
 *
 * item.enqueue();
 * await scope.delete();
 * assertEquals(log, ["run", "item", "scope"]);
 * ```
 */
export interface Scope extends Home {
  /** What it lives in; `undefined` once it is deleted. */
  readonly parent: Parent | undefined;
  /** Deletes all items and scopes inside, then cleans up. It is the same
   * promise each time, and rejects with `ClosedError` if `close()` gave up a run
   * of an item inside. Messages that were dropped unrun go to `undelivered`,
   * else to `onError`. */
  delete(): Promise<void>;
}
