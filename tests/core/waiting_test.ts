/** `flush()` and `idle()`: what they wait for, and that they leave nothing. */
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { SelfWaitError } from "../../mod.ts";
import { microtasks, peek, Puppet, Stage } from "./support/stage.ts";

/** An abort signal that counts who listens. */
class CountingSignal {
  readonly #controller = new AbortController();
  readonly signal: AbortSignal = this.#controller.signal;
  listeners = 0;

  constructor() {
    const { signal } = this;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...given: unknown[]): void => {
      this.listeners++;
      Reflect.apply(addEventListener, signal, given);
    };
    signal.removeEventListener = (...given: unknown[]): void => {
      this.listeners--;
      Reflect.apply(removeEventListener, signal, given);
    };
  }

  abort(reason: unknown): void {
    this.listeners = 0; // Listeners are told once.
    this.#controller.abort(reason);
  }
}

Deno.test("flush() waits for the run in flight and for the one that is owed", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ run: puppet.run });
  item.enqueue();
  await microtasks();
  item.enqueue();

  const flush = peek(item.flush());
  puppet.at(1).succeed();
  await microtasks();
  assertEquals(flush.now, "pending");
  puppet.at(2).succeed();
  await microtasks();

  assertEquals(flush.now, undefined);
});

Deno.test("flush() is not prolonged by what is enqueued later", async () => {
  await using stage = new Stage();
  const puppet = new Puppet();
  const item = stage.scheduler.createWorkItem({ run: puppet.run });
  item.enqueue();
  await microtasks();

  const flush = peek(item.flush());
  item.enqueue();
  puppet.at(1).succeed();
  await microtasks();

  assertEquals([flush.now, item.state], [undefined, "running"]);
  puppet.at(2).succeed();
});

Deno.test("flush() waits for all overlapping runs, whichever ends last", async () => {
  await using stage = new Stage({ concurrency: 3 });
  const puppet = new Puppet();
  const whenRunning = "overlap";
  const item = stage.scheduler.createWorkItem({ whenRunning, run: puppet.run });
  for (let run = 0; run < 3; run++) {
    item.enqueue();
    await microtasks();
  }
  item.enqueue();

  const flush = peek(item.flush());
  for (const number of [2, 3, 4, 1]) {
    assertEquals(flush.now, "pending");
    puppet.at(number).succeed();
    await microtasks();
  }

  assertEquals(flush.now, undefined);
});

Deno.test("flush() never rejects with the error of a run", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({
    run: () => Promise.reject(new RangeError("broken")),
  });
  item.enqueue();

  await Promise.all([item.flush(), item.idle()]);

  assertEquals(stage.takeErrors(), ["RangeError"]);
});

Deno.test("flush() of a suspended item waits for its resume only if it is owed", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({ run(): void {} });
  const suspension = item.suspend();
  await item.flush();
  item.enqueue();

  const flush = peek(item.flush());
  await microtasks();
  assertEquals(flush.now, "pending");
  suspension.resume();
  await microtasks();

  assertEquals(flush.now, undefined);
});

Deno.test("suspend() nests: the item runs when the last is resumed", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({ run(): void {} });
  const [first, second] = [item.suspend(), item.suspend()];
  item.enqueue();

  first.resume();
  first.resume(); // Once is enough, more does nothing.
  first[Symbol.dispose]();
  await microtasks();
  assertEquals(item.state, "suspended");
  second.resume();
  await microtasks();

  assertEquals([item.state, stage.scheduler.snapshot().ok], ["idle", 1]);
});

Deno.test("suspend() folds all that is enqueued into one run at the tail", async () => {
  await using stage = new Stage({ concurrency: 1 });
  const order: string[] = [];
  const [a, b] = ["a", "b"].map((key) =>
    stage.scheduler.createWorkItem({
      key,
      run: (run) => void order.push(`${run.key} x${run.coalesced}`),
    })
  );
  a?.enqueue();
  const suspension = a?.suspend();
  a?.enqueue();
  b?.enqueue();

  suspension?.resume();
  await stage.scheduler.idle();

  assertEquals(order, ["b x1", "a x2"]);
});

