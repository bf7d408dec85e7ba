/**
 * Dead letters: to look at, to enqueue again, to forget.
 *
 * @module
 */
import type {
  DeadLetter,
  DeadQuery,
  Page,
  Wake,
} from "../../durable/stored.ts";
import { EnqueueStep } from "./enqueue.ts";
import type { KvKey } from "./kv_like.ts";
import { type Found, found, type LetterValue, type Name } from "./layout.ts";
import { change, labelOf, type Parts } from "./parts.ts";

const LIMIT_DEFAULT = 100;

/** A page of dead letters. */
export async function listLetters(
  { kv, layout }: Parts,
  query: DeadQuery,
): Promise<Page<DeadLetter>> {
  const { kind, key, prefix = "", cursor, limit = LIMIT_DEFAULT } = query;
  const all = layout.letters(kind, ...(key === undefined ? [] : [key]));
  const start = cursor === undefined
    ? key === undefined && prefix !== "" ? [...all, prefix] : undefined
    : after(layout.letters(kind), cursor);
  const range = start === undefined ? { prefix: all } : { prefix: all, start };
  const entries = (await kv.list(range, limit + 1)).filter((entry) =>
    String(entry.key.at(-3)).startsWith(prefix)
  );
  const items = entries.slice(0, limit).map((entry): DeadLetter => {
    const [name, position, first] = entry.key.slice(-3);
    const letter = found<LetterValue>(entry).value ?? NOTHING;
    const id = `${String(position)}.${Number(first)}`;
    const error = new TextDecoder().decode(letter.error);
    return { kind, key: String(name), id, ...letter, error };
  });
  const last = items.at(-1);
  const isLast = entries.length <= limit || last === undefined;
  return {
    items,
    cursor: isLast ? undefined : JSON.stringify([last.key, last.id]),
  };
}

const NOTHING: LetterValue = {
  messages: [],
  error: new Uint8Array(),
  failures: 0,
  crashes: 0,
  at: 0,
};

function after(kind: KvKey, cursor: string): KvKey {
  const [key, id] = placeIn(cursor);
  const [position, first] = partsOf(id);
  return [...kind, key, position, first + 1];
}

/** What a cursor of ours says. */
function placeIn(cursor: string): [string, string] {
  try {
    const [key, id] = JSON.parse(cursor);
    if (typeof key === "string" && typeof id === "string") return [key, id];
  } catch {
    // It is none of ours.
  }
  throw new RangeError(
    "Cannot list dead letters as the cursor is none that a page had",
  );
}

/** Where a letter stands, by its id; it stands nowhere if the id is none. */
function partsOf(id: string): [string, number] {
  const dot = id.lastIndexOf(".");
  const first = Number(id.slice(dot + 1));
  return `${id.slice(0, dot)}.${first}` === id && Number.isSafeInteger(first)
    ? [id.slice(0, dot), first]
    : [id, -1];
}

/** Enqueues the messages of a dead letter again. */
export async function redriveLetter(
  parts: Parts,
  name: Name,
  id: string,
): Promise<number> {
  const { kv, layout } = parts;
  const place = layout.letters(name.kind, name.key, ...partsOf(id));
  const letter: Found<LetterValue> = found(await kv.get(place));
  if (letter.value === null) return 0;
  const step = new EnqueueStep(parts, name, {
    take: async (draft) => {
      const { versionstamp } = await kv.get(place);
      if (versionstamp === null) return false;
      draft.check(place, versionstamp);
      draft.delete(place);
      return true;
    },
  });
  const { messages } = letter.value;
  const bodies = messages.length === 0
    ? [undefined]
    : messages.map((message) => message.body);
  const { kind, key } = name; // It may be a letter, which has more.
  for (const body of bodies) step.add({ ...WAKE, kind, key, body }, () => {});
  const commit = await parts.committer.submit(step);
  return commit === undefined ? 0 : messages.length;
}

const WAKE: Omit<Wake, "kind" | "key" | "body"> = {
  id: undefined,
  reply: undefined,
  idWindowMs: 0,
  delayMs: 0,
  reschedule: "earliest",
  maxDelayMs: Infinity,
  whenRunning: "rerun",
  maxInbox: Infinity,
};

/** Forgets a dead letter. */
export async function discardLetter(
  parts: Parts,
  name: Name,
  id: string,
): Promise<boolean> {
  const { kv, layout } = parts;
  const place = layout.letters(name.kind, name.key, ...partsOf(id));
  const commit = await change(parts, `Cannot discard ${labelOf(name)}`, {
    names: [name],
    draft: async (draft) => {
      const { versionstamp } = await kv.get(place);
      if (versionstamp === null) return false;
      draft.check(place, versionstamp);
      draft.delete(place);
      return true;
    },
  });
  return commit !== undefined;
}
