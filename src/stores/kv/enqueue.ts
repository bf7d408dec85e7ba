/**
 * Enqueues of one key that are committed together: what they do to the item,
 * one after the other, and what of that is written.
 *
 * @module
 */
import { DeletedError, QueueFullError } from "../../core/errors.ts";
import type {
  DurableOutcome,
  Receipt,
  StoredMessage,
  Wake,
} from "../../durable/stored.ts";
import type { Commit } from "./chain.ts";
import type { Step } from "./committer.ts";
import type { Draft } from "./draft.ts";
import {
  countOf,
  type Found,
  found,
  idOf,
  type ItemValue,
  type Name,
  NONE,
  type NoteValue,
} from "./layout.ts";
import {
  labelOf,
  type Parts,
  type ReadItem,
  readItem,
  versionOf,
} from "./parts.ts";
import { isSame, isSameNote, wakeItem } from "./wake.ts";

/** The messages of one commit and key are one value. */
const LIST_BYTES_MAX = 60_000;
const LIST_LENGTH_MAX = 200;
/** Each is a check, of which a commit has a hundred. */
const IDS_MAX = 40;
const MESSAGE_EXTRA_BYTES = 120;
/** So many messages are added before others are counted again. */
const ADDED_MAX = 64;

/** One enqueue and its answer. */
interface Ask {
  readonly wake: Wake;
  readonly answer: (answer: Receipt | Error) => void;
  outcome: DurableOutcome | Error | undefined;
}

/** A dead letter whose messages are enqueued again. */
export interface Letter {
  /** Takes it away, if it is still there; `false` if it is not. */
  take(draft: Draft): Promise<boolean>;
}

/** Enqueues of one item. */
export class EnqueueStep implements Step {
  readonly action: string;
  readonly touches: readonly string[];
  readonly #parts: Parts;
  readonly #name: Name;
  readonly #letter: Letter | undefined;
  readonly #asks: Ask[] = [];
  #bytes = 0;
  #ids = 0;
  /** Has it been written down? Then it takes no more. */
  isClosed = false;
  // What the enqueues make of the item, in one drafting.
  #read: ReadItem = NOTHING;
  #item: ItemValue | undefined;
  #note: NoteValue | undefined;
  #messages: StoredMessage[] = [];
  #total = 0;
  #hasIds = false;
  /** Ids that were seen before, and until when they count. */
  #seen: Map<string, Found<number>> = new Map();

  constructor(parts: Parts, name: Name, letter?: Letter) {
    this.#parts = parts;
    this.#name = name;
    this.#letter = letter;
    this.action = `Cannot enqueue ${labelOf(name)}`;
    this.touches = [idOf(name)];
  }

