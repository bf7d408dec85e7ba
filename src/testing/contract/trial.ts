/**
 * One test's own store, and short words for what is done to it.
 *
 * @module
 */
import type { ItemName } from "../../core/calls.ts";
import type { Store } from "../../durable/store.ts";
import type {
  Claim,
  DeadLetter,
  DurableOutcome,
  Loaded,
  Receipt,
  Settled,
  StoreKeyPart,
  Verdict,
  Wake,
} from "../../durable/stored.ts";
import type { FakeClock } from "../fake_clock.ts";
import { expectEqual, expectSome } from "./expect.ts";
import { bytesOf, textOf, textsOf } from "./texts.ts";
import { completed, type Success, verdictOf } from "./verdicts.ts";

export { bytesOf, textOf, textsOf } from "./texts.ts";
export {
  buried,
  completed,
  FAILED,
  type Success,
  verdictOf,
} from "./verdicts.ts";

/** What the contract is given to try. */
export interface OpenedStore {
  /** An empty store. */
  readonly store: Store;
  /** Opens one more store on the same data, as another process would.
   *
   * @default The same object serves as both. */
  readonly again?: (() => Promise<Store>) | undefined;
  /** Reads an entry that a run has written as its own. A counter is a `bigint`,
   * or an object with one as its `value`. */
  read(
    key: readonly StoreKeyPart[],
  ): Promise<
    { readonly value: unknown; readonly versionstamp: string | null }
  >;
  /** Closes all of it. */
  close(): Promise<void>;
}

/** Tests by name. */
export type Tests = Readonly<Record<string, (trial: Trial) => Promise<void>>>;

/** The kind that tests use if they say nothing else. */
export const KIND = "sync";
/** More than any test enqueues. */
export const MANY = 10_000;

/** Options of an enqueue that has a message and asks for a later run. */
export function delayed(
  delayMs: number,
  options: Partial<Wake> = {},
): Partial<Wake> {
  return { delayMs, ...options };
}

/** A run in flight. */
export interface Started extends Loaded {
  readonly claim: Claim;
  /** What it was handed. */
  readonly texts: readonly string[];
}

/** What a test of the contract works with. */
export class Trial {
  readonly clock: FakeClock;
  readonly #opened: OpenedStore;
  #session: string | undefined;

  constructor(opened: OpenedStore, clock: FakeClock) {
    this.#opened = opened;
    this.clock = clock;
  }

  /** The store. */
  get store(): Store {
    return this.#opened.store;
  }

  /** Another store on the same data, to be closed by who asked. */
  async again(): Promise<{ store: Store; close(): Promise<void> }> {
    const store = await this.#opened.again?.();
    return {
      store: store ?? this.store,
      close: async () => await store?.close(),
    };
  }

  /** A session that lives as long as the test. */
  async session(): Promise<string> {
    return this.#session ??= await this.store.openSession();
  }

  /** An entry of the user's own. */
  async read(key: readonly StoreKeyPart[]): Promise<
    { readonly value: unknown; readonly versionstamp: string | null }
  > {
    const { value, versionstamp } = await this.#opened.read(key);
    // Deno KV has its counters in objects.
    const inner = (value as { readonly value?: unknown } | null)?.value;
    return { value: typeof inner === "bigint" ? inner : value, versionstamp };
  }

  /** An enqueue. */
  wake(key: string, text?: string, options: Partial<Wake> = {}): Wake {
    return {
      ...named(key),
      id: undefined,
      body: text === undefined ? undefined : bytesOf(text),
      reply: undefined,
      idWindowMs: 60_000,
      delayMs: 0,
      reschedule: "earliest",
      maxDelayMs: Infinity,
      whenRunning: "rerun",
      maxInbox: MANY,
      ...options,
    };
  }

  /** Enqueues; answers the receipt, or the error. */
  async ask(
    key: string,
    text?: string,
    options?: Partial<Wake>,
  ): Promise<Receipt | Error> {
    const answers = await this.store.enqueue([this.wake(key, text, options)]);
    expectEqual(answers.length, 1, "answers to one enqueue");
    return expectSome(answers[0], "an answer");
  }

  /** Enqueues what has to be accepted. */
  async receipt(
    key: string,
    text?: string,
    options?: Partial<Wake>,
  ): Promise<Receipt> {
    const answer = await this.ask(key, text, options);
    if (answer instanceof Error) throw answer;
    return answer;
  }

  /** Enqueues what has to be accepted; answers what that did. */
  async send(
    key: string,
    text?: string,
    options?: Partial<Wake>,
  ): Promise<DurableOutcome> {
    return (await this.receipt(key, text, options)).outcome;
  }

