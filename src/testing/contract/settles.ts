/**
 * The end of a run: what is counted, what is kept, and what is written no more
 * once the claim is lost.
 *
 * @module
 */
import { expectEqual, expectSome, expectThat } from "./expect.ts";
import { heirTests } from "./heirs.ts";
import {
  buried,
  completed,
  named,
  type Started,
  type Tests,
  textOf,
  type Trial,
} from "./trial.ts";

/** How many failures, crashes and restarts a claim tells of. */
function countsOf({ claim }: Started): number[] {
  return [claim.failures, claim.crashes, claim.restarts];
}

/** Lets a run of "a" fail, and starts the next. */
async function retry(trial: Trial, run: Started): Promise<Started> {
  await trial.end(run, "retry");
  await trial.pass(1_000);
  return await trial.start();
}

/** What follows a run. */
export const settleTests: Tests = {
  ...heirTests,

  "complete leaves nothing behind": async (trial) => {
    await trial.send("a", "m");

    await trial.complete(await trial.start());

    expectEqual(await trial.store.inspect(named("a")), undefined, "the item");
    expectEqual(await trial.letters(), [], "dead letters");
  },

  "settle() answers the version of the item": async (trial) => {
    const { version: first } = await trial.receipt("a", "m");
    const run = await trial.start();
    await trial.send("a", "n");

    const { version } = await trial.settle(run, completed());

    const item = await trial.store.inspect(named("a"));
    expectEqual(version, item?.version, "the version");
    expectThat((version ?? "") > first, "it is greater than the first");
  },

  "versions grow, also when the item was forgotten": async (trial) => {
    const versions: (string | undefined)[] = [];
    for (let round = 0; round < 12; round++) {
      versions.push((await trial.receipt("a", "m")).version);
      const run = await trial.start();
      versions.push((await trial.settle(run, completed())).version);
    }

    expectEqual([...versions].sort(), versions, "versions, sorted");
    expectEqual(new Set(versions).size, 24, "how many are different");
  },

  "settle() of a run that has ended is lost": async (trial) => {
    await trial.send("a", "m");
    const run = await trial.start();
    await trial.complete(run, { context: "first" });

    const late = await trial.settle(run, completed({ context: "second" }));

    const none = { state: "lost", version: undefined };
    expectEqual(late, none, "the second settlement");
    await trial.send("a", "n");
    expectEqual(textOf((await trial.start()).context), "first", "the context");
  },

  "settle() with an older fence writes nothing": async (trial) => {
    await trial.send("a", "m", { reply: "r" });
    const old = await trial.start();
    await trial.end(old, "release");
    const run = await trial.start();

    for (
      const how of ["complete", "retry", "bury", "hold", "release"] as const
    ) {
      expectEqual(await trial.end(old, how), "lost", `a late ${how}`);
    }

    expectEqual(await trial.state(), "running", "the state");
    expectEqual(await trial.result("r"), undefined, "the result");
    expectEqual(await trial.letters(), [], "dead letters");
    expectEqual(await trial.complete(run), "idle", "the run that is valid");
  },

  "retry counts failures": async (trial) => {
    await trial.send("a", "m");
    const first = await trial.start();

    const second = await retry(trial, first);
    const third = await retry(trial, second);

    expectEqual(countsOf(second), [1, 0, 0], "after one");
    expectEqual(countsOf(third), [2, 0, 0], "after two");
  },

  "retry forgets crashes": async (trial) => {
    await trial.send("a", "m");
    const [lost] = await trial.store.claim(
      await trial.store.openSession(),
      [{ kind: "sync", limit: 1 }],
      1,
    );
    await trial.bringBack(expectSome(lost, "a claim").session);
    const run = await trial.start();

    const next = await retry(trial, run);

    expectEqual(countsOf(run), [0, 1, 0], "after the crash");
    expectEqual(countsOf(next), [1, 0, 0], "after the failure");
  },

  "complete forgets failures": async (trial) => {
    await trial.send("a", "m");
    const run = await retry(trial, await trial.start());
    await trial.send("a", "n");

    await trial.complete(run);

    expectEqual(countsOf(await trial.start()), [0, 0, 0], "counts");
  },

  "bury forgets failures": async (trial) => {
    await trial.send("a", "m");
    const run = await retry(trial, await trial.start());
    await trial.send("a", "n");

    await trial.end(run, "bury");

    expectEqual(countsOf(await trial.start()), [0, 0, 0], "counts");
  },

  "hold counts a failure, reset() forgets them": async (trial) => {
    await trial.send("a", "m");
    const run = await retry(trial, await trial.start());

    await trial.end(run, "hold");
    const held = await trial.store.inspect(named("a"));
    await trial.store.reset(named("a"));

    expectEqual([held?.held, held?.failures], [true, 2], "the held item");
    expectEqual(countsOf(await trial.start()), [0, 0, 0], "counts");
  },

  "release counts no failure, and keeps those there are": async (trial) => {
    await trial.send("a", "m");
    const run = await retry(trial, await trial.start());

    await trial.end(run, "release");

    const next = await trial.start();
    expectEqual(countsOf(next), [1, 0, 0], "counts");
    expectEqual(next.texts, ["m"], "what is handed");
  },

  "release counts restarts": async (trial) => {
    await trial.send("a", "m");
    const isRestart = true;
    await trial.settle(await trial.start(), { type: "release", isRestart });
    const second = await trial.start();
    await trial.settle(second, { type: "release", isRestart });
    const third = await trial.start();
    await trial.settle(third, { type: "release", isRestart: false });

    const fourth = await trial.start();

    expectEqual(countsOf(second), [0, 0, 1], "after one");
    expectEqual(countsOf(third), [0, 0, 2], "after two");
    expectEqual(countsOf(fourth), [0, 0, 2], "after one that is none");
  },

  "complete forgets restarts": async (trial) => {
    await trial.send("a", "m");
    const first = await trial.start();
    await trial.settle(first, { type: "release", isRestart: true });
    const run = await trial.start();
    await trial.send("a", "n");

    await trial.complete(run);

    expectEqual(countsOf(await trial.start()), [0, 0, 0], "counts");
  },

  "release needs no load": async (trial) => {
    await trial.send("a", "m");
    const [claim] = await trial.claim();
    await trial.send("a", "n");

    const { state } = await trial.store.settle(
      expectSome(claim, "a claim"),
      { type: "release", isRestart: false },
    );

    expectEqual(state, "queued", "what it is next");
    expectEqual((await trial.start()).texts, ["m", "n"], "what is handed");
  },

  "bury leaves a dead letter": async (trial) => {
    await trial.send("a", "m", { id: "7" });
    await trial.send("a", "n");
    const run = await retry(trial, await trial.start());
    trial.clock.advance(500);

    await trial.settle(run, buried("no such page"));

    const letters = await trial.letters("a");
    const [letter] = letters;
    const facts = [
      letter?.error,
      letter?.failures,
      letter?.crashes,
      letter?.at,
    ];
    const today = trial.clock.today();
    expectEqual(facts, ["no such page", 2, 0, today], "facts of the letter");
    expectEqual(await trial.deadTexts(), ["m", "n"], "messages");
    expectEqual(letter?.messages[0]?.id, "7", "the id of the first");
  },

  "bury of a wake-up without message leaves a letter too": async (trial) => {
    await trial.send("a");

    await trial.settle(await trial.start(), buried("broken"));

    const letters = await trial.letters("a");
    const facts = letters.map(({ error, messages }) => [error, messages]);
    expectEqual(facts, [["broken", []]], "letters");
    expectEqual(await trial.state(), "idle", "the state");
  },

  "hold keeps messages until reset()": async (trial) => {
    await trial.send("a", "m");
    const run = await trial.start();
    await trial.send("a", "n");

    await trial.end(run, "hold");
    await trial.send("a", "o");
    await trial.pass(3_600_000);
    const claims = await trial.claim();
    await trial.store.reset(named("a"));

    expectEqual(claims, [], "claims while it is held");
    expectEqual((await trial.start()).texts, ["m", "n", "o"], "handed");
    expectEqual(await trial.letters(), [], "dead letters");
  },

  "hold of a wake-up without message": async (trial) => {
    await trial.send("a");

    await trial.end(await trial.start(), "hold");
    const state = await trial.state();
    await trial.store.reset(named("a"));

    expectEqual(state, "held", "the state");
    expectEqual((await trial.start()).texts, [], "what is handed");
  },
};
