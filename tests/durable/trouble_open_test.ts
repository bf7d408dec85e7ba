import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { StoreError } from "../../src/durable/mod.ts";
import { openDenoKvStore } from "../../src/stores/deno_kv.ts";
import { makeFolder } from "./trouble/folder.ts";
import { denoArgs, Program } from "./trouble/program.ts";
import type { Said } from "./trouble/said.ts";
import { wake } from "./trouble/wake.ts";

const DENO = Deno.execPath();

async function refusalOf(path: string): Promise<StoreError> {
  return await assertRejects(() => openDenoKvStore(path), StoreError);
}

/** What a process says that opens a store and lacks some permission. */
async function openWith(
  rights: readonly string[],
  path: string,
  prefix: readonly string[] = [],
): Promise<Said> {
  const args = denoArgs("./opener.ts", { rights, args: [path] });
  const [command = DENO, ...rest] = [...prefix, DENO, ...args];
  await using opener = new Program(command, rest);
  return JSON.parse(await opener.line());
}

Deno.test("openDenoKvStore() names the permissions that the process lacks", async () => {
  await using folder = await makeFolder();
  const path = `${folder.path}/mine.kv`;

  const said = await openWith(["--allow-read"], path);

  assertEquals(said.code, "WI-STORE-PERMISSION");
  assertEquals(said.isRetryable, false);
  assertEquals(
    said.message,
    `Cannot open "${path}" as the process may not read and write it`,
  );
  const flags = `--allow-read=${path} --allow-write=${path}`;
  assert(said.hint.includes(flags), said.hint);
});

Deno.test({
  name: "openDenoKvStore() says so when the file may not be read",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using folder = await makeFolder();
    const path = `${folder.path}/theirs.kv`;
    const store = await openDenoKvStore(path);
    await store.close();
    await Deno.chmod(path, 0o000);
    await Deno.chmod(folder.path, 0o755);
    // Nothing is closed to root: then somebody else has to look.
    const nobody = ["setpriv", "--reuid=65534", "--clear-groups"];

    const isRoot = await Deno.readFile(path).then(() => true, () => false);
    const prefix = isRoot ? nobody : [];
    const rights = ["--allow-read", "--allow-write"];
    const said = await openWith(rights, path, prefix);

    assertEquals(said.code, "WI-STORE-PERMISSION");
    assertMatch(said.hint, /who owns them/);
  },
});

Deno.test("openDenoKvStore() refuses a file that is no database", async () => {
  await using folder = await makeFolder();
  const path = `${folder.path}/letter.txt`;
  await Deno.writeTextFile(path, "Dear Ann, this is no database.".repeat(99));

  const error = await refusalOf(path);

  assertEquals(error.code, "WI-STORE-FORMAT");
  assertEquals(error.isRetryable, false);
  assertEquals(
    error.message,
    `Cannot open "${path}" as the file is not a sound Deno KV database`,
  );
  assertMatch(await Deno.readTextFile(path), /^Dear Ann/);
});

Deno.test("openDenoKvStore() refuses a database of another program", async () => {
  const { DatabaseSync } = await import("node:sqlite");
  await using folder = await makeFolder();
  const path = `${folder.path}/other.db`;
  const database = new DatabaseSync(path);
  database.exec("CREATE TABLE kv (name TEXT); INSERT INTO kv VALUES ('Ann')");
  database.close();

  const error = await refusalOf(path);

  assertEquals(error.code, "WI-STORE-FORMAT");
  assertEquals(error.isRetryable, false);
});

Deno.test("openDenoKvStore() refuses a database that is damaged", async () => {
  await using folder = await makeFolder();
  const path = `${folder.path}/damaged.kv`;
  const store = await openDenoKvStore(path);
  await store.enqueue([wake({ body: new Uint8Array(60_000) })]);
  await store.close();
  using file = await Deno.open(path, { write: true });
  const { size } = await file.stat();
  await file.seek(4_096, Deno.SeekMode.Start);
  await file.write(new Uint8Array(size - 4_096).fill(65));

  const error = await refusalOf(path);

  assertEquals(error.code, "WI-STORE-FORMAT");
});

Deno.test("openDenoKvStore() waits while another process makes the database", async () => {
  await using folder = await makeFolder();
  const path = `${folder.path}/new.kv`;
  const holder = new Program(DENO, denoArgs("./holder.ts", { args: [path] }));
  await holder.line();

  const [store] = await Promise.all([
    openDenoKvStore(path),
    holder.finish(),
  ]);

  assertEquals(await store.inspect({ kind: "mail", key: "ann" }), undefined);
  await store.close();
});

Deno.test("openDenoKvStore() refuses a folder, and a path without one", async () => {
  await using folder = await makeFolder();

  const errors = await Promise.all([
    refusalOf(folder.path),
    refusalOf(`${folder.path}/no/such/folder.kv`),
  ]);

  for (const error of errors) {
    assertEquals(error.code, "WI-STORE-PERMISSION");
    assertEquals(error.isRetryable, false);
    assertMatch(error.hint, /its folder exists/);
  }
});
