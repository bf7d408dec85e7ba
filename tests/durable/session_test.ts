import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { type } from "../../mod.ts";
import {
  CrashedError,
  type DurableRun,
  fsck,
  LeaseLostError,
  StoreError,
} from "../../src/durable/mod.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import {
  aborted,
  hooked,
  latch,
  lineTo,
  pass,
  Stage,
  told,
  turn,
} from "./scheduler_stage.ts";

const LEASE_MS = 1_000;

Deno.test("a session is renewed three times in a lease", async () => {
  await using stage = new Stage();
  let renewals = 0;
  const store = hooked(stage.store, (method, call) => {
    if (method === "renew") renewals++;
    return call();
  });
  stage.scheduler({ store, lease: LEASE_MS * 3 })
    .define("a", { run(): void {} });

  await stage.pass(10_100);

  assertEquals(renewals, 10);
  assertEquals((await stage.store.sessions()).length, 1);
});

Deno.test("a session that cannot be renewed is given up after 0.8 leases", async () => {
  await using stage = new Stage();
  const line = lineTo(stage.store);
  const gate = latch();
  const at: number[] = [];
  let reason: unknown;
  const scheduler = stage.scheduler({ store: line.store, lease: LEASE_MS });
  const a = scheduler.define("a", {
    run({ signal }): Promise<void> {
      signal.onabort = () => {
        at.push(stage.clock.now() - 1_000);
        reason = signal.reason;
      };
      return gate.promise;
    },
  });
  await a.enqueue("k");
  await stage.pass(340); // It was renewed at 334.
  line.state = "silent";
  await stage.pass(2_000);

  assertEquals(at.length, 1);
  assert(at[0] !== undefined && Math.abs(at[0] - 333.4 - 800) < 6, `${at}`);
  assertInstanceOf(reason, LeaseLostError);
  assertEquals(
    reason.message,
    'The run of "a/k" lost its lease as it could not be renewed for 800 ms',
  );
  line.state = "up";
  gate.resolve();
});

for (const end of ["fulfils", "rejects"] as const) {
  Deno.test(`what a lost run leaves is not stored: it ${end}`, async () => {
    await using stage = new Stage();
    const line = lineTo(stage.store);
    const gate = latch();
    const { scheduler, recorder } = stage.watched({
      store: line.store,
      lease: LEASE_MS,
    });
    const undelivered: unknown[] = [];
    const runs: unknown[] = [];
    let retries = 0;
    const a = scheduler.define("a", {
      context: () => ({ n: 0 }),
      retry: () => void retries++,
      async run({ context }): Promise<void> {
        runs.push(++context.n);
        if (runs.length === 1) await gate.promise;
      },
      undelivered: (messages) => undelivered.push(messages),
    });
    await a.enqueue("k");
    await stage.pass(10);
    line.state = "down";
    await stage.pass(1_000);
    if (end === "fulfils") gate.resolve();
    else gate.reject(new Error("boom"));
    await stage.pass(10);
    line.state = "up";
    await stage.pass(5_000);

    assertEquals([runs, undelivered, retries], [[1, 1], [], 0]);
    assert(recorder.lines.includes("ended a/k #1 aborted"));
    assert(recorder.lines.includes("ended a/k #2 ok"));
    assertEquals((await fsck(stage.store)).faults, []);
  });
}

Deno.test("a lost session is replaced when the store is back", async () => {
  await using stage = new Stage();
  const line = lineTo(stage.store);
  const a = stage.scheduler({ store: line.store, lease: LEASE_MS })
    .define("a", { run: ({ fence }) => fence });
  await a.request("k");
  line.state = "down";
  await stage.pass(3_000);
  line.state = "up";
  await stage.pass(3_000);

  const result = a.request("k");
  await stage.pass(100);

  assertEquals(typeof await result, "string");
  assertEquals((await stage.store.sessions()).length, 1);
});