  /** Claims so many items at most, of this kind. */
  async claim(limit: number = MANY, kind: string = KIND): Promise<Claim[]> {
    const session = await this.session();
    return [...await this.store.claim(session, [{ kind, limit }], limit)];
  }

  /** Claims all that is ready. */
  async claimAll(kind: string = KIND): Promise<Claim[]> {
    const all: Claim[] = [];
    for (;;) {
      const claims = await this.claim(MANY, kind);
      all.push(...claims);
      if (claims.length === 0) return all;
    }
  }

  /** Starts the run that is first in the queue, which has to be of this key. */
  async start(key: string = "a", maxMessages: number = MANY): Promise<Started> {
    const claims = await this.claim(1);
    expectEqual(claims.map((claim) => claim.key), [key], "the first claim");
    return await this.load(expectSome(claims[0], "a claim"), maxMessages);
  }

  /** Loads a claim. */
  async load(claim: Claim, maxMessages: number = MANY): Promise<Started> {
    const loaded = await this.store.load(claim, maxMessages);
    return { ...loaded, claim, texts: textsOf(loaded.messages) ?? [] };
  }

  /** Ends a run. */
  async settle({ claim }: Started, verdict: Verdict): Promise<Settled> {
    return await this.store.settle(claim, verdict);
  }

  /** Ends a run that succeeded; answers what the item is next. */
  async complete(run: Started, success: Success = {}): Promise<string> {
    return (await this.settle(run, completed(success))).state;
  }

  /** Ends a run by this verdict; answers what the item is next. */
  async end(run: Started, how: Verdict["type"]): Promise<string> {
    return (await this.settle(run, verdictOf(how))).state;
  }

  /** Moves the clock, and makes ready what is due by then. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.promote();
  }

  /** Makes ready all that is due. */
  async promote(kind: string = KIND): Promise<number> {
    let all = 0;
    for (;;) {
      const { count } = await this.store.promote([kind]);
      all += count;
      if (count === 0) return all;
    }
  }

  /** Runs all that is ready, with success, until nothing is; answers what the
   * runs of this key were handed. */
  async drain(key: string = "a"): Promise<string[]> {
    const texts: string[] = [];
    for (;;) {
      const claims = await this.claim();
      if (claims.length === 0) return texts;
      for (const claim of claims) {
        const run = await this.load(claim);
        if (claim.key === key) texts.push(...run.texts);
        await this.complete(run);
      }
    }
  }

  /** Opens all gates and lets an hour pass, then runs what is ready. */
  async drainLater(key: string = "a"): Promise<string[]> {
    await this.store.suspend(named(key), false);
    await this.store.reset(named(key));
    await this.pass(3_600_000);
    return await this.drain(key);
  }

  /** What the item is doing. */
  async state(key: string = "a"): Promise<string> {
    return (await this.store.inspect(named(key)))?.state ?? "idle";
  }

  /** The dead letters of a key, or of all. */
  async letters(key?: string): Promise<DeadLetter[]> {
    const all: DeadLetter[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.store.dead({ kind: KIND, key, cursor });
      all.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== undefined);
    return all;
  }

  /** The messages of all dead letters of a key. A store may divide what one run
   * was handed among several. */
  async deadTexts(key: string = "a"): Promise<string[]> {
    const letters = await this.letters(key);
    return letters.flatMap(({ messages }) => textsOf(messages) ?? []);
  }

  /** The result of one reply, as its outcome and text. */
  async result(reply: string): Promise<string | undefined> {
    const [result] = await this.store.results([reply]);
    if (result === undefined) return undefined;
    const text = textOf(result.body);
    return text === undefined ? result.outcome : `${result.outcome}: ${text}`;
  }

  /** Fences a session and makes all that it had claimed due again. */
  async bringBack(session: string, store: Store = this.store): Promise<void> {
    const sessions = await store.sessions();
    const found = sessions.find((view) => view.session === session);
    const beat = expectSome(found?.beat, "the beat of a session that lives");
    expectEqual(await store.fence(session, beat), true, "fence()");
    await reclaimAll(store, session);
    await this.promote();
  }
}

/** Reclaims until nothing may be left. */
export async function reclaimAll(store: Store, session: string): Promise<void> {
  for (let left = Infinity; left !== 0;) left = await store.reclaim(session);
}

/** An item of the kind that tests use. */
export function named(key: string): ItemName<string> {
  return { kind: KIND, key };
}
