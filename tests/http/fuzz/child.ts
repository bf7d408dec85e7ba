/** Run as a process of its own, with --expose-gc: fuzzes endpoints that live for
 * all the time, and weighs the heap after each quarter. */
import { heapAtRest } from "../../core/heap/weigh.ts";
import { Violation } from "./player.ts";
import { type Coverage, playRound } from "./round.ts";

/** What came of it. */
export interface Report {
  /** What was found, in words; empty if all was well. */
  readonly found: string;
  /** Bytes after each quarter. */
  readonly heap: readonly number[];
  readonly coverage: readonly (readonly [string, number])[];
}

const QUARTERS = 4;

/** Fuzzes in a new process. */
export async function fuzzInChild(
  seed: number,
  requests: number,
): Promise<Report> {
  const flags = ["--quiet", "--no-prompt", "--no-check", "--allow-read"];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      ...flags,
      "--v8-flags=--expose-gc",
      import.meta.url,
      `${seed}`,
      `${requests}`,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (success) return JSON.parse(decoder.decode(stdout));
  throw new Error(`Seed ${seed}: ${decoder.decode(stderr)}`);
}

async function fuzz(seed: number, requests: number): Promise<Report> {
  const heap: number[] = [];
  let coverage: Coverage = new Map();
  let found = "";
  const onRest = async (count: number): Promise<void> => {
    const quarter = requests / QUARTERS;
    if (count % quarter === 0) heap.push(await heapAtRest());
  };
  try {
    coverage = await playRound({ seed, requests, onRest });
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    found = error.message;
  }
  return { found, heap, coverage: [...coverage] };
}

if (import.meta.main) {
  const [seed, requests] = Deno.args.map(Number);
  const report = await fuzz(seed ?? 0, requests ?? 0);
  await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(report)));
  Deno.exit(0);
}
