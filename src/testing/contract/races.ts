/**
 * Two calls at once, for the same item, of one store or of two on the same
 * data: whoever wins, each message is in one place.
 *
 * @module
 */
import type { Store } from "../../durable/store.ts";
import type { Claim } from "../../durable/stored.ts";
import { expectEqual, expectSome, expectThat } from "./expect.ts";
import { named, type Tests, textsOf, type Trial } from "./trial.ts";

/** How often two calls are made at once. */
export const ROUNDS = 12;

/** Numbers from 0, as texts. */
export function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${at}`);
}

/** Runs a test with a second store on the same data. */
export async function withTwo(
  trial: Trial,
  test: (stores: readonly [Store, Store]) => Promise<void>,
): Promise<void> {
  const other = await trial.again();
  try {
    await test([trial.store, other.store]);
  } finally {
    await other.close();
  }
}

/** Lets two calls race, each time for another key, the second call now of the
 * same store, now of another; what became of the message is up to who wins, and
 * is never twice or nothing. */
export async function race(
  trial: Trial,
  round: (key: string, other: Store) => Promise<readonly string[]>,
): Promise<void> {
  await withTwo(trial, async (stores) => {
    for (const key of numbers(ROUNDS)) {
      const found = await round(key, stores[Number(key) % 2] ?? trial.store);
      const ran = await trial.drainLater(key);
      const all = [...found, ...ran, ...await trial.deadTexts(key)];
      expectEqual(all, ["m"], `where the message of round ${key} is`);
      expectEqual(await trial.state(key), "idle", `the end of round ${key}`);
    }
  });
}

/** Enqueues the message that the race is about. */
async function send(trial: Trial, store: Store, key: string): Promise<unknown> {
  const [answer] = await store.enqueue([trial.wake(key, "m")]);
  if (answer instanceof Error) return answer.name;
  return expectSome(answer, "an answer").outcome;
}

/** Runs what was claimed, with success; answers what it was handed. */
async function runAll(
  trial: Trial,
  claims: readonly Claim[],
): Promise<string[]> {
  const texts: string[] = [];
  for (const claim of claims) {
    const run = await trial.load(claim);
    texts.push(...run.texts);
    await trial.complete(run);
  }
  return texts;
}

/** Takes back what waits. */
async function cancel(store: Store, key: string): Promise<string[]> {
  const { messages } = await store.cancel(named(key), { running: false });
  return textsOf(messages) ?? [];
}

/** Deletes an item; answers what came back. */
async function remove(store: Store, key: string): Promise<string[]> {
  const { messages } = await store.delete(named(key));
  return textsOf(messages) ?? [];
}

/** Tests of two calls that race. */
export const raceTests: Tests = {
  "enqueue() while its item is settled is never lost": async (trial) => {
    await race(trial, async (key, other) => {
      await trial.send(key, "first");
      const run = await trial.start(key);

      const [outcome] = await Promise.all([
        send(trial, other, key),
        trial.complete(run),
      ]);

      const isOne = outcome === "rerun" || outcome === "queued";
      expectThat(isOne, `it is not ${outcome}`);
      return [];
    });
  },

  "enqueue() while its item is claimed is never lost": async (trial) => {
    await race(trial, async (key, other) => {
      await trial.send(key);
      const [claims] = await Promise.all([
        trial.claim(1),
        send(trial, other, key),
      ]);
      return await runAll(trial, claims);
    });
  },

  "enqueue() while its item fails stays behind what failed": async (trial) => {
    for (const key of numbers(ROUNDS)) {
      await trial.send(key, "failed");
      const run = await trial.start(key);

      await Promise.all([trial.end(run, "retry"), trial.send(key, "newer")]);

      await trial.pass(1_000);
      expectEqual(await trial.drain(key), ["failed", "newer"], "what ran");
    }
  },

  "cancel() while its item is claimed hands back or lets run": async (
    trial,
  ) => {
    await race(trial, async (key, other) => {
      await trial.send(key, "m");
      const [claims, taken] = await Promise.all([
        trial.claim(1),
        cancel(other, key),
      ]);
      return [...taken, ...await runAll(trial, claims)];
    });
  },

  "cancel() while somebody enqueues hands back or lets run": async (trial) => {
    await race(trial, async (key, other) => {
      await trial.send(key);
      const [taken] = await Promise.all([
        cancel(other, key),
        trial.send(key, "m"),
      ]);
      return taken;
    });
  },

  "cancel() of a rerun while somebody enqueues hands back or lets run": async (
    trial,
  ) => {
    await race(trial, async (key, other) => {
      await trial.send(key);
      const run = await trial.start(key);
      await trial.send(key);
      const [taken] = await Promise.all([
        cancel(other, key),
        trial.send(key, "m"),
      ]);
      await trial.complete(run);
      return taken;
    });
  },

  "cancel() while its item is settled hands back or lets run": async (
    trial,
  ) => {
    await race(trial, async (key, other) => {
      await trial.send(key, "first");
      const run = await trial.start(key);
      await trial.send(key, "m");
      const [taken] = await Promise.all([
        cancel(other, key),
        trial.complete(run),
      ]);
      return taken;
    });
  },

  "delete() while somebody enqueues hands back, refuses or lets run": async (
    trial,
  ) => {
    await race(trial, async (key, other) => {
      await trial.send(key);
      const [taken, answer] = await Promise.all([
        remove(trial.store, key),
        send(trial, other, key),
      ]);
      return answer === "DeletedError" ? ["m"] : taken;
    });
  },

  "delete() while its item is claimed hands back or lets run": async (
    trial,
  ) => {
    await race(trial, async (key, other) => {
      await trial.send(key, "m");
      const [claims, taken] = await Promise.all([
        trial.claim(1),
        remove(other, key),
      ]);
      return [...taken, ...await runAll(trial, claims)];
    });
  },

  "delete() while its item is settled hands back or buries": async (trial) => {
    await race(trial, async (key, other) => {
      await trial.send(key, "first");
      const run = await trial.start(key);
      await trial.send(key, "m");
      const [taken] = await Promise.all([
        remove(other, key),
        trial.complete(run),
      ]);
      return taken;
    });
  },

  "suspend() while its item is claimed loses nothing": async (trial) => {
    await race(trial, async (key, other) => {
      await trial.send(key, "m");
      const [claims] = await Promise.all([
        trial.claim(1),
        other.suspend(named(key), true),
      ]);
      for (const claim of claims) {
        await trial.end(await trial.load(claim), "release");
      }
      expectEqual(await trial.state(key), "suspended", "state");
      return [];
    });
  },

  "promote() while somebody enqueues makes an item ready once": async (
    trial,
  ) => {
    await race(trial, async (key, other) => {
      await trial.send(key, undefined, { delayMs: 100 });
      trial.clock.advance(100);
      await Promise.all([trial.promote(), send(trial, other, key)]);
      return [];
    });
  },

  "reset() while its backoff ends makes an item ready once": async (trial) => {
    await race(trial, async (key, other) => {
      await trial.send(key, "m");
      await trial.end(await trial.start(key), "retry");
      trial.clock.advance(1_000);
      await Promise.all([trial.promote(), other.reset(named(key))]);
      return [];
    });
  },
};
