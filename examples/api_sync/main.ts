/**
 * Keeps an API up to date without being thrown out: at most so many requests in
 * a time, one for each shop however often its stock changes, and who is told to
 * wait (429 with `Retry-After`) waits as long, while the others go on.
 *
 *     deno run --allow-net=127.0.0.1 examples/api_sync/main.ts
 *
 * What to copy: `push` and `http_error.ts`. The rest is the world around them.
 *
 * @module
 */
import { exponential, Scheduler, type } from "@workitem/scheduler";
import { Api, type Stock } from "./api.ts";
import { HttpError } from "./http_error.ts";

const SHOPS = Array.from({ length: 40 }, (_, n) => `shop-${n + 1}`);
const RATE = { limit: 10, interval: 100 };

const api = new Api({
  overQuota: ["shop-7", "shop-19", "shop-31"],
  waitSeconds: 1,
  gone: ["shop-13"],
});
const scheduler = new Scheduler();
const startsMs: number[] = [];
// deno-lint-ignore no-console -- an example shows its output
const say = console.log;

const push = scheduler.define("push", {
  message: type<Stock>(),
  merge: (older, newer) => ({ ...older, ...newer }), // the last of each article
  rate: RATE,
  retry: exponential({ attempts: 4, min: 250 }),
  async run({ key, messages: [stock], signal }): Promise<void> {
    startsMs.push(performance.now());
    const body = JSON.stringify(stock);
    const url = new URL(`/${key}`, api.url);
    const response = await fetch(url, { method: "PATCH", body, signal });
    await response.body?.cancel();
    if (!response.ok) throw new HttpError(response);
  },
  undelivered([stock], { key, error }): void {
    tell(`${key}: ${error}, ${JSON.stringify(stock)} is not sent`);
  },
});

const beginMs = performance.now();
const wanted = new Map<string, Stock>();
let changes = 0;

function tell(what: string): void {
  const ms = Math.round(performance.now() - beginMs);
  say(`${`${ms}`.padStart(5)}  ${what}`);
}

function change(shop: string, stock: Stock): string {
  changes++;
  wanted.set(shop, { ...wanted.get(shop), ...stock });
  return push.enqueue(shop, stock);
}

scheduler.observe({
  retried({ key = "", error, delay }): void {
    tell(`${key}: ${error}, comes back in ${delay} ms`);
    // Its stock changes once more, which neither shortens that nor is lost.
    queueMicrotask(() => change(key, { cups: 50 }));
  },
});

/** How many requests had begun by then. */
function begunBy(ms: number): number {
  return startsMs.filter((startMs) => startMs - beginMs < ms).length;
}

say("   ms  what happened");
for (const count of [1, 2, 3]) {
  for (const shop of SHOPS) {
    change(shop, { cups: 10 * count });
    change(shop, { pots: count });
  }
}
tell(`${changes} changes of stock in ${SHOPS.length} shops`);
await scheduler.idle();
tell("all has been said");

const answered = (status: number): number => api.answers.get(status) ?? 0;
const same = SHOPS.filter((shop) =>
  JSON.stringify(api.stock.get(shop)) === JSON.stringify(wanted.get(shop))
);
const rows: readonly (readonly [name: string, value: unknown])[] = [
  ["changes of stock", changes],
  ["requests sent", startsMs.length],
  ["  accepted (204)", answered(204)],
  ["  told to wait (429)", answered(429)],
  ["    and back too early", api.tooEarly],
  ["  gone (410), not tried again", answered(410)],
  ["begun by 100, 200, 300 ms", [100, 200, 300].map(begunBy).join(", ")],
  ["shops as they should be", `${same.length} of ${SHOPS.length}`],
];
say("");
for (const [name, value] of rows) say(`${name.padEnd(30)}  ${value}`);

await scheduler.close();
await api.close();
Deno.exitCode = same.length === SHOPS.length - 1 ? 0 : 1;
