/** One round, from its plan to what is found. */
import type { KvLike } from "../../../src/stores/kv/kv_like.ts";
import { checkAll } from "./check.ts";
import {
  cancel,
  discard,
  enqueue,
  enqueueAgain,
  fold,
  forget,
  look,
  redrive,
  reset,
  suspend,
} from "./deeds.ts";
import { drain, type Remains } from "./drain.ts";
import type { Journaled } from "./evidence.ts";
import type { Plan, Step } from "./plan.ts";
import { Process } from "./process.ts";
import { claim, type Entry, settle } from "./running.ts";
import { fenceInHaste, leave, renewIfDue, tend } from "./tending.ts";
import { type Figures, turn, World } from "./world.ts";

/** What a round is played on. */
export interface Stage {
  /** An empty database; entries expire by `today`. */
  readonly kv: (today: () => number) => KvLike;
  readonly figures: Figures;
  readonly trace: (line: string) => void;
}

/** What came of it. */
export interface Result {
  /** What must not be. */
  readonly violations: readonly string[];
  /** The calls that met with a fault. */
  readonly faults: readonly string[];
}

/** Milliseconds between two steps, at most. */
const PAUSE_MS = 25;
/** What may be left: contexts, seen ids, results and ends, markers, letters. */
const MAY_STAY = /^(?:text|k \S+ \S+ c|s .*|o .*|w .*|g .*|x .*|bell|p)$/;

/** Plays a round. */
export async function play(plan: Plan, stage: Stage): Promise<Result> {
  const world = new World(stage.kv, { plan, ...stage });
  await world.network.kv.atomic().set(["none", "text"], "no counter").commit();
  const places = Array.from(
    { length: plan.processes },
    () => new Process(world),
  );
  for (const step of plan.steps) {
    await act(world, places, step);
    await turn();
    for (let left = step.answers; left > 0; left--) {
      if (!await world.network.step()) break;
      await turn();
    }
    world.wait(world.random.below(PAUSE_MS));
    await turn();
  }
  const remains = await drain(world);
  if (remains !== undefined) await compare(world, remains);
  const { violations } = world.ledger;
  const { faults } = world.network;
  stage.figures.rounds++;
  stage.figures.messages += messagesOf(world);
  return { violations, faults };
}

function messagesOf({ ledger }: World): number {
  return ledger.sent.filter(({ plan: { message }, answer }) =>
    message !== undefined && answer === "accepted"
  ).length;
}

async function act(
  world: World,
  places: Process[],
  step: Step,
): Promise<void> {
  const place = step.type === "settle" ? runner(places, step) : step.process;
  const before = places[place];
  if (before === undefined) return;
  const isDead = before.state === "dead";
  const process = isDead ? new Process(world) : before;
  if (isDead) places[place] = process;
  world.trace(`-- ${process.number}: ${JSON.stringify(step)}`);
  if (step.type === "wait") return world.wait(step.ms);
  if (step.type === "thaw") return places.forEach((place) => place.thaw());
  if (process.state === "frozen") return;
  if (step.type === "freeze") return await process.freeze();
  void begin(process, step); // It goes on beside what comes next.
}

/** The first place, from that of the step on, where something runs. */
function runner(places: readonly Process[], { process }: Step): number {
  for (let at = 0; at < places.length; at++) {
    const place = (process + at) % places.length;
    if ((places[place]?.runs.size ?? 0) > 0) return place;
  }
  return process;
}

async function begin(process: Process, step: Step): Promise<void> {
  void renewIfDue(process);
  switch (step.type) {
    case "enqueue":
      return await enqueue(process, step.wakes);
    case "enqueue again":
      return await enqueueAgain(process, step.nth);
    case "claim":
      return await claim(process, step);
    case "settle":
      return await settle(process, step.verdict, step.many);
    case "tend":
      return await tend(process);
    case "look":
      return await look(process, step.name);
    case "cancel":
      return await cancel(process, step.name, step.running);
    case "delete":
      return await forget(process, step.name);
    case "reset":
      return await reset(process, step.name);
    case "fold":
      return await fold(process, step.name);
    case "suspend":
      return await suspend(process, step.name, step.isSuspended);
    case "redrive":
      return await redrive(process, step.name);
    case "discard":
      return await discard(process, step.name);
    case "leave":
      return await leave(process, step.isTidy);
    case "fence in haste":
      return await fenceInHaste(process);
    case "die":
      return process.die();
    case "outage": {
      const { trouble, calls, isForAll } = step;
      const caller = isForAll ? undefined : process;
      return process.world.network.breakDown({ trouble, calls, caller });
    }
  }
}

/** Compares the ledger with what is left, and with what has to be gone. */
async function compare(world: World, remains: Remains): Promise<void> {
  const { kv } = world.network;
  const journal: Journaled[] = [];
  const counts = new Map<string, number>();
  const options = { limit: 100_000, batchSize: 500 };
  for await (const { key, value } of kv.list({ prefix: [] }, options)) {
    const [what, kind, item, fence] = key.map(String);
    const name = { kind: kind ?? "", key: item ?? "" };
    if (what === "journal") {
      const entry = value as Entry; // It was written by a run.
      journal.push({ ...entry, name, fence: fence ?? "" });
    } else if (what === "count") {
      const { value: count } = value as Deno.KvU64; // It was summed up.
      counts.set(`${name.kind}/${name.key}`, Number(count));
    } else if (!MAY_STAY.test(key.slice(1).map(String).join(" "))) {
      world.ledger.accuse(`left over: ${key.map(String).join(" ")}`);
    }
  }
  checkAll(world.ledger, { remains, journal, counts });
}