  /** Takes one more; `false` if it has no room. */
  add(wake: Wake, answer: (answer: Receipt | Error) => void): boolean {
    const bytes = MESSAGE_EXTRA_BYTES + (wake.body?.length ?? 0) +
      (wake.id?.length ?? 0) * 3;
    if (this.isClosed || this.#asks.length >= LIST_LENGTH_MAX) return false;
    if (this.#bytes !== 0 && this.#bytes + bytes > LIST_BYTES_MAX) return false;
    const idsMax = Math.min(IDS_MAX, this.#parts.checksMax - 3);
    if (wake.id !== undefined && ++this.#ids > idsMax) return false;
    this.#bytes += bytes;
    this.#asks.push({ wake, answer, outcome: undefined });
    return true;
  }

  /** Writes down what the enqueues do. */
  draft(draft: Draft, isFresh: boolean): boolean | Promise<boolean> {
    this.isClosed = true;
    const read = isFresh ? undefined : this.#guess();
    // What is not checked by a commit has to be read.
    const isWritten = read !== undefined && this.#write(draft, read);
    return isWritten || this.#draftRead(draft);
  }

  /** Tells all who asked. */
  answer(commit: Commit | undefined): void {
    const version = commit?.versionstamp ?? versionOf(this.#read);
    for (const { answer, outcome } of this.#asks) {
      if (outcome instanceof Error) answer(outcome);
      else if (outcome !== undefined) answer({ outcome, version });
    }
  }

  /** Tells all who asked that it could not be done. */
  fail(error: Error): void {
    for (const { answer } of this.#asks) answer(error);
  }

  /** What is known of the item without reading; an unknown one is taken to be
   * idle, as most are. */
  #guess(): Known | undefined {
    if (this.#letter !== undefined) return undefined;
    const cached = this.#parts.cache.get(this.touches[0] ?? "");
    if (cached === undefined) return { ...NOTHING, total: 0 };
    const { item, versionstamp, added } = cached;
    const total = cached.total + added;
    const isPlain = item.state === "queued" || item.state === "backoff";
    const isCounted = added + this.#asks.length < ADDED_MAX &&
      this.#asks.every(({ wake }) => total + ADDED_MAX < wake.maxInbox);
    if (!isPlain || !isCounted) return undefined;
    return { ...NOTHING, item: { value: item, versionstamp }, total };
  }

  async #draftRead(draft: Draft): Promise<boolean> {
    const { kv, layout } = this.#parts;
    const ids = this.#asks.flatMap(({ wake: { id } }) => id ?? []);
    const [read, seen] = await Promise.all([
      readItem(this.#parts, this.#name),
      kv.getMany(ids.map((id) => layout.seen(this.#name, id))),
    ]);
    const now = this.#parts.clock.today();
    this.#seen = new Map(ids.map((id, at) => [id, found<number>(seen[at])]));
    const known = ids.filter((id) => (this.#seen.get(id)?.value ?? 0) > now);
    if (await this.#letter?.take(draft) === false) return false;
    const total = (read.item.value?.n ?? 0) + countOf(read.tail);
    this.#parts.cache.read(this.touches[0] ?? "", read.item, total);
    const isWritten = this.#write(draft, { ...read, total }, new Set(known));
    const refused = this.#asks.find(({ outcome }) => outcome instanceof Error);
    if (this.#letter !== undefined && refused !== undefined) {
      throw refused.outcome; // Its letter stays.
    }
    return isWritten;
  }

  #write(draft: Draft, read: Known, seen: Set<string> = new Set()): boolean {
    this.#read = read;
    this.#item = read.item.value ?? undefined;
    this.#note = read.note.value ?? undefined;
    this.#messages = [];
    this.#hasIds = false;
    this.#total = read.total;
    for (const ask of this.#asks) {
      ask.outcome = this.#apply(draft, ask.wake, seen);
    }
    return this.#finish(draft);
  }

  #apply(draft: Draft, wake: Wake, seen: Set<string>): DurableOutcome | Error {
    const { layout, clock } = this.#parts;
    const { id, idWindowMs } = wake;
    const now = clock.today();
    if (id !== undefined && seen.has(id)) return "duplicate";
    if (this.#item?.state === "deleting" || this.#note?.isDeleted) {
      return new DeletedError(this.action);
    }
    const noteVersion = this.#read.note.versionstamp ?? undefined;
    const isIdle = this.#item === undefined || this.#item.state === "idle";
    if (wake.whenRunning === "skip" && !isIdle) return "skipped";
    if (hasMessage(wake)) {
      if (this.#total >= wake.maxInbox) {
        return new QueueFullError(this.action, wake.maxInbox, "maxInbox");
      }
      this.#total++;
      this.#messages.push(messageOf(wake));
    }
    if (id !== undefined) {
      seen.add(id);
      const key = layout.seen(this.#name, id);
      draft.check(key, this.#seen.get(id)?.versionstamp ?? null);
      const expireIn = Math.ceil(idWindowMs); // Deno KV takes whole ones only.
      draft.set(key, now + idWindowMs, { expireIn });
      this.#hasIds = true;
    }
    const answer = wakeItem(this.#item, this.#note, { wake, now, noteVersion });
    this.#item = answer.item;
    this.#note = answer.note;
    return answer.outcome;
  }

  /** Writes what has changed; `false` if nothing has. */
  #finish(draft: Draft): boolean {
    const { layout } = this.#parts;
    const name = this.#name;
    const { item: { value: before, versionstamp } } = this.#read;
    const item = this.#item;
    const count = this.#messages.length;
    const isChanged = item !== undefined && !isSame(item, before);
    const isTold = item?.state === "running" && this.#isTold();
    const isMore = isChanged || isTold || count !== 0 || this.#hasIds;
    if (!isMore && this.#letter === undefined) return false;
    draft.check(layout.item(name), versionstamp);
    if (count !== 0) {
      const value = { first: 0, list: this.#messages };
      draft.setAt(layout.messages(name), value, this.#bytes + 50);
    }
    if (isChanged) this.#writeItem(draft, { ...item, n: item.n + count });
    else if (isTold) this.#writeNote(draft, count);
    else if (count !== 0) this.#writeTail(draft, count);
    return true;
  }

  /** A running item is told that it is due again before it is given more. */
  #writeTail(draft: Draft, count: number): void {
    const { layout } = this.#parts;
    const { note } = this.#read;
    if (this.#item?.state === "running") {
      draft.check(layout.note(this.#name), note.versionstamp);
    }
    draft.sum(layout.tail(this.#name), BigInt(count));
  }

  /** Does its note change? */
  #isTold(): boolean {
    const { value } = this.#read.note;
    const note = this.#note;
    return note !== undefined && (value === null || !isSameNote(note, value));
  }

  #writeItem(draft: Draft, item: ItemValue): void {
    const { layout } = this.#parts;
    const { kind, key } = this.#name;
    const before = this.#read.item.value;
    const wasIdle = before === null || before.state === "idle";
    draft.setItem(layout.item(this.#name), this.#name, item, wasIdle);
    if (before?.due !== item.due) {
      if (before?.due !== undefined) {
        draft.delete(layout.delayed(kind, before.due, key));
      }
      if (item.due !== undefined) {
        draft.set(layout.delayed(kind, item.due, key), 0);
        draft.rings = true;
      }
    }
    if (item.state === "queued" && !item.suspended) {
      draft.mention(this.#name, item);
    }
  }

  #writeNote(draft: Draft, count: number): void {
    const { layout } = this.#parts;
    const key = layout.note(this.#name);
    draft.check(key, this.#read.note.versionstamp);
    draft.set(key, this.#note);
    draft.sum(layout.tail(this.#name), BigInt(count)); // Even if it is 0.
    draft.rings = true;
  }

  /** A commit that only added messages leaves the cached item as it was. */
  added(): void {
    const cached = this.#parts.cache.get(this.touches[0] ?? "");
    if (cached !== undefined) cached.added += this.#messages.length;
  }
}

/** An item as it is known, or guessed. */
interface Known extends ReadItem {
  /** How many messages are stored. */
  readonly total: number;
}

const NOTHING: ReadItem = { item: NONE, note: NONE, tail: NONE };
/** Without what it does not have: that takes room, too. */
function messageOf({ id, body, reply }: Wake): StoredMessage {
  const message: {
    -readonly [Name in keyof StoredMessage]?: StoredMessage[Name];
  } = {};
  if (id !== undefined) message.id = id;
  if (body !== undefined) message.body = body;
  if (reply !== undefined) message.reply = reply;
  return message as StoredMessage; // What is absent is undefined.
}

function hasMessage({ body, reply }: Wake): boolean {
  return body !== undefined || reply !== undefined;
}
