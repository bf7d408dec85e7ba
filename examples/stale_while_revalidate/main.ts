/**
 * Stale while revalidate: thousands of readers, a handful of fetches. The page
 * comes from a real HTTP server, which is slow, is edited, breaks down, and
 * counts its requests.
 *
 *     deno run --allow-net=127.0.0.1 examples/stale_while_revalidate/main.ts
 *
 * What to copy: `cache.ts`. The rest is the world around it.
 *
 * @module
 */
import { delay } from "@std/async";
import { Scheduler } from "@workitem/scheduler";
import { type Answer, Cache } from "./cache.ts";
import { Origin } from "./origin.ts";

const FRESH_MS = 60_000;
const KEEP_MS = 1_000;

const origin = new Origin();
const scheduler = new Scheduler();
const cache = new Cache(scheduler, {
  origin: origin.url,
  freshMs: FRESH_MS,
  keepMs: KEEP_MS,
  now: () => nowMs,
});
let nowMs = 0; // Moved on by hand, so that nobody has to wait for a minute.
let readers = 0;
// deno-lint-ignore no-console -- an example shows its output
const say = console.log;

function read(count: number): Promise<Answer[]> {
  readers += count;
  return Promise.all(Array.from({ length: count }, () => cache.read("/news")));
}

/** One line of the table: who read, and what they got. */
async function tell(when: string, answers: Promise<Answer[]>): Promise<void> {
  const all = (await answers).map(({ text, state }) => `${text}, ${state}`);
  const count = all.length.toLocaleString("en").padStart(7);
  const got = [...new Set(all)].join(" and ");
  say(`${count}  ${when.padEnd(33)}  ${got.padEnd(18)}  ${origin.fetches}`);
}

say(`readers  ${"when".padEnd(33)}  they got            fetches`);

// Nothing is cached. Half of the readers come during the fetch.
let thought = origin.think();
const early = read(500);
await thought.asked;
const late = read(500);
thought.answer();
await tell("when nothing is cached, at once", early);
await tell("... and while that is fetched", late);
await tell("while it is fresh", read(1_000));

// The page is edited, and what is cached grows stale.
origin.edit();
nowMs += FRESH_MS;
thought = origin.think();
await tell("when it is stale and was edited", read(1_000));
await thought.asked;
await tell("... and while that is fetched", read(1_000));
thought.answer();
await scheduler.idle();
await tell("once it has been renewed", read(1_000));

// It grows stale, and is the same: the server answers 304.
nowMs += FRESH_MS;
await tell("when it is stale and the same", read(1_000));
await scheduler.idle();
await tell("once that is known", read(1_000));

// It grows stale, and the server is down: one attempt, and one more.
nowMs += FRESH_MS;
origin.isDown = true;
await tell("when it is stale, the server down", read(1_000));
await scheduler.idle();
origin.isDown = false;
await tell("when the server is up again", read(1_000));
await scheduler.idle();
await tell("once it has been renewed", read(1_000));

const { starts } = scheduler.snapshot();
const total = readers.toLocaleString("en");
say(`\n${total} readers, ${starts} runs, ${origin.fetches} fetches`);
await delay(1.5 * KEEP_MS);
say(`pages kept a second after the last fetch: ${cache.size}`);

await scheduler.close();
await origin.close();
