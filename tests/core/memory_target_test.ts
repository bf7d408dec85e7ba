import { assertEquals, assertNotEquals } from "@std/assert";
import { Scheduler } from "../../mod.ts";
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

  clock.advance(599_999);
  assertNotEquals(seen.find(NAME, "x"), undefined);
  clock.advance(1);

  assertEquals(seen.find(NAME, "x"), undefined);
});

Deno.test("SeenIds keeps the newest 100,000", () => {
  const seen = new SeenIds(new FakeClock());

  for (let i = 0; i <= 100_000; i++) seen.add(NAME, `id ${i}`);

  assertEquals(seen.find(NAME, "id 0"), undefined);
  assertNotEquals(seen.find(NAME, "id 1"), undefined);
  assertNotEquals(seen.find(NAME, "id 100000"), undefined);
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
