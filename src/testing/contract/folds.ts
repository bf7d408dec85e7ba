/**
 * Folding messages that wait: fewer of them, in the same order, and nothing of
 * what they say is lost.
 *
 * @module
 */
import { expectEqual, expectError, expectThat } from "./expect.ts";
import { bytesOf, named, type Tests, textOf, type Trial } from "./trial.ts";

/** Joins messages by "+", so that one sees what was folded. */
function join(bodies: readonly Uint8Array[]): Uint8Array {
  return bytesOf(bodies.map(textOf).join("+"));
}

/** Folds until nothing is left to fold; answers how many fewer there are. */
async function foldAll({ store }: Trial, key: string = "a"): Promise<number> {
  let all = 0;
  for (;;) {
    const fewer = await store.fold(named(key), join);
    all += fewer;
    if (fewer === 0) return all;
  }
}

/** Sends messages one by one. */
async function sendAll(trial: Trial, texts: readonly string[]): Promise<void> {
  for (const text of texts) await trial.send("a", text);
}

/** What the messages say, folded or not. */
function partsOf(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split("+"));
}

/** Tests of folding. */
export const foldTests: Tests = {
  "fold() of an unknown item does nothing": async (trial) => {
    const fewer = await trial.store.fold(named("a"), join);

    expectEqual(fewer, 0, "how many fewer");
    expectEqual(await trial.store.inspect(named("a")), undefined, "the item");
  },

  "fold() of one message does nothing": async (trial) => {
    await trial.send("a", "1");

    const fewer = await trial.store.fold(named("a"), join);

    expectEqual(fewer, 0, "how many fewer");
    expectEqual(await trial.drain(), ["1"], "what ran");
  },

  "fold() makes one message of several": async (trial) => {
    await sendAll(trial, ["1", "2", "3"]);

    const fewer = await foldAll(trial);

    expectEqual(fewer, 2, "how many fewer");
    expectEqual(await trial.drain(), ["1+2+3"], "what ran");
  },

  "fold() makes one message of those of one call": async (trial) => {
    const wakes = ["1", "2", "3"].map((text) => trial.wake("a", text));
    await trial.store.enqueue(wakes);

    const fewer = await foldAll(trial);

    expectEqual(fewer, 2, "how many fewer");
    expectEqual(await trial.drain(), ["1+2+3"], "what ran");
  },

  "fold() answers how many fewer there are": async (trial) => {
    await sendAll(trial, ["1", "2", "3", "4"]);

    const fewer = await trial.store.fold(named("a"), join);

    const { texts } = await trial.start();
    expectThat(fewer > 0, "some were folded");
    expectEqual(texts.length, 4 - fewer, "how many are left");
    expectEqual(partsOf(texts), ["1", "2", "3", "4"], "what they say");
  },

  "fold() makes one message of 300": async (trial) => {
    const texts = Array.from({ length: 300 }, (_, at) => `${at}`);
    await Promise.all(texts.map((text) => trial.send("a", text)));

    const fewer = await foldAll(trial);

    expectEqual(fewer, 299, "how many fewer");
    expectEqual(await trial.drain(), [texts.join("+")], "what ran");
  },

  "fold() leaves newer messages behind the folded": async (trial) => {
    await sendAll(trial, ["1", "2"]);
    await foldAll(trial);

    await sendAll(trial, ["3"]);

    expectEqual(await trial.drain(), ["1+2", "3"], "what ran");
  },

  "fold() takes a folded message again": async (trial) => {
    await sendAll(trial, ["1", "2"]);
    await foldAll(trial);
    await sendAll(trial, ["3", "4"]);

    await foldAll(trial);

    expectEqual(await trial.drain(), ["1+2+3+4"], "what ran");
  },

  "fold() leaves alone what somebody waits for": async (trial) => {
    await sendAll(trial, ["1", "2"]);
    await trial.send("a", "asked", { reply: "r" });
    await sendAll(trial, ["3", "4"]);

    await foldAll(trial);
    const run = await trial.start();
    await trial.complete(run, { result: "done" });

    expectThat(run.texts.includes("asked"), "the request is as it was");
    const parts = ["1", "2", "asked", "3", "4"];
    expectEqual(partsOf(run.texts), parts, "what they say");
    expectEqual(await trial.result("r"), "ok: done", "its result");
  },

  "fold() looks behind what somebody waits for": async (trial) => {
    await sendAll(trial, ["1"]);
    await trial.send("a", "asked", { reply: "r" });
    await sendAll(trial, ["2", "3"]);

    const fewer = await foldAll(trial);

    expectEqual(fewer, 1, "how many fewer");
    expectEqual(await trial.drain(), ["1", "asked", "2+3"], "what ran");
  },

  "fold() of requests alone does nothing": async (trial) => {
    for (const reply of ["r", "s"]) await trial.send("a", reply, { reply });

    const fewer = await foldAll(trial);

    expectEqual(fewer, 0, "how many fewer");
    expectEqual(await trial.drain(), ["r", "s"], "what ran");
  },

  "fold() leaves alone a request without message": async (trial) => {
    await sendAll(trial, ["1"]);
    await trial.send("a", undefined, { reply: "r" });
    await sendAll(trial, ["2"]);

    await foldAll(trial);
    const run = await trial.start();
    await trial.complete(run);

    expectEqual(run.texts, ["1", "-", "2"], "what ran");
    expectEqual(await trial.result("r"), "ok", "its result");
  },

  "fold() leaves a run what it was handed": async (trial) => {
    await sendAll(trial, ["1", "2"]);
    const run = await trial.start();
    await sendAll(trial, ["3", "4"]);

    await foldAll(trial);

    expectEqual(run.texts, ["1", "2"], "the run");
    expectEqual(await trial.complete(run), "queued", "state");
    expectEqual(await trial.drain(), ["3+4"], "the next run");
  },

  "fold() leaves a claim what it has yet to load": async (trial) => {
    await sendAll(trial, ["1", "2"]);
    const [claim] = await trial.claim(1);
    await sendAll(trial, ["3", "4"]);
    await foldAll(trial);
    expectThat(claim !== undefined, "the item was claimed");

    const run = await trial.load(claim);
    await trial.complete(run);

    expectEqual(run.texts, ["1", "2"], "the run");
    expectEqual(await trial.drain(), ["3+4"], "the next run");
  },

  "fold() leaves the failed before the newer": async (trial) => {
    await sendAll(trial, ["1"]);
    const run = await trial.start();
    await sendAll(trial, ["2", "3"]);
    await foldAll(trial);

    await trial.end(run, "retry");
    await trial.pass(1_000);

    expectEqual(await trial.drain(), ["1", "2+3"], "what ran");
  },

  "fold() changes no state": async (trial) => {
    await trial.send("a", "1", { delayMs: 1_000 });
    await trial.send("a", "2", { delayMs: 1_000 });

    await foldAll(trial);

    expectEqual(await trial.state(), "delayed", "state");
    expectEqual(await trial.drain(), [], "what ran before its time");
    expectEqual(await trial.drainLater(), ["1+2"], "what ran at its time");
  },

  "fold() of a held item keeps it held": async (trial) => {
    await sendAll(trial, ["1"]);
    await trial.end(await trial.start(), "hold");
    await sendAll(trial, ["2"]);

    await foldAll(trial);

    expectEqual(await trial.state(), "held", "state");
    const texts = await trial.drainLater();
    expectEqual(partsOf(texts), ["1", "2"], "what ran after reset()");
  },

  "fold() keeps the place in the queue": async (trial) => {
    await sendAll(trial, ["1", "2"]);
    await trial.send("b");

    await foldAll(trial);

    expectEqual((await trial.claim(1))[0]?.key, "a", "the first claim");
  },

  "fold() shows in what is known of the item": async (trial) => {
    await sendAll(trial, ["1", "2", "3"]);
    const before = await trial.store.inspect(named("a"));

    await foldAll(trial);

    const after = await trial.store.inspect(named("a"));
    expectEqual([before?.messages, after?.messages], [3, 1], "messages");
    const isLater = (after?.version ?? "") > (before?.version ?? "");
    expectThat(isLater, "it has a greater version");
  },

  "fold() makes room in a full inbox": async (trial) => {
    await sendAll(trial, ["1", "2", "3"]);
    const full = await trial.ask("a", "4", { maxInbox: 3 });

    await foldAll(trial);
    const outcome = await trial.send("a", "4", { maxInbox: 3 });

    await expectError(full, "QueueFullError", "enqueue() before");
    expectEqual(outcome, "coalesced", "enqueue() afterwards");
    expectEqual(await trial.drain(), ["1+2+3", "4"], "what ran");
  },

  "fold() may make an empty message": async (trial) => {
    await sendAll(trial, ["1", "2"]);

    await trial.store.fold(named("a"), () => new Uint8Array());

    expectEqual(await trial.drain(), [""], "what ran");
  },

  "fold() that throws changes nothing": async (trial) => {
    await sendAll(trial, ["1", "2"]);
    const failure = new RangeError("Cannot fold");

    const fewer = trial.store.fold(named("a"), () => {
      throw failure;
    });
    const error: unknown = await fewer.catch((reason) => reason);

    expectThat(error instanceof Error, "it rejects");
    expectThat(
      error === failure || error.cause === failure,
      "it says what was thrown",
    );
    expectEqual(await trial.drain(), ["1", "2"], "what ran");
  },

  "fold() into more than a message may be is refused": async (trial) => {
    await sendAll(trial, ["1", "2"]);
    const body = new Uint8Array(trial.store.limits.messageBytes + 1);

    const fewer = trial.store.fold(named("a"), () => body);

    await expectError(fewer, "LimitError", "fold()");
    expectEqual(await trial.drain(), ["1", "2"], "what ran");
  },

  "fold() while others enqueue loses nothing": async (trial) => {
    const texts = Array.from({ length: 60 }, (_, at) => `${at}`);

    await Promise.all(texts.map(async (text, at) => {
      await trial.send("a", text);
      if (at % 7 === 0) await trial.store.fold(named("a"), join);
    }));

    const parts = partsOf(await trial.drain());
    expectEqual(parts.sort(), texts.sort(), "what ran");
  },
};
