/**
 * The table of states and operations, row by row: what an enqueue, a cancel and
 * the end of a run make of an item.
 *
 * @module
 */
import type { Verdict, Wake } from "../../durable/stored.ts";
import { expectEqual, expectError } from "./expect.ts";
import { type Cell, type Row, ROWS, RUNNING } from "./rows.ts";
import { named, type Tests, textsOf, type Trial } from "./trial.ts";

/** A way to enqueue, and the column that says what comes of it. */
type How = readonly [
  how: string,
  options: Partial<Wake>,
  cell: "now" | "later" | "skip",
];

const HOW: readonly How[] = [
  ["without delay", {}, "now"],
  ["with a delay", { delayMs: 120_000 }, "later"],
  ["that would skip", { whenRunning: "skip" }, "skip"],
  ["that would restart", { whenRunning: "restart" }, "now"],
];

/** The table, as tests. */
export function tableTests(): Tests {
  return {
    ...Object.fromEntries(HOW.flatMap(enqueues)),
    ...Object.fromEntries(ROWS.map((row) => [
      `enqueue() without message of an item that is ${row.is}`,
      (trial: Trial) => wakeUp(trial, row),
    ])),
    ...Object.fromEntries(ROWS.map((row) => [
      `cancel() of an item that is ${row.is}`,
      (trial: Trial) => cancel(trial, row),
    ])),
    ...Object.fromEntries(RUNNING.flatMap(endings)),
    ...Object.fromEntries(HOW.map(([how, options]) => [
      `enqueue() ${how} of an item that is being deleted is refused`,
      (trial: Trial) => refuse(trial, options),
    ])),
  };
}

function enqueues(
  [how, options, cell]: How,
): [string, (trial: Trial) => Promise<void>][] {
  return ROWS.map((row) => [
    `enqueue() ${how} of an item that is ${row.is}: ${row[cell][0]}`,
    (trial) => enqueue(trial, row, { options, cell: row[cell] }),
  ]);
}

async function enqueue(
  trial: Trial,
  row: Row,
  { options, cell: [outcome, state] }: {
    readonly options: Partial<Wake>;
    readonly cell: Cell;
  },
): Promise<void> {
  const run = await row.reach(trial);

  const answer = await trial.send("a", "x", options);

  if (run !== undefined) await trial.complete(run);
  expectEqual(answer, outcome, "the outcome");
  expectEqual(await trial.state(), state, "the state afterwards");
  const handed = [...row.waiting, ...(outcome === "skipped" ? [] : ["x"])];
  expectEqual(await trial.drainLater(), handed, "what runs were handed");
  expectEqual(await trial.state(), "idle", "the state at last");
}

/** It is as good as a message, but stores none. */
async function wakeUp(trial: Trial, row: Row): Promise<void> {
  const run = await row.reach(trial);

  const answer = await trial.send("a");

  const [outcome, state] = row.now;
  const stored = (await trial.store.inspect(named("a")))?.messages;
  if (run !== undefined) await trial.complete(run);
  const count = row.waiting.length + (run?.texts.length ?? 0);
  expectEqual(answer, outcome, "the outcome");
  expectEqual(stored, count, "the number of messages");
  expectEqual(await trial.state(), state, "the state afterwards");
  expectEqual(await trial.drainLater(), row.waiting, "what runs were handed");
}

async function cancel(trial: Trial, row: Row): Promise<void> {
  const run = await row.reach(trial);

  const taken = await trial.store.cancel(named("a"), { running: false });

  expectEqual(textsOf(taken.messages), row.cancelled, "what was taken back");
  expectEqual(taken.isRunning, run !== undefined, "does it run?");
  expectEqual(await trial.state(), row.afterCancel, "the state afterwards");
  if (run !== undefined) await trial.complete(run);
  expectEqual(await trial.drainLater(), [], "what runs were handed");
}

function endings(row: Row): [string, (trial: Trial) => Promise<void>][] {
  return Object.entries(row.ends ?? {}).map(([how, [state, handed]]) => [
    `settle() as ${how} of an item that is ${row.is}: ${state}`,
    async (trial) => {
      const run = await row.reach(trial);
      if (run === undefined) return;

      // Object.entries() forgets which keys there are.
      const answer = await trial.end(run, how as Verdict["type"]);

      expectEqual(answer, state, "what it is next");
      expectEqual(await trial.state(), state, "the state afterwards");
      expectEqual(await trial.drainLater(), handed, "what runs were handed");
      const dead = how === "bury" ? ["m"] : [];
      expectEqual(await trial.deadTexts(), dead, "dead letters");
    },
  ]);
}

async function refuse(trial: Trial, options: Partial<Wake>): Promise<void> {
  await trial.send("a", "m");
  const run = await trial.start();
  await trial.store.delete(named("a"));

  const refused = await trial.ask("a", "x", options);

  await expectError(refused, "DeletedError", "the enqueue");
  expectEqual(await trial.complete(run), "idle", "the end of the run");
  expectEqual(await trial.drainLater(), [], "what runs were handed");
}
