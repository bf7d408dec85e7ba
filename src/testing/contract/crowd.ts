/**
 * Many calls at once, of one store and of two on the same data: the laws hold
 * whoever comes first.
 *
 * @module
 */
import { expectEqual } from "./expect.ts";
import { numbers, raceTests, withTwo } from "./races.ts";
import { rivalTests } from "./rivals.ts";
import { soakTests } from "./soak.ts";
import type { Tests } from "./trial.ts";

/** How many of them are equal to this. */
function count(all: readonly unknown[], one: unknown): number {
  return all.filter((each) => each === one).length;
}

/** Tests of calls made at once. */
export const crowdTests: Tests = {
  ...raceTests,

  ...rivalTests,
  ...soakTests,

  "enqueue() by 100 at once owes one run": async (trial) => {
    const texts = numbers(100);

    const outcomes = await Promise.all(
      texts.map((text) => trial.send("a", text)),
    );

    expectEqual(count(outcomes, "queued"), 1, "how many queued it");
    expectEqual(count(outcomes, "coalesced"), 99, "how many coalesced");
    const run = await trial.start();
    expectEqual([...run.texts].sort(), texts.sort(), "its messages");
    expectEqual(await trial.complete(run), "idle", "its end");
  },

  "enqueue() by 100 at once on a running item owes one rerun": async (
    trial,
  ) => {
    await trial.send("a", "first");
    const run = await trial.start();

    const outcomes = await Promise.all(
      numbers(100).map((text) => trial.send("a", text)),
    );

    expectEqual(count(outcomes, "rerun"), 1, "how many caused a rerun");
    expectEqual(count(outcomes, "coalesced"), 99, "how many coalesced");
    expectEqual(await trial.complete(run), "queued", "the end of the run");
    expectEqual((await trial.drain()).length, 100, "what ran");
  },

  "enqueue() keeps the order of each caller": async (trial) => {
    await withTwo(trial, async (stores) => {
      const callers = numbers(8);

      await Promise.all(callers.map(async (caller, at) => {
        const store = stores[at % 2] ?? trial.store;
        for (const each of numbers(10)) {
          await store.enqueue([trial.wake("a", `${caller}:${each}`)]);
        }
      }));

      const texts = await trial.drain();
      for (const caller of callers) {
        const own = texts.filter((text) => text.startsWith(`${caller}:`));
        const expected = numbers(10).map((each) => `${caller}:${each}`);
        expectEqual(own, expected, `what ${caller} sent`);
      }
    });
  },

  "enqueue() of many in one call keeps the order of each key": async (
    trial,
  ) => {
    const texts = numbers(300);
    const keyOf = (text: string): string => `k${Number(text) % 7}`;

    const answers = await trial.store.enqueue(
      texts.map((text) => trial.wake(keyOf(text), text)),
    );

    expectEqual(answers.length, 300, "answers");
    const claims = await trial.claimAll();
    expectEqual(claims.length, 7, "claims");
    for (const claim of claims) {
      const own = texts.filter((text) => keyOf(text) === claim.key);
      expectEqual((await trial.load(claim)).texts, own, claim.key);
    }
  },

  "enqueue() of 150 keys at once makes each ready once": async (trial) => {
    const keys = numbers(150);

    const outcomes = await Promise.all(keys.map((key) => trial.send(key)));

    expectEqual(count(outcomes, "queued"), 150, "how many were queued");
    const claimed = (await trial.claimAll()).map(({ key }) => key);
    expectEqual(claimed.sort(), keys.sort(), "claimed");
  },

  "enqueue() of one id by many at once is accepted once": async (trial) => {
    await withTwo(trial, async (stores) => {
      const wake = trial.wake("a", "m", { id: "id" });

      const answers = await Promise.all(
        numbers(20).map((at) => stores[Number(at) % 2]?.enqueue([wake])),
      );

      const outcomes = answers.flat().map((answer) =>
        answer instanceof Error ? answer.message : answer?.outcome
      );
      expectEqual(count(outcomes, "queued"), 1, "how many queued it");
      expectEqual(count(outcomes, "duplicate"), 19, "how many were duplicates");
      expectEqual(await trial.drain(), ["m"], "what ran");
    });
  },

  "enqueue() by many at once never overfills an inbox": async (trial) => {
    await withTwo(trial, async (stores) => {
      const wakes = numbers(40).map((text) =>
        trial.wake("a", text, { maxInbox: 10 })
      );

      const answers = await Promise.all(
        wakes.map((wake, at) => stores[at % 2]?.enqueue([wake])),
      );

      const refused = answers.flat().filter((answer) =>
        answer instanceof Error && answer.name === "QueueFullError"
      );
      expectEqual(refused.length, 30, "how many were refused");
      expectEqual((await trial.drain()).length, 10, "what ran");
    });
  },

  "enqueue() by two stores is claimed in order": async (trial) => {
    await withTwo(trial, async ([first, second]) => {
      const keys = numbers(10);
      for (const [at, key] of keys.entries()) {
        const store = at % 2 === 0 ? first : second;
        await store.enqueue([trial.wake(key, "m")]);
      }

      const claims = await trial.claimAll();

      expectEqual(claims.map(({ key }) => key), keys, "claimed");
    });
  },
};
