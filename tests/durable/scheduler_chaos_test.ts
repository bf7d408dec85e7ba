/** Several schedulers on one store, of which some are lost, cut off, or told
 * nothing of what they did: each message counts once, in its order. */
import { assertEquals } from "@std/assert";
import { type } from "../../mod.ts";
import {
  type DurableKind,
  type DurableScheduler,
  fsck,
  type Store,
  StoreError,
} from "../../src/durable/mod.ts";
import { hooked, pass, Stage, turn } from "./scheduler_stage.ts";

const ROUNDS = 25;
const MESSAGES = 60;
const KEYS = ["a", "b", "c"];
const LEASE_MS = 300;
const RISKY: readonly (keyof Store)[] = [
  "enqueue",
  "claim",
  "load",
  "settle",
  "renew",
  "promote",
  "openSession",
  "sessions",
  "fence",
  "reclaim",
  "news",
  "fold",
];

type Random = () => number;

function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One process, which may be cut off for ever. */
class Member {
  readonly kind: DurableKind<number[], number, number>;
  readonly scheduler: DurableScheduler;
  isGone = false;
  /** How often a call fails, 0 to 1. */
  trouble = 0;
  readonly #random: Random;

  constructor(stage: Stage, random: Random) {
    this.#random = random;
    const store = hooked(
      stage.store,
      (method, call) => this.#call(method, call),
    );
    this.scheduler = stage.scheduler({
      store,
      lease: LEASE_MS,
      pollInterval: 40,
      concurrency: 2,
      crashes: 1_000,
      random,
      onError: () => {},
    });
    this.kind = this.scheduler.define("k", {
      message: type<number>(),
      context: () => ({ seen: [] as number[] }),
      maxMessages: 1 + Math.floor(random() * 4),
      retry: () => random() * 30,
      run: async ({ context, messages, signal }) => {
        if (random() < 0.3) await turn();
        if (random() < 0.2) throw new Error("down");
        if (random() < 0.05) await new Promise((go) => signal.onabort = go);
        context.seen.push(...messages);
        return context.seen;
      },
      timeout: 150,
    });
  }

  async #call(
    method: keyof Store,
    call: () => Promise<unknown>,
  ): Promise<unknown> {
    if (this.isGone) return await new Promise(() => {});
    const chance = RISKY.includes(method) ? this.#random() : 1;
    if (chance >= this.trouble) return await call();
    const isDone = this.#random() < 0.5;
    if (isDone) await call().catch(() => {});
    if (this.#random() < 0.3) await turn();
    throw new StoreError(`Cannot ${method}`, "there is trouble", {
      trouble: "unavailable",
      outcome: isDone ? "unknown" : this.#random() < 0.5 ? "unknown" : "none",
    });
  }
}

/** Says all messages of one key, each until it is stored. */
async function produce(
  members: readonly Member[],
  key: string,
  random: Random,
): Promise<void> {
  for (let n = 0; n < MESSAGES / KEYS.length; n++) {
    for (let isStored = false; !isStored;) {
      const alive = members.filter(({ isGone }) => !isGone);
      const { kind } = alive[Math.floor(random() * alive.length)] ?? {};
      const delay = random() < 0.1 ? random() * 50 : 0;
      const told = kind?.enqueue(key, n, { id: `${n}`, delay })
        .then(() => true, () => false);
      const lost = turn().then(turn).then(turn).then(turn).then(() => false);
      isStored = await Promise.race([told ?? false, lost]);
    }
    for (let turns = random() * 150; turns > 0; turns--) await turn();
  }
}

async function play(seed: number): Promise<void> {
  const random = randomFrom(seed);
  const stage = new Stage();
  const members = [new Member(stage, random), new Member(stage, random)];
  let isProducing = true;
  const producing = Promise.all(
    KEYS.map((key) => produce(members, key, random)),
  ).then(() => isProducing = false);
  while (isProducing) {
    for (const member of members) {
      if (random() < 0.3) member.trouble = random() < 0.5 ? 0 : random() * 0.4;
    }
    if (random() < 0.03 && members.length < 8) {
      const victim = members[Math.floor(random() * members.length)];
      members.push(new Member(stage, random));
      if (victim !== undefined) victim.isGone = true;
    }
    await pass(stage.clock, random() * 60);
  }
  await producing;
  for (const member of members) member.trouble = 0;
  const judge = members.find(({ isGone }) => !isGone) ??
    new Member(stage, random);
  for (let spanMs = 0; spanMs < 60_000; spanMs += 500) {
    await pass(stage.clock, 500);
    const { items } = await stage.store.list({ kind: "k" });
    if (items.length === 0) break;
  }
  const expected = Array.from({ length: MESSAGES / KEYS.length }, (_, n) => n);
  for (const key of KEYS) {
    const result = judge.kind.request(key, -1);
    await pass(stage.clock, 3_000);
    const seen = await result;
    assertEquals([key, seed, seen], [key, seed, [...expected, -1]]);
  }
  await stage[Symbol.asyncDispose]();
  const { faults } = await fsck(stage.store);
  assertEquals([seed, faults], [seed, []]);
}

const first = Math.floor(Math.random() * 2 ** 31);

Deno.test(`chaos: nothing is lost, doubled or swapped; seeds from ${first}`, async () => {
  for (let seed = first; seed < first + ROUNDS; seed++) await play(seed);
});