Deno.test("a session that is fenced loses its runs at the next renewal", async () => {
  await using stage = new Stage();
  const gate = latch();
  let reason: unknown;
  const a = stage.scheduler({ lease: LEASE_MS }).define("a", {
    run({ signal, attempt }): Promise<void> | void {
      if (reason !== undefined) return assertEquals(attempt, 1);
      signal.onabort = () => reason = signal.reason;
      return gate.promise;
    },
  });
  await a.enqueue("k");
  await stage.pass(10);
  const [view] = await stage.store.sessions();
  await stage.store.fence(view?.session ?? "", view?.beat ?? "");

  await stage.pass(350);

  assertInstanceOf(reason, LeaseLostError);
  assertEquals(
    reason.message,
    'The run of "a/k" lost its lease as it was taken for lost and fenced',
  );
  gate.resolve();
  await stage.pass(2_000);
  assertEquals(await a.inspect("k"), undefined);
});

Deno.test("a process that is lost is fenced after a lease; another runs its items", async () => {
  await using stage = new Stage();
  const line = lineTo(stage.store);
  const started: string[] = [];
  const options = (name: string) => ({
    message: type<number>(),
    run: ({ messages, key, attempt }: DurableRun<undefined, number>) => {
      started.push(`${name} ${key} ${messages} ${attempt}`);
      return name === "lost" ? new Promise<void>(() => {}) : undefined;
    },
  });
  const lost = stage.scheduler({ store: line.store, lease: LEASE_MS })
    .define("a", options("lost"));
  await lost.enqueue("k", 7);
  await stage.pass(10);
  const other = stage.scheduler({ lease: LEASE_MS })
    .define("a", options("other"));
  await stage.pass(10);

  line.state = "silent";
  await stage.pass(900);
  const early = started.length;
  await stage.pass(1_200);

  assertEquals(early, 1);
  assertEquals(started, ["lost k 7 1", "other k 7 1"]);
  await other.get("k").flush();
  assertEquals((await fsck(stage.store)).faults, []);
  line.state = "up";
});

Deno.test("a beat is judged by one's own clock, whatever others show", async () => {
  await using stage = new Stage();
  const fast = new FakeClock({ now: 1e9, today: 0 });
  const gate = latch();
  let reason: unknown;
  const slow = stage.scheduler({ lease: LEASE_MS }).define("a", {
    run({ signal }): Promise<void> {
      signal.onabort = () => reason = signal.reason;
      return gate.promise;
    },
  });
  stage.scheduler({ lease: LEASE_MS, clock: fast })
    .define("b", { run(): void {} });
  await slow.enqueue("k");
  await stage.pass(10);

  for (let i = 0; i < 20; i++) { // As fast as 1.1 to 1.
    await pass(fast, 220);
    await stage.pass(200);
  }
  fast.jumpToday(1e12);
  await pass(fast, 200);

  assertEquals([reason, (await stage.store.sessions()).length], [undefined, 2]);
  gate.resolve();
  await turn();
  await pass(fast, 5_000); // The slow one stands still: it is taken for lost.
  assertEquals((await stage.store.sessions()).length, 1);
  fast.advance(0);
  await pass(fast, 10);
});

Deno.test("an observer that could not read begins to count anew", async () => {
  await using stage = new Stage();
  const line = lineTo(stage.store);
  const ghost = await stage.store.openSession();
  stage.scheduler({ store: line.store, lease: LEASE_MS })
    .define("a", { run(): void {} });
  const isThere = async (): Promise<boolean> =>
    (await stage.store.sessions()).some(({ session }) => session === ghost);
  await stage.pass(600);

  line.state = "down";
  await stage.pass(5_000);
  line.state = "up";
  await stage.pass(900);
  const soon = await isThere();
  await stage.pass(3_000);

  assertEquals([soon, await isThere()], [true, false]);
});

