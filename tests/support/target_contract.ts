/** What every target does, whatever is behind it: a scheduler in memory, one with
 * a store, or a client with either behind an endpoint. */
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { kind, type KindDefinition, type Schema, type } from "../../mod.ts";
import type {
  Target,
  TargetItem,
  TargetLetters,
  TargetPage,
} from "../../src/core/target.ts";

/** What a contract is run against. */
export interface TargetHarness {
  readonly target: Target;
  /** Closes the scheduler, and leaves the rest as it is. */
  closeScheduler(): Promise<unknown>;
  close(): Promise<unknown>;
}

/** Makes a target with `kinds`. */
export type MakeTarget = (
  kinds: readonly KindDefinition<undefined, unknown, never, never>[],
) => TargetHarness | Promise<TargetHarness>;

interface Doc {
  readonly doc: number;
}

const DOC: Schema<Doc> = {
  "~standard": {
    version: 1,
    vendor: "tests",
    validate: (value) =>
      typeof (value as Partial<Doc>)?.doc === "number"
        ? { value: value as Doc }
        : { issues: [{ message: "expected a number", path: ["doc"] }] },
  },
};

class World {
  readonly harness: TargetHarness;
  readonly runs: unknown[][];

  constructor(harness: TargetHarness, runs: unknown[][]) {
    this.harness = harness;
    this.runs = runs;
  }

  get target(): Target {
    return this.harness.target;
  }
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await assertRejects(() => promise, Error);
  return String((error as Partial<{ code: string }>).code ?? error.name);
}

const NAME = { kind: "note", key: "a" };

/** What is asked for; all runs go into `runs`. */
function kindsOf(runs: unknown[][]): readonly unknown[] {
  const note = kind("note", {
    message: type<unknown>(),
    run: ({ key, messages }) => {
      runs.push([key, ...messages]);
      return { key, count: messages.length };
    },
  });
  const failing = kind("failing", {
    message: type<unknown>(),
    undelivered: () => {},
    run: () => {
      throw new Error("it fails");
    },
  });
  const retried = kind("retried", {
    message: type<unknown>(),
    retry: [3_600_000],
    undelivered: () => {},
    run: ({ key, attempt, messages }) => {
      runs.push([key, attempt, ...messages]);
      if (runs.length === 1) throw new Error("once");
    },
  });
  const typed = kind("typed", {
    message: DOC,
    run: ({ messages }) => messages.map(({ doc }) => doc),
  });
  return [note, failing, retried, typed];
}

/** Registers the contract for one kind of target. */
export function targetContract(label: string, make: MakeTarget): void {
  const test = (
    name: string,
    body: (world: World) => Promise<void>,
  ): void => {
    Deno.test(`target ${label}: ${name}`, async () => {
      const runs: unknown[][] = [];
      const all: unknown = kindsOf(runs);
      const harness = await make(all as Parameters<MakeTarget>[0]);
      try {
        await body(new World(harness, runs));
      } finally {
        await harness.close();
      }
    });
  };
  enqueueing(test);
  requests(test);
  looking(test);
  control(test);
}

type Test = (name: string, body: (world: World) => Promise<void>) => void;

