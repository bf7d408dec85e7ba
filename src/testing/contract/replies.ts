/**
 * Replies: how a run ended, for who waits for it.
 *
 * @module
 */
import { expectEqual } from "./expect.ts";
import { buried, named, type Tests, type Trial, verdictOf } from "./trial.ts";

/** Enqueues "a" with a reply for each name, and starts the run. */
async function asked(
  trial: Trial,
  ...replies: string[]
): ReturnType<Trial["start"]> {
  for (const reply of replies) await trial.send("a", `for ${reply}`, { reply });
  return await trial.start();
}

/** The results of these. */
async function resultsOf(
  trial: Trial,
  ...replies: string[]
): Promise<(string | undefined)[]> {
  return await Promise.all(replies.map((reply) => trial.result(reply)));
}

/** What is kept for replies. */
export const replyTests: Tests = {
  "results() before the run has ended": async (trial) => {
    await asked(trial, "r");

    expectEqual(await trial.store.results(["r"]), [undefined], "results");
  },

  "results() of nobody": async (trial) => {
    const some = await trial.store.results(["unknown", "", "__proto__"]);

    expectEqual(some, [undefined, undefined, undefined], "results");
    expectEqual(await trial.store.results([]), [], "results of none");
  },

  "complete keeps a result": async (trial) => {
    await trial.complete(await asked(trial, "r"), { result: "done" });

    expectEqual(await trial.result("r"), "ok: done", "the result");
  },

  "complete keeps that there was no result": async (trial) => {
    await trial.complete(await asked(trial, "r"));

    const results = await trial.store.results(["r"]);
    expectEqual(results, [{ outcome: "ok", body: undefined }], "the result");
  },

  "complete keeps an empty result": async (trial) => {
    await trial.complete(await asked(trial, "r"), { result: "" });

    expectEqual(await trial.result("r"), "ok: ", "the result");
  },

  "several replies of one run get its result": async (trial) => {
    const run = await asked(trial, "r", "s", "t");

    await trial.complete(run, { result: "done" });

    const results = await resultsOf(trial, "t", "r", "s");
    expectEqual(results, ["ok: done", "ok: done", "ok: done"], "results");
  },

  "results() keeps the order of its question": async (trial) => {
    await trial.complete(await asked(trial, "r"), { result: "1" });
    await trial.complete(await asked(trial, "s"), { result: "2" });

    const results = await trial.store.results(["s", "none", "r", "s"]);

    const outcomes = results.map((result) => result?.body?.[0]);
    expectEqual(outcomes, [50, undefined, 49, 50], "results");
  },

  "complete keeps nothing for who was told": async (trial) => {
    const run = await asked(trial, "r", "s", "t");

    await trial.complete(run, { result: "done", told: ["r", "t"] });

    const results = await resultsOf(trial, "r", "s", "t");
    expectEqual(results, [undefined, "ok: done", undefined], "results");
  },

  "a reply without message is answered": async (trial) => {
    await trial.send("a", undefined, { reply: "r" });
    const run = await trial.start();

    await trial.complete(run, { result: "done" });

    expectEqual(run.texts, ["-"], "messages");
    expectEqual(await trial.result("r"), "ok: done", "the result");
  },

  "a run answers no reply that came after its claim": async (trial) => {
    const run = await asked(trial, "r");
    await trial.send("a", "later", { reply: "s" });

    await trial.complete(run, { result: "first" });
    const early = await resultsOf(trial, "r", "s");
    await trial.complete(await trial.start(), { result: "second" });

    expectEqual(early, ["ok: first", undefined], "results of the first run");
    const late = await resultsOf(trial, "r", "s");
    expectEqual(late, ["ok: first", "ok: second"], "results of both");
  },

  "a run answers no reply that it was not handed": async (trial) => {
    await trial.send("a", "1", { reply: "r" });
    await trial.send("a", "2", { reply: "s" });

    await trial.complete(await trial.start("a", 1), { result: "first" });

    const results = await resultsOf(trial, "r", "s");
    expectEqual(results, ["ok: first", undefined], "results");
  },

  "bury keeps its result": async (trial) => {
    await trial.end(await asked(trial, "r", "s"), "bury");

    const results = await resultsOf(trial, "r", "s");
    expectEqual(results, ["failed: failed", "failed: failed"], "results");
  },

  "bury keeps nothing for who was told": async (trial) => {
    const run = await asked(trial, "r", "s");

    await trial.settle(run, { ...buried(), told: new Set(["r"]) });

    const results = await resultsOf(trial, "r", "s");
    expectEqual(results, [undefined, "failed: failed"], "results");
  },

  "hold keeps its result": async (trial) => {
    await trial.end(await asked(trial, "r"), "hold");

    expectEqual(await trial.result("r"), "held: held", "the result");
  },

  "hold forgets replies, and keeps their messages": async (trial) => {
    await trial.end(await asked(trial, "r"), "hold");
    await trial.store.reset(named("a"));
    const run = await trial.start();

    await trial.complete(run, { result: "done" });

    const replies = run.messages.map(({ reply }) => reply);
    expectEqual(replies, [undefined], "replies of the second run");
    expectEqual(run.texts, ["for r"], "messages of the second run");
    expectEqual(await trial.result("r"), "held: held", "the result");
  },

  "hold keeps replies that the run was not handed": async (trial) => {
    const run = await asked(trial, "r");
    await trial.send("a", "later", { reply: "s" });
    await trial.end(run, "hold");
    await trial.store.reset(named("a"));

    await trial.complete(await trial.start(), { result: "done" });

    const results = await resultsOf(trial, "r", "s");
    expectEqual(results, ["held: held", "ok: done"], "results");
  },

  "hold keeps nothing for who was told": async (trial) => {
    const run = await asked(trial, "r");
    const verdict = verdictOf("hold");
    if (verdict.type !== "hold") return;

    await trial.settle(run, { ...verdict, told: new Set(["r"]) });

    expectEqual(await trial.result("r"), undefined, "the result");
  },

  "retry keeps replies for the next attempt": async (trial) => {
    await trial.end(await asked(trial, "r"), "retry");
    await trial.pass(1_000);
    const early = await trial.result("r");

    await trial.complete(await trial.start(), { result: "done" });

    expectEqual(early, undefined, "the result after the first attempt");
    expectEqual(await trial.result("r"), "ok: done", "the result");
  },

  "release keeps replies for the next run": async (trial) => {
    await trial.end(await asked(trial, "r"), "release");
    const early = await trial.result("r");

    await trial.complete(await trial.start(), { result: "done" });

    expectEqual(early, undefined, "the result after the first run");
    expectEqual(await trial.result("r"), "ok: done", "the result");
  },

  "reclaim() keeps replies for the next run": async (trial) => {
    await asked(trial, "r");
    const lost = await trial.session();
    await trial.bringBack(lost);

    const session = await trial.store.openSession();
    const wants = [{ kind: "sync", limit: 1 }];
    const [claim] = await trial.store.claim(session, wants, 1);
    if (claim === undefined) return expectEqual(claim, "one", "the claim");
    await trial.complete(await trial.load(claim), { result: "done" });

    expectEqual(await trial.result("r"), "ok: done", "the result");
  },

  "cancel() tells who waits": async (trial) => {
    await trial.send("a", "m", { reply: "r" });
    await trial.send("a", undefined, { reply: "s" });

    await trial.store.cancel(named("a"), { running: false });

    const results = await resultsOf(trial, "r", "s");
    expectEqual(results, ["cancelled", "cancelled"], "results");
  },

  "cancel() during a run tells who waits for the next": async (trial) => {
    const run = await asked(trial, "r");
    await trial.send("a", "later", { reply: "s" });

    await trial.store.cancel(named("a"), { running: false });
    await trial.complete(run, { result: "done" });

    const results = await resultsOf(trial, "r", "s");
    expectEqual(results, ["ok: done", "cancelled"], "results");
  },

  "results are kept for an hour": async (trial) => {
    await trial.complete(await asked(trial, "r"), { result: "done" });

    trial.clock.advance(3_600_000 - 1);

    expectEqual(await trial.result("r"), "ok: done", "the result");
  },

  "a message whose enqueue was refused is not answered": async (trial) => {
    const run = await asked(trial, "r");
    await trial.ask("a", "too many", { reply: "s", maxInbox: 1 });

    await trial.complete(run, { result: "done" });

    expectEqual(await trial.result("s"), undefined, "the result");
  },
};
