/**
 * A slow server with one page, which can be edited. It is a real HTTP server, and
 * counts what it is asked.
 *
 * @module
 */

export class Origin {
  /** How often the page was asked for. */
  fetches = 0;
  /** Does it answer 503? */
  isDown = false;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #version = 1;
  #arrival = Promise.withResolvers<void>();
  #gate: Promise<void> = Promise.resolve();

  constructor() {
    const place = { hostname: "127.0.0.1", port: 0, onListen: (): void => {} };
    this.#server = Deno.serve(place, async (request) => {
      this.fetches++;
      this.#arrival.resolve();
      await this.#gate;
      if (this.isDown) return new Response("down", { status: 503 });
      const headers = { etag: `"${this.#version}"` };
      if (request.headers.get("if-none-match") === headers.etag) {
        return new Response(null, { status: 304, headers });
      }
      return new Response(`version ${this.#version}`, { headers });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  edit(): void {
    this.#version++;
  }

  /** Thinks about what it is asked until `answer` is called. */
  think(): { readonly asked: Promise<void>; readonly answer: () => void } {
    const gate = Promise.withResolvers<void>();
    this.#gate = gate.promise;
    this.#arrival = Promise.withResolvers();
    return { asked: this.#arrival.promise, answer: gate.resolve };
  }

  close(): Promise<void> {
    return this.#server.shutdown();
  }
}
