/**
 * Sessions: who claims, and how others notice that it is gone.
 *
 * @module
 */
import type { SessionView } from "../../durable/stored.ts";
import type { KvEntry, KvKey } from "./kv_like.ts";
import {
  type Found,
  found,
  FRESH,
  type Name,
  type NoteValue,
} from "./layout.ts";
import {
  BLANK,
  change,
  labelOf,
  type Parts,
  reading,
  readItem,
  sessionTouch,
} from "./parts.ts";
import { troubleOf } from "./trouble.ts";

const PAGE = 1_000;
const LISTS_MAX = 16;
/** A file that several processes share is locked now and then, for moments. */
const RENEWAL_MS = 2_000;
const RETRY_MS = 20;

/** The sessions of a store. */
export class Sessions {
  readonly #parts: Parts;
  /** What the entries of our own sessions bear. */
  readonly #versions: Map<string, string> = new Map();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Begins a session. */
  async open(): Promise<string> {
    const { layout, random, clock } = this.#parts;
    const name = [0, 1, 2].map(() =>
      Math.floor(random() * 2 ** 40).toString(36)
    ).join("");
    const commit = await this.#parts.committer.submit({
      action: "Cannot open a session",
      touches: [],
      draft: (draft) => {
        draft.check(layout.session("h", name), null);
        draft.set(layout.session("h", name), { at: clock.today() });
        draft.set(layout.session("b", name), clock.today());
        return true;
      },
    });
    this.#versions.set(name, commit?.versionstamp ?? "");
    return name;
  }

  /** The session as a claim checks it; `undefined` once it is fenced. */
  async find(
    name: string,
  ): Promise<{ name: string; versionstamp: string } | undefined> {
    const { kv, layout } = this.#parts;
    const ours = this.#versions.get(name);
    if (ours !== undefined) return { name, versionstamp: ours };
    const { versionstamp } = await kv.get(layout.session("h", name));
    return versionstamp === null ? undefined : { name, versionstamp };
  }

  /** Shows that it lives. It does not wait for what else is to be committed. */
  async renew(name: string): Promise<boolean> {
    const { kv, layout, clock, random } = this.#parts;
    const action = "Cannot renew a session";
    const session = await reading(action, () => this.find(name));
    if (session === undefined) return false;
    const endMs = clock.now() + RENEWAL_MS;
    for (;;) {
      try {
        const result = await kv.atomic()
          .check({
            key: layout.session("h", name),
            versionstamp: session.versionstamp,
          })
          .set(layout.session("b", name), clock.today())
          .commit();
        return result.ok;
      } catch (error) {
        const trouble = troubleOf(action, error, "unknown");
        const isLate = clock.now() >= endMs;
        if (trouble.trouble !== "locked" || isLate) throw trouble;
        await new Promise<void>((resolve) => {
          clock.startTimer(resolve, RETRY_MS * (0.5 + random()));
        });
      }
    }
  }

  /** Ends it; what it still claims is left to others. */
  async close(name: string): Promise<void> {
    const { kv, layout, committer } = this.#parts;
    await committer.submit({
      action: "Cannot close a session",
      touches: [sessionTouch(name)],
      draft: async (draft) => {
        const holder = await kv.get(layout.session("h", name));
        if (holder.versionstamp === null) return false; // Fenced, or closed.
        const lists = await this.#lists(name);
        const owned = await Promise.all(
          lists.map((list) => this.#owned(name, list)),
        );
        const isDone = lists.length < LISTS_MAX && owned.flat().length === 0;
        draft.check(layout.session("h", name), holder.versionstamp);
        draft.delete(layout.session("h", name));
        draft.delete(layout.session("b", name));
        if (!isDone) draft.set(layout.session("z", name), 0);
        else for (const { key } of lists) draft.delete(key);
        return true;
      },
    });
    this.#versions.delete(name);
  }

  /** All sessions. */
  async all(): Promise<readonly SessionView[]> {
    const { kv, layout } = this.#parts;
    const [beats, ends] = await reading(
      "Cannot look for sessions",
      () =>
        Promise.all([
          kv.list({ prefix: layout.session("b") }, PAGE),
          kv.list({ prefix: layout.session("z") }, PAGE),
        ]),
    );
    const none = { beat: undefined, beatAt: undefined };
    return [
      ...beats.map(({ key, value, versionstamp }) => ({
        session: String(key.at(-1)),
        beat: versionstamp ?? undefined,
        beatAt: Number(value),
      })),
      ...ends.map(({ key }) => ({ session: String(key.at(-1)), ...none })),
    ];
  }

  /** Fences a session that has not beaten since. */
  async fence(name: string, beat: string): Promise<boolean> {
    const { kv, layout, committer } = this.#parts;
    const commit = await committer.submit({
      action: "Cannot fence a session",
      touches: [sessionTouch(name)],
      draft: async (draft) => {
        const [holder, pulse] = await kv.getMany([
          layout.session("h", name),
          layout.session("b", name),
        ]);
        const version = holder?.versionstamp ?? null;
        if (version === null || pulse?.versionstamp !== beat) return false;
        draft.check(layout.session("h", name), version);
        draft.check(layout.session("b", name), beat);
        draft.delete(layout.session("h", name));
        draft.delete(layout.session("b", name));
        draft.set(layout.session("z", name), 0);
        return true;
      },
    });
    return commit !== undefined;
  }

  /** Makes some of the claims of a fenced session due again. */
  async reclaim(name: string): Promise<number> {
    const { kv, layout, committer } = this.#parts;
    const end = await reading(
      "Cannot reclaim",
      () => kv.get(layout.session("z", name)),
    );
    if (end.versionstamp === null) return 0; // It lives, or is over.
    const lists = await this.#lists(name);
    for (const list of lists) {
      await Promise.all(
        namesIn(list).map((item) => this.#takeBack(name, item)),
      );
    }
    await committer.submit({
      action: "Cannot reclaim",
      touches: [sessionTouch(name)],
      draft: (draft) => {
        for (const { key } of lists) draft.delete(key);
        if (lists.length === 0) draft.delete(layout.session("z", name));
        return true;
      },
    });
    return lists.length;
  }

  /** Makes one claim due again, if it is still one. */
  async #takeBack(session: string, name: Name): Promise<void> {
    const { layout } = this.#parts;
    await change(this.#parts, `Cannot reclaim ${labelOf(name)}`, {
      names: [name],
      draft: async (draft) => {
        const { item, note } = await readItem(this.#parts, name);
        const { value } = item;
        if (value?.state !== "running" || value.session !== session) {
          return false;
        }
        const told: NoteValue = note.value ?? BLANK;
        const { n, failures, restarts, from } = value;
        const next = {
          ...FRESH,
          n,
          failures,
          restarts,
          from,
          crashes: value.crashes + 1,
          suspended: told.suspended ?? false,
        };
        draft.check(layout.item(name), item.versionstamp);
        draft.check(layout.note(name), note.versionstamp);
        if (note.value !== null) draft.delete(layout.note(name));
        if (told.isDeleted) {
          const deleting = { ...next, state: "deleting", due: 0 } as const;
          draft.setItem(layout.item(name), name, deleting);
          draft.set(layout.delayed(name.kind, 0, name.key), 0);
          draft.rings = true;
        } else {
          draft.setItem(layout.item(name), name, next);
          if (!next.suspended) draft.mention(name, next);
        }
        return true;
      },
    });
  }

  async #lists(name: string): Promise<readonly KvEntry[]> {
    const { kv, layout } = this.#parts;
    const prefix: KvKey = layout.claims(name);
    return await reading(
      "Cannot look for claims",
      () => kv.list({ prefix }, LISTS_MAX),
    );
  }

  /** The items of a list that the session still runs. */
  async #owned(session: string, list: KvEntry): Promise<readonly Name[]> {
    const names = namesIn(list);
    const items = await Promise.all(
      names.map((name) => readItem(this.#parts, name)),
    );
    return names.filter((_, at) => {
      const value = items[at]?.item.value;
      return value?.state === "running" && value.session === session;
    });
  }
}

function namesIn(list: KvEntry): readonly Name[] {
  const { value }: Found<readonly Name[]> = found(list);
  return value ?? [];
}
