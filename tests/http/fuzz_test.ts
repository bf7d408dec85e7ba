import { assert, assertEquals } from "@std/assert";
import { mix } from "../core/sim/random.ts";
import { fuzzInChild } from "./fuzz/child.ts";
import { MUTANTS } from "./fuzz/mutants.ts";
import { Violation } from "./fuzz/player.ts";
import { type Coverage, playRound } from "./fuzz/round.ts";

const REQUESTS = 100_000;
const ROUND = 4_000;
const SEED = Math.floor(Math.random() * 2 ** 31);
/** Of a heap of some tens of megabytes. */
const GROWN_BYTES_MAX = 1_000_000;
/** One that is noticed later is not noticed well. */
const MUTANT_ROUNDS = 5;

/** All statuses that the endpoint can answer with, but what it must not. */
const STATUSES: readonly number[] = [
  ...[200, 202, 204, 304],
  ...[400, 401, 403, 404, 405, 408, 409, 413, 415, 421, 422, 429],
  ...[501, 502, 503],
];
const PLACES = 22;

async function playRounds(seed: number, requests: number): Promise<Coverage> {
  const total: Coverage = new Map();
  for (let round = 0; round * ROUND < requests; round++) {
    const options = { seed: mix(seed, round), requests: ROUND };
    for (const [name, count] of await playRound(options)) {
      total.set(name, (total.get(name) ?? 0) + count);
    }
  }
  return total;
}

Deno.test("workItems() answers 200,000 random requests as the laws say, with a flat heap", async () => {
  const child = fuzzInChild(mix(SEED, -1), REQUESTS);

  const coverage = await playRounds(SEED, REQUESTS);
  const { found, heap, coverage: others } = await child;

  assertEquals(found, "");
  const [first = 0] = heap;
  const grown = Math.max(...heap.slice(1)) - first;
  assert(grown < GROWN_BYTES_MAX, `the heap grew from ${heap}`);
  for (const each of [coverage, new Map(others)]) {
    const statuses = new Set(
      [...each.keys()].map((name) => Number(name.split(" ").at(-1))),
    );
    assertEquals([...statuses].toSorted((a, b) => a - b), STATUSES);
    const places = new Set(
      [...each.keys()].map((name) => name.split(" ").slice(0, -1).join(" ")),
    );
    assertEquals(places.size, PLACES + 1, [...places].join("\n")); // And none.
  }
});

for (const { name, ...mistake } of MUTANTS) {
  Deno.test(`the fuzzer notices that ${name}`, async () => {
    let found = "";

    for (let round = 0; round < MUTANT_ROUNDS && found === ""; round++) {
      try {
        await playRound({
          seed: mix(SEED, 1, round),
          requests: ROUND,
          mistake,
        });
      } catch (error) {
        if (!(error instanceof Violation)) throw error;
        found = error.message;
      }
    }

    assert(found !== "", `seed ${SEED} finds nothing`);
  });
}
