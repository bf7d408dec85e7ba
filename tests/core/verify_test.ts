/** The verifier: what it names, and that it is silent otherwise (A20). */
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  Scheduler,
  type Scope,
  SelfWaitError,
  type,
  type WorkItem,
  WorkItemError,
} from "../../mod.ts";
import {
  defer,
  HandClock,
  track,
  type Tracked,
  turns,
} from "./support/hostile_expect.ts";
import { type Draw, drawer, freshSeed } from "./support/hostile_random.ts";

interface Stage {
  readonly clock: HandClock;
  readonly scheduler: Scheduler;
  readonly told: unknown[];
}

function stage(concurrency: number): Stage {
  const clock = new HandClock();
  const told: unknown[] = [];
  const scheduler = new Scheduler({
    concurrency,
    clock,
    verify: true,
    onError: (error) => void told.push(error),
  });
  return { clock, scheduler, told };
}

async function end({ clock, scheduler }: Stage): Promise<void> {
  const report = track(scheduler.close({ grace: 0, abortGrace: 0 }));
  for (let step = 0; step < 3; step++) {
    await turns(clock);
    clock.advance(1);
  }
  await turns(clock);
  assertEquals(report.state, "fulfilled");
}

function isSelfWait({ state, value }: Tracked): void {
  assertEquals(state, "rejected");
  assertInstanceOf(value, SelfWaitError);
  assertEquals(value.code, "WI-SELF-WAIT");
}

/** Ways of waiting for oneself; each waits by the handle from outside. */
const SELF_WAITS: Readonly<
  Record<string, (self: WorkItem, all: { scope: Scope } & Stage) => unknown>
> = {
  "item.flush()": (self) => self.flush(),
  "item.idle()": (self) => self.idle(),
  "item.request()": (self) => self.request(),
  "item.delete()": (self) => self.delete(),
  "scope.delete()": (_, { scope }) => scope.delete(),
  "scheduler.idle()": (_, { scheduler }) => scheduler.idle(),
};

for (const [name, waitFor] of Object.entries(SELF_WAITS)) {
  for (const isLate of [false, true]) {
    const when = isLate ? "after an await" : "at once";
    Deno.test(`A20 a run that awaits its own ${name} ${when} is refused`, async () => {
      const all = stage(2);
      const scope = all.scheduler.createScope();
      let waited: Tracked | undefined;
      const inner = scope.createScope();
      const item: WorkItem<undefined, unknown> = inner.createWorkItem({
        run: async ({ number }): Promise<void> => {
          if (number > 1) return;
          if (isLate) { for (let hop = 0; hop < 5; hop++) await undefined; }
          const waiting = async (): Promise<unknown> =>
            await waitFor(item as WorkItem, { ...all, scope });
          waited = track(waiting());
          await waiting();
        },
      });
      const request = track(item.request());
      await turns(all.clock);

      assert(waited !== undefined);
      isSelfWait(waited);
      isSelfWait(request);
      await end(all);
    });
  }
}

Deno.test("A20 all executors waiting for queued items are told so", async () => {
  for (const bound of [1, 2, 3]) {
    const all = stage(bound);
    const { clock, scheduler } = all;
    const waits: Tracked[] = [];
    const queued = scheduler.createWorkItem({ run: () => "done" });
    for (let index = 0; index < bound; index++) {
      scheduler.createWorkItem({
        run: async (): Promise<void> => {
          await undefined;
          const promise = queued.request();
          waits.push(track((async () => await promise)()));
          await promise;
        },
      }).request().catch(() => {});
    }
    await turns(clock);

    assertEquals(waits.length, bound);
    isSelfWait(waits[bound - 1] ?? { state: "pending", value: undefined });
    for (const { state } of waits.slice(0, -1)) {
      assertEquals(state, "fulfilled"); // The last one made room.
    }
    await end(all);
  }
});

Deno.test("A20 one executor that is free or not waiting is enough", async () => {
  const all = stage(2);
  const { clock, scheduler } = all;
  const gate = defer();
  const queued = scheduler.createWorkItem({ run: () => "done" });
  const waiting = track(scheduler.run(async () => {
    await undefined;
    return await queued.request();
  }));
  const busy = track(scheduler.run(() => gate.promise));
  await turns(clock);
  assertEquals(waiting.state, "pending");
  gate.resolve();
  await turns(clock);

  assertEquals([waiting.state, busy.state], ["fulfilled", "fulfilled"]);
  await end(all);
});

