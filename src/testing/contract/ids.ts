/**
 * Ids of messages: one that was seen within its window changes nothing.
 *
 * @module
 */
import { expectEqual, expectError, expectSome } from "./expect.ts";
import { named, type Tests } from "./trial.ts";

/** What ids do. */
export const idTests: Tests = {
  "id: the second within its window is a duplicate": async (trial) => {
    await trial.send("a", "m", { id: "7" });
    const before = await trial.store.inspect(named("a"));

    const outcome = await trial.send("a", "n", { id: "7" });

    expectEqual(outcome, "duplicate", "the outcome");
    expectEqual(await trial.store.inspect(named("a")), before, "the item");
    expectEqual(await trial.drain(), ["m"], "what runs are handed");
  },

  "id: a duplicate within one call": async (trial) => {
    const receipts = await trial.store.enqueue([
      trial.wake("a", "m", { id: "7" }),
      trial.wake("a", "n", { id: "7" }),
      trial.wake("a", "o", { id: "8" }),
    ]);

    const outcomes = receipts.map((receipt) =>
      receipt instanceof Error ? receipt.name : receipt.outcome
    );
    expectEqual(outcomes, ["queued", "duplicate", "coalesced"], "outcomes");
    expectEqual(await trial.drain(), ["m", "o"], "what runs are handed");
  },

  "id: two at the same time are one": async (trial) => {
    const outcomes = await Promise.all([
      trial.send("a", "m", { id: "7" }),
      trial.send("a", "m", { id: "7" }),
      trial.send("a", "m", { id: "7" }),
    ]);

    expectEqual(outcomes.sort(), ["duplicate", "duplicate", "queued"], "all");
    expectEqual(await trial.drain(), ["m"], "what runs are handed");
  },

  "id: it is seen until its window ends": async (trial) => {
    await trial.send("a", "m", { id: "7", idWindowMs: 5_000 });

    trial.clock.advance(4_999);
    const outcome = await trial.send("a", "n", { id: "7" });

    expectEqual(outcome, "duplicate", "the outcome");
  },

  "id: it is forgotten when its window has ended": async (trial) => {
    await trial.send("a", "m", { id: "7", idWindowMs: 5_000 });

    trial.clock.advance(5_000);
    const outcome = await trial.send("a", "n", { id: "7" });

    expectEqual(outcome, "coalesced", "the outcome");
    expectEqual(await trial.drain(), ["m", "n"], "what runs are handed");
  },

  "id: its window may be a fraction": async (trial) => {
    await trial.send("a", "m", { id: "7", idWindowMs: 1.5 });

    trial.clock.advance(2);
    const outcome = await trial.send("a", "n", { id: "7", idWindowMs: 1.5 });

    expectEqual(outcome, "coalesced", "the outcome");
  },

  "id: a duplicate makes the window no longer": async (trial) => {
    await trial.send("a", "m", { id: "7", idWindowMs: 5_000 });
    trial.clock.advance(3_000);
    await trial.send("a", "n", { id: "7", idWindowMs: 60_000 });

    trial.clock.advance(2_000);
    const outcome = await trial.send("a", "o", { id: "7" });

    expectEqual(outcome, "coalesced", "the outcome");
  },

  "id: it outlives the run of its message": async (trial) => {
    await trial.send("a", "m", { id: "7" });
    await trial.drain();

    const outcome = await trial.send("a", "m", { id: "7" });

    expectEqual(outcome, "duplicate", "the outcome");
    expectEqual(await trial.state(), "idle", "the state");
  },

  "id: it outlives a cancel": async (trial) => {
    await trial.send("a", "m", { id: "7" });
    await trial.store.cancel(named("a"), { running: false });

    const outcome = await trial.send("a", "m", { id: "7" });

    expectEqual(outcome, "duplicate", "the outcome");
  },

  "id: a duplicate causes no rerun": async (trial) => {
    await trial.send("a", "m", { id: "7" });
    const run = await trial.start();

    const outcome = await trial.send("a", "m", { id: "7" });

    expectEqual(outcome, "duplicate", "the outcome");
    expectEqual(await trial.complete(run), "idle", "the end of the run");
  },

  "id: a duplicate does not end a delay": async (trial) => {
    await trial.send("a", "m", { id: "7", delayMs: 1_000 });

    await trial.send("a", "m", { id: "7" });

    expectEqual(await trial.state(), "delayed", "the state");
  },

  "id: other keys and kinds have their own": async (trial) => {
    await trial.send("a", "m", { id: "7" });

    const key = await trial.send("b", "m", { id: "7" });
    const kind = await trial.send("a", "m", { id: "7", kind: "other" });

    expectEqual([key, kind], ["queued", "queued"], "the outcomes");
  },

  "id: wake-ups without message have them too": async (trial) => {
    const first = await trial.send("a", undefined, { id: "7" });
    await trial.drain();

    const second = await trial.send("a", undefined, { id: "7" });

    expectEqual([first, second], ["queued", "duplicate"], "the outcomes");
    expectEqual(await trial.state(), "idle", "the state");
  },

  "id: an enqueue that joins others is remembered too": async (trial) => {
    await trial.send("a", "m");

    const first = await trial.send("a", undefined, { id: "7" });
    await trial.drain();
    const second = await trial.send("a", "n", { id: "7" });

    expectEqual([first, second], ["coalesced", "duplicate"], "the outcomes");
  },

  "id: what is skipped is not seen": async (trial) => {
    await trial.send("a", "m");
    const skipped = { id: "7", whenRunning: "skip" } as const;

    const first = await trial.send("a", "n", skipped);
    await trial.drain();
    const second = await trial.send("a", "n", skipped);

    expectEqual([first, second], ["skipped", "queued"], "the outcomes");
  },

  "id: what the inbox has no room for is not seen": async (trial) => {
    await trial.send("a", "m");

    const refused = await trial.ask("a", "n", { id: "7", maxInbox: 1 });
    await trial.drain();
    const outcome = await trial.send("a", "n", { id: "7", maxInbox: 1 });

    await expectError(refused, "QueueFullError", "the first enqueue");
    expectEqual(outcome, "queued", "the outcome of the second");
  },

  "id: what is too large is not seen": async (trial) => {
    const body = new Uint8Array(trial.store.limits.messageBytes + 1);

    const refused = await trial.ask("a", undefined, { id: "7", body });
    const outcome = await trial.send("a", "n", { id: "7" });

    await expectError(refused, "LimitError", "the first enqueue");
    expectEqual(outcome, "queued", "the outcome of the second");
  },

  "id: a message keeps its id": async (trial) => {
    await trial.send("a", "m", { id: "7" });
    await trial.send("a", "n");

    const { messages } = await trial.start();

    expectEqual(messages.map(({ id }) => id), ["7", undefined], "ids");
  },

  "id: any text is one": async (trial) => {
    const ids = [
      "",
      " ",
      "/",
      "__proto__",
      "constructor",
      "\u0000",
      "ü😀",
      "A",
    ];
    const wakes = ids.map((id) => trial.wake("a", id, { id }));
    await trial.store.enqueue(wakes);

    const again = await trial.store.enqueue(wakes);
    const other = await trial.send("a", "a", { id: "a" });
    const { messages } = await trial.start();

    for (const receipt of again) {
      if (receipt instanceof Error) throw receipt;
      expectEqual(receipt.outcome, "duplicate", "the second outcome");
    }
    expectEqual(other, "coalesced", "an id that is new");
    expectEqual(messages.map(({ id }) => id), [...ids, "a"], "ids");
  },

  "id: 100 in one call": async (trial) => {
    const wakes = Array.from(
      { length: 100 },
      (_, at) => trial.wake("a", `${at}`, { id: `${at}` }),
    );
    await trial.store.enqueue(wakes);

    const receipts = await trial.store.enqueue(wakes);

    const last = expectSome(receipts.at(-1), "a receipt");
    if (last instanceof Error) throw last;
    expectEqual(last.outcome, "duplicate", "the last outcome");
    expectEqual((await trial.drain()).length, 100, "messages handed out");
  },
};
