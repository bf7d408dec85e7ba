/**
 * What the durable cases have in common: this library and Deno KV's own queue,
 * as something that takes messages and tells when each has been handled.
 *
 * @module
 */
import { type } from "../../mod.ts";
import { DurableScheduler } from "../../src/durable/mod.ts";
import { denoKvStore } from "../../src/stores/deno_kv.ts";
import { openAt, type Place } from "./databases.ts";
import { count } from "./tally.ts";

/** What messages are given to. */
export interface Handled {
  /** Stores a message; resolves when it is stored. */
  enqueue(): Promise<unknown>;
  /** The same of many at once. */
  enqueueMany(amount: number): Promise<unknown>;
  /** Stores one; resolves when its handler has been called. */
  pass(): Promise<void>;
  /** Resolves when so many have been handled in all since the last time. */
  handled(amount: number): Promise<void>;
}

/** The size of a small order. */
const TEXT = "x".repeat(100);

/** A message. */
interface Message {
  readonly index: number;
  readonly text: string;
}

/** Counts what is handled, and tells who waits for it. */
class Handler {
  readonly #waiting: Map<number, () => void> = new Map();
  #count = 0;
  #wanted = Infinity;
  #reached: () => void = () => {};

  handle(index: number): void {
    count();
    this.#waiting.get(index)?.();
    this.#waiting.delete(index);
    if (++this.#count >= this.#wanted) this.#reached();
  }

  /** Resolves when this one is handled. */
  one(index: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(index, resolve));
  }

  async all(amount: number): Promise<void> {
    this.#wanted = amount;
    if (this.#count < amount) {
      await new Promise<void>((resolve) => this.#reached = resolve);
    }
    this.#count = 0;
    this.#wanted = Infinity;
  }
}

/** This library; without executors messages are only stored. */
export async function openOurs(
  place: Place,
  executors?: number,
): Promise<Handled> {
  const store = denoKvStore(await openAt(place));
  const handler = new Handler();
  const scheduler = new DurableScheduler({
    store,
    concurrency: executors ?? 1,
    handlers: executors === undefined ? "elsewhere" : "here",
  });
  const kind = scheduler.define("order", {
    message: type<Message>(),
    run({ messages }): void {
      for (const { index } of messages) handler.handle(index);
    },
  });
  let last = 0;
  const next = (): { key: string; message: Message } => {
    const index = ++last;
    return { key: `order-${index}`, message: { index, text: TEXT } };
  };
  return {
    enqueue(): Promise<unknown> {
      const { key, message } = next();
      return kind.enqueue(key, message);
    },
    async pass(): Promise<void> {
      const { key, message } = next();
      const handled = handler.one(message.index);
      await kind.enqueue(key, message);
      await handled;
    },
    enqueueMany: (amount) =>
      kind.enqueueMany(Array.from({ length: amount }, next)),
    handled: (amount) => handler.all(amount),
  };
}

/** Deno KV's own queue; without a handler messages are only stored. */
export async function openQueue(
  place: Place,
  handles: boolean,
): Promise<Handled> {
  const kv = await openAt(place);
  const handler = new Handler();
  const handle = ({ index }: Message): void => handler.handle(index);
  if (handles) kv.listenQueue((message) => handle(message as Message)); // Ours.
  let last = 0;
  const next = (): Message => ({ index: ++last, text: TEXT });
  return {
    enqueue: () => kv.enqueue(next()),
    async enqueueMany(amount): Promise<unknown> {
      const atomic = kv.atomic();
      for (let n = 0; n < amount; n++) atomic.enqueue(next());
      return await atomic.commit();
    },
    async pass(): Promise<void> {
      const message = next();
      const handled = handler.one(message.index);
      await kv.enqueue(message);
      await handled;
    },
    handled: (amount) => handler.all(amount),
  };
}
