/**
 * Kinds: one definition, any number of items, each found by its key.
 *
 * @module
 */
import type { ItemName, Parent, Timing } from "./calls.ts";
import type { ActorOptions, WorkItem } from "./work_item.ts";
import type { EnqueueOutcome, ItemState } from "./words.ts";

/** How often runs may start. */
export interface Rate {
  /** How many starts, retries included: a whole number from 1. */
  readonly limit: number;
  /** In any span of so many milliseconds. */
  readonly interval: number;
}

/** What the items of a kind are made from. */
export interface KindOptions<
  Context = undefined,
  Output = void,
  Input = undefined,
  Message = [Input] extends [undefined] ? never : Input,
> extends ActorOptions<Context, Output, Input, Message, string> {
  /** Makes the own memory of the item with this key, when it is first needed.
   * It is kept between runs. Write it before `run`, so that its type reaches
   * there.
   *
   * @default {undefined} */
  readonly context?: ((key: string) => Context) | undefined;
  /** How many runs of the kind may be in flight at once, over all its keys: a
   * whole number from 1.
   *
   * @default No limit but the scheduler's. */
  readonly concurrency?: number | undefined;
  /** How often runs of the kind may start, over all its keys.
   *
   * @default No limit. */
  readonly rate?: Rate | undefined;
  /** Milliseconds for which an item may be idle before its context is dropped,
   * with `cleanup`. An idle item that has neither is dropped at once.
   *
   * @default Contexts are kept. */
  readonly passivateAfter?: number | undefined;
}

/** A kind that any number of schedulers may define, here or elsewhere. */
export interface KindDefinition<
  Context = undefined,
  Output = void,
  Input = undefined,
  Message = [Input] extends [undefined] ? never : Input,
> {
  /** What the kind is called. */
  readonly name: string;
  /** What its items are made from. */
  readonly options: KindOptions<Context, Output, Input, Message>;
}

/** All that is known of one item. */
export interface Inspection extends ItemName {
  /** What it is doing. */
  readonly state: ItemState;
  /** Grows with every change of the item that can be seen. */
  readonly version: number;
  /** Is a run owed, now or later? */
  readonly owed: boolean;
  /** How many messages wait. */
  readonly messages: number;
  /** Milliseconds until its delay or backoff ends, if it has one. */
  readonly dueIn: number | undefined;
  /** How many runs are in flight. */
  readonly running: number;
  /** How many runs in a row have failed for the oldest message. */
  readonly failures: number;
  /** Did its last attempt fail, and does it wait for `reset()`? */
  readonly held: boolean;
  /** Has it been suspended? */
  readonly suspended: boolean;
}

/**
 * Any number of items, each with a key, made when they are first needed and
 * forgotten when nothing is left of them.
 *
 * @example One run per key at a time, every message seen
 * ```ts
 * import { Scheduler, type } from "@workitem/scheduler";
 * import { assertEquals } from "@std/assert";
 *
 * const scheduler = new Scheduler();
 * const seen: string[] = [];
 * const reindex = scheduler.define("reindex", {
 *   message: type<{ doc: number }>(),
 *   run({ key, messages }) {
 *     seen.push(`${key}: ${messages.map(({ doc }) => doc).join(", ")}`);
 *   },
 * });
 *
 * reindex.enqueue("acme", { doc: 7 });
 * reindex.enqueue("acme", { doc: 8 });
 * reindex.enqueue("beta", { doc: 9 });
 * await scheduler.idle();
 * assertEquals(seen, ["acme: 7, 8", "beta: 9"]);
 * ```
 */
export interface Kind<
  Context = undefined,
  Output = void,
  Input = undefined,
  Message = [Input] extends [undefined] ? never : Input,
> {
  /** What it is called. */
  readonly name: string;
  /** What it lives in; `undefined` once that is deleted. */
  readonly parent: Parent | undefined;
  /**
   * Enqueues the item with this key. The same as `get(key).enqueue(…)`.
   *
   * @param key A well-formed string of 1 to 512 bytes, not `.` or `..`.
   * @throws {TypeError} The key is no string.
   * @throws {RangeError} The key is not as it must be.
   */
  enqueue(key: string, message?: Input, timing?: Timing): EnqueueOutcome;
  /** The same as `get(key).request(…)`, but that it rejects for a key that is
   * not as it must be. */
  request(key: string, message?: Input, timing?: Timing): Promise<Output>;
  /** The address of an item. It makes nothing, and stays valid for as long as
   * it is held. Throws as `enqueue` does. */
  get(key: string): WorkItem<Context, Output, Input, Message>;
  /** The keys in memory: those of items that have something owed, a run, a
   * context, a suspension or a hold. Only those in `state`, if it is given. */
  keys(filter?: { readonly state?: ItemState | undefined }): string[];
  /** All that is known of an item; `undefined` if it is not in memory. Neither
   * makes nor wakes it. */
  inspect(key: string): Inspection | undefined;
}

/** A kind whatever its types are: its messages are taken as they come. */
export type AnyKind = Kind<unknown, unknown, unknown, unknown>;

/**
 * Defines a kind for `Scheduler.define`, wherever it is to run. Its options are
 * checked there.
 *
 * @example
 * ```ts
 * import { kind, Scheduler, type } from "@workitem/scheduler";
 * import { assertEquals } from "@std/assert";
 *
 * const double = kind("double", {
 *   message: type<number>(),
 *   run: ({ messages }) => messages.map((n) => n * 2),
 * });
 * const doubles = new Scheduler().define(double);
 *
 * assertEquals(await doubles.request("a", 21), [42]);
 * ```
 */
export function kind<
  Context = undefined,
  Output = void,
  Input = undefined,
  Message = never,
>(
  name: string,
  options: KindOptions<Context, Output, Input, Message>,
): KindDefinition<Context, Output, Input, Message> {
  return Object.freeze({ name, options: Object.freeze({ ...options }) });
}
