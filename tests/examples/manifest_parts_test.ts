/** The parts of the demo whose cases a process cannot be made to meet: files that
 * change or go while they are read, and a manifest that is wrong. */
import { assertEquals } from "@std/assert";
import { Scheduler } from "@workitem/scheduler";
import { audit } from "../../examples/manifest/audit.ts";
import { FolderItems } from "../../examples/manifest/folder_items.ts";
import { Ledger } from "../../examples/manifest/ledger.ts";
import { look } from "../../examples/manifest/look.ts";
import { Tree } from "./tree.ts";

Deno.test("a file that changes while it is read is read again, thrice at most", async () => {
  await using tree = new Tree();
  tree.write("file", "before");
  const file = tree.at("file");
  const buffer = new Uint8Array(4);
  const { signal } = new AbortController();
  const options = { path: "file", buffer, signal };
  let text = "before";
  const growing = (times: number): () => void => () => {
    if (times-- > 0) tree.write("file", text += " and after");
  };

  const once = await look(file, { ...options, onBytes: growing(1) });
  const entry = tree.expected()[0];
  let rewritten = false;
  const rewriting = (): void => {
    if (rewritten) return;
    rewritten = true;
    tree.write("file", text = text.toUpperCase());
    Deno.utimeSync(file, 0, 0); // The clock of a file may stand for 4 ms.
  };
  const another = await look(file, { ...options, onBytes: rewriting });
  const anotherEntry = tree.expected()[0];
  const always = await look(file, { ...options, onBytes: growing(Infinity) });

  assertEquals<unknown>([once, another], [
    { kind: "file", entry },
    { kind: "file", entry: anotherEntry },
  ]);
  assertEquals(always, {
    kind: "error",
    reason: "it changed during each of 3 reads",
  });
});

Deno.test("a file that vanishes or becomes a folder while it is read is seen as such", async () => {
  await using tree = new Tree();
  const buffer = new Uint8Array(4);
  const { signal } = new AbortController();
  const lookAt = (path: string, onBytes: () => void): Promise<unknown> => {
    Deno.writeTextFileSync(tree.at(path), "longer than the buffer");
    return look(tree.at(path), { path, buffer, signal, onBytes });
  };
  const gone = (path: string): void => {
    Deno.renameSync(tree.at(path), tree.at("elsewhere"));
  };
  const replaced = (path: string): void => {
    if (Deno.statSync(tree.at(path)).isDirectory) return;
    gone(path);
    Deno.mkdirSync(tree.at(path));
  };

  let first = true;
  const vanished = await lookAt("a", () => first && (first = false, gone("a")));
  const folder = await lookAt("b", () => replaced("b"));

  assertEquals([vanished, folder], [{ kind: "absent" }, { kind: "folder" }]);
});

Deno.test("a file that vanishes before its run is an error, or under --watch none", async () => {
  await using tree = new Tree();
  tree.write("there", "1");
  const errorsOf = async (live: boolean): Promise<unknown> => {
    await using scheduler = new Scheduler();
    const ledger = new Ledger(() => {});
    const ignore = (): void => {};
    const folders = new FolderItems({
      ...{ scheduler, root: tree.path, ledger, live },
      ...{ onBytes: ignore, onFolder: ignore, onRun: ignore },
    });
    ledger.folders.add("");
    for (const name of ["there", "gone"]) {
      ledger.seen.add(name);
      folders.wake("", name);
    }
    await scheduler.idle();
    return { seen: [...ledger.seen], errors: [...ledger.errors] };
  };

  assertEquals(await errorsOf(false), {
    seen: ["there", "gone"],
    errors: [["gone", "it has vanished"]],
  });
  assertEquals(await errorsOf(true), { seen: ["there"], errors: [] });
});

Deno.test("audit() names what is missing, told of twice, or was never seen", async () => {
  await using tree = new Tree();
  const lines = ["a", "b", "b", "d", "e"].map((path) =>
    `${JSON.stringify({ path })}\n`
  );
  Deno.writeTextFileSync(tree.at("m.jsonl"), lines.join(""));

  const result = await audit(tree.at("m.jsonl"), {
    seen: new Set(["a", "b", "c", "d", "f"]),
    errors: new Set(["d", "f"]),
  });

  assertEquals(result, {
    listed: 4,
    missing: ["c"],
    twice: ["b", "d"],
    unknown: ["e"],
  });
});