Deno.test("A20 F5: a run that awaits another item of its serialized scope is refused", async () => {
  for (const way of ["flush", "idle", "request", "delete"] as const) {
    const all = stage(4);
    const scope = all.scheduler.createScope({ serialize: true });
    const inner = scope.createScope();
    const other = inner.createWorkItem({ run: () => {} });
    const item = scope.createWorkItem({
      run: async (): Promise<void> => {
        other.enqueue();
        await other[way]();
      },
    });
    const request = track(item.request());
    await turns(all.clock);

    isSelfWait(request);
    await end(all);
  }
});

Deno.test("A20 hot loop: the thousandth wake-up of itself within a second is told once", async () => {
  for (const isOuter of [false, true]) {
    const all = stage(1);
    const { clock, told } = all;
    const outer: WorkItem = all.scheduler.createWorkItem({
      key: "hot",
      run: ({ item, number }): void => {
        if (number < 1_500) (isOuter ? outer : item).enqueue();
      },
    });
    outer.enqueue();
    await turns(clock);

    assertEquals(told.length, 1);
    assertInstanceOf(told[0], WorkItemError);
    assertEquals(told[0].code, "WI-HOT-LOOP");
    assert(told[0].message.includes('"hot"'));
    await end(all);
  }
});

Deno.test("A20 no hot loop: as often, but in more time", async () => {
  const all = stage(1);
  const { clock, told } = all;
  all.scheduler.createWorkItem({
    run: ({ item, number }): void => {
      clock.nowMs += 1.1;
      if (number < 3_000) item.enqueue();
    },
  }).enqueue();
  for (let round = 0; round < 50; round++) await turns(clock);

  assertEquals(told, []);
  assertEquals(all.scheduler.snapshot().starts, 3_000);
  await end(all);
});

Deno.test("A20 no hot loop: others may wake an item as often as they like", async () => {
  const all = stage(1);
  const item = all.scheduler.createWorkItem({ run: () => {} });
  for (let round = 0; round < 1_500; round++) {
    item.enqueue();
    await undefined;
    await undefined;
  }
  await turns(all.clock);

  assertEquals(all.told, []);
  await end(all);
});

Deno.test("A20 a callback that keeps the event loop for long is told", async () => {
  for (const [ms, count] of [[50, 0], [51, 1], [5_000, 1]] as const) {
    const all = stage(1);
    const { clock, scheduler, told } = all;
    scheduler.createWorkItem({
      key: "slow",
      run: (): void => {
        clock.nowMs += ms;
      },
    }).enqueue();
    await turns(clock);
    scheduler.createWorkItem({
      run: (): never => {
        clock.nowMs += ms;
        throw new Error("on purpose");
      },
    }).request().catch(() => {});
    await turns(clock);

    assertEquals(told.length, 2 * count);
    for (const error of told) {
      assertInstanceOf(error, WorkItemError);
      assertEquals(error.code, "WI-BLOCKED");
    }
    await end(all);
  }
});

Deno.test("A20 waiting for long is not keeping the event loop", async () => {
  const all = stage(1);
  const gate = defer();
  all.scheduler.createWorkItem({ run: () => gate.promise }).enqueue();
  await turns(all.clock);
  all.clock.advance(60_000);
  gate.resolve();
  await turns(all.clock);

  assertEquals(all.told, []);
  await end(all);
});

