/** The places from which the engine calls the user's code: the call sites of
 * the re-entrancy matrix. */
import { defer, turns } from "./hostile_expect.ts";
import type { World } from "./hostile_world.ts";
import type { WorkItem } from "../../../mod.ts";

/** What a site does when the engine calls it; `self` is the item it acts for,
 * if it does. */
export type Hook = (self?: WorkItem<undefined, unknown>) => void;

/** Makes the engine call `hook`, once or more. */
export type Site = (world: World, hook: Hook) => Promise<void> | void;

/** What the item of a site itself is doing there, and how often it runs. */
export interface Own {
  /** As in the matrix. */
  readonly state: "queued" | "running" | "idle" | "deleting" | "deleted";
  /** Its runs if nothing is done. */
  readonly runs: number;
}

function observe(
  world: World,
  name: "enqueued" | "started" | "ended" | "deleted",
  hook: Hook,
): void {
  const { scheduler } = world;
  const actor = world.make({
    key: "actor",
    run: (): void => {},
  });
  scheduler.observe({
    [name]: ({ key }: { key: string | undefined }): void => {
      if (key === "actor") hook(actor);
    },
  });
  actor.enqueue();
  if (name === "deleted") void actor.delete();
}

/** Every site by name. */
export const SITES: Readonly<Record<string, Site>> = {
  "no callback at all": (_, hook) => hook(),
  "callback, synchronous": (world, hook) => {
    const actor = world.make({ run: (): void => hook(actor) });
    actor.enqueue();
  },
  "callback, after await": (world, hook) => {
    const actor = world.make({
      run: async (): Promise<void> => {
        await undefined;
        hook(actor);
      },
    });
    actor.enqueue();
  },
  "one-shot": ({ scheduler }, hook) =>
    void scheduler.run(() => hook()).catch(() => {}),
  "cleanup of an item": (world, hook) => {
    const actor = world.make({
      run: () => {},
      cleanup: (): void => hook(actor),
    });
    void actor.delete();
  },
  "cleanup of a scope": async ({ scheduler }, hook) => {
    void scheduler.createScope({ cleanup: () => hook() }).delete();
    await turns();
  },
  "onError": (world, hook) => {
    const actor = world.make({
      run: (): never => {
        throw new Error("on purpose");
      },
    });
    world.onError = () => hook(actor);
    actor.enqueue();
  },
  "onError, for an observer": (world, hook) => {
    const actor = world.make({ run: () => {} });
    world.onError = () => hook();
    const stop = world.scheduler.observe({
      started: (): never => {
        stop();
        throw new Error("on purpose");
      },
    });
    actor.enqueue();
  },
  "observer: enqueued": (world, hook) => observe(world, "enqueued", hook),
  "observer: enqueued, by request": (world, hook) => {
    const { scheduler } = world;
    const actor = world.make({ key: "actor", run: () => {} });
    scheduler.observe({
      enqueued: ({ key }): void => {
        if (key === "actor") hook(actor);
      },
    });
    actor.request().catch(() => {});
  },
  "observer: started": (world, hook) => observe(world, "started", hook),
  "observer: ended": (world, hook) => observe(world, "ended", hook),
  "observer: deleted": (world, hook) => observe(world, "deleted", hook),
  "observer: paused": ({ scheduler }, hook) => {
    scheduler.observe({
      paused: ({ paused }): void => {
        if (!paused) hook();
      },
    });
    scheduler.pause();
    scheduler.resume();
  },
  "observer: stalled": async (world, hook) => {
    const { clock, scheduler } = world;
    const held = defer();
    const actor = world.make({
      timeout: 10,
      run: () => held.promise,
    });
    scheduler.observe({ stalled: () => hook(actor) });
    actor.enqueue();
    await turns();
    clock.advance(10);
    clock.advance(10);
    held.resolve();
  },
  "abort listener": async (world, hook) => {
    const held = defer();
    const actor = world.make({
      run: ({ signal }): Promise<void> => {
        signal.addEventListener("abort", () => hook(actor));
        return held.promise;
      },
    });
    actor.enqueue();
    await turns();
    actor.cancel({ running: true });
    held.resolve();
  },
  "abort listener, at a restart": async ({ scheduler }, hook) => {
    const held = defer();
    const actor = scheduler.createWorkItem({
      whenRunning: "restart",
      run: ({ number, signal }): Promise<void> => {
        if (number > 1) return Promise.resolve();
        signal.addEventListener("abort", () => hook());
        return held.promise;
      },
    });
    actor.enqueue();
    await turns();
    actor.enqueue();
    await turns();
    held.resolve();
  },
  "abort listener of the caller": async ({ scheduler }, hook) => {
    const controller = new AbortController();
    const { signal } = controller;
    const promise = scheduler.run(() => {}, { signal });
    signal.addEventListener("abort", () => hook());
    controller.abort();
    await promise.catch(() => {});
  },
  "then of a thenable": (world, hook) => {
    const actor = world.make({
      run: () => ({
        then(resolve: (value: undefined) => void): void {
          hook(actor);
          resolve(undefined);
        },
      } as PromiseLike<undefined>), // It needs no more of it.
    });
    actor.enqueue();
  },
  "getter of then": (world, hook) => {
    const actor = world.make<unknown>({
      run: () => ({
        get then(): unknown {
          return void hook(actor);
        },
      }),
    });
    actor.enqueue();
  },
  "constructor of a promise": (world, hook) => {
    const actor = world.make({
      run: (): Promise<void> => {
        const promise = Promise.resolve();
        Object.defineProperty(promise, "constructor", {
          get: () => {
            hook(actor);
            return Promise;
          },
        });
        return promise;
      },
    });
    actor.enqueue();
  },
  "context factory": ({ scheduler }, hook) => {
    try {
      scheduler.createWorkItem({ context: () => hook(), run: () => {} });
    } catch {
      // The hook has closed the scheduler.
    }
  },
  "getter in the options of an item": ({ scheduler }, hook) => {
    try {
      scheduler.createWorkItem({
        run: () => {},
        get priority(): number {
          hook();
          return 0;
        },
      });
    } catch {
      // The hook has closed the scheduler.
    }
  },
  "getter in the options of run": ({ scheduler }, hook) => {
    scheduler.run(() => {}, {
      get priority(): number {
        hook();
        return 0;
      },
    }).catch(() => {});
  },
  "getter in the options of cancel": (world, hook) => {
    const actor = world.make({ run: () => {} });
    actor.enqueue();
    actor.cancel({
      get running(): boolean {
        hook(actor);
        return false;
      },
    });
  },
  "getter in the options of flush": ({ scheduler }, hook) => {
    const actor = scheduler.createWorkItem({ run: () => {} });
    actor.enqueue();
    actor.flush({
      get signal(): undefined {
        return void hook();
      },
    }).catch(() => {});
  },
  "clock.now, when a run begins": (world, hook) => {
    const { clock } = world;
    const actor = world.make({ timeout: 10, run: () => {} });
    actor.enqueue();
    clock.onCall = (method) => method === "now" && hook(actor);
  },
  "clock.startTimer": (world, hook) => {
    const { clock } = world;
    const actor = world.make({ timeout: 10, run: () => {} });
    actor.enqueue();
    clock.onCall = (method) => method === "startTimer" && hook(actor);
  },
  "clock.stopTimer": (world, hook) => {
    const { clock } = world;
    const actor = world.make({ timeout: 10, run: () => {} });
    actor.enqueue();
    clock.onCall = (method) => method === "stopTimer" && hook(actor);
  },
  "clock.now, between two runs": ({ clock, scheduler }, hook) => {
    for (let count = 0; count < 70; count++) {
      scheduler.createWorkItem({ run: () => {} }).enqueue();
    }
    clock.onCall = (method) => method === "now" && hook();
  },
  "clock.turn": ({ clock, scheduler }, hook) => {
    for (let count = 0; count < 70; count++) {
      scheduler.createWorkItem({ run: () => {} }).enqueue();
    }
    clock.onCall = (method) => {
      if (method === "now") clock.nowMs += 5;
      if (method === "turn") hook();
    };
  },
  "waitUntil": (world, hook) => {
    world.waitUntil = () => hook();
    world.scheduler.createWorkItem({ run: () => {} }).enqueue();
  },
};

/** What a site's own item is doing when the site is called, where it has one;
 * what a method then comes to follows from that. */
export const OWN: Readonly<Record<string, Own>> = {
  "callback, synchronous": { state: "running", runs: 1 },
  "callback, after await": { state: "running", runs: 1 },
  "onError": { state: "idle", runs: 1 },
  "observer: enqueued": { state: "queued", runs: 1 },
  "observer: enqueued, by request": { state: "queued", runs: 1 },
  "observer: started": { state: "running", runs: 1 },
  "observer: ended": { state: "idle", runs: 1 },
  "observer: stalled": { state: "running", runs: 1 },
  "abort listener": { state: "running", runs: 1 },
  "then of a thenable": { state: "running", runs: 1 },
  "getter of then": { state: "running", runs: 1 },
  "constructor of a promise": { state: "running", runs: 1 },
  "cleanup of an item": { state: "deleting", runs: 0 },
  "observer: deleted": { state: "deleted", runs: 1 },
  "clock.now, when a run begins": { state: "running", runs: 1 },
  "clock.startTimer": { state: "running", runs: 1 },
  "clock.stopTimer": { state: "idle", runs: 1 },
};
