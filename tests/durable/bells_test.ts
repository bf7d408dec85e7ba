/** Bells: who is told that something may have changed, and what of that others
 * feel. */
import { assert, assertEquals } from "@std/assert";
import type { Store } from "../../src/durable/store.ts";
import { denoKvStore, type KvLike } from "../../src/stores/deno_kv.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { turn } from "./scheduler_stage.ts";

async function enqueue(store: Store): Promise<void> {
  const [answer] = await store.enqueue([{
    kind: "k",
    key: "a",
    id: undefined,
    body: undefined,
    reply: undefined,
    idWindowMs: 0,
    delayMs: 0,
    reschedule: "earliest",
    maxDelayMs: Infinity,
    whenRunning: "rerun",
    maxInbox: 10,
  }]);
  if (answer instanceof Error) throw answer;
}

/** What reaches nobody but the host, while something is done. */
async function unhandled(act: () => Promise<void>): Promise<unknown[]> {
  const errors: unknown[] = [];
  const listener = (event: ErrorEvent): void => {
    event.preventDefault();
    errors.push(event.error);
  };
  addEventListener("error", listener);
  try {
    await act();
    await turn();
  } finally {
    removeEventListener("error", listener);
  }
  return errors;
}

/** A bell that throws is a fault of its own. */
async function tryThrowing(store: Store): Promise<void> {
  const rung: string[] = [];
  const failure = new Error("broken bell");
  const ends = [
    store.watch(() => rung.push("first")),
    store.watch(() => {
      throw failure;
    }),
    store.watch(() => rung.push("last")),
  ];

  const errors = await unhandled(() => enqueue(store));

  assertEquals(errors, [failure]);
  assertEquals(rung, ["first", "last"]);
  for (const end of ends) end();
}

Deno.test("a bell that throws hurts neither enqueue() nor other bells, in memory", async () => {
  await tryThrowing(memoryStore());
});

Deno.test("a bell that throws hurts neither enqueue() nor other bells, on Deno KV", async () => {
  using kv = await Deno.openKv(":memory:");
  await tryThrowing(denoKvStore(kv));
});

/** A database that tells when entries change, in streams that a test ends. */
class Telling {
  readonly kv: KvLike;
  readonly streams: ReadableStreamDefaultController<unknown>[] = [];
  ended = 0;

  constructor(kv: KvLike) {
    const watch = (): ReadableStream<unknown> =>
      new ReadableStream({
        start: (controller) => void this.streams.push(controller),
        cancel: () => void this.ended++,
      });
    this.kv = new Proxy(kv, {
      get(_, name): unknown {
        if (name === "watch") return watch;
        const value: unknown = Reflect.get(kv, name);
        return typeof value === "function" ? value.bind(kv) : value;
      },
    });
  }

  /** Something has changed. */
  async tell(): Promise<void> {
    this.streams.at(-1)?.enqueue([]);
    await turn();
  }

  /** The stream breaks off. */
  async fail(): Promise<void> {
    this.streams.at(-1)?.error(new Error("connection reset"));
    await turn();
  }

  /** The stream ends without an error. */
  async end(): Promise<void> {
    this.streams.at(-1)?.close();
    await turn();
  }
}

/** A store that listens, and how often its bell was rung. */
interface Listening extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly telling: Telling;
  readonly store: Store;
  readonly rung: { count: number };
  readonly end: () => void;
}

async function listen(): Promise<Listening> {
  const kv = await Deno.openKv(":memory:");
  const telling = new Telling(kv);
  const clock = new FakeClock();
  const options = { watch: true, clock, random: () => 0.5 };
  const store = denoKvStore(telling.kv, options);
  const rung = { count: 0 };
  const end = store.watch(() => rung.count++);
  return {
    clock,
    telling,
    store,
    rung,
    end,
    async [Symbol.asyncDispose](): Promise<void> {
      await store.close();
      kv.close();
    },
  };
}

for (const how of ["fail", "end"] as const) {
  Deno.test(`watch() listens again when the stream of the database did ${how}`, async () => {
    await using listening = await listen();
    const { clock, telling, rung } = listening;

    await telling.tell();
    await telling[how]();
    clock.advance(1_000);
    await telling.tell();

    assertEquals(telling.streams.length, 2);
    assertEquals(rung.count, 2);
  });
}

Deno.test("watch() waits longer from failure to failure, and not for ever", async () => {
  await using listening = await listen();
  const { clock, telling } = listening;
  const pauses: number[] = [];

  for (let failure = 1; failure <= 12; failure++) {
    const before = clock.now();
    await telling.fail();
    while (telling.streams.length === failure && clock.now() < 1e6) {
      clock.advance(50);
    }
    pauses.push(clock.now() - before);
  }

  const [first = 0, second = 0] = pauses;
  const last = pauses.at(-1) ?? 0;
  assert(first <= 1_000 && second > first, `${pauses}`);
  assert(last > 10_000 && last <= 30_000, `${pauses}`);
});

Deno.test("watch() begins with short pauses when something was told", async () => {
  await using listening = await listen();
  const { clock, telling } = listening;
  for (let failure = 0; failure < 12; failure++) {
    await telling.fail();
    clock.advance(30_000);
  }

  await telling.tell();
  await telling.fail();
  clock.advance(1_000);

  assertEquals(telling.streams.length, 14);
});

Deno.test("watch() listens no more when the last bell is gone, or the store closed", async () => {
  await using first = await listen();
  await using second = await listen();
  await first.telling.fail(); // It waits to begin again.

  first.end();
  await second.store.close();
  first.clock.advance(60_000);
  second.clock.advance(60_000);

  assertEquals([first.telling.streams.length, first.telling.ended], [1, 0]);
  assertEquals([second.telling.streams.length, second.telling.ended], [1, 1]);
});

Deno.test("watch() listens again when a bell is added after the last was gone", async () => {
  await using listening = await listen();
  const { telling, store, rung, end } = listening;
  end();

  store.watch(() => rung.count++);
  await telling.tell();

  assertEquals(telling.streams.length, 2);
  assertEquals(rung.count, 1);
});
