import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
} from "@std/assert";
import { DurableScheduler, StoreError } from "../../src/durable/mod.ts";
import { denoKvStore, openDenoKvStore } from "../../src/stores/deno_kv.ts";
import { type } from "../../mod.ts";
import { makeFolder } from "./trouble/folder.ts";
import { denoArgs, Program } from "./trouble/program.ts";
import type { Said } from "./trouble/said.ts";
import { wake } from "./trouble/wake.ts";

const KIND = "mail";
const DENO = Deno.execPath();
/** Shorter than what SQLite waits by itself. */
const PATIENCE_MS = 300;

/** Another process that holds the database. */
async function hold(path: string): Promise<Program> {
  const holder = new Program(DENO, denoArgs("./holder.ts", { args: [path] }));
  await holder.line();
  return holder;
}

Deno.test("enqueue() waits while another process holds the database", async () => {
  await using folder = await makeFolder();
  const path = `${folder.path}/held.kv`;
  const store = await openDenoKvStore(path);
  const holder = await hold(path);

  const bodies = [1, 2, 3].map((byte) => new Uint8Array([byte]));
  const answers = store.enqueue(bodies.map((body) => wake({ body })));
  const before = await store.inspect({ kind: KIND, key: "ann" });
  await holder.finish();

  assertEquals(before, undefined);
  assert((await answers).every((answer) => !(answer instanceof Error)));
  const after = await store.inspect({ kind: KIND, key: "ann" });
  assertEquals(after?.messages, 3);
  await store.close();
});

Deno.test("enqueue() rejects when the database is held for longer than the store's patience, and a second try doubles nothing", async () => {
  await using folder = await makeFolder();
  const path = `${folder.path}/held.kv`;
  const store = await openDenoKvStore(path, { patience: PATIENCE_MS });
  const holder = await hold(path);
  const mail = wake({ id: "once", body: new Uint8Array([1]) });

  const [refused] = await store.enqueue([mail]);
  await holder.finish();
  const [again] = await store.enqueue([mail]);

  assertInstanceOf(refused, StoreError);
  assertEquals(refused.code, "WI-STORE-LOCKED");
  assert(refused.isRetryable);
  assert(!(again instanceof Error));
  const item = await store.inspect({ kind: KIND, key: "ann" });
  assertEquals(item?.messages, 1);
  assertEquals((await store.fsck({ repair: false })).faults, []);
  await store.close();
});

Deno.test("a scheduler goes on when the database is free again, and tells of the outage once", async () => {
  await using folder = await makeFolder();
  const path = `${folder.path}/held.kv`;
  const store = await openDenoKvStore(path, { patience: PATIENCE_MS });
  const errors: unknown[] = [];
  const told = Promise.withResolvers<void>();
  const scheduler = new DurableScheduler({
    store,
    lease: 1_500,
    pollInterval: 20,
    onError: (error) => {
      errors.push(error);
      told.resolve();
    },
  });
  const mails = scheduler.define(KIND, {
    message: type<number>(),
    context: () => ({ sum: 0 }),
    run({ context, messages }): number {
      for (const n of messages) context.sum += n;
      return context.sum;
    },
  });
  await mails.request("ann", 1);

  const holder = await hold(path);
  await told.promise;
  await holder.finish();
  const sum = await mails.request("ann", 2);

  assertEquals(sum, 3);
  const names = errors.map((error) => (error as Error).name);
  assertEquals(names, ["StoreError"]);
  await scheduler.close();
  assertEquals((await store.fsck({ repair: false })).faults, []);
  await store.close();
});

/** Starts the filler in a process whose files may not grow beyond `kib`. */
function startFiller(path: string, kib: number): Program {
  // Bounded so that `prlimit` may raise it; the signal would end the process.
  const line = `trap "" XFSZ; ulimit -S -f ${kib}; exec "$@"`;
  const args = denoArgs("./filler.ts", { args: [path] });
  return new Program("bash", ["-c", line, "bash", DENO, ...args]);
}

async function hear(
  program: Program,
): Promise<Partial<Said> & { readonly count: number }> {
  return JSON.parse(await program.line());
}

Deno.test("enqueue() rejects when the disk is full, and all that was accepted is there", async () => {
  await using folder = await makeFolder();
  const path = `${folder.path}/full.kv`;
  const filler = startFiller(path, 2_000);

  const { count, ...said } = await hear(filler);
  await filler.finish();

  assertEquals(said.code, "WI-STORE-FULL");
  assertEquals(said.isRetryable, true);
  assertMatch(said.message ?? "", /^Cannot enqueue "mail\/ann" as the disk /);
  const store = await openDenoKvStore(path);
  const item = await store.inspect({ kind: KIND, key: "ann" });
  assertEquals(item?.messages, count);
  assertEquals((await store.fsck({ repair: false })).faults, []);
  await store.close();
});

/** Raises what the process may write; `false` where there is no such tool. */
async function makeRoom(pid: number): Promise<boolean> {
  const args = ["--pid", `${pid}`, "--fsize=unlimited"];
  try {
    return (await new Deno.Command("prlimit", { args }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test({
  name: "enqueue() succeeds again once there is room on the disk",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using folder = await makeFolder();
    const path = `${folder.path}/full.kv`;
    await using filler = startFiller(path, 2_000);
    const full = await hear(filler);

    if (!await makeRoom(filler.pid)) return; // Only util-linux has the tool.
    await filler.ask();
    const next = await hear(filler);

    assertEquals(full.code, "WI-STORE-FULL");
    assertEquals(next, { count: full.count + 1 });
  },
});

Deno.test("a database that was closed under its store refuses at once, and nobody should try again", async () => {
  await using folder = await makeFolder();
  const kv = await Deno.openKv(`${folder.path}/closed.kv`);
  const store = denoKvStore(kv);
  kv.close();

  const [answer] = await store.enqueue([wake()]);

  assertInstanceOf(answer, StoreError);
  assertEquals(answer.isRetryable, false);
  assertMatch(answer.message, /^Cannot enqueue "mail\/ann" as .*closed/);
  await assertRejects(
    () => store.inspect({ kind: KIND, key: "ann" }),
    StoreError,
  );
  await store.close();
});

Deno.test("a scheduler whose database was closed tells what it cannot do, each once, and can be closed", async () => {
  await using folder = await makeFolder();
  const path = `${folder.path}/closed.kv`;
  const kv = await Deno.openKv(path);
  const store = denoKvStore(kv);
  const told = Promise.withResolvers<unknown>();
  const errors: unknown[] = [];
  const scheduler = new DurableScheduler({
    store,
    lease: 1_000,
    pollInterval: 10,
    onError: (error) => {
      errors.push(error);
      told.resolve(error);
    },
  });
  const began = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const mails = scheduler.define(KIND, {
    message: type<string>(),
    async run(): Promise<void> {
      began.resolve();
      await goOn.promise;
    },
  });
  await mails.enqueue("ann", "hello");
  await began.promise;

  kv.close();
  assertInstanceOf(await told.promise, StoreError);
  goOn.resolve();
  await scheduler.close({ grace: 0, abortGrace: 100 });
  await store.close();

  const words = errors.map(String);
  assert(words.every((word) => /as the database was closed$/.test(word)));
  assertEquals(words.length, new Set(words).size);
  const later = await openDenoKvStore(path);
  const item = await later.inspect({ kind: KIND, key: "ann" });
  assertEquals(item?.messages, 1);
  await later.close();
});
