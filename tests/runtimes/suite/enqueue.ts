/**
 * Wake-ups, their order and their bound.
 *
 * @module
 */
import {
  type Case,
  defer,
  equal,
  isError,
  ok,
  thrown,
  turn,
} from "./expect.ts";

/** The cases of this file. */
export const cases: readonly Case[] = [
  ["enqueue() says queued, coalesced, rerun", async ({ api }) => {
    const scheduler = new api.Scheduler();
    const inside: string[] = [];
    const item = scheduler.createWorkItem({
      run: ({ number }) => {
        if (number === 1) inside.push(item.enqueue(), item.enqueue());
      },
    });

    equal([item.enqueue(), item.enqueue()], ["queued", "coalesced"]);
    await item.idle();
    equal(inside, ["rerun", "coalesced"]);
    equal(item.enqueue(), "queued");
    await scheduler.close();
  }],

  [
    "enqueue() calls nothing: the run begins in a microtask",
    async ({ api }) => {
      const scheduler = new api.Scheduler();
      let runs = 0;
      const item = scheduler.createWorkItem({ run: () => void runs++ });

      item.enqueue();
      equal(runs, 0);
      equal(item.state, "queued");
      await item.flush();
      equal(runs, 1);
      equal(item.state, "idle");
    },
  ],

  ["1,000 enqueues are one run that sees all", async ({ api }) => {
    const scheduler = new api.Scheduler();
    const runs: number[] = [];
    const item = scheduler.createWorkItem({
      context: () => ({ left: 0 }),
      run: ({ context, coalesced }) => {
        runs.push(context.left, coalesced);
      },
    });

    for (let i = 0; i < 1_000; i++) {
      item.context.left++;
      item.enqueue();
    }
    await item.flush();
    equal(runs, [1_000, 1_000]);
  }],

  ["enqueues during a run are exactly one more", async ({ api }) => {
    const scheduler = new api.Scheduler();
    const gate = defer();
    const began = defer();
    const runs: (number | boolean)[] = [];
    const item = scheduler.createWorkItem({
      run: async (run) => {
        began.resolve();
        if (run.number === 1) await gate.promise;
        runs.push(run.number, run.coalesced, run.stale);
      },
    });

    item.enqueue();
    await began.promise;
    equal(
      [item.enqueue(), item.enqueue(), item.enqueue()],
      ["rerun", "coalesced", "coalesced"],
    );
    gate.resolve();
    await item.idle();
    equal(runs, [1, 1, true, 2, 3, false]);
  }],

  ["items run in the order of their first enqueue", async ({ api }) => {
    const scheduler = new api.Scheduler({ concurrency: 1 });
    const order: (string | undefined)[] = [];
    const make = (key: string) =>
      scheduler.createWorkItem({ key, run: (run) => void order.push(run.key) });
    const [a, b, c] = [make("a"), make("b"), make("c")];

    for (const item of [b, a, c, a, c, b]) item.enqueue();
    await scheduler.idle();
    equal(order, ["b", "a", "c"]);
  }],

  ["an item due again goes to the tail", async ({ api }) => {
    const scheduler = new api.Scheduler({ concurrency: 1 });
    const order: string[] = [];
    const a = scheduler.createWorkItem({
      run: ({ number }) => {
        order.push(`a${number}`);
        if (number < 3) a.enqueue();
      },
    });
    const b = scheduler.createWorkItem({ run: () => void order.push("b") });

    a.enqueue();
    b.enqueue();
    await scheduler.idle();
    equal(order, ["a1", "b", "a2", "a3"]);
  }],

  ["runs in flight never exceed concurrency, also when it changes", async (
    { api },
  ) => {
    const scheduler = new api.Scheduler({ concurrency: 2 });
    const gates = Array.from({ length: 6 }, () => defer());
    const executors: number[] = [];
    for (const gate of gates) {
      scheduler.createWorkItem({
        run: ({ executor }) => {
          executors.push(executor);
          return gate.promise;
        },
      }).enqueue();
    }

    await turn();
    equal(executors, [0, 1]);
    scheduler.concurrency = 3;
    await turn();
    equal(executors, [0, 1, 2]);
    scheduler.concurrency = 1;
    for (const gate of gates.slice(0, 2)) gate.resolve();
    await turn();
    equal(scheduler.snapshot().running, 1);
    for (const gate of gates) gate.resolve();
    await scheduler.idle();
    equal(scheduler.snapshot().ok, 6);
  }],

  ["higher priority goes first, FIFO inside one", async ({ api }) => {
    const scheduler = new api.Scheduler({ concurrency: 1 });
    const order: string[] = [];
    const make = (name: string, priority: number) =>
      scheduler.createWorkItem({ priority, run: () => void order.push(name) });

    for (
      const item of [
        make("low", 0),
        make("a", 9),
        make("top", 255),
        make("b", 9),
      ]
    ) item.enqueue();
    await scheduler.idle();
    equal(order, ["top", "a", "b", "low"]);
  }],

  ["a paused scheduler keeps what is owed", async ({ api }) => {
    const scheduler = new api.Scheduler();
    let runs = 0;
    const item = scheduler.createWorkItem({ run: () => void runs++ });

    scheduler.pause();
    equal(item.enqueue(), "queued");
    await turn();
    equal(runs, 0);
    scheduler.resume();
    await item.flush();
    equal(runs, 1);
  }],

  ["a new item beyond maxOwed is refused, a rerun is not", async ({ api }) => {
    const scheduler = new api.Scheduler({ maxOwed: 1 });
    const a = scheduler.createWorkItem({
      run: ({ number }) => {
        if (number === 1) equal(a.enqueue(), "rerun");
      },
    });
    const b = scheduler.createWorkItem({ run: () => {} });

    a.enqueue();
    isError(thrown(() => b.enqueue()), {
      type: api.QueueFullError,
      code: "WI-QUEUE-FULL",
    });
    await scheduler.idle();
    equal(b.enqueue(), "queued");
    await scheduler.idle();
  }],

  ["mistakes in options are told at once", ({ api }) => {
    const { Scheduler } = api;
    for (const concurrency of [0, NaN, 1.5, Infinity, "8"]) {
      const error = thrown(() =>
        new Scheduler({ concurrency: concurrency as number })
      );
      ok(
        error instanceof RangeError || error instanceof TypeError,
        `an error for concurrency ${concurrency}`,
      );
    }
    const options = { concurency: 1 } as unknown as { concurrency: number };
    const error = thrown(() => new Scheduler(options));
    ok(
      error instanceof TypeError && error.message.includes('"concurrency"'),
      'a TypeError that names "concurrency"',
    );
    return Promise.resolve();
  }],
];
