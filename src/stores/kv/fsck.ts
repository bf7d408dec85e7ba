/**
 * Looks whether what stands in the database agrees with itself, and mends it.
 * A repair makes ready what nobody would find: a run too many is allowed, one
 * too few is not.
 *
 * @module
 */
import type { Fault, FsckReport } from "../../durable/store.ts";
import type { Draft } from "./draft.ts";
import type { KvEntry, KvKey } from "./kv_like.ts";
import {
  countOf,
  type Found,
  found,
  FRESH,
  idOf,
  type ItemValue,
  type Mention,
  type MessagesValue,
  type Name,
} from "./layout.ts";
import { known, type Parts } from "./parts.ts";

const PAGE = 500;

/** What belongs to one item, found by looking at everything. */
interface Seen {
  readonly name: Name;
  item: Found<ItemValue>;
  tail: Found<{ readonly value: bigint }>;
  note: Found<unknown>;
  /** How many messages are stored. */
  messages: number;
  /** The ready lists that name it. */
  readonly lists: string[];
  readonly delays: number[];
}

/** One look at a store. */
class Look {
  readonly #parts: Parts;
  readonly #repair: boolean;
  readonly #seen: Map<string, Seen> = new Map();
  readonly #faults: Fault[] = [];
  readonly #sessions: Set<string> = new Set();
  /** What the sessions say that they claimed. */
  readonly #claims: Set<string> = new Set();
  #items = 0;
  #messages = 0;

  constructor(parts: Parts, repair: boolean) {
    this.#parts = parts;
    this.#repair = repair;
  }

  async report(): Promise<FsckReport> {
    await this.#read();
    for (const seen of this.#seen.values()) {
      const rule = this.#ruleBroken(seen);
      if (rule === undefined) continue;
      const isRepaired = this.#repair && await this.#mend(seen);
      const { kind, key } = seen.name;
      this.#faults.push({ rule, subject: `${kind}/${key}`, isRepaired });
    }
    const faults = this.#faults;
    return { items: this.#items, messages: this.#messages, faults };
  }

  async #read(): Promise<void> {
    const { layout } = this.#parts;
    const base = layout.prefix.length + 1;
    await this.#readSessions(base);
    for await (const entry of this.#all("i")) {
      this.#items++;
      this.#of(entry.key, base).item = known(found(entry));
    }
    for await (const entry of this.#all("k")) {
      const what = entry.key[base + 2];
      if (what === "c") continue;
      const seen = this.#of(entry.key, base);
      if (what === "d") seen.tail = found(entry);
      if (what === "b") seen.note = found(entry);
      if (what !== "m") continue;
      const { value }: Found<MessagesValue> = found(entry);
      seen.messages += value?.list.length ?? 0;
      this.#messages += value?.list.length ?? 0;
    }
    for await (const entry of this.#all("r")) {
      const { value }: Found<readonly Mention[]> = found(entry);
      const kind = String(entry.key[base]);
      const position = String(entry.key.at(-1));
      for (const { key } of value ?? []) {
        this.#named({ kind, key }).lists.push(position);
      }
    }
    for await (const { key } of this.#all("y")) {
      const name = { kind: String(key[base]), key: String(key[base + 2]) };
      this.#named(name).delays.push(Number(key[base + 1]));
    }
  }