/** What must not be reported: each ends without an error. */
const SILENT: Readonly<Record<string, (all: Stage) => Promise<unknown>>> = {
  "an own flush that nobody awaits": async ({ scheduler }) => {
    const item: WorkItem = scheduler.createWorkItem({
      run: async ({ number }): Promise<void> => {
        if (number === 1) item.enqueue();
        void item.flush();
        void item.idle();
        void scheduler.idle();
        await undefined;
      },
    });
    item.enqueue();
    await item.idle();
  },
  "an own delete that nobody awaits": async ({ scheduler }) => {
    const scope = scheduler.createScope();
    const item: WorkItem = scope.createWorkItem({
      run: (): void => {
        void item.delete();
        void scope.delete();
      },
    });
    await item.request();
  },
  "another item that can run": ({ scheduler }) => {
    const other = scheduler.createWorkItem({ run: () => "done" });
    return scheduler.run(async () => {
      await undefined;
      other.enqueue();
      await other.flush();
      return await other.request();
    });
  },
  "another item of the same scope, not serialized": ({ scheduler }) => {
    const scope = scheduler.createScope();
    const other = scope.createWorkItem({ run: () => "done" });
    return scope.createWorkItem({
      run: async () => await other.request(),
    }).request();
  },
  "another item of the same serialized scope that is owed nothing": (
    { scheduler },
  ) => {
    const scope = scheduler.createScope({ serialize: true });
    const other = scope.createWorkItem({ run: () => "done" });
    return scope.createWorkItem({
      run: async () => {
        await other.flush();
        await other.idle();
      },
    }).request();
  },
  "an item of another serialized scope": ({ scheduler }) => {
    const scope = scheduler.createScope({ serialize: true });
    const elsewhere = scheduler.createScope({ serialize: true });
    const other = elsewhere.createWorkItem({ run: () => "done" });
    return scope.createWorkItem({
      run: async () => await other.request(),
    }).request();
  },
  "work that goes on after its run has ended": async ({ scheduler }) => {
    const item: WorkItem<undefined, () => Promise<string>> = scheduler
      .createWorkItem({
        run: ({ number }) => {
          const later = async (): Promise<string> => {
            for (let hop = 0; hop < 10; hop++) await undefined;
            await item.flush();
            await item.idle();
            await scheduler.idle();
            item.enqueue();
            await item.flush();
            return "later";
          };
          const promise = number === 1 ? later() : Promise.resolve("later");
          return () => promise;
        },
      });
    const later = await item.request();
    await later();
  },
  "another scheduler's item": async ({ clock, scheduler }) => {
    const second = new Scheduler({ clock, concurrency: 1, verify: true });
    const other = second.createWorkItem({ run: () => "done" });
    await scheduler.run(async () => {
      await other.request();
      await second.idle();
    });
    await second.close();
  },
  "deleting another item": ({ scheduler }) => {
    const scope = scheduler.createScope();
    const other = scope.createWorkItem({ run: () => {} });
    other.enqueue();
    return scheduler.run(async () => {
      await other.delete();
      await scope.delete();
    });
  },
  "a cleanup that waits for another item": async ({ scheduler }) => {
    const other = scheduler.createWorkItem({ run: () => "done" });
    const item = scheduler.createWorkItem({
      run: () => {},
      cleanup: async () => {
        await other.request();
        await item.flush().catch(() => {});
      },
    });
    // The flush above waits for the deletion itself: nobody awaits both.
    void item;
    await other.request();
  },
};

for (const [name, act] of Object.entries(SILENT)) {
  Deno.test(`A20 no false report: ${name}`, async () => {
    const all = stage(2);
    const tracked = track(act(all));
    await turns(all.clock);
    await turns(all.clock);

    assertEquals([tracked.state, tracked.value instanceof Error], [
      "fulfilled",
      false,
    ], String(tracked.value));
    assertEquals(all.told, []);
    await end(all);
  });
}

Deno.test("A20 no false report: a promise that has been kept meanwhile", async () => {
  const all = stage(1);
  const { clock, scheduler } = all;
  const other = scheduler.createWorkItem({ run: () => {} });
  const tracked = track(scheduler.run(async () => {
    const settled = other.flush(); // Nothing is owed: it is kept at once.
    for (let hop = 0; hop < 10; hop++) await undefined;
    other.enqueue();
    await settled;
    return "done";
  }));
  await turns(clock);

  assertEquals([tracked.state, tracked.value], ["fulfilled", "done"]);
  await end(all);
});

Deno.test("A20 no false report: a wait of an earlier run, awaited in a later one", async () => {
  const all = stage(1);
  const { clock, scheduler } = all;
  let kept: Promise<void> | undefined;
  const item: WorkItem = scheduler.createWorkItem({
    run: async ({ number }): Promise<void> => {
      if (number === 1) kept = item.flush(); // Ends with this run.
      else await kept;
    },
  });
  item.enqueue();
  await turns(clock);
  const request = track(item.request());
  await turns(clock);

  assertEquals([request.state, request.value], ["fulfilled", undefined]);
  await end(all);
});