for (const wait of ["flush", "idle"] as const) {
  Deno.test(`${wait}({ signal }) rejects with the signal's reason, and nobody else is`, async () => {
    await using stage = new Stage();
    const puppet = new Puppet();
    const item = stage.scheduler.createWorkItem({ run: puppet.run });
    item.enqueue();
    const reason = new RangeError("enough");
    const counting = new CountingSignal();
    const mine = item[wait]({ signal: counting.signal });
    const others = peek(item[wait]());
    await microtasks();
    item.enqueue();

    counting.abort(reason);

    assertStrictEquals(await assertRejects(() => mine), reason);
    assertEquals(others.now, "pending");
    puppet.at(1).succeed();
    await microtasks();
    puppet.at(2).succeed();
    await microtasks();
    assertEquals(others.now, undefined);
  });

  for (const end of ["succeeds", "fails", "is cancelled", "is deleted"]) {
    Deno.test(`${wait}({ signal }) leaves no listener when the item ${end}`, async () => {
      await using stage = new Stage();
      const item = stage.scheduler.createWorkItem({
        run: () => end === "fails" ? Promise.reject(new Error("no")) : 1,
      });
      const counting = new CountingSignal();
      item.enqueue();
      if (end === "is deleted") item.delete();
      const waiting = peek(item[wait]({ signal: counting.signal }));
      assertEquals(counting.listeners, 1);

      if (end === "is cancelled") item.cancel();
      await microtasks();

      const now = end === "is cancelled" ? "CancelledError" : undefined;
      assertEquals([waiting.now, counting.listeners], [now, 0]);
      stage.takeErrors();
    });
  }

  Deno.test(`${wait}({ signal }) of an aborted signal rejects at once while busy`, async () => {
    await using stage = new Stage();
    const item = stage.scheduler.createWorkItem({ run(): void {} });
    item.enqueue();
    const signal = AbortSignal.abort("before");

    assertEquals(
      await item[wait]({ signal }).catch((reason) => reason),
      "before",
    );
  });

  Deno.test(`${wait}() refuses options it does not know by rejecting`, async () => {
    await using stage = new Stage();
    const item = stage.scheduler.createWorkItem({ run(): void {} });
    const options = { sginal: undefined } as object;

    await assertRejects(() => item[wait](options), TypeError, '"signal"');
  });
}

Deno.test("scheduler.idle() waits for all that is due or runs, not for suspended items", async () => {
  await using stage = new Stage({ concurrency: 1 });
  const suspended = stage.scheduler.createWorkItem({ run(): void {} });
  const suspension = suspended.suspend();
  suspended.enqueue();
  const puppet = new Puppet();
  const items = [1, 2].map(() =>
    stage.scheduler.createWorkItem({ run: puppet.run })
  );
  for (const item of items) item.enqueue();

  const idle = peek(stage.scheduler.idle());
  await microtasks();
  puppet.at(1).succeed();
  await microtasks();
  assertEquals(idle.now, "pending");
  puppet.at(2).succeed();
  await microtasks();

  assertEquals(idle.now, undefined);
  await stage.scheduler.idle(); // At once.
  suspension.resume();
});

Deno.test("scheduler.idle() resolves when the last that is due is taken back", async () => {
  await using stage = new Stage();
  stage.scheduler.pause();
  const cancelled = stage.scheduler.createWorkItem({ run(): void {} });
  const suspended = stage.scheduler.createWorkItem({ run(): void {} });
  cancelled.enqueue();
  suspended.enqueue();
  const idle = peek(stage.scheduler.idle());

  cancelled.cancel();
  await microtasks();
  assertEquals(idle.now, "pending");
  suspended.suspend();
  await microtasks();

  assertEquals(idle.now, undefined);
});

Deno.test("scheduler.idle({ signal }) rejects with its reason and leaves no listener", async () => {
  await using stage = new Stage();
  const item = stage.scheduler.createWorkItem({ run(): void {} });
  const [aborted, kept] = [new CountingSignal(), new CountingSignal()];
  item.enqueue();
  const first = peek(stage.scheduler.idle({ signal: aborted.signal }));
  const second = peek(stage.scheduler.idle({ signal: kept.signal }));

  aborted.abort("enough");
  await microtasks();

  assertEquals([first.now, second.now], ["enough", undefined]);
  assertEquals(kept.listeners, 0);
});

Deno.test("verify: waiting for oneself by the outer handle is named", async () => {
  await using stage = new Stage({ verify: true });
  for (const wait of ["flush", "idle", "request", "delete"] as const) {
    const item = stage.scheduler.createWorkItem({
      async run({ number }): Promise<void> {
        if (number === 1) await item[wait]();
      },
    });

    await assertRejects(() => item.request(), SelfWaitError, "its own end");
    await stage.scheduler.idle();
  }
});

Deno.test("verify: all executors waiting for queued items is named", async () => {
  await using stage = new Stage({ verify: true, concurrency: 1 });
  const other = stage.scheduler.createWorkItem({ run(): void {} });
  const item = stage.scheduler.createWorkItem({
    async run(): Promise<void> {
      await other.request();
    },
  });

  await assertRejects(() => item.request(), SelfWaitError, "all executors");
  await other.idle();
});
