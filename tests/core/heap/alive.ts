/** Keys that are alive at once, each with one message: what a kind takes for
 * them, and what a bare Map of lists does. */
import { Scheduler, type } from "../../../mod.ts";
import { heapAtRest, heapUsed } from "./weigh.ts";

interface Message {
  readonly weight: number;
}

interface Entry {
  readonly key: string;
  readonly list: Message[];
}

/** Bytes for each key. */
export interface AliveFigures {
  readonly bare: number;
  readonly ours: number;
  readonly ratio: number;
  /** The sum of all that our runs were handed. */
  readonly handled: number;
}

async function weighBare(
  keys: readonly string[],
  messages: readonly Message[],
): Promise<number> {
  const entries = new Map<string, Entry>();
  const before = await heapAtRest();
  let next = 0;
  for (const message of messages) {
    const key = keys[next++] ?? "";
    const entry: Entry = { key, list: [] };
    entry.list.push(message);
    entries.set(key, entry);
  }
  const bytes = heapUsed() - before;
  if (entries.size !== keys.length) throw new Error("Not all keys are there");
  return bytes / keys.length;
}

async function weighOurs(
  keys: readonly string[],
  messages: readonly Message[],
): Promise<{ bytes: number; handled: number }> {
  let handled = 0;
  const scheduler = new Scheduler();
  const kind = scheduler.define("alive", {
    message: type<Message>(),
    run({ messages }): void {
      for (const { weight } of messages) handled += weight;
    },
  });
  scheduler.pause();
  const before = await heapAtRest();
  let next = 0;
  for (const message of messages) kind.enqueue(keys[next++] ?? "", message);
  const bytes = heapUsed() - before;
  scheduler.resume();
  await scheduler.idle();
  await scheduler.close();
  return { bytes: bytes / keys.length, handled };
}

/** Weighs both with the same keys and the same messages, made before. */
export async function weighAlive(amount: number): Promise<AliveFigures> {
  const keys = Array.from({ length: amount }, (_, index) => `key-${index}`);
  const messages = keys.map((): Message => ({ weight: 1 }));
  const bare = await weighBare(keys, messages);
  const { bytes: ours, handled } = await weighOurs(keys, messages);
  return { bare, ours, ratio: ours / bare, handled };
}
