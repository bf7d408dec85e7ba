/**
 * Whoever enqueues, a run sees the async context in which its scheduler was
 * made; no tenant's context leaks into another's run. Plain functions: the
 * class is passed in by the driver.
 *
 * @module
 */
import {
  type Api,
  defer,
  equal,
  HandClock,
  ok,
  track,
  turns,
} from "./support/hostile_expect.ts";
import type { Clock, Scheduler, WorkItem } from "../../mod.ts";

/** The part of `AsyncLocalStorage` that the cases need. */
export interface Storage {
  /** Calls `callback` where the value is `value`. */
  run<Result>(value: string, callback: () => Result): Result;
  /** The value here. */
  getStore(): string | undefined;
  /** Changes the value for what follows. */
  enterWith(value: string): void;
}

/** What the driver passes in. */
export interface Given {
  /** The package. */
  readonly api: Api;
  /** A storage of its own for each case. */
  readonly storage: Storage;
  /** A later turn of the host's event loop. */
  readonly turn: () => Promise<void>;
}

/** A name and what it does. */
export type ContextCase = readonly [
  name: string,
  fn: (given: Given) => Promise<void>,
];

const TENANTS = ["red", "green", "blue"] as const;
const HOME = "home";

/** One kind of callback, reporting what it sees. */
type See = (what: string) => void;

interface Tenants {
  readonly scheduler: Scheduler;
  readonly items: readonly WorkItem[];
}

/** A storage, what was seen in it, and a check that it was home alone. */
function watch(
  { storage }: Given,
): { see: See; check: (atLeast: number) => void } {
  const seen: string[] = [];
  return {
    see: (what) => void seen.push(`${what}: ${storage.getStore()}`),
    check: (atLeast) => {
      ok(seen.length >= atLeast, `${atLeast} looks, had ${seen.length}`);
      for (const line of seen) {
        ok(line.endsWith(`: ${HOME}`), `only ${HOME} to be seen, saw ${line}`);
      }
    },
  };
}

function tenants(
  given: Given,
  see: See,
  options: {
    readonly concurrency: number;
    readonly clock?: Clock;
    readonly isAsync: boolean;
  },
): Tenants {
  const { api, storage } = given;
  const { concurrency, clock, isAsync } = options;
  return storage.run(HOME, () => {
    const scheduler = new api.Scheduler({ concurrency, clock });
    const items = TENANTS.map((tenant) =>
      storage.run(tenant, () =>
        scheduler.createWorkItem({
          run: ({ item, number }): void | Promise<void> => {
            see(`run of ${tenant}`);
            if (number % 3 !== 0) item.enqueue();
            if (!isAsync) return;
            return Promise.resolve().then(() => {
              see(`run of ${tenant}, after await`);
            });
          },
          cleanup: async (): Promise<void> => {
            see(`cleanup of ${tenant}`);
            await undefined;
            see(`cleanup of ${tenant}, after await`);
          },
        }))
    );
    return { scheduler, items };
  });
}

/** Each tenant enqueues, waits and enqueues again, all interleaved. */
async function play(
  given: Given,
  options: {
    readonly concurrency: number;
    readonly clock?: Clock;
    readonly isAsync: boolean;
  },
): Promise<void> {
  const { storage, turn } = given;
  const { see, check } = watch(given);
  const { scheduler, items } = tenants(given, see, options);
  await Promise.all(
    items.map((item, index) =>
      storage.run(TENANTS[index] ?? "", async () => {
        for (let round = 0; round < 5; round++) {
          item.enqueue();
          if (round % 2 === 0) await item.flush();
          else await turn();
          equal(storage.getStore(), TENANTS[index], "the tenant's own context");
        }
        await item.idle();
        await item.request();
        equal(storage.getStore(), TENANTS[index], "the tenant's own context");
      })
    ),
  );
  await storage.run("red", () => items[0]?.delete());
  await storage.run("green", () => scheduler.close());
  check(24);
}

