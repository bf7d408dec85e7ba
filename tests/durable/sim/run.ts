/** Many rounds in a row, for tests and for the program. */
import type { KvLike } from "../../../src/stores/kv/kv_like.ts";
import { generate, type PlanSize } from "./generate.ts";
import { MiniKv } from "./mini_kv.ts";
import type { Plan } from "./plan.ts";
import { play, type Result } from "./round.ts";
import { noTraffic } from "./traffic.ts";
import type { Figures } from "./world.ts";

/** What rounds are played on: the Deno KV in a few lines, the real one in
 * memory, or the real one on a file. */
export type Database = "mini" | "memory" | "file";

/** A round that failed. */
export interface Failure extends Result {
  readonly plan: Plan;
}

/** What many rounds came to. */
export interface Sum {
  readonly figures: Figures;
  /** The first that failed; none was played after it. */
  readonly failure: Failure | undefined;
}

/** Plays a round on a database of its own. */
export async function playOn(
  plan: Plan,
  { database, figures = noFigures(), trace = (): void => {} }: {
    readonly database: Database;
    readonly figures?: Figures;
    readonly trace?: (line: string) => void;
  },
): Promise<Result> {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0; // Many errors are made here, unread.
  const path = database === "file" ? await Deno.makeTempFile() : ":memory:";
  const real = database === "mini" ? undefined : await Deno.openKv(path);
  const kv = (today: () => number): KvLike => real ?? new MiniKv(today);
  try {
    return await play(plan, { kv, figures, trace });
  } finally {
    real?.close();
    if (database === "file") await Deno.remove(path);
    Error.stackTraceLimit = limit;
  }
}

/** Plays the rounds of `rounds` seeds. */
export async function runMany(
  seed: number,
  { rounds, size, database, figures = noFigures() }: {
    readonly rounds: number;
    readonly size: PlanSize;
    readonly database: Database;
    /** What happens is added to it. */
    readonly figures?: Figures;
  },
): Promise<Sum> {
  for (let at = 0; at < rounds; at++) {
    const plan = generate(seed + at, size);
    const result = await playOn(plan, { database, figures });
    if (result.violations.length === 0) continue;
    return { figures, failure: { plan, ...result } };
  }
  return { figures, failure: undefined };
}

/** Nothing has happened yet. */
export function noFigures(): Figures {
  return {
    ...noTraffic(),
    rounds: 0,
    messages: 0,
    runs: 0,
    crashes: 0,
    freezes: 0,
    fencings: 0,
    reclaimed: 0,
    stale: 0,
    unknown: 0,
    duplicates: 0,
  };
}
