/**
 * A durable scheduler, as others reach it by name and key.
 *
 * @module
 */
import type { CancelOptions, ItemName, WaitOptions } from "../core/calls.ts";
import { jsonSchemaOf } from "../core/json_schema.ts";
import type { Observer, Snapshot } from "../core/observer.ts";
import { checkKey } from "../core/options.ts";
import type {
  Target,
  TargetEntry,
  TargetItem,
  TargetKind,
  TargetLetter,
  TargetLetters,
  TargetOptions,
  TargetPage,
  TargetQuery,
  TargetReceipt,
  TargetRequest,
} from "../core/target.ts";
import { UnknownKindError } from "../core/unknown_kind.ts";
import { until } from "../core/until.ts";
import type { Definition } from "./definition.ts";
import type { Engine } from "./engine.ts";
import type { Tools } from "./handle.ts";
import type { ReadLetter } from "./durable_kind.ts";
import type { StoredItem } from "./stored.ts";

type Messages = readonly unknown[] | undefined;

/** What a target needs of its scheduler. */
export interface TargetHost {
  pause(): void;
  resume(): void;
  snapshot(): Snapshot;
  observe(observer: Observer): () => void;
}

/** The one implementation of {@linkcode Target} over a store. */
export class DurableTarget implements Target {
  readonly letters: TargetLetters;
  readonly #host: TargetHost;
  readonly #engine: Engine;
  readonly #tools: Tools;

  constructor(host: TargetHost, engine: Engine, tools: Tools) {
    this.#host = host;
    this.#engine = engine;
    this.#tools = tools;
    const { operations } = tools;
    const kindOf = (kind: string): Definition =>
      this.#kind("Cannot look for dead letters", kind);
    this.letters = {
      list: async (kind, query = {}) => {
        const { state: _, ...asked } = query; // Letters have none.
        const page = await operations.dead(kindOf(kind), asked);
        return { cursor: page.cursor, items: page.items.map(letterOf) };
      },
      redrive: async (name, id) =>
        await operations.redrive(this.#name("Cannot redrive", name), id),
      discard: async (name, id) =>
        await operations.discard(this.#name("Cannot discard", name), id),
    };
  }

  get refusal(): "closed" | undefined {
    return this.#engine.isClosed ? "closed" : undefined;
  }

  // deno-lint-ignore require-await -- what throws is to reject
  async kinds(): Promise<readonly TargetKind[]> {
    const { definitions } = this.#engine;
    return [...definitions.values()].map(({ name, schema }) => {
      return { name, messageSchema: jsonSchemaOf(schema) };
    });
  }

  async enqueue(
    name: ItemName<string>,
    message?: unknown,
    options?: TargetOptions,
  ): Promise<TargetReceipt> {
    const definition = this.#find("Cannot enqueue", name);
    return await this.#tools.intake.enqueue({
      definition,
      key: name.key,
      message,
      options,
      reply: undefined,
      isOwn: false,
    });
  }

  async enqueueMany(
    kind: string,
    entries: readonly TargetEntry[],
  ): Promise<readonly (TargetReceipt | Error)[]> {
    const definition = this.#kind("Cannot enqueue", kind);
    return await this.#tools.intake.enqueueMany(definition, entries);
  }

  async request(
    name: ItemName<string>,
    message?: unknown,
    { signal, ...options }: TargetOptions & WaitOptions = {},
  ): Promise<TargetRequest> {
    const definition = this.#find("Cannot request", name);
    const { id } = options;
    const how = id === undefined
      ? { signal }
      : { signal, reply: await replyOf(name, id) };
    const question = { definition, key: name.key, message };
    const { asking } = this.#tools;
    const { receipt, result } = asking.ask(question, options, how);
    const told = until(undefined, result);
    const { outcome, version } = await receipt;
    if (outcome === "skipped") await told; // It rejects, and says why.
    return { outcome, version, result: told };
  }

  async inspect(name: ItemName<string>): Promise<TargetItem | undefined> {
    const { operations } = this.#tools;
    const named = this.#name("Cannot inspect", name);
    const found = await operations.inspect(named);
    return found && itemOf(found);
  }

  async list(
    kind: string,
    query: TargetQuery = {},
  ): Promise<TargetPage<TargetItem>> {
    const definition = this.#kind("Cannot list items", kind);
    const page = await this.#tools.operations.list(definition, query);
    return { cursor: page.cursor, items: page.items.map(itemOf) };
  }

  async cancel(
    name: ItemName<string>,
    options: CancelOptions = {},
  ): Promise<Messages> {
    const named = this.#name("Cannot cancel", name);
    return await this.#tools.operations.cancel(named, options);
  }

  async suspend(name: ItemName<string>, isSuspended: boolean): Promise<void> {
    const named = this.#name("Cannot suspend", name);
    await this.#tools.operations.suspend(named, isSuspended);
  }

  async reset(name: ItemName<string>): Promise<void> {
    await this.#tools.operations.reset(this.#name("Cannot reset", name));
  }

  async delete(name: ItemName<string>): Promise<Messages> {
    const named = this.#name("Cannot delete", name);
    return await this.#tools.operations.delete(named, true);
  }

  // deno-lint-ignore require-await -- what throws is to reject
  async pause(isPaused: boolean): Promise<void> {
    if (isPaused) this.#host.pause();
    else this.#host.resume();
  }

  // deno-lint-ignore require-await -- what throws is to reject
  async snapshot(): Promise<Snapshot> {
    return this.#host.snapshot();
  }

  observe(observer: Observer): () => void {
    return this.#host.observe(observer);
  }

  #kind(action: string, name: string): Definition {
    const { definitions } = this.#engine;
    const definition = definitions.get(name);
    if (definition !== undefined) return definition;
    throw new UnknownKindError(action, [...definitions.keys()]);
  }

  #find(action: string, { kind, key }: ItemName<string>): Definition {
    const definition = this.#kind(action, kind);
    checkKey(kind, key);
    return definition;
  }

  #name(action: string, name: ItemName<string>): ItemName<string> {
    this.#find(action, name);
    return { kind: name.kind, key: name.key };
  }
}

/** The reply that all requests of an item with this id wait for. */
async function replyOf(
  { kind, key }: ItemName<string>,
  id: string,
): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify([kind, key, id]));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0"));
  return `id/${hex.join("")}`;
}

function itemOf(stored: StoredItem): TargetItem {
  const { crashes: _, ...item } = stored;
  return item;
}

function letterOf(letter: ReadLetter<unknown>): TargetLetter {
  const { kind, key, id, messages, error, failures, at } = letter;
  return { kind, key, id, messages: messages.length, error, failures, at };
}
