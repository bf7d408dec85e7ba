/**
 * The bench: this library and its peers, side by side in one run.
 *
 * Prints a table for each trial as soon as it is done; progress goes to
 * stderr. `--help` tells the flags. The whole takes about fifty minutes on two
 * quiet processors and, for the ten million items of case (f), 4 GB of memory;
 * the cases over HTTP (n, o, p) need `wrk`.
 *
 * @module
 */
import { loadTrials } from "./support/catalogue.ts";
import { contest } from "./support/contest.ts";
import { type Flags, readFlags, USAGE } from "./support/flags.ts";
import {
  circumstances,
  footOf,
  headOf,
  type Result,
  resultOf,
  tableOf,
} from "./support/report.ts";
import type { Trial } from "./support/trial.ts";

const WARM_UPS = 2;
const QUICK_DIVISOR = 10;

type Print = (text: string) => void;

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

function progress(text: string): void {
  const [open, end] = Deno.stderr.isTerminal() ? ["\r\x1b[K", ""] : ["", "\n"];
  Deno.stderr.writeSync(new TextEncoder().encode(`${open}${text}${end}`));
}

async function selected(only: readonly string[]): Promise<Trial[]> {
  return (await Promise.all(only.map(loadTrials))).flat();
}

async function runAll(flags: Flags, tell: Print): Promise<Result[]> {
  const { rounds, quick } = flags;
  const divisor = quick ? QUICK_DIVISOR : 1;
  const results: Result[] = [];
  for (const trial of await selected(flags.only)) {
    const onRound = (round: number): void => {
      if (Deno.stderr.isTerminal() || round === 0) {
        progress(`(${trial.id}) round ${round + 1} of ${WARM_UPS + rounds}`);
      }
    };
    const series = await contest(trial, {
      rounds,
      warmUps: WARM_UPS,
      divisor,
      onRound,
    });
    const result = resultOf(trial, series);
    results.push(result);
    if (Deno.stderr.isTerminal()) progress("");
    tell(tableOf(trial, result));
  }
  return results;
}

async function main(flags: Flags): Promise<number> {
  const { rounds, quick, json, check } = flags;
  const around = circumstances({ rounds, warmUps: WARM_UPS, quick });
  const tell: Print = json ? () => {} : print;
  tell(headOf(around));
  const results = await runAll(flags, tell);
  if (json) print(JSON.stringify({ ...around, results }, undefined, 2));
  else print(footOf(results));
  const verdicts = results.flatMap((result) => result.verdicts);
  return check && verdicts.some(({ passed }) => !passed) ? 1 : 0;
}

if (import.meta.main) {
  const flags = readFlags(Deno.args);
  if (flags.help) print(USAGE);
  else Deno.exit(await main(flags));
}
