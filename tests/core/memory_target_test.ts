import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  Scheduler,
  type Suspension,
  systemClock,
  WorkItemError,
} from "../../mod.ts";
import { Suspensions } from "../../src/core/suspensions.ts";
import { SeenIds } from "../../src/core/seen_ids.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { MemoryTarget } from "../../src/core/memory_target.ts";
import { targetOf } from "../../src/core/target_of.ts";
import { targetContract } from "../support/target_contract.ts";

targetContract("in memory", (kinds) => {
  const scheduler = new Scheduler();
  for (const each of kinds) scheduler.define(each);
  const close = (): Promise<unknown> => scheduler.close({ grace: 0 });
  return { target: targetOf(scheduler), closeScheduler: close, close };
});

const NAME = { kind: "note", key: "a" };

Deno.test("SeenIds remembers an id for ten minutes, and not longer", () => {
  const clock = new FakeClock();
  const seen = new SeenIds(clock);
  seen.add(NAME, "x");

  clock.advance(600_000);

  assertEquals(seen.find(NAME, "x"), undefined);
});

Deno.test("SeenIds finds an id for as long as it is asked for", () => {
  const clock = new FakeClock();
  const seen = new SeenIds(clock);
  seen.add(NAME, "x");

  for (let i = 0; i < 3; i++) {
    clock.advance(599_999);
    assertNotEquals(seen.find(NAME, "x"), undefined);
  }
});

Deno.test("SeenIds keeps the newest 100,000", () => {
  const seen = new SeenIds(new FakeClock());

  for (let i = 0; i <= 100_000; i++) seen.add(NAME, `id ${i}`);

  assertEquals(seen.find(NAME, "id 0"), undefined);
  assertNotEquals(seen.find(NAME, "id 1"), undefined);
  assertNotEquals(seen.find(NAME, "id 100000"), undefined);
});

Deno.test("SeenIds keeps the newest results, 16 MB of them", async () => {
  const seen = new SeenIds(new FakeClock());
  const pending = new Promise(() => {});
  seen.add(NAME, "pending", pending);
  const large = "x".repeat(1_000_000);

  for (let i = 0; i < 17; i++) {
    seen.add(NAME, `id ${i}`, Promise.resolve(large));
  }
  seen.add(NAME, "odd", Promise.resolve(1n));
  seen.add(NAME, "small", Promise.resolve(1));
  await Promise.resolve();

  assertEquals(seen.find(NAME, "id 0")?.result, undefined);
  assertEquals(seen.find(NAME, "odd")?.result, undefined);
  assertEquals(await seen.find(NAME, "small")?.result, 1);
  assertEquals(seen.find(NAME, "pending")?.result, pending);
});

Deno.test("request() again with the id of what nobody waited for is told so", async () => {
  const scheduler = new Scheduler();
  scheduler.define("note", { run: () => {} });
  const target = targetOf(scheduler);
  await target.enqueue(NAME, undefined, { id: "x" });

  const { outcome, result } = await target.request(NAME, undefined, {
    id: "x",
  });

  assertEquals(outcome, "duplicate");
  await assertRejects(() => result, WorkItemError, "no result is kept");
  await scheduler.close();
});

Deno.test("targetOf() gives one target for each scheduler", async () => {
  const scheduler = new Scheduler();
  const other = new Scheduler();

  assertStrictEquals(targetOf(scheduler), targetOf(scheduler));
  assert(targetOf(scheduler) !== targetOf(other));
  await scheduler.close();
  await other.close();
});

Deno.test("MemoryTarget tells its versions from those of another process", async () => {
  const scheduler = new Scheduler();
  scheduler.define("note", { run: () => {} });
  scheduler.pause();
  const clock = new FakeClock();
  const first = new MemoryTarget(scheduler, { clock });
  clock.advance(1);
  const later = new MemoryTarget(scheduler, { clock });

  const { version } = await first.enqueue(NAME);

  assertNotEquals((await later.inspect(NAME))?.version, version);
  assertEquals((await first.inspect(NAME))?.version, version);
  await scheduler.close({ grace: 0 });
});

Deno.test("list() of very many keys lets others have their turn", async () => {
  const scheduler = new Scheduler();
  const notes = scheduler.define("note", { run: () => {} });
  scheduler.pause();
  for (let i = 0; i < 20_000; i++) notes.enqueue(`key ${i}`);
  let turns = 0;
  const clock = {
    ...systemClock,
    turn: (callback: () => void): void => {
      turns++;
      queueMicrotask(callback);
    },
  };
  const target = new MemoryTarget(scheduler, { clock });

  const { items } = await target.list("note", { limit: 1 });

  assertEquals(items.map(({ key }) => key), ["key 0"]);
  assertEquals(turns, 2);
  await scheduler.close({ grace: 0 });
});

Deno.test("Suspensions holds 100,000 at most, and lets go of one too many", () => {
  const suspensions = new Suspensions();
  let held = 0;
  const suspension = (): Suspension => {
    held++;
    const resume = (): void => void held--;
    return { resume, [Symbol.dispose]: resume };
  };
  for (let i = 0; i < 100_000; i++) {
    suspensions.set({ kind: "note", key: `${i}` }, suspension());
  }

  assertThrows(() => suspensions.set(NAME, suspension()), WorkItemError);
  assertEquals(held, 100_000);
  suspensions.set({ kind: "note", key: "7" }, suspension());
  suspensions.set({ kind: "note", key: "8" }, undefined);

  assertEquals(held, 99_999);
});
