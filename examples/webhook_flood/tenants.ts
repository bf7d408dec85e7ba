/**
 * The tenants' side: a real HTTP server that takes what a sync sends. One tenant
 * is down at first.
 *
 * @module
 */

export interface TenantsOptions {
  /** Whose side is down? */
  readonly down: string;
  /** How often it answers 503 before it is up again. */
  readonly answers503: number;
}

/** All tenants, behind one port of the loopback. */
export class Tenants {
  /** The webhooks that each has been told of, in order. */
  readonly taken: Map<string, number[]> = new Map();
  /** When the one that is down was asked. */
  readonly askedMs: number[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #refusals: number;

  constructor({ down, answers503 }: TenantsOptions) {
    this.#refusals = answers503;
    const place = { hostname: "127.0.0.1", port: 0, onListen: (): void => {} };
    this.#server = Deno.serve(place, async (request) => {
      const tenant = new URL(request.url).pathname.slice(1);
      const ids: number[] = await request.json();
      if (tenant === down) this.askedMs.push(performance.now());
      if (tenant === down && this.#refusals-- > 0) {
        return new Response("down", { status: 503 });
      }
      this.taken.set(tenant, [...this.taken.get(tenant) ?? [], ...ids]);
      return new Response("thanks");
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  close(): Promise<void> {
    return this.#server.shutdown();
  }
}
