/** `waitUntil`: an edge request is kept alive for as long as anything is owed
 * or runs, by one promise for each busy time. */
import { assertEquals, assertThrows } from "@std/assert";
import { type SchedulerOptions, SkippedError } from "../../mod.ts";
import { microtasks, type Peek, peek, Puppet, Stage } from "./support/stage.ts";

/** What `waitUntil` was given. */
function keeper(): { options: SchedulerOptions; kept: Peek[] } {
  const kept: Peek[] = [];
  const waitUntil = (promise: Promise<unknown>): void => {
    kept.push(peek(promise));
  };
  return { options: { waitUntil }, kept };
}

function states(kept: readonly Peek[]): unknown[] {
  return kept.map(({ now }) => now === "pending" ? "kept" : "free");
}

Deno.test("waitUntil is given a promise that resolves when all is done", async () => {
  const { options, kept } = keeper();
  await using stage = new Stage(options);
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ run: puppet.run });

  item.enqueue();
  assertEquals(kept, []); // An enqueue calls none of the user's code.
  await microtasks();
  assertEquals(states(kept), ["kept"]);
  puppet.at(1).succeed();
  await microtasks();

  assertEquals(states(kept), ["free"]);
});

Deno.test("waitUntil is called once for each busy time, not for each item", async () => {
  const { options, kept } = keeper();
  await using stage = new Stage({ ...options, concurrency: 1 });
  const puppet = new Puppet();
  const items = [1, 2].map(() =>
    stage.scheduler.createWorkItem({ run: puppet.run })
  );
  for (const item of items) item.enqueue();
  await microtasks();
  items[0]?.enqueue();
  puppet.at(1).succeed();
  await microtasks();
  puppet.at(2).succeed();
  await microtasks();
  assertEquals(states(kept), ["kept"]);
  puppet.at(3).succeed();
  await microtasks();
  assertEquals(states(kept), ["free"]);

  await stage.scheduler.run(() => {});
  await microtasks();

  assertEquals(states(kept), ["free", "free"]);
});

Deno.test("waitUntil keeps what is owed and suspended", async () => {
  const { options, kept } = keeper();
  await using stage = new Stage(options);
  const item = stage.scheduler.createWorkItem({ run(): void {} });
  const suspension = item.suspend();
  item.enqueue();
  await stage.scheduler.run(() => {});
  await microtasks();
  assertEquals(states(kept), ["kept"]);

  suspension.resume();
  await microtasks();

  assertEquals(states(kept), ["free"]);
});

for (const how of ["cancel", "delete", "close"] as const) {
  Deno.test(`waitUntil lets go when ${how}() takes the last wake-up back`, async () => {
    const { options, kept } = keeper();
    await using stage = new Stage(options);
    const item = stage.scheduler.createWorkItem({ run(): void {} });
    item.suspend();
    item.enqueue();
    await microtasks();
    assertEquals(states(kept), ["kept"]);

    if (how === "close") stage.scheduler.close();
    else item[how]();
    await microtasks();

    assertEquals(states(kept), ["free"]);
  });
}

Deno.test("waitUntil is not called for what is refused", async () => {
  const { options, kept } = keeper();
  await using stage = new Stage({ ...options, maxOwed: 1 });
  const item = stage.scheduler.createWorkItem({
    whenRunning: "skip",
    run(): void {},
  });
  item.enqueue();
  const refused = item.request().catch((error) => error);
  const other = stage.scheduler.createWorkItem({ run(): void {} });
  assertThrows(() => other.enqueue());
  await microtasks();

  assertEquals((await refused) instanceof SkippedError, true);
  assertEquals(states(kept), ["free"]);
});

Deno.test("waitUntil lets go of a stuck run when close() gives it up", async () => {
  const { options, kept } = keeper();
  await using stage = new Stage(options);
  stage.scheduler.run(() => new Promise(() => {})).catch(() => {});
  await microtasks();

  await stage.close({ grace: 0 });
  await microtasks();

  assertEquals(states(kept), ["free"]);
});

Deno.test("A waitUntil that throws goes to onError, and the work is done", async () => {
  await using stage = new Stage({
    waitUntil(): never {
      throw new RangeError("broken");
    },
  });

  assertEquals(await stage.scheduler.run(() => "done"), "done");

  assertEquals(stage.takeErrors(), ["RangeError"]);
});
