/** `deno task demo --watch` and Ctrl-C: real processes on folders that change. No
 * test sleeps: each waits for what the program says. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Demo } from "./demo.ts";
import { Tree } from "./tree.ts";

Deno.test("an interrupted first look leaves the old manifest and ends with 130", async () => {
  await using tree = new Tree();
  tree.write("file", "1");
  Deno.writeTextFileSync(tree.at("m.jsonl"), "old");
  tree.writeEndless("endless");
  const demo = new Demo([".", "--out", "m.jsonl"], { from: tree.path });

  await demo.err.until(/^1 of 2, .* GB\/s|^1 of 2, .* MB\/s/);
  demo.press();

  assertEquals(await demo.code(), 130, demo.err.text);
  assertEquals(demo.err.all.at(-1), "interrupted: m.jsonl was not written");
  assertEquals(Deno.readTextFileSync(tree.at("m.jsonl")), "old");
  assertEquals([...Deno.readDirSync(tree.path)].length, 3);
});

Deno.test("--watch coalesces bursts of saves and follows what comes and goes", async () => {
  await using tree = new Tree();
  await using elsewhere = new Tree();
  tree.write("src/old", "1");
  tree.write("linked", "1");
  Deno.linkSync(tree.at("linked"), elsewhere.at("linked"));
  const demo = new Demo([".", "--watch"], { from: tree.path });
  await demo.err.until(/^watching .*; Ctrl-C ends it$/);

  for (let save = 0; save < 200; save++) {
    for (const name of ["a", "b", "c"]) {
      const bytes = tree.expect(`src/${name}`, `save ${save} of ${name}`);
      await Deno.writeFile(tree.at("src", name), bytes);
    }
  }
  await demo.out.until(/^manifest.jsonl: .* 5 files listed$/);
  tree.write("new/folder/in it", "2");
  await demo.out.until(/^new\/folder: .* 1 file hashed$/);
  tree.write("new/folder/later", "3");
  await demo.out.until(/^manifest.jsonl: .* 7 files listed$/);
  tree.remove("src/old");
  await demo.out.until(/^src: .* 1 file gone$/);
  tree.write("last", "just before the end");
  elsewhere.write("linked", "the watcher of the tree hears nothing of this");
  tree.expect("linked", "the watcher of the tree hears nothing of this");
  demo.press();

  assertEquals(await demo.code(), 0, demo.err.text);
  const runs = [...demo.out.text.matchAll(/^src: (\d+) wake-ups? -> 1 run/gm)];
  const wakeUps = runs.reduce((sum, [, some]) => sum + Number(some), 0);
  assert(wakeUps >= 180 && runs.length <= 6, demo.out.text);
  assertEquals(tree.manifest(), tree.expected());
  assertEquals(demo.cell("errors"), "0");
  assertMatch(demo.err.text, /\nclosed: \d runs? finished, 0 aborted, 0 left/);
});

Deno.test("--watch follows folders that are moved or removed whole", async () => {
  await using tree = new Tree();
  tree.write("a/b/c/file", "1");
  tree.write("a/file", "2");
  const demo = new Demo([".", "--watch"], { from: tree.path });
  await demo.err.until(/^watching/);

  Deno.renameSync(tree.at("a"), tree.at("moved"));
  await demo.out.until(/^\.: .* 2 files gone$/);
  await demo.out.until(/^moved\/b\/c: .* 1 file hashed$/);
  Deno.removeSync(tree.at("moved", "b"), { recursive: true });
  const from = demo.out.all.length;
  await demo.out.until(/^manifest.jsonl: .* 1 file listed$/, from);
  demo.press("SIGTERM");

  assertEquals(await demo.code(), 0, demo.err.text);
  assertEquals(tree.manifest().map(({ path }) => path), ["moved/file"]);
});

Deno.test("--watch ends with 1 when its folder goes, and leaves the manifest", async () => {
  await using tree = new Tree();
  tree.write("inner/file", "1");
  const demo = new Demo(["inner", "--watch"], { from: tree.path });
  await demo.err.until(/^watching/);

  Deno.removeSync(tree.at("inner"), { recursive: true });

  assertEquals(await demo.code(), 1);
  assertMatch(demo.err.text, /\nerror: .*inner has gone\.$/);
});

async function startEndlessRun(tree: Tree): Promise<Demo> {
  tree.write("file", "1");
  const demo = new Demo([".", "--watch"], { from: tree.path });
  await demo.err.until(/^watching/);
  tree.writeEndless("endless");
  return demo;
}

Deno.test("Ctrl-C waits for a run in flight no longer than the grace", async () => {
  await using tree = new Tree();
  const demo = await startEndlessRun(tree);

  demo.press();

  assertEquals(await demo.code(), 0, demo.err.text);
  const [error = "", closed = ""] = demo.err.all.slice(-2);
  assertEquals(error, "error: endless: not hashed before the end");
  assertMatch(closed, /^closed: 0 runs finished, 1 aborted, \d left, 0 stuck$/);
  assertEquals(tree.manifest(), tree.expected());
  assertEquals(demo.cell("errors"), "1");
});

Deno.test("a second Ctrl-C ends at once with 130", async () => {
  await using tree = new Tree();
  const demo = await startEndlessRun(tree);

  demo.press();
  await demo.err.until(/^ending; Ctrl-C again/);
  const code = await demo.keepPressing();

  assertEquals(code, 130);
  assert(!demo.err.text.includes("closed"), demo.err.text);
});