Deno.test("A20 no false report: a wait that was refused is over", async () => {
  const all = stage(1);
  const { clock, scheduler } = all;
  const queued = scheduler.createWorkItem({ run: () => {} });
  const other = scheduler.createWorkItem({ run: () => {} });
  const tracked = track(scheduler.run(async () => {
    queued.enqueue();
    await queued.flush().catch(() => {}); // Refused: the only executor waits.
    await other.flush(); // Nothing is owed: it is kept at once.
    return "done";
  }));
  await turns(clock);

  assertEquals([tracked.state, tracked.value], ["fulfilled", "done"]);
  await end(all);
});

Deno.test("A20 no false report: a sibling's flush that was kept meanwhile", async () => {
  const all = stage(2);
  const { clock, scheduler } = all;
  const scope = scheduler.createScope({ serialize: true });
  const other = scope.createWorkItem({ run: () => {} });
  const request = track(
    scope.createWorkItem({
      run: async () => {
        const settled = other.flush();
        for (let hop = 0; hop < 10; hop++) await undefined;
        other.enqueue();
        await settled;
        return "done";
      },
    }).request(),
  );
  await turns(clock);

  assertEquals([request.state, request.value], ["fulfilled", "done"]);
  await end(all);
});

Deno.test("A20 what is verified settles as it would otherwise", async () => {
  const all = stage(2);
  const { clock, scheduler } = all;
  const failure = new Error("on purpose");
  const good = scheduler.createWorkItem({ run: () => "done" });
  const bad = scheduler.createWorkItem({
    run: (): never => {
      throw failure;
    },
  });
  const seen: unknown[] = [];
  good.request().then((value) => seen.push(value));
  bad.request().catch((error) => seen.push(error));
  good.request().finally(() => seen.push("finally"));
  const taken = scheduler.createWorkItem({ run: () => {} });
  taken.enqueue();
  taken.flush().catch((error) => seen.push(error.code));
  taken.cancel();
  await turns(clock);

  assertEquals(seen.length, 4);
  assert(
    ["done", failure, "finally", "WI-CANCELLED"].every((each) =>
      seen.includes(each)
    ),
  );
  assertInstanceOf(good.request(), Promise);
  await turns(clock);
  await end(all);
});

/** One random program: who waits for whom, in which order, how. */
interface Graph {
  readonly bound: number;
  readonly isSerialized: readonly boolean[];
  readonly edges: readonly (readonly Edge[])[];
  readonly starts: readonly number[];
}

interface Edge {
  readonly to: number;
  readonly how: "flush" | "idle" | "request" | "enqueue+flush";
  readonly hops: number;
}

const HOWS = ["flush", "idle", "request", "enqueue+flush"] as const;

function drawGraph(draw: Draw): Graph {
  const count = 2 + draw(4);
  const items = Array.from({ length: count }, (_, index) => index);
  return {
    bound: 1 + draw(3),
    isSerialized: items.map(() => draw(4) === 0),
    edges: items.map(() =>
      Array.from({ length: draw(3) }, () => ({
        to: draw(count),
        how: HOWS[draw(HOWS.length)] ?? "flush",
        hops: draw(4),
      }))
    ),
    starts: Array.from({ length: 1 + draw(count + 1) }, () => draw(count)),
  };
}

/** What the test itself knows of the waits, without asking the verifier. */
class Ledger {
  readonly waits: Map<number, number> = new Map();
  readonly wrong: string[] = [];
  reports = 0;
  readonly #graph: Graph;
  readonly #items: readonly WorkItem<undefined, unknown>[];
  readonly #running: Set<number> = new Set();

  constructor(graph: Graph, items: readonly WorkItem<undefined, unknown>[]) {
    this.#graph = graph;
    this.#items = items;
  }

  began(index: number): void {
    this.#running.add(index);
  }

  ended(index: number): void {
    this.#running.delete(index);
  }

