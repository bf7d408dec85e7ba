/**
 * The commands `dead`, `redrive`, `discard`: messages that no run will handle,
 * where a store keeps them.
 *
 * @module
 */
import type { TargetLetter } from "../core/target.ts";
import type { RemoteCall, RemoteCommand } from "./command.ts";
import { EXIT, Failure } from "./failure.ts";
import { PAGE_FLAGS } from "./items.ts";
import { parseKind, parseName, shownName } from "./names.ts";
import { eachOf, readLimit } from "./pages.ts";
import { counted } from "./spans.ts";
import { tableOf } from "./table.ts";

/** `dead` */
export const DEAD: RemoteCommand = {
  name: "dead",
  words: "<kind>",
  help: "the dead letters of a kind: what failed for the last time",
  examples: ["dead charge --prefix acme"],
  flags: PAGE_FLAGS,
  count: [0, 1],
  isLocal: false,
  run: list,
};

/** `redrive` */
export const REDRIVE: RemoteCommand = {
  name: "redrive",
  words: "<kind>/<key> [id]",
  help: "enqueue a dead letter again, or all that the item has",
  examples: ["redrive charge/acme"],
  flags: {},
  count: [1, 2],
  isLocal: false,
  run: redrive,
};

/** `discard` */
export const DISCARD: RemoteCommand = {
  name: "discard",
  words: "<kind>/<key> <id>",
  help: "forget a dead letter",
  examples: ["discard charge/acme 1"],
  flags: {},
  count: [2, 2],
  isLocal: false,
  run: discard,
};

async function list({ given, client, paper }: RemoteCall): Promise<number> {
  const kind = parseKind(given.words[0], given.text("kind"));
  const prefix = given.text("prefix");
  const rows: string[][] = [];
  const limit = readLimit(given);
  const isAll = await eachOf(
    (page) => client.letters.list(kind, { prefix, ...page }),
    limit,
    async (letter) => {
      if (paper.isJson) await paper.json(letter);
      else rows.push(rowOf(letter));
    },
  );
  if (rows.length > 0) {
    const head = ["KEY", "ID", "MESSAGES", "FAILURES", "AT", "ERROR"];
    await paper.lines(tableOf(head, rows));
  }
  if (!isAll) paper.note(`There are more than ${limit}: ask for more with -n.`);
  else if (!paper.isJson && rows.length === 0) paper.note("There are none.");
  return EXIT.done;
}

async function redrive({ given, client, paper }: RemoteCall): Promise<number> {
  const [word = "", id] = given.words;
  const name = parseName(word, given.text("kind"));
  const messages = await client.letters.redrive(name, id);
  await paper.tell(
    { ...name, messages },
    () => [`redriven ${shownName(name)}: ${counted(messages, "message")}`],
  );
  return EXIT.done;
}

async function discard({ given, client, paper }: RemoteCall): Promise<number> {
  const [word = "", id = ""] = given.words;
  const name = parseName(word, given.text("kind"));
  if (!await client.letters.discard(name, id)) {
    throw new Failure(
      EXIT.notFound,
      `${shownName(name)} has no such dead letter`,
      { code: "WI-NO-LETTER", hint: "dead lists those that there are." },
    );
  }
  await paper.tell({ ...name, id }, () => [`discarded ${shownName(name)}`]);
  return EXIT.done;
}

function rowOf(letter: TargetLetter): string[] {
  const { key, id, messages, failures, at, error } = letter;
  const time = new Date(at).toISOString();
  return [key, id, String(messages), String(failures), time, error];
}
