import { assertEquals, assertThrows } from "@std/assert";
import { ClosedError, kind, latest, type } from "../../mod.ts";
import {
  type DurableItem,
  type DurableKind,
  type DurableOutcome,
  DurableScheduler,
  type DurableSchedulerOptions,
} from "../../src/durable/mod.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { Stage } from "./scheduler_stage.ts";

const store = memoryStore();

const WRONG: readonly (readonly [Record<string, unknown>, string])[] = [
  [{}, '"store" must be a Store: received undefined'],
  [{ store: {} }, '"store" must be a Store'],
  [{ store, concurrency: 0 }, '"concurrency" must be a whole number from 1'],
  [{ store, lease: 9 }, '"lease" must be 10 or more milliseconds'],
  [{ store, lease: Infinity }, '"lease" must be 10 or more milliseconds'],
  [{ store, pollInterval: 0 }, '"pollInterval" must be 1 or more'],
  [{ store, handlers: "there" }, '"handlers" must be "here", "on-call" or'],
  [{ store, crashes: 0 }, '"crashes" must be a whole number from 1'],
  [{ store, idWindow: -1 }, '"idWindow" must be 0 or more milliseconds'],
  [{ store, clock: {} }, '"clock" must be a Clock'],
  [{ store, random: 1 }, '"random" must be a function'],
  [{ store, signal: {} }, '"signal" must be an AbortSignal'],
  [{ store, maxOwed: 1 }, 'it has no option "maxOwed"'],
  [{ store, leese: 1 }, 'did you mean "lease"?'],
];

for (const [options, words] of WRONG) {
  Deno.test(`DurableScheduler() refuses: ${words}`, () => {
    const wrong: unknown = options;

    assertThrows(
      () => new DurableScheduler(wrong as DurableSchedulerOptions), // On purpose.
      Error,
      words,
    );
  });
}

const WRONG_KINDS: readonly (readonly [Record<string, unknown>, string])[] = [
  [{}, 'Cannot define kind "a" as "run" must be a function'],
  [
    { run(): void {}, whenRunning: "overlap" },
    'allows no whenRunning: "overlap"',
  ],
  [
    { run(): void {}, whenRunning: "overlap", maxOverlap: 2 },
    'allows no whenRunning: "overlap"',
  ],
  [
    { run(): void {}, maxOverlap: 2 },
    '"maxOverlap" needs whenRunning: "overlap"',
  ],
  [
    { run(): void {}, maxRestarts: 2 },
    '"maxRestarts" needs whenRunning: "restart"',
  ],
  [{ run(): void {}, priority: 256 }, '"priority" must be'],
  [{ run(): void {}, rate: { limit: 1 } }, '"rate.interval" must be'],
  [{ run(): void {}, rate: { limit: 0, interval: 1 } }, '"limit" must be'],
  [{ run(): void {}, mergge: latest }, 'did you mean "merge"?'],
];

for (const [options, words] of WRONG_KINDS) {
  Deno.test(`define() refuses: ${words}, ${Object.keys(options)}`, async () => {
    await using stage = new Stage();
    const wrong: unknown = options;

    assertThrows(
      () => stage.scheduler().define("a", wrong as { run(): void }), // On purpose.
      Error,
      words,
    );
  });
}

Deno.test("define() refuses a name that is taken", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler();
  scheduler.define("a", { run(): void {} });

  assertThrows(
    () => scheduler.define("a", { run(): void {} }),
    TypeError,
    "has a kind of this name",
  );
});

Deno.test("define() refuses a name that is no key", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler();

  assertThrows(
    () => scheduler.define("..", { run(): void {} }),
    RangeError,
    "name",
  );
});

Deno.test("define() refuses after close()", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler();
  await scheduler.close();

  assertThrows(() => scheduler.define("a", { run(): void {} }), ClosedError);
});

Deno.test("define() takes what kind() made for any scheduler", async () => {
  await using stage = new Stage();
  const double = kind("double", {
    message: type<number>(),
    run: ({ messages }) => messages.map((n) => n * 2),
  });

  const doubles = stage.scheduler().define(double);

  assertEquals(doubles.name, "double");
  assertEquals(await doubles.request("a", 21), [42]);
});

Deno.test("define() takes passivateAfter and cleanup, which do nothing", async () => {
  await using stage = new Stage();
  let cleanups = 0;
  const a = stage.scheduler().define("a", {
    passivateAfter: 0,
    run: () => "ran",
    cleanup: () => void cleanups++,
  });

  assertEquals(await a.request("k"), "ran");
  await a.get("k").delete();

  assertEquals(cleanups, 0);
});

Deno.test("define() opens no session before the first kind", async () => {
  await using stage = new Stage();
  const scheduler = stage.scheduler();
  await stage.pass(10);

  const before = await stage.store.sessions();
  scheduler.define("a", { run(): void {} });
  await stage.pass(10);

  assertEquals([before.length, (await stage.store.sessions()).length], [0, 1]);
});

/** `true` if both are the same type to the letter. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;

/** Compiles only where `Fact` is `true`. */
function holds<Fact extends true>(_proof?: Fact): void {}

Deno.test("define() infers what a run is handed", () => {
  const check = (scheduler: DurableScheduler): void => {
    const totals = scheduler.define("total", {
      message: type<number>(),
      context: (key) => ({ sum: 0, key }),
      run({ context, messages, item, fence, tx }): number {
        holds<Same<typeof context, { sum: number; key: string }>>();
        holds<Same<typeof messages, readonly number[]>>();
        holds<Same<typeof item, DurableItem<unknown, number, number>>>();
        holds<Same<typeof fence, string>>();
        tx({ type: "delete", key: ["a", 1] });
        // @ts-expect-error -- no such write
        tx({ type: "remove", key: ["a", 1] });
        return context.sum;
      },
    });
    holds<Same<typeof totals, DurableKind<number, number, number>>>();
    const outcome = totals.enqueue("a", 1, { id: "x", delay: 5 });
    holds<Same<typeof outcome, Promise<DurableOutcome>>>();
    // @ts-expect-error -- the message is a number
    totals.enqueue("a", "1");
    const bare = scheduler.define("bare", { run(): void {} });
    holds<Same<typeof bare, DurableKind<void, undefined, never>>>();
    const shared = scheduler.define(kind("shared", {
      message: type<string>(),
      run: ({ messages }) => messages.length,
    }));
    holds<Same<typeof shared, DurableKind<number, string, string>>>();
  };

  assertEquals(typeof check, "function");
});
