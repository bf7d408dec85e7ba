/**
 * Two stores on the same data that do the same to an item at once: it is done
 * once.
 *
 * @module
 */
import { expectEqual, expectSome } from "./expect.ts";
import { numbers, race, ROUNDS, withTwo } from "./races.ts";
import {
  bytesOf,
  completed,
  KIND,
  named,
  type Tests,
  textOf,
  textsOf,
  verdictOf,
} from "./trial.ts";

/** More than a store takes away in one step. */
const PILE = 90;

/** Joins messages by "+". */
function join(bodies: readonly Uint8Array[]): Uint8Array {
  return bytesOf(bodies.map(textOf).join("+"));
}

/** Tests of two that do the same. */
export const rivalTests: Tests = {
  "settle() by two at once ends a run once": async (trial) => {
    for (const key of numbers(ROUNDS)) {
      await trial.send(key, "m", { reply: key });
      const run = await trial.start(key);

      const states = (await Promise.all([
        trial.settle(run, completed({ result: "done" })),
        trial.settle(run, verdictOf("bury")),
      ])).map(({ state }) => state);

      expectEqual(states.sort(), ["idle", "lost"], "states");
      const letters = await trial.letters(key);
      const result = await trial.result(key);
      const isDone = result === "ok: done";
      expectEqual(letters.length, isDone ? 0 : 1, "dead letters");
    }
  },

  "promote() by two at once makes an item ready once": async (trial) => {
    await withTwo(trial, async (stores) => {
      const keys = numbers(30);
      for (const key of keys) await trial.send(key, "m", { delayMs: 100 });
      trial.clock.advance(100);

      const all = await Promise.all(
        stores.map((store) => store.promote([KIND])),
      );

      const sum = all.reduce((before, { count }) => before + count, 0);
      expectEqual(sum, 30, "promoted by both");
      const claimed = (await trial.claimAll()).map(({ key }) => key);
      expectEqual(claimed.sort(), keys.sort(), "claimed");
    });
  },

  "cancel() by two at once hands back once": async (trial) => {
    await race(trial, async (key, other) => {
      await trial.send(key, "m");
      const taken = await Promise.all(
        [trial.store, other].map((store) =>
          store.cancel(named(key), { running: false })
        ),
      );
      return taken.flatMap(({ messages }) => textsOf(messages) ?? []);
    });
  },

  "cancel() of many messages by two at once hands back each once": async (
    trial,
  ) => {
    await withTwo(trial, async (stores) => {
      const texts = numbers(PILE);
      for (const text of texts) await trial.send("a", text);

      const taken = await Promise.all(
        stores.map((store) => store.cancel(named("a"), { running: false })),
      );

      const all = taken.flatMap(({ messages }) => textsOf(messages) ?? []);
      expectEqual(all.sort(), texts.sort(), "taken by both");
      expectEqual(await trial.state(), "idle", "state");
    });
  },

  "delete() by two at once hands back once": async (trial) => {
    await race(trial, async (key, other) => {
      await trial.send(key, "m");
      const taken = await Promise.all(
        [trial.store, other].map((store) => store.delete(named(key))),
      );
      return taken.flatMap(({ messages }) => textsOf(messages) ?? []);
    });
  },

  "delete() of many messages by two at once hands back each once": async (
    trial,
  ) => {
    await withTwo(trial, async (stores) => {
      const texts = numbers(PILE);
      for (const text of texts) await trial.send("a", text);

      const taken = await Promise.all(
        stores.map((store) => store.delete(named("a"))),
      );

      const all = taken.flatMap(({ messages }) => textsOf(messages) ?? []);
      expectEqual(all.sort(), texts.sort(), "taken by both");
      expectEqual(await trial.store.inspect(named("a")), undefined, "the item");
    });
  },

  "fold() by two at once loses and doubles nothing": async (trial) => {
    await race(trial, async (key, other) => {
      for (const text of ["1", "2"]) await trial.send(key, text);

      const fewer = await Promise.all([
        trial.store.fold(named(key), join),
        other.fold(named(key), join),
      ]);

      expectEqual(fewer.sort(), [0, 1], "how many fewer");
      const item = await trial.store.inspect(named(key));
      expectEqual(item?.messages, 1, "messages");
      expectEqual(await trial.drain(key), ["1+2"], "what ran");
      return ["m"];
    });
  },

  "redrive() by two at once happens once": async (trial) => {
    await race(trial, async (key, other) => {
      await trial.send(key, "m");
      await trial.end(await trial.start(key), "bury");
      const [letter] = await trial.letters(key);
      const id = expectSome(letter?.id, "an id");
      await trial.send(key); // So the letter changes nothing about its item.

      const counts = await Promise.all([
        trial.store.redrive(named(key), id),
        other.redrive(named(key), id),
      ]);

      expectEqual(counts.sort(), [0, 1], "counts");
      return [];
    });
  },

  "fence() while its session renews: one of them comes too late": async (
    trial,
  ) => {
    await withTwo(trial, async ([store, other]) => {
      for (const round of numbers(ROUNDS)) {
        const session = await store.openSession();
        const views = await other.sessions();
        const view = views.find((one) => one.session === session);
        const beat = expectSome(view?.beat, "its beat");

        const answers = await Promise.all([
          store.renew(session),
          other.fence(session, beat),
        ]);

        expectEqual(answers.sort(), [false, true], `answers of round ${round}`);
      }
    });
  },
};
