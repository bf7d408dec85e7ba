/**
 * What else can be asked of items: what waits taken back, stopped, looked at.
 *
 * @module
 */
import type { CancelOptions, ItemName, WaitOptions } from "../core/calls.ts";
import {
  BOOLEAN,
  check,
  checkOne,
  integer,
  type Rules,
  SIGNAL,
} from "../core/options.ts";
import { STATE } from "../core/state_rule.ts";
import type { Definition } from "./definition.ts";
import type { KindDeadQuery, KindQuery, ReadLetter } from "./durable_kind.ts";
import type { Engine } from "./engine.ts";
import { readMessages } from "./merging.ts";
import type { Page, StoredItem } from "./stored.ts";

const CANCEL_RULES: Rules<CancelOptions> = { running: BOOLEAN };
const WAIT_RULES: Rules<WaitOptions> = { signal: SIGNAL };
const TEXT = { must: "a string", type: "string" } as const;
const LIMIT_MAX = 1_000;
const DEAD_RULES: Rules<KindDeadQuery> = {
  key: TEXT,
  prefix: TEXT,
  cursor: TEXT,
  limit: integer(1, LIMIT_MAX),
};
const { key: _, ...PAGE_RULES } = DEAD_RULES;
const QUERY_RULES: Rules<KindQuery> = {
  ...PAGE_RULES,
  state: STATE,
};

/** Asks the store on behalf of handles. */
export class Operations {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async flush(name: ItemName<string>, options: WaitOptions): Promise<void> {
    const { signal } = check("Cannot wait", options, WAIT_RULES);
    await this.#engine.waits.flush(name, signal);
  }

  async idle(name: ItemName<string>, options: WaitOptions): Promise<void> {
    const { signal } = check("Cannot wait", options, WAIT_RULES);
    await this.#engine.waits.idle(name, signal);
  }

  async cancel(
    name: ItemName<string>,
    options: CancelOptions,
  ): Promise<readonly unknown[] | undefined> {
    const { running = false } = check("Cannot cancel", options, CANCEL_RULES);
    const { store } = this.#engine;
    const { messages, isRunning } = await store.cancel(name, { running });
    if (isRunning && running) this.#engine.bell.ring(); // It is to be told.
    this.#changed(name);
    return messages && readMessages(name, messages);
  }

  async suspend(name: ItemName<string>, isSuspended: boolean): Promise<void> {
    await this.#engine.store.suspend(name, isSuspended);
    this.#changed(name);
  }

  async reset(name: ItemName<string>): Promise<void> {
    await this.#engine.store.reset(name);
    this.#changed(name);
  }

  /** `isAwaited`: not by the run that has to end first. */
  async delete(
    name: ItemName<string>,
    isAwaited: boolean,
  ): Promise<readonly unknown[] | undefined> {
    const { bell, reporter, store, waits } = this.#engine;
    const { messages, isRunning } = await store.delete(name);
    if (isRunning) bell.ring(); // It is to be told.
    this.#changed(name);
    if (isRunning && isAwaited) await waits.vacated(name);
    if (isAwaited || !isRunning) reporter.tell("deleted", name);
    return messages && readMessages(name, messages);
  }

  inspect(name: ItemName<string>): Promise<StoredItem | undefined> {
    return this.#engine.store.inspect(name);
  }

  async list(
    { name }: Definition,
    query: KindQuery,
  ): Promise<Page<StoredItem>> {
    const checked = check("Cannot list items", query, QUERY_RULES);
    return await this.#engine.store.list({ ...checked, kind: name });
  }

  async dead(
    { name }: Definition,
    query: KindDeadQuery,
  ): Promise<Page<ReadLetter<unknown>>> {
    const checked = check("Cannot list dead letters", query, DEAD_RULES);
    const page = await this.#engine.store.dead({ ...checked, kind: name });
    return {
      cursor: page.cursor,
      items: page.items.map((letter) => {
        return { ...letter, messages: readMessages(letter, letter.messages) };
      }),
    };
  }

  /** All letters that there are now, if none is named. */
  async redrive(name: ItemName<string>, id?: string): Promise<number> {
    if (id !== undefined) checkOne("Cannot redrive", "id", TEXT, id);
    const ids = id === undefined ? await this.#lettersOf(name) : [id];
    let count = 0;
    for (const each of ids) {
      count += await this.#engine.store.redrive(name, each);
    }
    this.#changed(name);
    return count;
  }

  async discard(name: ItemName<string>, id: string): Promise<boolean> {
    checkOne("Cannot discard", "id", TEXT, id);
    return await this.#engine.store.discard(name, id);
  }

  async #lettersOf(name: ItemName<string>): Promise<readonly string[]> {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#engine.store.dead({ ...name, cursor });
      ids.push(...page.items.map((letter) => letter.id));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return ids;
  }

  #changed(name: ItemName<string>): void {
    this.#engine.waits.changed(name);
    this.#engine.requests.look();
    this.#engine.look();
  }
}
