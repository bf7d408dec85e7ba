/**
 * Everything at once, at random: in the end each message is in one place.
 *
 * @module
 */
import type { Store } from "../../durable/store.ts";
import type { Claim, Verdict } from "../../durable/stored.ts";
import { expectEqual } from "./expect.ts";
import {
  bytesOf,
  KIND,
  named,
  type Tests,
  textOf,
  textsOf,
  type Trial,
  verdictOf,
} from "./trial.ts";

const SEEDS = [1, 2, 3, 4];
const ACTORS = 6;
const TURNS = 30;
const KEYS = ["a", "b", "c"];
const END = "complete";
const VERDICTS: readonly Verdict["type"][] = [
  END,
  END,
  "retry",
  "bury",
  "hold",
  "release",
];

/** Numbers from 0, below 1, the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Joins messages by "+"; no text has that in it. */
function join(bodies: readonly Uint8Array[]): Uint8Array {
  return bytesOf(bodies.map(textOf).join("+"));
}

/** Some actors that do anything to a few items. */
class Soak {
  readonly #trial: Trial;
  readonly #stores: readonly Store[];
  readonly #random: () => number;
  /** What was accepted, and what was acknowledged or handed back. */
  readonly #accepted: string[] = [];
  readonly #done: string[] = [];
  #sent = 0;

  constructor(trial: Trial, stores: readonly Store[], seed: number) {
    this.#trial = trial;
    this.#stores = stores;
    this.#random = randomOf(seed);
  }

  /** Lets all actors act, then brings everything to an end. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: ACTORS }, () => this.#act()));
    await this.#finish();
    const found = this.#done.flatMap((text) => text.split("+"));
    expectEqual(found.sort(), this.#accepted.sort(), "all messages, each once");
  }

  async #act(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) {
      const store = this.#pick(this.#stores);
      const chance = this.#random();
      if (chance < 0.4) await this.#send(store);
      else if (chance < 0.65) await this.#work(store);
      else if (chance < 0.7) await this.#crash(store);
      else await this.#meddle(store, named(this.#pick(KEYS)).key);
    }
  }

  /** Enqueues one message or several. */
  async #send(store: Store): Promise<void> {
    const texts = this.#pick([1, 1, 3]);
    const wakes = Array.from({ length: texts }, () => {
      const text = `${this.#sent++}`;
      const delayMs = this.#pick([0, 0, 50]);
      const reply = this.#pick([undefined, text]);
      const id = this.#pick([undefined, text]);
      const options = { delayMs, reply, id };
      return { text, wake: this.#trial.wake(this.#pick(KEYS), text, options) };
    });
    const answers = await store.enqueue(wakes.map(({ wake }) => wake));
    for (const [at, answer] of answers.entries()) {
      if (!(answer instanceof Error)) {
        this.#accepted.push(wakes[at]?.text ?? "");
      } else if (answer.name !== "DeletedError") throw answer;
    }
  }

  /** Claims some items and ends their runs, each somehow. */
  async #work(store: Store): Promise<void> {
    const session = await store.openSession();
    await this.#runSome(store, await this.#claim(store, session));
    await store.closeSession(session);
  }

  async #claim(store: Store, session: string): Promise<readonly Claim[]> {
    const limit = this.#pick([1, 2, 3]);
    return await store.claim(session, [{ kind: KIND, limit }], limit);
  }

  async #runSome(store: Store, claims: readonly Claim[]): Promise<string[]> {
    const states: string[] = [];
    for (const claim of claims) {
      const { messages } = await store.load(claim, this.#pick([1, 2, 100]));
      const how = this.#pick(VERDICTS);
      const { state } = await store.settle(claim, verdictOf(how));
      states.push(state);
      if (how !== END || state === "lost") continue;
      this.#done.push(...textsOf(messages) ?? []);
    }
    return states;
  }

  /** Claims some items and is fenced; what it does afterwards is too late. */
  async #crash(store: Store): Promise<void> {
    const session = await store.openSession();
    const claims = await this.#claim(store, session);
    await this.#trial.bringBack(session, this.#pick(this.#stores));
    const states = await this.#runSome(store, claims);
    expectEqual(states, claims.map(() => "lost"), "late settlements");
  }

  /** Does something else to an item. */
  async #meddle(store: Store, key: string): Promise<void> {
    const name = named(key);
    switch (this.#pick([0, 1, 2, 3, 4, 5, 6, 7])) {
      case 0: {
        const running = this.#pick([true, false]);
        const { messages } = await store.cancel(name, { running });
        this.#done.push(...textsOf(messages) ?? []);
        break;
      }
      case 1: {
        const { messages } = await store.delete(name);
        this.#done.push(...textsOf(messages) ?? []);
        break;
      }
      case 2:
        await store.reset(name);
        break;
      case 3:
        await this.#suspend(store, key);
        break;
      case 4:
        await store.fold(name, join);
        break;
      case 5:
        await this.#redrive(store, key);
        break;
      default:
        this.#trial.clock.advance(20);
        await store.promote([KIND]);
    }
  }

  /** An item that is being deleted may refuse it. */
  async #suspend(store: Store, key: string): Promise<void> {
    const isSuspended = this.#pick([true, false, false]);
    await heedDeletion(store.suspend(named(key), isSuspended));
  }

  async #redrive(store: Store, key: string): Promise<void> {
    const { items } = await store.dead({ kind: KIND, key, limit: 1 });
    const [letter] = items;
    if (letter === undefined) return;
    await heedDeletion(store.redrive(named(key), letter.id));
  }

  /** Opens all gates and runs all items until nothing is left. */
  async #finish(): Promise<void> {
    const { store } = this.#trial;
    for (const key of KEYS) {
      await store.suspend(named(key), false);
      await store.reset(named(key));
    }
    await this.#trial.pass(3_600_000);
    for (const claim of await this.#trial.claimAll()) {
      const run = await this.#trial.load(claim);
      this.#done.push(...run.texts);
      await this.#trial.complete(run);
    }
    for (const key of KEYS) {
      const state = await this.#trial.state(key);
      expectEqual(state, "idle", `the last state of ${key}`);
      this.#done.push(...await this.#trial.deadTexts(key));
    }
  }

  #pick<Value>(values: readonly Value[]): Value {
    const at = Math.floor(this.#random() * values.length);
    return values[at] as Value; // There is one: the list is not empty.
  }
}

/** Waits for what an item that is being deleted may refuse. */
async function heedDeletion(act: Promise<unknown>): Promise<void> {
  try {
    await act;
  } catch (error) {
    const isRefused = error instanceof Error && error.name === "DeletedError";
    if (!isRefused) throw error;
  }
}

/** Tests with everything at once. */
export const soakTests: Tests = Object.fromEntries(
  SEEDS.map((seed) => [
    `each message is in one place, whatever happens (seed ${seed})`,
    async (trial: Trial): Promise<void> => {
      const other = await trial.again();
      try {
        await new Soak(trial, [trial.store, other.store], seed).run();
      } finally {
        await other.close();
      }
    },
  ]),
);
