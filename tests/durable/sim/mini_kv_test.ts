/** The Deno KV in a few lines answers as the real one does. */
import { assertEquals } from "@std/assert";
import { Random } from "../../core/sim/random.ts";
import type {
  KvAtomic,
  KvEntry,
  KvKey,
  KvLike,
  KvPart,
  KvRange,
} from "../../../src/stores/kv/kv_like.ts";
import { MiniKv } from "./mini_kv.ts";

const PARTS: readonly KvPart[] = [
  "",
  "a",
  "a\0",
  "ab",
  "é",
  "\u{10000}",
  0,
  -0,
  1,
  -1,
  1e30,
  Infinity,
  0n,
  -1n,
  255n,
  256n,
  -256n,
  false,
  true,
  new Uint8Array(),
  new Uint8Array([0]),
  new Uint8Array([1, 2]),
];

const VERSION = /^[0-9a-f]{20}$/;

/** What both are asked; versions are named by the order of the commits. */
class Twin {
  readonly #kv: KvLike;
  readonly #versions: string[] = [];

  constructor(kv: KvLike) {
    this.#kv = kv;
  }

  /** Does one thing at random, and says what was answered. */
  async act(random: Random): Promise<unknown> {
    try {
      switch (random.below(5)) {
        case 0:
          return this.#shown(await this.#kv.get(keyOf(random)));
        case 1: {
          const keys = Array.from(
            { length: random.below(12) },
            () => keyOf(random),
          );
          const found = await this.#kv.getMany(keys);
          return found.map((entry) => this.#shown(entry));
        }
        case 2:
          return await this.#list(random);
        default:
          return await this.#commit(random);
      }
    } catch (error) {
      return error instanceof TypeError ? "refused" : error;
    }
  }

  /** Everything. */
  async all(): Promise<unknown> {
    const range = { prefix: [] };
    const found: unknown[] = [];
    const options = { limit: 1_000, batchSize: 100 };
    for await (const entry of this.#kv.list(range, options)) {
      found.push(this.#shown(entry));
    }
    return found;
  }

  async #list(random: Random): Promise<unknown> {
    const range = rangeOf(random);
    const options = { limit: random.below(12), batchSize: 1 + random.below(5) };
    const found: unknown[] = [];
    for await (const entry of this.#kv.list(range, options)) {
      found.push(this.#shown(entry));
    }
    return found;
  }

  async #commit(random: Random): Promise<unknown> {
    const atomic = this.#kv.atomic();
    for (let left = random.below(3); left > 0; left--) {
      const key = keyOf(random);
      const { versionstamp } = await this.#kv.get(key);
      const isWrong = random.oneIn(8);
      atomic.check({ key, versionstamp: isWrong ? null : versionstamp });
    }
    for (let left = random.below(5); left > 0; left--) {
      mutate(atomic, this.#kv, random);
    }
    const committed = await atomic.commit();
    if (!committed.ok) return committed;
    this.#versions.push(committed.versionstamp);
    return this.#versions.length;
  }

  #shown({ key, value, versionstamp }: KvEntry): unknown {
    const shownKey = key.map((part) =>
      VERSION.test(String(part)) ? this.#number(String(part)) : part
    );
    return { key: shownKey, value, version: this.#number(versionstamp) };
  }

  #number(versionstamp: string | null): string {
    return `version ${this.#versions.indexOf(versionstamp ?? "")}`;
  }
}

function keyOf(random: Random): KvKey {
  const length = random.oneIn(40) ? 0 : 1 + random.below(2);
  return Array.from({ length }, () => random.pick(PARTS));
}

function rangeOf(random: Random): KvRange {
  const [prefix, start, end] = [keyOf(random), keyOf(random), keyOf(random)];
  switch (random.below(4)) {
    case 0:
      return { prefix };
    case 1:
      return { prefix, start: [...prefix, ...start] };
    case 2:
      return { prefix, end: [...prefix, ...end] };
    default:
      return { prefix: random.oneIn(2) ? [] : prefix.slice(0, 1) };
  }
}

function mutate(atomic: KvAtomic, kv: KvLike, random: Random): void {
  const key = keyOf(random);
  const stamp = kv.commitVersionstamp?.() ?? "";
  const n = BigInt(random.below(5));
  const sum = random.oneIn(3) ? 2n ** 64n - 1n - n : n;
  switch (random.below(6)) {
    case 0:
      atomic.delete(key);
      break;
    case 1:
      atomic.sum(["sums", ...key], sum);
      break;
    case 2:
      atomic.sum(random.oneIn(20) ? key : ["sums", ...key], sum);
      break;
    case 3:
      atomic.set([...key, stamp], random.below(100));
      break;
    default:
      atomic.set(key, valueOf(random));
  }
}

function valueOf(random: Random): unknown {
  switch (random.below(5)) {
    case 0:
      return random.below(100);
    case 1:
      return { list: [random.below(9), undefined], text: "é", none: undefined };
    case 2:
      return new Uint8Array([random.below(256)]);
    case 3:
      return new Uint8Array(65_000 + random.below(1_072));
    default:
      return null;
  }
}

for (const seed of [1, 2, 3, 4, 5, 6]) {
  Deno.test(`MiniKv answers as Deno KV, seed ${seed}`, async () => {
    const real = await Deno.openKv(":memory:");
    try {
      const twins = [new Twin(new MiniKv(() => 0)), new Twin(real)] as const;
      for (let step = 0; step < 400; step++) {
        const [mini, deno] = await Promise.all(
          twins.map((twin) => twin.act(new Random(seed * 1_000 + step))),
        );

        assertEquals(mini, deno, `seed ${seed}, step ${step}`);
      }

      assertEquals(await twins[0].all(), await twins[1].all());
    } finally {
      real.close();
    }
  });
}

Deno.test("MiniKv refuses what Deno KV refuses, in the same words", async () => {
  const real = await Deno.openKv(":memory:");
  try {
    for (const refused of REFUSED) {
      const [mini, deno] = [
        await wordsOf(() => refused(new MiniKv(() => 0))),
        await wordsOf(() => refused(real)),
      ];

      assertEquals(mini, deno);
    }
  } finally {
    real.close();
  }
});

Deno.test("MiniKv forgets what has expired", async () => {
  let today = 0;
  const kv = new MiniKv(() => today);
  await kv.atomic().set(["a"], 1, { expireIn: 10 }).commit();

  today = 9;
  const before = await kv.get(["a"]);
  today = 10;
  const after = await kv.get(["a"]);

  assertEquals([before.value, after.value], [1, null]);
});

const LONG = "k".repeat(2_000);

const REFUSED: readonly ((kv: KvLike) => unknown)[] = [
  (kv) => many(101, (atomic, n) => atomic.check(noneAt([n])))(kv),
  (kv) => many(1_001, (atomic, n) => atomic.set([n], 1))(kv),
  (kv) => many(14, (atomic, n) => atomic.set([n], new Uint8Array(6e4)))(kv),
  (kv) => many(50, (atomic, n) => atomic.set([n, LONG], 1))(kv),
  (kv) => many(45, (atomic, n) => atomic.check(noneAt([n, LONG])))(kv),
  (kv) => kv.atomic().set(["a"], "x".repeat(65_537)).commit(),
  (kv) => kv.atomic().set(["a"], new Uint8Array(65_537)).commit(),
  (kv) => kv.atomic().set(["a"], () => 1).commit(),
  (kv) => kv.atomic().set(["k".repeat(2_047)], 1).commit(),
  (kv) => kv.atomic().set([], 1).commit(),
  (kv) => kv.atomic().sum(["a"], -1n).commit(),
  (kv) => kv.get(["k".repeat(2_048)]),
  (kv) => kv.getMany(Array.from({ length: 11 }, (_, n) => [n])),
  (kv) => Array.fromAsync(kv.list({ prefix: [] }, { limit: 0, batchSize: 1 })),
  (kv) =>
    Array.fromAsync(kv.list({ prefix: [] }, { limit: 1e4, batchSize: 1e4 })),
];

function noneAt(key: KvKey): { key: KvKey; versionstamp: null } {
  return { key, versionstamp: null };
}

function many(
  count: number,
  add: (atomic: KvAtomic, n: number) => void,
): (kv: KvLike) => Promise<unknown> {
  return (kv) => {
    const atomic = kv.atomic();
    for (let n = 0; n < count; n++) add(atomic, n);
    return atomic.commit();
  };
}

async function wordsOf(act: () => unknown): Promise<string> {
  try {
    await act();
    return "nothing was refused";
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : "?";
  }
}
