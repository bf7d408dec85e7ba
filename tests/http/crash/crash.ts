/**
 * Kills the server again and again, while clients send; then looks whether all
 * that was answered was done, and once.
 *
 * @module
 */
import { openDenoKvStore } from "../../../src/stores/deno_kv.ts";
import { mix, Random } from "../../core/sim/random.ts";
import {
  defineLedger,
  pause,
  type Role,
  schedulerOf,
} from "../../durable/torture/ledger.ts";
import { Server } from "./hosts.ts";
import { Lane, type LaneFigures } from "./lane.ts";

/** How it goes. */
export interface CrashOptions {
  readonly seed: number;
  readonly kills: number;
}

/** What came out. */
export interface CrashVerdict {
  readonly figures: LaneFigures & { readonly messages: number };
  /** In words; empty if all was well. */
  readonly wrong: readonly string[];
}

const LEASE_MS = 500;
const LANES = 6;
const LIFE_MIN_MS = 150;
const LIFE_MS = 700;
const DRAIN_MS = 30_000;
const LOOK_MS = 50;

/** Tortures the endpoint, with its store in `folder`. */
export async function crash(
  folder: string,
  { seed, kills }: CrashOptions,
): Promise<CrashVerdict> {
  const random = new Random(seed);
  const role: Role = {
    name: "server",
    database: `${folder}/ledger.kv`,
    journal: "",
    seed,
    leaseMs: LEASE_MS,
    keys: 0,
  };
  await using server = new Server(role);
  await server.start();
  const lanes = Array.from(
    { length: LANES },
    (_, index) =>
      new Lane(`lane${index}-`, server, new Random(mix(seed, index))),
  );
  const runs = lanes.map((lane) => lane.run());
  for (let kill = 0; kill < kills; kill++) {
    await pause(LIFE_MIN_MS + random.below(LIFE_MS));
    await server.kill();
    await server.start();
  }
  for (const lane of lanes) lane.isOver = true;
  await Promise.all(runs);
  await server.kill(); // Also this one, with all that is owed.
  const ledgers = await read(role, lanes);
  const wrong = [
    ...ledgers.wrong,
    ...lanes.flatMap((
      lane,
    ) => [...lane.wrong, ...judge(lane, ledgers.applied)]),
    ...(server.errors === "" ? [] : [server.errors]),
  ];
  return { figures: figuresOf(lanes), wrong };
}

/** The same messages, in the same order, and each once. */
function judge(
  { sent }: Lane,
  applied: ReadonlyMap<string, readonly string[]>,
): string[] {
  return [...sent].flatMap(([key, messages]) => {
    const found = applied.get(key) ?? [];
    const lost = messages.filter((each) => !found.includes(each));
    const doubled = found.filter((each, at) => found.indexOf(each) !== at);
    const isSame = found.join() === messages.join();
    if (isSame) return [];
    const what = lost.length + doubled.length === 0
      ? `they are in the order ${found}`
      : `lost: [${lost}], doubled: [${doubled}]`;
    return [`of ${messages.length} messages of ${key}, ${what}`];
  });
}

interface Ledgers {
  readonly applied: ReadonlyMap<string, readonly string[]>;
  readonly wrong: readonly string[];
}

/** Lets what is owed run, and reads all contexts. */
async function read(role: Role, lanes: readonly Lane[]): Promise<Ledgers> {
  const store = await openDenoKvStore(role.database);
  const wrong: string[] = [];
  const scheduler = schedulerOf(store, role, {
    handlers: "here",
    onError: (error) => void wrong.push(String(error)),
  });
  const kind = defineLedger(scheduler, () => Promise.resolve());
  const endsMs = performance.now() + DRAIN_MS;
  for (;;) {
    const { items } = await store.list({ kind: "ledger", limit: 1_000 });
    if (items.length === 0) break;
    if (performance.now() > endsMs) {
      wrong.push(`still owed: ${items.map(({ key }) => key)}`);
      break;
    }
    await pause(LOOK_MS);
  }
  const applied = new Map<string, readonly string[]>();
  for (const key of lanes.flatMap(({ sent }) => [...sent.keys()])) {
    applied.set(key, await kind.request(key));
  }
  await scheduler.close();
  const { faults } = await store.fsck({ repair: false });
  wrong.push(...faults.map(({ rule, subject }) => `fsck: ${rule}: ${subject}`));
  await store.close();
  return { applied, wrong };
}

function figuresOf(lanes: readonly Lane[]): CrashVerdict["figures"] {
  const sum = (name: keyof LaneFigures): number =>
    lanes.reduce((total, { figures }) => total + figures[name], 0);
  const messages = lanes.flatMap(({ sent }) => [...sent.values()].flat());
  return {
    messages: messages.length,
    answered: sum("answered"),
    resent: sum("resent"),
    waited: sum("waited"),
    waitedAgain: sum("waitedAgain"),
    duplicates: sum("duplicates"),
  };
}
