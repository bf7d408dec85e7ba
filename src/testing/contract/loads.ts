/**
 * What a run is handed: what was enqueued before its claim, in its order, and
 * no more than fits.
 *
 * @module
 */
import { expectEqual, expectThat } from "./expect.ts";
import { textsTo } from "./texts.ts";
import { named, type Tests, textOf, type Trial } from "./trial.ts";

/** More large messages than one transaction may carry. */
const LARGE = 40;

/** Enqueues all of these for "a", in one call. */
async function sendAll(trial: Trial, texts: readonly string[]): Promise<void> {
  const wakes = texts.map((text) => trial.wake("a", text));
  for (const receipt of await trial.store.enqueue(wakes)) {
    if (receipt instanceof Error) throw receipt;
  }
}

/** Enqueues the largest messages that there may be, each with its number. */
async function sendLarge(trial: Trial): Promise<void> {
  for (const reply of textsTo(LARGE)) {
    const body = new Uint8Array(trial.store.limits.messageBytes);
    await trial.send("a", undefined, { body: body.fill(Number(reply)), reply });
  }
}

/** Runs of "a" until it is idle; answers what each was handed. */
async function runAll(trial: Trial, maxMessages?: number): Promise<string[][]> {
  const handed: string[][] = [];
  for (let state = "queued"; state === "queued";) {
    const run = await trial.start("a", maxMessages);
    expectEqual(run.more, run.texts.length < await count(trial), "more");
    handed.push([...run.texts]);
    state = await trial.complete(run);
  }
  return handed;
}

async function count(trial: Trial): Promise<number> {
  return (await trial.store.inspect(named("a")))?.messages ?? 0;
}