  async #readSessions(base: number): Promise<void> {
    for (const letter of ["h", "z"]) {
      for await (const { key } of this.#all(letter)) {
        this.#sessions.add(String(key[base]));
      }
    }
    for await (const entry of this.#all("l")) {
      const { value }: Found<readonly Name[]> = found(entry);
      for (const name of value ?? []) {
        this.#claims.add(`${String(entry.key[base])}/${idOf(name)}`);
      }
    }
  }

  /** The first rule that does not hold. */
  #ruleBroken(seen: Seen): string | undefined {
    const { item, lists, delays, messages, tail, note } = seen;
    const { value } = item;
    const state = value?.state ?? "idle";
    const position = this.#parts.isCounted ? value?.at : item.versionstamp;
    const isReady = state === "queued" && !value?.suspended;
    if (isReady && lists.length === 0) return "ready-without-entry";
    if (isReady && lists.length > 1) return "ready-twice";
    if (isReady && lists[0] !== position) return "ready-entry-of-another-time";
    if (!isReady && lists.length !== 0) return "entry-without-ready";
    const due = value?.due;
    if (due !== undefined && !delays.includes(due)) return "due-without-entry";
    if (delays.length > (due === undefined ? 0 : 1)) return "entry-without-due";
    if (state === "idle" && messages !== 0) return "idle-with-messages";
    if (state === "idle" && tail.value !== null) return "idle-with-tail";
    if (state !== "running" && note.value !== null) return "note-without-run";
    const isOrphan = state === "running" &&
      !this.#sessions.has(value?.session ?? "");
    if (isOrphan) return "running-without-session";
    const claim = `${value?.session}/${idOf(seen.name)}`;
    if (state === "running" && !this.#claims.has(claim)) {
      return "running-without-claim";
    }
    const count = (value?.n ?? 0) + countOf(tail);
    return count === messages ? undefined : "messages-miscounted";
  }

  /** Makes the item due, or idle if there is nothing to do. */
  async #mend(seen: Seen): Promise<boolean> {
    const { layout, committer } = this.#parts;
    const { name, item, messages, lists, delays, tail, note } = seen;
    const isOwed = messages !== 0 ||
      !["idle", undefined].includes(item.value?.state);
    const { failures, crashes, suspended } = item.value ?? FRESH;
    const next = { ...FRESH, n: messages, failures, crashes, suspended };
    const commit = await committer.submit({
      action: "Cannot repair the store",
      touches: [idOf(name)],
      draft: async (draft) => {
        for (const list of lists) await this.#leave(draft, name, list);
        for (const due of delays) {
          draft.delete(layout.delayed(name.kind, due, name.key));
        }
        draft.check(layout.item(name), item.versionstamp);
        if (tail.versionstamp !== null) draft.delete(layout.tail(name));
        if (note.versionstamp !== null) draft.delete(layout.note(name));
        if (isOwed || suspended) {
          const state = isOwed ? "queued" : "idle";
          draft.setItem(layout.item(name), name, { ...next, state });
          if (isOwed && !suspended) draft.mention(name, next);
        } else draft.deleteItem(layout.item(name), name);
        return true;
      },
    });
    return commit !== undefined;
  }

  async #leave(draft: Draft, { kind, key }: Name, list: string): Promise<void> {
    const { layout, kv } = this.#parts;
    const place = layout.ready(kind, list);
    const entry: Found<readonly Mention[]> = found(await kv.get(place));
    const rest = entry.value?.filter((mention) => mention.key !== key) ?? [];
    draft.check(place, entry.versionstamp);
    if (rest.length === 0) draft.delete(place);
    else draft.set(place, rest);
  }

  #of(key: KvKey, base: number): Seen {
    return this.#named({ kind: String(key[base]), key: String(key[base + 1]) });
  }

  #named(name: Name): Seen {
    const id = idOf(name);
    const seen: Seen = this.#seen.get(id) ?? {
      name,
      item: { value: null, versionstamp: null },
      tail: { value: null, versionstamp: null },
      note: { value: null, versionstamp: null },
      messages: 0,
      lists: [],
      delays: [],
    };
    this.#seen.set(id, seen);
    return seen;
  }

  /** Every entry of a sort. */
  async *#all(letter: string): AsyncGenerator<KvEntry> {
    const { layout, kv } = this.#parts;
    const prefix = layout.all(letter);
    let start: KvKey | undefined;
    for (;;) {
      const range = start === undefined ? { prefix } : { prefix, start };
      const page = await kv.list(range, PAGE);
      const fresh = start === undefined ? page : page.slice(1);
      yield* fresh;
      const last = page.at(-1);
      if (page.length < PAGE || last === undefined) return;
      start = last.key;
    }
  }
}

/** Looks at a store that nothing else uses. */
export async function checkStore(
  parts: Parts,
  { repair }: { readonly repair: boolean },
): Promise<FsckReport> {
  return await new Look(parts, repair).report();
}
