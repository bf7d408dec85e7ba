/**
 * Where a scheduler may live in a Worker, where not, and what happens there.
 * Each run asks the driver's gate to be let through and tells it when it is
 * done, so that the driver sees what goes on after the response.
 *
 * @module
 */
import type { Host } from "../suite/expect.ts";

/** The bindings of the worker. */
export interface Env {
  /** The driver's gate. */
  readonly GATE: { fetch(url: string): Promise<Response> };
  /** The Durable Objects. */
  readonly ROOMS: {
    idFromName(name: string): unknown;
    get(id: unknown): { fetch(url: string): Promise<Response> };
  };
}

/** What keeps a request's I/O alive after its response. */
export interface Waiting {
  /** Takes a promise to wait for. */
  waitUntil(promise: Promise<unknown>): void;
}

interface Asked {
  readonly request: Request;
  readonly url: URL;
  readonly env: Env;
  readonly context: Waiting;
}

/** What is answered, by path. */
export type Patterns = Readonly<
  Record<string, (asked: Asked) => Promise<Response> | Response>
>;

/** The pages; called in the global scope, as a module's own code is. */
export function patterns(api: Host["api"]): Patterns {
  return {
    ...perRequest(api),
    ...moduleGlobal(api),
    "/object": ({ url, env }) =>
      env.ROOMS.get(env.ROOMS.idFromName("one")).fetch(url.href),
  };
}

/** A scheduler of its own for each request. */
function perRequest(api: Host["api"]): Patterns {
  return {
    "/per-request": ({ url, env, context }) => {
      const waitUntil = url.searchParams.has("keep")
        ? context.waitUntil.bind(context)
        : undefined;
      const scheduler = new api.Scheduler({ waitUntil });
      const item = scheduler.createWorkItem({ run: () => pass(env, url) });
      return new Response(item.enqueue());
    },
  };
}

/** One scheduler for all requests: the mistake. */
function moduleGlobal(api: Host["api"]): Patterns {
  const scheduler = new api.Scheduler({ concurrency: 1 });
  let work: () => Promise<void> = () => Promise.resolve();
  const item = scheduler.createWorkItem({ run: () => work() });
  return {
    "/global/enqueue": ({ url, env }) => {
      work = () => pass(env, url);
      return new Response(item.enqueue());
    },
    "/global/request": async ({ url, env }) => {
      work = () => pass(env, url);
      await item.request();
      return new Response("done");
    },
    "/global/borrow": async ({ env }) => {
      const body = await env.GATE.fetch("http://gate/done/borrowed");
      const text = scheduler.run(() => body.text());
      return new Response(await text.catch(String));
    },
    "/global/idle": async () => {
      await scheduler.idle();
      return new Response("idle");
    },
    "/global/snapshot": () => {
      const { owed, running, starts } = scheduler.snapshot();
      return Response.json({ owed, running, starts });
    },
  };
}

/** A Durable Object: one scheduler for as long as the object is in memory. */
export interface Room {
  /** Enqueues the room's item. */
  fetch(request: Request): Promise<Response>;
}

/** Makes the class that workerd instantiates. */
export function makeRoom(
  api: Host["api"],
): new (state: unknown, env: Env) => Room {
  return class implements Room {
    readonly #wake: () => string;
    #url = new URL("http://room/");

    constructor(_state: unknown, env: Env) {
      const item = new api.Scheduler().createWorkItem({
        run: ({ number }) => pass(env, this.#url, `-${number}`),
      });
      this.#wake = () => item.enqueue();
    }

    fetch(request: Request): Promise<Response> {
      this.#url = new URL(request.url);
      return Promise.resolve(new Response(this.#wake()));
    }
  };
}

/** The work: one wait that is I/O of the request, and a sign of its end. */
async function pass(env: Env, url: URL, suffix: string = ""): Promise<void> {
  const id = url.searchParams.get("id") + suffix;
  await env.GATE.fetch(`http://gate/hold/${id}`);
  await env.GATE.fetch(`http://gate/done/${id}`);
}
