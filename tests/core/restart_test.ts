/** `whenRunning: "restart"`: a due wake-up aborts the run, which hands its own
 * wake-up back if it then rejects. */
import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CancelledError,
  ClosedError,
  DeletedError,
  type WorkItem,
  type WorkItemOptions,
} from "../../mod.ts";
import {
  microtasks,
  obey,
  ObservedStage,
  peek,
  Puppet,
  Stage,
} from "./support/stage.ts";

type Options = Partial<WorkItemOptions<undefined, unknown>>;

/** An item that restarts, and its runs. */
function restartable(
  parent: Stage["scheduler"],
  options: Options = {},
): { item: WorkItem<undefined, unknown>; puppet: Puppet } {
  const puppet = new Puppet();
  const item = parent.createWorkItem<undefined, unknown>({
    key: "a",
    whenRunning: "restart",
    run: puppet.run,
    ...options,
  });
  return { item, puppet };
}

Deno.test("enqueue() of a running item aborts its signal, not before it returns", async () => {
  await using stage = new Stage();
  const { item, puppet } = restartable(stage.scheduler);
  item.enqueue();
  await microtasks();
  const { signal } = puppet.at(1);

  assertEquals(item.enqueue(), "rerun");
  assertEquals(signal.aborted, false); // It calls none of the user's code.
  await microtasks();

  assertEquals(signal.aborted, true);
  assertInstanceOf(signal.reason, CancelledError);
  puppet.at(1).succeed();
  await microtasks();
  puppet.at(2).succeed();
});

Deno.test("A restarted run that rejects hands its wake-up and its waiters back", async () => {
  await using stage = new ObservedStage();
  const { item, puppet } = restartable(stage.scheduler);
  const first = item.request();
  const flush = item.flush();
  await microtasks();
  const second = item.request();
  await microtasks();

  puppet.at(1).fail(puppet.at(1).signal.reason);
  await microtasks();
  assertEquals(puppet.at(2).run.coalesced, 2);
  puppet.at(2).succeed("both");

  assertEquals(await Promise.all([first, second]), ["both", "both"]);
  await flush;
  const { aborted, ok } = stage.scheduler.snapshot();
  assertEquals({ aborted, ok }, { aborted: 1, ok: 1 });
  assertEquals(stage.recorder.lines.at(-1), "ended a #2 ok");
});

Deno.test("A restarted run's waiters come before the newer ones", async () => {
  await using stage = new Stage();
  const { item, puppet } = restartable(stage.scheduler);
  const order: string[] = [];
  const ask = (name: string): void => {
    item.request().then(() => order.push(name));
  };
  ask("first");
  await microtasks();
  ask("second");
  await microtasks();

  puppet.at(1).fail("restarted");
  await microtasks();
  puppet.at(2).succeed();
  await microtasks();

  assertEquals(order, ["first", "second"]);
});

Deno.test("A restarted run that fulfils has answered its own waiters", async () => {
  await using stage = new Stage();
  const { item, puppet } = restartable(stage.scheduler);
  const first = item.request();
  await microtasks();
  const second = peek(item.request());
  await microtasks();

  puppet.at(1).succeed("late, but done");

  assertEquals(await first, "late, but done");
  await microtasks();
  assertEquals([second.now, puppet.at(2).run.coalesced], ["pending", 1]);
  puppet.at(2).succeed();
});

Deno.test("A run is restarted at most once", async () => {
  await using stage = new Stage();
  const { item, puppet } = restartable(stage.scheduler);
  let aborts = 0;
  item.enqueue();
  await microtasks();
  puppet.at(1).signal.addEventListener("abort", () => aborts++);

  for (let count = 0; count < 3; count++) {
    item.enqueue();
    await microtasks();
  }
  puppet.at(1).fail("restarted");
  await microtasks();

  assertEquals([aborts, puppet.at(2).run.coalesced], [1, 4]);
  puppet.at(2).succeed();
});

Deno.test("A run is never restarted by its own handle, but by another's", async () => {
  await using stage = new Stage();
  const { item, puppet } = restartable(stage.scheduler);
  item.enqueue();
  await microtasks();
  const { run, signal } = puppet.at(1);

  assertEquals(run.item.enqueue(), "rerun");
  await microtasks();
  assertEquals(signal.aborted, false);
  assertEquals(item.enqueue(), "coalesced");
  await microtasks();

  assertEquals(signal.aborted, true);
  puppet.at(1).succeed();
  await microtasks();
  puppet.at(2).succeed();
});

Deno.test("The handle of an ended run restarts like any other", async () => {
  await using stage = new Stage();
  const { item, puppet } = restartable(stage.scheduler);
  item.enqueue();
  await microtasks();
  puppet.at(1).succeed();
  item.enqueue();
  await microtasks();
  item.enqueue();
  await microtasks();
  assertEquals(puppet.at(2).signal.aborted, true);
  puppet.at(2).succeed();
  await microtasks();

  puppet.at(1).run.item.enqueue();
  await microtasks();

  assertEquals(puppet.at(3).signal.aborted, true);
  puppet.at(3).succeed();
  await microtasks();
  puppet.at(4).succeed();
});

