/**
 * Claims: which items, in which order, and by one session at most.
 *
 * @module
 */
import { expectEqual, expectThat } from "./expect.ts";
import { delayed, KIND, named, type Tests, type Trial } from "./trial.ts";

/** Claims at most so many of each of these kinds; answers what was claimed. */
async function claimOf(
  trial: Trial,
  kinds: Readonly<Record<string, number>>,
  limit: number,
): Promise<string[]> {
  const wants = Object.entries(kinds).map(([kind, most]) => ({
    kind,
    limit: most,
  }));
  const claims = await trial.store.claim(await trial.session(), wants, limit);
  return claims.map(({ kind, key }) => `${kind}/${key}`);
}

/** The keys that are claimed next, in their order. */
async function claimedKeys(trial: Trial): Promise<string[]> {
  return (await trial.claimAll()).map(({ key }) => key);
}

/** Enqueues these, one after the other. */
async function enqueueAll(trial: Trial, ...keys: string[]): Promise<void> {
  for (const key of keys) await trial.send(key, "m");
}

/** What is claimed. */
export const claimTests: Tests = {
  "claim() of nothing": async (trial) => {
    expectEqual(await trial.claim(), [], "claims");
  },

  "claim() says whose it is": async (trial) => {
    await trial.send("a", "m");

    const [claim] = await trial.claim();

    expectEqual(claim?.kind, KIND, "the kind");
    expectEqual(claim?.key, "a", "the key");
    expectEqual(claim?.session, await trial.session(), "the session");
    const counts = [claim?.failures, claim?.crashes, claim?.restarts];
    expectEqual(counts, [0, 0, 0], "failures, crashes, restarts");
  },

  "claim() takes the longest ready first": async (trial) => {
    await enqueueAll(trial, "c", "a", "b");

    expectEqual(await claimedKeys(trial), ["c", "a", "b"], "claims");
  },

  "claim() takes those of one call in their order": async (trial) => {
    const keys = ["c", "a", "d", "b"];
    await trial.store.enqueue(keys.map((key) => trial.wake(key, "m")));

    expectEqual(await claimedKeys(trial), keys, "claims");
  },

  "claim() keeps the order of 600 items": async (trial) => {
    const keys = Array.from({ length: 600 }, (_, at) => `${(at * 7) % 600}`);
    await trial.store.enqueue(keys.map((key) => trial.wake(key, "m")));

    expectEqual(await claimedKeys(trial), keys, "claims");
  },

  "claim() keeps the order over several kinds": async (trial) => {
    await trial.send("1", "m", { kind: "x" });
    await trial.send("2", "m", { kind: "y" });
    await trial.send("3", "m", { kind: "x" });
    await trial.send("4", "m", { kind: "y" });

    const claimed = await claimOf(trial, { y: 9, x: 9 }, 9);

    expectEqual(claimed, ["x/1", "y/2", "x/3", "y/4"], "claims");
  },

  "claim() takes no more than its limit": async (trial) => {
    await enqueueAll(trial, "a", "b", "c");

    const first = await claimOf(trial, { [KIND]: 9 }, 2);
    const second = await claimOf(trial, { [KIND]: 9 }, 2);

    expectEqual(first, ["sync/a", "sync/b"], "the first claims");
    expectEqual(second, ["sync/c"], "the second claims");
  },

  "claim() takes no more of a kind than its limit": async (trial) => {
    for (const kind of ["x", "x", "x", "y", "y"]) {
      await trial.send(`${Math.trunc(trial.clock.now())}`, "m", { kind });
      trial.clock.advance(1);
    }

    const claimed = await claimOf(trial, { x: 1, y: 5 }, 2);
    const next = await claimOf(trial, { x: 5, y: 1 }, 5);

    expectEqual(claimed, ["x/0", "y/3"], "claims");
    expectEqual(next, ["x/1", "x/2", "y/4"], "the next claims");
  },

  "claim() takes none of a kind whose limit is 0": async (trial) => {
    await trial.send("1", "m", { kind: "x" });
    await trial.send("2", "m", { kind: "y" });

    expectEqual(await claimOf(trial, { x: 0, y: 1 }, 9), ["y/2"], "claims");
    expectEqual(await claimOf(trial, { x: 1 }, 0), [], "claims of none");
    expectEqual(await claimOf(trial, {}, 9), [], "claims of no kind");
  },

  "claim() takes only kinds that were asked for": async (trial) => {
    await trial.send("1", "m", { kind: "x" });
    await trial.send("2", "m", { kind: "xy" });

    expectEqual(await claimOf(trial, { xy: 9 }, 9), ["xy/2"], "claims");
  },

  "claim() takes an item once": async (trial) => {
    await trial.send("a", "m");

    const first = await claimedKeys(trial);
    const second = await claimedKeys(trial);

    expectEqual([first, second], [["a"], []], "claims");
  },

  "claim() takes an item once, however many try": async (trial) => {
    await enqueueAll(trial, "a", "b", "c");

    const all = await Promise.all([1, 2, 3, 4].map(() => trial.claim()));

    const keys = all.flat().map(({ key }) => key);
    expectEqual(keys.sort(), ["a", "b", "c"], "claims");
  },

  "claim() by two stores takes each item once": async (trial) => {
    const keys = Array.from({ length: 120 }, (_, at) => `${at}`);
    await trial.store.enqueue(keys.map((key) => trial.wake(key, "m")));
    const { store: other, close } = await trial.again();
    const session = await other.openSession();
    const wants = [{ kind: KIND, limit: 10 }];

    const claimed: string[] = [];
    for (let round = 0; round < 60 && claimed.length < keys.length; round++) {
      const both = await Promise.all([
        trial.claim(10),
        other.claim(session, wants, 10),
      ]);
      claimed.push(...both.flat().map(({ key }) => key));
    }
    await close();

    expectEqual(claimed.sort(), keys.sort(), "claims of both");
  },

  "claim() leaves out what is not ready": async (trial) => {
    await enqueueAll(trial, "backoff", "held", "running");
    for (const key of ["backoff", "held"] as const) {
      const run = await trial.start(key);
      await trial.end(run, key === "held" ? "hold" : "retry");
    }
    await trial.start("running");
    await enqueueAll(trial, "running", "suspended", "ready");
    await trial.store.suspend(named("suspended"), true);
    await trial.send("delayed", "m", delayed(1_000));

    expectEqual(await claimedKeys(trial), ["ready"], "claims");
  },

  "coalescing never moves an item": async (trial) => {
    await enqueueAll(trial, "a", "b", "c", "a");
    await trial.send("b", undefined);
    await trial.send("a", "n", delayed(1_000));

    expectEqual(await claimedKeys(trial), ["a", "b", "c"], "claims");
  },

  "an item that is due again goes to the end": async (trial) => {
    await enqueueAll(trial, "a");
    const run = await trial.start();
    await enqueueAll(trial, "a", "b");

    await trial.complete(run);
    await enqueueAll(trial, "c");

    expectEqual(await claimedKeys(trial), ["b", "a", "c"], "claims");
  },

  "an item that was given back goes to the end": async (trial) => {
    await enqueueAll(trial, "a", "b");
    const run = await trial.start();

    await trial.end(run, "release");

    expectEqual(await claimedKeys(trial), ["b", "a"], "claims");
  },

  "an item that was reset goes to the end": async (trial) => {
    await enqueueAll(trial, "a");
    await trial.end(await trial.start(), "hold");
    await enqueueAll(trial, "b");

    await trial.store.reset(named("a"));

    expectEqual(await claimedKeys(trial), ["b", "a"], "claims");
  },

  "an item that is suspended no more goes to the end": async (trial) => {
    await enqueueAll(trial, "a", "b");

    await trial.store.suspend(named("a"), true);
    await trial.store.suspend(named("a"), false);

    expectEqual(await claimedKeys(trial), ["b", "a"], "claims");
  },

  "an item that was cancelled and enqueued goes to the end": async (trial) => {
    await enqueueAll(trial, "a", "b");
    await trial.store.cancel(named("a"), { running: false });

    await enqueueAll(trial, "a");

    expectEqual(await claimedKeys(trial), ["b", "a"], "claims");
  },

  "fences of a key grow from claim to claim": async (trial) => {
    const fences: string[] = [];
    for (let round = 0; round < 12; round++) {
      await trial.send("a", "m");
      const run = await trial.start();
      fences.push(run.claim.fence);
      await trial.complete(run);
    }

    expectEqual([...fences].sort(), fences, "fences, sorted");
    expectEqual(new Set(fences).size, 12, "how many are different");
  },

  "fences grow over a deletion": async (trial) => {
    await trial.send("a", "m");
    const { fence } = (await trial.start()).claim;
    await trial.bringBack(await trial.session());
    await trial.store.delete(named("a"));

    await trial.send("a", "m");
    const session = await trial.store.openSession();
    const wants = [{ kind: KIND, limit: 1 }];
    const [next] = await trial.store.claim(session, wants, 1);

    expectThat((next?.fence ?? "") > fence, "the next fence is greater");
  },

  "claim() of a session that is not known": async (trial) => {
    await trial.send("a", "m");

    const wants = [{ kind: KIND, limit: 1 }];
    const claims = await trial.store.claim("nobody", wants, 1);

    expectEqual(claims, [], "claims");
    expectEqual(await claimedKeys(trial), ["a"], "claims of another");
  },
};
