/** `deno task demo --store`: real processes that are killed, ended and started at
 * once on one store. No test sleeps: each waits for what a process says or writes. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { DurableScheduler } from "@workitem/scheduler/durable";
import { denoKvStore } from "@workitem/scheduler/stores/deno-kv";
import { fitting, keyOf } from "../../examples/manifest/names.ts";
import { Shelf } from "../../examples/manifest/shelf.ts";
import { StoredItems } from "../../examples/manifest/stored_items.ts";
import { drawer, freshSeed } from "../core/support/hostile_random.ts";
import { Demo, run } from "./demo.ts";
import { type Entry, Tree } from "./tree.ts";

const KILLS = 12;
/** A look at the 1,500 files makes some 450 writes. */
const WRITES_MAX = 300;

/** Folders inside folders, with 1,500 files. */
function plant(tree: Tree): void {
  for (let folder = 0; folder < 60; folder++) {
    for (let file = 0; file < 25; file++) {
      const path = `files/${folder % 6}/${folder}/${file}`;
      tree.write(path, `${folder} ${file}`.repeat(file));
    }
  }
  Deno.mkdirSync(tree.at("store"));
}

/** The command that is killed and repeated; relative paths start at the tree. */
const STORED = ["files", "--out", "m.jsonl", "--store", "store/scan.kv"];

function startStored(tree: Tree): Demo {
  return new Demo(STORED, { from: tree.path });
}

/** The manifest, as one look without a store and interruption makes it. */
async function undisturbed(tree: Tree): Promise<string> {
  await run(["files", "--out", "plain.jsonl"], tree.path);
  return Deno.readTextFileSync(tree.at("plain.jsonl"));
}

/** Resolves with `true` after so many writes to the store; with `false` if the demo
 * ends before. */
async function afterWrites(
  tree: Tree,
  demo: Demo,
  writes: number,
): Promise<boolean> {
  const watcher = Deno.watchFs(tree.at("store"));
  let isOver = false;
  demo.code().then(() => {
    isOver = true;
    watcher.close();
  });
  for await (const { kind } of watcher) {
    if (kind === "modify" && --writes <= 0) break; // Closes the watcher as well.
  }
  return !isOver;
}

Deno.test("--store: killed again and again, it ends with the same manifest", async () => {
  await using tree = new Tree();
  plant(tree);
  const expected = await undisturbed(tree);
  const seed = freshSeed();
  const draw = drawer(seed);
  const told = new Set<string>();
  const manifest = (): string => Deno.readTextFileSync(tree.at("m.jsonl"));

  for (let kills = 0; kills < KILLS;) {
    const demo = startStored(tree);
    if (await afterWrites(tree, demo, 1 + draw(WRITES_MAX))) {
      demo.press("SIGKILL");
      kills++;
    }
    const code = await demo.code();
    assert([0, 137].includes(code), `seed ${seed}: ${code} ${demo.err.text}`);
    if (code === 0) assertEquals(manifest(), expected, `seed ${seed}`);
    for (const line of demo.told) told.add(line);
  }
  const last = startStored(tree);

  assertEquals(await last.code(), 0, `seed ${seed}: ${last.err.text}`);
  assertEquals(manifest(), expected, `seed ${seed}`);
  for (const line of told) {
    assertMatch(line, /^continues scan \d+: [\d,]+ of [\d,]+ files so far$/);
  }
  assert(told.size > KILLS / 3, `seed ${seed}: ${[...told]}`);
});

Deno.test("--store: two at once share the work, and each file is met once", async () => {
  await using tree = new Tree();
  plant(tree);
  const expected = await undisturbed(tree);

  const demos = [startStored(tree), startStored(tree)];
  const codes = await Promise.all(demos.map((demo) => demo.code()));

  assertEquals(codes, [0, 0], demos.map(({ err }) => err.text).join("\n"));
  assertEquals(Deno.readTextFileSync(tree.at("m.jsonl")), expected);
  const enqueues = demos.map((demo) => demo.cell("enqueues").replace(",", ""));
  assertEquals(Number(enqueues[0]) + Number(enqueues[1]), 1_500);
});

Deno.test("--store: what a killed process had in hand another takes over", async () => {
  await using tree = new Tree();
  plant(tree);
  tree.writeEndless("files/endless");
  const killed = startStored(tree);
  await killed.err.until(/^1,500 of 1,501, /);
  const other = startStored(tree);
  await other.err.until(
    /^continues scan 1: .*; another process uses the store/,
  );

  killed.press("SIGKILL");
  tree.remove("files/endless");
  tree.write("files/endless", "has an end now");
  const codes = [await killed.code(), await other.code()];

  assertEquals(codes, [137, 0], other.err.text);
  assertEquals(other.cell("runs"), "1");
  const manifest = Deno.readTextFileSync(tree.at("m.jsonl"));
  assertEquals(manifest, await undisturbed(tree));
});

Deno.test("--store: after Ctrl-C the same command goes on, and then begins anew", async () => {
  await using tree = new Tree();
  plant(tree);
  tree.writeEndless("files/endless");
  const endless = startStored(tree);
  await endless.err.until(/^1,500 of 1,501, /);

  endless.press();
  const code = await endless.code();
  tree.remove("files/endless");
  const second = await startStored(tree);
  await second.code();
  tree.remove("files/0/0/0");
  const third = await run(STORED, tree.path);

  assertEquals(code, 130);
  assertEquals(
    endless.err.all.at(-1),
    "interrupted: m.jsonl was not written; the same command goes on with it",
  );
  assertEquals(second.told, [
    "continues scan 1: 1,500 of 1,501 files so far",
    "error: endless: it has vanished",
  ]);
  assertEquals([second, third].map((demo) => demo.cell("scan")), ["1", "2"]);
  assertEquals(third.cell("files"), "1,499");
  const paths = tree.expected().map(({ path }) => path.slice("files/".length));
  assertEquals(tree.manifest("m.jsonl").map(({ path }) => path), paths);
});

