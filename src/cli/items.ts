/**
 * The commands `ls` and `show`: they look at items, which neither makes nor wakes
 * them.
 *
 * @module
 */
import type { ItemName } from "../core/calls.ts";
import type { TargetItem } from "../core/target.ts";
import type { ItemState } from "../core/words.ts";
import type { RemoteCall, RemoteCommand } from "./command.ts";
import { explain } from "./explain.ts";
import { EXIT, Failure, misuse } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { parseKind, parseName, shownName } from "./names.ts";
import { eachOf, readLimit } from "./pages.ts";
import type { Color } from "./paper.ts";
import { shownSpan } from "./spans.ts";
import { listOf, tableOf } from "./table.ts";
import { visible } from "./visible.ts";

const STATES: readonly ItemState[] = [
  "idle",
  "queued",
  "delayed",
  "backoff",
  "suspended",
  "held",
  "running",
  "deleting",
  "deleted",
];

const COLOR_OF: Partial<Record<ItemState, Color>> = {
  running: "green",
  backoff: "yellow",
  suspended: "yellow",
  held: "red",
};

/** What a list may be told. */
export const PAGE_FLAGS: Flags = {
  prefix: { type: "string", value: "TEXT", help: "keys that begin so" },
  limit: {
    type: "string",
    short: "n",
    value: "N",
    help: "at most so many; 50 if nothing is said",
  },
};

/** `ls` */
export const LS: RemoteCommand = {
  name: "ls",
  words: "[kind]",
  help: "the items of a kind that are known; without one, the kinds",
  examples: ["ls reindex --state held", "ls reindex --prefix acme: -n 1000"],
  flags: {
    ...PAGE_FLAGS,
    state: {
      type: "string",
      value: "STATE",
      help: STATES.join(", "),
    },
  },
  count: [0, 1],
  isLocal: false,
  run: list,
};

/** `show` */
export const SHOW: RemoteCommand = {
  name: "show",
  words: "<kind>/<key>",
  help: "what an item does, why it is not running and what would run it",
  examples: ["show reindex/acme"],
  flags: {},
  count: [1, 1],
  isLocal: false,
  run: show,
};

async function list(call: RemoteCall): Promise<number> {
  const { given, paper, client } = call;
  if (given.words.length === 0 && !given.has("kind")) return await kinds(call);
  const kind = parseKind(given.words[0], given.text("kind"));
  const state = parseState(given.text("state"));
  const query = { prefix: given.text("prefix"), state };
  const rows: string[][] = [];
  const limit = readLimit(given);
  const isAll = await eachOf(
    (page) => client.list(kind, { ...query, ...page }),
    limit,
    async (item) => {
      if (paper.isJson) await paper.json(item);
      else rows.push(rowOf(item));
    },
  );
  if (rows.length > 0) {
    const head = ["KEY", "STATE", "MESSAGES", "RUNNING", "FAILURES", "DUE"];
    await paper.lines(tableOf(head, rows));
  }
  if (!isAll) paper.note(`There are more than ${limit}: ask for more with -n.`);
  else if (!paper.isJson && rows.length === 0) {
    paper.note("There are none. On a store, items that rest are not listed.");
  }
  return EXIT.done;
}

async function kinds({ paper, client }: RemoteCall): Promise<number> {
  const found = await client.kinds();
  if (paper.isJson) {
    for (const kind of found) await paper.json(kind);
    return EXIT.done;
  }
  if (found.length === 0) paper.note("There are none.");
  else await paper.lines(tableOf(["KIND"], found.map(({ name }) => [name])));
  return EXIT.done;
}

async function show({ given, paper, client }: RemoteCall): Promise<number> {
  const name = parseName(given.words[0] ?? "", given.text("kind"));
  const item = await client.inspect(name);
  if (item === undefined) throw unknown(name);
  const explanation = explain(item, await client.snapshot());
  const color = COLOR_OF[item.state] ?? "bold";
  await paper.tell({ ...item, explanation }, () => [
    `${shownName(name)}  ${paper.paint(color, item.state)}`,
    visible(explanation),
    ...listOf([
      ["version", item.version],
      ["messages", String(item.messages)],
      ["running", String(item.running)],
      ["failures", String(item.failures)],
    ]),
  ]);
  return EXIT.done;
}

/** Nothing is known of it. */
export function unknown(name: ItemName<string>): Failure {
  return new Failure(
    EXIT.notFound,
    `Nothing is known of ${shownName(name)}`,
    {
      code: "WI-NO-ITEM",
      hint: "Nothing is owed there, and nothing runs: an enqueue makes it.",
    },
  );
}

function rowOf(item: TargetItem): string[] {
  const { key, state, messages, running, failures, dueIn } = item;
  const due = dueIn === undefined ? "" : shownSpan(Math.max(0, dueIn));
  return [key, state, ...[messages, running, failures].map(String), due];
}

function parseState(text: string | undefined): ItemState | undefined {
  if (text === undefined) return undefined;
  const state = STATES.find((known) => known === text);
  if (state !== undefined) return state;
  throw misuse("There is no such state", `Known are ${STATES.join(", ")}.`);
}