async function aborts(given: Given): Promise<void> {
  const { api, storage, turn } = given;
  const { see, check } = watch(given);
  const scheduler = storage.run(
    HOME,
    () => new api.Scheduler({ concurrency: 4 }),
  );
  const listen = (signal: AbortSignal): Promise<never> =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        see(`abort by ${signal.reason?.code ?? "caller"}`);
        reject(signal.reason);
      });
    });
  const make = (whenRunning: "rerun" | "restart"): WorkItem<undefined, void> =>
    storage.run("red", () =>
      scheduler.createWorkItem<undefined, void>({
        whenRunning,
        run: ({ signal, number }): void | Promise<void> =>
          number === 1 ? listen(signal) : see("run after the abort"),
      }));
  const cancelled = make("rerun");
  const restarted = make("restart");
  const late = storage.run(
    "green",
    () =>
      scheduler.createWorkItem<undefined, void>({
        timeout: 1,
        run: ({ signal }) => listen(signal),
      }),
  );
  const controller = new AbortController();
  const callers = storage.run("blue", () =>
    track(
      scheduler.run(({ signal }) => listen(signal), {
        signal: controller.signal,
      }),
    ));
  const timedOut = storage.run("blue", () => track(late.request()));
  storage.run("blue", () => {
    cancelled.enqueue();
    restarted.enqueue();
  });
  await turn();
  storage.run("green", () => cancelled.cancel({ running: true }));
  storage.run("green", () => restarted.enqueue());
  storage.run("green", () => controller.abort());
  while (timedOut.state === "pending") await turn();
  equal(callers.state, "rejected", "run");
  storage.run("red", () => cancelled.enqueue());
  await storage.run("red", () => scheduler.idle());
  const stuck = storage.run(
    "red",
    () =>
      scheduler.createWorkItem<undefined, void>({
        run: ({ signal }) => listen(signal),
      }),
  );
  storage.run("green", () => stuck.enqueue());
  await turn();
  await storage.run("blue", () => scheduler.close({ grace: 0 }));
  check(7);
}

async function cleanups(given: Given): Promise<void> {
  const { api, storage } = given;
  const { see, check } = watch(given);
  const scheduler = storage.run(HOME, () => new api.Scheduler());
  const scope = storage.run(
    "red",
    () => scheduler.createScope({ cleanup: () => see("cleanup of a scope") }),
  );
  storage.run("red", () =>
    scope.createWorkItem({
      run: () => {},
      cleanup: () => see("cleanup of an item"),
    }));
  await storage.run("green", () => scope.delete());
  storage.run(
    "red",
    () => scheduler.createScope({ cleanup: () => see("cleanup at close") }),
  );
  await storage.run("green", () => scheduler.close());
  check(3);
}

/** The loop yields in between: a macrotask has no context of its own. */
async function acrossYields(given: Given): Promise<void> {
  const { api, storage } = given;
  const { see, check } = watch(given);
  const ITEMS = 5_000;
  const scheduler = storage.run(HOME, () => new api.Scheduler());
  const items = Array.from(
    { length: ITEMS },
    (_, index) =>
      scheduler.createWorkItem({
        run: index % 2 === 0 ? () => see("run") : async (): Promise<void> => {
          see("run");
          await undefined;
          see("run, after await");
        },
      }),
  );
  items.forEach((item, index) =>
    storage.run(TENANTS[index % 3] ?? "", () => item.enqueue())
  );
  await storage.run("red", () => scheduler.idle());
  await scheduler.close();
  check(ITEMS);
}

/** A clock may call back in any context. */
async function acrossTurns(given: Given): Promise<void> {
  const { api, storage } = given;
  const { see, check } = watch(given);
  const clock = new HandClock();
  const scheduler = storage.run(HOME, () => new api.Scheduler({ clock }));
  for (let index = 0; index < 3_000; index++) {
    scheduler.createWorkItem({ run: () => see("run") }).enqueue();
  }
  await turns();
  storage.run("red", () => clock.runTurns());
  await scheduler.close();
  check(3_000);
}

/** What another's code resolves is resolved in another's context. */
async function resolvedByOthers(given: Given): Promise<void> {
  const { api, storage } = given;
  const { see, check } = watch(given);
  const scheduler = storage.run(
    HOME,
    () => new api.Scheduler({ concurrency: 1 }),
  );
  for (const isThenable of [false, true]) {
    const gate = defer();
    const first = scheduler.createWorkItem({
      run: (): PromiseLike<void> =>
        isThenable ? { then: gate.promise.then.bind(gate.promise) } : gate
          .promise,
    });
    const second = scheduler.createWorkItem({ run: () => see("the next run") });
    storage.run("red", () => first.enqueue());
    storage.run("green", () => second.enqueue());
    await turns();
    storage.run("blue", () => gate.resolve());
    await storage.run("red", () => scheduler.idle());
  }
  await scheduler.close();
  check(2);
}

