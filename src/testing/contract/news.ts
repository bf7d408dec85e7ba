/**
 * What a store tells of by itself: news for runs, bells, its own state.
 *
 * @module
 */
import type { News } from "../../durable/stored.ts";
import { expectEqual, expectSome, expectThat } from "./expect.ts";
import { look } from "./lists.ts";
import { MANY, named, type Tests, type Trial } from "./trial.ts";

/** What happened to a run, as it is told. */
async function newsOf(trial: Trial, act: () => Promise<void>): Promise<News> {
  await trial.send("a", "1");
  const { claim } = await trial.start();
  await act();
  const [news] = await trial.store.news([claim]);
  return expectSome(news, "news");
}

const QUIET: News = {
  isLost: false,
  isStale: false,
  isRestart: false,
  isCancelled: false,
};

/** Tests of news(), watch() and fsck(). */
export const newsTests: Tests = {
  "news() of a run that nothing happened to": async (trial) => {
    const news = await newsOf(trial, async () => {});

    expectEqual(news, QUIET, "news");
  },

  "news() tells that the next run is owed": async (trial) => {
    const news = await newsOf(trial, async () => {
      await trial.send("a", "2");
    });

    expectEqual(news, { ...QUIET, isStale: true }, "news");
  },

  "news() tells of a restart": async (trial) => {
    const news = await newsOf(trial, async () => {
      await trial.send("a", "2", { whenRunning: "restart" });
    });

    expectEqual(news, { ...QUIET, isStale: true, isRestart: true }, "news");
  },

  "news() tells of a delayed restart once it is due": async (trial) => {
    await trial.send("a", "1");
    const { claim } = await trial.start();
    await trial.send("a", "2", { whenRunning: "restart", delayMs: 1_000 });

    const [early] = await trial.store.news([claim]);
    trial.clock.advance(1_000);
    const [later] = await trial.store.news([claim]);

    expectEqual([early?.isRestart, later?.isRestart], [false, true], "news");
  },

  "news() tells of a cancelled run": async (trial) => {
    const news = await newsOf(trial, async () => {
      await trial.store.cancel(named("a"), { running: true });
    });

    expectEqual(news, { ...QUIET, isCancelled: true }, "news");
  },

  "news() tells of a deletion": async (trial) => {
    const news = await newsOf(trial, async () => {
      await trial.store.delete(named("a"));
    });

    expectEqual([news.isCancelled, news.isLost], [true, false], "news");
  },

  "news() tells that a claim was settled": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await trial.complete(run);

    const [news] = await trial.store.news([run.claim]);

    expectEqual(news?.isLost, true, "isLost");
  },

  "news() is forgotten by the next run": async (trial) => {
    await trial.send("a", "1");
    const run = await trial.start();
    await trial.send("a", "2", { whenRunning: "restart" });
    await trial.end(run, "release");

    const { claim } = await trial.start();

    expectEqual(await trial.store.news([claim]), [QUIET], "news");
  },

  "news() comes in the order of the claims": async (trial) => {
    for (const key of ["a", "b", "c"]) await trial.send(key, "m");
    const claims = await trial.claim(MANY);
    await trial.send("b", "newer");

    const news = await trial.store.news(claims);

    const stale = news.map(({ isStale }) => isStale);
    expectEqual(stale, [false, true, false], "isStale");
    expectEqual(await trial.store.news([]), [], "news of no claims");
  },

  "watch() rings no more once it is ended": async (trial) => {
    let rings = 0;
    const end = trial.store.watch(() => rings++);
    const endOther = trial.store.watch(() => {});
    await trial.send("a", "m");
    end();
    const before = rings;

    await trial.send("b", "m");
    await trial.drain();

    expectEqual(rings, before, "rings afterwards");
    endOther();
    end();
  },

  "fsck() counts what it has looked at": async (trial) => {
    for (const text of ["1", "2"]) await trial.send("a", text);
    await trial.send("b", "3", { delayMs: 1_000 });

    const report = await trial.store.fsck({ repair: false });

    expectEqual(report, { items: 2, messages: 3, faults: [] }, "report");
  },

  "fsck() mends nothing that is sound": async (trial) => {
    await trial.send("a", "1");
    await trial.send("b", "2");
    const run = await trial.start();
    await trial.send("a", "3", { delayMs: 1_000 });
    const before = await look(trial);

    const { faults } = await trial.store.fsck({ repair: true });

    expectEqual(faults, [], "faults");
    expectEqual(await look(trial), before, "the item");
    expectEqual(await trial.complete(run), "delayed", "the end of the run");
  },

  "limits and durability are stated": ({ store }) => {
    const { messageBytes, contextBytes, resultBytes } = store.limits;
    for (const limit of [messageBytes, contextBytes, resultBytes]) {
      expectThat(Number.isInteger(limit) && limit > 0, "limits are integers");
    }
    const words = ["memory", "fsync", "replicated"];
    expectThat(words.includes(store.durability), "durability is one of three");
    return Promise.resolve();
  },
};
