/**
 * The servers of the HTTP cases: this library's endpoint, and what there would
 * be without it. Each takes enqueues on loopback, in the process of its
 * contestant.
 *
 * @module
 */
import { Hono } from "hono";
import { Scheduler, type } from "../../mod.ts";
import { DurableScheduler } from "../../src/durable/mod.ts";
import { bearer, type EndpointOptions, workItems } from "../../src/http/mod.ts";
import { denoKvStore } from "../../src/stores/deno_kv.ts";
import { ENQUEUE_PATH, TOKEN } from "./address.ts";
import { openAt, type Place } from "./databases.ts";

/** A server that listens. */
export interface Served {
  readonly url: string;
  /** Resolves when as many messages have been handled as it accepted since the
   * last time. */
  handled(accepted: number): Promise<void>;
}

/** A message, as it is asked for. */
interface Message {
  readonly doc: number;
  readonly name: string;
}

type Respond = Deno.ServeHandler<Deno.NetAddr>;

const RECEIPT = { outcome: "queued", version: "1a2b3c.1" };
const CONCURRENCY = 16;
const HANDLED_MS_MAX = 60_000;
const LOOK_EVERY_MS = 10;

/** Counts what is handled. */
class Handler {
  #count = 0;

  handle(messages: readonly Message[]): void {
    this.#count += messages.length;
  }

  /** What was accepted is handled soon: there is nothing else to do. */
  async expect(accepted: number): Promise<void> {
    const endMs = performance.now() + HANDLED_MS_MAX;
    while (this.#count < accepted && performance.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    const handled = this.#count;
    this.#count = 0;
    if (handled >= accepted) return; // Some are answered to nobody at the end.
    throw new Error(
      `Cannot use the sample as ${accepted} were accepted: handled ${handled}`,
    );
  }
}

/** Of a server that accepts in name only. */
function nothing(): Promise<void> {
  return Promise.resolve();
}

function listen(respond: Respond): string {
  const options = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
  const { port } = Deno.serve(options, respond).addr;
  return `http://127.0.0.1:${port}`;
}

/** Nothing but the host's server: it does not even look at the request. */
export function serveBare(): Served {
  const body = JSON.stringify(RECEIPT);
  const headers = { "Content-Type": "application/json" };
  const url = listen(() => new Response(body, { status: 202, headers }));
  return { url, handled: nothing };
}

/** The least that an enqueue is with Hono: a route, and JSON in and out. */
export function serveHono(): Served {
  const app = new Hono();
  app.post(`${ENQUEUE_PATH}/:key/messages`, async (context) => {
    await context.req.json();
    return context.json(RECEIPT, 202);
  });
  return { url: listen((request) => app.fetch(request)), handled: nothing };
}

/** The endpoint, over a scheduler in memory. */
export function serveInMemory(
  options: Omit<EndpointOptions, "auth"> = {},
): Served {
  const scheduler = new Scheduler({ concurrency: CONCURRENCY });
  const handler = new Handler();
  scheduler.define("order", {
    message: type<Message>(),
    run: ({ messages }) => handler.handle(messages),
  });
  const { fetch } = workItems(scheduler, { auth: bearer(TOKEN), ...options });
  const url = listen(fetch);
  return { url, handled: (accepted) => handler.expect(accepted) };
}

/** The endpoint, over a scheduler with a store, that handles what it stores. */
export async function serveDurable(place: Place): Promise<Served> {
  const store = denoKvStore(await openAt(place));
  const scheduler = new DurableScheduler({ store, concurrency: CONCURRENCY });
  const handler = new Handler();
  scheduler.define("order", {
    message: type<Message>(),
    run: ({ messages }): void => handler.handle(messages),
  });
  const { fetch } = workItems(scheduler, { auth: bearer(TOKEN) });
  const url = listen(fetch);
  return { url, handled: (accepted) => handler.expect(accepted) };
}