Deno.test("what a fenced session left is made due again at once", async () => {
  await using stage = new Stage();
  const a = stage.scheduler({ handlers: "elsewhere" })
    .define("a", { run: () => "done" });
  await a.enqueue("k");
  const ghost = await stage.store.openSession();
  await stage.store.claim(ghost, [{ kind: "a", limit: 1 }], 1);
  const [view] = await stage.store.sessions();
  await stage.store.fence(ghost, view?.beat ?? "");

  stage.scheduler().define("a", { run: () => "done" });
  await stage.pass(50);

  assertEquals(await a.inspect("k"), undefined);
  assertEquals((await stage.store.sessions()).length, 1);
});

Deno.test("a new claim waits for the callback of a lost one of the same key", async () => {
  await using stage = new Stage();
  const line = lineTo(stage.store);
  const gates = [latch(), latch()];
  const log: string[] = [];
  let runs = 0;
  const scheduler = stage.scheduler({ store: line.store, lease: LEASE_MS });
  const a = scheduler.define("a", {
    async run({ key }): Promise<void> {
      const run = runs++;
      log.push(`${key} ${run} begins`);
      await gates[run]?.promise;
      log.push(`${key} ${run} ends`);
    },
  });
  await a.enqueue("k");
  await stage.pass(10);
  line.state = "down";
  await stage.pass(1_000);
  line.state = "up";
  await stage.pass(5_000);

  assertEquals(log, ["k 0 begins"]);
  assertEquals((await a.inspect("k"))?.state, "running"); // Claimed anew.
  gates[0]?.resolve();
  await turn();
  gates[1]?.resolve();
  await stage.pass(50);

  assertEquals(log, ["k 0 begins", "k 0 ends", "k 1 begins", "k 1 ends"]);
});

Deno.test("an item that crashes who runs it is given up, with its messages", async () => {
  await using stage = new Stage();
  const told: unknown[] = [];
  const a = stage.scheduler({ handlers: "elsewhere" })
    .define("a", { message: type<number>(), run(): void {} });
  await a.enqueue("k", 7);
  for (let i = 0; i < 3; i++) await crash(stage, "a");
  let runs = 0;

  const scheduler = stage.scheduler({ crashes: 3, concurrency: 1 });
  const runner = scheduler.define("a", {
    message: type<number>(),
    retry: [10, 10],
    run: () => void runs++,
    undelivered: (messages, { error, attempts }) =>
      told.push(messages, error, attempts),
  });
  await stage.pass(50);

  const [messages, error, attempts] = told;
  assertEquals([messages, attempts, runs], [[7], 0, 0]);
  assertInstanceOf(error, CrashedError);
  assertEquals(
    error.message,
    'The item "a/k" was given up as 3 processes were lost with it',
  );
  const { items: [letter] } = await a.dead();
  assertEquals([letter?.messages, letter?.crashes], [[7], 3]);
  await runner.request("another"); // Its executor is free.
});

Deno.test("an item that crashes is run again below the limit", async () => {
  await using stage = new Stage();
  const a = stage.scheduler({ handlers: "elsewhere" })
    .define("a", { run: () => "done" });
  await a.enqueue("k");
  for (let i = 0; i < 2; i++) await crash(stage, "a");
  let runs = 0;

  stage.scheduler({ crashes: 3 }).define("a", { run: () => void runs++ });
  await stage.pass(50);

  assertEquals(runs, 1);
});

Deno.test("an item that crashes is held where the kind holds", async () => {
  await using stage = new Stage();
  const options = { whenExhausted: "hold" as const, run(): void {} };
  const a = stage.scheduler({ handlers: "elsewhere" }).define("a", options);
  const result = a.request("k").catch((error) => error);
  await turn();
  await crash(stage, "a");

  stage.scheduler({ crashes: 1 }).define("a", options);
  await stage.pass(300);

  assertEquals((await a.inspect("k"))?.state, "held");
  assertEquals(
    told(await result),
    'HeldError: Cannot wait for "a/k" as its last attempt failed',
  );
});

