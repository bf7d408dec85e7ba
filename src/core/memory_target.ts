/**
 * A scheduler in memory, as others reach it by name and key.
 *
 * @module
 */
import type { CancelOptions, ItemName, Timing, WaitOptions } from "./calls.ts";
import { type Clock, systemClock } from "./clock.ts";
import { ClosedError, SkippedError, WorkItemError } from "./errors.ts";
import type { Inspection } from "./kind.ts";
import { jsonSchemaOf } from "./json_schema.ts";
import { KindHandle } from "./kind_handle.ts";
import type { Observer, Snapshot } from "./observer.ts";
import { checkOne, KEY } from "./options.ts";
import { pageOf } from "./paging.ts";
import type { Scheduler } from "./scheduler.ts";
import { type Seen, SeenIds } from "./seen_ids.ts";
import { Suspensions } from "./suspensions.ts";
import type {
  Target,
  TargetEntry,
  TargetItem,
  TargetKind,
  TargetOptions,
  TargetPage,
  TargetQuery,
  TargetReceipt,
  TargetRequest,
} from "./target.ts";
import { UnknownKindError } from "./unknown_kind.ts";
import type { EnqueueOutcome } from "./words.ts";
import { until } from "./until.ts";
import { type Settle, Waiter } from "./waiters.ts";

type Messages = readonly unknown[] | undefined;

/** The answer to a request. */
interface Asked {
  readonly outcome: EnqueueOutcome;
  readonly result: Promise<unknown>;
}

/** What is known of an id, and what is left to say. */
interface Read {
  readonly timing: Omit<TargetOptions, "id">;
  readonly id: string | undefined;
  readonly seen: Seen | undefined;
}

/** The one implementation of {@linkcode Target} over a `Scheduler`. */
export class MemoryTarget implements Target {
  /** Messages that no run will handle are told to somebody at once. */
  readonly letters: undefined;
  readonly #scheduler: Scheduler;
  readonly #known: Map<string, KindHandle> = new Map();
  readonly #clock: Clock;
  readonly #seen: SeenIds;
  readonly #suspensions: Suspensions = new Suspensions();
  /** Versions begin again with each process: this tells them apart. */
  readonly #epoch: string;

  constructor(
    scheduler: Scheduler,
    options: { readonly clock?: Clock | undefined } = {},
  ) {
    const { clock = systemClock } = options;
    this.#scheduler = scheduler;
    this.#clock = clock;
    this.#seen = new SeenIds(clock);
    this.#epoch = clock.today().toString(36);
  }

  get refusal(): "closed" | undefined {
    return this.#scheduler.snapshot().closed ? "closed" : undefined;
  }

