/**
 * A server on the loopback that holds requests until they are let through: so
 * the driver decides how long a run lasts, and sees what becomes of it.
 *
 * @module
 */
import { within } from "./child.ts";
import { defer, type Deferred } from "./suite/expect.ts";

const LIMIT_MS = 20_000;

interface Pass {
  readonly asked: Deferred;
  readonly released: Deferred;
  readonly done: Deferred;
}

/** What may be waited for. */
export type Sign = "asked" | "done";

/** Answers `/hold/<id>` when released, `/done/<id>` at once. */
export class Gate {
  readonly #passes: Map<string, Pass> = new Map();
  readonly #seen: Set<string> = new Set();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** Listens on a free port. */
  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  /** Where it listens. */
  get port(): number {
    return this.#server.addr.port;
  }

  /** Waits until a run has asked, or said that it is done. */
  sees(sign: Sign, id: string): Promise<void> {
    return within(this.#pass(id)[sign].promise, {
      limitMs: LIMIT_MS,
      what: `${id} ${sign}`,
    });
  }

  /** Has it happened already? */
  has(sign: Sign, id: string): boolean {
    return this.#seen.has(`${sign} ${id}`);
  }

  /** Lets a run through. */
  release(id: string): void {
    this.#pass(id).released.resolve();
  }

  /** Stops the server. */
  async close(): Promise<void> {
    for (const pass of this.#passes.values()) pass.released.resolve();
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const [, verb, id = ""] = new URL(request.url).pathname.split("/");
    const pass = this.#pass(id);
    if (verb === "done") {
      this.#mark("done", id);
      return new Response();
    }
    this.#mark("asked", id);
    await pass.released.promise;
    return new Response();
  }

  #mark(sign: Sign, id: string): void {
    this.#seen.add(`${sign} ${id}`);
    this.#pass(id)[sign].resolve();
  }

  #pass(id: string): Pass {
    const known = this.#passes.get(id);
    if (known !== undefined) return known;
    const pass: Pass = {
      asked: defer(),
      released: defer(),
      done: defer(),
    };
    this.#passes.set(id, pass);
    return pass;
  }
}
