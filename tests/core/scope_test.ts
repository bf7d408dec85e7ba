/** Scopes: a lifetime that items share. What they serialize is in
 * gate_test.ts. */
import {
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ClosedError, DeletedError, SelfWaitError } from "../../mod.ts";
import { microtasks, obey, peek, Puppet, Stage } from "./support/stage.ts";

Deno.test("createScope() nests: each knows what it lives in", async () => {
  await using stage = new Stage();

  const outer = stage.scheduler.createScope();
  const inner = outer.createScope();
  const item = inner.createWorkItem({ run(): void {} });

  assertStrictEquals(outer.parent, stage.scheduler);
  assertStrictEquals(inner.parent, outer);
  assertStrictEquals(item.parent, inner);
});

Deno.test("scope.delete() cleans up in the order items, inner scope, outer scope", async () => {
  await using stage = new Stage();
  const log: string[] = [];
  const cleanup = (what: string) => async (): Promise<void> => {
    log.push(`${what} begins`);
    await microtasks();
    log.push(`${what} ends`);
  };
  const outer = stage.scheduler.createScope({ cleanup: cleanup("outer") });
  const inner = outer.createScope({ cleanup: cleanup("inner") });
  inner.createWorkItem({ run(): void {}, cleanup: cleanup("item") });

  await outer.delete();

  const order = ["item", "inner", "outer"];
  assertEquals(
    log,
    order.flatMap((what) => [`${what} begins`, `${what} ends`]),
  );
});

Deno.test("scope.delete() refuses enqueues of all that is inside at once", async () => {
  await using stage = new Stage();
  const outer = stage.scheduler.createScope();
  const inner = outer.createScope();
  const puppet = new Puppet();
  const busy = outer.createWorkItem({ run: puppet.run });
  const item = inner.createWorkItem({ run(): void {} });
  busy.enqueue();
  await microtasks();

  const deletion = outer.delete();

  assertThrows(() => busy.enqueue(), DeletedError);
  assertThrows(() => item.enqueue(), DeletedError);
  puppet.at(1).succeed();
  await deletion;
  assertEquals([busy.state, item.state], ["deleted", "deleted"]);
});

Deno.test("scope.delete() marks all before the first cleanup can reach the last", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope();
  const seen: unknown[] = [];
  scope.createWorkItem({
    run(): void {},
    cleanup(): void {
      try {
        seen.push(last.enqueue());
      } catch (error) {
        seen.push(error instanceof DeletedError);
      }
    },
  });
  const last = scope.createWorkItem({ run(): void {} });

  await scope.delete();

  assertEquals(seen, [true]);
});

Deno.test("scope.delete() lets queued items run, in order, before any cleanup of the scope", async () => {
  await using stage = new Stage({ concurrency: 1 });
  const log: unknown[] = [];
  const scope = stage.scheduler.createScope({ cleanup: () => log.push("end") });
  for (const key of ["a", "b"]) {
    scope.createWorkItem({ key, run: (run) => log.push(run.key) }).enqueue();
  }

  await scope.delete();

  assertEquals(log, ["a", "b", "end"]);
});

Deno.test("scope.delete() waits for the deletion of a child that began before", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope();
  const inner = scope.createScope();
  const puppet = new Puppet();
  const item = inner.createWorkItem({ run: puppet.run });
  item.enqueue();
  await microtasks();
  const first = item.delete();
  const second = inner.delete();

  const third = peek(scope.delete());
  await microtasks();
  assertEquals(third.now, "pending");
  assertStrictEquals(item.delete(), first);
  assertStrictEquals(inner.delete(), second);
  puppet.at(1).succeed();
  await microtasks();

  assertEquals(third.now, undefined);
});

Deno.test("scope.delete() twice is the same promise, and cleans up once", async () => {
  await using stage = new Stage();
  let cleanups = 0;
  const scope = stage.scheduler.createScope({ cleanup: () => cleanups++ });

  const first = scope.delete();
  const second = scope.delete();
  await first;

  assertStrictEquals(first, second);
  assertStrictEquals(scope.delete(), first);
  await stage.close();
  assertEquals(cleanups, 1);
});

Deno.test("A deleted scope has no parent and creates nothing", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope();

  await scope.delete();

  assertEquals(scope.parent, undefined);
  assertThrows(() => scope.createScope(), DeletedError, "scope");
  assertThrows(
    () => scope.createWorkItem({ run(): void {} }),
    DeletedError,
    "scope",
  );
});

Deno.test("A scope's cleanup that rejects goes to onError, and delete() resolves", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope({
    cleanup: () => Promise.reject(new RangeError("broken")),
  });

  await scope.delete();

  assertEquals(stage.takeErrors(), ["RangeError"]);
});

Deno.test("Deleting one item leaves its scope and its siblings alone", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope();
  const gone = scope.createWorkItem({ run(): void {} });
  const stays = scope.createWorkItem({ run: () => "works" });

  await gone.delete();

  assertEquals(await stays.request(), "works");
  await scope.delete();
});

Deno.test("scope.delete() with a stuck child at close() rejects, and cleans nothing up", async () => {
  await using stage = new Stage();
  const log: string[] = [];
  const scope = stage.scheduler.createScope({
    cleanup: () => log.push("scope"),
  });
  const puppet = new Puppet();
  scope.createWorkItem({ run: puppet.run }).enqueue();
  await microtasks();
  const deletion = scope.delete();

  const { stuck } = await stage.close();

  assertEquals(stuck.length, 1);
  await assertRejects(() => deletion, ClosedError);
  assertEquals(log, []);
});

Deno.test("scope.delete() pending at close() ends within its grace", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope();
  scope.createWorkItem({ key: "a", run: obey }).enqueue();
  await microtasks();
  const deletion = scope.delete();

  const { aborted } = await stage.close({ grace: 10 });

  await deletion;
  assertEquals(aborted, [{ kind: undefined, key: "a", messages: [] }]);
});

Deno.test("verify: scope.delete() awaited in a run inside names the deadlock", async () => {
  await using stage = new Stage({ verify: true });
  const scope = stage.scheduler.createScope();
  const item = scope.createWorkItem({
    async run(): Promise<void> {
      await scope.delete();
    },
  });

  await assertRejects(() => item.request(), SelfWaitError, "in that scope");
  await scope.delete();
});

Deno.test("The context() of an item may delete its scope: the item is not made", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope();
  let cleanups = 0;

  assertThrows(() =>
    scope.createWorkItem({
      context: () => void scope.delete(),
      run(): void {},
      cleanup: () => cleanups++,
    }), DeletedError);

  await scope.delete();
  assertEquals(cleanups, 0);
});