  // deno-lint-ignore require-await -- what throws is to reject
  async kinds(): Promise<readonly TargetKind[]> {
    return this.#kinds().map(({ name, table }) => {
      const { schema } = table.at(name).definition; // All of them share it.
      return { name, messageSchema: jsonSchemaOf(schema) };
    });
  }

  // deno-lint-ignore require-await -- what throws is to reject
  async enqueue(
    name: ItemName<string>,
    message?: unknown,
    options?: TargetOptions,
  ): Promise<TargetReceipt> {
    const kind = this.#kind("Cannot enqueue", name.kind);
    if (options === undefined) {
      const outcome = kind.enqueue(name.key, message);
      return { outcome, version: this.#versionOf(kind, name.key) };
    }
    const { id, seen, timing } = this.#read(name, options);
    const outcome = seen === undefined
      ? kind.enqueue(name.key, message, timing)
      : "duplicate";
    if (id !== undefined && seen === undefined) this.#seen.add(name, id);
    return { outcome, version: this.#versionOf(kind, name.key) };
  }

  async enqueueMany(
    kind: string,
    entries: readonly TargetEntry[],
  ): Promise<readonly (TargetReceipt | Error)[]> {
    this.#kind("Cannot enqueue", kind);
    return await Promise.all(
      entries.map(({ key, message, ...options }) =>
        this.enqueue({ kind, key }, message, options).catch(asError)
      ),
    );
  }

  // deno-lint-ignore require-await -- what throws is to reject
  async request(
    name: ItemName<string>,
    message?: unknown,
    { signal, ...options }: TargetOptions & WaitOptions = {},
  ): Promise<TargetRequest> {
    const kind = this.#kind("Cannot request", name.kind);
    const { key } = name;
    const { id, seen, timing } = this.#read(name, options);
    if (seen !== undefined) {
      const result = until(signal, seen.result ?? Promise.reject(gone(name)));
      const version = this.#versionOf(kind, key);
      return { outcome: "duplicate", version, result };
    }
    const { outcome, result } = ask(kind, key, { message, timing });
    if (id !== undefined) this.#seen.add(name, id, result);
    const version = this.#versionOf(kind, key);
    return { outcome, version, result: until(signal, result) };
  }

  // deno-lint-ignore require-await -- what throws is to reject
  async inspect(
    { kind, key }: ItemName<string>,
  ): Promise<TargetItem | undefined> {
    const found = this.#kind("Cannot inspect", kind).inspect(key);
    return found && this.#itemOf(kind, key, found);
  }

  async list(
    kind: string,
    query: TargetQuery = {},
  ): Promise<TargetPage<TargetItem>> {
    const handle = this.#kind("Cannot list items", kind);
    const { items: keys, cursor } = await pageOf(handle, query, this.#clock);
    const items = keys.flatMap((key) => {
      const found = handle.inspect(key);
      return found === undefined ? [] : [this.#itemOf(kind, key, found)];
    });
    return { items, cursor };
  }

  // deno-lint-ignore require-await -- what throws is to reject
  async cancel(
    { kind, key }: ItemName<string>,
    options: CancelOptions = {},
  ): Promise<Messages> {
    return this.#kind("Cannot cancel", kind).get(key).cancel(options);
  }

  // deno-lint-ignore require-await -- what throws is to reject
  async suspend(name: ItemName<string>, isSuspended: boolean): Promise<void> {
    const item = this.#kind("Cannot suspend", name.kind).get(name.key);
    this.#suspensions.set(name, isSuspended ? item.suspend() : undefined);
  }

  // deno-lint-ignore require-await -- what throws is to reject
  async reset({ kind, key }: ItemName<string>): Promise<void> {
    this.#kind("Cannot reset", kind).get(key).reset();
  }

  async delete(name: ItemName<string>): Promise<Messages> {
    const item = this.#kind("Cannot delete", name.kind).get(name.key);
    const deleted = item.delete();
    this.#suspensions.set(name, undefined); // It is of no more use.
    return await deleted;
  }

  // deno-lint-ignore require-await -- what throws is to reject
  async pause(isPaused: boolean): Promise<void> {
    if (isPaused) this.#scheduler.pause();
    else this.#scheduler.resume();
  }

  // deno-lint-ignore require-await -- what throws is to reject
  async snapshot(): Promise<Snapshot> {
    return this.#scheduler.snapshot();
  }

  observe(observer: Observer): () => void {
    return this.#scheduler.observe(observer);
  }

  #kinds(): KindHandle[] {
    return this.#scheduler.kinds().filter((kind) => kind instanceof KindHandle);
  }

  /** Of those that were asked for before it is known whether they live. */
  #kind(action: string, name: string): KindHandle {
    const known = this.#known.get(name);
    if (known?.parent !== undefined) return known;
    const kinds = this.#kinds();
    const kind = kinds.find((each) => each.name === name);
    if (kind === undefined) {
      this.#known.delete(name);
      if (this.refusal === "closed") throw new ClosedError(action);
      throw new UnknownKindError(action, kinds.map((each) => each.name));
    }
    this.#known.set(name, kind);
    return kind;
  }

  #read(
    name: ItemName<string>,
    { id, ...timing }: TargetOptions,
  ): Read {
    if (id === undefined) return { id, timing, seen: undefined };
    checkOne("Cannot enqueue", "id", KEY, id);
    return { id, timing, seen: this.#seen.find(name, id) };
  }

  #versionOf({ table }: KindHandle, key: string): string {
    return this.#stamp(table.at(key).version);
  }

  #stamp(version: number): string {
    return `${this.#epoch}.${version}`;
  }

  #itemOf(kind: string, key: string, found: Inspection): TargetItem {
    return { ...found, kind, key, version: this.#stamp(found.version) };
  }
}

/** Enqueues with one who waits. */
function ask(
  { name, table }: KindHandle,
  key: string,
  { message, timing }: { readonly message: unknown; readonly timing: Timing },
): Asked {
  const record = table.at(key);
  let settle: Settle = { resolve: () => {}, reject: () => {} };
  const result = new Promise<unknown>((resolve, reject) => {
    settle = { resolve, reject };
  });
  const waiter = new Waiter(settle, true);
  const outcome = table.send(record, undefined, message, timing, waiter);
  if (outcome !== "skipped") return { outcome, result };
  throw new SkippedError(`Cannot request "${name}/${key}"`);
}

/** It cannot come any more, or nobody waited for it when it was enqueued. */
function gone({ kind, key }: ItemName<string>): WorkItemError {
  return new WorkItemError(
    `Cannot wait for "${kind}/${key}" as no result is kept for this id`,
    {
      code: "WI-NO-RESULT",
      hint: "It was enqueued, and is handled all the same. Ask with another " +
        "id to have it done once more.",
    },
  );
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
