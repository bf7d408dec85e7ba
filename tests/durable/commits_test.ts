import { assertEquals } from "@std/assert";
import { type } from "../../mod.ts";
import { type DurableKind, DurableScheduler } from "../../src/durable/mod.ts";
import { denoKvStore } from "../../src/stores/deno_kv.ts";
import { countingKv, type Written } from "./commits/counting_kv.ts";

const BATCH = 32;
const BATCHES = 10;

/** A scheduler on a database whose commits are counted. */
interface Bench extends AsyncDisposable {
  readonly kind: DurableKind<void, number>;
  readonly written: Written;
  /** Waits until nothing is owed. */
  rest(): Promise<void>;
}

async function start(handlers: "here" | "elsewhere"): Promise<Bench> {
  const kv = await Deno.openKv(":memory:");
  const counting = countingKv(kv);
  const store = denoKvStore(counting.kv);
  const concurrency = BATCH;
  const scheduler = new DurableScheduler({ store, handlers, concurrency });
  const ended: (() => void)[] = [];
  scheduler.observe({ ended: () => ended.splice(0).forEach((tell) => tell()) });
  const kind: Bench["kind"] = scheduler.define("mail", {
    message: type<number>(),
    run(): void {},
  });
  return {
    kind,
    written: counting.written,
    async rest(): Promise<void> {
      for (;;) {
        const next = new Promise<void>((resolve) => ended.push(resolve));
        if ((await kind.list()).items.length === 0) return;
        await next;
      }
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await scheduler.close();
      await store.close();
      kv.close();
    },
  };
}

Deno.test("commits: a message by itself takes 3, from its enqueue to the end of its run", async () => {
  await using bench = await start("here");
  const { kind, written, rest } = bench;
  await kind.request("warm", 0); // Opens the session.
  await rest();
  const before = written.commits;

  for (let n = 0; n < BATCH; n++) {
    await kind.enqueue(`ann-${n}`, n);
    await kind.get(`ann-${n}`).idle();
  }

  assertEquals((written.commits - before) / BATCH, 3);
});

Deno.test("commits: messages batched by 32 take at most 0.2 each", async () => {
  await using bench = await start("here");
  const { kind, written, rest } = bench;
  await kind.request("warm", 0);
  await rest();
  const before = written.commits;

  for (let batch = 0; batch < BATCHES; batch++) {
    const entries = Array.from({ length: BATCH }, (_, n) => ({
      key: `ann-${batch}-${n}`,
      message: n,
    }));
    await kind.enqueueMany(entries);
    await rest();
  }

  const each = (written.commits - before) / (BATCHES * BATCH);
  assertEquals(each <= 0.2, true, `${each} commits for each message`);
});

Deno.test("commits: concurrent enqueues of one process share them", async () => {
  await using bench = await start("elsewhere");
  const { kind, written } = bench;
  await kind.enqueue("warm", 0);
  const before = written.commits;

  await Promise.all(
    Array.from({ length: BATCH }, (_, n) => kind.enqueue(`ann-${n}`, n)),
  );

  const commits = written.commits - before;
  assertEquals(commits <= 2, true, `${commits} commits`);
});

Deno.test("commits: a wake-up without message of a queued item writes nothing", async () => {
  await using bench = await start("elsewhere");
  const { kind, written } = bench;
  await kind.enqueue("ann", 1);
  const before = { ...written };

  const outcome = await kind.enqueue("ann");

  assertEquals(outcome, "coalesced");
  assertEquals(written, before);
});
