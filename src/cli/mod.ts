/**
 * The command line: serves kinds, and talks to where they are served.
 *
 * Run it as `deno run jsr:@workitem/scheduler/cli`, or install it:
 * `deno install -g -n workitem …`. What each command does, which permissions it
 * needs and what its exit codes mean stands in `docs/cli.md`.
 *
 * @example In a program
 * ```ts
 * import { main } from "@workitem/scheduler/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await main(["--version"]), 0);
 * ```
 *
 * @module
 */
import { connect } from "../client/mod.ts";
import type { Clock } from "../core/clock.ts";
import type { Retry } from "../core/policies.ts";
import { exponential } from "../core/retry.ts";
import type { Call, Command, RemoteCommand } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { EXIT, Failure, failureOf, misuse } from "./failure.ts";
import { findCommand, type Flags, readFlags } from "./flags.ts";
import { COMMON_FLAGS, flagsOf, helpOf, helpOn } from "./help.ts";
import { denoHost, type EndSignal, type Host } from "./host.ts";
import { nearest } from "./nearest.ts";
import { Paper } from "./paper.ts";
import { findRemote } from "./remote.ts";
import { parseSpan, shownSpan } from "./spans.ts";
import { VERSION } from "../http/version.ts";

export type { Clock, EndSignal, Host };

const FRONT_FLAGS: Flags = {
  ...COMMON_FLAGS,
  version: { type: "boolean", short: "V", help: "the version" },
};
/** A second or so: whoever is at a terminal is told that nobody is there. */
const RETRY: Retry = exponential({
  attempts: 4,
  min: 250,
  max: 1_000,
  jitter: 1,
});
const ALL_FLAGS: Flags = Object.assign(
  {},
  FRONT_FLAGS,
  ...COMMANDS.map(flagsOf),
);

/**
 * Runs one command to its end, which it tells by the exit code that it resolves
 * with. It never rejects.
 */
export async function main(
  args: readonly string[],
  host: Host = denoHost(),
): Promise<number> {
  const end = args.indexOf("--");
  const flags = end < 0 ? args : args.slice(0, end);
  const paper = new Paper(host, {
    isJson: flags.includes("--json"),
    hasColors: !flags.includes("--no-color"),
  });
  try {
    return await dispatch(args, host, paper);
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return EXIT.done; // As `| head`.
    const failure = failureOf(error);
    paper.fail(failure);
    return failure.exit;
  }
}

async function dispatch(
  args: readonly string[],
  host: Host,
  paper: Paper,
): Promise<number> {
  const { name, rest } = findCommand(args, ALL_FLAGS);
  if (name === undefined) return await front(rest, host, paper);
  if (name === "help") return await help(rest, paper);
  const command = find(name);
  const given = readFlags(rest, flagsOf(command));
  if (given.has("help")) {
    await paper.lines(helpOn(command));
    return EXIT.done;
  }
  checkCount(command, given.words.length);
  const call = { given, host, paper };
  return command.isLocal
    ? await command.run(call)
    : await runRemote(command, call);
}

/** What there is without a command. */
async function front(
  args: readonly string[],
  host: Host,
  paper: Paper,
): Promise<number> {
  const given = readFlags(args, FRONT_FLAGS);
  if (given.has("version")) {
    await paper.tell({ version: VERSION }, () => [`workitem ${VERSION}`]);
    return EXIT.done;
  }
  if (given.has("help")) return await help([], paper);
  for (const line of helpOf(COMMANDS)) host.note(line);
  return EXIT.usage;
}

async function help(args: readonly string[], paper: Paper): Promise<number> {
  const [name] = readFlags(args, FRONT_FLAGS).words;
  await paper.lines(
    name === undefined ? helpOf(COMMANDS) : helpOn(find(name)),
  );
  return EXIT.done;
}

function find(name: string): Command {
  const command = COMMANDS.find((known) => known.name === name);
  if (command !== undefined) return command;
  const meant = nearest(name, ["help", ...COMMANDS.map((known) => known.name)]);
  throw misuse(
    "There is no such command",
    meant === undefined
      ? "workitem help lists all there are."
      : `Did you mean ${meant}?`,
  );
}

function checkCount(
  { name, words, count: [min, max] }: Command,
  given: number,
): void {
  if (given >= min && given <= max) return;
  throw misuse(
    `${name} takes ${words || "no word"}`,
    `${given === 0 ? "None was" : `${given} were`} given: see workitem help ` +
      `${name}.`,
  );
}

async function runRemote(command: RemoteCommand, call: Call): Promise<number> {
  const { host, given } = call;
  const remote = await findRemote(host, given);
  const { url, token } = remote;
  const client = connect(url.href, { token, retry: RETRY });
  const span = given.text("timeout");
  const run = command.run({ ...call, remote, client });
  if (span === undefined) return await run;
  return await within(host.clock, parseSpan("--timeout", span, "s"), run);
}

/** The process ends when this does, so what goes on need not be told. */
async function within(
  clock: Clock,
  limitMs: number,
  run: Promise<number>,
): Promise<number> {
  let timer: unknown;
  const late = new Promise<never>((_, reject) => {
    timer = clock.startTimer(() => {
      const what = `There is no answer after ${shownSpan(limitMs)}`;
      reject(
        new Failure(EXIT.timedOut, what, {
          hint: "Whatever was asked for may have happened all the same.",
        }),
      );
    }, limitMs);
  });
  try {
    return await Promise.race([run, late]);
  } finally {
    clock.stopTimer(timer);
  }
}

// What a module of kinds has left running does not keep the process.
if (import.meta.main) Deno.exit(await main(Deno.args));