function enqueueing(test: Test): void {
  test("kinds() names them all", async ({ target }) => {
    const kinds = await target.kinds();

    assertEquals(kinds.map(({ name }) => name).sort(), [
      "failing",
      "note",
      "retried",
      "typed",
    ]);
  });

  test("enqueue() answers queued, then coalesced, and one run gets both", async ({ target, runs }) => {
    await target.pause(true);

    const first = await target.enqueue(NAME, { doc: 1 });
    const second = await target.enqueue(NAME, { doc: 2 });
    await target.pause(false);
    const { result } = await target.request({ ...NAME, key: "z" });
    await result;

    assertEquals([first.outcome, second.outcome], ["queued", "coalesced"]);
    assertNotEquals(first.version, second.version);
    assertEquals(runs[0], ["a", { doc: 1 }, { doc: 2 }]);
  });

  test("enqueue() takes every JSON value, and none", async ({ target, runs }) => {
    const values = [null, false, 0, "", [], {}, "ä\u0000😀", [[1.5]], {
      a: { b: null },
    }];
    await target.pause(true);

    for (const value of values) await target.enqueue(NAME, value);
    await target.enqueue(NAME);
    await target.pause(false);
    const { result } = await target.request(NAME, "last");
    await result;

    assertEquals(runs.flat().filter((each) => each !== "a"), [
      ...values,
      "last",
    ]);
  });

  test("enqueue() with an id that was seen does nothing", async ({ target, runs }) => {
    await target.pause(true);

    const first = await target.enqueue(NAME, 1, { id: "x" });
    const again = await target.enqueue(NAME, 1, { id: "x" });
    const other = await target.enqueue({ ...NAME, key: "b" }, 1, { id: "x" });
    await target.pause(false);
    await (await target.request(NAME, 2)).result;

    assertEquals(
      [first.outcome, again.outcome, other.outcome],
      ["queued", "duplicate", "queued"],
    );
    const told = runs.filter(([key]) => key === "a").flat();
    assertEquals(told.filter((each) => each !== "a"), [1, 2]);
  });

  test("enqueue() refused leaves its id free", async ({ target }) => {
    const name = { kind: "typed", key: "a" };

    await assertRejects(() => target.enqueue(name, 1, { id: "x" }));
    const second = await target.enqueue(name, { doc: 1 }, { id: "x" });

    assertEquals(second.outcome, "queued");
  });

  test("enqueue() of an unknown kind is refused", async ({ target }) => {
    const unknown = { kind: "nope", key: "a" };

    assertEquals(await codeOf(target.enqueue(unknown)), "WI-UNKNOWN-KIND");
    assertEquals(await codeOf(target.request(unknown)), "WI-UNKNOWN-KIND");
    assertEquals(await codeOf(target.inspect(unknown)), "WI-UNKNOWN-KIND");
    assertEquals(await codeOf(target.cancel(unknown)), "WI-UNKNOWN-KIND");
    assertEquals(
      await codeOf(target.enqueueMany("nope", [{ key: "a" }])),
      "WI-UNKNOWN-KIND",
    );
    assertEquals(await codeOf(target.list("nope")), "WI-UNKNOWN-KIND");
  });

  test("enqueue() of a key that is none is refused", async ({ target }) => {
    for (const key of ["", ".", "..", "\ud800", "x".repeat(513)]) {
      await assertRejects(() => target.enqueue({ ...NAME, key }));
      await assertRejects(() => target.inspect({ ...NAME, key }));
    }

    assertEquals((await target.list("note")).items, []);
  });

  test("enqueue() of what the schema refuses queues nothing", async ({ target }) => {
    const name = { kind: "typed", key: "a" };

    const code = await codeOf(target.enqueue(name, { doc: "7" }));

    assertEquals(code, "WI-INVALID-MESSAGE");
    assertEquals((await target.list("typed")).items, []);
  });

  test("enqueue() with a delay answers delayed, and tells when", async ({ target }) => {
    const { outcome } = await target.enqueue(NAME, 1, { delay: 60_000 });
    const item = await target.inspect(NAME);

    assertEquals([outcome, item?.state], ["delayed", "delayed"]);
    assert(item?.dueIn !== undefined && item.dueIn > 50_000);
  });

  test("enqueue() at a time answers delayed", async ({ target }) => {
    const at = new Date(Date.now() + 60_000);

    const { outcome } = await target.enqueue(NAME, 1, { at });

    assertEquals(outcome, "delayed");
  });

  test("enqueueMany() answers each by itself, in order", async ({ target }) => {
    await target.pause(true);

    const answers = await target.enqueueMany("typed", [
      { key: "a", message: { doc: 1 } },
      { key: "a", message: { doc: "2" } },
      { key: "", message: { doc: 3 } },
      { key: "a", message: { doc: 4 } },
      { key: "b", message: { doc: 5 }, id: "x" },
      { key: "b", message: { doc: 5 }, id: "x" },
    ]);

    const words = answers.map((each) =>
      each instanceof Error ? "error" : each.outcome
    );
    assertEquals(words, [
      "queued",
      "error",
      "error",
      "coalesced",
      "queued",
      "duplicate",
    ]);
    assertEquals(
      (await target.inspect({ kind: "typed", key: "a" }))?.messages,
      2,
    );
  });
}