for (const [maxRestarts, expected] of [[undefined, 8], [1, 1], [3, 3]]) {
  Deno.test(`maxRestarts: after ${expected} restarts in a row an enqueue acts as rerun`, async () => {
    await using stage = new Stage();
    const { item, puppet } = restartable(stage.scheduler, { maxRestarts });
    item.enqueue();
    await microtasks();
    let restarts = 0;

    while (restarts < 20) {
      item.enqueue();
      await microtasks();
      const { fail, signal } = puppet.at(restarts + 1);
      if (!signal.aborted) break;
      restarts++;
      fail(signal.reason);
      await microtasks();
    }

    assertEquals(restarts, expected);
    puppet.at(restarts + 1).succeed();
    await microtasks();
    item.enqueue(); // A run has ended by itself: restarts count from 0.
    await microtasks();
    const last = puppet.at(restarts + 2);
    assertEquals(last.signal.aborted, true);
    last.succeed();
    await microtasks();
    puppet.at(restarts + 3).succeed();
  });
}

Deno.test("A wake-up of a suspended item restarts its run on resume()", async () => {
  await using stage = new Stage();
  const { item, puppet } = restartable(stage.scheduler);
  item.enqueue();
  await microtasks();
  const suspension = item.suspend();

  assertEquals(item.enqueue(), "rerun");
  await microtasks();
  assertEquals(puppet.at(1).signal.aborted, false); // Owed, but not due.
  suspension.resume();
  await microtasks();

  assertEquals(puppet.at(1).signal.aborted, true);
  puppet.at(1).fail("restarted");
  await microtasks();
  puppet.at(2).succeed();
});

Deno.test("resume() restarts no run whose own handle has enqueued, nor after cancel()", async () => {
  await using stage = new Stage();
  const { item, puppet } = restartable(stage.scheduler);
  item.enqueue();
  await microtasks();
  const first = item.suspend();
  puppet.at(1).run.item.enqueue();
  first.resume();
  await microtasks();
  assertEquals(puppet.at(1).signal.aborted, false);

  item.cancel();
  const second = item.suspend();
  item.enqueue();
  item.cancel();
  puppet.at(1).run.item.enqueue();
  second.resume();
  await microtasks();

  assertEquals(puppet.at(1).signal.aborted, false);
  puppet.at(1).succeed();
  await microtasks();
  puppet.at(2).succeed();
});

Deno.test("A run's own gate does not hinder its restart in a serialized scope", async () => {
  await using stage = new Stage();
  const scope = stage.scheduler.createScope({ serialize: true });
  const puppet = new Puppet();
  const whenRunning = "restart";
  const item = scope.createWorkItem({ whenRunning, run: puppet.run });
  const order: string[] = [];
  const other = scope.createWorkItem({ run: () => void order.push("other") });
  item.enqueue();
  await microtasks();
  other.enqueue();

  assertEquals(item.enqueue(), "rerun");
  await microtasks();
  assertEquals(puppet.at(1).signal.aborted, true);
  puppet.at(1).fail("restarted");
  await microtasks();

  assertEquals([order, puppet.begun.length], [["other"], 2]);
  puppet.at(2).succeed();
});

Deno.test("cancel({ running: true }) prevails over a restart", async () => {
  await using stage = new Stage();
  const { item } = restartable(stage.scheduler, { run: obey });
  const first = item.request();
  await microtasks();
  const second = item.request();

  item.cancel({ running: true });

  await assertRejects(() => first, CancelledError);
  await assertRejects(() => second, CancelledError);
  assertEquals(item.state, "idle");
  assertEquals(stage.scheduler.snapshot().starts, 1);
});

Deno.test("delete() of a suspended item ends though its restarted run rejects", async () => {
  await using stage = new Stage();
  const { item, puppet } = restartable(stage.scheduler);
  const answer = peek(item.request());
  await microtasks();
  item.enqueue();
  item.suspend();

  const deletion = peek(item.delete());
  puppet.at(1).fail("restarted");
  await microtasks();

  assertEquals([item.state, deletion.now], ["deleted", []]);
  assertEquals(answer.now, DeletedError.name);
  assertEquals(puppet.begun.length, 1);
});

Deno.test("delete() while paused ends though the restarted run rejects", async () => {
  await using stage = new Stage();
  const { item, puppet } = restartable(stage.scheduler);
  const answer = peek(item.request());
  await microtasks();
  item.enqueue();
  stage.scheduler.pause();

  const deletion = peek(item.delete());
  puppet.at(1).fail("restarted");
  await microtasks();

  assertEquals([item.state, deletion.now], ["deleted", []]);
  assertEquals(answer.now, DeletedError.name);
});

Deno.test("close() leaves nobody waiting for the restarted run of a suspended item", async () => {
  await using stage = new Stage();
  const { item, puppet } = restartable(stage.scheduler);
  const answer = peek(item.request());
  await microtasks();
  item.enqueue();
  item.suspend();

  const closing = stage.scheduler.close();
  puppet.at(1).fail("restarted");
  const { left } = await closing;
  await microtasks();

  assertEquals(answer.now, ClosedError.name);
  assertEquals(new Set(left.map(({ key }) => key)), new Set(["a"]));
});

Deno.test("close() of a paused scheduler does not wait for a restarted wake-up", async () => {
  await using stage = new Stage();
  const { item, puppet } = restartable(stage.scheduler);
  const answer = peek(item.request());
  await microtasks();
  item.enqueue();
  stage.scheduler.pause();

  const closing = peek(stage.scheduler.close());
  puppet.at(1).fail("restarted");
  await microtasks();

  assertEquals(answer.now, ClosedError.name);
  assertEquals(closing.now === "pending", false);
});
