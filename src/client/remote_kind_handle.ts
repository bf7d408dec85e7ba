/**
 * Kinds and items far away, as their users hold them: a name, a key, and whom
 * to ask.
 *
 * @module
 */
import type { ItemName, WaitOptions } from "../core/calls.ts";
import { check, checkOne, KEY, type Rules, SIGNAL } from "../core/options.ts";
import type {
  TargetEntry,
  TargetItem,
  TargetLetter,
  TargetPage,
} from "../core/target.ts";
import type { Client } from "./client.ts";
import { allOf } from "./paging.ts";
import type {
  RemoteCancelOptions,
  RemoteItem,
  RemoteKind,
  RemoteLetterOptions,
  RemoteOutcome,
  RemoteQuery,
} from "./remote_kind.ts";
import {
  actionOf,
  type RemoteOptions,
  type RemoteRequestOptions,
} from "./said.ts";

/** Whom a kind asks. */
export interface Reached extends Client {
  /** Enqueues, and resolves with the result. */
  resultOf(
    name: ItemName<string>,
    message?: unknown,
    options?: RemoteRequestOptions,
  ): Promise<unknown>;
}

const REDRIVE_RULES: Rules<RemoteLetterOptions> = {
  id: { must: "the id of a dead letter", type: "string" },
  signal: SIGNAL,
};

/** The one implementation of {@linkcode RemoteItem}. */
class ItemHandle implements RemoteItem<unknown, unknown, unknown> {
  readonly key: string;
  readonly #client: Reached;
  readonly #name: ItemName<string>;

  constructor(client: Reached, name: ItemName<string>) {
    actionOf("find", name);
    this.key = name.key;
    this.#client = client;
    this.#name = name;
  }

  async enqueue(
    message?: unknown,
    options?: RemoteOptions,
  ): Promise<RemoteOutcome> {
    return (await this.#client.enqueue(this.#name, message, options)).outcome;
  }

  request(
    message?: unknown,
    options?: RemoteRequestOptions,
  ): Promise<unknown> {
    return this.#client.resultOf(this.#name, message, options);
  }

  inspect(options?: WaitOptions): Promise<TargetItem | undefined> {
    return this.#client.inspect(this.#name, options);
  }

  cancel(
    options?: RemoteCancelOptions,
  ): Promise<readonly unknown[] | undefined> {
    return this.#client.cancel(this.#name, options);
  }

  suspend(options?: WaitOptions): Promise<void> {
    return this.#client.suspend(this.#name, true, options);
  }

  resume(options?: WaitOptions): Promise<void> {
    return this.#client.suspend(this.#name, false, options);
  }

  reset(options?: WaitOptions): Promise<void> {
    return this.#client.reset(this.#name, options);
  }

  delete(options?: WaitOptions): Promise<readonly unknown[] | undefined> {
    return this.#client.delete(this.#name, options);
  }
}

/** The one implementation of {@linkcode RemoteKind}. */
export class RemoteKindHandle implements RemoteKind<unknown, unknown, unknown> {
  readonly name: string;
  readonly #client: Reached;

  constructor(client: Reached, name: unknown) {
    checkOne("Cannot find a kind", "name", KEY, name);
    this.name = name as string; // It was checked.
    this.#client = client;
  }

  get(key: string): ItemHandle {
    return new ItemHandle(this.#client, { kind: this.name, key });
  }

  async enqueue(
    key: string,
    message?: unknown,
    options?: RemoteOptions,
  ): Promise<RemoteOutcome> {
    const name = { kind: this.name, key };
    return (await this.#client.enqueue(name, message, options)).outcome;
  }

  async enqueueMany(
    entries: Iterable<TargetEntry>,
    options?: WaitOptions,
  ): Promise<readonly (RemoteOutcome | Error)[]> {
    const fates = await this.#client.enqueueMany(
      this.name,
      [...entries],
      options,
    );
    return fates.map((fate) => fate instanceof Error ? fate : fate.outcome);
  }

  request(
    key: string,
    message?: unknown,
    options?: RemoteRequestOptions,
  ): Promise<unknown> {
    const name = { kind: this.name, key };
    return this.#client.resultOf(name, message, options);
  }

  inspect(key: string, options?: WaitOptions): Promise<TargetItem | undefined> {
    return this.#client.inspect({ kind: this.name, key }, options);
  }

  list(query?: RemoteQuery): Promise<TargetPage<TargetItem>> {
    return this.#client.list(this.name, query);
  }

  items(query: RemoteQuery = {}): AsyncGenerator<TargetItem, void, undefined> {
    return allOf(query, (wanted) => this.list(wanted));
  }

  dead(query?: RemoteQuery): Promise<TargetPage<TargetLetter>> {
    return this.#client.letters.list(this.name, query);
  }

  async redrive(
    key: string,
    options: RemoteLetterOptions = {},
  ): Promise<number> {
    const action = actionOf("redrive", { kind: this.name, key });
    const { id, signal } = check(action, options, REDRIVE_RULES);
    const name = { kind: this.name, key };
    return await this.#client.letters.redrive(name, id, { signal });
  }

  discard(key: string, id: string, options?: WaitOptions): Promise<boolean> {
    return this.#client.letters.discard(
      { kind: this.name, key },
      id,
      options,
    );
  }
}
