/**
 * Keeps a manifest of a folder: the path, size, SHA-256 and time of change of every
 * file in it. `deno task demo --help` tells how.
 *
 * How it uses the scheduler: each folder is a work item; each file that is met or
 * saved goes into the context of its folder's item and wakes it; a run hashes all
 * that it finds there. However many wake-ups come in a burst, a folder is in the
 * queue once, and no file is lost: a wake-up during a run owes one more run.
 *
 * The files, from the heart outwards: folder_items (an item for each folder), bursts,
 * walk_item, keeper (who wakes whom), first_look and watch (what happens when). With
 * a store: stored_items, shelf (what they find out), scans, stored_look.
 *
 * @module
 */
import { relative, resolve } from "node:path";
import { type Audit, audit } from "./audit.ts";
import { Failure, reasonOf } from "./failure.ts";
import { counted, shown } from "./figures.ts";
import { lookFirst } from "./first_look.ts";
import { listenForInterruption } from "./interruption.ts";
import { Keeper } from "./keeper.ts";
import { note, say } from "./lines.ts";
import { HELP, type Options, readOptions } from "./options.ts";
import { findPlaces, type Places } from "./places.ts";
import { type Result, tableOf } from "./table.ts";
import { watch } from "./watch.ts";
import { removePartial, tryToWrite } from "./writing.ts";

const SHOWN_MAX = 10;

async function main(args: readonly string[]): Promise<number> {
  const wish = readOptions(args, {
    currentFolder: Deno.env.get("INIT_CWD") ?? Deno.cwd(),
    defaultFolder: resolve(import.meta.dirname ?? ".", "../.."),
  });
  if (wish.kind === "help") {
    say(HELP.trimEnd());
    return 0;
  }
  if (wish.kind === "mistake") {
    note(`error: ${wish.message}\nSee --help.`);
    return 2;
  }
  try {
    return await keep(wish.options);
  } catch (error) {
    note(
      `error: ${error instanceof Failure ? error.message : reasonOf(error)}`,
    );
    return 1;
  }
}

async function keep(options: Options): Promise<number> {
  const places = await findPlaces(options);
  await tryToWrite(places.out);
  using interruption = listenForInterruption(() => removePartial(places.out));
  const { signal } = interruption;
  const result = await look({ ...options, ...places }, signal);
  if (result !== undefined) {
    return await report(result, { ...options, ...places });
  }
  const name = nameOf(places.out, options.here);
  const hint = places.store === undefined
    ? ""
    : "; the same command goes on with it";
  note(`interrupted: ${shown(name)} was not written${hint}`);
  return 130;
}

async function look(
  options: Options & Places,
  signal: AbortSignal,
): Promise<Result | undefined> {
  const { store } = options;
  if (store === undefined) {
    return await (options.watch
      ? watch({ ...options, signal })
      : lookOnce(options, signal));
  }
  // Without a store there is no need of it, nor of a Deno that has Deno KV.
  const { lookStored } = await import("./stored_look.ts");
  return await lookStored({ ...options, store }, signal);
}

async function lookOnce(
  options: Options & Places,
  signal: AbortSignal,
): Promise<Keeper | undefined> {
  const keeper = new Keeper({
    ...options,
    live: false,
    onRun: () => {},
    onWritten: () => {},
    onNewFolder: () => {},
  });
  if (!await lookFirst(keeper, signal)) return undefined;
  await keeper.scheduler.close();
  return keeper;
}

/** Prints the table, and finds out whether it is true. */
async function report(
  result: Result,
  { here, out, concurrency }: Options,
): Promise<number> {
  const { ledger, statistics, leftOut, scan } = result;
  const facts = { ledger, statistics, leftOut, scan, concurrency };
  const found = await audit(out, ledger);
  for (const line of tableOf({ ...facts, audit: found })) say(line);
  say(shown(nameOf(out, here)));
  return tellFaults(found) ? 0 : 1;
}

/** A path in the current folder is named as one would type it. */
function nameOf(path: string, here: string): string {
  const name = relative(here, path);
  return name.startsWith("..") ? path : name;
}

function tellFaults({ missing, twice, unknown }: Audit): boolean {
  const faults = [
    { paths: missing, what: "neither in the manifest nor among the errors" },
    { paths: twice, what: "told of twice" },
    { paths: unknown, what: "in the manifest and never seen" },
  ].filter(({ paths }) => paths.length > 0);
  for (const { paths, what } of faults) {
    const some = paths.slice(0, SHOWN_MAX).map(shown).join(", ");
    const more = paths.length > SHOWN_MAX ? ", ..." : "";
    note(`error: ${counted(paths.length, "file")} ${what}: ${some}${more}`);
  }
  return faults.length === 0;
}

// Not Deno.exit(): that the program ends shows that nothing was left running.
Deno.exitCode = await main(Deno.args);
