/** One-shot work, as with p-queue's `add`: a promise for each call, and never more
 * than two calls in flight. */
import { delay } from "@std/async";
import { Scheduler } from "@workitem/scheduler";

await using scheduler = new Scheduler({ concurrency: 2 });
let inFlight = 0;
let peak = 0;

/** Stands for a fetch: pass the signal on, and it can be called off. */
async function load(page: number, signal: AbortSignal): Promise<string> {
  peak = Math.max(peak, ++inFlight);
  await delay(10, { signal });
  inFlight--;
  if (page === 4) throw new Error("page 4 is not there");
  return `page ${page}`;
}

const results = await Promise.allSettled(
  [1, 2, 3, 4, 5].map((page) =>
    scheduler.run(({ signal }) => load(page, signal))
  ),
);

for (const result of results) {
  const ok = result.status === "fulfilled";
  // deno-lint-ignore no-console -- an example shows its output
  console.log(ok ? result.value : `failed: ${result.reason.message}`);
}
// deno-lint-ignore no-console -- an example shows its output
console.log(`at most ${peak} in flight`);

// Output:
// page 1
// page 2
// page 3
// failed: page 4 is not there
// page 5
// at most 2 in flight
