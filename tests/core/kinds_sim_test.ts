/** Random interleavings of all that can be done to the keys of kinds, against
 * the laws: nothing is lost, nothing is doubled, the order of each key is kept,
 * and every outcome is told, once. With messages that are kept one by one, and
 * with a merge that does not commute. A failure prints its seed and the smallest
 * schedule. */
import { assert, assertEquals } from "@std/assert";
import { generate } from "./kinds_sim/generate.ts";
import { runMany } from "./kinds_sim/run.ts";
import { report } from "./kinds_sim/shrink.ts";
import { simulate } from "./kinds_sim/simulate.ts";

/** `kinds_sim/more_test.ts` runs as many, beside this file. */
const COUNT = 25_000;

for (const block of [0, 1, 2, 3]) {
  const seed = 1 + block * COUNT;
  Deno.test(`kinds: ${COUNT} schedules from seed ${seed}`, async () => {
    const { failed, distinct } = await runMany(seed, COUNT);

    if (failed !== undefined) throw new Error(await report(failed));
    assert(distinct > 0.95 * COUNT, `Only ${distinct} are distinct`);
  });
}

Deno.test("kinds: the same seed gives the same trace, byte for byte", async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const traces = ["", ""];
    const hashes: number[] = [];

    for (const index of traces.keys()) {
      const { hash } = await simulate(generate(seed), (line) => {
        traces[index] += `${line}\n`;
      });
      hashes.push(hash);
    }

    assertEquals(traces[0], traces[1]);
    assertEquals(hashes[0], hashes[1]);
  }
});

Deno.test("kinds: schedules get everywhere", async () => {
  const seen = new Set<string>();

  for (let seed = 1; seed <= 5_000; seed++) {
    await simulate(generate(seed), (line) => seen.add(likeness(line)));
  }

  assertEquals(PLACES.filter((place) => !seen.has(place)), []);
});

/** What kind of line it is, without numbers. */
function likeness(line: string): string {
  return line.replaceAll(/\[[^\]]*\]|\d+|-/g, "").replaceAll(/ +/g, " ")
    .trim();
}

/** What a simulation that shows something has to show now and then. */
const PLACES: readonly string[] = [
  "enqueue : queued",
  "enqueue : coalesced",
  "enqueue : rerun",
  "enqueue : delayed",
  "enqueue : skipped",
  "enqueue : WIQUEUEFULL",
  "enqueue : WIINVALIDMESSAGE",
  "enqueue : WIDELETED",
  "enqueue : WICLOSED",
  "enqueue : error of context",
  "enqueue : error of merge",
  "request : value of run",
  "request : error of run",
  "request : WIHELD",
  "request : WICANCELLED",
  "request : WIDELETED",
  "request : WICLOSED",
  "request : WISKIPPED",
  "request : WISELFWAIT",
  "run aborts: WICANCELLED",
  "run aborts: WITIMEOUT",
  "run aborts: WICLOSED",
  "undelivered : error of run",
  "undelivered : WICANCELLED",
  "undelivered : WIDELETED",
  "onError : error of run",
  "onError : error of undelivered",
  "onError : error of merge",
  "onError : error of retry",
  "onError : error of cleanup",
  "onError : RangeError",
  "onError : WICANCELLED",
  "onError : WIDELETED",
  "retried : error of run +",
  "held : error of run",
  "cleanup of",
  "delete : ok",
  "own delete : ok",
  "delete scope : ok",
  "report left: k/a",
  "report aborted: k/a",
  "report stuck: k/a",
];
