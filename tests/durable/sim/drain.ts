/** The end of a round: faults stop, what was lost is recovered, and all that is
 * owed is run. */
import type { DeadLetter, StoredResult } from "../../../src/durable/stored.ts";
import { textIn } from "./bodies.ts";
import { enqueue, reset, suspend } from "./deeds.ts";
import type { VerdictPlan, WakePlan } from "./plan.ts";
import { Process } from "./process.ts";
import { claim, openSession, settle } from "./running.ts";
import { leave, tend } from "./tending.ts";
import { reading } from "./touches.ts";
import { turn, type World } from "./world.ts";

/** Longer than the patience of a store, and then some. */
const QUIET_TRIES = 120;
const SWEEPS = 80;
const WAIT_MS = 200;
const SWEEP_MS = 700;
const MANY = 1_000;

const COMPLETE: VerdictPlan = {
  type: "complete",
  context: "fold",
  extra: "none",
  delayMs: 0,
  isTold: false,
};

/** What is left when nothing is owed any more. */
export interface Remains {
  /** By `kind/key`; `undefined`: there is none. */
  readonly contexts: ReadonlyMap<string, string | undefined>;
  readonly letters: readonly DeadLetter[];
  readonly results: ReadonlyMap<string, StoredResult | undefined>;
}

/** Ends everything; `undefined` if that cannot be done. */
export async function drain(world: World): Promise<Remains | undefined> {
  const { network, ledger } = world;
  network.calmDown();
  for (const process of world.processes) process.thaw();
  if (!await quiet(world)) return undefined;
  world.isDraining = true;
  const sweeper = new Process(world);
  await drive(world, () => check(sweeper));
  const lost = world.open({ pending: true });
  await drive(world, () => enqueue(sweeper, lost));
  await drive(world, () => disband(world, sweeper));
  for (let left = SWEEPS; !await isClean(world, sweeper); left--) {
    if (left === 0) {
      ledger.accuse("something is owed for ever, and never run");
      return undefined;
    }
    await drive(world, () => sweep(sweeper));
    world.wait(SWEEP_MS);
  }
  const remains = await look(world, sweeper);
  await drive(world, () => leave(sweeper, true));
  await drive(world, () => closeAll(world));
  await drive(world, () => check(new Process(world)));
  return remains;
}

/** Lets through what waits, until nothing does. */
async function quiet(world: World): Promise<boolean> {
  for (let left = QUIET_TRIES; left > 0; left--) {
    await turn();
    while (await world.network.step()) await turn();
    if (world.processes.every(({ busy }) => busy === 0)) return true;
    world.wait(WAIT_MS);
  }
  const doing = world.processes.flatMap((process) =>
    process.busy === 0 ? [] : process.doing
  );
  world.ledger.accuse(`no answer ever comes to ${doing.join(", ")}`);
  return false;
}

async function drive<Answer>(
  world: World,
  act: () => Promise<Answer>,
): Promise<Answer | undefined> {
  const answer = act();
  return await quiet(world) ? await answer : undefined;
}

async function check({ store, world }: Process): Promise<void> {
  const { faults } = await store.fsck({ repair: false });
  for (const { rule, subject } of faults) {
    world.ledger.accuse(`fsck: ${rule} of ${subject}`);
  }
}

/** Who is alive goes home; some do not say so. */
async function disband(world: World, sweeper: Process): Promise<void> {
  await Promise.all(world.processes.map(async (process) => {
    if (process === sweeper || process.state !== "alive") return;
    if (world.random.oneIn(2)) process.giveUp();
    else await leave(process, world.random.oneIn(2));
  }));
}

async function isClean(world: World, sweeper: Process): Promise<boolean> {
  const { store, session } = sweeper;
  const pages = await drive(
    world,
    () => Promise.all(world.kinds.map((kind) => store.list({ kind }))),
  );
  const sessions = await drive(world, () => store.sessions());
  return pages !== undefined && sessions !== undefined &&
    pages.every(({ items }) => items.length === 0) &&
    sessions.every((each) => each.session === session?.name);
}

async function sweep(sweeper: Process): Promise<void> {
  const { names } = sweeper.world.plan;
  await tend(sweeper);
  for (const name of names) {
    await suspend(sweeper, name, false);
    await reset(sweeper, name);
  }
  await runAll(sweeper);
}

async function runAll(sweeper: Process): Promise<void> {
  await openSession(sweeper);
  await claim(sweeper, { limit: MANY, maxMessages: MANY });
  await settle(sweeper, COMPLETE, MANY);
}

/** Everything that can be seen from outside. */
async function look(
  world: World,
  sweeper: Process,
): Promise<Remains | undefined> {
  const { store } = sweeper;
  const contexts = await probe(world, sweeper);
  const letters: DeadLetter[] = [];
  for (const kind of world.kinds) {
    let cursor: string | undefined;
    do {
      const at = cursor;
      const page = await drive(
        world,
        () => store.dead({ kind, cursor: at, limit: 3 }),
      );
      letters.push(...page?.items ?? []);
      cursor = page?.cursor;
    } while (cursor !== undefined);
  }
  const replies = world.ledger.sent.flatMap(({ reply }) => reply ?? []);
  const found = await drive(world, () => store.results(replies));
  const results = new Map(replies.map((reply, at) => [reply, found?.[at]]));
  return { contexts, letters, results };
}

/** Runs each item once more, to see its context. */
async function probe(
  world: World,
  sweeper: Process,
): Promise<Map<string, string | undefined>> {
  const { ledger, plan: { names } } = world;
  const first = ledger.runs.length;
  const wakes = names.map((name): WakePlan => ({ ...BARE, name }));
  await drive(world, () => tend(sweeper));
  await drive(world, () => enqueue(sweeper, wakes));
  for (let before = -1; before !== ledger.runs.length;) {
    before = ledger.runs.length; // One claim need not get them all.
    await drive(world, () => runAll(sweeper));
  }
  const runs = ledger.runs.slice(first);
  const contexts = new Map(runs.map(({ claim: { kind, key }, loaded }) => {
    const context = loaded?.context;
    return [`${kind}/${key}`, context && textIn(context)];
  }));
  for (const { kind, key } of names) {
    if (contexts.has(`${kind}/${key}`)) continue;
    ledger.accuse(`${kind}/${key} does not run at the end`);
  }
  return contexts;
}

const BARE: Omit<WakePlan, "name"> = {
  message: undefined,
  hasId: false,
  hasReply: false,
  delayMs: 0,
  reschedule: "earliest",
  maxDelayMs: Infinity,
  whenRunning: "rerun",
  maxInbox: MANY,
  isTooLarge: false,
};

async function closeAll(world: World): Promise<void> {
  await Promise.all(
    world.processes.map((process) =>
      process.state === "alive"
        ? process.attempt(reading("close"), () => process.store.close())
        : undefined
    ),
  );
}