/** `run()` of a one-shot, pause and resume, a raised bound, suspensions. */
async function otherWays(given: Given): Promise<void> {
  const { api, storage } = given;
  const { see, check } = watch(given);
  const scheduler = storage.run(
    HOME,
    () => new api.Scheduler({ concurrency: 1 }),
  );
  const item = scheduler.createWorkItem({ run: () => see("run") });
  await storage.run("red", () => scheduler.run(() => see("one-shot")));
  scheduler.pause();
  storage.run("red", () => item.enqueue());
  storage.run("green", () => scheduler.resume());
  await item.flush();
  const suspension = item.suspend();
  item.enqueue();
  storage.run("blue", () => suspension.resume());
  await item.flush();
  const gate = defer();
  const hold = scheduler.createWorkItem({ run: () => gate.promise });
  hold.enqueue();
  item.enqueue();
  await turns();
  storage.run("green", () => scheduler.concurrency = 2);
  await item.flush();
  gate.resolve();
  await scheduler.close();
  check(4);
}

/**
 * A known limit: `enterWith` inside a callback changes the context of what
 * follows in the same batch. What must hold: it ends with the batch, and the
 * callers never see it.
 */
async function enterWithin(given: Given): Promise<void> {
  const { api, storage, turn } = given;
  const scheduler = storage.run(
    HOME,
    () => new api.Scheduler({ concurrency: 1 }),
  );
  const seen: (string | undefined)[] = [];
  const bad = scheduler.createWorkItem({
    run: () => storage.enterWith("entered"),
  });
  const next = scheduler.createWorkItem({
    run: () => void seen.push(storage.getStore()),
  });
  storage.run("red", () => {
    bad.enqueue();
    next.enqueue();
  });
  await storage.run("green", async () => {
    await scheduler.idle();
    equal(storage.getStore(), "green", "the caller's own context");
  });
  await turn();
  equal(storage.getStore(), undefined, "the context outside");
  storage.run("red", () => next.enqueue());
  await scheduler.idle();
  await scheduler.close();
  equal(seen.length, 2, "looks");
  ok(seen[0] === HOME || seen[0] === "entered", "home, or the known limit");
  equal(seen[1], HOME, "in the next batch");
}

/** The same in an asynchronous callback: what it enters after an await is its
 * own, and is not seen by the run that its end makes room for. */
async function enterLate(given: Given): Promise<void> {
  const { api, storage } = given;
  const { see, check } = watch(given);
  const scheduler = storage.run(
    HOME,
    () => new api.Scheduler({ concurrency: 1 }),
  );
  scheduler.createWorkItem({
    run: async (): Promise<void> => {
      await undefined;
      storage.enterWith("entered late");
      await undefined;
    },
  }).enqueue();
  scheduler.createWorkItem({ run: () => see("the next run") }).enqueue();
  await scheduler.idle();
  await scheduler.close();
  check(1);
}

/** All suites. */
export const cases: readonly ContextCase[] = [
  ...[1, 2, 16].flatMap((concurrency): ContextCase[] =>
    [false, true].map((isAsync) => [
      `three tenants, ${isAsync ? "async" : "sync"} callbacks, ` +
      `concurrency ${concurrency}`,
      (given) => play(given, { concurrency, isAsync }),
    ])
  ),
  ["abort listeners, whoever aborts", aborts],
  ["cleanups of items and scopes, whoever deletes", cleanups],
  ["runs after the event loop had its turn", acrossYields],
  ["runs after a turn of a clock of one's own", acrossTurns],
  ["runs that another's promise makes room for", resolvedByOthers],
  ["one-shots, resume, a raised bound, suspensions", otherWays],
  ["enterWith in a callback ends with its batch", enterWithin],
  ["enterWith after an await stays in its run", enterLate],
];
