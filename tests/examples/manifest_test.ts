/** `deno task demo` without `--watch`: real processes on real folders. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Demo, FLAGS, MAIN, ROOT, run } from "./demo.ts";
import { Tree } from "./tree.ts";

/** Many folders and files, and all that is odd about files' names and sizes. */
function plant(tree: Tree): { files: number; folders: number } {
  for (let folder = 0; folder < 40; folder++) {
    for (let file = 0; file < 25; file++) {
      const path = `many/${folder % 8}/${folder}/${file}.txt`;
      tree.write(path, `${folder} ${file}`.repeat(file));
    }
  }
  tree.write("empty", "");
  tree.write("big/3 MB and a bit", randomBytes(3_000_017));
  tree.write("big/one buffer", randomBytes(262_144));
  const names = [
    "e\u0301",
    "\u00e9",
    "a\nb",
    'q"uote',
    "back\\slash",
    "😀",
    " ",
  ];
  const odd = [
    "__proto__",
    "constructor",
    "-rf",
    "...",
    "\x1b[31mred",
    "\uFFFD",
  ];
  for (const name of [...names, ...odd]) tree.write(`odd/${name}`, name);
  tree.write(`${"deep/".repeat(200)}file`, "deeper than 512 bytes of path");
  return { files: 40 * 25 + 3 + 13 + 1, folders: 40 + 1 + 1 + 1 + 1 };
}

/** None of it may be in the manifest. */
function plantWhatIsLeftOut(tree: Tree): void {
  for (const path of [".git/config", "odd/node_modules/x/y", "odd/.git/z"]) {
    Deno.mkdirSync(join(tree.at(path), ".."), { recursive: true });
    Deno.writeTextFileSync(tree.at(path), "left out");
  }
  Deno.symlinkSync(tree.at("empty"), tree.at("link to a file"));
  Deno.symlinkSync(tree.path, tree.at("odd", "link to a folder"));
  Deno.symlinkSync("nowhere", tree.at("odd", "link to nothing"));
}

Deno.test("each file is in the manifest once, as it is on disk", async () => {
  await using tree = new Tree();
  const planted = plant(tree);
  plantWhatIsLeftOut(tree);

  const first = await run(["."], tree.path);
  const manifest = tree.manifest();
  const second = await run([".", "--concurrency", "2"], tree.path);

  assertEquals(manifest, tree.expected());
  assertEquals(tree.manifest(), manifest);
  const { files, folders } = planted;
  for (const demo of [first, second]) {
    const cells = ["files", "enqueues", "runs", "errors", "manifest"]
      .map((name) => demo.cell(name).replace(",", ""));
    assertEquals(cells, [`${files}`, `${files}`, `${folders}`, "0", "1 write"]);
  }
  const share = (100 * (1 - folders / files)).toFixed(1);
  assertEquals(first.cell("wake-ups saved"), `${share} %`);
  assertEquals(second.cell("peak in flight"), "2");
  assertMatch(first.out.text, /^left out +6 .*symbolic links 3/m);
  assertMatch(second.out.text, /^left out +7 .*manifest 1/m);
  assertEquals(
    [...Deno.readDirSync(tree.path)].filter(({ name }) =>
      name.includes("partial")
    ),
    [],
  );
});

Deno.test("`deno task demo` takes paths from INIT_CWD, which it sets", async () => {
  await using tree = new Tree();
  tree.write("here/inner/file", "1");
  Deno.mkdirSync(tree.at("there"));

  const { code } = await new Deno.Command("env", {
    args: [
      // A task that runs these tests has set it already.
      ...["-u", "INIT_CWD", Deno.execPath()],
      ...["task", "--quiet", "--config", new URL("deno.json", ROOT).pathname],
      ...["demo", "../here", "--out", "m.jsonl"],
    ],
    cwd: tree.at("there"),
  }).output();

  assertEquals(code, 0);
  assertEquals(tree.manifest("there/m.jsonl").map(({ path }) => path), [
    "inner/file",
  ]);
});

Deno.test("a mistake in the command line ends it with 2 and a hint", async () => {
  await using tree = new Tree();
  const mistakes: readonly [args: string[], message: string][] = [
    [["--wach"], "There is no option --wach. Did you mean --watch?"],
    [["--colour"], "There is no option --colour."],
    [["--watch=no"], "--watch takes no value"],
    [["--out"], "--out needs a value"],
    [["--out", "--watch"], "--out needs a value"],
    [["--concurrency", "0"], "from 1 to 1024"],
    [["--concurrency", "1.5"], "from 1 to 1024"],
    [["a", "b"], "One folder at a time"],
    [[""], "The folder is an empty text"],
  ];

  const demos = mistakes.map(([args]) => new Demo(args, { from: tree.path }));

  for (const [index, demo] of demos.entries()) {
    assertEquals([await demo.code(), demo.out.text], [2, ""]);
    assertStringIncludes(demo.err.text, mistakes[index]?.[1] ?? "");
  }
  assertEquals([...Deno.readDirSync(tree.path)], []);
});

Deno.test("--help opens with examples, whatever else is asked", async () => {
  const demo = await run(["--help", "--nonsense"], ".");

  assertMatch(demo.out.text, /^Examples\n[\s\S]*--watch[\s\S]*Exit codes/);
});