/** What is loaded. */
export const loadTests: Tests = {
  "load() hands out messages in their order": async (trial) => {
    await trial.send("a", "1");
    await sendAll(trial, ["2", "3"]);
    await trial.send("a", "4");

    const { texts, more } = await trial.start();

    expectEqual(texts, ["1", "2", "3", "4"], "messages");
    expectEqual(more, false, "more");
  },

  "load() of a wake-up without message": async (trial) => {
    await trial.send("a");

    const { texts, more, context } = await trial.start();

    expectEqual(texts, [], "messages");
    expectEqual(more, false, "more");
    expectEqual(context, undefined, "the context");
  },

  "load() hands out all that a message has": async (trial) => {
    await trial.send("a", "m", { id: "7", reply: "r" });
    await trial.send("a", undefined, { reply: "s" });

    const { messages } = await trial.start();

    const facts = messages.map(({ id, body, reply }) => [
      id,
      textOf(body),
      reply,
    ]);
    const second = [undefined, undefined, "s"];
    expectEqual(facts, [["7", "m", "r"], second], "messages");
  },

  "load() leaves out what came after the claim": async (trial) => {
    await trial.send("a", "1");
    const [claim] = await trial.claim(1);
    await trial.send("a", "2");
    if (claim === undefined) return;

    const run = await trial.load(claim);
    const state = await trial.complete(run);

    expectEqual([run.texts, run.more], [["1"], false], "what was loaded");
    expectEqual(state, "queued", "what it is next");
    expectEqual((await trial.start()).texts, ["2"], "what is handed next");
  },

  "load() of a wake-up leaves out a later message": async (trial) => {
    await trial.send("a");
    const [claim] = await trial.claim(1);
    await trial.send("a", "1");
    if (claim === undefined) return;

    const run = await trial.load(claim);

    expectEqual([run.texts, run.more], [[], false], "what was loaded");
    await trial.complete(run);
    expectEqual(await trial.drain(), ["1"], "what is handed next");
  },

  "load() twice answers the same": async (trial) => {
    await sendAll(trial, ["1", "2"]);
    const first = await trial.start();
    await trial.send("a", "3");

    const second = await trial.load(first.claim);

    expectEqual(second.texts, first.texts, "messages");
    await trial.complete(second);
    expectEqual(await trial.drain(), ["3"], "what is handed next");
  },

  "load() of no more than maxMessages leaves the rest owed": async (trial) => {
    await sendAll(trial, ["1", "2", "3", "4", "5"]);

    const handed = await runAll(trial, 2);

    expectEqual(handed, [["1", "2"], ["3", "4"], ["5"]], "what is handed");
  },

  "load() of just as many as there are": async (trial) => {
    await sendAll(trial, ["1", "2"]);

    const { texts, more } = await trial.start("a", 2);

    expectEqual([texts, more], [["1", "2"], false], "what was loaded");
  },

  "load() in parts of what came one by one": async (trial) => {
    for (const text of textsTo(7)) await trial.send("a", text);

    const handed = await runAll(trial, 3);

    const parts = [["0", "1", "2"], ["3", "4", "5"], ["6"]];
    expectEqual(handed, parts, "what is handed");
  },

  "what a run was not handed is due at the end of the queue": async (trial) => {
    await sendAll(trial, ["1", "2"]);
    await trial.send("b", "m");
    const run = await trial.start("a", 1);

    await trial.complete(run);

    const keys = (await trial.claimAll()).map(({ key }) => key);
    expectEqual(keys, ["b", "a"], "claims");
  },

  "what a run was not handed stands before what is newer": async (trial) => {
    await sendAll(trial, ["1", "2", "3"]);
    const run = await trial.start("a", 2);
    await trial.send("a", "4");

    await trial.complete(run);

    expectEqual((await trial.start()).texts, ["3", "4"], "what is handed");
  },

  "what a run was not handed does not wait for a delay": async (trial) => {
    await sendAll(trial, ["1", "2"]);
    const run = await trial.start("a", 1);
    await trial.send("a", "3", { delayMs: 60_000 });

    const state = await trial.complete(run);

    expectEqual(state, "queued", "what it is next");
    expectEqual((await trial.start()).texts, ["2", "3"], "what is handed");
  },

  "a run in parts that fails is handed all again": async (trial) => {
    await sendAll(trial, ["1", "2", "3"]);
    const run = await trial.start("a", 2);
    await trial.send("a", "4");

    await trial.end(run, "retry");
    await trial.pass(1_000);

    const { texts } = await trial.start();
    expectEqual(texts, ["1", "2", "3", "4"], "what is handed");
  },

  "a run in parts that is buried leaves the rest due": async (trial) => {
    await sendAll(trial, ["1", "2", "3"]);
    const run = await trial.start("a", 2);

    const state = await trial.end(run, "bury");

    expectEqual(state, "queued", "what it is next");
    expectEqual(await trial.deadTexts(), ["1", "2"], "dead letters");
    const next = await trial.start();
    expectEqual(next.texts, ["3"], "what is handed");
    expectEqual(next.claim.failures, 0, "failures");
  },

  "a run in parts that is given back or held keeps all": async (trial) => {
    await sendAll(trial, ["1", "2", "3"]);

    await trial.end(await trial.start("a", 2), "release");
    await trial.end(await trial.start("a", 2), "hold");
    await trial.store.reset(named("a"));

    expectEqual((await trial.start()).texts, ["1", "2", "3"], "handed");
  },

  "what failed stands before what is newer, again and again": async (trial) => {
    await trial.send("a", "1");
    for (const text of ["2", "3", "4"]) {
      const run = await trial.start();
      await trial.send("a", text);
      await trial.end(run, "retry");
      await trial.pass(1_000);
    }

    const { texts } = await trial.start();

    expectEqual(texts, ["1", "2", "3", "4"], "what is handed");
  },

  "1,500 messages of one key are handed out in parts": async (trial) => {
    const texts = textsTo(1_500);
    await sendAll(trial, texts);

    const handed = await runAll(trial, 400);

    expectEqual(handed.flat(), texts, "what is handed");
    expectThat(handed.every(({ length }) => length <= 400), "no run has more");
    expectEqual(await trial.state(), "idle", "the state");
  },

  "1,500 enqueues of one key are handed out in order": async (trial) => {
    const texts = textsTo(1_500);
    for (let at = 0; at < texts.length; at += 4) {
      await Promise.all(
        texts.slice(at, at + 4).map((text) => trial.send("a", text)),
      );
    }

    const handed = await runAll(trial);

    expectEqual(handed.flat(), texts, "what is handed");
  },

  "large messages are handed out in parts that can be settled": async (
    trial,
  ) => {
    await sendLarge(trial);
    const context = "c".repeat(trial.store.limits.contextBytes);

    const marks: (number | undefined)[] = [];
    for (let state = "queued"; state === "queued";) {
      const run = await trial.start();
      marks.push(...run.messages.map((message) => message.body?.[9]));
      state = await trial.complete(run, { context, result: "done" });
    }

    expectEqual(marks, textsTo(LARGE).map(Number), "messages");
    expectEqual(await trial.result(`${LARGE - 1}`), "ok: done", "a result");
  },

  "large messages are handed out in parts that can be buried": async (
    trial,
  ) => {
    await sendLarge(trial);

    for (let state = "queued"; state === "queued";) {
      state = await trial.end(await trial.start(), "bury");
    }

    const letters = await trial.letters("a");
    const dead = letters.flatMap(({ messages }) => messages);
    const marks = dead.map((message) => message.body?.[9]);
    expectEqual(marks, textsTo(LARGE).map(Number), "dead messages");
  },

  "1,000 wake-ups that wait for results are answered": async (trial) => {
    const replies = textsTo(1_000);
    await trial.store.enqueue(
      replies.map((reply) => trial.wake("a", undefined, { reply })),
    );

    for (let state = "queued"; state === "queued";) {
      state = await trial.complete(await trial.start(), { result: "done" });
    }

    const results = await trial.store.results(replies);
    const outcomes = results.map((result) => result?.outcome);
    expectEqual(outcomes, replies.map(() => "ok"), "outcomes");
  },
};