function requests(test: Test): void {
  test("request() tells the outcome, then the result", async ({ target }) => {
    const { outcome, result } = await target.request(NAME, 1);

    assertEquals(outcome, "queued");
    assertEquals(await result, { key: "a", count: 1 });
  });

  test("request() rejects its result when the run fails", async ({ target }) => {
    const { result } = await target.request({ kind: "failing", key: "a" }, 1);

    await assertRejects(() => result, Error);
  });

  test("request() twice with one id is one message and one result", async ({ target, runs }) => {
    await target.pause(true);

    const first = await target.request(NAME, 1, { id: "x" });
    const second = await target.request(NAME, 1, { id: "x" });
    await target.pause(false);

    assertEquals([first.outcome, second.outcome], ["queued", "duplicate"]);
    assertEquals(await first.result, { key: "a", count: 1 });
    assertEquals(await second.result, { key: "a", count: 1 });
    assertEquals(runs, [["a", 1]]);
  });

  test("request() again with its id after the run has the result", async ({ target, runs }) => {
    const first = await target.request(NAME, 1, { id: "x" });
    await first.result;

    const second = await target.request(NAME, 1, { id: "x" });

    assertEquals(await second.result, { key: "a", count: 1 });
    assertEquals(runs.length, 1);
  });

  test("request() with one id for two keys is two requests", async ({ target }) => {
    await target.pause(true);

    const first = await target.request(NAME, 1, { id: "x" });
    const other = await target.request({ ...NAME, key: "b" }, 1, { id: "x" });
    await target.pause(false);

    assertEquals([first.outcome, other.outcome], ["queued", "queued"]);
    assertEquals(await first.result, { key: "a", count: 1 });
    assertEquals(await other.result, { key: "b", count: 1 });
  });

  test("request() refused rejects, and no result is left over", async ({ target }) => {
    const name = { kind: "typed", key: "a" };

    assertEquals(await codeOf(target.request(name, 1)), "WI-INVALID-MESSAGE");
  });

  test("request() waits no longer than its signal says", async ({ target, runs }) => {
    await target.pause(true);
    const control = new AbortController();
    const { result } = await target.request(NAME, 1, {
      signal: control.signal,
    });

    control.abort(new Error("enough"));

    await assertRejects(() => result, Error, "enough");
    await target.pause(false);
    await (await target.request(NAME, 2)).result;
    assertEquals(runs.flat().filter((each) => each !== "a"), [1, 2]);
  });

  test("request() that leaves does not end the waiting of another", async ({ target }) => {
    await target.pause(true);
    const control = new AbortController();
    const { signal } = control;
    const first = await target.request(NAME, 1, { id: "x", signal });
    const second = await target.request(NAME, 1, { id: "x" });

    control.abort(new Error("enough"));

    await assertRejects(() => first.result, Error, "enough");
    await target.pause(false);
    assertEquals(await second.result, { key: "a", count: 1 });
  });
}

function looking(test: Test): void {
  test("inspect() of what is not known makes and wakes nothing", async ({ target, runs }) => {
    assertEquals(await target.inspect(NAME), undefined);
    assertEquals((await target.list("note")).items, []);
    assertEquals(runs, []);
  });

  test("inspect() shows a queued item, in the version of its receipt", async ({ target }) => {
    await target.pause(true);

    const { version } = await target.enqueue(NAME, 1);
    const item = await target.inspect(NAME);

    assertEquals(item?.version, version);
    const { version: _, ...rest } = item ?? {};
    assertEquals(rest, {
      ...NAME,
      state: "queued",
      owed: true,
      messages: 1,
      dueIn: undefined,
      running: 0,
      failures: 0,
      held: false,
      suspended: false,
    } as Omit<TargetItem, "version">);
  });

  test("list() goes through all of them, page by page, in order", async ({ target }) => {
    await target.pause(true);
    const keys = Array.from(
      { length: 25 },
      (_, i) => `k${String(i).padStart(2, "0")}`,
    );
    for (const key of keys.toReversed()) await target.enqueue({ ...NAME, key });

    const found: string[] = [];
    let page: TargetPage<TargetItem> | undefined;
    do {
      page = await target.list("note", { limit: 10, cursor: page?.cursor });
      assert(page.items.length <= 10);
      found.push(...page.items.map(({ key }) => key));
    } while (page.cursor !== undefined);

    assertEquals(found, keys);
  });

  test("list() keeps to a prefix and a state", async ({ target }) => {
    await target.pause(true);
    for (const key of ["ab", "ac", "b"]) await target.enqueue({ ...NAME, key });
    await target.suspend({ ...NAME, key: "ac" }, true);
    const keysOf = async (query: object): Promise<string[]> =>
      (await target.list("note", query)).items.map(({ key }) => key);

    assertEquals(await keysOf({ prefix: "a" }), ["ab", "ac"]);
    assertEquals(await keysOf({ state: "suspended" }), ["ac"]);
    assertEquals(await keysOf({ prefix: "a", state: "queued" }), ["ab"]);
    assertEquals(await keysOf({ prefix: "zz" }), []);
  });

  test("list() refuses what is no query", async ({ target }) => {
    await assertRejects(() => target.list("note", { limit: 0 }));
    await assertRejects(() => target.list("note", { limit: 1_001 }));
    await assertRejects(() => target.list("note", { state: "odd" as "idle" }));
  });

  test("observe() tells what happens until it is stopped", async ({ target }) => {
    const seen: string[] = [];
    const ended = Promise.withResolvers<void>();
    const stop = target.observe({
      enqueued: ({ key, outcome }) => void seen.push(`${key} ${outcome}`),
      ended: ({ key, outcome }) => {
        seen.push(`${key} ${outcome}`);
        ended.resolve();
      },
    });
    await target.observing?.();

    await target.enqueue(NAME, 1);
    await ended.promise;
    stop();
    await (await target.request({ ...NAME, key: "b" })).result;

    assertEquals(seen, ["a queued", "a ok"]);
  });
}

