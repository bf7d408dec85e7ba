/**
 * What `help` says; the manual is `docs/cli.md`.
 *
 * @module
 */
import type { Command } from "./command.ts";
import type { Flags } from "./flags.ts";
import { REMOTE_FLAGS } from "./remote.ts";

/** The flags of all commands. */
export const COMMON_FLAGS: Flags = {
  json: { type: "boolean", help: "data as JSON, one object a line" },
  "no-color": { type: "boolean", help: "no colors, as with NO_COLOR" },
  help: { type: "boolean", short: "h", help: "this" },
};

/** The flag of all commands that name a kind. */
export const KIND_FLAGS: Flags = {
  kind: {
    type: "string",
    value: "KIND",
    help: "the kind as it is; the word is the key alone then",
  },
};

/** All flags that a command takes. */
export function flagsOf(command: Command): Flags {
  const hasKind = command.words.includes("kind");
  return {
    ...command.flags,
    ...hasKind ? KIND_FLAGS : {},
    ...command.isLocal ? {} : REMOTE_FLAGS,
    ...COMMON_FLAGS,
  };
}

const EXAMPLES: readonly string[] = [
  "serve kinds.ts --store work.kv",
  `enqueue reindex/acme '{"doc":7}' --wait`,
  "ls reindex --state held",
  "show reindex/acme",
];

const EXIT_LINES: readonly string[] = [
  "0 done                        4 refused, or not authorised",
  "1 the work failed (--wait)    5 unreachable",
  "2 wrong usage                 6 timed out",
  "3 not found                   130 interrupted",
];

/** The help of all commands. */
export function helpOf(commands: readonly Command[]): string[] {
  return [
    "workitem: work items from the command line",
    "",
    ...section("Examples", EXAMPLES.map((line) => `workitem ${line}`)),
    ...section(
      "Commands",
      columns(commands.map((c) => [`${c.name} ${c.words}`.trim(), c.help])),
    ),
    ...section("Flags of all commands", flagLines(COMMON_FLAGS)),
    ...section("Flags of all but serve", flagLines(REMOTE_FLAGS)),
    ...section("Exit codes", EXIT_LINES),
    "workitem help <command> tells more of one.",
  ];
}

/** The help of one command. */
export function helpOn(command: Command): string[] {
  const { name, words, help, examples } = command;
  return [
    `workitem ${name} ${words}`.trim(),
    "",
    `  ${help}`,
    "",
    ...section("Examples", examples.map((line) => `workitem ${line}`)),
    ...section("Flags", flagLines(flagsOf(command))).slice(0, -1),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return [`${title}:`, ...lines.map((line) => `  ${line}`), ""];
}

function flagLines(flags: Flags): string[] {
  return columns(
    Object.entries(flags).map(([name, { short, value, isOptional, help }]) => {
      const head = short === undefined ? `--${name}` : `-${short}, --${name}`;
      if (value === undefined) return [head, help];
      return [isOptional ? `${head}[=${value}]` : `${head} ${value}`, help];
    }),
  );
}

const WIDTH = 80;
const HEAD_MAX = 27;

/** Two columns, the second broken into lines of a terminal's width. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const width = Math.min(
    HEAD_MAX,
    Math.max(...rows.map(([head = ""]) => head.length)),
  );
  return rows.flatMap(([head = "", text = ""]) => {
    const [first = "", ...more] = broken(text, WIDTH - width - 5);
    const rest = more.map((line) => " ".repeat(width + 2) + line);
    return head.length > width
      ? [head, " ".repeat(width + 2) + first, ...rest]
      : [`${head.padEnd(width)}  ${first}`, ...rest];
  });
}

function broken(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length + 1 > width) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  return [...lines, line];
}