Deno.test("a folder or a manifest that cannot be is a line, not a stack", async () => {
  await using tree = new Tree();
  tree.write("file", "1");
  const faults: readonly [args: string[], message: string][] = [
    [["absent"], "There is no folder"],
    [["file"], "is no folder"],
    [["absent/file"], "There is no folder"],
    [["file/below"], "Cannot look at"],
    [[".", "--out", "absent/m.jsonl"], "there is no folder"],
    [[".", "--out", "."], "it is no regular file"],
    [["absent", "--watch"], "There is no folder"],
  ];

  const demos = faults.map(([args]) => new Demo(args, { from: tree.path }));

  for (const [index, demo] of demos.entries()) {
    assertEquals([await demo.code(), demo.out.text], [1, ""]);
    assertEquals(demo.err.all.length, 1, demo.err.text);
    assertStringIncludes(demo.err.text, faults[index]?.[1] ?? "");
  }
});

/** Root may read everything, and so runs the demo as nobody. */
async function readsAll(path: string): Promise<boolean> {
  try {
    (await Deno.open(path)).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test("what may not be read is told, counted, and no crash", async () => {
  await using tree = new Tree();
  tree.write("good", "1");
  Deno.writeTextFileSync(tree.at("secret"), "2", { mode: 0o000 });
  Deno.mkdirSync(tree.at("closed"), { mode: 0o000 });
  Deno.mkdirSync(tree.at("cache"), { mode: 0o777 });
  Deno.chmodSync(tree.at("cache"), 0o777);
  Deno.chmodSync(tree.path, 0o777);
  const nobody = await readsAll(tree.at("secret")) ? { uid: 65534 } : {};
  const env = { DENO_DIR: tree.at("cache") };

  const demo = new Demo([".", "--out", "cache/m.jsonl"], {
    from: tree.path,
    command: { ...nobody, env },
  });

  assertEquals(await demo.code(), 0, demo.err.text);
  assertEquals(demo.told.toSorted(), [
    "error: closed/: no permission",
    "error: secret: no permission",
  ]);
  assertEquals(demo.cell("errors"), "2");
  assert(tree.manifest("cache/m.jsonl").some(({ path }) => path === "good"));
});

Deno.test("a name that is not UTF-8 is told, counted, and no crash", async () => {
  await using tree = new Tree();
  const script = String.raw`cd "$1" && mkdir "$(printf 'd\377')" &&
    touch "$(printf 'd\377/in')" "$(printf 'f\376')" "$(printf 'f\377')"`;
  const args = ["-c", script, "sh", tree.path];
  const { success } = await new Deno.Command("sh", { args }).output();
  assert(success);
  tree.write("good", "1");

  const demo = new Demo(["."], { from: tree.path });

  assertEquals(await demo.code(), 0, demo.err.text);
  assertEquals(demo.told.toSorted(), [
    "error: d\uFFFD: its name is not UTF-8, which Deno cannot open",
    "error: f\uFFFD: its name is not UTF-8, which Deno cannot open",
    "error: f\uFFFD: its name, which is not UTF-8, looks like another one",
  ]);
  assertEquals(tree.manifest(), tree.expected());
});

/** The demo with a fault in one of its files. */
function copyWithFault(tree: Tree, file: string, fault: [string, string]): URL {
  Deno.mkdirSync(tree.at("program"));
  for (const { name } of Deno.readDirSync(new URL(".", MAIN))) {
    const text = Deno.readTextFileSync(new URL(name, MAIN));
    if (name === file) assert(text.includes(fault[0]), `no ${fault[0]}`);
    const changed = name === file ? text.replace(...fault) : text;
    Deno.writeTextFileSync(tree.at("program", name), changed);
  }
  const imports = { "@workitem/scheduler": new URL("mod.ts", ROOT).href };
  const config = JSON.stringify({ imports, lock: false });
  Deno.writeTextFileSync(tree.at("program", "deno.json"), config);
  return new URL(`file://${tree.at("program")}/main.ts`);
}

Deno.test("it finds out by itself that a file is in neither, and exits with 1", async () => {
  await using tree = new Tree();
  const main = copyWithFault(tree, "folder_items.ts", [
    "ledger.record(result.entry);",
    'if (path !== "b") ledger.record(result.entry);',
  ]);
  for (const name of ["a", "b", "c"]) tree.write(`files/${name}`, name);

  const demo = new Demo(["files"], { from: tree.path, main });

  assertEquals(await demo.code(), 1);
  assertEquals(
    demo.told.join("\n"),
    "error: 1 file neither in the manifest nor among the errors: b",
  );
});

/** `script` gives a command a terminal; nothing else here can. */
async function inTerminal(
  command: string,
  env: Record<string, string>,
): Promise<string> {
  const { code, stdout } = await new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", command, "/dev/null"],
    env,
  }).output();
  assertEquals(code, 0);
  return new TextDecoder().decode(stdout);
}

Deno.test("a terminal gets a bar that fits and goes away; TERM=dumb gets none", async () => {
  await using tree = new Tree();
  tree.writeZeros("zeros", 1_000_000_000);
  const words = [Deno.execPath(), ...FLAGS, MAIN.pathname, tree.path];
  const demo = words.map((word) => `'${word}'`).join(" ");
  const command = `stty cols 45; ${demo} --out '${tree.at("m.jsonl")}'`;
  const env = { NO_COLOR: "1", TERM: "xterm" };

  const plain = await inTerminal(command, env);
  const dumb = await inTerminal(command, { ...env, TERM: "dumb" });

  const frames = plain.split("\r\x1b[K").slice(1, -1).filter((text) => text);
  assert(frames.some((frame) => frame.includes(" 0 of 1, ")), plain);
  for (const frame of frames) {
    assertMatch(frame, /^\[=* *\] [01] of 1, /);
    assert(frame.length < 45, frame);
  }
  assertStringIncludes(plain, "\r\x1b[Kfiles ");
  assert(!dumb.includes("\x1b"), dumb);
});
