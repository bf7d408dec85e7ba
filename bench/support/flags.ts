/**
 * What the command line may say.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { CASE_LETTERS } from "./catalogue.ts";

/** What is to be run, and how it is told. */
export interface Flags {
  /** Letters of cases, or ids of trials. */
  readonly only: readonly string[];
  readonly rounds: number;
  readonly quick: boolean;
  readonly json: boolean;
  readonly check: boolean;
  readonly help: boolean;
}

/** The help text. */
export const USAGE: string = `deno task bench [flags]

  --only a,b   cases (${CASE_LETTERS.join(", ")}) or trials (b/64); default all
  --rounds 9   rounds that count; default 9, with --quick 3
  --quick      a tenth of the work: to try it, not to quote it
  --json       one JSON document instead of tables
  --check      exit code 1 if a goal is not met
`;

/** Reads the flags. Throws on one that is unknown. */
export function readFlags(args: string[]): Flags {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string", default: CASE_LETTERS.join(",") },
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const { only, quick, json, check, help } = values;
  const rounds = Number(values.rounds ?? (quick ? 3 : 9));
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new RangeError(
      `Cannot run as "--rounds" must be an integer >= 1: received ${values.rounds}`,
    );
  }
  return { only: only.split(","), rounds, quick, json, check, help };
}
