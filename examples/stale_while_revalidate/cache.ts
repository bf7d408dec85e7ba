/**
 * A cache in front of a slow server: what is fresh is served at once, what is
 * stale is served at once and renewed behind the reader's back, and what is
 * missing is fetched once, however many ask for it.
 *
 * @module
 */
import { exponential, type Kind, type Scheduler } from "@workitem/scheduler";

/** What is kept of a page. */
interface Entry {
  text: string | undefined;
  etag: string | undefined;
  freshUntilMs: number;
}

/** What a reader gets, and whether it was there already. */
export interface Answer {
  readonly text: string | undefined;
  readonly state: "fetched" | "fresh" | "stale";
}

export interface CacheOptions {
  /** Where the pages come from. */
  readonly origin: string;
  /** For how long a page is fresh. */
  readonly freshMs: number;
  /** For how long it is kept after the last fetch: longer than it is fresh. */
  readonly keepMs: number;
  /** Milliseconds, from any zero.
   *
   * @default {performance.now} */
  readonly now?: () => number;
}

/** An item for each page; its context is what is kept of the page. */
export class Cache {
  readonly #options: CacheOptions;
  readonly #pages: Kind<Entry, string | undefined>;

  constructor(scheduler: Scheduler, options: CacheOptions) {
    this.#options = options;
    this.#pages = scheduler.define("page", {
      context: (): Entry => ({
        text: undefined,
        etag: undefined,
        freshUntilMs: -Infinity,
      }),
      retry: exponential({ attempts: 2, min: 50 }),
      timeout: 5_000,
      passivateAfter: options.keepMs,
      undelivered: () => {}, // Stale is good enough; the next reader tries again.
      run: async ({ key, context, signal }): Promise<string | undefined> => {
        // Who asked during a fetch caused one more run, which has nothing to do.
        if (this.#isStale(context)) {
          await this.#renew(key, context, signal);
        }
        return context.text;
      },
    });
  }

  /** How many pages are kept. */
  get size(): number {
    return this.#pages.keys().length;
  }

  async read(path: string): Promise<Answer> {
    const page = this.#pages.get(path);
    const { text } = page.context;
    if (text === undefined) {
      return { text: await page.request(), state: "fetched" };
    }
    if (!this.#isStale(page.context)) return { text, state: "fresh" };
    page.enqueue(); // A thousand of these are one run.
    return { text, state: "stale" };
  }

  #isStale({ freshUntilMs }: Entry): boolean {
    return this.#now() >= freshUntilMs;
  }

  async #renew(
    path: string,
    entry: Entry,
    signal: AbortSignal,
  ): Promise<void> {
    const headers = new Headers();
    if (entry.etag !== undefined) headers.set("if-none-match", entry.etag);
    const url = new URL(path, this.#options.origin);
    const response = await fetch(url, { headers, signal });
    const text = await response.text();
    if (!response.ok && response.status !== 304) {
      throw new Error(`${path}: ${response.status}`);
    }
    if (response.ok) entry.text = text;
    entry.etag = response.headers.get("etag") ?? undefined;
    entry.freshUntilMs = this.#now() + this.#options.freshMs;
  }

  #now(): number {
    return this.#options.now?.() ?? performance.now();
  }
}
