/**
 * Dead letters: what becomes of messages that no run will handle.
 *
 * @module
 */
import { expectEqual } from "./expect.ts";
import { bury, redriveTests } from "./redrives.ts";
import {
  bytesOf,
  FAILED,
  KIND,
  named,
  type Tests,
  textsOf,
  type Trial,
} from "./trial.ts";

/** How a run fails for the last time with this error. */
async function buryAs(trial: Trial, error: string): Promise<string> {
  await trial.send("a", "m");
  const told = new Set<string>();
  const verdict = { type: "bury", error, result: FAILED, told } as const;
  await trial.settle(await trial.start(), verdict);
  return (await trial.letters("a")).at(-1)?.error ?? "";
}

/** Tests of dead letters. */
export const letterTests: Tests = {
  ...redriveTests,

  "dead() shows what became of a message": async (trial) => {
    await trial.send("a", "m", { id: "id-1" });
    const run = await trial.start();
    trial.clock.advance(5);
    await trial.end(run, "bury");

    const [letter, ...others] = await trial.letters();

    expectEqual(others, [], "more letters");
    expectEqual([letter?.kind, letter?.key], [KIND, "a"], "its item");
    expectEqual(textsOf(letter?.messages), ["m"], "its messages");
    expectEqual(letter?.messages[0]?.id, "id-1", "the id of its message");
    expectEqual(letter?.error, "broken", "its error");
    expectEqual([letter?.failures, letter?.crashes], [1, 0], "its counts");
    expectEqual(letter?.at, trial.clock.today(), "its time");
  },

  "dead() keeps the messages of one run in order": async (trial) => {
    for (const text of ["1", "2", "3"]) await trial.send("a", text);
    const run = await trial.start();
    await trial.send("a", "newer");

    const state = await trial.end(run, "bury");

    expectEqual(await trial.deadTexts(), ["1", "2", "3"], "dead letters");
    expectEqual(state, "queued", "state");
    expectEqual(await trial.drain(), ["newer"], "what ran afterwards");
  },

  "dead() counts failures of all attempts": async (trial) => {
    await trial.send("a", "m");
    for (const how of ["retry", "retry", "bury"] as const) {
      await trial.end(await trial.start(), how);
      await trial.pass(1_000);
    }

    const [letter] = await trial.letters();

    expectEqual(letter?.failures, 3, "failures");
    expectEqual(await trial.send("a", "new"), "queued", "the next enqueue");
    expectEqual((await trial.start()).claim.failures, 0, "failures since");
  },

  "dead() counts crashes": async (trial) => {
    await trial.send("a", "m");
    for (let crashes = 0; crashes < 2; crashes++) {
      const session = await trial.store.openSession();
      await trial.store.claim(session, [{ kind: KIND, limit: 1 }], 1);
      await trial.bringBack(session);
    }
    await trial.end(await trial.start(), "bury");

    const [letter] = await trial.letters();

    expectEqual([letter?.failures, letter?.crashes], [1, 2], "its counts");
  },

  "dead() keeps a short error as it is": async (trial) => {
    const error = "Cannot reach 東京 🚉: timed out";

    expectEqual(await buryAs(trial, error), error, "its error");
  },

  "dead() keeps a letter when the rest of its messages is folded": async (
    trial,
  ) => {
    const texts = ["1", "2", "3"];
    await trial.store.enqueue(texts.map((text) => trial.wake("a", text)));
    await trial.end(await trial.start("a", 1), "bury");
    await trial.store.fold(named("a"), () => bytesOf("2+3"));

    await trial.end(await trial.start(), "bury");

    expectEqual(await trial.deadTexts(), ["1", "2+3"], "dead letters");
  },

  "dead() gives later letters of a key greater ids": async (trial) => {
    for (const text of ["1", "2", "3"]) await bury(trial, text);

    const letters = await trial.letters("a");

    const ids = letters.map(({ id }) => id);
    expectEqual(ids, [...new Set(ids)].sort(), "ids");
    expectEqual(await trial.deadTexts(), ["1", "2", "3"], "their messages");
  },

  "dead() goes by kind, key and prefix": async (trial) => {
    for (const key of ["a", "ab", "b"]) await bury(trial, key, key);

    const read = async (query: object): Promise<string[]> => {
      const { items } = await trial.store.dead({ kind: KIND, ...query });
      return items.map(({ key }) => key);
    };

    expectEqual(await read({}), ["a", "ab", "b"], "all");
    expectEqual(await read({ key: "a" }), ["a"], "of one key");
    expectEqual(await read({ prefix: "a" }), ["a", "ab"], "of a prefix");
    expectEqual(await read({ key: "b", prefix: "a" }), [], "of both");
    expectEqual(await read({ kind: "other" }), [], "of another kind");
  },
};