/** Claims one item of a kind, and is lost. */
async function crash({ store }: Stage, kind: string): Promise<void> {
  const session = await store.openSession();
  await store.claim(session, [{ kind, limit: 1 }], 1);
  const views = await store.sessions();
  const view = views.find((each) => each.session === session);
  await store.fence(session, view?.beat ?? "");
  await store.reclaim(session);
}

Deno.test("an item that cannot be read now is read when the store is back", async () => {
  await using stage = new Stage();
  let failures = 3;
  const store = hooked(stage.store, (method, call) => {
    if (method !== "load" || failures-- <= 0) return call();
    return Promise.reject(
      new StoreError("Cannot load", "it is down", { trouble: "unavailable" }),
    );
  });
  const a = stage.scheduler({ store }).define("a", { run: () => "done" });

  const result = a.request("k");
  await stage.pass(6_000);

  assertEquals([await result, stage.errors.length], ["done", 1]);
});

Deno.test("an item that cannot be read at all is given back, again and again", async () => {
  await using stage = new Stage();
  let loads = 0;
  const store = hooked(stage.store, (method, call) => {
    if (method !== "load") return call();
    loads++;
    return Promise.reject(
      new StoreError("Cannot load", "it is not ours", { trouble: "format" }),
    );
  });
  const a = stage.scheduler({ store }).define("a", { run: () => "done" });
  await a.enqueue("k");

  await stage.pass(10_000);

  assert(loads > 1 && loads <= 25, `${loads} loads`);
  assertEquals((await a.inspect("k"))?.failures, 0);
});

Deno.test("an end that cannot be stored now is stored when the store is back", async () => {
  await using stage = new Stage();
  let failures = 2;
  const store = hooked(stage.store, (method, call) => {
    if (method !== "settle" || failures-- <= 0) return call();
    return Promise.reject(
      new StoreError("Cannot settle", "it is down", { trouble: "unavailable" }),
    );
  });
  let runs = 0;
  const a = stage.scheduler({ store }).define("a", { run: () => ++runs });

  const result = a.request("k");
  await stage.pass(6_000);

  assertEquals([await result, runs], [1, 1]);
});

Deno.test("a claim whose answer was lost becomes due again", async () => {
  await using stage = new Stage();
  let isLost = false;
  const store = hooked(stage.store, async (method, call) => {
    const answer = await call();
    const isClaim = method === "claim" && Array.isArray(answer) &&
      answer.length !== 0;
    if (!isClaim || isLost) return answer;
    isLost = true;
    throw new StoreError("Cannot claim", "no answer came", {
      trouble: "unavailable",
      outcome: "unknown",
    });
  });
  const a = stage.scheduler({ store, lease: LEASE_MS })
    .define("a", { run: () => "done" });

  const result = a.request("k");
  await stage.pass(5_000);

  assertEquals([await result, isLost], ["done", true]);
  assertEquals((await stage.store.sessions()).length, 1);
});

Deno.test("a claim that never answers is given up with its session", async () => {
  await using stage = new Stage();
  let isStuck = false;
  const store = hooked(stage.store, async (method, call) => {
    const answer = await call();
    if (method !== "claim" || isStuck) return answer;
    if (Array.isArray(answer) && answer.length === 0) return answer;
    isStuck = true;
    return await new Promise(() => {});
  });
  const line = lineTo(store);
  const a = stage.scheduler({ store: line.store, lease: LEASE_MS })
    .define("a", { run: () => "done" });

  const result = a.request("k");
  await stage.pass(100);
  line.state = "down";
  await stage.pass(1_000);
  line.state = "up";
  await stage.pass(5_000);

  assertEquals([await result, isStuck], ["done", true]);
});