Deno.test("--store: the store and the manifest may lie in the folder; odd names are kept", async () => {
  await using tree = new Tree();
  for (const name of ["e\u0301", "a\nb", "😀", " ", "__proto__", "\uFFFD"]) {
    tree.write(`odd/${name}`, name);
  }
  tree.write(`${"deep/".repeat(120)}file`, "deeper than 512 bytes of path");
  tree.write(`${"😀/".repeat(120)}file`, "a pair is cut where the key is");
  const script = String.raw`cd "$1" && mkdir "$(printf 'd\377')" &&
    touch "$(printf 'd\377/in')" "$(printf 'f\376')" "$(printf 'f\377')"`;
  const args = ["-c", script, "sh", tree.path];
  assert((await new Deno.Command("sh", { args }).output()).success);
  const args2 = [".", "--store", "scan.kv"];

  const first = new Demo(args2, { from: tree.path });
  const code = await first.code();
  const second = new Demo(args2, { from: tree.path });

  assertEquals([code, await second.code()], [0, 0], first.err.text);
  for (const demo of [first, second]) {
    assertEquals(demo.told.toSorted(), [
      "error: d\uFFFD: its name is not UTF-8, which Deno cannot open",
      "error: f\uFFFD: its name is not UTF-8, which Deno cannot open",
      "error: f\uFFFD: its name, which is not UTF-8, looks like another one",
    ]);
  }
  assertEquals(tree.manifest(), tree.expected());
  assertMatch(second.out.text, /^left out .*store \d/m);
});

Deno.test("--store: a mistake is a line, not a stack", async () => {
  await using tree = new Tree();
  tree.write("file", "no database, and longer than its header".repeat(99));
  const mistakes: readonly [args: string[], code: number, message: string][] = [
    [["--store"], 2, "--store needs a value, as in --store manifest.kv."],
    [["--store", "a", "--watch"], 2, "--store and --watch do not go together"],
    [["--store", "a", "--out", "./a"], 2, "name the same file"],
    [["--stor=a"], 2, "Did you mean --store?"],
    [[".", "--store", "no/a"], 1, "there is no folder"],
    [[".", "--store", "."], 1, "Name a file with --store."],
    [[".", "--store", "file"], 1, "Cannot open the store"],
  ];

  const demos = mistakes.map(([args]) => new Demo(args, { from: tree.path }));

  for (const [index, demo] of demos.entries()) {
    const [, code, message = ""] = mistakes[index] ?? [];
    assertEquals([await demo.code(), demo.out.text], [code, ""]);
    assertStringIncludes(demo.err.text, message);
  }
});

/** A look at a tree by items whose reads are disturbed; what was kept of it. */
async function lookAt(
  tree: Tree,
  onBytes: () => void,
): Promise<{ entries: Entry[]; errors: [string, string][]; runs: number }> {
  using kv = await Deno.openKv(":memory:");
  await using scheduler = new DurableScheduler({ store: denoKvStore(kv) });
  const shelf = new Shelf(kv, ["scan"]);
  const leavesOut = (): undefined => undefined;
  const root = tree.path;
  const options = { scheduler, root, shelf, leavesOut, onBytes };
  const items = new StoredItems(options);
  let runs = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  scheduler.observe({
    ended: async ({ kind }) => {
      if (kind === "hash") runs++;
      if (await items.areIdle()) resolve();
    },
  });

  await items.walk([""]);
  await promise;

  const { ledger } = await shelf.read(() => {});
  return {
    entries: [...ledger.entries.values()] as Entry[], // All have a time.
    errors: [...ledger.errors],
    runs,
  };
}

Deno.test("a file that cannot be read is looked at thrice, then it is an error", async () => {
  await using tree = new Tree();
  tree.write("file", "1");
  let saves = 0;
  const savedUntil = (end: number) => (): void => {
    if (saves++ < end) {
      tree.write("file", `longer and longer ${"!".repeat(saves)}`);
    }
  };

  const once = await lookAt(tree, savedUntil(4));
  const expected = tree.expected();
  saves = 0;
  const always = await lookAt(tree, savedUntil(Infinity));

  assertEquals(once, { entries: expected, errors: [], runs: 2 });
  assertEquals(always, {
    entries: [],
    errors: [["file", "it changed during each of 3 reads"]],
    runs: 3,
  });
});

Deno.test("names of items fit into 512 bytes, and are the same everywhere", () => {
  const long = ["a", "😀"].map((letter) => letter.repeat(600));

  const fitted = long.map(fitting);

  assertEquals(fitting("short"), "short");
  assertEquals([keyOf(""), keyOf("a/b")], ["./", "a/b/"]);
  assertEquals(long.map(fitting), fitted);
  for (const text of [...fitted, fitting(`x${long[1]}`)]) {
    assert(new TextEncoder().encode(text).length <= 512);
    assert(text.isWellFormed());
  }
  assertEquals(new Set(fitted).size, 2);
});
