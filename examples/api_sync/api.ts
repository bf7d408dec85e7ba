/**
 * An API as they are: a real HTTP server that takes the stock of shops, tells
 * some of them to wait, knows others no more, and keeps count.
 *
 * @module
 */

/** How many there are of each article. */
export type Stock = Readonly<Record<string, number>>;

export interface ApiOptions {
  /** Shops that have used up their quota: the first answer is 429. */
  readonly overQuota: readonly string[];
  /** For how long: this is what `Retry-After` says. */
  readonly waitSeconds: number;
  /** Shops that are no more: 410. */
  readonly gone: readonly string[];
}

export class Api {
  /** What it has been told. */
  readonly stock: Map<string, Stock> = new Map();
  /** How often it gave each answer. */
  readonly answers: Map<number, number> = new Map();
  /** How many came back before they were allowed to. */
  tooEarly = 0;
  readonly #options: ApiOptions;
  readonly #allowedFromMs: Map<string, number> = new Map();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(options: ApiOptions) {
    this.#options = options;
    const place = { hostname: "127.0.0.1", port: 0, onListen: (): void => {} };
    this.#server = Deno.serve(place, async (request) => {
      const shop = new URL(request.url).pathname.slice(1);
      const response = this.#answer(shop, await request.json());
      const count = this.answers.get(response.status) ?? 0;
      this.answers.set(response.status, count + 1);
      return response;
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  close(): Promise<void> {
    return this.#server.shutdown();
  }

  #answer(shop: string, stock: Stock): Response {
    const { overQuota, waitSeconds, gone } = this.#options;
    if (gone.includes(shop)) return new Response(null, { status: 410 });
    const allowedFromMs = this.#allowedFromMs.get(shop);
    const isEarly = performance.now() < (allowedFromMs ?? 0);
    if (isEarly) this.tooEarly++;
    if (isEarly || overQuota.includes(shop) && allowedFromMs === undefined) {
      this.#allowedFromMs.set(shop, performance.now() + waitSeconds * 1_000);
      const headers = { "retry-after": `${waitSeconds}` };
      return new Response(null, { status: 429, headers });
    }
    this.stock.set(shop, { ...this.stock.get(shop), ...stock });
    return new Response(null, { status: 204 });
  }
}