  /** A report must be one of the three that the verifier promises. */
  reported(from: number, to: number): void {
    this.reports++;
    if (from === to || this.#areSiblings(from, to) || this.isStalled()) return;
    this.wrong.push(`false report: ${from} waits for ${to}`);
  }

  /** Are all executors busy with runs that wait for items in the queue? */
  isStalled(): boolean {
    return this.#running.size === this.#graph.bound &&
      [...this.#running].every((index) => {
        const to = this.waits.get(index);
        return to !== undefined && this.#items[to]?.state === "queued";
      });
  }

  /** What the verifier promises must not be left when nothing moves. */
  checkQuiet(): void {
    if (this.isStalled()) this.wrong.push("missed: all executors wait");
    for (const [from, to] of this.waits) {
      if (from === to) this.wrong.push(`missed: ${from} waits for itself`);
      const isQueued = this.#items[to]?.state === "queued";
      if (isQueued && this.#areSiblings(from, to)) {
        this.wrong.push(`missed: ${from} waits for its sibling ${to}`);
      }
    }
  }

  #areSiblings(from: number, to: number): boolean {
    const { isSerialized } = this.#graph;
    return isSerialized[from] === true && isSerialized[to] === true;
  }
}

function follow(
  item: WorkItem<undefined, unknown>,
  how: Edge["how"],
): Promise<unknown> {
  if (how === "request") return item.request();
  if (how === "enqueue+flush") item.enqueue();
  return how === "idle" ? item.idle() : item.flush();
}

async function playGraph(graph: Graph): Promise<Ledger> {
  const all = stage(graph.bound);
  const { clock, scheduler } = all;
  const scope = scheduler.createScope({ serialize: true });
  const items: WorkItem<undefined, unknown>[] = [];
  const ledger = new Ledger(graph, items);
  graph.edges.forEach((edges, from) => {
    const parent = graph.isSerialized[from] ? scope : scheduler;
    items.push(parent.createWorkItem<undefined, unknown>({
      run: async ({ number }): Promise<void> => {
        ledger.began(from);
        for (const { to, how, hops } of number > 2 ? [] : edges) {
          for (let hop = 0; hop < hops; hop++) await undefined;
          const target = items[to];
          if (target === undefined) continue;
          ledger.waits.set(from, to);
          try {
            await follow(target, how);
          } catch (error) {
            if (error instanceof SelfWaitError) ledger.reported(from, to);
          }
          ledger.waits.delete(from);
        }
        ledger.ended(from);
      },
    }));
  });

  for (const index of graph.starts) {
    items[index]?.enqueue();
    await undefined;
  }
  for (let round = 0; round < 3; round++) await turns(clock);
  ledger.checkQuiet();
  await end(all);
  return ledger;
}

Deno.test("A20 random wait-for graphs: nothing promised is missed, nothing reported falsely", async () => {
  const GRAPHS = 3_000;
  const seed = freshSeed();
  let reports = 0;
  for (let index = 0; index < GRAPHS; index++) {
    const graphSeed = (seed + index) >>> 0;
    const graph = drawGraph(drawer(graphSeed));
    const ledger = await playGraph(graph);
    reports += ledger.reports;
    assertEquals(
      ledger.wrong,
      [],
      `seed ${graphSeed}: ${JSON.stringify(graph)}`,
    );
  }
  assert(reports > GRAPHS / 10, `${reports} reports in ${GRAPHS} graphs`);
});

Deno.test("a merge that changes what it is given is named", async () => {
  const all = stage(1);
  const { scheduler, told } = all;
  const run = (): void => {};
  const message = type<string[]>();
  const bad = scheduler.define("bad", {
    message,
    merge: (older, newer) => (older.push(...newer), older),
    run,
  });
  const good = scheduler.define("good", {
    message,
    merge: (older, newer) => [...older, ...newer],
    run,
  });
  for (const kind of [good, bad]) {
    kind.enqueue("a", ["1"]);
    kind.enqueue("a", ["2"]);
  }
  await scheduler.idle();

  assertEquals(told.length, 1);
  assertInstanceOf(told[0], WorkItemError);
  assertEquals(told[0].code, "WI-MERGE");
  assert(told[0].message.includes('"bad"'));
  await end(all);
});
