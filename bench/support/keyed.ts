/**
 * What is flooded by key, and the code that a user writes by hand to have one
 * run for all messages of a key: a Map of lists in front of a queue.
 *
 * @module
 */
import { tally } from "./tally.ts";

/** What is enqueued: made before, the same for all. */
export interface Message {
  readonly weight: number;
}

/** One enqueue. */
export interface Enqueue {
  readonly key: string;
  readonly message: Message;
}

/** What handles all messages of a key. */
export type Handle = (messages: readonly Message[]) => unknown;

/** Handles messages, and is done when it returns. */
export function handle(messages: readonly Message[]): void {
  for (const { weight } of messages) tally.count += weight;
}

/** Handles messages after awaiting once. */
export async function handleLater(
  messages: readonly Message[],
): Promise<void> {
  await undefined;
  for (const { weight } of messages) tally.count += weight;
}

/** A burst: `each` messages for each of `keys` keys, in the same order for
 * all, which is none. */
export function makeBurst(keys: number, each: number): Enqueue[] {
  const burst = Array.from({ length: keys * each }, (_, index) => ({
    key: `tenant-${index % keys}`,
    message: { weight: 1 },
  }));
  const names = burst.slice(0, keys).map(({ key }) => key);
  let seed = 1;
  for (let last = burst.length - 1; last > 0; last--) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor(seed / 2 ** 32 * (last + 1));
    const [one, two] = [burst[last], burst[other]];
    if (one === undefined || two === undefined) continue;
    burst[last] = two;
    burst[other] = one;
  }
  return burst.map(({ key, message }) => ({
    key: names[Number(key.slice(7))] ?? key, // One string for each key.
    message,
  }));
}

/** Messages by key, until somebody takes them. */
export class Lists {
  readonly #lists: Map<string, Message[]> = new Map();

  /** Adds a message. Is its key new, so that a run must be asked for? */
  add(key: string, message: Message): boolean {
    const list = this.#lists.get(key);
    if (list !== undefined) {
      list.push(message);
      return false;
    }
    this.#lists.set(key, [message]);
    return true;
  }

  /** Takes all messages of a key. */
  take(key: string): Message[] {
    const list = this.#lists.get(key);
    this.#lists.delete(key);
    return list ?? [];
  }

  /** All keys that have messages. */
  keys(): string[] {
    return [...this.#lists.keys()];
  }
}