Deno.test("a lost run's item refuses what would change something", async () => {
  await using stage = new Stage();
  let run: DurableRun | undefined;
  const gate = latch();
  const a = stage.scheduler({ lease: LEASE_MS }).define("a", {
    run(own): Promise<void> {
      run ??= own;
      return gate.promise;
    },
  });
  await a.enqueue("k");
  await stage.pass(10);
  const [view] = await stage.store.sessions();
  await stage.store.fence(view?.session ?? "", view?.beat ?? "");
  await stage.pass(350);

  const item = run?.item;
  await assertRejects(async () => await item?.enqueue(), LeaseLostError);
  await assertRejects(async () => await item?.cancel(), LeaseLostError);
  await assertRejects(async () => await item?.delete(), LeaseLostError);
  const error = await Promise.resolve()
    .then(() => run?.tx({ type: "delete", key: ["a"] }))
    .catch((error) => error);
  assertInstanceOf(error, LeaseLostError);
  assertStrictEquals(run?.signal.aborted, true);
  gate.resolve();
});

Deno.test("a request outlasts the loss of who ran it", async () => {
  await using stage = new Stage();
  const line = lineTo(stage.store);
  const lost = stage.scheduler({ store: line.store, lease: LEASE_MS });
  lost.define("a", {
    run: ({ signal }): Promise<string> => aborted(signal),
  });
  const asker = stage.scheduler({ handlers: "elsewhere" })
    .define("a", { run: (): string => "never" });
  const result = asker.request("k");
  await stage.pass(10);
  line.state = "silent";

  stage.scheduler({ lease: LEASE_MS }).define("a", { run: () => "done" });
  await stage.pass(4_000);

  assertEquals(await result, "done");
  line.state = "up";
});

Deno.test("a local request outlasts the loss of its own run", async () => {
  await using stage = new Stage();
  let runs = 0;
  const a = stage.scheduler({ lease: LEASE_MS }).define("a", {
    run: ({ signal }) => runs++ === 0 ? aborted(signal) : "done",
  });
  const result = a.request("k");
  await stage.pass(10);
  const [view] = await stage.store.sessions();
  await stage.store.fence(view?.session ?? "", view?.beat ?? "");
  await stage.pass(3_000);

  assertEquals([await result, runs], ["done", 2]);
});

Deno.test("a session whose claim was lost ends with its last run", async () => {
  await using stage = new Stage();
  const gate = latch();
  let isLost = false;
  const store = hooked(stage.store, async (method, call) => {
    const answer = await call();
    const isSecond = method === "claim" && Array.isArray(answer) &&
      answer.some(({ key }) => key === "second");
    if (!isSecond || isLost) return answer;
    isLost = true;
    throw new StoreError("Cannot claim", "no answer came", {
      trouble: "unavailable",
      outcome: "unknown",
    });
  });
  const ran: string[] = [];
  const a = stage.scheduler({ store, lease: LEASE_MS }).define("a", {
    async run({ key }): Promise<void> {
      if (key === "first") await gate.promise;
      ran.push(key);
    },
  });
  await a.enqueue("first");
  await stage.pass(10);
  await a.enqueue("second");
  await stage.pass(5_000);
  assertEquals(ran, []); // Its session lives on, for the first.

  gate.resolve();
  await stage.pass(2_000);

  assertEquals(ran, ["first", "second"]);
  assertEquals((await stage.store.sessions()).length, 1);
});

Deno.test("a renewal that answers late takes nothing from a later one", async () => {
  await using stage = new Stage();
  const [first, others] = [latch(), latch()];
  let renewals = 0;
  const store = hooked(stage.store, async (method, call) => {
    const answer = await call();
    if (method !== "renew") return answer;
    const number = renewals++;
    if (number === 0) await first.promise;
    if (number > 1) await others.promise;
    return answer;
  });
  const reasons: unknown[] = [];
  const run = latch();
  const a = stage.scheduler({ store, lease: LEASE_MS }).define("a", {
    run({ signal }): Promise<void> {
      signal.onabort = () => reasons.push(signal.reason);
      return run.promise;
    },
  });
  await a.enqueue("k");
  await stage.pass(700); // They were sent at 333 and 667.
  first.resolve();
  await stage.pass(700);

  assertEquals(reasons, []);
  others.resolve();
  run.resolve();
});