function control(test: Test): void {
  test("cancel() takes back what waits, and only once", async ({ target }) => {
    await target.pause(true);
    await target.enqueue(NAME, 1);
    await target.enqueue(NAME, 2);

    assertEquals(await target.cancel(NAME), [1, 2]);
    assertEquals(await target.cancel(NAME), undefined);
  });

  test("cancel() of a wake-up without message takes back none", async ({ target }) => {
    await target.pause(true);
    await target.enqueue(NAME);

    assertEquals(await target.cancel(NAME), []);
  });

  test("suspend() holds until it is undone, however often it was said", async ({ target, runs }) => {
    await target.suspend(NAME, true);
    await target.suspend(NAME, true);
    const { result } = await target.request(NAME, 1);
    await (await target.request({ ...NAME, key: "b" })).result;
    assertEquals(runs.length, 1);

    await target.suspend(NAME, false);

    assertEquals(await result, { key: "a", count: 1 });
  });

  test("suspend(false) of what is not suspended does nothing", async ({ target }) => {
    await target.suspend(NAME, false);

    assertEquals(await (await target.request(NAME, 1)).result, {
      key: "a",
      count: 1,
    });
  });

  test("reset() ends a backoff", async ({ target, runs }) => {
    const name = { kind: "retried", key: "a" };
    const inBackoff = Promise.withResolvers<void>();
    const stop = target.observe({ retried: () => inBackoff.resolve() });
    await target.observing?.();
    const { result } = await target.request(name, 1);
    await inBackoff.promise;

    await target.reset(name);
    await result;
    stop();

    assertEquals(runs, [["a", 1, 1], ["a", 1, 1]]);
  });

  test("delete() drops what waits behind a pause, and tells what", async ({ target }) => {
    await target.pause(true);
    await target.enqueue(NAME, 1);

    const taken = await target.delete(NAME);

    assertEquals(taken, [1]);
    assertEquals(await target.inspect(NAME), undefined);
  });

  test("delete() of what is not known does nothing", async ({ target }) => {
    assertEquals(await target.delete(NAME), undefined);
  });

  test("pause() is told by snapshot()", async ({ target }) => {
    await target.pause(true);
    assertEquals((await target.snapshot()).paused, true);

    await target.pause(false);

    assertEquals((await target.snapshot()).paused, false);
  });

  test("letters, where they are kept, are listed, enqueued again and forgotten", async ({ target }) => {
    const name = { kind: "failing", key: "a" };
    for (const message of [1, 2]) {
      const { result } = await target.request(name, message);
      await assertRejects(() => result);
    }
    const { letters } = target;
    if (letters === undefined) return;
    const codes = await keptLetters(letters);
    if (codes === undefined) return;

    const [first] = codes;
    assertEquals(codes.length, 2);
    assertEquals(first?.messages, 1);
    assert(first?.error.includes("it fails"));
    await target.pause(true);
    assertEquals(await letters.discard(name, first?.id ?? ""), true);
    assertEquals(await letters.discard(name, first?.id ?? ""), false);
    assertEquals(await letters.redrive(name), 1);
    assertEquals((await target.inspect(name))?.messages, 1);
  });

  test("what comes after the scheduler was closed is refused", async ({ harness, target }) => {
    await harness.closeScheduler();

    assertEquals(await codeOf(target.enqueue(NAME, 1)), "WI-CLOSED");
    assertEquals(await codeOf(target.request(NAME, 1)), "WI-CLOSED");
  });
}

/** `undefined`: what is behind the target keeps none, and says so. */
async function keptLetters(
  letters: TargetLetters,
): Promise<Awaited<ReturnType<TargetLetters["list"]>>["items"] | undefined> {
  try {
    return (await letters.list("failing")).items;
  } catch (error) {
    assertEquals((error as Partial<{ code: string }>).code, "WI-NOT-DURABLE");
    return undefined;
  }
}
