/** Enqueues that wait for their result. */
import { assertEquals } from "@std/assert";
import { Scheduler } from "../../mod.ts";
import { FakeClock } from "../../src/testing/mod.ts";
import { stageOf } from "./stage.ts";

const LINE = "POST /v1/items/slow/a/messages";

/** A scheduler whose one kind ends when it is told to. */
function slowScheduler(): {
  readonly scheduler: Scheduler;
  readonly end: (result: unknown) => void;
} {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const scheduler = new Scheduler();
  scheduler.define("slow", { run: () => promise });
  return { scheduler, end: resolve };
}

/** Resolves when somebody waits for the clock. */
async function waited(clock: FakeClock): Promise<void> {
  while (clock.timers === 0) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

Deno.test("fetch() waits as long as is preferred, and then says 202", async () => {
  const clock = new FakeClock();
  const { scheduler, end } = slowScheduler();
  await using stage = stageOf(scheduler, { clock, maxWait: 20_000 });
  const headers = { "Prefer": "wait=60", "Idempotency-Key": "one" };

  const asked = stage.ask(LINE, { headers });
  await waited(clock);
  clock.advance(20_000);
  const early = await asked;
  end("done");
  const late = await stage.ask(LINE, { headers });
  const again = await stage.ask(LINE, { headers });

  const { outcome, version } = await early.json();
  assertEquals(early.status, 202);
  assertEquals(early.headers.get("Preference-Applied"), "wait=20");
  for (const answer of [late, again]) {
    assertEquals(answer.status, 200);
    assertEquals(await answer.json(), { outcome, version, result: "done" });
  }
  assertEquals(scheduler.snapshot().starts, 1);
});

Deno.test("fetch() stops waiting when its caller is gone, and the run goes on", async () => {
  const clock = new FakeClock();
  const { scheduler, end } = slowScheduler();
  await using stage = stageOf(scheduler, { clock });
  const caller = new AbortController();

  const headers = { "Prefer": "wait=10" };
  const asked = stage.ask(LINE, { headers, signal: caller.signal });
  await waited(clock);
  caller.abort();
  const answer = await asked;

  assertEquals(answer.status, 202);
  assertEquals(clock.timers, 0);
  assertEquals(scheduler.snapshot().running, 1);
  end(undefined);
});

Deno.test("fetch() answers repeats of a plain enqueue, and has no result for one that waits", async () => {
  const { scheduler, end } = slowScheduler();
  await using stage = stageOf(scheduler);
  const headers = { "Idempotency-Key": "one" };
  const waiting = { ...headers, "Prefer": "wait=1" };

  const first = await (await stage.ask(LINE, { headers })).json();
  const second = await (await stage.ask(LINE, { headers })).json();
  const third = await stage.ask(LINE, { headers: waiting });
  const fourth = await (await stage.ask(LINE, { headers })).json();
  end("done");

  assertEquals(first.outcome, "queued");
  assertEquals([second, fourth], [first, first]);
  // It never asked for a result, so there is none to be had; nothing is doubled.
  assertEquals(third.status, 410);
  assertEquals((await third.json()).code, "WI-NO-RESULT");
  assertEquals(scheduler.snapshot().starts, 1);
});

Deno.test("fetch() says of a busy key that it is, and does nothing", async () => {
  const { scheduler, end } = slowScheduler();
  await using stage = stageOf(scheduler);
  const headers = { "Idempotency-Key": "one", "Prefer": "wait=10" };

  const asked = stage.ask(LINE, { headers });
  while (scheduler.snapshot().running === 0) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const busy = await stage.ask(LINE, { headers });
  end("done");

  assertEquals(busy.status, 409);
  assertEquals((await busy.json()).code, "WI-HTTP-IN-PROGRESS");
  assertEquals((await asked).status, 200);
});

Deno.test("fetch() forgets the key of an enqueue that was refused", async () => {
  const scheduler = new Scheduler();
  let isBusy = true;
  scheduler.define("picky", {
    message: {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: (value) =>
          isBusy ? { issues: [{ message: "no" }] } : { value },
      },
    },
    run: () => "done",
  });
  await using stage = stageOf(scheduler);
  const headers = { "Idempotency-Key": "one", "Prefer": "wait=10" };
  const line = "POST /v1/items/picky/a/messages";

  const refused = await stage.ask(line, { headers });
  isBusy = false;
  const taken = await stage.ask(line, { headers });

  assertEquals([refused.status, taken.status], [422, 200]);
});

Deno.test("fetch() tries again what a batch may have for the asking, once each", async () => {
  const scheduler = new Scheduler({ maxOwed: 1 });
  scheduler.define("reindex", { run: () => {} });
  scheduler.pause();
  await using stage = stageOf(scheduler);
  const headers = { "Idempotency-Key": "one" };
  const body = '[{"key":"a"},{"key":"b"}]';
  const line = "POST /v1/items/reindex/messages";
  const outcomes = async (): Promise<unknown[]> => {
    const { results } = await (await stage.ask(line, { headers, body })).json();
    return results.map((each: { outcome?: string; code?: string }) =>
      each.outcome ?? each.code
    );
  };

  const first = await outcomes();
  scheduler.resume();
  await scheduler.idle();
  const second = await outcomes();

  assertEquals(first, ["queued", "WI-QUEUE-FULL"]);
  assertEquals(second, ["duplicate", "queued"]);
});
