/**
 * Flags and positional arguments, split by `parseArgs` of Node and checked here,
 * so that a mistake is told with what was probably meant.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { misuse } from "./failure.ts";
import { nearest } from "./nearest.ts";

/** A flag that there is. */
export interface Flag {
  readonly type: "string" | "boolean";
  readonly short?: string;
  /** What stands for its value in the help, as `FILE`. */
  readonly value?: string;
  /** May its value be left out? It is only taken after `=` then. */
  readonly isOptional?: true;
  /** What it does. */
  readonly help: string;
}

/** Flags by their names, without dashes. */
export type Flags = Readonly<Record<string, Flag>>;

/** What was given. */
export interface Given {
  readonly words: readonly string[];
  /** The value of a flag; the last one, if there are several. */
  text(name: string): string | undefined;
  /** Was a flag given? */
  has(name: string): boolean;
}

const TOKEN_HINT = "What stands in a command line is seen by all users of the" +
  " machine and kept in the shell's history. Set WORKITEM_TOKEN, or give it" +
  " on stdin with --token-stdin.";

/** The first word that is neither a flag nor the value of one. */
export function findCommand(
  args: readonly string[],
  flags: Flags,
): { readonly name: string | undefined; readonly rest: readonly string[] } {
  const { tokens } = split(args, flags);
  const first = tokens.find(({ kind }) => kind === "positional");
  if (first?.kind !== "positional") return { name: undefined, rest: args };
  const rest = args.filter((_, index) => index !== first.index);
  return { name: first.value, rest };
}

/** Splits the arguments, and checks each flag. */
export function readFlags(args: readonly string[], flags: Flags): Given {
  const { tokens, positionals } = split(args, flags);
  const values = new Map<string, string | true>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    checkFlag(rawName, name, flags);
    const { type } = flags[name] ?? {};
    if (type === "boolean" && inlineValue) {
      throw misuse(`${rawName} takes no value`);
    }
    if (type === "string" && value === undefined) {
      throw misuse(`${rawName} needs a value`);
    }
    values.set(name, value ?? true);
  }
  return {
    words: positionals,
    has: (name) => values.has(name),
    text: (name) => {
      const value = values.get(name);
      return value === true ? undefined : value;
    },
  };
}

function checkFlag(rawName: string, name: string, flags: Flags): void {
  if (Object.hasOwn(flags, name)) return;
  if (name === "token") {
    throw misuse("A token is never taken from a flag", TOKEN_HINT);
  }
  const meant = nearest(name, Object.keys(flags).filter((n) => n !== name));
  throw misuse(
    `There is no flag ${rawName} here`,
    meant === undefined
      ? "--help tells which there are. What begins with a dash and is no flag" +
        " goes behind --."
      : `Did you mean --${meant}?`,
  );
}

// deno-lint-ignore explicit-function-return-type -- the type is Node's own
function split(args: readonly string[], flags: Flags) {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { type, short }]) => [
      name,
      short === undefined ? { type } : { type, short },
    ]),
  );
  const terminator = args.indexOf("--");
  const end = terminator < 0 ? args.length : terminator;
  return parseArgs({
    args: args.map((arg, index) => index < end ? withValue(arg, flags) : arg),
    options,
    strict: false, // Its own words for mistakes show the values.
    allowPositionals: true,
    tokens: true,
  });
}

/** A flag whose value is left out has an empty one: else it would take the next
 * word for it. */
function withValue(arg: string, flags: Flags): string {
  const isLeftOut = arg.startsWith("--") &&
    flags[arg.slice(2)]?.isOptional === true;
  return isLeftOut ? `${arg}=` : arg;
}
